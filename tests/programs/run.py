#!/usr/bin/env python3
"""Runs real programs as plain modules and as bundles, on every host there is,
and compares: standard output, the guest's standard error, exit code, and every
file in the folder that the program was given, byte by byte.

usage: tests/programs/run.py [--hosts NAMES] [--only REGEX] [--leaving]
                             [--keep]

The programs are the samples (samples/build.py builds them), among them SQLite
with its workload, and CPython, Ruby, PHP, QuickJS and Yosys (real.py); the list
of runs is cases.py. A bundle is packed at -O0 and at -O2; some cases also run by
`ireko run`. Then recursion: a million nested calls with a big guest stack, a
clean end with a small one. And bundles that leave to the stream everywhere or
here and there (LEAVING in cases.py), nearly always with all frames checked: a
few of them, or with --leaving all that there are, and nothing else. A host that
is not installed is named and its runs count as skipped.

The last line is "N passed, N failed, N skipped"; the exit code is 0 only if
nothing failed and something passed.
"""

import concurrent.futures
import copy
import dataclasses
import functools
import json
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

import cases  # noqa: E402
import chosen  # noqa: E402
import hosts  # noqa: E402
import tools  # noqa: E402
from checks import Totals  # noqa: E402
from compare import (Bundles, buildSamples, compareOn, execute,  # noqa: E402
                     expectationProblem, plainModule)

DEEP_CALLS = 1_000_000
BIG_STACK = ["--stack-size", "128m"]
SMALL_STACK = ["--stack-size", "64k"]
HELLO_BYTES = 24 * 1024
# What a big program's VM may have by default, and is to make use of.
VM_BYTES = range(148 * 1024, 160 * 1024 + 1)

# Cases that also run by `ireko run`.
THROUGH_TOOL = ["args", "files-join", "files-missing", "files-upper",
                "trap-unreachable", "exports-divide", "reactor-next",
                "sqlite-input"]


def goesThroughTool(case, arguments):
    return (case.name in THROUGH_TOOL and not arguments.packer
            and not arguments.leaving)


def countOf(case):
    """How many checks there are on each host, more or less."""
    return (len(case.levels) + len(case.leaving)
            + (case.name in THROUGH_TOOL))


def packLeaving(bundles, sample, how):
    return bundles.pack(sample, "2", cases.LEAVING[how], f"-{how}")


def runCase(host, case, bundles, tool, scratch):
    """A list of (name of the check, problem or None). With `tool`, by `ireko
    run`, too, which packs on the way."""
    levels = [level for level, only in case.levels.items()
              if only is None or host.name in only]
    variants = [(f"{host.name} {case.name} -O{level}", host,
                 *bundles.pack(case.sample, level)) for level in levels]
    variants += [(f"{host.name} {case.name} leaving {how}", host,
                  *packLeaving(bundles, case.sample, how))
                 for how, only in case.leaving.items()
                 if host.name in only]
    if tool:
        variants.append((f"{host.name} {case.name} by ireko run",
                         hosts.ThroughTool(host, tool),
                         plainModule(case.sample), None))
    return compareOn(host, case, variants, scratch)


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
            checks.append((name, f"ran for more than {hosts.SECONDS} s"))
    return checks


def checkSizes(bundles, tool, totals):
    for sample in ("hello", "greet"):
        module, problem = bundles.pack(sample, "2")
        if not problem and module.stat().st_size > HELLO_BYTES:
            problem = (f"the bundle has {module.stat().st_size} bytes, more "
                       f"than {HELLO_BYTES}")
        totals.add(f"size of {sample}", problem)
    # Another packer has no such option.
    bigOnes = ("sqlite", "quickjs", "python", "ruby", "php")
    for sample in () if bundles.packer.template else bigOnes:
        module, problem = bundles.pack(sample, "2", ["--no-regions"],
                                       "-stream")
        if not problem:
            parts = subprocess.run(
                [tool, "inspect", module, "--format=json", "--function", "0"],
                check=True, capture_output=True).stdout
            size = next(part["bytes"]
                        for part in json.loads(parts)["summary"]["bytes"]
                        if part["part"] == "functions")
            if size not in VM_BYTES:
                problem = f"the VM has {size} bytes"
        totals.add(f"size of {sample}'s VM", problem)


def allCases(only):
    workload = ROOT / "samples" / "sqlite" / "workload.sql"
    every = [*cases.commandCases(), *cases.trapCases(), *cases.callCases(),
             *cases.sqliteCases(workload), *cases.realCases()]
    return [case for case in every if re.search(only, case.name)]


def runHost(host, picked, deep, bundles, arguments, scratch, totals):
    started = time.monotonic()
    before = copy.copy(totals)
    jobs = [functools.partial(
        runCase, host, case, bundles,
        arguments.tool if goesThroughTool(case, arguments)
        else None, scratch)
            for case in picked if host.canCall or not case.call]
    jobs += [functools.partial(runDeep, host, entry, bundles, scratch)
             for entry in deep]
    for case in picked:
        if case.call and not host.canCall:
            totals.skipped += countOf(case)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for checks in pool.map(lambda job: job(), jobs):
            totals.addAll(checks)
    here = totals.since(before)
    note = " (its command line calls no exports)" if here.skipped else ""
    print(f"{host.name} {host.version()}: {here}{note}, "
          f"{time.monotonic() - started:.0f} s", flush=True)


def parseArguments():
    names = [host.name for host in hosts.ALL]
    parser = chosen.parser(__doc__, names, names)
    chosen.addTool(parser, "runs")
    parser.add_argument("--leaving", action="store_true",
                        help="the long run with bundles that leave")
    parser.add_argument("--keep", action="store_true",
                        help="leave the folders in which programs ran")
    return parser.parse_args()


def main():
    arguments = parseArguments()
    totals = Totals()
    buildSamples()
    bundles = Bundles(tools.Packer(arguments.tool, arguments.packer))
    picked = allCases(arguments.only)
    deep = [entry for entry in deepCases()
            if re.search(arguments.only, entry[0].name)]
    if arguments.leaving:
        picked = [dataclasses.replace(case, levels={},
                                      leaving=case.all_leaving)
                  for case in picked]
        deep = []
    # Before the first run, so that two runs never pack the same.
    for case in picked:
        for level in case.levels:
            bundles.pack(case.sample, level)
        for how in case.leaving:
            packLeaving(bundles, case.sample, how)
    for case, options, variant in deep:
        for level in "02":
            bundles.pack(case.sample, level, options, variant)
    if re.search(arguments.only, "size") and not arguments.leaving:
        checkSizes(bundles, arguments.tool, totals)
    scratch = tempfile.mkdtemp(prefix="ireko-programs-")
    count = 2 * len(deep) + sum(countOf(case) for case in picked)
    for host in chosen.installed(hosts.ALL, arguments.hosts, totals, count):
        runHost(host, picked, deep, bundles, arguments, scratch, totals)
    if arguments.keep:
        print(f"the programs' folders are in {scratch}")
    else:
        shutil.rmtree(scratch)
    return totals.finish()


if __name__ == "__main__":
    sys.exit(main())
