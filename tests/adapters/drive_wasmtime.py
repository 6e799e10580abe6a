"""python3 drive_wasmtime.py MODULE [VECTORS]: what drive.mjs does, in Wasmtime;
VECTORS is vectors.wat or its bundle."""

import ctypes
import json
import struct
import sys

import wasmtime

import embedder
from wasmfile import WasmFile

REENTRIES = 100
THROWS = 10000
TRIES = 1001
ODD = 'odd \n"\U0001f600\u202e'


def say(*words):
    print(*words, flush=True)


def i32(number):
    return f"{number & 0xffffffff:08x}"


def i64(number):
    return f"{number & 0xffffffffffffffff:016x}"


def f32(number):
    return struct.pack(">f", number).hex()


def f64(number):
    return struct.pack(">d", number).hex()


def number(bits):
    """Of an i32."""
    return int(bits, 16) - ((int(bits, 16) >> 31) << 32)


class Driver:
    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.file = WasmFile(data)
        section = embedder.bundleSection(self.file)
        self.guestBase = struct.unpack_from("<I", section, 24)[0] \
            if section else 0
        self.store = wasmtime.Store(embedder.engine())
        module = wasmtime.Module(self.store.engine, data)
        imports = []
        self.exports = None
        for item, wanted in zip(self.file.imports, module.imports):
            if item.name == "limit":
                imports.append(embedder.hostGlobal(
                    self.store, wanted.type, "i64", i64(-2 ** 40)))
                continue
            answer = getattr(self, "host_" + (item.name or "odd"))
            imports.append(embedder.hostFunction(
                self.store, wanted.type, item.type[1], answer))
        self.exports = wasmtime.Instance(
            self.store, module, imports).exports(self.store)

    def call(self, name, *args):
        item = self.file.export(name)
        return embedder.call(self.store, self.exports[name], item.type[0],
                             args)


    def host_mix(self, args):
        say("host mix", *args)
        a, b, c, d = args
        return [f64(struct.unpack(">d", bytes.fromhex(d))[0] +
                    struct.unpack(">f", bytes.fromhex(c))[0]),
                i64(int(b, 16) + 1), i32(int(a, 16) + 1)]

    def host_odd(self, args):
        say("host odd", *args)
        return [i64(int(args[0], 16) ^ -1)]

    def host_call(self, args):
        return self.call("recurse", *args)

    def host_grow(self, args):
        (old,) = self.call("grow_memory", *args)
        at = self.guestBase + int(old, 16) * 65536 + 4
        self.exports["memory"].write(self.store,
                                     struct.pack("<I", 0xabcd1234), at)
        return [old]

    def host_swap(self, args):
        say("host swap", *args)
        return [args[1], args[0]]

    def host_throw(self, args):
        raise RuntimeError(f"thrown {number(args[0])}")

    def host_try(self, args):
        try:
            return self.call("fail", *args)
        except (wasmtime.Trap, wasmtime.WasmtimeError):
            return [i32(10 + number(args[0]))]

    def host_note(self, args):
        say("host note", number(args[0]))
        return []

    def host_vector(self, args):
        say("host vector", *args)
        return [i32(int(args[1], 16) + 1), args[0][::-1]]


def drive(path):
    driver = Driver(path)
    call = driver.call
    names = sorted(export.name for export in driver.file.exports)
    say("exports", *map(json.dumps, names))
    say("started", number(call("started")[0]))
    for name in ("multi", "mix again"):
        say(name, *call(name, i32(-5), i64(2 ** 63 - 1), f32(1.5), f64(-0.25)))
    say("by odd name", *call("by odd name", i64(2 ** 40 + 9)))
    for name in ("twice", "", "a\0b", "\u2028"):
        say("twice as", json.dumps(name),
            number(call(name, i32(1 << 30))[0]), "true")
    table = driver.exports["table"]
    store = driver.store
    say("itself", driver.exports["itself"](store)(store, 4), "true")
    say("table", table.size(store), table.get(store, 0)(store, 8),
        table.get(store, 2)(store))
    say("none", *call("none"))
    counter = driver.exports["counter"]
    say("count", driver.exports["count"](store), counter.value(store))
    counter.set_value(store, -1)
    say("count", driver.exports["count"](store), counter.value(store))
    say("recurse", number(call("recurse", i32(REENTRIES))[0]))
    say("grown", *call("grown"))
    # Only null can be passed as a funcref here; the rest is drive.mjs's.
    for reference in ("null", "extern:0"):
        object_, func, noObject, noFunc = call("references", reference, "null")
        say("references", object_, func, number(noObject), number(noFunc),
            "true")
    same = 0
    for _ in range(THROWS):
        try:
            call("deep throw", i32(10))
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            same += "thrown 5" in str(error)
    say("tried", *call("tried", i32(TRIES)))
    say("thrown", same, number(call("depth", i32(1000))[0]),
        number(call("recurse", i32(10))[0]))


def driveVectors(path):
    call = Driver(path).call
    value = "00112233445566778899aabbccddeeff"
    for name in ("vector", "vector again"):
        say(name, *call(name, value, i32(6)))


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    drive(sys.argv[1])
    driveVectors(sys.argv[2])
