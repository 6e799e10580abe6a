"""The hosts on which programs run as a person would run them: each host's own
command line, or node:wasi in the engines that have none (through the script
that `ireko run` uses too). bench/run measures with these as well.
"""

import copy
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import tools  # noqa: E402

SECONDS = 300  # for one run of a program
RUNNER = ROOT / "rewriter" / "runner.mjs"


@dataclasses.dataclass
class Call:
    """A call of an export instead of a run; types as in the text format."""
    name: str
    params: tuple = ()
    results: tuple = ()


def environment():
    """For host processes: nothing of the caller's that changes what they
    print (backtraces, colours, options)."""
    kept = ("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME")
    return {name: os.environ[name] for name in kept if name in os.environ}


def givenAs(folders, variables, call):
    """The words by which most hosts, and `ireko run`, are told."""
    words = []
    for folder in folders:
        words += ["--dir", folder]
    for name, value in (variables or {}).items():
        words += ["--env", f"{name}={value}"]
    if call:
        words += ["--invoke", call.name]
    return words


def run(host, command, scratch, stdin=b"", folder=None):
    """Exit code, standard output, and the guest's standard error. All three
    streams are files: node:wasi does not wait for pipes."""
    with tempfile.TemporaryFile(dir=scratch) as given, \
            tempfile.TemporaryFile(dir=scratch) as stdout, \
            tempfile.TemporaryFile(dir=scratch) as stderr:
        given.write(stdin)
        given.seek(0)
        done = subprocess.run(command, cwd=folder, stdin=given, stdout=stdout,
                              stderr=stderr, check=False, timeout=SECONDS,
                              env=environment())
        stdout.seek(0)
        stderr.seek(0)
        errors = stderr.read().decode(errors="replace")
        return done.returncode, stdout.read(), host.guestErrors(errors)


class Host:
    """One way to run a module. `folders` are relative to the working folder
    and have the same name inside."""

    canCall = True
    # With which it keeps compiled code from run to run, and without doubt
    # starts from nothing; cacheFlags is None if it cannot keep any.
    cacheFlags = None
    coldFlags = ()
    trapCode = 134  # 128 + SIGABRT

    def __init__(self, name, place, flags=()):
        self.name = name
        self.program = tools.cacheRoot() / place
        self.flags = list(flags)

    def keepingCode(self):
        """This host with a cache of compiled code, if it can have one."""
        return self.withFlags(self.cacheFlags or ())

    def startingCold(self):
        return self.withFlags(self.coldFlags)

    def withFlags(self, flags):
        host = copy.copy(self)
        host.flags = [*self.flags, *flags]
        return host

    def isThere(self):
        return self.program.is_file()

    def version(self):
        done = subprocess.run([self.program, *self.versionCommand()],
                              capture_output=True, text=True, check=False,
                              env=environment())
        found = re.search(r"v?\d+\.\d+[\w.+-]*", done.stdout + done.stderr)
        return found.group() if found else "unknown"

    def versionCommand(self):
        return ["--version"]

    def guestErrors(self, text):
        """What of the standard error is the guest's."""
        return text


class Wasmtime(Host):
    cacheFlags = ["-C", "cache=y"]
    coldFlags = ["-C", "cache=n"]

    def command(self, module, args=(), folders=(), variables=None, call=None):
        return [self.program, "run", *self.flags,
                *givenAs(folders, variables, call), module, *args]

    def guestErrors(self, text):
        # --invoke is announced as experimental.
        return re.sub(r"^warning: using `--invoke`.*\n", "", text, flags=re.M)


class Wasmi(Wasmtime):
    cacheFlags = None
    coldFlags = ()
    trapCode = 1

    def command(self, module, args=(), folders=(), variables=None, call=None):
        words = super().command(module, args, folders, variables, call)
        return [word for word in words if word != "run"]


class Wazero(Host):
    canCall = False  # its command line runs _start only
    cacheFlags = [f"-cachedir={ROOT / 'build' / 'programs' / 'wazero'}"]
    trapCode = 1

    def command(self, module, args=(), folders=(), variables=None, call=None):
        assert not call
        words = [self.program, "run", *self.flags]
        for folder in folders:
            words.append(f"-mount={folder}:/{folder}")
        for name, value in (variables or {}).items():
            words.append(f"-env={name}={value}")
        # Without arguments it would pass the dashes on.
        return [*words, module, *(["--"] if args else []), *args]

    def versionCommand(self):
        return ["version"]


class Engine(Host):
    """A JavaScript engine."""

    def command(self, module, args=(), folders=(), variables=None, call=None):
        options = {"preopens": {folder: folder for folder in folders},
                   "env": variables or {},
                   "invoke": call and dataclasses.asdict(call)}
        return [self.program, *self.flags, RUNNER, json.dumps(options), module,
                *args]

    def guestErrors(self, text):
        return re.sub(r"^\(node:\d+\) ExperimentalWarning: WASI.*\n"
                      r"\(Use `.*\n", "", text, flags=re.M)


class ThroughTool:
    """A host as `ireko run` uses it: packs the module, then runs it there."""

    def __init__(self, host, tool):
        self.tool = tool
        self.host = host
        self.name = f"ireko run on {host.name}"
        self.trapCode = host.trapCode

    def command(self, module, args=(), folders=(), variables=None, call=None):
        # The engine's name is without the version that the tests want.
        return [self.tool, "run", module, "--host",
                self.host.name.rstrip("0123456789"),
                *givenAs(folders, variables, call), "--", *args]

    def guestErrors(self, text):
        return self.host.guestErrors(text)


ALL = [
    Wasmtime("wasmtime", "hosts/wasmtime"),
    Engine("node26", "hosts/node26/node"),
    Wazero("wazero", "hosts/wazero"),
    Wasmi("wasmi", "hosts/wasmi"),
    Engine("bun", "hosts/bun/bun"),
]
