"""Turns a module into a command for the generic VM, which can only run
`_start`: it makes calls of the module's functions and leaves their results in
globals.

Everything is put behind what the module has, so no index of it changes. The
globals start with numbers that occur nowhere else, by which their places are
found in a program file. Calls are made in their order; one that is marked as
`alone` only if its number is what the host has put into one of the globals, the
selector, before `_start` runs (S_CALLS: none of them). Another global has the
number of the call that came back last.
"""

import dataclasses
import json
import struct
import subprocess

import tools
from wasmfile import (FUNC, GLOBAL, MEMORY, Reader, WasmFile,
                      leb, sections)

MARK = 0x6972656B6F000000
HEADER_BYTES = 72
BODY_SIZE = 32  # offset of bodySize in ProgramHeader
GLOBALS_SIZE = 36
SELECTOR = "ireko test selector"
PROGRESS = "ireko test progress"
MEMORY_EXPORT = "ireko test memory"
S_CALLS = -1
TIMEOUT = 300
ORDER = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11)
I64, V128, EMPTY = 0x7E, 0x7B, 0x40


@dataclasses.dataclass
class Call:
    """What `_start` does: calls an export or reads a global. Arguments are
    bits, as in judge.encode. `alone`: only if it is selected."""
    field: str
    args: list
    alone: bool = False


def signed(value):
    out = bytearray()
    while True:
        b = value & 0x7F
        value >>= 7
        if (value == 0 and not b & 0x40) or (value == -1 and b & 0x40):
            return bytes([*out, b])
        out.append(b | 0x80)


def constant(type_, bits):
    if type_.endswith("ref"):
        if bits != "null":
            raise ValueError("only null can be passed as a reference")
        return bytes([0xD0, 0x70 if type_ == "funcref" else 0x6F])
    number = int(bits, 16)
    if type_ in ("i32", "i64"):
        width = int(type_[1:])
        number -= (number >> (width - 1)) << width
        return bytes([0x41 if width == 32 else 0x42]) + signed(number)
    prefix = {"f32": b"\x43", "f64": b"\x44", "v128": b"\xFD\x0C"}[type_]
    return prefix + bytes.fromhex(bits)[::-1]


