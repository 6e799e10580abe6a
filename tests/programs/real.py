"""Where the programs are that tests/programs and bench/ take from elsewhere:
toolchain/setup.sh puts them under the cache root.
"""

import re

import build
import tools

NAMES = ("php", "python", "quickjs", "ruby", "yosys")

# "function not supported", as WASI numbers its errors.
NOT_SUPPORTED = 52


def folder():
    return tools.cacheRoot() / "programs"


def isThere(name):
    return (folder() / f"{name}.wasm").is_file()


def module(name):
    """The path of a program's module."""
    path = folder() / f"{name}.wasm"
    if not path.is_file():
        raise build.BuildError(f"no {path} (./test.sh puts it there)")
    return withoutSockets(path) if name == "quickjs" else path


def withoutSockets(path):
    """A copy that can run anywhere: this module imports functions for sockets
    that are not part of WASI, or are with another type, under the name of
    WASI. They become functions of its own that answer "not supported"."""
    def run(*arguments):
        return build.run([tools.wasmTools(), *arguments])

    stubs = []

    def stub(match):
        stubs.append(f"(func {match['name']} {match['type']} "
                     f"i32.const {NOT_SUPPORTED})\n")
        return ""

    output = build.ROOT / "build" / "programs" / "plain" / path.name
    output.parent.mkdir(parents=True, exist_ok=True)
    stripped = output.with_suffix(".all")
    run("strip", path, "-o", stripped)
    text = run("print", stripped)
    # All functions have names, so that none depends on its number.
    text = re.sub(r'^ *\(import "wasi_snapshot_preview1" "sock_\w+" '
                  r'\(func (?P<name>\$\S+) \(;\d+;\) (?P<type>\(type \d+\).*)\)\)\n',
                  stub, text, flags=re.M)
    start, end = text.rsplit(")", 1)
    source = output.with_suffix(".wat")
    source.write_text(start + "".join(stubs) + ")" + end)
    return build.assemble(source, output)
