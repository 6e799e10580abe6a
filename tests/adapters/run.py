#!/usr/bin/env python3
"""What crosses the border between a program and its embedder: imports and
exports of all types and names, calls back, exceptions.

usage: run.py [--tool FILE]

guest.wat, packed at -O0 and -O2, with memories of its own where the host has
several, with exceptions where it has them, and as it is, is driven in Node 26
and bun by drive.mjs, in Wasmtime by drive_wasmtime.py, which print what they
see; leak.mjs looks at what exceptions leave behind without that. That has
to be what expected.txt says, but for its lines that begin with "[NAME]", which
only the host of that name prints, or with "[!NAME]", which it does not print.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import tools  # noqa: E402

SECONDS = 120
# Variants that some hosts, as the tests set them up, do not take, and options.
# With exceptions, the stack is too small for what drive.mjs's would leave on it
# otherwise. (What a host function raises in Wasmtime is a trap, which nothing
# catches.)
SMALL = "--stack-size=64k"
EXCEPTIONS = ["--host-features=default,exceptions", SMALL]
SPECIAL = {
    "separate memories": (["node"], ["--layout=separate"]),
    "exceptions": (["node", "bun"], EXCEPTIONS),
    "both": (["node"], ["--layout=separate", *EXCEPTIONS]),
}
LEAK = """ended by unreachable trap 2
in bounds true
untouched true
several true still 42
again true true
"""


def hosts():
    """Name, command and whether it takes vectors; None: it is not there."""
    bun = tools.cacheRoot() / "hosts/bun/bun"
    return [
        ("node", [tools.node(), HERE / "drive.mjs"], False),
        ("bun", [bun, HERE / "drive.mjs"] if bun.exists() else None, False),
        ("wasmtime", [sys.executable, HERE / "drive_wasmtime.py"], True),
    ]


def expected(host):
    lines = []
    for line in (HERE / "expected.txt").read_text("utf-8").splitlines():
        only = re.match(r"\[(!?)(\w+)\] ", line)
        if not only:
            lines.append(line)
        elif (only.group(2) == host) != bool(only.group(1)):
            lines.append(line[only.end():])
    return lines


def drive(command, modules):
    done = subprocess.run([*map(str, command), *map(str, modules)],
                          capture_output=True, text=True, timeout=SECONDS,
                          env=tools.libraryEnvironment(), check=False)
    lines = done.stdout.split("\n")[:-1]
    if done.returncode:
        lines.append(f"exit code {done.returncode}: {done.stderr[-2000:]}")
    return lines


def packed(packer, plain, bundle, level, *options):
    code, errors = packer.pack(plain, bundle, level, ["--quiet", *options])
    if code or errors:
        raise RuntimeError(f"{bundle.name}: {errors}")


def makeVariants(packer, folder):
    """Name -> (guest, vectors)."""
    variants = {"plain": []}
    for name in ("guest", "vectors"):
        plain = folder / f"{name}.wasm"
        subprocess.run([tools.wasmTools(), "parse", HERE / f"{name}.wat",
                        "-o", plain], check=True)
        variants["plain"].append(plain)
        for level in (0, 2):
            bundle = folder / f"{name}.{level}.wasm"
            packed(packer, plain, bundle, level)
            variants.setdefault(f"-O{level}", []).append(bundle)
        for i, (variant, (_, options)) in enumerate(SPECIAL.items()):
            bundle = folder / f"{name}.special{i}.wasm"
            packed(packer, plain, bundle, 2, *options)
            variants.setdefault(variant, []).append(bundle)
    return variants


def leakProblem(packer, plain):
    """What is wrong with how frames are left behind, or None."""
    bundle = plain.with_suffix(".leak.wasm")
    packed(packer, plain, bundle, 2, SMALL)
    lines = drive([tools.node(), HERE / "leak.mjs"], [bundle])
    return None if lines == LEAK.splitlines() else lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", default=tools.releaseTool())
    options = parser.parse_args()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="ireko-adapters-") as name:
        packer = tools.Packer(options.tool)
        variants = makeVariants(packer, pathlib.Path(name))
        trouble = leakProblem(packer, variants["plain"][0])
        passed += not trouble
        if trouble:
            failed += 1
            print(f"FAIL leak: {trouble}")
        for host, command, takesVectors in hosts():
            if command is None:
                print(f"skipped {host}: it is not installed")
                skipped += len(variants)
                continue
            for variant, modules in variants.items():
                if variant in SPECIAL and host not in SPECIAL[variant][0]:
                    continue
                actual = drive(command, modules[:1 + takesVectors])
                wanted = expected(host)
                passed += sum(a == w for a, w in zip(actual, wanted))
                for i in range(max(len(actual), len(wanted))):
                    a, w = (lines[i] if i < len(lines) else None
                            for lines in (actual, wanted))
                    if a != w:
                        failed += 1
                        print(f"FAIL {host} {variant}, line {i + 1}: {a!r}, "
                              f"expected {w!r}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
