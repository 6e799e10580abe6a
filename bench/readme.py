#!/usr/bin/env python3
"""Writes the figures of bench/results/latest.json into README.md and
docs/benchmarks.md, between lines "<!-- NAME -->" and "<!-- end of NAME -->".

usage: bench/readme.py [LATEST.json]

README.md has "figures"; docs/benchmarks.md has a section for each part of the
results that was measured, and the charts that bench/run drew beside them."""

import pathlib
import re
import shutil
import sys

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
sys.path += [str(BENCH), str(ROOT / "samples"),
             str(ROOT / "tests" / "programs"), str(ROOT / "tests" / "support")]

import chart  # noqa: E402
import computing  # noqa: E402
import dispatches  # noqa: E402
import modes  # noqa: E402
import packing  # noqa: E402
import report  # noqa: E402
import results  # noqa: E402
import startup  # noqa: E402
from table import row, rule  # noqa: E402

LABELS = {"default": "", "stream": "stream alone: ",
          "profile": "with a profile: ",
          "stream-profile": "stream with a profile: ",
          "asyncify": "Asyncify: "}


def engine(name):
    """As its makers write it."""
    name = name.rstrip("0123456789")
    return name.capitalize() if name in ("wasmtime", "node") else name


def title(name, host):
    first, _, flags = name.partition("-")
    version = host["version"].lstrip("v")
    return f"{engine(first)} {version}" + (f" `--{flags}`" if flags else "")


def measured(part):
    return (f"Measured on {part['date']} at revision {part['revision']} by\n"
            f"`{part['command']}`\n({part['machine']['processor']}, "
            f"{part['machine']['cores']} cores).")


# Computing -------------------------------------------------------------------

def modeRows(cells, mode, label, shown):
    """Rows of the table of ratios: label, and a text for each host."""
    part = cells.part
    means = {host: cells.means(host, mode) for host in shown}
    kernels = len(part["kernels"])
    for which, what in (("kernels", f"{kernels} kernels, geometric mean"),
                        ("slowest", "the slowest of them")):
        yield label + what, [report.number(means[host][which])
                             for host in shown]
    for name, what in (("sqlite", "SQLite"), ("python", "a loop in CPython"),
                       ("ruby", "a loop in Ruby"), ("php", "a loop in PHP")):
        found = [cells.relative(name, host, mode) for host in shown]
        if any(found):
            yield label + what, [report.number(ratio) for ratio in found]


def peerRows(cells, shown):
    """Native interpreters against the first host's plain modules."""
    for peer in cells.peers():
        means = cells.means(peer, modes.PLAIN)
        sqlite = cells.relative("sqlite", peer, modes.PLAIN)
        where = shown.index(cells.part["reference"])
        for what, value in (("kernels, geometric mean", means["kernels"]),
                            ("SQLite", sqlite)):
            if value:
                line = [""] * len(shown)
                line[where] = report.number(value)
                yield f"native {peer}: {what}", line


def ratios(measuredParts):
    """One table of all parts on computing."""
    parts = [measuredParts[name] for name in ("computing", "stream")
             if name in measuredParts]
    shown = list(dict.fromkeys(
        host for part in parts for host in part["hosts"]
        if host not in computing.Cells(part).peers()))
    named = {name: host for part in reversed(parts)
             for name, host in part["hosts"].items()}
    yield row(["", *(title(host, named[host]) for host in shown)])
    yield rule("l" + "r" * len(shown))
    for part in parts:
        cells = computing.Cells(part)
        for mode in dict.fromkeys(mode for _, mode in cells.rows()
                                  if mode != modes.PLAIN):
            label = LABELS.get(mode, f"{mode}: ")
            for name, line in modeRows(cells, mode, label, shown):
                yield row([name, *line])
        for name, line in peerRows(cells, shown):
            yield row([name, *line])
    yield ""
    for part in parts:
        yield measured(part)


# Starting, packing, sizes ----------------------------------------------------

