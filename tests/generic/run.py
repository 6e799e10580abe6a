#!/usr/bin/env python3
"""Runs programs by the generic VM (`ireko vm`, `ireko lower`) and compares them
with the plain modules, as tests/programs does: one VM for all programs, on
every host.

usage: tests/generic/run.py [--hosts NAMES] [--only REGEX]

The programs are the samples that are commands, SQLite among them, QuickJS, and
a module that uses every operator (everything.py). Then what the VM refuses:
files that are none, of another version, for other handlers, too short, too
long, with a changed byte anywhere, too large, missing; and what `ireko lower`
refuses. All of that on Wasmtime; paths on every host.

The last line is "N passed, N failed, N skipped".
"""

import dataclasses
import functools
import concurrent.futures
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "tests" / "programs"), str(ROOT / "samples"),
             str(ROOT / "tests" / "support")]

import build  # noqa: E402
import cases  # noqa: E402
import chosen  # noqa: E402
import hosts  # noqa: E402
import tools  # noqa: E402
from checks import Totals  # noqa: E402
from compare import (buildSamples, comparisonProblem, execute,  # noqa: E402
                     expectationProblem)

sys.path.insert(0, str(HERE))
import everything  # noqa: E402

OUT = ROOT / "build" / "generic"
VM_BYTES = 300 * 1000
HEADER = struct.Struct("<18I")

# Its plain module imports functions that WASI 0.1 and the hosts do not have.
QUICKJS = cases.Case(
    "quickjs", "quickjs", ("data/script.js",),
    files={"data/script.js": b"""
let total = 0;
for (let i = 0; i < 20000; ++i) total = (total * 31 + i) % 1000003;
const words = "the quick brown fox".split(" ").map(w => w.toUpperCase());
print(total, JSON.stringify({words, pi: Math.PI, big: 2n ** 100n + ""}));
try { null.x } catch (error) { print(error instanceof TypeError) }
"""}, folders=("data",), stdout=r"""^667472 \{"words":\["THE","QUICK","BROWN","FOX"\],"pi":3.141592653589793,"big":"1267650600228229401496703205376"\}
true
$""")
NO_PLAIN = {"quickjs"}


class ThroughVm:
    """A host that runs a program file by the generic VM."""

    def __init__(self, host, vm):
        self.host = host
        self.vm = vm

    def command(self, file, args=(), folders=(), variables=None, call=None):
        return self.host.command(self.vm, (file, *args), folders, variables,
                                 call)

    def guestErrors(self, text):
        return self.host.guestErrors(text)


def tool(*words, problem=True):
    done = subprocess.run([tools.releaseTool(), *map(str, words)],
                          capture_output=True, text=True, check=False,
                          timeout=hosts.SECONDS)
    if problem and done.returncode:
        raise RuntimeError(f"ireko {' '.join(map(str, words))}: {done.stderr}")
    return done


def modules(only):
    """The cases, and the module of each sample."""
    every = [*cases.commandCases(), *cases.trapCases(),
             *cases.sqliteCases(ROOT / "samples" / "sqlite" / "workload.sql"),
             cases.Case("operators", "operators", stdout="")]
    paths = {name: build.OUT / f"{name}.wasm" for name in build.names()}
    text = OUT / "operators.wat"
    text.write_text(everything.module())
    paths["operators"] = OUT / "operators.wasm"
    subprocess.run([tools.wasmTools(), "parse", text, "-o",
                    paths["operators"]], check=True)
    quickjs = tools.cacheRoot() / "programs" / "quickjs.wasm"
    if quickjs.exists():
        every.append(QUICKJS)
        paths["quickjs"] = quickjs
    else:
        print(f"quickjs is not there (no {quickjs}): skipped")
    return [case for case in every if re.search(only, case.name)], paths


