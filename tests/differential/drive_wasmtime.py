"""What drive.js does, in Wasmtime: runs one batch of modules in all variants
and prints one JSON line for each. Usage: python3 drive_wasmtime.py BATCH, with
the library's folder and tests/support on PYTHONPATH.
"""

import ctypes
import hashlib
import json
import random
import struct
import sys

import wasmtime

import embedder
from wasmfile import WasmFile

DIGITS = {"i32": 8, "i64": 16, "f32": 8, "f64": 16, "v128": 32}
PAGE = 65536
# A host function calls back into the program at most this deep.
REENTRIES = 2
FUEL_EXPORT = "ireko.fuel"
REENTRY_EXPORT = "reenter"
HOST_ERROR = "the host throws"
# Of BundleInfo in vm/layout.h.
INFO_GUEST_BASE = 24


class HostError(Exception):
    pass


class Host:
    """Answers the imports, the same for every variant, and logs the calls."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.log = []
        self.reentries = 0
        self.reenter = None

    def bits(self, type_):
        if type_ == "funcref":
            return "null"
        if type_ == "externref":
            return self.random.choice(
                ("null", f"extern:{self.random.randrange(100)}"))
        small = self.random.randrange(2)
        if type_ in ("f32", "f64"):
            value = self.random.randrange(100) if small \
                else self.random.uniform(-1e6, 1e6)
            return struct.pack(">f" if type_ == "f32" else ">d", value).hex()
        digits = DIGITS[type_]
        value = self.random.randrange(200) if small \
            else self.random.getrandbits(4 * digits)
        return f"{value:0{digits}x}"

    def answer(self, name, args, results):
        self.log.append([name, *args])
        if self.random.randrange(50) == 0:
            raise HostError(HOST_ERROR)
        if self.reenter and self.reentries < REENTRIES and \
                self.random.randrange(3) == 0:
            self.reentries += 1
            argument = f"{self.random.randrange(100):08x}"
            try:
                result = self.reenter(argument)
            except (wasmtime.Trap, wasmtime.WasmtimeError):
                # Its text would tell of the host's frames in between.
                raise HostError(HOST_ERROR) from None
            self.log.append(["reentered", argument, result])
            self.reentries -= 1
        return [self.bits(t) for t in results]


class Run:
    """One instance with its own store and host."""

    def __init__(self, engine, module, section, job, memoryExport):
        self.job = job
        self.host = Host(job["seed"])
        self.store = wasmtime.Store(engine)
        self.hostGlobals = []
        self.exports = None
        self.section = section
        self.memoryExport = memoryExport
        known = {(i["module"], i["name"]): i["type"] for i in job["imports"]}
        self.imports = [self.provide(i, known.get((i.module, i.name)))
                        for i in module.imports]
        instance = wasmtime.Instance(self.store, module, self.imports)
        self.exports = instance.exports(self.store)
        self.trapWord = embedder.TrapWord(self.store, section,
                                          self.exports.get(memoryExport))
        if REENTRY_EXPORT in self.exports:
            self.host.reenter = lambda argument: embedder.call(
                self.store, self.exports[REENTRY_EXPORT], ["i32"], [argument])

    def provide(self, item, type_):
        if type_ is None:
            # Only the VM wants it: nothing can be written.
            return embedder.hostFunction(self.store, item.type, ["i32"],
                                         lambda _: ["00000008"])
        if "params" in type_:
            return embedder.hostFunction(
                self.store, item.type, type_["results"],
                lambda args: self.host.answer(item.name, args,
                                              type_["results"]))
        global_ = embedder.hostGlobal(self.store, item.type, type_["value"],
                                      self.host.bits(type_["value"]))
        self.hostGlobals.append(global_)
        return global_

    def observe(self, function, args):
        """What the last of so many calls did, and how all of them ended."""
        tally = {}
        for _ in range(function["times"]):
            self.host.log = []
            self.host.reentries = 0
            self.trapWord.clear()
            record = outcomeOf(
                lambda: embedder.call(
                    self.store, self.exports[function["name"]],
                    function["type"]["params"], args), self.trapWord.read)
            kind = next(iter(record))
            tally[kind] = tally.get(kind, 0) + 1
        return {**record, "log": self.host.log, "tally": tally}

    def state(self):
        state = {"globals": {}, "tables": {}, "memories": {}}
        state["host"] = [embedder.readGlobal(self.store, g)
                         for g in self.hostGlobals]
        for export in self.job["exports"]:
            name, kind = export["name"], export["kind"]
            item = self.exports[name]
            if kind == "global":
                state["globals"][name] = embedder.readGlobal(self.store, item)
            elif kind == "table":
                state["tables"][name] = "".join(
                    "0" if item.get(self.store, i) is None else "1"
                    for i in range(item.size(self.store)))
            elif kind == "memory":
                state["memories"][name] = self.digest(item)
        return state

    def digest(self, memory):
        base = 0 if self.section is None else struct.unpack_from(
            "<I", self.section, INFO_GUEST_BASE)[0]
        size = memory.data_len(self.store) - base
        start = ctypes.addressof(memory.data_ptr(self.store).contents) + base
        digest = hashlib.md5(ctypes.string_at(start, size)).hexdigest()
        return f"{size // PAGE} pages, {digest}"


def outcomeOf(action, trapNumber):
    try:
        return {"values": action()}
    except wasmtime.Trap as trap:
        if trap.trap_code:
            return {"trap": trap.trap_code.name, "vm": trapNumber()}
        return {"error": trap.message}
    except wasmtime.WasmtimeError as error:
        # How a host function's own trap comes back.
        text = str(error)
        return {"error": HOST_ERROR if HOST_ERROR in text else text}


def runVariant(engine, job, path, memoryExport):
    with open(path, "rb") as file:
        data = file.read()
    wasm = WasmFile(data)
    module = wasmtime.Module(engine, data)
    section = embedder.bundleSection(wasm)
    exported = sorted(f"{e.kind} {e.name}" for e in wasm.exports
                      if e.name not in (memoryExport, FUEL_EXPORT))
    sections = []
    for function in job["functions"]:
        run = None

        def start():
            nonlocal run
            run = Run(engine, module, section, job, memoryExport)
            return []

        first = outcomeOf(start, lambda: 0)
        if run is None:
            sections.append({"name": "", "records": [first], "state": None})
            break
        records = [{**first, "log": run.host.log}]
        for args in function["calls"]:
            records.append(run.observe(function, args))
        sections.append({"name": function["name"], "records": records,
                         "state": run.state()})
        del run.store
        embedder.forgetHostFunctions()
    return {"exported": exported, "sections": sections}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        batch = json.load(file)
    engine = embedder.engine(batch["layout"] == "separate")
    for job in batch["jobs"]:
        for variant in job["variants"]:
            try:
                record = runVariant(engine, job, variant["path"],
                                    batch["memoryExport"])
            except (ValueError, KeyError, wasmtime.WasmtimeError) as error:
                record = {"broken": repr(error)}
            print(json.dumps({"id": job["id"], "variant": variant["variant"],
                              **record}), flush=True)


main()
