"""Guests that import all functions of WASI 0.1, to be called from outside.

Each function NAME is exported as direct_NAME, the import itself, and as
call_NAME, a function that calls it; touch() and grow(pages) look after memory.
"""

import signatures

MODULE = "wasi_snapshot_preview1"
# The name of a guest, and its memory.
GUESTS = {
    "pages2": '(memory (export "memory") 2)',
    "pages0": '(memory (export "memory") 0)',
    "none": "",
}


def wat(table, memory):
    imports, functions = [], []
    for entry in table:
        name = entry["name"]
        params, results = signatures.wasmType(entry)
        shape = f"(param {' '.join(params)})" if params else ""
        result = f"(result {' '.join(results)})" if results else ""
        gets = " ".join(f"(local.get {i})" for i in range(len(params)))
        imports.append(f'(import "{MODULE}" "{name}" '
                       f"(func ${name} {shape} {result}))")
        functions.append(f'(export "direct_{name}" (func ${name}))')
        functions.append(f'(func (export "call_{name}") {shape} {result} '
                         f"(call ${name} {gets}))")
    if memory:
        functions.append('(func (export "touch") (result i32) (memory.size))')
        functions.append('(func (export "grow") (param i32) (result i32) '
                         "(memory.grow (local.get 0)))")
    else:
        functions.append('(func (export "touch") (result i32) (i32.const 7))')
    return "\n".join(["(module", *imports, memory, *functions, ")"])


def make(folder, table, packer, assemble):
    """Writes NAME.plain.wasm and NAME.bundle.wasm for each guest."""
    for name, memory in GUESTS.items():
        plain = folder / f"{name}.plain.wasm"
        assemble(wat(table, memory), plain)
        code, errors = packer.pack(plain, folder / f"{name}.bundle.wasm", 2,
                                   ["--quiet", "--stack-size", "64k"])
        if code:
            raise RuntimeError(errors)
