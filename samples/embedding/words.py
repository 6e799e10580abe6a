"""Embeds words.c with the Wasmtime library: python3 words.py words.wasm, or a
bundle of it that was packed with --layout=separate."""

import sys

import wasmtime


def main():
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    module = wasmtime.Module.from_file(engine, sys.argv[1])
    linker = wasmtime.Linker(engine)
    i32 = wasmtime.ValType.i32()

    def text(caller, address, size):
        return caller["memory"].read(caller, address, address + size).decode()

    def translate(caller, address, size, out, room):
        answer = (text(caller, address, size).upper() + " ✓").encode()[:room]
        caller["memory"].write(caller, answer, out)
        return len(answer)

    def show(caller, address, size):
        print("the app says:", text(caller, address, size))

    linker.define_func("env", "translate",
                       wasmtime.FuncType([i32] * 4, [i32]), translate,
                       access_caller=True)
    linker.define_func("env", "show", wasmtime.FuncType([i32] * 2, []), show,
                       access_caller=True)
    exports = linker.instantiate(store, module).exports(store)
    memory = exports["memory"]

    def lend(string):
        data = string.encode()
        address = exports["malloc"](store, len(data))
        memory.write(store, data, address)
        return address, len(data)

    for string in ("one two three", "grüße", ""):
        address, size = lend(string)
        result = exports["converse"](store, address, size)
        at, length = (int.from_bytes(memory.read(store, i, i + 4), "little")
                      for i in (result, result + 4))
        print(memory.read(store, at, at + length).decode())
        exports["free"](store, address)
    address, size = lend("stressed desserts")
    exports["reverse"](store, address, size)
    print(memory.read(store, address, address + size).decode())


main()
