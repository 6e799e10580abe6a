#!/usr/bin/env python3
"""Runs the tool and compares what it prints with what it should print.

A case is two files side by side, with its inputs beside them:

    NAME.cmd        lines for bash; # says what is tested and why. `ireko` is
                    the tool, $OUT an empty folder that is gone afterwards, and
                    the current folder is the case's own.
    NAME.expected   the exit code, stdout and stderr

    run.py                    all cases, with the release and the debug build
    run.py help pack/missing  only the cases whose path starts like this
    run.py --update           writes the expected files anew (look at the diff!)
"""

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS = 120


def run(case, build):
    """Runs a case; returns the text that belongs into its expected file."""
    with tempfile.TemporaryDirectory(prefix="ireko-golden-") as out:
        environment = dict(os.environ)
        environment["PATH"] = f"{ROOT / 'build' / build}:{environment['PATH']}"
        environment["OUT"] = out
        try:
            done = subprocess.run(
                ["bash", "-c", case.read_text()],
                cwd=case.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"no end after {SECONDS} seconds\n"

    def readable(data):
        text = data.decode(errors="backslashreplace").replace(out, "$OUT")
        # A text file has to end somewhere.
        return text if text.endswith("\n") or not text else text + "\n(no newline)\n"

    return (
        f"exit code {done.returncode}\n"
        f"--- stdout\n{readable(done.stdout)}--- stderr\n{readable(done.stderr)}"
    )


def check(case, build):
    """Returns what is wrong with a case, or an empty string."""
    actual = run(case, build)
    expected_file = case.with_suffix(".expected")
    if not expected_file.exists():
        return f"no {expected_file.name}; it would hold\n{actual}"
    expected = expected_file.read_text()
    return "".join(
        difflib.unified_diff(
            expected.splitlines(True), actual.splitlines(True), "expected", "actual"
        )
    )


def main():
    parser = argparse.ArgumentParser(description="Golden tests of the tool.")
    parser.add_argument("cases", nargs="*", help="beginnings of paths")
    parser.add_argument("--update", action="store_true")
    parser.add_argument(
        "--build", action="append", help="release and debug unless given"
    )
    options = parser.parse_args()
    builds = options.build or ["release", "debug"]
    cases = [
        case
        for case in sorted(HERE.rglob("*.cmd"))
        if not options.cases
        or str(case.relative_to(HERE)).startswith(tuple(options.cases))
    ]
    if options.update:
        for case in cases:
            case.with_suffix(".expected").write_text(run(case, builds[0]))
        return 0
    passed = failed = 0
    for expected_file in HERE.rglob("*.expected"):
        if not expected_file.with_suffix(".cmd").exists():
            print(f"FAIL {expected_file.relative_to(HERE)} has no .cmd")
            failed += 1
    for build in builds:
        for case in cases:
            wrong = check(case, build)
            if wrong:
                print(f"FAIL {case.relative_to(HERE)} ({build})\n{wrong}")
                failed += 1
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
