"""What the traps of hosts and of the VM mean, in the specification's words."""

import os
import re

from tools import ROOT

# What each host's own trap means in the wording of the specification. A host
# may not tell two of them apart.
HOST_TRAPS = {
    "node": {
        "unreachable": {"unreachable"},
        "memory access out of bounds": {"out of bounds memory access"},
        "data segment out of bounds": {"out of bounds memory access"},
        "divide by zero": {"integer divide by zero"},
        "remainder by zero": {"integer divide by zero"},
        "divide result unrepresentable": {"integer overflow"},
        "float unrepresentable in integer range":
            {"integer overflow", "invalid conversion to integer"},
        "table index is out of bounds":
            {"undefined element", "out of bounds table access"},
        "element segment out of bounds": {"out of bounds table access"},
        "function signature mismatch":
            {"uninitialized element", "indirect call type mismatch"},
        "Maximum call stack size exceeded": {"call stack exhausted"},
    },
    "wasmtime": {
        "UNREACHABLE": {"unreachable"},
        "MEMORY_OUT_OF_BOUNDS": {"out of bounds memory access"},
        "INTEGER_DIVISION_BY_ZERO": {"integer divide by zero"},
        "INTEGER_OVERFLOW": {"integer overflow"},
        "BAD_CONVERSION_TO_INTEGER": {"invalid conversion to integer"},
        "TABLE_OUT_OF_BOUNDS":
            {"undefined element", "out of bounds table access"},
        "INDIRECT_CALL_TO_NULL": {"uninitialized element"},
        "BAD_SIGNATURE": {"indirect call type mismatch"},
        "STACK_OVERFLOW": {"call stack exhausted"},
    },
    "wazero": {
        "unreachable": {"unreachable"},
        "out of bounds memory access": {"out of bounds memory access"},
        "integer divide by zero": {"integer divide by zero"},
        "integer overflow": {"integer overflow"},
        "invalid conversion to integer": {"invalid conversion to integer"},
        "invalid table access":
            {"undefined element", "uninitialized element",
             "out of bounds table access"},
        "indirect call type mismatch": {"indirect call type mismatch"},
        "stack overflow": {"call stack exhausted"},
    },
}


def _vmTraps():
    """The wordings of the traps that the VM raises, by TrapKind."""
    path = os.path.join(ROOT, "vm", "traps.def")
    with open(path, encoding="utf-8") as file:
        return re.findall(r'^IREKO_TRAP\(\w+, "([^"]+)"\)', file.read(), re.M)


VM_TRAPS = _vmTraps()


def trapMeanings(host, outcome, instantiating):
    """The specification's wordings that a reported trap may stand for.

    `outcome` holds the host's own text or code of the trap, and the number
    (TrapKind plus one) of the trap that the VM raised, or 0."""
    # V8 words the traps of an instantiation more fully.
    text = outcome["trap"].removeprefix("WebAssembly.Instance(): ")
    text = re.sub(r"segment \d+ is out of bounds .*", "segment out of bounds",
                  text)
    meanings = HOST_TRAPS[host].get(text)
    if meanings is None:
        return {f"unknown trap: {outcome['trap']}"}
    if meanings != {"unreachable"}:
        return meanings
    if outcome["vm"]:
        return {VM_TRAPS[outcome["vm"] - 1]}
    # An instance that never came to be can not be asked what its VM meant.
    return set(VM_TRAPS) if instantiating else meanings
