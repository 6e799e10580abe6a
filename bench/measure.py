"""Runs one program in several ways and measures them side by side.

A program does work in proportion to its scale. The time of a run at scale 0
(start the host, load and instantiate the module, end) is taken apart and
subtracted, so that what is compared is computing. All ways to run it take
turns, in an order that shifts by one from round to round: a slow moment of the
machine meets all of them, and none is always the first.
"""

import dataclasses
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile

import tools

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 300  # for one run
LONG_START = 4  # times as long as it computes: the difference says little
SLOW = 4  # seconds of a run beyond which every other round will do


class Wrong(Exception):
    """A run failed, or two ways to run a program do not agree."""


def reason(error):
    """The first line of an error, for the results: without where things are on
    this machine."""
    text = str(error).splitlines()[0]
    for place in (tools.cacheRoot(), ROOT):
        text = text.replace(f"{place}/", "")
    return text


class TimedOut(Wrong):
    """A run was not done in time."""


@dataclasses.dataclass
class Contestant:
    """One way to run a program."""
    host: object
    mode: str
    module: object  # path

    def __str__(self):
        return f"{self.host.name} {self.mode}"


@dataclasses.dataclass
class Spawned:
    """A process that ended: what it printed, and what it took."""
    code: int
    output: bytes
    errors: str
    seconds: float
    cpuSeconds: float
    memory: int  # the most bytes at a time


def spawned(command, cwd, environment):
    """Runs a command; what spawn.py tells of it."""
    script = pathlib.Path(__file__).resolve().parent / "spawn.py"
    with tempfile.NamedTemporaryFile("r", encoding="ascii") as result:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", script, result.name, *command],
            cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment, start_new_session=True)
        try:
            output, errors = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired as late:
            raise TimedOut(f"{' '.join(map(str, command))}: not done after "
                           f"{SECONDS} s") from late
        finally:
            # Also what it has started.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        text = errors.decode(errors="replace")
        if process.returncode:
            raise Wrong(f"{' '.join(map(str, command))} cannot be started: "
                        f"{text}")
        seconds, cpu, kilobytes, code = result.read().split()
    return Spawned(int(code), output, text, float(seconds), float(cpu),
                   int(kilobytes) * 1024)


def execute(contestant, program, scale, environment):
    command = program.command(contestant.host, contestant.module, scale)
    done = spawned(command, program.folder, environment)
    if done.code:
        raise Wrong(f"{program.name} on {contestant}: {contestant.module}: "
                    f"exit code {done.code} at scale {scale}: {done.errors[-600:]}")
    if not done.output:
        raise Wrong(f"{program.name} on {contestant} printed nothing")
    return done


class Outputs:
    """Of a program, by scale: all ways to run it must print the same."""

    def __init__(self, program):
        self.program = program
        self.first = {}

    def check(self, contestant, scale, output):
        who, expected = self.first.setdefault(scale, (contestant, output))
        if output != expected:
            raise Wrong(f"{self.program.name} at scale {scale}: {contestant} "
                        f"printed {output[-200:]!r}, {who} "
                        f"{expected[-200:]!r}")


def summary(times):
    """To a microsecond."""
    times = [round(seconds, 6) for seconds in times]
    return {"median": statistics.median(times), "least": min(times),
            "most": max(times), "all": times}


def cell(program, scales, runs):
    """Of a contestant's runs, {which: [Spawned]}, as it goes into the JSON
    file. All times are in seconds."""
    full, start = ([run.seconds for run in runs[which]]
                   for which in ("full", "start"))
    compute = [seconds - statistics.median(start) for seconds in full]
    if statistics.median(compute) <= 0:
        raise Wrong(f"{program.name}: at scale {scales['full']} a run takes no "
                    f"longer than at {scales['start']}: raise --scale")
    return {"scale": scales["full"], "from": scales["start"],
            "compute": summary(compute), "full": summary(full),
            "start": summary(start),
            "fullCpu": summary([run.cpuSeconds for run in runs["full"]])}


def warmUp(contestants, program, scales, outputs, environment):
    """A round that is not measured: fills the host's cache of compiled code,
    and finds the hosts that do not take the program. Gives the contestants with
    the seconds of a run, and the refused ones with the reason."""
    seconds, refused = [], []
    for contestant in contestants:
        try:
            for scale in scales.values():
                done = execute(contestant, program, scale, environment)
                outputs.check(contestant, scale, done.output)
            seconds.append((contestant, done.seconds))
        except Wrong as error:
            # A bundle, or another output, is our business.
            if contestant.mode != "plain" or "printed" in str(error):
                raise
            refused.append((contestant, reason(error)))
    return seconds, refused


def measure(contestants, program, scales, repeat, environment):
    """Cells of a program by contestant, in order; a text for one whose host
    does not take it or starts for too long. `scales` has the one to measure
    ("full") and the one to subtract ("start")."""
    outputs = Outputs(program)
    seconds, refused = warmUp(contestants, program, scales, outputs,
                              environment)
    refusing = {id(contestant.host) for contestant, _ in refused}
    racing = [(contestant, taken) for contestant, taken in seconds
              if id(contestant.host) not in refusing]
    runs = {id(contestant): {which: [] for which in scales}
            for contestant, _ in racing}
    for turn in range(repeat):
        first = turn % max(1, len(racing))
        for contestant, taken in racing[first:] + racing[:first]:
            if taken > SLOW and turn % 2:
                continue
            for which, scale in scales.items():
                done = execute(contestant, program, scale, environment)
                outputs.check(contestant, scale, done.output)
                runs[id(contestant)][which].append(done)
    cells = {id(contestant): cell(program, scales, runs[id(contestant)])
             for contestant, _ in racing}
    reasons = {id(contestant): why for contestant, why in refused}
    for contestant, _ in racing:
        if contestant.mode != "plain":
            continue
        if why := tooLittle(cells[id(contestant)]):
            reasons[id(contestant)] = why
            refusing.add(id(contestant.host))
    return [cells[id(contestant)] if id(contestant.host) not in refusing
            else reasons.get(id(contestant), "as its plain module")
            for contestant in contestants]


def tooLittle(cell):
    """Why a plain module's time says little, if so: it is the difference of two
    long runs."""
    start, compute = cell["start"]["median"], cell["compute"]["median"]
    if start <= LONG_START * compute:
        return None
    return (f"it starts for {start:.1f} s and computes for {compute:.1f} s: "
            f"raise --scale")


def compare(cell, plain):
    """Adds to a cell how its times stand to those of the plain module: of the
    medians, and in each round."""
    cell["ratio"] = cell["compute"]["median"] / plain["compute"]["median"]
    cell["ratios"] = [round(ours / theirs, 4) for ours, theirs
                      in zip(cell["compute"]["all"], plain["compute"]["all"])
                      if theirs > 0 and ours > 0]
    cell["ratioLeast"] = min([*cell["ratios"], cell["ratio"]])
    cell["ratioMost"] = max([*cell["ratios"], cell["ratio"]])
