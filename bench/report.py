"""Turns what bench/run measured into a table in Markdown."""

import math


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


def row(cells):
    return "| " + " | ".join(cells) + " |"


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


def markdown(results):
    machine = results["machine"]
    lines = [
        "# Benchmark",
        "",
        f"{results['date']}, revision {results['revision']}, "
        f"`{results['command']}`, {machine['processor']}, "
        f"{machine['cores']} cores, {machine['system']}.",
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
    return "\n".join(lines)
