"""What it costs to start: wall time and memory of programs that do next to
nothing, from the host's start to its end, plain and as bundles.

Cold, the host compiles the module; cached, it finds its own code of it from an
earlier run. JavaScript engines keep no code between runs of a script. wasmi,
an interpreter, runs the plain module only: it is what a bundle competes with.
"""

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


def measureOne(host, program, modules, repeat, folder, environment):
    """Runs the modules, {side: path}, in turn. The first round, which fills
    the host's cache, is not counted."""
    runs = {side: [] for side in modules}
    outputs = set()
    for turn in range(repeat + 1):
        for side, module in modules.items():
            done = run(host, program, module, folder, environment)
            outputs.add(done.output)
            if turn:
                runs[side].append(done)
    if len(outputs) != 1:
        raise measure.Wrong(f"{program.name} on {host.name} printed different "
                            f"things: {outputs}")
    return {side: summary(done) for side, done in runs.items()}


def measureAll(names, hosts, reference, bundleOf, repeat, folder, environment,
               progress):
    """`hosts` are those that compile, `reference` is an interpreter or None;
    bundleOf(module, host) packs. Gives what goes into the JSON file."""
    cells = []
    for program in map(PROGRAMS.get, names):
        where = folder / program.name
        prepare(where, program)
        plain = program.module()
        wanted = [(host, mode, {"plain": plain, "bundle": bundleOf(plain, host)})
                  for host in hosts for mode in ("cold", "cached")]
        if reference:
            wanted.append((reference, "cold", {"plain": plain}))
        for host, mode, sides in wanted:
            if mode == "cached" and host.cacheFlags is None:
                continue
            told = (host.keepingCode() if mode == "cached"
                    else host.startingCold())
            cell = {"program": program.name, "host": host.name, "mode": mode,
                    **measureOne(told, program, sides, repeat, where,
                                 environment)}
            cells.append(cell)
            progress(f"{program.name} {host.name} {mode}: " + ", ".join(
                f"{side} {cell[side]['seconds']['median']:.3f} s "
                f"{cell[side]['memory'] / 2**20:.0f} MB" for side in sides))
    return cells


def value(side, what):
    return (side["seconds"]["median"] if what == "seconds"
            else side["memory"])


def shown(side, what):
    """Seconds or MB."""
    return (f"{value(side, what):.2f}" if what == "seconds"
            else f"{value(side, what) / 2**20:.0f}")


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
