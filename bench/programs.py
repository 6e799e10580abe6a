"""What bench/run runs: the kernels, SQLite with its workload, and loops in
CPython, Ruby and PHP. Each does work in proportion to a scale, and none at
scale 0.
"""

import dataclasses
import pathlib

import build
import real

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
OUT = ROOT / "build" / "bench"

KERNELS = sorted(path.stem for path in (BENCH / "kernels").glob("*.c"))
KERNEL_FLAGS = {"simd_blur": ["-msimd128"]}
LOOPS = ("python", "ruby", "php")
# They start for seconds on some hosts, and are to compute for as long.
LOOP_SHARE = 3


@dataclasses.dataclass
class Program:
    """How a program is built and called at a scale."""
    name: str
    share: float  # of its scale in that of the kernels
    arguments: object  # function from a scale to the arguments
    folder: pathlib.Path = ROOT  # in which it runs
    folders: tuple = ()  # in there, which it may use
    variables: dict = dataclasses.field(default_factory=dict)
    # Folders that must be there first: the name in `folder`, and the place.
    links: dict = dataclasses.field(default_factory=dict)

    def module(self):
        """Builds it; the path of the plain module."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, place in self.links.items():
            link = self.folder / name
            link.unlink(missing_ok=True)
            link.symlink_to(place)
        if self.name == "sqlite":
            return build.buildSample("sqlite")
        if self.name in LOOPS:
            return real.module(self.name)
        source = BENCH / "kernels" / f"{self.name}.c"
        return build.compileC(source, OUT / "plain" / f"{self.name}.wasm",
                              KERNEL_FLAGS.get(self.name, ()),
                              [source.with_name("kernel.h")])

    def scale(self, percent):
        return max(1, round(self.share * percent))

    def command(self, host, module, scale):
        return host.command(module, self.arguments(scale), self.folders,
                            self.variables)


def loop(name, script, variables=None, links=None):
    """A script that a language runs; in a folder that holds what it needs."""
    return Program(name, LOOP_SHARE, lambda scale: (*script, str(scale)),
                   OUT / "loops" / name, ("scripts", *(links or {})),
                   variables or {},
                   {"scripts": BENCH / "scripts", **(links or {})})


def every():
    """All programs by name, in the order of the tables."""
    programs = [
        *(Program(name, 1, lambda scale: (str(scale),)) for name in KERNELS),
        Program("sqlite", 2, lambda scale: (
            "--set", f"scale={scale}", ":memory:", "samples/sqlite/bench.sql"),
                folders=("samples",)),
        loop("python", ("scripts/loop.py",),
             {"PYTHONHOME": "/usr/local", "PYTHONDONTWRITEBYTECODE": "1",
              "PYTHONHASHSEED": "0"},
             {"usr": real.folder() / "python" / "usr"}),
        loop("ruby", ("scripts/loop.rb",)),
        # Its working folder is the root, and -q spares the HTTP headers.
        loop("php", ("-q", "/scripts/loop.php")),
    ]
    return {program.name: program for program in programs}
