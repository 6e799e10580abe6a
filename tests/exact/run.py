#!/usr/bin/env python3
"""That a program counts the same however it is packed and wherever it runs, and
that what is on the guest stack when it leaves is checked.

Fuel: every kernel of bench/ and sample is packed in the ways of VARIANTS, all
code in the stream, all in regions, some of both, and leaving at some or all
safepoints; on each host, each must say by --print-fuel that it counted the
same.
With a limit of that the program ends as ever; with less it ends at the limit,
after the same output, in the same function, in all of them.

Frames: a bundle with --check-frames whose code is changed so that it writes a
wrong return address, a wrong link, or goes on at a wrong place, is caught.

The last line is "N passed, N failed, N skipped".
"""

import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "samples"), str(ROOT / "tests" / "programs"),
             str(ROOT / "tests" / "support")]

import breaking  # noqa: E402
import build  # noqa: E402
import chosen  # noqa: E402
from checks import Totals  # noqa: E402
import hosts  # noqa: E402
import tools  # noqa: E402
import wasmfile  # noqa: E402

OUT = ROOT / "build" / "exact"
HOSTS = ["wasmtime", "node26", "wazero"]
CODE = 10
KERNELS = sorted((ROOT / "bench" / "kernels").glob("*.c"))
KERNEL_FLAGS = {"simd_blur": ["-msimd128"]}
USED = re.compile(r"^ireko: fuel: (\d+) used\n", re.M)
OUT_OF_FUEL = re.compile(
    r"^ireko: trap: out of fuel( in function \d+ <.*>)?$", re.M)

# What all others are compared with comes first. Levels share what they lower,
# and passes change no safepoint: -O0 counts the same.
VARIANTS = {
    "stream": ("2", ["--no-regions"]),
    "regions": ("2", ["--all-regions"]),
    "mixed": ("2", ["--budget=HALF"]),
    "-O0": ("0", []),
    "some safepoints": ("2", ["--all-regions", "--safepoints=40:7",
                              "--check-frames"]),
    "mixed, leaving": ("2", ["--budget=HALF", "--safepoints=90:3",
                             "--check-frames"]),
    "for good": ("2", ["--all-regions", "--safepoints=500:5",
                       "--stay-in-stream", "--check-frames"]),
    "every safepoint": ("2", ["--all-regions", "--safepoints=1",
                              "--check-frames"]),
    "blocks left out": ("2", ["--all-regions", "--leave-out=3"]),
}
# With a limit: those that differ in how they find it.
LIMITED = ("stream", "regions", "mixed", "some safepoints", "every safepoint")


class Program:
    # `isPortable`: no host tells it anything else. `seesPath`: it is told of
    # the program's path, whose length it counts, and which differs from bundle
    # to bundle.
    def __init__(self, name, module, args=(), stdin=b"", isPortable=True,
                 seesPath=False):
        self.name = name
        self.module = module
        self.args = args
        self.stdin = stdin
        self.isPortable = isPortable and not seesPath
        self.seesPath = seesPath
        code = [end - start for section, _, start, end
                in wasmfile.sections(module.read_bytes()) if section == CODE]
        # Of what all its regions would take, about the half.
        self.half = max(300, sum(code))


def programs():
    """At scales at which leaving everywhere takes a second or so."""
    for source in KERNELS:
        name = source.stem
        module = build.compileC(source, OUT / "kernels" / f"{name}.wasm",
                                KERNEL_FLAGS.get(name, ()),
                                [source.parent / "kernel.h"])
        yield Program(name, module, ("1",))
    sample = build.buildSample
    yield Program("hello", sample("hello"))
    yield Program("greet", sample("greet"))
    yield Program("mandelbrot-sample", sample("mandelbrot"))
    yield Program("args", sample("args"), ("7", "two words"),
                  seesPath=True)
    # Of two buffers to write, Wasmtime takes the first one only.
    yield Program("files", sample("files"), ("upper",), b"some Text\nline",
                  isPortable=False)
    yield Program("deep", sample("deep"), ("5000",))
    yield Program("trap", sample("trap"), ("signature",), seesPath=True)
    yield Program("sqlite", sample("sqlite"), (":memory:",),
                  b"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM "
                  b"n WHERE i < 99) SELECT sum(i), group_concat(i) FROM n;",
                  isPortable=False)


class Run:
    """What came of one run."""

    def __init__(self, host, module, program, folder):
        self.code, self.stdout, self.errors = hosts.run(
            host, host.command(module, program.args), folder, program.stdin)
        found = USED.findall(self.errors)
        self.used = int(found[0]) if len(found) == 1 else None
        ran = OUT_OF_FUEL.search(self.errors)
        self.endedIn = ran and (ran[1] or "")


