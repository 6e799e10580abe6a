#!/usr/bin/env python3
"""Hosts with few features and hosts with limits: bundles packed for them are
valid with those features only, stay within the limits, and do what the plain
modules do.

The differential runner and a part of the specification's suite run again with
such bundles (they validate each one with wasm-tools); then samples and SQLite
run on the oldest hosts that are here. A host that is not here is skipped by
name.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TESTS = HERE.parent
sys.path.insert(0, str(TESTS / "support"))

import tools  # noqa: E402
from checks import Totals  # noqa: E402
from wasmfile import sections  # noqa: E402

# Each a run of another group's runner: its name, script and arguments.
AGAIN = [
    ("differential, mvp", "differential/run.py",
     ["--host-features", "mvp", "--count", "{count}"]),
    ("differential, mvp and two more", "differential/run.py",
     ["--host-features", "mvp,mutable-globals,extended-const", "--seed", "5",
      "--count", "{count}", "--no-fixed"]),
    ("differential, references and no more", "differential/run.py",
     ["--host-features", "reference-types,multi-value,mutable-globals",
      "--count", "0"]),
    ("differential, functions of 2 KiB", "differential/run.py",
     ["--pack-options=--max-function-size=2k", "--seed", "6",
      "--count", "{count}"]),
    ("differential, few targets and locals", "differential/run.py",
     ["--pack-options=--max-br-table=8 --max-locals=60", "--seed", "7",
      "--count", "{count}", "--no-fixed"]),
    ("spec, mvp", "spec/run.py",
     ["--host-features", "mvp", "wasm-v2/conversions", "wasm-v2/i32.wast",
      "wasm-v2/i64.wast", "wasm-v2/memory_", "wasm-v2/data.wast"]),
    ("spec, few targets", "spec/run.py",
     ["--pack-options=--max-br-table=8", "wasm-v2/switch",
      "wasm-v2/call.wast", "wasm-v2/call_indirect.wast", "wasm-v2/fac.wast",
      "tail-call/"]),
]
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.M)
SECONDS = 500

# How Node runs a WASI module; the module follows.
NODE_RUNNER = [str(ROOT / "rewriter" / "runner.mjs"),
               '{"preopens": {}, "env": {}}']
SAMPLES = ("hello", "args", "greet", "trap", "sqlite")
# The SQLite shell's; the others read less of it.
INPUT = b"""create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 300)
  insert into t select i, 'row ' || i, i / 7.0 from n;
select count(*), sum(a), round(avg(c), 6), max(b) from t where a % 3 = 1;
select b, cast(c * 1e18 as integer), printf('%.3e', c) from t where a > 295;
select typeof(9223372036854775807 + 1), -7 % 3, substr('abcdef', -3, 2);
"""


def runAgain(totals, name, script, arguments, count):
    command = [sys.executable, str(TESTS / script)]
    command += [a.format(count=count) for a in arguments]
    begin = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              errors="replace", timeout=SECONDS)
        output, code = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        output, code = f"stopped after {SECONDS} s", 1
    found = COUNTS.findall(output)
    passed, failed, skipped = map(int, found[-1]) if found else (0, 1, 0)
    print(f"{name}: {passed} passed, {failed} failed, {skipped} skipped, "
          f"{time.monotonic() - begin:.0f} s", flush=True)
    if failed or code or not passed:
        print(output[-3000:])
        failed = failed or 1
    totals.passed += passed
    totals.failed += failed
    # What a set of features leaves out is no test that is missing.


# Limits -------------------------------------------------------------------

def readLeb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def functionSizes(data):
    """Of all functions in a module, the sizes of their bodies."""
    for ident, _, body, _ in sections(data):
        if ident == 10:
            count, at = readLeb(data, body)
            sizes = []
            for _ in range(count):
                size, at = readLeb(data, at)
                sizes.append(size)
                at += size
            return sizes
    return []


def shapes(path):
    """The most targets of a br_table and locals of a function."""
    text = subprocess.run([tools.wasmTools(), "print", str(path)], check=True,
                          capture_output=True, text=True).stdout
    # "br_table 0 (;@2;) 1 (;@1;)": the label's number stands behind each.
    targets = max((len(re.findall(r" \d+", line)) for line in text.splitlines()
                   if line.lstrip().startswith("br_table")), default=0)
    local = 0
    for function in re.split(r"\n  \(func ", text)[1:]:
        names = re.findall(r"\((?:local|param)((?: (?:i32|i64|f32|f64|v128))+)",
                           function)
        local = max(local, sum(len(n.split()) for n in names))
    return targets, local


LIMITS = [("2k", 8, 60), ("4k", 100, 100), ("16k", 1000, 200)]


def checkLimits(totals, source, folder):
    for size, targets, local in LIMITS:
        for level in (0, 2):
            name = f"{source.stem} within {size}, {targets}, {local} -O{level}"
            target = folder / "limited.wasm"
            packer = tools.Packer(tools.releaseTool(), options=[
                f"--max-function-size={size}", f"--max-br-table={targets}",
                f"--max-locals={local}"])
            code, stderr = packer.pack(source, target, level)
            if code:
                totals.add(name, stderr)
                continue
            sizes = functionSizes(target.read_bytes())
            limit = int(size[:-1]) * 1024
            most = shapes(target)
            trouble = None
            if max(sizes) > limit:
                trouble = f"a function of {max(sizes)} bytes"
            # One more target than handlers: the default.
            elif most[0] > targets + 1:
                trouble = f"a br_table of {most[0]} targets"
            elif most[1] > local:
                trouble = f"a function of {most[1]} locals"
            totals.add(name, trouble)


# Hosts ----------------------------------------------------------------------

def oldNode():
    """The machine's own Node, if it is older than the pinned one."""
    program = shutil.which("node")
    if not program:
        return None, "no node on PATH"
    version = subprocess.run([program, "--version"], capture_output=True,
                             text=True).stdout.strip()
    # Node 20's memory.grow can crash with its fast calls of WASI.
    return [program, "--no-turbo-fast-api-calls", "--no-warnings",
            *NODE_RUNNER], version


