"""skip.txt: what is not run, or known not to pass, each with its reason.

    rule NAME     REASON      a kind of step, see script.py
    FILE:LINES    REASON      commands (by line, with commas); run all the same

A line that starts with [single], [separate] or [generic] is only for that
layout, or the generic VM, one with [mvp] for hosts of these features; several
names have commas between them. [wazero] is for that host: its lines are known
not to pass there, and must elsewhere.

An entry that no longer matches anything, or whose command passes everywhere,
is stale and fails the run.
"""

import os
import re

HOSTS = ("wazero",)
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "skip.txt")


class Skips:
    def __init__(self, labels, path=PATH):
        self.rules = {}
        self.lines = {}
        self.hits = set()
        with open(path, encoding="utf-8") as text:
            for number, line in enumerate(text, 1):
                line = line.split("#", 1)[0].strip()
                only, rest = re.fullmatch(
                    r"(?:\[([\w,]+)\] *)?(.*)", line).groups()
                if not rest or only and not labels & set(only.split(",")):
                    continue
                line = rest
                words = line.split(None, 2 if line.startswith("rule ") else 1)
                if words[0] == "rule" and len(words) == 3:
                    self.rules[words[1]] = words[2]
                elif ":" in words[0] and len(words) == 2:
                    name, lines = words[0].rsplit(":", 1)
                    for entry in lines.split(","):
                        host = f"{only} " if only in HOSTS else ""
                        assert host or not only or not any(
                            name in only.split(",") for name in HOSTS), \
                            f"skip.txt:{number}: {only}"
                        self.lines[f"{host}{name}:{entry}"] = words[1]
                else:
                    raise ValueError(f"skip.txt:{number}: no reason given")

    def stale(self, filesRun, wholeSuite):
        """Entries of the files that were run that did not apply."""
        def isOf(entry):
            return entry.split()[-1].rsplit(":", 1)[0] in filesRun
        stale = [entry for entry in self.lines
                 if entry not in self.hits and isOf(entry)]
        if wholeSuite:
            stale += [entry for entry in self.lines if not isOf(entry)]
            stale += [f"rule {r}" for r in self.rules if r not in self.hits]
        return stale