def starts(part):
    """The compiling hosts side by side; what competes is in the last column."""
    cells = {(cell["program"], cell["host"], cell["mode"]): cell
             for cell in part["cells"]}
    columns = list(dict.fromkeys((host, mode) for _, host, mode in cells))
    both = [column for column in columns
            if any("bundle" in cells.get((name, *column), {})
                   for name in startup.PROGRAMS)]
    alone = [column for column in columns if column not in both]

    def name(host, mode):
        version = part["hosts"][host].lstrip("v")
        return f"{engine(host)} {version}" + (" cached" if mode == "cached"
                                              else "")

    yield row(["", *(name(*column) for column in both),
               *(f"{name(*column)}, plain" for column in alone)])
    yield rule("l" + "r" * len(columns))
    for program in dict.fromkeys(program for program, _, _ in cells):
        for what, unit in (("seconds", "s"), ("memory", "MB")):
            line = [f"{program}, {unit}"]
            for column in both + alone:
                cell = cells.get((program, *column), {})
                line.append(" / ".join(
                    startup.shown(cell[side], what)
                    for side in ("bundle", "plain") if side in cell)
                    + (f" = **{startup.ratio(cell, what):.2f}**"
                       if "bundle" in cell else ""))
            yield row(line)


def sizes(part):
    yield row(["", "module", "bundle", "image / code section", "packing"])
    yield rule("lrrrr")
    for name, size in part["sizes"]["bundles"].items():
        share = f"{size['image'] / size['code']:.2f}" if size["code"] else ""
        yield row([name, f"{size['module'] / 1024:.1f} KB",
                   f"{size['bundle'] / 1024:.1f} KB", share,
                   f"{size['packSeconds']:.2f} s"])


def starting(part):
    return ["Wall time and memory of the whole process for a program that",
            "only starts, bundle / plain; CPython and Ruby print a word. Cold,",
            "the host compiles the module; cached, it finds what it compiled",
            "before.", "", *starts(part), "", measured(part), ""]


def packed(part):
    return ["Packing, from small to big programs:", "", *packing.table(part),
            "", measured(part), ""]


# The pages -------------------------------------------------------------------

def figures(parts):
    """Of the README."""
    lines = [""]
    if "computing" in parts or "stream" in parts:
        lines += [*ratios(parts), ""]
    if "startup" in parts:
        lines += starting(parts["startup"])
    if "packing" in parts:
        lines += packed(parts["packing"])
    if "computing" in parts:
        part = parts["computing"]
        runtime = part["sizes"]["runtime"] / 1024
        lines += [*sizes(part), "", f"All of the runtime, without handlers: "
                  f"{runtime:.1f} KB.", ""]
    return lines


def sections(parts):
    """Of docs/benchmarks.md, by the name of the place."""
    found = {}
    for name in ("computing", "stream"):
        if name in parts:
            cells = computing.Cells(parts[name])
            found[name] = ["", f"![{chart.TITLES[name]}](images/{name}.svg)",
                           "", *report.summaryTable(cells), "",
                           *report.againstPeers(cells), "",
                           measured(parts[name]), ""]
    if "dispatches" in parts:
        found["dispatches"] = ["", *dispatches.table(parts["dispatches"]), "",
                               measured(parts["dispatches"]), ""]
    if "startup" in parts:
        found["starting"] = ["", *starting(parts["startup"])]
    if "packing" in parts:
        found["packing"] = ["", *packed(parts["packing"])]
    return found


def put(page, name, lines):
    """Replaces what stands at the place of a name in a page."""
    between = re.compile(f"(?<=<!-- {name} -->\n).*(?=<!-- end of {name} -->)",
                         re.DOTALL)
    text, count = between.subn(lambda _: "\n".join([*lines, ""]),
                               page.read_text("utf-8"))
    if count != 1:
        sys.exit(f"bench/readme.py: {page} has no place for {name}")
    page.write_text(text, "utf-8")


def main():
    source = pathlib.Path(sys.argv[1] if sys.argv[1:]
                          else BENCH / "results/latest.json")
    parts = results.read(source)
    put(ROOT / "README.md", "figures", figures(parts))
    for name, lines in sections(parts).items():
        put(ROOT / "docs/benchmarks.md", name, lines)
        drawing = source.with_name(f"{name}.svg")
        if drawing.is_file():
            images = ROOT / "docs/images"
            images.mkdir(exist_ok=True)
            shutil.copyfile(drawing, images / drawing.name)


if __name__ == "__main__":
    main()