def wasm3():
    program = tools.cacheRoot() / "hosts" / "wasm3"
    return ([str(program)], "") if program.is_file() else \
        (None, f"no {program}")


HOSTS = {"the machine's Node": oldNode, "wasm3": wasm3}


def runProgram(command, module):
    done = subprocess.run([*command, str(module)], capture_output=True,
                          timeout=SECONDS, input=INPUT)
    return done.returncode, done.stdout


def checkHosts(totals, modules, folder):
    expected = {m.stem: runProgram([tools.node(), "--no-warnings",
                                    *NODE_RUNNER], m) for m in modules}
    packer = tools.Packer(tools.releaseTool(), features="mvp")
    bundles = {}
    for module in modules:
        bundles[module.stem] = folder / f"{module.stem}.mvp.wasm"
        code, stderr = packer.pack(module, bundles[module.stem], 2)
        totals.add(f"{module.stem} for mvp", stderr if code else None)
    for host, find in HOSTS.items():
        command, detail = find()
        if not command:
            totals.skip(host, detail)
            continue
        for name, bundle in bundles.items():
            got = runProgram(command, bundle)
            totals.add(f"{name} on {host} {detail}",
                          None if got == expected[name] else
                          f"expected {expected[name]}, got {got}"[:500])


def checkWabt(totals, folder):
    """wabt's interpreter, which has no WASI, calls all exports."""
    program = shutil.which("wasm-interp")
    if not program:
        return totals.skip("wabt", "no wasm-interp on PATH")
    plain = folder / "conversions.wasm"
    subprocess.run([tools.wasmTools(), "parse", "-o", str(plain),
                    str(TESTS / "differential/cases/conversions.wat")],
                   check=True)
    command = [program, "--run-all-exports"]
    expected = runProgram(command, plain)
    for level in (0, 2):
        bundle = folder / f"conversions.O{level}.wasm"
        code, stderr = tools.Packer(tools.releaseTool(), features="mvp").pack(
            plain, bundle, level)
        got = runProgram(command, bundle)
        ran = b"sum of all() =>" in got[1]
        totals.add(f"conversions on wabt -O{level}",
                      stderr if code else None if ran and got == expected
                      else f"expected {expected}, got {got}"[:500])
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40,
                        help="modules a run (default: %(default)s)")
    parser.add_argument("--only", choices=("again", "limits", "hosts"))
    options = parser.parse_args()
    totals = Totals()
    with tempfile.TemporaryDirectory(prefix="ireko-features-") as name:
        folder = pathlib.Path(name)
        if options.only in (None, "again"):
            for run in AGAIN:
                runAgain(totals, *run, options.count)
        subprocess.run([sys.executable, str(ROOT / "samples" / "build.py")],
                       check=True, stdout=subprocess.DEVNULL)
        built = ROOT / "build" / "samples"
        modules = [built / f"{s}.wasm" for s in SAMPLES]
        if options.only in (None, "limits"):
            for module in modules:
                checkLimits(totals, module, folder)
        if options.only in (None, "hosts"):
            checkHosts(totals, modules, folder)
            checkWabt(totals, folder)
    sys.exit(totals.finish())


if __name__ == "__main__":
    main()
