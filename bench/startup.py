"""What it costs to start: wall time and memory of programs that do next to
nothing, from the host's start to its end, plain and as bundles.

Cold, the host compiles the module; cached, it finds its own code of it from an
earlier run. JavaScript engines keep no code between runs of a script. wasmi,
an interpreter, runs the plain module only: it is what a bundle competes with.
"""

import dataclasses
import statistics

import build
import measure
import real
from table import row, rule

HELLO = "hello"

# What `ireko pack` is told, where a host's profile costs less than what runs
# everywhere: by the name of the host.
OPTIONS = {"wazero": ("--host", "wazero")}


class Start:
    """A program that starts and ends."""

    def __init__(self, name, arguments=(), variables=None, links=None):
        self.name = name
        self.arguments = arguments
        self.variables = variables or {}
        self.links = links or {}

    def module(self):
        return (build.buildSample(self.name) if self.name == HELLO
                else real.module(self.name))

    def command(self, host, module):
        return host.command(module, self.arguments, tuple(self.links),
                            self.variables)


PROGRAMS = {program.name: program for program in [
    Start(HELLO),
    Start("python", ("-c", "print('hello')"),
          {"PYTHONHOME": "/usr/local", "PYTHONDONTWRITEBYTECODE": "1"},
          {"usr": "python/usr"}),
    Start("ruby", ("-e", "puts 'hello'")),
]}


def prepare(folder, program):
    """The folder in which all runs of a program start."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, place in program.links.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(real.folder() / place)


def run(host, program, module, folder, environment):
    done = measure.spawned(program.command(host, module), folder, environment)
    if done.code:
        raise measure.Wrong(f"{program.name} on {host.name}: {module}: exit "
                            f"code {done.code}: {done.errors[-600:]}")
    if not done.output:
        raise measure.Wrong(f"{program.name} on {host.name} printed nothing")
    return done


def summary(runs):
    return {"seconds": measure.summary([done.seconds for done in runs]),
            "memory": statistics.median(done.memory for done in runs)}


@dataclasses.dataclass
class Cell:
    """A program on a host, cold or cached."""
    program: Start
    host: object
    mode: str
    modules: dict  # side: path
    runs: dict = dataclasses.field(default_factory=dict)  # side: [Spawned]
    failed: str = ""

    def __str__(self):
        return f"{self.program.name} {self.host.name} {self.mode}"

    def round(self, folder, environment):
        """Plain and bundle once, in turn."""
        for side, module in self.modules.items():
            try:
                done = run(self.host, self.program, module, folder, environment)
            except measure.Wrong as error:
                # A host that does not take the program itself is left out, and
                # so is what takes too long; a bundle that fails is not.
                if not (isinstance(error, measure.TimedOut)
                        or side == "plain" and not self.runs):
                    raise
                self.failed = f"{self}, {side}: {measure.reason(error)}"
                return
            self.runs.setdefault(side, []).append(done)
        outputs = {done.output for runs in self.runs.values() for done in runs}
        if len(outputs) != 1:
            raise measure.Wrong(f"{self} printed different things: {outputs}")

    def result(self):
        """As it goes into the JSON file, without the first round."""
        return {"program": self.program.name, "host": self.host.name,
                "mode": self.mode,
                **{side: summary(runs[1:]) for side, runs in self.runs.items()}}


def cellsOf(program, plain, hosts, reference, bundleOf):
    for host in hosts:
        sides = {"plain": plain, "bundle": bundleOf(plain, host)}
        yield Cell(program, host.startingCold(), "cold", sides)
        if host.cacheFlags is not None:
            yield Cell(program, host.keepingCode(), "cached", sides)
    if reference:
        yield Cell(program, reference, "cold", {"plain": plain})


def measureAll(names, hosts, reference, bundleOf, repeat, folder, environment,
               progress):
    """`hosts` are those that compile, `reference` is an interpreter or None;
    bundleOf(module, host) packs. All take turns. The first round, which fills
    the hosts' caches, is not counted. Gives the cells for the JSON file, and a
    text for each that was left out."""
    found, failed = [], []
    for program in map(PROGRAMS.get, names):
        where = folder / program.name
        prepare(where, program)
        cells = list(cellsOf(program, program.module(), hosts, reference,
                             bundleOf))
        for turn in range(repeat + 1):
            first = turn % len(cells)
            for cell in cells[first:] + cells[:first]:
                if not cell.failed:
                    cell.round(where, environment)
            progress(f"{program.name}: round {turn} of {repeat} done")
        for cell in cells:
            if cell.failed:
                progress(cell.failed)
                failed.append(cell.failed)
                continue
            result = cell.result()
            found.append(result)
            progress(f"{cell}: " + ", ".join(
                f"{side} {shown(result[side], 'seconds')} s "
                f"{shown(result[side], 'memory')} MB" for side in cell.runs))
    return found, failed


def value(side, what):
    return (side["seconds"]["median"] if what == "seconds"
            else side["memory"])


def shown(side, what):
    """Seconds or MB, in three figures or so."""
    amount = value(side, what)
    if what == "memory":
        return f"{amount / 2**20:.0f}"
    return f"{amount:.3f}" if amount < 1 else f"{amount:.2f}"


def ratio(cell, what):
    return value(cell["bundle"], what) / value(cell["plain"], what)


def table(part):
    """In Markdown."""
    yield row(["program", "host", "", "plain, s", "bundle, s", "ratio",
               "plain, MB", "bundle, MB", "ratio"])
    yield rule("lllrrrrrr")
    for cell in part["cells"]:
        columns = [cell["program"], cell["host"], cell["mode"]]
        for what in ("seconds", "memory"):
            columns += [shown(cell[side], what) if side in cell else ""
                        for side in ("plain", "bundle")]
            columns.append(f"**{ratio(cell, what):.2f}**" if "bundle" in cell
                           else "")
        yield row(columns)
