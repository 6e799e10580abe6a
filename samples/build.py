#!/usr/bin/env python3
"""Builds the samples, samples/*.{c,wat} and the SQLite shell, as WASI modules.

What is built is deterministic: the same sources and compiler give the same
bytes. A module is built again only when its sources, its command line or the
compiler changed (a .stamp file beside it holds a hash of all that). bench/run
builds its kernels with the functions of this file.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

SAMPLES = pathlib.Path(__file__).resolve().parent
ROOT = SAMPLES.parent
OUT = ROOT / "build" / "samples"
sys.path.insert(0, str(ROOT / "tests" / "support"))

import tools  # noqa: E402

CLANG = "clang-22"
# wasi-libc's headers are found by the older spelling of the target only, of
# which clang says that it is deprecated.
FLAGS = ["--target=wasm32-wasi", "-Wno-deprecated", "-Wall", "-Wextra",
         "-Werror", "-O2"]
# The C library brings debugging information; names stay. What clang links must
# not depend on whether the machine has a wasm-opt.
LINK_FLAGS = ["-Wl,--strip-debug", "--no-wasm-opt"]

SQLITE_FLAGS = [
    # pread and pwrite instead of seeking first: fewer calls, and bun's
    # node:wasi writes to the wrong place after a seek to the start.
    "-DUSE_PREAD",
    "-DSQLITE_THREADSAFE=0",
    "-DSQLITE_TEMP_STORE=3",
    "-DSQLITE_OMIT_LOAD_EXTENSION",
    "-DSQLITE_ENABLE_MATH_FUNCTIONS",
]
WASI_EMULATION = ["getpid", "mman", "process-clocks", "signal"]

# Flags beyond those above, by sample.
EXTRA_FLAGS = {"reactor": ["-mexec-model=reactor"]}


class BuildError(Exception):
    """Something needed is missing, or a compiler said no."""


def run(command):
    try:
        done = subprocess.run(list(map(str, command)), text=True, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True)
    except FileNotFoundError as error:
        raise BuildError(f"{command[0]} not found (./test.sh installs what is "
                         "needed)") from error
    if done.returncode:
        raise BuildError(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def build(output, sources, command):
    """Makes `output` by the command, in which {out} stands for it, unless the
    same command made it from the same sources before."""
    digest = hashlib.sha256()
    digest.update("\n".join(map(str, command)).encode())
    digest.update(run([command[0], "--version"]).encode())
    for source in sources:
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    stamp = output.with_name(output.name + ".stamp")
    if output.is_file() and stamp.is_file() \
            and stamp.read_text() == digest.hexdigest():
        return output
    # In a folder of its own, under its own name: the linker writes the name
    # of the file into the module.
    partial = output.parent / f"partial-{os.getpid()}"
    partial.mkdir(parents=True, exist_ok=True)
    try:
        run([partial / output.name if part == "{out}" else part
             for part in command])
        stamp.unlink(missing_ok=True)
        os.replace(partial / output.name, output)
        stamp.write_text(digest.hexdigest())
    finally:
        shutil.rmtree(partial)
    return output


def compileC(source, output, flags=(), headers=()):
    """One C file to a WASI module."""
    return build(output, [source, *headers],
                 [CLANG, *FLAGS, *flags, source, *LINK_FLAGS, "-o", "{out}"])


def assemble(source, output):
    """A text module to a binary one."""
    try:
        assembler = tools.wasmTools()
    except tools.MissingTool as error:
        raise BuildError(str(error)) from error
    return build(output, [source], [assembler, "parse", source, "-o", "{out}"])


def buildSqlite(out):
    folder = tools.cacheRoot() / "sqlite"
    shell = SAMPLES / "sqlite" / "shell.c"
    amalgamation, header = folder / "sqlite3.c", folder / "sqlite3.h"
    if not amalgamation.is_file():
        raise BuildError(f"no {amalgamation} (./test.sh puts it there)")
    emulation = [f"-D_WASI_EMULATED_{name.upper().replace('-', '_')}"
                 for name in WASI_EMULATION]
    # -w: warnings inside of SQLite are not ours to fix.
    library = build(out / "sqlite3.o", [amalgamation, header],
                    [CLANG, *FLAGS, "-w", "-c", *SQLITE_FLAGS, *emulation,
                     amalgamation, "-o", "{out}"])
    return build(out / "sqlite.wasm", [shell, library, header],
                 [CLANG, *FLAGS, f"-I{folder}", shell, library, *LINK_FLAGS,
                  *(f"-lwasi-emulated-{name}" for name in WASI_EMULATION),
                  "-o", "{out}"])


def names():
    """Every sample, by the name of its module."""
    return sorted([path.stem for path in SAMPLES.iterdir()
                   if path.suffix in (".c", ".wat")] + ["sqlite"])


def buildSample(name, out=OUT):
    """Builds one sample; the path of its module."""
    output = out / f"{name}.wasm"
    if name == "sqlite":
        return buildSqlite(out)
    if (SAMPLES / f"{name}.c").is_file():
        return compileC(SAMPLES / f"{name}.c", output,
                        EXTRA_FLAGS.get(name, ()))
    if (SAMPLES / f"{name}.wat").is_file():
        return assemble(SAMPLES / f"{name}.wat", output)
    raise BuildError(f"no sample is called {name}; there are "
                     + " ".join(names()))


def main():
    parser = argparse.ArgumentParser(
        description="Builds the samples as WASI modules.",
        epilog="Needs clang-22, lld-22 and wasi-libc; for the .wat files "
               "wasm-tools, for sqlite its amalgamation: ./test.sh installs "
               "all that. Example: samples/build.py greet files")
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help=f"what to build (default: {' '.join(names())})")
    parser.add_argument("--out", type=pathlib.Path, default=OUT,
                        metavar="FOLDER",
                        help="where to put the modules (default: "
                             "build/samples)")
    arguments = parser.parse_args()
    try:
        for name in arguments.names or names():
            path = buildSample(name, arguments.out)
            print(f"{path}: {path.stat().st_size} bytes")
    except BuildError as error:
        print(f"samples/build.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
