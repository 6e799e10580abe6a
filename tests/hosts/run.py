#!/usr/bin/env python3
"""Runs the samples on every host there is, as plain modules and as bundles in
each layout, and compares output, exit code and files.

usage: tests/hosts/run.py [--all] [--hosts NAMES] [--only REGEX] [--long]
                          [--limits] [--write-docs]

Without options: the hosts that ./test.sh always has. --all adds those that
`toolchain/setup.sh hosts` installs, --long SQLite's workload, which takes
minutes on interpreters and which tests/programs runs on five hosts. On each
host a program calls the functions of WASI, plain and as a bundle. --limits also
measures, with generated modules, how large functions may be on the host.
--write-docs puts what was found into the tables of docs/hosts.md, where hosts
that were not run keep their rows. A host that is not installed, and a case that
a host cannot run, is named and counts as skipped.

The last line is "N passed, N failed, N skipped"; the exit code is 0 only if
nothing failed and something passed.
"""

import concurrent.futures
import copy
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
sys.path += [str(HERE), str(ROOT / "tests" / "programs"),
             str(ROOT / "samples"), str(ROOT / "tests" / "support")]

import allhosts  # noqa: E402
import cases  # noqa: E402
import chosen  # noqa: E402
import limits  # noqa: E402
import tables  # noqa: E402
import tools  # noqa: E402
import wasi_probe  # noqa: E402
from checks import Totals  # noqa: E402
from compare import Bundles, buildSamples, compareOn  # noqa: E402

LEVEL = "2"
LAYOUTS = {"default": [], "separate": ["--layout=separate"]}
# Cases that also run with a bundle that is packed for the host.
PROFILED = re.compile("^(args|mandelbrot|files-join|sqlite-input)$")


@dataclasses.dataclass
class Report:
    """What was found on a host."""
    entry: allhosts.Entry
    version: str
    passed: dict = dataclasses.field(default_factory=dict)  # by layout
    failed: dict = dataclasses.field(default_factory=dict)
    omitted: dict = dataclasses.field(default_factory=dict)  # name: reason
    functions: list = dataclasses.field(default_factory=list)
    limits: dict = dataclasses.field(default_factory=dict)


# What takes long on interpreters.
LONG = re.compile("^sqlite-(disk|echo)$")


def allCases(only, withLong):
    workload = ROOT / "samples" / "sqlite" / "workload.sql"
    every = [*cases.commandCases(), *cases.trapCases(), *cases.callCases(),
             *cases.sqliteCases(workload)]
    return [case for case in every if re.search(only, case.name)
            and (withLong or not LONG.search(case.name))]


def packerLayouts(tool):
    """The layouts that this tool can make."""
    done = subprocess.run([tool, "pack", "--help"], capture_output=True,
                          text=True, check=False)
    return [name for name in LAYOUTS
            if name == "default" or "--layout" in done.stdout]


def options(variant):
    """`ireko pack`'s for a layout, or else for the profile of a host."""
    return LAYOUTS.get(variant, [f"--host={variant}"])


def pack(case, variant, context):
    return context.bundles.pack(case.sample, LEVEL, options(variant),
                                "" if variant == "default" else f"-{variant}")


def runCases(entry, picked, layouts, context):
    """[(layout or profile, name of the check, problem or None)]"""
    def one(case):
        variants = [(layout, entry.host, *pack(case, layout, context))
                    for layout in layouts]
        if context.profiles and PROFILED.search(case.name):
            # Where it must not take another way for large functions.
            variants.append((entry.profile, entry.measured or entry.host,
                             *pack(case, entry.profile, context)))
        return [(variant, case.name, problem) for variant, problem in
                compareOn(entry.host, case, variants, context.scratch)]

    with concurrent.futures.ThreadPoolExecutor(context.jobs) as pool:
        return [check for checks in pool.map(one, picked) for check in checks]


@dataclasses.dataclass
class Context:
    """What all hosts share."""
    bundles: Bundles
    packer: tools.Packer
    layouts: list
    profiles: bool  # whether the packer is ours
    scratch: str
    jobs: int


