#!/usr/bin/env python3
"""Checks the test runners themselves: with a packer that changes nothing they
pass, with one that breaks programs or accepts everything they fail. And a
generated program depends on its seed only, so that a failure's can be made
again."""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path.insert(0, str(TESTS / "differential"))
import generate  # noqa: E402

COPY = "cp {in} {out}"
SPOIL = f"{sys.executable} {HERE / 'spoil.py'} {{in}} {{out}}"
CARELESS = str(HERE / "careless.py")
FILES = ["wasm-v2/i32.wast", "wasm-v2/fac.wast"]
FEW = ["--count", "20"]
ONE_HOST = ["--hosts", "wasmtime", "--only", "greet|exports-gcd|wasi"]

# What is run, and whether it should pass.
CHECKS = [
    (["spec/run.py", "--packer", COPY, *FILES], True),
    (["spec/run.py", "--packer", SPOIL, *FILES], False),
    (["spec/run.py", "--tool", CARELESS, "wasm-v2/i32.wast"], False),
    (["differential/run.py", "--packer", COPY, *FEW], True),
    # One that still ends: each that does not is waited for.
    (["differential/run.py", "--packer", SPOIL, "--only", "case-calls"], False),
    (["hosts/run.py", "--packer", COPY, *ONE_HOST], True),
    (["hosts/run.py", "--packer", SPOIL, *ONE_HOST], False),
    (["fuzz/run.py", "--tool", CARELESS, "--no-suite", *FEW], False),
]


def seedsWithTwoPrograms():
    """Of those whose program differs after that of another seed."""
    seeds = range(60)
    first = {seed: generate.module(seed) for seed in seeds}
    return [seed for seed in reversed(seeds)
            if generate.module(seed) != first[seed]]


def main():
    failed = 0
    if seeds := seedsWithTwoPrograms():
        failed += 1
        print(f"FAIL generated programs: differ when made again: {seeds}")
    with tempfile.TemporaryDirectory(prefix="ireko-selfcheck-") as folder:
        for command, shouldPass in CHECKS:
            if command[0].startswith(("differential", "fuzz")):
                command = [*command, "--keep", folder]
            done = subprocess.run(
                [sys.executable, str(TESTS / command[0]), *command[1:]],
                capture_output=True, text=True)
            counts = done.stdout.splitlines()[-1:]
            if (done.returncode == 0) == shouldPass and counts and \
                    " passed, " in counts[0]:
                continue
            failed += 1
            print(f"FAIL {' '.join(command)}: exit code {done.returncode}, "
                  f"should {'pass' if shouldPass else 'fail'}: "
                  f"{done.stdout[-500:]}{done.stderr[-500:]}")
    print(f"{len(CHECKS) + 1 - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


main()
