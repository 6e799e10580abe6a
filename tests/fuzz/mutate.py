"""Damages module files, deterministically from a random.Random.

Mutations that understand the format (numbers, sections) reach deeper than
flipped bits: the damaged module stays readable up to the interesting place.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from wasmfile import leb, sections  # noqa: E402

_NUMBERS = (0, 1, 2, 63, 64, 127, 128, 255, 65535, 65536, 65537, 0x7FFFFFFF,
            0x80000000, 0xFFFFFFFF, 0x100000000)
# Opcodes of binary operators and comparisons of one type each.
_SAME_TYPE = ((0x46, 0x4F), (0x51, 0x5A), (0x5B, 0x60), (0x61, 0x66),
              (0x6A, 0x78), (0x7C, 0x8A), (0x92, 0x98), (0xA0, 0xA6))
_TEXT = (b"(module", b"(func", b"(param i32)", b"local.get 0", b"call 0", b")",
         b"(", b"i32.const", b"0x", b"1e999", b'"', b"(;", b";)", b"\\ff",
         b"(memory 65536)", b"$x", b"(type 0)", b"end", b"block", b"\xff")


def _flip(random, data, _):
    for _ in range(random.choice((1, 1, 2, 8))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _setByte(random, data, _):
    data[random.randrange(len(data))] = random.randrange(256)


def _insert(random, data, _):
    at = random.randrange(len(data) + 1)
    data[at:at] = random.randbytes(random.choice((1, 2, 5, 40)))


def _delete(random, data, _):
    at = random.randrange(len(data))
    del data[at:at + random.choice((1, 1, 2, 8, 64))]


def _duplicate(random, data, _):
    at = random.randrange(len(data))
    piece = data[at:at + random.choice((1, 4, 16, 200))]
    where = random.randrange(len(data) + 1)
    data[where:where] = piece * random.choice((1, 1, 2, 50))


def _truncate(random, data, _):
    del data[random.randrange(len(data)):]


def _number(random, data, _):
    """Replaces what may be a LEB128 number, sometimes by an overlong one."""
    at = random.randrange(len(data))
    end = at
    while end < len(data) - 1 and data[end] & 0x80 and end - at < 10:
        end += 1
    number = bytearray(leb(random.choice(_NUMBERS)))
    if random.randrange(4) == 0:
        number[-1] |= 0x80
        number += b"\x80" * random.randrange(6) + b"\0"
    data[at:end + 1] = number


def _pieces(data):
    try:
        found = list(sections(bytes(data)))
    except (ValueError, IndexError):
        return []
    return [(start, body, end) for _, start, body, end in found
            if end <= len(data)]


def _splice(random, data, other):
    """Puts a section of another module in place of one, or before it."""
    ours, theirs = _pieces(data), _pieces(other)
    if not ours or not theirs:
        return
    start, _, end = random.choice(ours)
    otherStart, _, otherEnd = random.choice(theirs)
    if random.randrange(2):
        end = start
    data[start:end] = other[otherStart:otherEnd]


def _shuffle(random, data, _):
    ours = _pieces(data)
    if len(ours) < 2:
        return
    a, b = sorted(random.sample(ours, 2))
    first, second = data[a[0]:a[2]], data[b[0]:b[2]]
    data[b[0]:b[2]] = first
    data[a[0]:a[2]] = second


def _inSection(random, data, other):
    """Changes the contents of a section and mends its size."""
    ours = _pieces(data)
    if not ours:
        return
    start, body, end = random.choice(ours)
    contents = data[body:end]
    if not contents:
        return
    ident = data[start]
    for _ in range(random.choice((1, 1, 3))):
        if contents:
            random.choice((_flip, _setByte, _insert, _delete, _duplicate,
                           _number))(random, contents, other)
    data[start:end] = bytes([ident]) + leb(len(contents)) + contents


def _operator(random, data, _):
    """Changes operators into others of the same type, so that a valid module
    mostly stays one."""
    for _ in range(random.choice((1, 5, 20))):
        at = random.randrange(len(data))
        for low, high in _SAME_TYPE:
            if low <= data[at] <= high:
                data[at] = random.randint(low, high)


def _words(random, data, _):
    for _ in range(random.choice((1, 3, 10))):
        at = random.randrange(len(data) + 1)
        data[at:at + random.choice((0, 1, 5))] = random.choice(_TEXT)


_BINARY = (_flip, _setByte, _insert, _delete, _duplicate, _truncate, _number,
           _splice, _shuffle, _inSection, _inSection, _inSection, _operator,
           _operator)
_PLAIN = (_flip, _delete, _duplicate, _truncate, _words, _words)


def mutated(random, data, other, isText):
    """A copy of `data`, nearly always damaged; `other` gives sections to splice in."""
    data = bytearray(data)
    for _ in range(random.choice((0, 1, 1, 1, 1, 1, 1, 2, 2, 5))):
        if data:
            random.choice(_PLAIN if isText else _BINARY)(random, data, other)
    return bytes(data)
