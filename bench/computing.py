"""The part of the results on computing: programs x hosts x modes.

    {"programs": [name, ...], "kernels": [name, ...],
     "hosts": {name: {"version", "flags"}},
     "reference": the host to whose plain module peers are compared,
     "modes": [name, ...],
     "cells": [{"program", "host", "mode", ...} ...]}

A cell has what measure.cell() made, and what measure.compare() adds if its mode
is not plain; or, if the host does not take the program or starts for too long,
"refused" with the reason.
"""

import math

import measure
import modes


def geometricMean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


class Cells:
    """The cells of a part, to look up."""

    def __init__(self, part):
        self.part = part
        self.byPlace = {(cell["program"], cell["host"], cell["mode"]): cell
                        for cell in part["cells"]}

    def get(self, program, host, mode):
        """The cell, or None if nothing was measured there."""
        cell = self.byPlace.get((program, host, mode))
        return cell if cell and "refused" not in cell else None

    def rows(self):
        """All pairs of host and mode."""
        return list(dict.fromkeys((cell["host"], cell["mode"])
                                  for cell in self.part["cells"]))

    def modesOf(self, host):
        return [mode for other, mode in self.rows()
                if other == host and mode != modes.PLAIN]

    def peers(self):
        """Hosts that run nothing but the plain modules."""
        return [host for host in self.part["hosts"] if not self.modesOf(host)]

    def relative(self, program, host, mode):
        """Time of a cell by that of the plain module: in the same host, but for
        peers in the one of reference. None if there is none."""
        cell = self.get(program, host, mode)
        if not cell or mode != modes.PLAIN:
            return cell and cell["ratio"]
        plain = self.get(program, self.part["reference"], modes.PLAIN)
        return plain and (cell["compute"]["median"]
                          / plain["compute"]["median"])

    def ratios(self, host, mode, which):
        """Those of the programs `which`, as far as there are any."""
        found = {name: self.relative(name, host, mode) for name in which}
        return {name: ratio for name, ratio in found.items() if ratio}

    def means(self, host, mode):
        """Geometric mean of kernels and of all programs; the slowest kernel."""
        kernels = self.ratios(host, mode, self.part["kernels"])
        every = self.ratios(host, mode, self.part["programs"])
        return {
            "kernels": geometricMean(kernels.values()) if kernels else None,
            "slowest": max(kernels.values()) if kernels else None,
            "all": geometricMean(every.values()) if every else None}

    def slowerThan(self, peer, host, mode):
        """Programs that take longer than as plain modules on a peer."""
        found = []
        for name in self.part["programs"]:
            ours = self.get(name, host, mode)
            theirs = self.get(name, peer, modes.PLAIN)
            if ours and theirs and (ours["compute"]["median"]
                                    > theirs["compute"]["median"]):
                found.append(name)
        return found


def measureProgram(program, contestants, arguments, environment):
    """Cells of a program."""
    full = program.scale(arguments.scale)
    scales = {"start": full // 2 if arguments.steady else 0, "full": full}
    found = measure.measure(contestants, program, scales, arguments.repeat,
                            environment)
    cells = []
    plain = {}
    for contestant, cell in zip(contestants, found):
        place = {"program": program.name, "host": contestant.host.name,
                 "mode": contestant.mode}
        if isinstance(cell, str):
            cells.append({**place, "refused": cell})
            continue
        if contestant.mode == modes.PLAIN:
            plain[contestant.host.name] = cell
        else:
            measure.compare(cell, plain[contestant.host.name])
        cells.append({**place, **cell})
    return cells


def measureAll(programs, hosts, peers, chosen, make, arguments, environment,
               progress):
    """`peers` are hosts for the plain modules only; `chosen` are the modes, and
    make(mode, program, module) gives the module to run in one."""
    cells = []
    for number, program in enumerate(programs, 1):
        module = program.module()
        made = {mode.name: make(mode, program, module).path for mode in chosen
                if mode.suits(program)}
        contestants = []
        for host in hosts + peers:
            keeping = host.keepingCode()
            contestants.append(measure.Contestant(keeping, modes.PLAIN, module))
            if host not in peers:
                contestants += [measure.Contestant(keeping, mode, path)
                                for mode, path in made.items()]
        progress(f"[{number}/{len(programs)}] {program.name}")
        for cell in measureProgram(program, contestants, arguments,
                                   environment):
            cells.append(cell)
            progress(f"  {cell['host']} {cell['mode']}: " + (
                f"{cell['compute']['median']:.3f} s"
                + (f", {cell['ratio']:.2f} ({spread(cell)})"
                   if "ratio" in cell else "")
                if "refused" not in cell else
                f"left out: {cell['refused'][:200]}"))
    return cells


def spread(cell):
    return f"{cell['ratioLeast']:.2f}-{cell['ratioMost']:.2f}"
