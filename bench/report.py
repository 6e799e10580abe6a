"""Turns what bench/run measured into tables in Markdown."""

import computing
import dispatches
import modes
import packing
import startup
from table import row, rule


def number(value, digits=2):
    return f"{value:.{digits}f}" if value else "-"


def origin(part):
    machine = part["machine"]
    return (f"{part['date']}, revision {part['revision']}, "
            f"`{part['command']}`, {machine['processor']}, "
            f"{machine['cores']} cores, {machine['system']}.")


def hostNames(part):
    return ", ".join(
        f"{name} ({host['version']}{', ' if host['flags'] else ''}"
        f"{' '.join(host['flags'])})"
        for name, host in part["hosts"].items())


# Computing -------------------------------------------------------------------

def summaryTable(cells):
    """A row for each host and mode, a column for each program."""
    part = cells.part
    names = part["programs"]
    yield row(["host", "mode", "kernels", "slowest", "all", *names])
    yield rule("ll" + "r" * (3 + len(names)))
    for host, mode in cells.rows():
        if mode == modes.PLAIN and host not in cells.peers():
            continue
        means = cells.means(host, mode)
        ratios = cells.ratios(host, mode, names)
        yield row([host, mode if mode != modes.PLAIN else "native",
                   *(f"**{number(means[which])}**"
                     for which in ("kernels", "slowest", "all")),
                   *(number(ratios.get(name)) for name in names)])


def detailTable(cells, host):
    """A row for each program: seconds of each mode, and spreads."""
    shown = cells.modesOf(host)
    yield row(["program", "plain, s", *(f"{mode}, s | ratio (least-most)"
                                        for mode in shown)])
    yield rule("lr" + "rr" * len(shown))
    for name in cells.part["programs"]:
        plain = cells.get(name, host, modes.PLAIN)
        columns = [name, number(plain and plain["compute"]["median"], 3)]
        for mode in shown:
            cell = cells.get(name, host, mode)
            columns += ([f"{cell['compute']['median']:.3f}",
                         f"**{cell['ratio']:.2f}** ({computing.spread(cell)})"]
                        if cell else ["-", "-"])
        yield row(columns)


def leftOut(part):
    """Programs by host, that the host does not take or starts for long."""
    found = {}
    for cell in part["cells"]:
        if "refused" in cell and cell["mode"] == modes.PLAIN:
            found.setdefault(cell["host"], []).append(cell["program"])
    return [f"{host} has no figure for {', '.join(names)}; its means are without."
            for host, names in found.items()]


def againstPeers(cells):
    """What is slower than as a plain module on a peer."""
    for peer in cells.peers():
        for host, mode in cells.rows():
            if mode in (modes.PLAIN, modes.ASYNCIFY):
                continue
            slower = cells.slowerThan(peer, host, mode)
            yield (f"- {host} {mode} is slower than native {peer} on "
                   f"{', '.join(slower) if slower else 'no program'}.")


def sizeTable(sizes):
    def kilobytes(size):
        return f"{size / 1024:.1f} KB"

    yield row(["size", ""])
    yield rule("lr")
    yield row(["runtime without handlers", kilobytes(sizes["runtime"])])
    for name, bundle in sizes["bundles"].items():
        yield row([f"{name}: module, bundle",
                   f"{kilobytes(bundle['module'])}, "
                   f"{kilobytes(bundle['bundle'])}"])
        if bundle["code"]:
            yield row([f"{name}: image to code section",
                       f"{kilobytes(bundle['image'])} / "
                       f"{kilobytes(bundle['code'])} = "
                       f"{bundle['image'] / bundle['code']:.2f}"])
        yield row([f"{name}: packing",
                   f"{bundle['packSeconds']:.2f} s, "
                   f"{bundle['packBytes'] / 2**20:.0f} MB"])


def computed(title, part):
    cells = computing.Cells(part)
    peers = cells.peers()
    start = ("a run at half the scale, with start and warm-up,"
             if part.get("steady") else "start-up")
    lines = [
        f"## {title}",
        "",
        origin(part),
        "",
        "Computing time relative to the plain module in the same host"
        + (f", or, in the rows called native, in {part['reference']}"
           if peers else "")
        + f"; {start} subtracted; medians of {part['repeat']} runs that take "
        f"turns, at {part['scale']}% of the usual scale. \"kernels\" and "
        "\"all\" are geometric means, \"slowest\" is the slowest kernel.",
        "",
        f"Hosts: {hostNames(part)}.",
        "",
        *summaryTable(cells),
        "",
    ]
    notes = leftOut(part) + list(againstPeers(cells))
    if notes:
        lines += [*notes, ""]
    for host in part["hosts"]:
        if host not in peers:
            lines += [f"### {title} on {host}", "",
                      "In brackets the least and the most of the rounds.", "",
                      *detailTable(cells, host), ""]
    return [*lines, *sizeTable(part["sizes"]), ""]


# The other parts -------------------------------------------------------------

def starting(part):
    return [
        "## Starting",
        "",
        origin(part),
        "",
        "Wall time and most memory of the host's process, from its start to "
        "its end, of a hello world, and of CPython and Ruby printing a word; "
        f"median of {part['repeat']} alternating runs. Cached: the host finds "
        "its compiled code of an earlier run.",
        "",
        "Hosts: " + ", ".join(f"{name} ({version})" for name, version
                              in part["hosts"].items()) + ".",
        "",
        *startup.table(part),
        "",
        *(f"- {text}" for text in part["failed"]),
        "",
    ]


def packed(part):
    return ["## Packing", "", origin(part), "", *packing.table(part), ""]


def counted(part):
    return ["## Dispatches", "", origin(part), "",
            "Dispatches, counted and not timed, without regions, at "
            f"{part['scale']}% of the usual scale; profiles are of a tenth of "
            "that.", "",
            *dispatches.table(part), ""]


def markdown(results):
    """Of the parts that have been measured."""
    lines = ["# Benchmark", ""]
    for name, section in (
            ("computing", lambda part: computed("Computing", part)),
            ("stream", lambda part: computed("The stream alone", part)),
            ("dispatches", counted), ("startup", starting),
            ("packing", packed)):
        if name in results:
            lines += section(results[name])
    return "\n".join(lines)
