#!/usr/bin/env python3
"""Runs the WebAssembly specification's test suite through the packer.

Every module of every script is packed at -O0 and -O2; every command is then
carried out in Node and in Wasmtime on the bundles, those with regions in wazero
too, and judged bit for bit.
Invalid and malformed binaries must be refused by one line of error. What is
not run stands in skip.txt with its reason.

A count is one command in one host at one level (a refusal: one command).
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import chosen  # noqa: E402
import generic  # noqa: E402
import judge  # noqa: E402
import tools  # noqa: E402
from script import HOST_FEATURES, UNSUPPORTED, Script  # noqa: E402
from skips import Skips  # noqa: E402

SETS = ["wasm-v2"] + [f"proposals/{name}" for name in (
    "simd", "tail-call", "extended-const", "relaxed-simd", "multi-value",
    "bulk-memory", "reference-types")]
# Level, and whether all code runs in the stream. Regions leave at every few
# safepoints (2r), or at every one (2e). The check looks at the whole stack each
# time: a small one, or recursion that never ends takes minutes.
LEVELS = ("0", "2", "2r")
CHECKED = ["--check-frames", "--stack-size=128k"]
PACKED = {"0": (0, []), "2": (2, ["--no-regions"]),
          "2r": (2, ["--safepoints=3:7", *CHECKED]),
          "2e": (2, ["--safepoints=1", *CHECKED])}
HOSTS = ("node", "wasmtime", "wazero")
# It is not everywhere, and has no multi-memory.
OPTIONAL = "wazero"
REQUIRED = [name for name in HOSTS if name != OPTIONAL]
NOT_IN_OPTIONAL = "relaxed-simd/"
OPTIONAL_LEVELS, OPTIONAL_LAYOUT = ("2r", "2e"), "single"
HOST_TIMEOUT = 300
WORKERS = 2


def hostCommand(host, plan):
    if host == "node":
        return [tools.node(), str(HERE / "node_host.js"), str(plan)]
    if host == "wazero":
        return [tools.wazeroDriver(), "--spec", str(plan)]
    return [sys.executable, str(HERE / "wasmtime_host.py"), str(plan)]


def runHost(host, plan):
    """Returns {step index: outcome} and how the process ended, if badly."""
    with tempfile.TemporaryFile("w+") as log:
        try:
            done = subprocess.run(hostCommand(host, plan), stdout=log,
                                  stderr=subprocess.PIPE, text=True,
                                  env=tools.libraryEnvironment(),
                                  errors="replace", timeout=HOST_TIMEOUT)
            ending = None if done.returncode == 0 else (
                f"{host} ended with {done.returncode}: {done.stderr[-300:]}")
        except subprocess.TimeoutExpired:
            ending = f"{host} was stopped after {HOST_TIMEOUT} s"
        log.seek(0)
        outcomes = {}
        for line in log:
            if line.endswith("\n"):
                record = json.loads(line)
                outcomes[record["i"]] = record
    return outcomes, ending


class Report:
    """Counts and failures of one file."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failures = []  # (step line, where, what)
        self.skipped = collections.Counter()  # by rule or entry
        self.seconds = 0.0

    def add(self, skips, line, where, trouble):
        entry = f"{self.name}:{line}"
        ofHost = f"{where.split()[0]} {entry}"
        if not trouble:
            self.passed += 1
        elif entry in skips.lines:
            self.skipped[entry] += 1
        elif ofHost in skips.lines:
            self.skipped[ofHost] += 1
        else:
            self.failures.append((line, where, trouble))


def hostsOf(level, options):
    return [host for host in options.hosts
            if host != OPTIONAL or level in OPTIONAL_LEVELS]


def skipsFor(options):
    return Skips({options.layout, options.host_features, *(
        {OPTIONAL} & {host for level in options.levels
                      for host in hostsOf(level, options)})})