def runCase(host, vm, case, paths, scratch):
    """What is wrong, or None. Both runs have the program file at hand, so that
    they see the same folders."""
    file = f"irk/{case.sample}.irk"
    content = (OUT / f"{case.sample}.irk").read_bytes()
    case = dataclasses.replace(case, files={**case.files, file: content},
                               folders=(*case.folders, "irk"))
    try:
        through = execute(ThroughVm(host, vm), file, case, scratch)
        if case.name in NO_PLAIN:
            return expectationProblem(host, case, through)
        plain = execute(host, paths[case.sample], case, scratch)
        problem = expectationProblem(host, case, plain)
        if problem:
            return f"the plain module: {problem}"
        return comparisonProblem(case, plain, through)
    except subprocess.TimeoutExpired:
        return f"ran for more than {hosts.SECONDS} s"


def runVm(host, vm, args, folders, scratch):
    done = subprocess.run(host.command(vm, args, folders), cwd=scratch,
                          capture_output=True, text=True, check=False,
                          errors="replace", timeout=hosts.SECONDS,
                          env=hosts.environment())
    return done.returncode, done.stdout, host.guestErrors(done.stderr)


def checkPaths(host, vm, scratch):
    """Each way to name a file; no host gives the folder above."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    (folder / "a" / "b").mkdir(parents=True)
    shutil.copy(OUT / "hello.irk", folder / "a" / "b" / "hello.irk")
    shutil.copy(OUT / "hello.irk", folder / "a" / "hello.irk")
    for folders, path in [(("a",), "a/hello.irk"), (("a",), "./a/hello.irk"),
                          (("a",), "/a/hello.irk"), (("a",), "a/b/hello.irk"),
                          (("a", "a/b"), "a/b/hello.irk"),
                          (("a/b",), "a/b/hello.irk")]:
        code, out, error = runVm(host, vm, (path,), folders, folder)
        good = code == 0 and out == "Hello from a box inside of a box\n"
        yield (f"{host.name} path {path} in {folders}",
               None if good else f"exit code {code}: {out} {error}")
    for folders, path in [(("a",), "a/none.irk"), ((), "a/hello.irk"),
                          (("a/b",), "a/hello.irk")]:
        code, out, error = runVm(host, vm, (path,), folders, folder)
        good = code == 1 and f"ireko: vm: {path}: there is no such file" in error
        yield (f"{host.name} no path {path} in {folders}",
               None if good else f"exit code {code}: {out} {error}")


def changed(content, at, xor=1):
    return content[:at] + bytes([content[at] ^ xor]) + content[at + 1:]


def withField(content, index, value):
    """The header with another number; the checksum stays as it is."""
    fields = list(HEADER.unpack_from(content))
    fields[index] = value
    return HEADER.pack(*fields) + content[HEADER.size:]


def refusals(content):
    """(name, content, what the message must say)"""
    fields = HEADER.unpack_from(content)
    own = "%x%08x" % (fields[3], fields[2])
    versions = r"is made for version {}, and this VM is version {}: "
    yield "empty", b"", "is shorter than it should be"
    yield "text", b"hello, this is a text", "is no program of ireko lower"
    yield ("module", (build.OUT / "hello.wasm").read_bytes(),
           "is no program of ireko lower")
    yield ("version", withField(content, 1, 77), versions.format(
        "77-0*" + own, f"{fields[1]}-0*" + own))
    yield ("handlers", withField(content, 2, fields[2] ^ 1), versions.format(
        f"{fields[1]}-[0-9a-f]{{16}}", f"{fields[1]}-0*" + own))
    for size in (4, 15, 16, HEADER.size - 1, HEADER.size, HEADER.size + 100,
                 len(content) - 1):
        yield f"cut at {size}", content[:size], "is shorter than it should be"
    yield "longer", content + b"\0", "is longer than it should be"
    yield ("too large", withField(content, 8, 1 << 30),
           r"needs 1073741824 bytes, and this VM has \d+: make one with ireko "
           r"vm --image-size=1048576k")
    step = max(1, (len(content) - HEADER.size) // 24)
    for at in range(HEADER.size, len(content), step):
        yield (f"byte {at}", changed(content, at, 0x10),
               "has the checksum [0-9a-f]{16}, and should have [0-9a-f]{16}: "
               "the file is damaged|contradicts itself")
    # Each number of the header, wild.
    for index in range(6, 18):
        for value in (0xffffffff, 0x80000000, 0xfffffff8, fields[index] ^ 4):
            yield (f"field {index} {value:#x}", withField(content, index, value),
                   "is damaged|needs .*(bytes|pages)|shorter")


def checkRefusals(host, vm, scratch):
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    content = (OUT / "args.irk").read_bytes()
    for name, bad, message in refusals(content):
        (folder / "bad.irk").write_bytes(bad)
        code, out, error = runVm(host, vm, ("bad.irk",), (".",), folder)
        good = (code == 1 and out == "" and
                re.fullmatch(rf"ireko: vm: bad.irk: .*({message}).*\n", error))
        yield (f"refusal {name}",
               None if good else f"exit code {code}: {out!r} {error!r}")
    code, out, error = runVm(host, vm, (), (".",), folder)
    good = code == 1 and error.startswith("ireko: vm: name a program file: ")
    yield "refusal without arguments", None if good else error


LOWER_REFUSALS = {
    "import": ('(module (import "env" "f" (func)) (func (export "_start")))',
               "has only WASI 0.1, not the import env.f"),
    "memory": ('(module (import "env" "m" (memory 1)) (func (export '
               '"_start")))', "has only WASI 0.1, not the import env.m"),
    "global": ('(module (import "env" "g" (global i32)) (func (export '
               '"_start")))', "has only WASI 0.1, not the import env.g"),
    "other WASI": ('(module (import "wasi_snapshot_preview1" "sock_open" '
                   '(func (param i32) (result i32))) (func (export '
                   '"_start")))', "not the import wasi_snapshot_preview1."
                   "sock_open (--stub-unknown-imports"),
    "no start": ('(module (func (export "main")))', "exports no function "
                 "_start"),
    "typed start": ('(module (func (export "_start") (param i32)))',
                    "exports no function _start"),
    "table.set": ('(module (table 1 funcref) (func (export "_start") '
                  '(table.set (i32.const 0) (ref.null func))))',
                  "the generic VM cannot do"),
    "changing table": ('(module (table 1 funcref) (elem $e func 0) (func '
                       '(export "_start") (table.init $e (i32.const 0) '
                       '(i32.const 0) (i32.const 1)) (call_indirect '
                       '(i32.const 0))))', "the generic VM cannot do"),
    "elements that do not fit": (
        '(module (table 3 funcref) (elem (i32.const 2) func 0 0) (func (export '
        '"_start")))', "an element segment does not fit into its table"),
    "relaxed SIMD": ('(module (func (export "_start") (local v128) '
                     '(local.set 0 (i8x16.relaxed_swizzle (local.get 0) '
                     '(local.get 0))) (drop (i8x16.relaxed_swizzle (local.get '
                     '0) (local.get 0))) (if (v128.any_true (local.get 0)) '
                     '(then (unreachable)))))',
                     "cannot do i8x16.relaxed_swizzle"),
}


def checkLowering(scratch):
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    for name, (text, message) in LOWER_REFUSALS.items():
        (folder / "in.wat").write_text(text)
        out = folder / "out.irk"
        done = tool("lower", folder / "in.wat", "-o", out, problem=False)
        problem = tools.refusalProblem(done.returncode, done.stderr, out)
        if not problem and (message not in done.stderr
                            or "ireko pack" not in done.stderr):
            problem = done.stderr
        yield f"lower {name}", problem
    # The same input gives the same bytes.
    again = folder / "again.irk"
    for name in ("args", "sqlite"):
        tool("lower", build.OUT / f"{name}.wasm", "-o", again)
        same = again.read_bytes() == (OUT / f"{name}.irk").read_bytes()
        yield f"lower {name} twice", None if same else "differs"
    tool("vm", "-o", folder / "vm.wasm")
    same = (folder / "vm.wasm").read_bytes() == (OUT / "vm.wasm").read_bytes()
    yield "vm twice", None if same else "differs"
    size = (OUT / "vm.wasm").stat().st_size
    yield "size of the VM", (None if size < VM_BYTES
                             else f"{size} bytes, more than {VM_BYTES}")


def checkSmallVm(host, scratch):
    """What does not fit by default runs in a VM that is made for it."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    shutil.copy(OUT / "args.irk", folder)
    for size, fits in (("16k", False), ("128k", True)):
        tool("vm", "-o", folder / "vm.wasm", "--image-size", size,
             "--stack-size", "64k")
        code, out, error = runVm(host, folder / "vm.wasm", ("args.irk", "3"),
                                 (".",), folder)
        good = (code == 3 and out == "arg 1: 3\n" if fits else
                code == 1 and "--image-size=" in error)
        yield (f"VM of {size}",
               None if good else f"exit code {code}: {out!r} {error!r}")


