#!/usr/bin/env python3
"""Runs real programs as plain modules and as bundles, on every host there is,
and compares: standard output, the guest's standard error, exit code, and every
file in the folder that the program was given, byte by byte.

usage: tests/programs/run.py [--hosts NAMES] [--only REGEX] [--keep]

The programs are the samples (samples/build.py builds them), among them SQLite
with its workload; the list of runs is cases.py. A bundle is packed at -O0 and
at -O2; some cases also run by `ireko run`. Then recursion: a million nested calls with a big guest stack, a clean
end with a small one. A host that is not installed is named and its runs count
as skipped.

The last line is "N passed, N failed, N skipped"; the exit code is 0 only if
nothing failed and something passed.
"""

import argparse
import concurrent.futures
import dataclasses
import functools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(HERE), str(ROOT / "samples"), str(ROOT / "tests" / "support")]

import build  # noqa: E402
import cases  # noqa: E402
import hosts  # noqa: E402
import tools  # noqa: E402

SECONDS = 300  # for one run of a program

DEEP_CALLS = 1_000_000
BIG_STACK = ["--stack-size", "128m"]
SMALL_STACK = ["--stack-size", "64k"]
HELLO_BYTES = 24 * 1024

# Cases that also run by `ireko run`.
THROUGH_TOOL = ["args", "files-join", "files-missing", "files-upper",
                "trap-unreachable", "exports-divide", "reactor-next",
                "sqlite-disk"]


@dataclasses.dataclass
class Result:
    """What is left of a run."""
    code: int
    stdout: bytes
    stderr: str
    files: dict