def runFile(wast, name, options):
    report = Report(name)
    skips = skipsFor(options)
    packer = tools.Packer(options.tool, options.packer, options.host_features,
                          [f"--layout={options.layout}",
                           *options.pack_options])
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ireko-spec-") as folder:
        script = Script(wast, folder, options.layout, packer)
        if options.generic:
            generic.run(script, options, skips, report)
            report.seconds = time.monotonic() - begin
            return report
        executions = len(options.levels)
        if not options.pack_only:
            executions = sum(len(hostsOf(level, options))
                             for level in options.levels)
        for step in script.steps:
            if step.skipped and step.counts():
                report.skipped[step.skipped] += \
                    1 if step.refusal else executions
        if not options.packer and not options.host_features:
            last = PACKED[options.levels[-1]]
            for step, trouble in script.refusals(packer, *last):
                if step.refusal or trouble:
                    report.add(skips, step.line, "refusal", trouble)
        for level in options.levels:
            runLevel(script, level, packer, skips, report, options)
    report.seconds = time.monotonic() - begin
    return report


def runLevel(script, level, packer, skips, report, options):
    packErrors = script.pack(packer, level, *PACKED[level])
    if options.pack_only:
        for step in script.steps:
            if step.source and not step.refusal and not step.skipped:
                report.add(skips, step.line, f"-O{level}",
                           packErrors.get(step.index))
        return
    plan = script.plan(level)
    for host in hostsOf(level, options):
        outcomes, ending = runHost(host, plan)
        for step in script.steps:
            if step.refusal or step.skipped:
                continue
            outcome = outcomes.get(step.index)
            if step.index in packErrors:
                trouble = packErrors[step.index]
            elif outcome is None:
                trouble = ending or f"{host} reported nothing"
            elif UNSUPPORTED in outcome and \
                    report.name.startswith(NOT_IN_OPTIONAL):
                if step.counts():
                    report.skipped[UNSUPPORTED] += 1
                continue
            elif UNSUPPORTED in outcome:
                trouble = f"does not take it plain: {outcome[UNSUPPORTED]}"
            else:
                trouble = judge.problem(host, step.command, outcome)
            if trouble or step.counts():
                report.add(skips, step.line, f"{host} -O{level}", trouble)


def collectFiles(patterns):
    """Returns [(path, name)] and {name: name of the file with equal content}.

    Later sets repeat files of earlier ones unchanged; those run once."""
    suite = tools.specSuite()
    files, same, seen = [], {}, {}
    for folder in SETS:
        for path in sorted((suite / folder).glob("*.wast")):
            name = f"{folder.removeprefix('proposals/')}/{path.name}"
            digest = hashlib.sha256(path.read_bytes()).digest()
            if digest in seen:
                same[name] = seen[digest]
                continue
            seen[digest] = name
            if not patterns or any(p in name for p in patterns):
                files.append((path, name))
    return files, same


def parseArguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="example: tests/spec/run.py wasm-v2/br tail-call")
    parser.add_argument("patterns", nargs="*",
                        help="run only files whose name contains one of these")
    parser.add_argument("--tool", default=tools.releaseTool(),
                        help="the ireko to test (default: %(default)s)")
    parser.add_argument("--packer", metavar="TEMPLATE",
                        help="pack by this command with {in} {out} {level}; "
                        "refusals are not judged (checks of the runner)")
    parser.add_argument("--host-features", metavar="LIST",
                        help="pack for a host of these; what needs others is "
                        "skipped; refusals are not judged")
    parser.add_argument("--pack-options", metavar="OPTIONS", default=[],
                        type=shlex.split, help="for ireko pack, in one word")
    parser.add_argument("--level", choices=PACKED, action="append",
                        help="only this level (default: all but 2e)")
    parser.add_argument("--hosts", metavar="NAMES", default=HOSTS,
                        type=chosen.listOf(HOSTS),
                        help="of " + ", ".join(HOSTS) + " (default: all; "
                        f"{OPTIONAL} with regions only)")
    parser.add_argument("--layout", choices=("single", "separate"),
                        default="single",
                        help="of the bundles' memories (default: %(default)s)")
    parser.add_argument("--generic", action="store_true",
                        help="by ireko lower and the generic VM, in Node")
    parser.add_argument("--pack-only", action="store_true",
                        help="pack and check refusals, run no host")
    parser.add_argument("--verbose", action="store_true",
                        help="print every failure and every file")
    options = parser.parse_args()
    options.levels = options.level or LEVELS
    if options.generic:
        options.layout = generic.LAYOUT
    if not hasOptional(options):
        options.hosts = [name for name in options.hosts if name != OPTIONAL]
    if not any(hostsOf(level, options) for level in options.levels):
        parser.error("no host is left to run these levels in")
    return options


