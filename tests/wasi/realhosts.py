"""Bundles with bad pointers on real hosts, and the generic VM: each must answer
`fault`, and the program must go on.

A program calls every function once for each of its pointers, with that one out
of memory, and ends with the number of calls that did not return 21.
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import hosts  # noqa: E402
import signatures  # noqa: E402

MODULE = "wasi_snapshot_preview1"
FAULT = 21
SECONDS = 60
# Functions that a host does not have: a module that imports them is refused.
MISSING = {"bun": {"sock_accept"}}


def badCalls(entry):
    """Arguments, one list for each pointer; good ones are 64 and 8."""
    params, _ = signatures.wasmType(entry)
    pointers, at = [], 0
    for parameter in entry["parameters"]:
        kind = parameter["kind"]
        if kind not in ("i32", "i64"):
            pointers.append(at)
        at += 2 if kind in ("buffer", "iovecs") else 1
    for bad in pointers:
        # One past the end, far outside, and VM memory if it is not checked.
        for address in (65536, -16, -65536):
            yield [address if i == bad else 64 if i in pointers else 8
                   for i in range(len(params))]


def wat(table, missing):
    imports, calls, count = [], [], 0
    for entry in table:
        bad = list(badCalls(entry))
        if entry["name"] in missing or not bad:
            continue
        params, _ = signatures.wasmType(entry)
        imports.append(f'(import "{MODULE}" "{entry["name"]}" '
                       f'(func ${entry["name"]} (param {" ".join(params)}) '
                       "(result i32)))")
        for args in bad:
            values = " ".join(f"({t}.const {a})"
                              for t, a in zip(params, args))
            calls.append(f'(call $count (call ${entry["name"]} {values}))')
            count += 1
    return "\n".join([
        "(module", *imports,
        f'(import "{MODULE}" "proc_exit" (func $exit (param i32)))',
        '(memory (export "memory") 1)',
        "(global $wrong (mut i32) (i32.const 0))",
        "(func $count (param i32)",
        f"  (if (i32.ne (local.get 0) (i32.const {FAULT}))",
        "    (then (global.set $wrong",
        "      (i32.add (global.get $wrong) (i32.const 1))))))",
        '(func (export "_start")', *calls,
        # A code that hosts pass on, and that is not that of a failed start.
        "(call $exit (i32.add (i32.const 40) (global.get $wrong))))",
        ")"]), count


def check(totals, name, host, module, args, cwd, count):
    # With nothing in it, environ fits at the end of memory.
    command = host.command(module, args, folders=("folder",),
                           variables={"NAME": "value"})
    done = subprocess.run([str(word) for word in command], cwd=cwd,
                          capture_output=True, text=True, timeout=SECONDS,
                          stdin=subprocess.DEVNULL, env=hosts.environment(),
                          check=False)
    totals.check(f"bad pointers {name} on {host.name}: calls that did not fail "
                 f"with {FAULT}, of {count} {done.stderr[-300:]}",
                 done.returncode - 40, 0)


def run(totals, folder, table, packer, assemble):
    (folder / "folder").mkdir()
    vm, program = folder / "vm.wasm", "folder/bad.irk"
    # The VM, as it is made for every host, has none.
    text, generalCount = wat(table, {"sock_accept"})
    assemble(text, folder / "bad.wasm")
    for words in ("vm", "-o", vm), ("lower", folder / "bad.wasm", "-o",
                                    folder / program):
        subprocess.run([packer.tool, *map(str, words)], check=True,
                       capture_output=True)
    for host in hosts.ALL:
        if not host.isThere():
            print(f"skipped bad pointers on {host.name}: it is not installed")
            totals.skipped += 1
            continue
        text, count = wat(table, MISSING.get(host.name, set()))
        plain = folder / f"bad.{host.name}.wasm"
        bundle = folder / f"bad.{host.name}.bundle.wasm"
        assemble(text, plain)
        code, errors = packer.pack(plain, bundle, 2, ["--quiet"])
        if code:
            raise RuntimeError(errors)
        check(totals, "in a bundle", host, bundle, (), folder, count)
        check(totals, "in the generic VM", host, vm, (program,), folder,
              generalCount)
