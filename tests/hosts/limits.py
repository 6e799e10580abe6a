"""What a host takes: small generated modules of one shape and growing size,
and a bisection for the largest that still runs and gives the right result.

A module is a command without imports: `_start` calls the function under test
and traps unless it returns what it should. Sizes are bounded; a host that
takes the largest has "no limit found".
"""

import dataclasses
import pathlib
import resource
import signal
import subprocess
import tempfile

# Of the processor's time, for one module; a host that needs longer is slow.
SECONDS = 5

I32, VOID = 0x7F, 0x40
BLOCK, LOOP, IF, END, BR, BR_TABLE = 0x02, 0x03, 0x04, 0x0B, 0x0C, 0x0E
UNREACHABLE, CALL, DROP = 0x00, 0x10, 0x1A
GET, SET, CONST, NE, ADD, XOR = 0x20, 0x21, 0x41, 0x47, 0x6A, 0x73
LOAD = bytes([0x28, 2, 0])


def unsigned(value):
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def signed(value):
    out = bytearray()
    while True:
        low = value & 0x7F
        value >>= 7
        done = value == (-1 if low & 0x40 else 0)
        out.append(low | (0 if done else 0x80))
        if done:
            return bytes(out)


def section(number, content):
    return bytes([number]) + unsigned(len(content)) + content


def const(value):
    return bytes([CONST]) + signed(value)


def module(body, result, localCount=1, tableSize=0):
    """`body` leaves an i32, which must be `result`."""
    locals_ = unsigned(1) + unsigned(localCount) + bytes([I32])
    test = locals_ + body + bytes([END])
    start = (b"\0" + bytes([CALL, 0]) + const(result)
             + bytes([NE, IF, VOID, UNREACHABLE, END, END]))
    table = section(4, b"\1\x70\0" + unsigned(tableSize)) if tableSize else b""
    return (b"\0asm\1\0\0\0"
            + section(1, b"\2\x60\0\1\x7f\x60\0\0")
            + section(3, b"\2\0\1")
            + table
            + section(5, b"\1\0\1")
            + section(7, b"\2\6memory\2\0\6_start\0\1")
            + section(10, b"\2" + unsigned(len(test)) + test
                      + unsigned(len(start)) + start))


# Shapes ----------------------------------------------------------------------

# local 0 += an i32 of memory (which is 0) xor a constant: 12 bytes, and nothing
# that a compiler could do in advance.
STEP = (bytes([GET, 0]) + const(0) + LOAD + const(0x1234567)[:6]
        + bytes([XOR, ADD, SET, 0]))
STEP_ADDS = 0x1234567


