#!/usr/bin/env python3
"""Makes a failing module smaller: shrink.py IN OUT.wat [options of run.py].

Runs `wasm-tools shrink` with run.py as the judge; a smaller module counts when
the original of it still runs and its bundle still differs.
"""

import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import tools  # noqa: E402

ATTEMPTS = 60


def main():
    source, target, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="ireko-shrink-") as name:
        folder = pathlib.Path(name)
        judge = folder / "judge"
        run = shlex.join([sys.executable, str(HERE / "run.py"), *options,
                          "--keep", str(folder / "kept"), "--like",
                          pathlib.Path(source).stem])
        # Exit code 1 is a difference; an exception in run.py has no counts.
        judge.write_text(
            "#!/bin/sh\n"
            f'{run} --only "file-$1" | tail -n 1 | grep -Eq " [1-9][0-9]* failed"\n')
        judge.chmod(0o755)
        small = folder / "small.wasm"
        subprocess.run([tools.wasmTools(), "shrink", str(judge), source,
                        "-o", str(small), "-a", str(ATTEMPTS)], check=True,
                       env=dict(os.environ))
        text = subprocess.run([tools.wasmTools(), "print", str(small)],
                              check=True, capture_output=True, text=True)
        pathlib.Path(target).write_text(text.stdout, "utf-8")
    print(f"{target}: {os.path.getsize(target)} bytes")


main()
