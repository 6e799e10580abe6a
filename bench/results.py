"""The file of results: parts that are measured by themselves, and what each of
them says about itself.
"""

import datetime
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


def describe():
    """What each part says about itself; a warning if the machine is busy."""
    changed = git("status", "--porcelain", "--untracked-files=no")
    part = {
        "date": datetime.date.today().isoformat(),
        "revision": git("rev-parse", "--short", "HEAD")
                    + (" with changes" if changed else ""),
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


def write(measured, folder):
    """Adds to the files of a folder what was measured now, {name: part}; other
    parts stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    latest = folder / "latest.json"
    results = {**(read(latest) if latest.is_file() else {}), **measured}
    latest.write_text(dump(results), "utf-8")
    (folder / "latest.md").write_text(report.markdown(results), "utf-8")
    print(report.markdown(measured))
    written = [latest, folder / "latest.md"]
    for name in measured:
        if name in chart.TITLES:
            path = folder / f"{name}.svg"
            path.write_text(chart.svg(name, measured[name]), "utf-8")
            written.append(path)
    progress("written: " + ", ".join(map(str, written)))
