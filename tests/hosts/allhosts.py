"""Every host that tests/hosts/run.py knows: those of tests/programs/hosts.py,
others of the same kinds, and those that come as libraries, around which
drivers/ has small programs.
"""

import atexit
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "tests" / "programs"), str(ROOT / "tests" / "support")]

import hosts  # noqa: E402
import tools  # noqa: E402

DRIVERS = HERE / "drivers"


def pinned(name):
    """The version of toolchain/versions."""
    text = (ROOT / "toolchain" / "versions").read_text()
    return re.search(rf"^{name} +\S+ +\S+ +(\S+)", text, re.M)[1]


class SystemNode(hosts.Engine):
    """The machine's own Node; the runner script knows what old ones need."""

    def __init__(self, name):
        super().__init__(name, "")
        self.program = pathlib.Path(shutil.which("node") or "node")


class Deno(hosts.Engine):
    def guestErrors(self, text):
        return re.sub(r"^\(node:\d+\) ExperimentalWarning: WASI.*\n", "", text,
                      flags=re.M)


class Driver(hosts.Host):
    """A program of drivers/ that takes --dir, --env and --invoke."""

    def __init__(self, name, place, words=(), flags=(), version=""):
        super().__init__(name, place, flags)
        self.words = [str(word) for word in words] or [self.program]
        self.pinnedVersion = version

    def command(self, module, args=(), folders=(), variables=None, call=None):
        return [*self.words, *self.flags,
                *hosts.givenAs(folders, variables, call), module, *args]

    def version(self):
        return self.pinnedVersion


class Chicory(Driver):
    def __init__(self, name, flags=()):
        folder = tools.cacheRoot() / "hosts/chicory"
        # In another locale Java does not see arguments as UTF-8.
        super().__init__(name, "hosts/chicory/Chicory.class",
                         ["env", "LC_ALL=C.UTF-8", "java", "-cp", f"{folder}:{folder}/*", "Chicory"],
                         flags, pinned("chicory"))

    def isThere(self):
        return super().isThere() and shutil.which("java") is not None


class Chromium(Driver):
    """One browser for all runs, started by the first."""

    def __init__(self, name):
        super().__init__(name, "hosts/browser-shim/dist/index.js",
                         [sys.executable, DRIVERS / "chromium.py"])
        self.lock = threading.Lock()
        self.session = None

    def port(self):
        with self.lock:
            if not self.session:
                self.session = subprocess.Popen(
                    [*self.words, "--serve"], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, text=True,
                    env=hosts.environment())
                self.portText = self.session.stdout.readline().strip()
                atexit.register(self.session.communicate)
            return self.portText

    def command(self, module, args=(), folders=(), variables=None, call=None):
        self.flags = ["--connect", self.port()]
        words = super().command(module, args, folders, variables)
        if call:
            described = json.dumps(dataclasses.asdict(call))
            words[len(self.words):len(self.words)] = ["--invoke", described]
        return words

    def isThere(self):
        return super().isThere() and shutil.which("chromium") is not None

    def version(self):
        done = subprocess.run(["chromium", "--version"], capture_output=True,
                              text=True, check=False,
                              env=hosts.environment())
        return re.search(r"[\d.]+", done.stdout)[0]


@dataclasses.dataclass
class Entry:
    """A host and what the tests and the documentation say of it."""
    host: object
    title: str
    engine: str
    # toolchain/setup.sh's word that installs it; "test" hosts always run.
    tier: str
    # Its name for `ireko pack --host`.
    profile: str
    # What it cannot give a program: folders, variables, calls, stdin.
    lacks: tuple = ()
    multiMemory: bool = True
    # Further conditions under which a case is not run there: a regular
    # expression for its name, and the reason.
    omit: tuple = ()
    # What the limits are measured with, if not the host itself.
    measured: object = None

    def install(self):
        if self.host.name == "node":
            return "apt-get install nodejs"
        return f"toolchain/setup.sh {self.tier}"

    def whyNot(self, case):
        """Why the case is not run here, or None."""
        wants = {"folders": case.folders, "variables": case.variables,
                 "stdin": case.stdin, "calls": case.call}
        for what, wanted in wants.items():
            if wanted and what in self.lacks:
                return f"no {what} there"
        for pattern, reason in self.omit:
            if re.search(pattern, case.name):
                return reason
        return None


_byName = {host.name: host for host in hosts.ALL}

ALL = [
    Entry(_byName["wasmtime"], "Wasmtime", "compiler (Cranelift)", "test",
          "wasmtime"),
    Entry(_byName["node26"], "Node 26", "compiler (V8)", "test",
          "node"),
    Entry(SystemNode("node"), "the machine's Node", "compiler (V8)", "test",
          "node", multiMemory=False),
    Entry(_byName["bun"], "bun", "compiler (JavaScriptCore)", "test",
          "bun"),
    Entry(_byName["wazero"], "wazero", "compiler", "test",
          "wazero", ("calls",),
          multiMemory=False),
    Entry(hosts.Wazero("wazero-interpreter", "hosts/wazero", ["-interpreter"]),
          "wazero `-interpreter`", "interpreter", "test",
          "wazero", ("calls",),
          multiMemory=False),
    Entry(_byName["wasmi"], "wasmi", "interpreter", "test",
          "wasmi"),
    Entry(Deno("deno", "hosts/deno", ["run", "--quiet", "--allow-all"]),
          "deno", "compiler (V8)", "hosts",
          "deno"),
    Entry(Chromium("chromium"), "Chromium, headless", "compiler (V8)", "hosts",
          "chromium"),
    Entry(Driver("wasmer", "hosts/wasmer/wasmer_sdk/__init__.py",
                 [sys.executable, DRIVERS / "wasmer.py"],
                 version=pinned("wasmer")),
          "Wasmer (its library for Python)", "compiler (Cranelift)", "hosts",
          "wasmer", ("folders", "calls"),
          omit=(("^args$", "its variables come in a random order"),)),
    Entry(Driver("wamr-fast", "hosts/wamr-fast", version="2.4.3"),
          "WAMR, fast interpreter", "interpreter", "hosts",
          "wamr", multiMemory=False),
    Entry(Driver("wamr-classic", "hosts/wamr-classic", version="2.4.3"),
          "WAMR, classic interpreter", "interpreter", "hosts",
          "wamr-classic"),
    Entry(Chicory("chicory"), "Chicory, interpreter", "interpreter", "hosts",
          "chicory"),
    Entry(Chicory("chicory-compiler", ["--compile"]), "Chicory, compiler",
          "compiler (JVM code)", "hosts",
          "chicory", measured=Chicory("chicory-strict", ["--compile", "--strict"])),
    Entry(Driver("wasm3", "hosts/wasm3", version=pinned("wasm3")),
          "wasm3", "interpreter", "hosts",
          "wasm3", ("folders", "variables"), multiMemory=False,
          # Their bundles run there.
          omit=(("^(trap|sqlite)-", "refuses the plain module: LEB encoded "
                 "value overflow"),)),
]
