"""Deterministic arguments for a call, as bits: edge cases and random ones."""

_FLOATS = {
    "f32": (0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x7F800000,
            0xFF800000, 0x7FC00000, 0x00000001, 0x7F7FFFFF, 0x4F000000,
            0xCF000001, 0x40490FDB),
    "f64": (0x0, 0x8000000000000000, 0x3FF0000000000000, 0xBFF0000000000000,
            0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000,
            0x1, 0x7FEFFFFFFFFFFFFF, 0x41E0000000000000, 0xC3E0000000000000,
            0x400921FB54442D18),
}
_BITS = {"i32": 32, "i64": 64, "f32": 32, "f64": 64, "v128": 128}


def _integer(random, bits):
    top = 1 << (bits - 1)
    edges = (0, 1, 2, 7, 31, 32, 255, 65535, 65536, 65532, top - 1, top,
             2 * top - 1, 2 * top - 2)
    choice = random.randrange(4)
    if choice == 0:
        return random.choice(edges) & (2 * top - 1)
    if choice == 1:
        return random.randrange(64)
    return random.getrandbits(random.randrange(1, bits + 1))


def _value(random, type_):
    if type_ == "funcref":
        return "null"
    if type_ == "externref":
        return random.choice(("null", f"extern:{random.randrange(100)}"))
    if type_ == "v128":
        value = 0
        lane = random.choice((8, 16, 32, 64))
        for _ in range(128 // lane):
            value = value << lane | _integer(random, lane)
    elif type_ in _FLOATS and random.randrange(2):
        value = random.choice(_FLOATS[type_])
    else:
        value = _integer(random, _BITS[type_])
    return f"{value:0{_BITS[type_] // 4}x}"


def argumentSets(random, params, count):
    if not params:
        return [[] for _ in range(min(count, 2))]
    return [[_value(random, p) for p in params] for _ in range(count)]