def hasOptional(options):
    if OPTIONAL not in options.hosts or options.layout != OPTIONAL_LAYOUT:
        return False
    try:
        tools.wazeroDriver()
        return True
    except tools.MissingTool as missing:
        print(f"{OPTIONAL}: skipped ({missing})")
        return False


def printReports(reports, verbose):
    width = max(len(r.name) for r in reports)
    print(f"{'file':{width}} {'passed':>8} {'failed':>7} {'skipped':>8} "
          f"{'seconds':>8}")
    for report in reports:
        skipped = sum(report.skipped.values())
        print(f"{report.name:{width}} {report.passed:8} "
              f"{len(report.failures):7} {skipped:8} {report.seconds:8.1f}")
    limit = None if verbose else 5
    for report in reports:
        for line, where, trouble in report.failures[:limit]:
            print(f"FAIL {report.name}:{line} [{where}] {trouble.strip()}")
        more = len(report.failures) - len(report.failures[:limit])
        if more:
            print(f"FAIL {report.name}: {more} more (--verbose shows them)")


def printSkipped(skips, totals):
    byReason = collections.Counter()
    for entry, count in totals.items():
        if entry in skips.rules:
            byReason[f"{entry}: {skips.rules[entry]}"] += count
        else:
            name = entry.rsplit(":", 1)[0]
            byReason[f"{name}: {skips.lines[entry]}"] += count
    for reason, count in sorted(byReason.items()):
        print(f"skipped {count:6} {reason}")


def main():
    options = parseArguments()
    files, same = collectFiles(options.patterns)
    if not files:
        sys.exit("no file of the suite matches")
    print(f"spec suite: {len(files)} files, {options.layout} layout, "
          f"{tools.hostVersions()}")
    # The largest first, so that no worker ends up alone with one.
    order = sorted(files, key=lambda f: -f[0].stat().st_size)
    with tempfile.TemporaryDirectory(prefix="ireko-spec-vm-") as folder, \
            concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        if options.generic:
            options.vm = generic.makeVm(options.tool, folder)
        pending = [pool.submit(runFile, path, name, options)
                   for path, name in order]
        reports = []
        for future in concurrent.futures.as_completed(pending):
            reports.append(future.result())
            if len(reports) % 50 == 0:
                print(f"{len(reports)} of {len(files)} files", flush=True)
    reports.sort(key=lambda r: r.name)
    printReports(reports, options.verbose)

    skips = skipsFor(options)
    if options.host_features:
        skips.rules[HOST_FEATURES] = f"not for hosts of {options.host_features}"
    totals = collections.Counter()
    for report in reports:
        totals.update(report.skipped)
    skips.hits = set(totals)
    printSkipped(skips, totals)
    for name, original in same.items():
        if not options.patterns:
            print(f"same content: {name} is {original}")
    partial = options.packer or options.pack_only or options.level or \
        options.host_features or not set(REQUIRED) <= set(options.hosts)
    stale = [] if partial else skips.stale(
        {r.name for r in reports}, not options.patterns)
    for entry in stale:
        print(f"FAIL skip.txt: stale entry: {entry}")
    passed = sum(r.passed for r in reports)
    failed = sum(len(r.failures) for r in reports) + len(stale)
    print(f"{passed} passed, {failed} failed, {totals.total()} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
