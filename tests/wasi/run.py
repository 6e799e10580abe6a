#!/usr/bin/env python3
"""Tests of the in-guest runtime: WASI adapters and traps.

usage: run.py [--runtime FILE] [--tool FILE] [--node PROGRAM] [--coverage]

The runtime is build/release/vm-runtime.wasm, the host Node 26, unless said
otherwise. The types of what it imports and exports are compared with wasi-libc's
header; then its functions are called in Node, with a host that takes notes.
Last, bundles that import all of them are compared with plain modules under a
model of a host, and one that makes bad calls only runs on every host there is.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import guests  # noqa: E402
import realhosts  # noqa: E402
import signatures  # noqa: E402
import tools  # noqa: E402
from checks import Checks  # noqa: E402
from wasmfile import FUNC, WasmFile  # noqa: E402

MODULE = "wasi_snapshot_preview1"
ADAPTER = "ireko_wasi_"
FUNCTIONS = 46
# What position-independent code imports; the tool defines it.
SHARED = {"memory", "__indirect_function_table", "__stack_pointer",
          "__memory_base", "__table_base"}
MOST_BYTES = 16 * 1024


def checkTypes(totals, runtime, table):
    expected = {entry["name"]: signatures.wasmType(entry) for entry in table}
    imports = {i.name: i.type for i in runtime.imports if i.kind == FUNC}
    shared = {i.name for i in runtime.imports if i.module == "env"}
    exports = {e.name: e.type for e in runtime.exports if e.kind == FUNC}
    adapters = {name.removeprefix(ADAPTER) for name in exports
                if name.startswith(ADAPTER)}
    totals.check("number of functions", len(expected), FUNCTIONS)
    totals.check("names of adapters", adapters, set(expected))
    totals.check("modules imported", {i.module for i in runtime.imports},
                 {MODULE, "env"})
    totals.check("names of env imported", shared, SHARED)
    totals.check("names imported", set(imports), set(expected))
    for name, type_ in expected.items():
        totals.check(f"type of the import {name}", imports.get(name), type_)
        totals.check(f"type of the adapter {name}",
                     exports.get(ADAPTER + name), type_)
    for name in ("ireko_trap", "ireko_trap_quiet"):
        totals.check(f"type of {name}", exports.get(name),
                     (("i32", "i32"), ()))
    export = runtime.export("ireko_vm")
    totals.check("type of ireko_vm", export and export.type, ("i32", False))


def checkTraps(totals):
    """The wordings that traps.js expects are those of traps.def."""
    rows = re.findall(r'^IREKO_TRAP\(\w+, "([^"]*)"\)$',
                      (ROOT / "vm" / "traps.def").read_text("utf-8"), re.M)
    script = (HERE / "traps.js").read_text("utf-8")
    block = re.search(r"const kTexts = \[(.*?)\];", script, re.S).group(1)
    totals.check("wording of traps", rows, re.findall(r'"([^"]*)"', block))


def assemble(text, path):
    subprocess.run([tools.wasmTools(), "parse", "-o", str(path), "-"],
                   input=text.encode(), check=True)


def runScript(totals, node, path, table, folder):
    tableFile = folder / "table.json"
    tableFile.write_text(json.dumps(table))
    process = subprocess.run(
        [node, str(HERE / "main.js"), str(path), str(tableFile), str(folder)],
        stdout=subprocess.PIPE, text=True, check=False)
    lines = process.stdout.splitlines()
    try:
        counts = json.loads(lines[-1])
    except (IndexError, ValueError):
        counts = {"passed": 0, "failed": 1, "skipped": 0}
        lines.append(f"FAILED: Node stopped early ({process.returncode})")
    for line in lines[:-1] if process.returncode == 0 else lines:
        print(line)
    for name, value in counts.items():
        setattr(totals, name, getattr(totals, name) + value)


def printCoverage(folder):
    coverage = json.loads((folder / "coverage.json").read_text())
    classes = coverage["classes"]
    print(f"{'':24}" + "".join(f"{c:>13}" for c in classes))
    for name, counts in coverage["covered"].items():
        print(f"{name:24}" +
              "".join(f"{counts.get(c, '-'):>13}" for c in classes))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runtime", type=pathlib.Path,
                        default=ROOT / "build/release/vm-runtime.wasm")
    parser.add_argument("--tool", default=tools.releaseTool())
    parser.add_argument("--node")
    parser.add_argument("--coverage", action="store_true",
                        help="print how many calls of each kind bundles.js "
                             "compares, by function")
    options = parser.parse_args()
    node = options.node or tools.node()
    totals = Checks()
    data = options.runtime.read_bytes()
    table = signatures.read()
    totals.check("the runtime's size is small", len(data) <= MOST_BYTES, True)
    checkTypes(totals, WasmFile(data), table)
    checkTraps(totals)
    with tempfile.TemporaryDirectory(prefix="ireko-wasi-") as name:
        folder = pathlib.Path(name)
        packer = tools.Packer(options.tool)
        guests.make(folder, table, packer, assemble)
        runScript(totals, node, options.runtime, table, folder)
        realhosts.run(totals, folder, table, packer, assemble)
        if options.coverage:
            printCoverage(folder)
    return totals.finish()


if __name__ == "__main__":
    sys.exit(main())