def readTree(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def execute(host, module, case, scratch):
    """Runs the case's program from `module` in a fresh folder."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    command = host.command(module, case.args, case.folders, case.variables,
                           case.call)
    # All three streams are files: node:wasi does not wait for pipes.
    with tempfile.TemporaryFile(dir=scratch) as stdin, \
            tempfile.TemporaryFile(dir=scratch) as stdout, \
            tempfile.TemporaryFile(dir=scratch) as stderr:
        stdin.write(case.stdin)
        stdin.seek(0)
        done = subprocess.run(command, cwd=folder, stdin=stdin, stdout=stdout,
                              stderr=stderr, check=False, timeout=SECONDS,
                              env=hosts.environment())
        stdout.seek(0)
        stderr.seek(0)
        errors = stderr.read().decode(errors="replace")
        return Result(done.returncode, stdout.read(),
                      host.guestErrors(errors), readTree(folder))


def shorten(text):
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    return repr(text if len(text) < 400 else text[:200] + "..." + text[-200:])


def firstDifference(plain, bundle):
    """Where two outputs part, with a little around it."""
    at = next((i for i, (a, b) in enumerate(zip(plain, bundle)) if a != b),
              min(len(plain), len(bundle)))
    around = slice(max(0, at - 60), at + 60)
    return (f"at byte {at} plain has {plain[around]!r}, "
            f"bundle {bundle[around]!r}")


def expectationProblem(host, case, result):
    """How a run is not what the case says, or None."""
    wanted = host.trapCode if case.code == cases.TRAP else case.code
    if result.code != wanted:
        return (f"exit code {result.code}, expected {wanted}; standard error: "
                f"{shorten(result.stderr)}")
    text = result.stdout.decode(errors="replace")
    if not re.search(case.stdout, text, re.M):
        return f"no {case.stdout!r} in the output {shorten(text)}"
    if not re.search(case.stderr, result.stderr, re.M):
        return f"no {case.stderr!r} in the errors {shorten(result.stderr)}"
    return None


def comparisonProblem(case, plain, bundle):
    """How the bundle's run differs from the plain one's, or None."""
    if plain.code != bundle.code:
        return (f"exit code {bundle.code}, plain {plain.code}; standard error: "
                f"{shorten(bundle.stderr)}")
    if plain.stdout != bundle.stdout:
        return "output: " + firstDifference(plain.stdout, bundle.stdout)
    # After a trap the host tells its own story, with other functions.
    if case.code != cases.TRAP and plain.stderr != bundle.stderr:
        return "errors: " + firstDifference(plain.stderr, bundle.stderr)
    if not re.search(case.message, bundle.stderr, re.M):
        return f"no {case.message!r} in the errors {shorten(bundle.stderr)}"
    if case.message:
        offset = int(re.search(r" at (0x[0-9a-f]+)$", bundle.stderr, re.M)[1],
                     16)
        module = (build.OUT / f"{case.sample}.wasm").read_bytes()
        if module[offset] != case.opcode:
            return (f"the instruction at {offset:#x} is {module[offset]:#x}, "
                    f"not {case.opcode:#x}")
    if plain.files.keys() != bundle.files.keys():
        return (f"files {sorted(bundle.files)}, plain {sorted(plain.files)}")
    for name, content in plain.files.items():
        if content != bundle.files[name]:
            return (f"file {name}: "
                    + firstDifference(content, bundle.files[name]))
    return None


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, problem):
        if problem:
            self.failed += 1
            print(f"FAILED {name}: {problem}", flush=True)
        else:
            self.passed += 1


class Bundles:
    """Packs what is asked for, each once, into build/programs."""

    def __init__(self, packer):
        self.packer = packer
        self.made = {}

    def pack(self, sample, level, options=(), variant=""):
        """The path of the bundle, or None if packing failed; the second value
        is what went wrong."""
        key = (sample, level, variant)
        if key not in self.made:
            source = build.OUT / f"{sample}.wasm"
            # The same name as the plain module's: it is the guest's argv[0].
            target = (ROOT / "build" / "programs" / f"O{level}{variant}"
                      / source.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            command = self.packer.command(source, target, level, options)
            done = subprocess.run(command, capture_output=True, text=True,
                                  check=False, timeout=SECONDS)
            problem = None
            if done.returncode or not target.is_file():
                problem = (f"{' '.join(map(str, command))}: exit code "
                           f"{done.returncode}: {shorten(done.stderr)}")
            self.made[key] = (target, problem)
        return self.made[key]


def runCase(host, case, bundles, scratch):
    """A list of (name of the check, problem or None)."""
    levels = [level for level, only in case.levels.items()
              if only is None or host.name in only]
    checks = []
    try:
        plain = execute(host, build.OUT / f"{case.sample}.wasm", case, scratch)
        problem = expectationProblem(host, case, plain)
        problem = problem and f"the plain module: {problem}"
    except subprocess.TimeoutExpired:
        problem = f"the plain module ran for more than {SECONDS} s"
    for level in levels:
        name = f"{host.name} {case.name} -O{level}"
        if problem:
            checks.append((name, problem))
            continue
        module, failure = bundles.pack(case.sample, level)
        try:
            checks.append((name, failure or comparisonProblem(
                case, plain, execute(host, module, case, scratch))))
        except subprocess.TimeoutExpired:
            checks.append((name, f"ran for more than {SECONDS} s"))
    return checks


def deepCases():
    """Cases without a plain run to compare with: no host's own stack holds
    that many calls. (case, options of pack, name of that variant)"""
    calls = (str(DEEP_CALLS),)
    yield (cases.Case("deep-million", "deep", calls, stdout=f"^{DEEP_CALLS}\n$"),
           BIG_STACK, "-big-stack")
    exhausted = r"^ireko: trap: call stack exhausted in function \d+ <down>"
    yield (cases.Case("deep-exhausted", "deep", calls, code=cases.TRAP,
                      stderr=exhausted), SMALL_STACK, "-small-stack")


def runDeep(host, deep, bundles, scratch):
    case, options, variant = deep
    checks = []
    for level in "02":
        name = f"{host.name} {case.name} -O{level}"
        module, failure = bundles.pack(case.sample, level, options, variant)
        try:
            checks.append((name, failure or expectationProblem(
                host, case, execute(host, module, case, scratch))))
        except subprocess.TimeoutExpired:
            checks.append((name, f"ran for more than {SECONDS} s"))
    return checks


def runThroughTool(host, case, tool, scratch):
    """The same program by `ireko run`, which packs it on the way."""
    name = f"{host.name} {case.name} by ireko run"
    try:
        module = build.OUT / f"{case.sample}.wasm"
        plain = execute(host, module, case, scratch)
        through = execute(hosts.ThroughTool(host, tool), module, case, scratch)
        return [(name, expectationProblem(host, case, plain)
                 or comparisonProblem(case, plain, through))]
    except subprocess.TimeoutExpired:
        return [(name, f"ran for more than {SECONDS} s")]


def checkSizes(bundles, totals):
    for sample in ("hello", "greet"):
        module, problem = bundles.pack(sample, "2")
        if not problem and module.stat().st_size > HELLO_BYTES:
            problem = (f"the bundle has {module.stat().st_size} bytes, more "
                       f"than {HELLO_BYTES}")
        totals.add(f"size of {sample}", problem)


def allCases(only):
    workload = ROOT / "samples" / "sqlite" / "workload.sql"
    every = [*cases.commandCases(), *cases.trapCases(), *cases.callCases(),
             *cases.sqliteCases(workload)]
    return [case for case in every if re.search(only, case.name)]


def runHost(host, chosen, deep, bundles, arguments, scratch, totals):
    started = time.monotonic()
    before = totals.passed, totals.failed, totals.skipped
    jobs = [functools.partial(runCase, host, case, bundles, scratch)
            for case in chosen if host.canCall or not case.call]
    jobs += [functools.partial(runDeep, host, entry, bundles, scratch)
             for entry in deep]
    jobs += [functools.partial(runThroughTool, host, case, arguments.tool,
                               scratch)
             for case in chosen if case.name in THROUGH_TOOL
             and (host.canCall or not case.call) and not arguments.packer]
    for case in chosen:
        if case.call and not host.canCall:
            totals.skipped += len(case.levels) + (case.name in THROUGH_TOOL)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for checks in pool.map(lambda job: job(), jobs):
            for name, problem in checks:
                totals.add(name, problem)
    passed, failed, skipped = (after - earlier for after, earlier in zip(
        (totals.passed, totals.failed, totals.skipped), before))
    note = " (its command line calls no exports)" if skipped else ""
    print(f"{host.name} {host.version()}: {passed} passed, {failed} failed, "
          f"{skipped} skipped{note}, {time.monotonic() - started:.0f} s",
          flush=True)


def parseArguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter,
        usage=argparse.SUPPRESS)
    names = [host.name for host in hosts.ALL]
    parser.add_argument("--hosts", default=",".join(names), metavar="NAMES",
                        help=f"which hosts (default: {','.join(names)})")
    parser.add_argument("--only", default="", metavar="REGEX",
                        help="only cases with such a name")
    parser.add_argument("--jobs", type=int, default=2, metavar="N",
                        help="runs at a time (default: 2)")
    parser.add_argument("--tool", default=tools.releaseTool(), metavar="FILE",
                        help="the ireko to test (default: build/release/ireko)")
    parser.add_argument("--packer", metavar="COMMAND",
                        help="another packer: a command with {in}, {out} and "
                             "{level}")
    parser.add_argument("--keep", action="store_true",
                        help="leave the folders in which programs ran")
    arguments = parser.parse_args()
    unknown = set(arguments.hosts.split(",")) - set(names)
    if unknown:
        parser.error(f"unknown hosts: {', '.join(sorted(unknown))}")
    return arguments


def main():
    arguments = parseArguments()
    totals = Totals()
    try:
        for name in build.names():
            build.buildSample(name)
    except build.BuildError as error:
        print(f"tests/programs/run.py: {error}", file=sys.stderr)
        return 1
    bundles = Bundles(tools.Packer(arguments.tool, arguments.packer))
    chosen = allCases(arguments.only)
    deep = [entry for entry in deepCases()
            if re.search(arguments.only, entry[0].name)]
    # Before the first run, so that two runs never pack the same.
    for case in chosen:
        for level in case.levels:
            bundles.pack(case.sample, level)
    for case, options, variant in deep:
        for level in "02":
            bundles.pack(case.sample, level, options, variant)
    if re.search(arguments.only, "size"):
        checkSizes(bundles, totals)
    scratch = tempfile.mkdtemp(prefix="ireko-programs-")
    for host in hosts.ALL:
        if host.name not in arguments.hosts.split(","):
            continue
        if host.isThere():
            runHost(host, chosen, deep, bundles, arguments, scratch, totals)
        else:
            count = 2 * len(deep) + sum(
                len(case.levels) + (case.name in THROUGH_TOOL)
                for case in chosen)
            totals.skipped += count
            print(f"{host.name}: {count} skipped (not installed: no "
                  f"{host.program})", flush=True)
    if arguments.keep:
        print(f"the programs' folders are in {scratch}")
    else:
        shutil.rmtree(scratch)
    print(f"{totals.passed} passed, {totals.failed} failed, "
          f"{totals.skipped} skipped")
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    sys.exit(main())
