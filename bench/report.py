"""Turns what bench/run measured into a table in Markdown."""

import math

import packing
import startup
from table import row


def geometricMean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def means(cells):
    """Of a host's ratios: geometric means of the kernels and with SQLite, and
    the worst kernel."""
    kernels = [cell["ratio"] for name, cell in cells.items()
               if name != "sqlite"]
    return {"kernels": geometricMean(kernels) if kernels else None,
            "all": geometricMean([cell["ratio"] for cell in cells.values()]),
            "slowest": max(kernels) if kernels else None}


def spread(cell):
    return f"{cell['ratioLeast']:.2f}-{cell['ratioMost']:.2f}"


def ratioTable(results):
    hosts = list(results["hosts"])
    yield row(["program", *(f"{host}: plain, s | bundle, s | ratio"
                            for host in hosts)])
    yield "|---" + "|---:|---:|---:" * len(hosts) + "|"
    for name in results["programs"]:
        columns = [name]
        for host in hosts:
            cell = results["hosts"][host]["cells"].get(name)
            if not cell:
                columns += ["", "", ""]
                continue
            columns += [f"{cell['plain']['compute']['median']:.3f}",
                        f"{cell['bundle']['compute']['median']:.3f}",
                        f"**{cell['ratio']:.2f}** ({spread(cell)})"]
        yield row(columns)
    for which, title in (("kernels", "geometric mean, kernels"),
                         ("slowest", "slowest kernel"),
                         ("all", "geometric mean with SQLite")):
        columns = [title]
        for host in hosts:
            mean = results["hosts"][host]["means"][which]
            columns += ["", "", f"**{mean:.2f}**" if mean else ""]
        yield row(columns)


def sizeTable(sizes):
    def kilobytes(size):
        return f"{size / 1024:.1f} KB"

    yield row(["size", ""])
    yield "|---|---:|"
    yield row(["runtime without handlers", kilobytes(sizes["runtime"])])
    for name, bundle in sizes["bundles"].items():
        yield row([f"{name}: module, bundle", f"{kilobytes(bundle['module'])}, "
                   f"{kilobytes(bundle['bundle'])}"])
        if bundle["code"]:
            yield row([f"{name}: image to code section",
                       f"{kilobytes(bundle['image'])} / "
                       f"{kilobytes(bundle['code'])} = "
                       f"{bundle['image'] / bundle['code']:.2f}"])
        yield row([f"{name}: packing",
                   f"{bundle['packSeconds']:.2f} s, "
                   f"{bundle['packBytes'] / 2**20:.0f} MB"])


def origin(part):
    machine = part["machine"]
    return (f"{part['date']}, revision {part['revision']}, "
            f"`{part['command']}`, {machine['processor']}, "
            f"{machine['cores']} cores, {machine['system']}.")


def computing(results):
    return [
        "# Benchmark",
        "",
        origin(results),
        "",
        "Computing time of the bundle against that of the plain module in the "
        "same host, start-up subtracted; median of "
        f"{results['repeat']} alternating runs, in brackets the least and the "
        "most. Written by `bench/run`.",
        "",
        "Hosts: " + ", ".join(
            f"{name} ({host['version']}{', ' if host['flags'] else ''}"
            f"{' '.join(host['flags'])})"
            for name, host in results["hosts"].items()) + ".",
        "",
        *ratioTable(results),
        "",
        *sizeTable(results["sizes"]),
        "",
    ]


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
    ]


def packed(part):
    return ["## Packing", "", origin(part), "", *packing.table(part), ""]


def markdown(results):
    """Of the parts that have been measured."""
    return "\n".join([
        *(computing(results) if "programs" in results else ["# Benchmark", ""]),
        *(starting(results["startup"]) if "startup" in results else []),
        *(packed(results["packing"]) if "packing" in results else [])])
