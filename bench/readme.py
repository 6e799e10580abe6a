#!/usr/bin/env python3
"""Writes the figures of bench/results/latest.json into README.md, between the
lines "<!-- figures -->" and "<!-- end of figures -->".

usage: bench/readme.py [LATEST.json]"""

import json
import pathlib
import re
import sys

from report import row

BENCH = pathlib.Path(__file__).resolve().parent
README = BENCH.parent / "README.md"
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


def main():
    source = sys.argv[1] if sys.argv[1:] else BENCH / "results/latest.json"
    results = json.loads(pathlib.Path(source).read_text("utf-8"))
    runtime = results["sizes"]["runtime"] / 1024
    text = "\n".join([
        "", *ratios(results), "",
        f"Measured on {results['date']} at revision {results['revision']} by "
        f"`{results['command']}`", f"({results['machine']['processor']}, "
        f"{results['machine']['cores']} cores).", "",
        *sizes(results), "",
        f"All of the runtime, without handlers: {runtime:.1f} KB.", "", ""])
    readme, count = BETWEEN.subn(lambda _: text, README.read_text("utf-8"))
    if count != 1:
        sys.exit(f"bench/readme.py: {README} has no place for figures")
    README.write_text(readme, "utf-8")


if __name__ == "__main__":
    main()
