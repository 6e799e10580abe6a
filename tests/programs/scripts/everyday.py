# What CPython programs do every day, printed so that it can be compared: all
# of it is the same on every host. It reads and writes files in data/ and ends
# with an exception that nobody catches.

import base64
import binascii
import collections
import csv
import dataclasses
import datetime
import decimal
import difflib
import fractions
import functools
import hashlib
import heapq
import io
import itertools
import json
import math
import os
import pickle
import random
import re
import statistics
import string
import struct
import sys
import textwrap
import unicodedata
import zlib


def title(text):
    print("==", text)


def numbers():
    title("numbers")
    print(2 ** 300 % 10007, math.factorial(60), -7 // 3, -7 % 3, 7 ** -2)
    print(math.pi ** 10, 1e308 * 10, -0.0, 0.1 + 0.2, f"{1 / 3:.20f}")
    print([math.sqrt(i) for i in range(5)], math.fsum([0.1] * 10))
    for function in (math.sin, math.exp, math.atan, math.erf, math.gamma):
        print(function.__name__, [function(x / 7) for x in range(1, 12)])
    print([float.hex(x) for x in (0.1, 5e-324, 1.7976931348623157e308)])
    print(round(2.5), round(-0.5), round(1234.5678, -2), divmod(-13, 4))
    print(int("-7f", 16), 0b1011 ^ 0o17, ~5, (1 << 100) >> 98, (-5).bit_length())
    print(complex(1, -2) ** 3, abs(3 + 4j), float("nan") != float("nan"))
    decimal.getcontext().prec = 50
    print(decimal.Decimal(2).sqrt(), decimal.Decimal("1") / 7)
    print(fractions.Fraction(3, 7) ** 5, fractions.Fraction("0.125"))
    print(statistics.stdev([1, 2, 4, 8, 16]))
    big = 3 ** 2000
    print(hashlib.md5(str(big).encode()).hexdigest(), big % (10 ** 9 + 7))


def texts():
    title("texts")
    text = "The quick brown fox — jumps över the lazy dog, twice: ß ﬁ 数字 🎉"
    print(text.upper(), text.casefold(), text.title(), len(text.encode()))
    print(unicodedata.normalize("NFKD", text), unicodedata.name("é"))
    print(text.encode("utf-16-le")[:12], text.encode("ascii", "xmlcharrefreplace"))
    print(text.split(), text.partition("fox"), text[::-3], text.find("lazy"))
    print("%08.3f|%-10s|%+d|%x|%e" % (3.14159, "left", 5, 255, 12345.678))
    print(f"{12345678.9:,.2f} {255:#010b} {'mid':^9} {0.00012:g} {1e100:g}")
    print(textwrap.fill(text * 3, 30))
    print("".join(sorted(set(string.printable[:70] + text))))
    print(repr("tab\tquote'\"\\ \x00\x7f\u2028"), ascii(text))
    print(string.Template("$who likes ${what}s").substitute(who="x", what="y"))
    for line in difflib.unified_diff("a b c d".split(), "a c d e".split(),
                                     lineterm=""):
        print(line)


def patterns():
    title("re")
    log = "\n".join(f"10.0.{i % 7}.{i} - GET /p/{i * i} {200 + i % 3}"
                    for i in range(200))
    rows = re.findall(r"(?m)^(\d+(?:\.\d+){3}) .* (/\S+) (?P<code>20[01])$", log)
    print(len(rows), rows[:3], collections.Counter(r[2] for r in rows))
    print(re.sub(r"\b(\w)(\w*)", lambda m: m[1].upper() + m[2][::-1],
                 "hello wide world"))
    print(re.split(r"[,;]\s*", "a, b;c,   d"), re.match(r"(a+)+$", "aaaaaaa"))
    print(re.findall(r"(?<=\$)\d+(?!\.)|(\w)\1", "$12 $5. book $7"))
    print(re.fullmatch(r"(?i)straße|[^\W\d_]+", "ÜBER"), re.escape("a+b?"))
    try:
        re.compile("(unclosed")
    except re.error as error:
        print("re.error:", error)


def structures():
    title("structures")
    value = {"name": "ü", "list": [1, 2.5, None, True, {"deep": [[]]}],
             "text": "line\n\"quoted\" \u2603", "big": 2 ** 70, "e": 1e-7}
    dumped = json.dumps(value, sort_keys=True, indent=1)
    print(dumped, json.loads(dumped) == value)
    print(json.dumps([float("inf"), -0.0, 1e16, 123456789012345680.0]))
    for bad in ("{\"a\": }", "[1,]", "nul", "\"\\x\""):
        try:
            json.loads(bad)
        except json.JSONDecodeError as error:
            print("json:", error)
    print(pickle.loads(pickle.dumps(value)) == value, len(pickle.dumps(value, 2)))
    print(struct.pack("<bHiqfd", -1, 65535, -2 ** 31, 2 ** 62, 1.5, -0.1).hex())
    print(struct.unpack(">hIQ", bytes(range(14))))
    heap = []
    for i in range(50):
        heapq.heappush(heap, (i * 7919) % 101)
    print([heapq.heappop(heap) for _ in range(12)])
    ordered = collections.OrderedDict((c, i) for i, c in enumerate("hello"))
    ordered.move_to_end("h")
    print(ordered, collections.deque(range(9), 4), collections.ChainMap({1: 2}))
    print(list(itertools.islice(itertools.permutations("abcd", 3), 7)),
          list(itertools.accumulate(range(9), lambda a, b: a * 2 + b)))
    print(sorted("banana Apple cherry".split(), key=str.lower, reverse=True))

    @functools.lru_cache(None)
    def ways(n):
        return 1 if n < 2 else ways(n - 1) + ways(n - 2)

    print([ways(n) for n in range(200)][-1], ways.cache_info())

    @dataclasses.dataclass(order=True)
    class Point:
        x: int
        y: float = 0.5

    print(sorted([Point(3), Point(1, 2.0), Point(1)]), Point(1) == Point(1, 0.5))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([["a,b", 1], ['say "hi"', None], ["line\nbreak", 2.5]])
    print(repr(out.getvalue()), list(csv.reader(io.StringIO(out.getvalue()))))
    day = datetime.date(2024, 2, 28) + datetime.timedelta(days=2)
    print(day, day.isocalendar(), datetime.datetime(1999, 12, 31, 23, 59).strftime(
        "%A %d %B %Y %H:%M"))
    random.seed(12345)
    sample = [random.randint(0, 10 ** 9) for _ in range(1000)]
    print(sample[:4], random.random(), random.sample(range(99), 5))
    print(sum(sorted(sample)[::2]))


def digests():
    title("hashlib")
    data = bytes(i * i % 251 for i in range(100_000))
    for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"):
        print(name, hashlib.new(name, data).hexdigest())
    print(zlib.crc32(data), zlib.adler32(data), binascii.crc_hqx(data, 7))
    packed = zlib.compress(data, 9)
    print(hashlib.sha1(packed).hexdigest(), zlib.decompress(packed) == data)
    print(base64.b64encode(data[:40]), base64.b85encode(data[:20]),
          base64.b32decode("NBSWY3DP"))


def computing():
    title("computing")
    sieve = bytearray([1]) * 20_000
    for i in range(2, 142):
        if sieve[i]:
            sieve[i * i::i] = bytes(len(sieve[i * i::i]))
    print(sum(sieve) - 2)
    board, found = [], []

    def queens(row, n):
        if row == n:
            found.append(tuple(board))
            return
        for column in range(n):
            if all(column != c and abs(column - c) != row - r
                   for r, c in enumerate(board)):
                board.append(column)
                queens(row + 1, n)
                board.pop()

    queens(0, 6)
    print(len(found), found[0])
    x, total = 12345, 0.0
    for i in range(40_000):
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
        total += (x % 1000) / (i + 1)
    print(x, total)
    rows = [[(i * j) % 17 - 8.5 for j in range(24)] for i in range(24)]
    product = [[sum(a * b for a, b in zip(row, column))
                for column in zip(*rows)] for row in rows]
    print(product[3][:5], sum(map(sum, product)))


class Closing:
    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, kind, value, trace):
        print("exit", kind and kind.__name__, value)
        return kind is KeyError


