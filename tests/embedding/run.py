#!/usr/bin/env python3
"""Runs the embedders of samples/embedding with the plain app and with its
bundles: each must end well and print the same, and something at all."""

import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import tools  # noqa: E402

SAMPLES = tools.ROOT / "samples" / "embedding"
SEPARATE = ["--layout=separate"]
EXCEPTIONS = ["--host-features=default,exceptions", "--stack-size=64k"]
TIMEOUT = 120

# Embedder, app, and the options of each of its bundles.
CASES = [
    ("words.mjs", "words.c", [SEPARATE]),
    ("words.py", "words.c", [SEPARATE]),
    ("base.mjs", "words.c", [[], SEPARATE]),
    ("shared.mjs", "shared.wat", [SEPARATE]),
    ("throwing.mjs", "throwing.wat", [EXCEPTIONS, SEPARATE + EXCEPTIONS]),
]
# Where the bundle cannot do what the app does: the comparison must see that.
UNEQUAL = [
    ("words.mjs", "words.c", []),
    ("throwing.mjs", "throwing.wat", ["--stack-size=64k"]),
]


def build(app, folder):
    target = folder / f"{pathlib.Path(app).stem}.wasm"
    source = SAMPLES / app
    if source.suffix == ".c":
        command = ["clang-22", "--target=wasm32", "-nostdlib", "-O2",
                   "-Wl,--no-entry", str(source), "-o", str(target)]
    else:
        command = [tools.wasmTools(), "parse", str(source), "-o", str(target)]
    subprocess.run(command, check=True)
    return target


def embed(embedder, module):
    """Returns (exit code, output)."""
    python = embedder.endswith(".py")
    done = subprocess.run(
        [sys.executable if python else tools.node(), str(SAMPLES / embedder),
         str(module)],
        env=tools.libraryEnvironment() if python else None,
        capture_output=True, text=True, errors="replace", timeout=TIMEOUT)
    return done.returncode, done.stdout or done.stderr[-300:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", default=tools.releaseTool())
    options = parser.parse_args()
    packer = tools.Packer(options.tool)
    passed = failed = 0

    def check(name, good, what):
        nonlocal passed, failed
        passed += good
        failed += not good
        if not good:
            print(f"FAIL {name}: {what}")

    with tempfile.TemporaryDirectory(prefix="ireko-embedding-") as name:
        folder = pathlib.Path(name)
        bundle = folder / "bundle.wasm"

        def packed(app, extra):
            code, stderr = packer.pack(build(app, folder), bundle, 2, extra)
            return None if code == 0 else f"pack: {stderr}"

        for embedder, app, bundles in CASES:
            plain = embed(embedder, build(app, folder))
            check(f"{embedder} plain", plain[0] == 0 and bool(plain[1].strip()),
                  plain)
            for extra in bundles:
                trouble = packed(app, extra)
                got = trouble or embed(embedder, bundle)
                check(f"{embedder} {' '.join(extra)}", got == plain,
                      f"expected {plain}, got {got}")
        for embedder, app, extra in UNEQUAL:
            trouble = packed(app, extra)
            check(f"{embedder} {' '.join(extra)}",
                  not trouble and
                  embed(embedder, bundle) != embed(embedder,
                                                   build(app, folder)),
                  trouble or "equal, though the bundle differs")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
