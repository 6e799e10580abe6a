"""The ways in which bench/run has a program run: as it is, as bundles packed
with different options, and made suspendable by Binaryen's Asyncify.
"""

import dataclasses
import os
import pathlib

import build
import measure
import programs
import tools

PLAIN = "plain"
ASYNCIFY = "asyncify"
DEFAULT_LEVEL = "2"
# WebAssembly 2.0, as wasm-opt calls it.
FEATURES = ("bulk-memory", "multivalue", "mutable-globals",
            "nontrapping-float-to-int", "reference-types", "sign-ext", "simd")
TRAINING = 10  # percent of the usual work, when a profile is recorded


@dataclasses.dataclass(frozen=True)
class Mode:
    """How a module is made into another one."""
    name: str  # in tables and in the JSON file
    options: tuple = ()  # of ireko pack
    profiled: bool = False
    tool: str = ""  # of Ireko, or none for what Ireko does not make

    def suits(self, program):
        """Not Asyncify and the languages, for which wasm-opt, as a script,
        would take some ten minutes each."""
        return bool(self.tool) or program.name not in programs.LOOPS

    def folder(self):
        return self.name.replace(" ", "")


NAMES = {
    "default": "as `ireko pack` makes it",
    "stream": "--no-regions",
    "profile": "--profile, recorded at a tenth of the scale",
    "stream-profile": "both",
    "separate": "--layout separate, for hosts with several memories",
    ASYNCIFY: "no bundle: the program after wasm-opt --asyncify",
}


def ofName(name, level, tool, suffix=""):
    """The mode of a name of NAMES, at a level, made by a build of Ireko."""
    if name == ASYNCIFY:
        return Mode(name)
    options = [f"-O{level}"]
    if name.startswith("stream"):
        options.append("--no-regions")
    if name == "separate":
        options.append("--layout=separate")
    shown = name if level == DEFAULT_LEVEL else f"{name} -O{level}"
    return Mode(shown + suffix, tuple(options), name.endswith("profile"),
                str(tool))


@dataclasses.dataclass
class Made:
    """A module, and what making it took."""
    path: object
    seconds: float = 0
    memory: int = 0


def run(command, folder=programs.ROOT):
    done = measure.spawned(list(map(str, command)), folder, os.environ)
    if done.code:
        raise measure.Wrong(f"{' '.join(map(str, command))}: exit code "
                            f"{done.code}: {done.errors[-600:]}")
    return done


def pack(tool, module, options, folder):
    """Packs a module into a folder of build/bench."""
    bundle = programs.OUT / folder / module.name
    bundle.parent.mkdir(parents=True, exist_ok=True)
    done = run([tool, "pack", module, *options, "-o", bundle])
    return Made(bundle, done.seconds, done.memory)


def profileOf(program, module, scale, tool):
    """Records a profile of a program, by a counting bundle on Wasmtime."""
    path = programs.OUT / "profiles" / f"{program.name}.profile"
    path.parent.mkdir(parents=True, exist_ok=True)
    words = [tool, "run", module, "--host", "wasmtime", "--profile", path]
    for folder in program.folders:
        words += ["--dir", folder]
    for name, value in program.variables.items():
        words += ["--env", f"{name}={value}"]
    run([*words, "--", *program.arguments(scale)], program.folder)
    return path


def asyncify(module):
    """Suspendable in all host calls and indirect calls, which is what the pass
    assumes unless told more. It is to be optimised before and after, says its
    source; so does -O2 on either side."""
    output = programs.OUT / "asyncify" / module.name
    output.parent.mkdir(parents=True, exist_ok=True)
    optimiser = tools.wasmOpt()
    return build.build(output, [module, pathlib.Path(optimiser)],
                       [tools.node(), optimiser,
                        *(f"--enable-{feature}" for feature in FEATURES),
                        "-O2", "--asyncify", "-O2", module, "-o", "{out}"])


def make(mode, program, module, percent):
    """The module of a program that runs in this mode."""
    if mode.name == PLAIN:
        return Made(module)
    if not mode.tool:
        return Made(asyncify(module))
    options = mode.options
    if mode.profiled:
        scale = program.scale(percent * TRAINING / 100)
        options += ("--profile", profileOf(program, module, scale, mode.tool))
    return pack(mode.tool, module, options, f"bundle-{mode.folder()}")