def exceptions():
    title("exceptions")
    for action in (lambda: 1 / 0, lambda: [][3], lambda: {}["k"],
                   lambda: int("x"), lambda: None.a, lambda: "a" + 1,
                   lambda: bytes([256]), lambda: "\udc80".encode(),
                   lambda: (1.5).__index__, lambda: next(iter(())),
                   lambda: open("data/none"), lambda: math.sqrt(-1),
                   lambda: 10.0 ** 400, lambda: eval("1 +")):
        try:
            print(action())
        except Exception as error:
            print(type(error).__name__, error)
    with Closing():
        raise KeyError("swallowed")

    def deep(n):
        return n and 1 + deep(n - 1)

    print(deep(200))

    def produce():
        try:
            got = yield 1
            print("got", got)
            yield 2
        finally:
            print("closed")

    producer = produce()
    print(next(producer), producer.send("x"))
    producer.close()
    try:
        try:
            raise ValueError("first")
        except ValueError as error:
            raise RuntimeError("second") from error
    except RuntimeError as error:
        print(repr(error), repr(error.__cause__))
    try:
        raise ExceptionGroup("many", [ValueError(1), TypeError(2)])
    except* TypeError as group:
        print(group.exceptions)
    except* ValueError as group:
        print(group.exceptions)


def files():
    title("files")
    with open("data/in.txt", encoding="utf-8") as source:
        lines = source.readlines()
    print(len(lines), lines[1].rstrip(), os.stat("data/in.txt").st_size)
    with open("data/out.txt", "w", encoding="utf-8") as target:
        for number, line in enumerate(reversed(lines)):
            print(number, line.swapcase(), end="", file=target)
    with open("data/out.bin", "w+b") as target:
        target.write(bytes(range(256)) * 300)
        target.seek(1000)
        target.write(b"in the middle")
        target.seek(-10, os.SEEK_END)
        target.truncate()
        target.seek(990)
        print(target.read(30), target.tell())
    with open("data/out.bin", "ab") as target:
        target.write(b"the end")
    os.mkdir("data/new")
    os.rename("data/out.bin", "data/new/moved.bin")
    with open("data/new/x.json", "w", encoding="utf-8") as target:
        json.dump({str(i): i * i for i in range(500)}, target)
    with open("data/gone", "w", encoding="utf-8"):
        pass
    os.remove("data/gone")
    print(sorted(os.listdir("data")), sorted(os.listdir("data/new")))
    print([entry.name for entry in sorted(os.scandir("data"), key=lambda e: e.name)
           if entry.is_dir()], os.path.exists("data/gone"))


def fail(depth):
    if not depth:
        raise LookupError("nobody catches this: ü")
    fail(depth - 1)


print(sys.version_info[:3], sys.platform, sys.argv, os.environ["LEVEL"])
for part in (numbers, texts, patterns, structures, digests, computing,
             exceptions, files):
    part()
print("to stderr", file=sys.stderr)
title("standard input")
print([line.strip() for line in sys.stdin])
fail(3)