def checkLongArguments(host, scratch):
    """Arguments that fill the guest stack, but for a few bytes, of a program
    whose data does not fit: the loader still finds it and reads it whole."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    (folder / "in.wat").write_text(
        '(module (memory 1) (data (i32.const 65530) "0123456789")'
        ' (func (export "_start")))')
    tool("lower", folder / "in.wat", "-o", folder / "out.irk")
    tool("vm", "-o", folder / "vm.wasm", "--stack-size", "64k")
    messages = []
    for size in range(65490, 65520, 3):
        code, out, error = runVm(host, folder / "vm.wasm",
                                 ("out.irk", "x" * size), (".",), folder)
        messages.append(error.splitlines()[0])
    fit = "ireko: vm: out.irk: trap: out of bounds memory access in a data " \
        "segment"
    fits = messages.count(fit)
    good = 0 < fits < len(messages) and messages == [fit] * fits + [
        "ireko: vm: the arguments are too long"] * (len(messages) - fits)
    yield "arguments that fill the stack", None if good else messages


def parseArguments():
    names = [host.name for host in hosts.ALL]
    return chosen.parser(__doc__, names, names).parse_args()


def main():
    arguments = parseArguments()
    totals = Totals()
    OUT.mkdir(parents=True, exist_ok=True)
    buildSamples()
    picked, paths = modules(arguments.only)
    vm = OUT / "vm.wasm"
    print(tool("vm", "-o", vm).stderr.strip().replace(f"{vm}", "vm.wasm"))
    needed = {case.sample for case in picked} | {"hello", "args", "sqlite"}
    for sample in sorted(needed):
        target = OUT / f"{sample}.irk"
        tool("lower", paths[sample], "-o", target,
             *(["--stub-unknown-imports"] if sample in NO_PLAIN else []))
        print(f"{sample}: {target.stat().st_size} bytes, the module "
              f"{paths[sample].stat().st_size}")
    scratch = tempfile.mkdtemp(prefix="ireko-generic-")
    for host in chosen.installed(hosts.ALL, arguments.hosts, totals,
                                 len(picked)):
        run = functools.partial(runCase, host, vm, paths=paths,
                                scratch=scratch)
        # As in tests/programs, whatever the level.
        here = [case for case in picked if case.levels["2"] is None
                or host.name in case.levels["2"]]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for case, problem in zip(here, pool.map(run, here)):
                totals.add(f"{host.name} {case.name}", problem)
        if not arguments.only:
            totals.addAll(checkPaths(host, vm, scratch))
        if not arguments.only and host is hosts.ALL[0]:
            for check in (checkRefusals(host, vm, scratch),
                          checkLowering(scratch),
                          checkLongArguments(host, scratch),
                          checkSmallVm(host, scratch)):
                totals.addAll(check)
        print(f"{host.name} {host.version()}: {totals} up to here", flush=True)
    shutil.rmtree(scratch)
    return totals.finish()


if __name__ == "__main__":
    sys.exit(main())