def runHost(entry, picked, arguments, context, totals):
    host = entry.host
    started = time.monotonic()
    before = copy.copy(totals)
    report = Report(entry, host.version())
    layouts = [layout for layout in context.layouts
               if layout == "default" or entry.multiMemory]
    possible = []
    for case in picked:
        reason = entry.whyNot(case)
        if reason:
            report.omitted[case.name] = reason
        else:
            possible.append(case)
    totals.skipped += len(report.omitted) * len(layouts)
    for layout in layouts:
        report.passed[layout] = report.failed[layout] = 0
    for variant, name, problem in runCases(entry, possible, layouts, context):
        isLayout = variant in LAYOUTS
        totals.add(f"{host.name} {name} ({variant} "
                   f"{'layout' if isLayout else 'profile'})", problem)
        if isLayout:
            counts = report.failed if problem else report.passed
            counts[variant] += 1
    if re.search(arguments.only, "wasi"):
        with tempfile.TemporaryDirectory(dir=context.scratch) as folder:
            report.functions = wasi_probe.available(host, folder)
            totals.add(f"{host.name} WASI functions", wasi_probe.problem(
                host, report.functions, context.packer, folder))
    for reason in sorted(set(report.omitted.values())):
        names = [name for name, why in report.omitted.items() if why == reason]
        print(f"{host.name}: not run: {', '.join(names)} ({reason})")
    print(f"{host.name} {report.version}: {totals.since(before)}; layouts {', '.join(layouts)}; "
          f"{len(report.functions)} WASI functions; "
          f"{time.monotonic() - started:.0f} s", flush=True)
    if arguments.limits:
        for shape in limits.SHAPES:
            report.limits[shape.name] = limits.largest(entry.measured or host,
                                                       shape)
            found = report.limits[shape.name]
            print(f"{host.name}: {shape.name}: {found} {found.why}", flush=True)
    return report


def parseArguments():
    names = [entry.host.name for entry in allhosts.ALL]
    parser = chosen.parser(__doc__, names,
                           more="; wasi is the one of WASI's functions")
    parser.add_argument("--all", action="store_true",
                        help="also the hosts that must be installed first")
    parser.add_argument("--long", action="store_true",
                        help="also SQLite's workload")
    parser.add_argument("--limits", action="store_true",
                        help="measure the sizes that hosts take")
    parser.add_argument("--write-docs", action="store_true",
                        help="write the tables of docs/hosts.md")
    chosen.addTool(parser, "runs")
    arguments = parser.parse_args()
    arguments.hosts = arguments.hosts or [
        entry.host.name for entry in allhosts.ALL
        if entry.tier == "test" or arguments.all]
    return arguments


def main():
    arguments = parseArguments()
    totals = Totals()
    buildSamples()
    packer = tools.Packer(arguments.tool, arguments.packer)
    picked = allCases(arguments.only, arguments.long)
    scratch = tempfile.mkdtemp(prefix="ireko-hosts-")
    bundles = Bundles(packer, pathlib.Path(scratch) / "bundles")
    context = Context(bundles, packer, packerLayouts(arguments.tool),
                      not arguments.packer, scratch, arguments.jobs)
    profiles = {entry.profile for entry in allhosts.ALL
                if context.profiles and entry.host.name in arguments.hosts}
    # Before the first run, so that two runs never pack the same.
    for case in picked:
        for layout in context.layouts:
            pack(case, layout, context)
        if PROFILED.search(case.name):
            for profile in sorted(profiles):
                pack(case, profile, context)
    reports = []
    entries = {entry.host.name: entry for entry in allhosts.ALL}
    for host in chosen.installed(
            [entry.host for entry in allhosts.ALL], arguments.hosts, totals,
            len(picked), lambda host: entries[host.name].install()):
        reports.append(runHost(entries[host.name], picked, arguments, context,
                               totals))
    shutil.rmtree(scratch)
    if arguments.write_docs:
        tables.write(ROOT / "docs" / "hosts.md", reports)
    return totals.finish()


if __name__ == "__main__":
    sys.exit(main())
