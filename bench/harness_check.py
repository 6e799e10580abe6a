"""Checks of the harness itself, which bench/run --smoke makes first: it must
refuse what it cannot compare, and tell slower from noise. Hosts are stand-ins.
"""

import json
import pathlib
import tempfile
import xml.etree.ElementTree

import chart
import computing
import gate
import hosts
import measure
import modes
import programs
import report
import results


class Echo:
    """A host that runs a module by printing its name; "sleep" takes a tenth of
    a second more for each unit of scale, "late" works twice as long, and
    "start" half as long, after half a second."""

    name = "echo"

    def command(self, module, args, folders, variables):
        work = {"sleep": 0.1, "late": 0.2, "start": 0.05}.get(module, 0)
        start = 0.5 if module == "start" else 0
        text = "done" if work else module
        status = 1 if module == "broken" else 0
        return ["/bin/sh", "-c", f"sleep {start + work * int(args[0])}; "
                                 f"echo {text}; exit {status}"]


def race(modules):
    """Cells of stand-ins, the plain module first."""
    host = Echo()
    program = programs.Program("stand-in", 1, lambda scale: (str(scale),))
    contestants = [measure.Contestant(host, mode, module) for mode, module
                   in zip([modes.PLAIN, "default"], modules)]
    return measure.measure(contestants, program, {"start": 0, "full": 1}, 2,
                           hosts.environment())


def refuses(modules):
    try:
        race(modules)
    except measure.Wrong:
        return True
    return False


def checkMeasuring():
    plain, bundle = race(["sleep", "late"])
    measure.compare(bundle, plain)
    yield "a ratio", 1.5 < bundle["ratio"] < 2.5
    yield "one that does not work", refuses(["sleep", "sleep0"])
    yield "other output", refuses(["one", "another"])
    yield "a bundle that fails", refuses(["sleep", "broken"])
    yield "a plain module that fails", all(
        isinstance(cell, str) for cell in race(["broken", "sleep"]))
    yield "a long start", all("starts for" in cell or "plain" in cell
                              for cell in race(["start", "sleep"]))


def fakePart(ratios):
    """A part with one host, from {program: ratios of the rounds}."""
    cells = []
    for name, found in ratios.items():
        plain = {"compute": measure.summary([1.0] * len(found))}
        cell = {"compute": measure.summary(found)}
        measure.compare(cell, plain)
        place = {"program": name, "host": "wasmtime"}
        cells += [{**place, "mode": modes.PLAIN, **plain},
                  {**place, "mode": "default", **cell}]
    return {"date": "", "revision": "", "command": "", "repeat": 3,
            "scale": 100, "steady": False, "reference": "wasmtime",
            "machine": {"processor": "", "cores": 1, "system": ""},
            "sizes": {"runtime": 0, "bundles": {}}, "modes": ["default"],
            "tool": "", "compiler": "",
            "programs": list(ratios), "kernels": list(ratios),
            "hosts": {"wasmtime": {"version": "1", "flags": []}},
            "cells": cells}


OLD = {"a": [1.0, 1.1, 1.2], "b": [2.0, 2.0, 2.1], "c": [1.5, 1.7, 1.6],
       "d": [3.0, 3.1, 3.5]}


def slowdowns(new):
    return gate.verdict(gate.compare(fakePart(OLD), fakePart(new), 0.05))


def checkComparing():
    yield "the same", not slowdowns(OLD)
    yield "noise", not slowdowns({**OLD, "a": [0.95, 1.12, 1.3]})
    yield "faster", not slowdowns({**OLD, "b": [1.0, 1.1, 1.2]})
    yield "slower", slowdowns({**OLD, "b": [2.4, 2.5, 2.5]})[-1].endswith(
        "slower: b")
    yield "slower on average", any("on average" in line for line in slowdowns({
        name: [1.04 * ratio for ratio in found]
        for name, found in OLD.items()}))
    yield "one round slower", not slowdowns({**OLD, "c": [1.5, 1.7, 2.4]})
    yield "a little slower", not slowdowns({**OLD, "b": [2.0, 2.04, 2.1]})


def checkWriting():
    part = fakePart(OLD)
    xml.etree.ElementTree.fromstring(chart.svg("computing", part))
    yield "the chart is XML", True
    table = report.markdown({"computing": part})
    mean = f"**{computing.geometricMean([1.1, 2.0, 1.6, 3.1]):.2f}**"
    yield ("the table", f"| wasmtime | default | {mean} | **3.10** | {mean} | "
                        "1.10 | 2.00 | 1.60 | 3.10 |" in table)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "latest.json"
        path.write_text(results.dump({"computing": part, "unknown": 1}))
        yield "the file", results.read(path) == {"computing": json.loads(
            json.dumps(part))}


def checkJoining():
    first, second = fakePart({"a": [1.0, 1.1]}), fakePart({"b": [2.0, 2.1]})
    both = results.join({**first, "command": "one"},
                        {**second, "command": "two"})
    yield "two runs joined", (
        both["programs"] == ["a", "b"] and both["command"] == "one; two"
        and len(both["cells"]) == 4
        and computing.Cells(both).means("wasmtime", "default")["slowest"] > 2)
    yield "commands of two runs", results.joinCommands(
        "bench/run --programs a,b --repeat 3",
        "bench/run --programs c --repeat 3") == (
            "bench/run --repeat 3" + results.PIECES)
    yield "a part that goes on", results.continues(first, second)
    yield "another Ireko", not results.continues(first, {**second, "tool": "x"})


def check():
    """(passed, failed), with failures printed."""
    passed = failed = 0
    for part in (checkMeasuring, checkComparing, checkWriting,
                 checkJoining):
        for name, holds in part():
            if holds:
                passed += 1
            else:
                print(f"FAILED harness: {name}", flush=True)
                failed += 1
    return passed, failed
