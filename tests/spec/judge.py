"""Decides whether what a host reported is what the script expects."""

from traps import VM_TRAPS, trapMeanings

LANES = {"i8": (16, 8), "i16": (8, 16), "i32": (4, 32), "i64": (2, 64),
         "f32": (4, 32), "f64": (2, 64)}
BITS = {"i32": 32, "i64": 64, "f32": 32, "f64": 64}
# Exponent mask and highest bit of the significand.
NAN = {32: (0x7F800000, 0x00400000),
       64: (0x7FF0000000000000, 0x0008000000000000)}


def encode(value):
    """A JSON value of the script as the hosts' drivers take it."""
    kind = value["type"]
    if kind == "v128":
        count, bits = LANES[value["lane_type"]]
        packed = 0
        for i, lane in enumerate(value["value"]):
            packed |= (int(lane) & ((1 << bits) - 1)) << (i * bits)
        assert len(value["value"]) == count
        return f"{packed:032x}"
    if kind in BITS:
        bits = BITS[kind]
        return f"{int(value['value']) & ((1 << bits) - 1):0{bits // 4}x}"
    return value["value"] if value["value"] == "null" \
        else f"extern:{value['value']}"


def _matchesLane(bits, expected, actual):
    if expected not in ("nan:canonical", "nan:arithmetic"):
        return actual == int(expected) & ((1 << bits) - 1)
    exponent, quiet = NAN[bits]
    magnitude = actual & ~(1 << (bits - 1))
    if expected == "nan:canonical":
        return magnitude == exponent | quiet
    return magnitude & (exponent | quiet) == exponent | quiet


def matchesValue(expected, actual):
    kind = expected["type"]
    if kind == "either":
        return any(matchesValue(e, actual) for e in expected["values"])
    if kind == "v128":
        _, bits = LANES[expected["lane_type"]]
        whole = int(actual, 16)
        mask = (1 << bits) - 1
        return all(_matchesLane(bits, lane, whole >> (i * bits) & mask)
                   for i, lane in enumerate(expected["value"]))
    if kind in BITS:
        return _matchesLane(BITS[kind], expected["value"], int(actual, 16))
    wanted = expected.get("value")
    if wanted is None:
        return actual != "null"
    return actual == ("null" if wanted == "null" else f"extern:{wanted}")


def _trapProblem(host, outcome, wanted, instantiating):
    if "trap" not in outcome:
        return f"expected trap '{wanted}', got {describe(outcome)}"
    meanings = trapMeanings(host, outcome, instantiating)
    if any(m.startswith(wanted) or wanted.startswith(m) for m in meanings):
        return None
    return f"expected trap '{wanted}', got {describe(outcome)}"


def describe(outcome):
    if outcome.get("vm"):
        return f"trap '{VM_TRAPS[outcome['vm'] - 1]}' raised by the VM"
    key = next(k for k in ("values", "trap", "link", "error") if k in outcome)
    return f"{key} {outcome[key]}"


def problem(host, command, outcome):
    """What is wrong, or None."""
    kind = command["type"]
    if kind in ("module", "register", "action"):
        return None if "values" in outcome else describe(outcome)
    if kind == "assert_return":
        expected = command["expected"]
        if "values" in outcome and len(outcome["values"]) == len(expected) \
                and all(map(matchesValue, expected, outcome["values"])):
            return None
        return f"expected {expected}, got {describe(outcome)}"[:500]
    if kind in ("assert_trap", "assert_exhaustion"):
        return _trapProblem(host, outcome, command["text"], False)
    if kind == "assert_uninstantiable":
        return _trapProblem(host, outcome, command["text"], True)
    if kind == "assert_unlinkable":
        return None if "link" in outcome else \
            f"expected a link error, got {describe(outcome)}"
    return f"unknown kind of command {kind}"
