#!/usr/bin/env python3
"""Feeds damaged modules to the sanitizer build of the packer, and the spec suite.

Whatever the input: no crash, no sanitizer report, no leak, no hang; exit code 0
with a valid bundle, or 1 with one line of error and no output. For binaries the
decision is compared with that of wasm-tools' validator, which knows the same
features: what it accepts may only be refused as not supported or as over a
limit, and what it refuses must be refused. The modules of the spec suite, good
and bad, are packed with the same build by the spec runner.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
sys.path.insert(0, str(HERE.parent / "differential"))

import generate  # noqa: E402
import tools  # noqa: E402
from mutate import mutated  # noqa: E402

WORKERS = 2
BATCH = 50
TIMEOUT = 30
FEATURES = "wasm2,tail-call,extended-const,relaxed-simd"
# What the packer may say about a valid module.
MAY_REFUSE = ("not supported", "the limit of", "too complex")
# Files of the suite whose modules are the seeds; the small and varied ones.
SUITE_FILES = (
    "wasm-v2/block", "wasm-v2/br_table", "wasm-v2/bulk", "wasm-v2/call",
    "wasm-v2/call_indirect", "wasm-v2/custom", "wasm-v2/data", "wasm-v2/elem",
    "wasm-v2/exports", "wasm-v2/global", "wasm-v2/imports", "wasm-v2/names",
    "wasm-v2/select", "wasm-v2/start", "wasm-v2/table_init",
    "proposals/simd/simd_lane", "proposals/tail-call/return_call_indirect",
    "proposals/extended-const/global",
    "proposals/relaxed-simd/relaxed_laneselect",
)
GENERATED = 30
SANITIZERS = {
    "ASAN_OPTIONS": "exitcode=99:detect_leaks=1:allocator_may_return_null=1:"
                    "hard_rss_limit_mb=3000",
    "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99:print_stacktrace=1",
}


def collectSeeds():
    """Returns the undamaged binaries and texts."""
    binaries, texts = [], []
    with tempfile.TemporaryDirectory(prefix="ireko-fuzz-") as name:
        folder = pathlib.Path(name)
        for i, file in enumerate(SUITE_FILES):
            (folder / str(i)).mkdir()
            subprocess.run(
                [tools.wasmTools(), "json-from-wast",
                 str(tools.specSuite() / f"{file}.wast"), "-o",
                 str(folder / "script.json"), "--wasm-dir",
                 str(folder / str(i))], check=True, capture_output=True)
            paths = sorted((folder / str(i)).iterdir())
            binaries += [p.read_bytes() for p in paths[:40]
                         if p.suffix == ".wasm"]
        for seed in range(GENERATED):
            text = generate.module(seed).encode()
            texts.append(text)
            target = folder / "generated.wasm"
            subprocess.run([tools.wasmTools(), "parse", "-", "-o",
                            str(target)], input=text, check=True,
                           capture_output=True)
            binaries.append(target.read_bytes())
    return [b for b in binaries if b], texts


def isValid(path, features=FEATURES):
    done = subprocess.run([tools.wasmTools(), "validate", "--features",
                           features, str(path)], capture_output=True)
    return done.returncode == 0


def packProblem(options, source, bundle, layout="single"):
    """Returns (what is wrong or None, kind of ending)."""
    isText = source.suffix == ".wat"
    level = f"-O{options.level}"
    command = [options.tool, "pack", str(source), "-o", str(bundle), level,
               "--quiet", f"--layout={layout}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              errors="replace", timeout=TIMEOUT,
                              env=dict(os.environ, **SANITIZERS))
    except subprocess.TimeoutExpired:
        return f"no end after {TIMEOUT} s", "hung"
    report = done.stderr
    if done.returncode not in (0, 1) or "Sanitizer" in report or \
            "runtime error" in report:
        return f"exit code {done.returncode}: {report[:1500]}", "crashed"
    if done.returncode == 1:
        trouble = tools.refusalProblem(1, report, bundle)
        if trouble:
            return trouble, "refused"
        # An imported memory.
        if layout == "single" and "use --layout=separate" in report:
            return packProblem(options, source, bundle, "separate")
        mayRefuse = isText or any(r in report for r in MAY_REFUSE)
        if not mayRefuse and isValid(source):
            return f"refused a valid module: {report}", "refused"
        return None, "refused"
    if report:
        return f"accepted, but said: {report[:300]}", "packed"
    if not bundle.exists():
        return "exit code 0 without output", "packed"
    if not isText and not isValid(source):
        return "accepted an invalid module", "packed"
    own = FEATURES + (",multi-memory" if layout == "separate" else "")
    if not isValid(bundle, own):
        return "the bundle is not valid", "packed"
    return None, "packed"


def runBatch(first, count, seeds, options):
    binaries, texts = seeds
    counts = collections.Counter()
    failures = []
    with tempfile.TemporaryDirectory(prefix="ireko-fuzz-") as name:
        folder = pathlib.Path(name)
        for number in range(first, first + count):
            random_ = random.Random(f"fuzz {options.seed} {number}")
            isText = number % 8 == 7
            data = mutated(random_, random_.choice(texts if isText
                                                   else binaries),
                           random_.choice(binaries), isText)
            source = folder / ("input.wat" if isText else "input.wasm")
            bundle = folder / "bundle.wasm"
            source.write_bytes(data)
            trouble, ending = packProblem(options, source, bundle)
            counts[ending] += 1
            bundle.unlink(missing_ok=True)
            left = sorted(p.name for p in folder.iterdir())
            if left != [source.name]:
                trouble = trouble or f"left behind: {left}"
            source.unlink()
            if trouble:
                kept = pathlib.Path(options.keep)
                kept.mkdir(parents=True, exist_ok=True)
                kept /= f"{options.seed}-{number}{source.suffix}"
                kept.write_bytes(data)
                failures.append((str(kept), trouble))
    return counts, failures


def packSuite(options):
    """Packs the whole spec suite. Returns the counts of the spec runner."""
    done = subprocess.run(
        [sys.executable, str(HERE.parent / "spec" / "run.py"), "--pack-only",
         "--level", str(options.level), "--tool", options.tool],
        stdout=subprocess.PIPE, text=True, env=dict(os.environ, **SANITIZERS))
    for line in done.stdout.splitlines():
        if line.startswith("FAIL"):
            print(line)
    counts = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped",
                          done.stdout.splitlines()[-1])
    if not counts:
        sys.exit(f"the spec runner did not count: {done.stdout[-500:]}")
    passed, failed, skipped = map(int, counts.groups())
    print(f"spec suite, packed only: {passed} passed, {failed} failed")
    return passed, failed, skipped


def parseArguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="the long run: tests/fuzz/run.py --count 100000")
    parser.add_argument("--count", type=int, default=2000,
                        help="inputs to try (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--level", type=int, choices=(0, 2), default=2)
    parser.add_argument("--tool", default=tools.debugTool(),
                        help="the ireko to test (default: %(default)s)")
    parser.add_argument("--no-suite", action="store_true",
                        help="do not pack the spec suite")
    parser.add_argument("--keep", metavar="DIR",
                        default=str(tools.ROOT / "build" / "fuzz"),
                        help="where failing inputs go (default: %(default)s)")
    return parser.parse_args()


def main():
    options = parseArguments()
    begin = time.monotonic()
    seeds = collectSeeds()
    print(f"fuzz: {options.count} inputs from {len(seeds[0])} binaries and "
          f"{len(seeds[1])} texts, seed {options.seed}")
    counts = collections.Counter()
    failed = 0
    with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        pending = [
            pool.submit(runBatch, first, min(BATCH, options.count - first),
                        seeds, options)
            for first in range(0, options.count, BATCH)]
        for future in concurrent.futures.as_completed(pending):
            counted, failures = future.result()
            counts.update(counted)
            failed += len(failures)
            for path, trouble in failures:
                print(f"FAIL {path}: {trouble.strip()}", flush=True)
    for ending, count in sorted(counts.items()):
        print(f"{ending}: {count}")
    passed, skipped = options.count - failed, 0
    if not options.no_suite:
        suite = packSuite(options)
        passed, failed = passed + suite[0], failed + suite[1]
        skipped = suite[2]
    print(f"{time.monotonic() - begin:.0f} s")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
