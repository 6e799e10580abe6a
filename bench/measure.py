"""Runs one program on one host, plain and as a bundle, and measures.

A program does work in proportion to its scale. The time of a run at scale 0
(start the host, load and instantiate the module, end) is taken apart and
subtracted, so that what is compared is computing. Runs alternate, plain and
bundle, so that a slow moment of the machine meets both.
"""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SECONDS = 300  # for one run


class Wrong(Exception):
    """A run failed, or plain module and bundle do not agree."""


@dataclasses.dataclass
class Program:
    """How a program is called at a scale."""
    name: str
    module: object  # path of the plain module
    bundle: object  # path of the bundle
    scale: int  # of a measured run
    arguments: object  # function from a scale to the arguments
    folders: tuple = ()


@dataclasses.dataclass
class Run:
    seconds: float
    cpuSeconds: float
    output: bytes


@dataclasses.dataclass
class Spawned:
    """A process that ended: what it printed, and what it took."""
    code: int
    output: bytes
    errors: str
    seconds: float
    memory: int  # the most bytes at a time


def spawned(command, cwd, environment):
    script = pathlib.Path(__file__).resolve().parent / "spawn.py"
    with tempfile.NamedTemporaryFile("r", encoding="ascii") as result:
        done = subprocess.run(
            [sys.executable, "-I", "-S", script, result.name, *command],
            cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True,
            check=False, timeout=SECONDS, env=environment)
        if done.returncode:
            raise Wrong(f"{' '.join(map(str, command))} cannot be started: "
                        f"{done.stderr.decode(errors='replace')}")
        seconds, kilobytes, code = result.read().split()
    return Spawned(int(code), done.stdout,
                   done.stderr.decode(errors="replace"), float(seconds),
                   int(kilobytes) * 1024)


def execute(host, program, module, scale, cwd, environment):
    command = host.command(module, program.arguments(scale), program.folders)
    before = os.times()
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, timeout=SECONDS,
                          env=environment)
    seconds = time.perf_counter() - started
    after = os.times()
    if done.returncode:
        errors = done.stderr.decode(errors="replace")[-600:]
        raise Wrong(f"{program.name} on {host.name}: {module}: exit code "
                    f"{done.returncode} at scale {scale}: {errors}")
    cpu = (after.children_user + after.children_system
           - before.children_user - before.children_system)
    return Run(seconds, cpu, done.stdout)


def compare(host, program, scale, cwd, environment):
    """Runs plain and bundle once each; their output, which must be equal."""
    plain = execute(host, program, program.module, scale, cwd, environment)
    bundle = execute(host, program, program.bundle, scale, cwd, environment)
    if plain.output != bundle.output:
        raise Wrong(f"{program.name} on {host.name} at scale {scale}: plain "
                    f"printed {plain.output[-200:]!r}, the bundle "
                    f"{bundle.output[-200:]!r}")
    if not plain.output:
        raise Wrong(f"{program.name} on {host.name} printed nothing")
    return plain, bundle


def summary(times):
    return {"median": statistics.median(times), "least": min(times),
            "most": max(times), "all": times}


def measure(host, program, repeat, cwd, environment):
    """One cell of the table, as it goes into the JSON file. All times are in
    seconds."""
    scales = {"start": 0, "full": program.scale}
    reference = {}
    runs = {(side, which): [] for side in ("plain", "bundle")
            for which in scales}
    # The first round warms up the host's cache of compiled code and is not
    # measured.
    for turn in range(repeat + 1):
        for which, scale in scales.items():
            pair = compare(host, program, scale, cwd, environment)
            output = reference.setdefault(which, pair[0].output)
            if output != pair[0].output:
                raise Wrong(f"{program.name} on {host.name} printed something "
                            f"else when run again at scale {scale}")
            if turn:
                runs["plain", which].append(pair[0])
                runs["bundle", which].append(pair[1])
    cell = {"scale": program.scale}
    compute = {}
    for side in ("plain", "bundle"):
        full = [run.seconds for run in runs[side, "full"]]
        start = [run.seconds for run in runs[side, "start"]]
        compute[side] = [seconds - statistics.median(start)
                         for seconds in full]
        cell[side] = {
            "compute": summary(compute[side]),
            "full": summary(full),
            "start": summary(start),
            "fullCpu": summary([run.cpuSeconds
                                for run in runs[side, "full"]]),
        }
    if min(compute["plain"]) <= 0:
        raise Wrong(f"{program.name} on {host.name}: at scale {program.scale} "
                    "start-up takes all the time: raise --scale")
    ratios = [bundle / plain for plain, bundle in zip(compute["plain"],
                                                      compute["bundle"])]
    cell["ratio"] = (cell["bundle"]["compute"]["median"]
                     / cell["plain"]["compute"]["median"])
    cell["ratioLeast"], cell["ratioMost"] = min(ratios), max(ratios)
    return cell
