"""Runs the commands of one spec script in Wasmtime and prints one JSON line
for each with what happened; run.py judges.

Usage: python3 wasmtime_host.py PLAN, with the library's folder, tests/support
on PYTHONPATH.
"""

import json
import sys

import wasmtime

import embedder
from wasmfile import WasmFile


class NoInstance(Exception):
    pass


class Instance:
    def __init__(self, session, path):
        with open(path, "rb") as file:
            data = file.read()
        module = wasmtime.Module(session.engine, data)
        self.session = session
        self.instance = session.linker.instantiate(session.store, module)
        self.exports = self.instance.exports(session.store)
        memory = self.exports.get(session.plan["memoryExport"])
        self.trapWord = embedder.TrapWord(
            session.store, embedder.bundleSection(WasmFile(data)), memory)


class Session:
    def __init__(self, plan):
        self.plan = plan
        self.engine = embedder.engine(plan["layout"] == "separate")
        self.store = wasmtime.Store(self.engine)
        self.linker = wasmtime.Linker(self.engine)
        self.linker.allow_shadowing = True
        self.current = None
        self.named = {}
        self.defineSpectest()
        self.defineWasi()

    def defineSpectest(self):
        module = wasmtime.Module.from_file(self.engine, self.plan["spectest"])
        self.linker.define_instance(self.store, "spectest",
                                    self.linker.instantiate(self.store, module))

    def defineWasi(self):
        """For imports that only the VM itself makes: nothing can be written,
        and leaving is a trap."""
        i32 = wasmtime.ValType.i32()
        badFile = 8
        self.linker.define_func("wasi_snapshot_preview1", "fd_write",
                                wasmtime.FuncType([i32] * 4, [i32]),
                                lambda *_: badFile)

    def target(self, command):
        name = command.get("module")
        instance = self.named.get(name) if name else self.current
        if instance is None:
            raise NoInstance("no such instance")
        return instance

    def doModule(self, command):
        self.current = None
        self.current = Instance(self, command["wasm"])
        if command.get("name"):
            self.named[command["name"]] = self.current
        return []

    def doInstantiate(self, command):
        Instance(self, command["wasm"])
        return []

    def doRegister(self, command):
        self.linker.define_instance(self.store, command["as"],
                                    self.target(command).instance)
        return []

    def doInvoke(self, command):
        func = self.target(command).exports[command["field"]]
        return embedder.call(self.store, func, command["type"]["params"],
                             command["args"])

    def doGet(self, command):
        global_ = self.target(command).exports[command["field"]]
        return [embedder.readGlobal(self.store, global_)]

    def outcome(self, command):
        action = {"module": self.doModule, "instantiate": self.doInstantiate,
                  "register": self.doRegister, "invoke": self.doInvoke,
                  "get": self.doGet}[command["do"]]
        words = [i.trapWord for i in [*self.named.values(), self.current] if i]
        for word in words:
            word.clear()
        try:
            return {"values": action(command)}
        except wasmtime.Trap as trap:
            raised = next((n for n in (w.read() for w in words) if n), 0)
            code = trap.trap_code
            return {"trap": code.name if code else trap.message, "vm": raised}
        except wasmtime.WasmtimeError as error:
            return {"link": str(error)}
        except (NoInstance, KeyError, OSError, ValueError) as error:
            return {"error": repr(error)}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    session = Session(plan)
    for command in plan["commands"]:
        record = {"i": command["i"], **session.outcome(command)}
        print(json.dumps(record), flush=True)


main()
