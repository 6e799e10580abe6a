"""The file of results: parts that are measured by themselves, and what each of
them says about itself.
"""

import datetime
import hashlib
import json
import os
import pathlib
import platform
import re
import subprocess
import sys

import chart
import report

ROOT = pathlib.Path(__file__).resolve().parent.parent

PARTS = ("computing", "stream", "dispatches", "startup", "packing")


def progress(text):
    print(text, file=sys.stderr, flush=True)


def git(*arguments):
    done = subprocess.run(["git", "-C", ROOT, *arguments], text=True,
                          capture_output=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def describeMachine():
    processor = platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    return {"processor": processor, "cores": os.cpu_count(),
            "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "system": f"{platform.system()} {platform.release()}",
            "load": os.getloadavg()[0]}


# What the harness and readme.py themselves write is no change.
WRITTEN = (":!bench/results", ":!docs", ":!README.md")


def describe(tool):
    """What each part says about itself and the Ireko that it measures; a
    warning if the machine is busy."""
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".",
                  *WRITTEN)
    part = {
        "date": datetime.date.today().isoformat(),
        "revision": git("rev-parse", "--short", "HEAD")
                    + (" with changes" if changed else ""),
        "tool": hashlib.sha256(pathlib.Path(tool).read_bytes()).hexdigest(),
        "command": " ".join(["bench/run", *sys.argv[1:]]),
        "machine": describeMachine(),
    }
    if part["machine"]["load"] > 0.5:
        progress(f"warning: the machine is busy (load "
                 f"{part['machine']['load']:.1f}): times are rough")
    return part


def dump(results):
    """JSON with lists of numbers in one line each."""
    return re.sub(r"\[[-\d.e+,\s]+\]", lambda found: " ".join(
        found[0].split()), json.dumps(results, indent=1)) + "\n"


def read(path):
    """The parts of a file."""
    results = json.loads(pathlib.Path(path).read_text("utf-8"))
    return {name: results[name] for name in PARTS if name in results}


def continues(old, new):
    """Whether two runs belong together: the same Ireko and machine, and the same
    way to measure."""
    alike = ("tool", "repeat", "scale", "steady", "compiler")
    return (all(old.get(key) == new.get(key) for key in alike)
            and old["machine"]["processor"] == new["machine"]["processor"])


PIECES = "  # in pieces"


def joinCommands(old, new):
    """One command if they differ in programs and hosts only."""
    whole = {re.sub(r" --(programs|hosts) \S+", "", command)
             for command in (old.removesuffix(PIECES), new)}
    return whole.pop() + PIECES if len(whole) == 1 else f"{old}; {new}"


def join(old, new):
    """A part that was measured in two runs, for what took too long for one: its
    entries are those of both, the new ones first where both have them."""
    def place(entry):
        return entry["program"], entry.get("host"), entry.get("mode")

    joined = {**old, **new}
    joined["command"] = joinCommands(old["command"], new["command"])
    if isinstance(new.get("hosts"), dict):
        joined["hosts"] = {**old["hosts"], **new["hosts"]}
        joined["reference"] = old.get("reference")
    for key in ("programs", "kernels", "modes", "cells", "failed"):
        if key not in new:
            continue
        entries = [*old[key], *new[key]]
        joined[key] = list({place(entry) if isinstance(entry, dict) else entry:
                            entry for entry in entries}.values())
    return joined


def write(measured, folder):
    """Adds to the files of a folder what was measured now, {name: part}; other
    parts stay as they are, and so does what belongs to the same part."""
    folder.mkdir(parents=True, exist_ok=True)
    latest = folder / "latest.json"
    results = read(latest) if latest.is_file() else {}
    for name, part in measured.items():
        if name in results and continues(results[name], part):
            progress(f"joined with what was measured by "
                     f"{results[name]['command']}")
            part = join(results[name], part)
        results[name] = part
    latest.write_text(dump(results), "utf-8")
    (folder / "latest.md").write_text(report.markdown(results), "utf-8")
    print(report.markdown({name: results[name] for name in measured}))
    written = [latest, folder / "latest.md"]
    for name in measured:
        if name in chart.TITLES:
            path = folder / f"{name}.svg"
            path.write_text(chart.svg(name, results[name]), "utf-8")
            written.append(path)
    progress("written: " + ", ".join(map(str, written)))
