"""A gate against getting slower: compares two runs of bench/run, or two builds
of Ireko in one run.

What is compared is the ratio of a bundle's time to the plain module's in the
same host and run, so that two runs need not have met the machine in the same
mood. A program counts as slower if its ratio grew by more than the threshold
and the rounds of the two do not overlap either: the new median is above all old
rounds, and the old median below all new ones. The mean of a host's programs, if
there are a few, counts as slower if it grew by more than half the threshold, and
grew in every round.
"""

import computing
import modes
from table import row, rule

A_FEW = 4


def separate(old, new):
    """Whether the difference is larger than the spread."""
    low, high = sorted((old, new), key=lambda cell: cell["ratio"])
    return (high["ratio"] > low["ratioMost"]
            and low["ratio"] < high["ratioLeast"])


class Comparison:
    """Of one host and mode."""

    def __init__(self, host, mode, threshold):
        self.host = host
        self.mode = mode
        self.threshold = threshold
        self.changes = {}  # program: (old ratio, new ratio, verdict)
        self.rounds = []  # of each program, by how much it grew in each round

    def add(self, program, old, new):
        change = new["ratio"] / old["ratio"]
        limit = 1 + self.threshold
        verdict = ""
        if separate(old, new):
            verdict = ("slower" if change > limit
                       else "faster" if change < 1 / limit else "")
        self.changes[program] = old["ratio"], new["ratio"], verdict
        self.rounds.append([after / before for before, after
                            in zip(old["ratios"], new["ratios"])])

    def mean(self):
        return computing.geometricMean(
            [new / old for old, new, _ in self.changes.values()])

    def isMeanSlower(self):
        means = [computing.geometricMean(changes)
                 for changes in zip(*self.rounds)]
        return (len(self.changes) >= A_FEW and min(means, default=0) > 1
                and self.mean() > 1 + self.threshold / 2)

    def slower(self):
        return [program for program, change in self.changes.items()
                if change[2] == "slower"]


def pairs(old, new, oldSuffix, newSuffix):
    """Modes that both have: (host, name, old mode, new mode)."""
    rows = new.rows()
    for host, mode in old.rows():
        if mode == modes.PLAIN or not mode.endswith(oldSuffix):
            continue
        name = mode[:len(mode) - len(oldSuffix)] if oldSuffix else mode
        if (host, name + newSuffix) in rows:
            yield host, name, mode, name + newSuffix


def compare(oldPart, newPart, threshold, oldSuffix="", newSuffix=""):
    """One Comparison for each host and mode that both have."""
    old, new = computing.Cells(oldPart), computing.Cells(newPart)
    found = []
    for host, name, oldMode, newMode in pairs(old, new, oldSuffix, newSuffix):
        comparison = Comparison(host, name, threshold)
        for program in newPart["programs"]:
            before = old.get(program, host, oldMode)
            after = new.get(program, host, newMode)
            if before and after:
                comparison.add(program, before, after)
        if comparison.changes:
            found.append(comparison)
    return found


def table(comparisons):
    yield row(["host", "mode", "program", "old ratio", "new ratio", "change",
               ""])
    yield rule("lllrrrl")
    for comparison in comparisons:
        place = [comparison.host, comparison.mode]
        for program, (old, new, verdict) in comparison.changes.items():
            yield row([*place, program, f"{old:.2f}", f"{new:.2f}",
                       f"{100 * (new / old - 1):+.1f}%", verdict])
        yield row([*place, "geometric mean", "", "",
                   f"**{100 * (comparison.mean() - 1):+.1f}%**",
                   "slower" if comparison.isMeanSlower() else ""])


def verdict(comparisons):
    """Lines on what got slower; none if nothing did."""
    lines = []
    for comparison in comparisons:
        where = f"{comparison.host} {comparison.mode}"
        if comparison.isMeanSlower():
            lines.append(f"{where}: slower by "
                         f"{100 * (comparison.mean() - 1):.1f}% on average")
        if comparison.slower():
            lines.append(f"{where}: slower: {', '.join(comparison.slower())}")
    return lines