class Checker:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder

    def pack(self, program, variant, more):
        """The bundle; a different name would be a different argument."""
        level, options = VARIANTS[variant]
        options = [o.replace("HALF", str(program.half)) for o in options]
        key = "".join(c if c.isalnum() else "-" for c in
                      " ".join([variant, *more]))
        target = self.folder / program.name / key / "program.wasm"
        target.parent.mkdir(parents=True, exist_ok=True)
        code, errors = tools.Packer(self.options.tool).pack(
            program.module, target, level, [*options, *more])
        if code:
            raise RuntimeError(f"pack {variant}: exit code {code}: {errors}")
        return target

    def fuel(self, program, installed):
        """A list of (name, problem)."""
        checks, used, first = [], None, None
        bundles = {v: self.pack(program, v, ["--print-fuel"])
                   for v in VARIANTS}
        for host in installed:
            plain = Run(host, program.module, program, self.folder)
            if not program.isPortable:
                used = None
            for variant, bundle in bundles.items():
                run = Run(host, bundle, program, self.folder)
                used = run.used if used is None else used
                problem = None
                if run.stdout != plain.stdout or run.code != plain.code:
                    problem = (f"exit code {run.code}, plain {plain.code}; "
                               f"{run.errors[-300:]}")
                elif run.used is None:
                    problem = f"it does not say: {run.errors[-300:]!r}"
                elif run.used != used:
                    problem = f"{run.used} used, elsewhere {used}"
                checks.append((f"fuel of {program.name}, {variant}, "
                               f"{host.name}", problem))
            first = first or (used, plain)
        if first[0] and not program.seesPath:
            alike = installed if program.isPortable else installed[:1]
            checks += self.limits(program, alike, *first)
        return checks

    def limits(self, program, installed, used, plain):
        checks = []
        for limit in sorted({used, used - 1, used // 3}):
            expected = None
            for variant in LIMITED:
                bundle = self.pack(program, variant,
                                   ["--print-fuel", f"--fuel={limit}"])
                for host in installed if variant == "mixed" else installed[:1]:
                    run = Run(host, bundle, program, self.folder)
                    seen = (run.used, run.endedIn, run.stdout)
                    name = (f"limit of {limit} for {program.name}, {variant}, "
                            f"{host.name}")
                    if limit == used:
                        expected = (used, None, plain.stdout)
                    elif expected is None and run.used == limit \
                            and run.endedIn is not None \
                            and run.code == host.trapCode:
                        expected = seen
                    checks.append((name, None if seen == expected else
                                   f"{seen}, expected {expected}; exit code "
                                   f"{run.code}: {run.errors[-300:]}"))
        return checks


# An export that a host calls, while the program has called it, until the fuel is
# used up. It catches the trap; but what it returns to has no fuel either.
CAUGHT = """(module
  (import "host" "call" (func $call))
  (func (export "spin") (loop $again (br $again)))
  (func (export "run") (result i32) (local $i i32)
    (call $call)
    (loop $again
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 100000))))
    (local.get $i)))"""
CAUGHT_FUEL = 1000


def caught(options, node, folder):
    """A list of (name, problem)."""
    module = folder / "caught.wat"
    module.write_text(CAUGHT, "utf-8")
    for variant in ("stream", "regions", "-O0"):
        target = folder / f"caught {variant}.wasm"
        level, words = VARIANTS[variant]
        code, errors = tools.Packer(options.tool).pack(
            module, target, level, [*words, f"--fuel={CAUGHT_FUEL}"])
        problem = f"pack: {errors}" if code else None
        if not code:
            done = subprocess.run([node.program, HERE / "caught.mjs", target],
                                  capture_output=True, text=True, check=False)
            expected = f"unreachable; unreachable; {CAUGHT_FUEL}\n"
            if done.stdout != expected:
                problem = f"{done.stdout}{done.stderr}, expected {expected}"
        yield f"fuel that is used up in a trap that is caught, {variant}", \
            problem


def parseArguments():
    parser = chosen.parser(__doc__, HOSTS, HOSTS)
    chosen.addTool(parser, "programs", packer=False)
    return parser.parse_args()


def main():
    options = parseArguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ireko-exact-"))
    checker = Checker(options, folder)
    totals = Totals()
    every = [p for p in programs() if re.search(options.only, p.name)]
    installed = list(chosen.installed(
        hosts.ALL, options.hosts, totals,
        len(every) * (len(VARIANTS) + 3)))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for checks in pool.map(lambda p: checker.fuel(p, installed), every):
            totals.addAll(checks)
    if re.search(options.only, "frames"):
        totals.addAll(breaking.checks(
            options.tool, [h for h in installed if h.name != "node26"]
            or installed, folder))
    for host in installed:
        if host.name == "node26" and re.search(options.only, "caught"):
            totals.addAll(caught(options, host, folder))
    shutil.rmtree(folder)
    return totals.finish()


if __name__ == "__main__":
    sys.exit(main())
