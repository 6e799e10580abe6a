#!/usr/bin/env python3
"""Writes the figures of bench/results/latest.json into README.md, between the
lines "<!-- figures -->" and "<!-- end of figures -->".

usage: bench/readme.py [LATEST.json]"""

import json
import pathlib
import re
import sys

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
sys.path += [str(ROOT / "samples"), str(ROOT / "tests" / "programs"),
             str(ROOT / "tests" / "support")]

import startup  # noqa: E402
from table import row  # noqa: E402

README = ROOT / "README.md"
BETWEEN = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- end of figures -->)",
                     re.DOTALL)


def ratio(value):
    return f"{value:.2f}" if value else ""


def title(name, host):
    engine, _, flags = name.partition("-")
    version = host["version"].lstrip("v")
    return f"{engine.rstrip('0123456789').capitalize()} {version}" + (
        f" `--{flags}`" if flags else "")


def ratios(results):
    hosts = results["hosts"]
    yield row(["", *(title(name, host) for name, host in hosts.items())])
    yield "|---" + "|---:" * len(hosts) + "|"
    kernels = sum(name != "sqlite" for name in results["programs"])
    for which, label in (("kernels", f"{kernels} kernels, geometric mean"),
                         ("slowest", "the slowest of them"),
                         ("all", "geometric mean with SQLite")):
        yield row([label, *(ratio(host["means"][which])
                            for host in hosts.values())])
    yield row(["SQLite", *(ratio(host["cells"].get("sqlite", {}).get("ratio"))
                           for host in hosts.values())])


def sizes(results):
    yield row(["", "module", "bundle", "image / code section", "packing"])
    yield "|---|---:|---:|---:|---:|"
    for name, size in results["sizes"]["bundles"].items():
        share = f"{size['image'] / size['code']:.2f}" if size["code"] else ""
        yield row([name, f"{size['module'] / 1024:.1f} KB",
                   f"{size['bundle'] / 1024:.1f} KB", share,
                   f"{size['packSeconds']:.2f} s"])


def starts(part):
    """The compiling hosts side by side; what competes is in the last column."""
    cells = {(cell["program"], cell["host"], cell["mode"]): cell
             for cell in part["cells"]}
    columns = sorted({(host, mode) for _, host, mode in cells},
                     key=[(host, mode) for _, host, mode in cells].index)
    both = [(host, mode) for host, mode in columns
            if any("bundle" in cells.get((name, host, mode), {})
                   for name in startup.PROGRAMS)]
    alone = [column for column in columns if column not in both]

    def name(host, mode):
        version = part["hosts"][host].lstrip("v")
        cached = " cached" if mode == "cached" else ""
        return f"{host.rstrip('0123456789').capitalize()} {version}{cached}"

    def seconds(side):
        return f"{side['seconds']['median']:.2f}"

    yield row(["", *(name(*column) for column in both),
               *(f"{name(*column)}, plain" for column in alone)])
    yield "|---" + "|---:" * len(columns) + "|"
    for program in dict.fromkeys(program for program, _, _ in cells):
        for what in ("seconds", "memory"):
            line = [f"{program}, {'s' if what == 'seconds' else 'MB'}"]
            for column in both:
                cell = cells.get((program, *column))
                line.append("" if not cell else " / ".join(
                    seconds(cell[side]) if what == "seconds"
                    else f"{cell[side]['memory'] / 2**20:.0f}"
                    for side in ("bundle", "plain"))
                    + f" = **{startup.ratio(cell, what):.2f}**")
            for column in alone:
                cell = cells.get((program, *column))
                line.append("" if not cell else seconds(cell["plain"])
                            if what == "seconds"
                            else f"{cell['plain']['memory'] / 2**20:.0f}")
            yield row(line)


def started(results):
    """The part of the README on starting, if that was measured."""
    part = results.get("startup")
    if not part:
        return []
    return ["Wall time and memory of the whole process for a program that only "
            "starts,", "bundle / plain; CPython and Ruby print a word.", "",
            *starts(part), "",
            f"Measured on {part['date']} at revision {part['revision']} by "
            f"`{part['command']}`.", ""]


def main():
    source = sys.argv[1] if sys.argv[1:] else BENCH / "results/latest.json"
    results = json.loads(pathlib.Path(source).read_text("utf-8"))
    runtime = results["sizes"]["runtime"] / 1024
    text = "\n".join([
        "", *ratios(results), "",
        f"Measured on {results['date']} at revision {results['revision']} by "
        f"`{results['command']}`", f"({results['machine']['processor']}, "
        f"{results['machine']['cores']} cores).", "",
        *started(results),
        *sizes(results), "",
        f"All of the runtime, without handlers: {runtime:.1f} KB.", "", ""])
    readme, count = BETWEEN.subn(lambda _: text, README.read_text("utf-8"))
    if count != 1:
        sys.exit(f"bench/readme.py: {README} has no place for figures")
    README.write_text(readme, "utf-8")


if __name__ == "__main__":
    main()