class Command:
    """`data`: the command, for the plain host and `ireko lower` alike.
    `names`: what the added globals are exported as; they have numbers.
    `results`: for each call, its results as (type, numbers of globals)."""

    def __init__(self, module, calls):
        self.file = WasmFile(module)
        self.payloads = {ident: module[body:end]
                         for ident, _, body, end in sections(module) if ident}
        self.added = {ident: [] for ident in ORDER}
        self.firstGlobal = self._count(GLOBAL, 6)
        self.names = []
        self.selector = self._global(SELECTOR)
        self.progress = self._global(PROGRESS)
        self.results = []
        body = bytearray(b"\x01\x01" + bytes([V128]))
        for number, call in enumerate(calls):
            body += self._code(number, call)
        body += b"\x42" + signed(S_CALLS) + self._set(self.selector) + b"\x0b"
        self.added[1].append(b"\x60\x00\x00")
        self.added[3].append(leb(self._items(1)))
        self.added[10].append(leb(len(body)) + bytes(body))
        self._export("_start", FUNC, self._count(FUNC, 3))
        if self.file.memoryCount:
            self._export(MEMORY_EXPORT, MEMORY, 0)
        self.data = module[:8] + b"".join(map(self._section, ORDER))

    def placesIn(self, program):
        """Offset of each global among the VM's, found in a program file."""
        body, size = struct.unpack_from("<2I", program, BODY_SIZE)
        values = program[HEADER_BYTES + body:HEADER_BYTES + body + size]
        return [values.index((MARK + i).to_bytes(8, "little"))
                for i in range(len(self.added[6]))]

    def _items(self, ident):
        return Reader(self.payloads[ident]).unsigned() \
            if ident in self.payloads else 0

    def _count(self, kind, ident):
        """The module's items of a kind, imported ones first."""
        return self._items(ident) + sum(
            i.kind == kind for i in self.file.imports)

    def _section(self, ident):
        added = self.added[ident]
        payload = self.payloads.get(ident, b"")
        if not added and not payload:
            return b""
        if added:
            reader = Reader(payload or b"\0")
            count = reader.unsigned()
            payload = leb(count + len(added)) + payload[reader.position:] + \
                b"".join(added)
        return bytes([ident]) + leb(len(payload)) + payload

    def _global(self, name=None):
        number = len(self.added[6])
        self.added[6].append(bytes([I64, 1, 0x42]) + signed(MARK + number) +
                             b"\x0b")
        self.names.append(name or f"ireko test result {number}")
        self._export(self.names[number], GLOBAL, self.firstGlobal + number)
        return number

    def _export(self, name, kind, index):
        self.added[7].append(leb(len(name)) + name.encode() + bytes([kind]) +
                             leb(index))

    def _set(self, number):
        return b"\x24" + leb(self.firstGlobal + number)

    def _take(self, type_):
        """Pops a result into globals. Returns their numbers and the code."""
        place = self._global()
        if type_ == "v128":
            high = self._global()
            return (place, high), b"\x22\x00\xFD\x1D\x01" + self._set(high) + \
                b"\x20\x00\xFD\x1D\x00" + self._set(place)
        extended = {"i32": b"\xAD", "i64": b"", "f32": b"\xBC\xAD",
                    "f64": b"\xBD"}.get(type_, b"\xD1\xAD")
        return (place,), extended + self._set(place)

    def _code(self, number, call):
        export = self.file.export(call.field)
        if export.kind == FUNC:
            params, results = export.type
            code = b"".join(map(constant, params, call.args)) + b"\x10"
        else:
            results = (export.type[0],)
            code = b"\x23"
        code += leb(export.index)
        places = []
        for type_ in reversed(results):
            place, taking = self._take(type_)
            places.insert(0, (type_, place))
            code += taking
        self.results.append(places)
        code += b"\x42" + signed(number) + self._set(self.progress)
        if not call.alone:
            return code
        return b"\x23" + leb(self.firstGlobal + self.selector) + b"\x42" + \
            signed(number) + bytes([0x51, 0x04, EMPTY]) + code + b"\x0b"


def resultBits(places, values):
    """The results of a call out of the globals' values, as numbers."""
    digits = {"i32": 8, "i64": 16, "f32": 8, "f64": 16, "v128": 32}
    bits = []
    for type_, numbers in places:
        value = sum(values[n] << (64 * i) for i, n in enumerate(numbers))
        bits.append(f"{value:0{digits[type_]}x}" if type_ in digits
                    else "null" if value else "reference")
    return bits


def runCommands(folder, vm, programs):
    """Runs commands (commands.js says which way), each once for each of its
    selections. Returns {(id, selection): outcome}, and how the host ended, if
    badly."""
    plan = folder / "commands.json"
    plan.write_text(json.dumps(
        {"vm": str(vm), "mark": str(MARK), "selector": SELECTOR,
         "memoryExport": MEMORY_EXPORT, "programs": programs}), "utf-8")
    with open(folder / "commands.log", "w+", encoding="utf-8") as log:
        try:
            done = subprocess.run(
                [tools.node(), str(tools.ROOT / "tests/support/commands.js"),
                 str(plan)], stdout=log, stderr=subprocess.PIPE, text=True,
                errors="replace", timeout=TIMEOUT)
            ending = None if done.returncode == 0 else \
                f"node ended with {done.returncode}: {done.stderr[-300:]}"
        except subprocess.TimeoutExpired:
            ending = f"node was stopped after {TIMEOUT} s"
        log.seek(0)
        records = [json.loads(line) for line in log if line.endswith("\n")]
    for record in records:
        if record.pop("ended", False):
            record["values"] = []
    return {(r["id"], r["selected"]): r for r in records}, ending