def wrap(value):
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def straight(size):
    """A function of `size` bytes without control flow."""
    count = max(1, size // len(STEP))
    return module(STEP * count + bytes([GET, 0]), wrap(STEP_ADDS * count))


def nesting(depth):
    """Blocks inside of each other."""
    return module(bytes([BLOCK, VOID]) * depth + STEP + bytes([END]) * depth
                  + bytes([GET, 0]), STEP_ADDS)


def targets(count):
    """A br_table of `count` entries that all go to one of two places."""
    entries = bytes(i & 1 for i in range(count))
    return module(bytes([BLOCK, VOID, BLOCK, VOID]) + const(2) + bytes([BR_TABLE])
                  + unsigned(count) + entries + b"\0" + bytes([END, END])
                  + const(7), 7)


def locals_(count):
    """Locals, each of them written and read."""
    body = b"".join(const(i & 63) + bytes([SET]) + unsigned(i)
                    for i in range(count))
    body += bytes([GET, 0]) + b"".join(
        bytes([GET]) + unsigned(i) + bytes([ADD]) for i in range(1, count))
    return module(body, wrap(sum(i & 63 for i in range(count))), count)


def handlers(count, size):
    """What the dispatch function of a bundle looks like: a loop around a
    br_table with a block for each of `count` handlers of `size` bytes. Runs
    every handler once."""
    steps = max(1, (size - 10) // len(STEP))
    code = bytearray([LOOP, VOID]) + bytes([BLOCK, VOID]) * (count + 1)
    code += bytes([GET, 1, BR_TABLE]) + unsigned(count)
    code += b"".join(unsigned(i) for i in range(count)) + unsigned(count)
    for i in range(count):
        code += bytes([END]) + STEP * steps
        code += const(i + 1) + bytes([SET, 1, BR]) + unsigned(count - i)
    code += bytes([END, END, GET, 0])
    return module(bytes(code), wrap(STEP_ADDS * steps * count), 2)


def manyHandlers(count):
    return handlers(count, 24)


def dispatchSize(size):
    """The same with handlers of about 100 bytes, as bundles have them."""
    return handlers(max(1, size // 100), 100)


def table(count):
    """A table of `count` elements."""
    return module(const(3), 3, tableSize=count)


@dataclasses.dataclass
class Shape:
    name: str
    make: object
    low: int  # what every host takes
    high: int  # not tried beyond


SHAPES = [
    Shape("bytes of a dispatch function with handlers of 100 bytes",
          dispatchSize, 1000, 8_000_000),
    Shape("handlers of 24 bytes in one br_table", manyHandlers, 16, 65_536),
    Shape("br_table targets", targets, 16, 100_000),
    Shape("nested blocks", nesting, 16, 100_000),
    Shape("bytes of a function without control flow", straight, 1000,
          8_000_000),
    Shape("locals", locals_, 16, 60_000),
    Shape("elements of a table", table, 16, 12_000_000),
]


# Bisection -------------------------------------------------------------------

@dataclasses.dataclass
class Found:
    """The largest size that a host takes; `size` None: all that were tried."""
    size: object
    why: str = ""  # what it says of a larger one
    slow: bool = False  # it took longer than SECONDS

    def __str__(self):
        if self.size is None:
            return "-"
        return ("slow beyond " if self.slow else "") + f"{self.size:,}"


def limitTime():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))


def refusal(host, shape, size, folder):
    """Why the host does not take the size, or None; and whether that is for
    its slowness."""
    path = pathlib.Path(folder) / "limit.wasm"
    path.write_bytes(shape.make(size))
    slow = f"no result in {SECONDS} s of processor time", True
    try:
        done = subprocess.run(host.command(path), capture_output=True,
                              stdin=subprocess.DEVNULL, check=False,
                              timeout=30 * SECONDS, cwd=folder,
                              preexec_fn=limitTime)
    except subprocess.TimeoutExpired:
        return slow
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return slow
    if done.returncode == 0:
        return None, False
    text = host.guestErrors((done.stderr or done.stdout).decode(
        errors="replace")).replace(str(path), "it")
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:160] if lines else f"exit code {done.returncode}", False


def largest(host, shape):
    """What the host takes, to one part in 64. Where it gets slow there is no
    sharp border to look for."""
    with tempfile.TemporaryDirectory(prefix="ireko-limits-") as folder:
        low, size = 0, shape.low
        while True:
            why, slow = refusal(host, shape, size, folder)
            if why or size == shape.high:
                break
            low, size = size, min(size * 4, shape.high)
        if not why:
            return Found(None)
        high = size
        while low and not slow and high - low > (
                1 if high < 4096 else low // 64):
            middle = (low + high) // 2
            said, slow = refusal(host, shape, middle, folder)
            if said:
                high, why = middle, said
            else:
                low = middle
        return Found(low, why, slow)


if __name__ == "__main__":
    import sys
    import allhosts
    for name in sys.argv[1:]:
        entry = [e for e in allhosts.ALL if e.host.name == name][0]
        for shape in SHAPES:
            found = largest(entry.measured or entry.host, shape)
            print(f"{entry.host.name:20} {shape.name:42} {found} | {found.why}", flush=True)
