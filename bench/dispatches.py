"""Counts what the stream executes: how many instructions of the bundle run, at
-O0 and at -O2. Nothing is timed.

A counting bundle (`ireko run --profile`) tells how often each basic block of the
program runs; `ireko inspect --profile` tells how often each handler runs that the
blocks have become. No region: all code counts as if it ran in the stream, and
each instruction there is one dispatch.
"""

import json
import math

import modes
from table import row, rule

LEVELS = ("0", "2")


def executed(tool, module, profile, level):
    """How many instructions run."""
    # The listing of all functions but an imported one would be long.
    done = modes.run([tool, "inspect", module, f"-O{level}", "--no-regions",
                      "--profile", profile, "--format=json",
                      "--function", "0"])
    return sum(handler["count"] for handler in
               json.loads(done.output)["handlers"])


def measureAll(programs, percent, tool, progress):
    """Gives what goes into the JSON file."""
    found = []
    for program in programs:
        module = program.module()
        profile = modes.profileOf(program, module, percent, tool)
        counts = {level: executed(tool, module, profile, level)
                  for level in LEVELS}
        found.append({"program": program.name, "counts": counts})
        progress(f"{program.name}: " + ", ".join(
            f"{count} at -O{level}" for level, count in counts.items()))
    return found


def table(part):
    first, last = LEVELS
    yield row(["program", *(f"-O{level}" for level in LEVELS),
               f"-O{last} / -O{first}"])
    yield rule("lrrr")
    ratios = []
    for entry in part["programs"]:
        counts = entry["counts"]
        ratios.append(counts[last] / counts[first])
        yield row([entry["program"], *(f"{counts[level]:,}"
                                       for level in LEVELS),
                   f"**{ratios[-1]:.3f}**"])
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    yield row(["geometric mean", "", "", f"**{mean:.3f}**"])
