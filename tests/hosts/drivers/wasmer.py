#!/usr/bin/env python3
"""Runs a WASI command on Wasmer, which comes as a Python library:

    wasmer.py [--env NAME=VALUE]... MODULE ARG...

There are no folders: the library gives a program a file system of its own, in
which files lie under /workspace only. The exit code is the program's; a trap
ends with 134, a module that is refused with 1.
"""

import argparse
import asyncio
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "support"))

import tools  # noqa: E402

sys.path.append(str(tools.cacheRoot() / "hosts" / "wasmer"))

import wasmer_sdk  # noqa: E402

TRAP = 134


async def copy(source, target):
    async for chunk in source:
        target.write(chunk)


async def run(arguments, cache):
    code = pathlib.Path(arguments.module).read_bytes()
    variables = dict(text.split("=", 1) for text in arguments.env)
    async with wasmer_sdk.Wasmer(cache_root=cache) as wasmer:
        package = await wasmer.packages.load(code)
        async with await wasmer.sandboxes.create(packages=[package]) as sandbox:
            process = await sandbox.command(
                package, arguments.args, env=variables).spawn(stdin="pipe")
            await process.stdin.write(sys.stdin.buffer.read())
            await process.stdin.close()
            await asyncio.gather(copy(process.stdout, sys.stdout.buffer),
                                 copy(process.stderr, sys.stderr.buffer))
            try:
                return (await process.wait()).exit_code
            except wasmer_sdk.WasmerError as error:
                print(f"trap: {error}", file=sys.stderr)
                return TRAP


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("module")
    parser.add_argument("args", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        try:
            return asyncio.run(run(arguments, cache))
        except wasmer_sdk.WasmerError as error:
            print(f"wasmer: {arguments.module}: {error}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
