"""Counts what the stream dispatches, at -O0, at -O2, and at -O2 with a profile.
Nothing is timed.

Into a copy of the bundle goes a counter before the table branch of its dispatch
function, and the copy runs on Node. At -O0 each instruction is dispatched, and
the count must be that of a counting bundle (`ireko run --profile`), which
counts the program's blocks.
"""

import json
import pathlib
import re

import measure
import modes
import programs
import tools
from table import row, rule

BASE, PROFILED = "-O0", "-O2 with a profile"
KINDS = (BASE, "-O2", PROFILED)
BRANCH = re.compile(r"^ *br_table .*$", re.M)
COUNTER = '(global $dispatched (export "dispatched") (mut i64) (i64.const 0))'
COUNT = """global.get $dispatched
i64.const 1
i64.add
global.set $dispatched
"""


def withCounter(bundle):
    """A copy that counts. The dispatch function's table branch is the one with
    the most targets, a handler's number each."""
    printed = modes.run([tools.wasmTools(), "print", bundle]).output.decode()
    most = max(len(found[0].split()) for found in BRANCH.finditer(printed))
    counting, end = BRANCH.sub(
        lambda found: (COUNT if len(found[0].split()) == most else "")
        + found[0], printed).rsplit(")", 1)
    source = bundle.with_suffix(".wat")
    source.write_text(counting + COUNTER + ")" + end, "utf-8")
    copy = bundle.with_suffix(".counting.wasm")
    modes.run([tools.wasmTools(), "parse", source, "-o", copy])
    source.unlink()
    return copy


def dispatched(program, module, scale, kind, profile, tool):
    """How often the bundle dispatches."""
    options = [kind.split()[0], "--no-regions"]
    if kind == PROFILED:
        options += ["--profile", profile]
    made = modes.pack(tool, module, options,
                      f"dispatches{kind.replace(' ', '-')}")
    copy = withCounter(made.path)
    result = copy.with_suffix(".count")
    modes.run([tools.node(), "--no-warnings",
               pathlib.Path(__file__).with_name("count.mjs"), result,
               json.dumps(program.folders), copy, *program.arguments(scale)],
              program.folder)
    return int(result.read_text())


def instructions(module, profile, tool):
    """How many run at -O0, as the profile has it."""
    # The listing of all functions would be long.
    done = modes.run([tool, "inspect", module, BASE, "--profile", profile,
                      "--format=json", "--function", "0"])
    return sum(handler["count"] for handler in
               json.loads(done.output)["handlers"])


def measureAll(names, percent, tool, progress):
    """Gives what goes into the JSON file. A profile is of a tenth of the work."""
    found = []
    for program in map(programs.every().get, names):
        module = program.module()
        scale = program.scale(percent)
        whole = modes.profileOf(program, module, scale, tool)
        expected = instructions(module, whole, tool)
        profile = modes.profileOf(program, module, program.scale(
            percent * modes.TRAINING / 100), tool)
        counts = {kind: dispatched(program, module, scale, kind, profile, tool)
                  for kind in KINDS}
        # One more ends the program; SQLite asks for the time, on two hosts.
        if abs(counts[BASE] - expected) > 1 + expected / 10000:
            raise measure.Wrong(f"{program.name}: {counts[BASE]} dispatches at "
                                f"{BASE}, but {expected} instructions")
        found.append({"program": program.name, "scale": scale,
                      "dispatches": counts})
        progress(f"{program.name}: " + ", ".join(
            f"{count} {kind}" for kind, count in counts.items()))
    return found


def table(part):
    yield row(["program", *KINDS, *(f"{kind} / {BASE}" for kind in KINDS[1:])])
    yield rule("l" + "r" * (2 * len(KINDS) - 1))
    entries = [(entry["program"], entry["dispatches"])
               for entry in part["programs"]]
    entries.append(("all together", {
        kind: sum(counts[kind] for _, counts in entries) for kind in KINDS}))
    for name, counts in entries:
        yield row([name, *(f"{counts[kind]:,}" for kind in KINDS),
                   *(f"**{counts[kind] / counts[BASE]:.3f}**"
                     for kind in KINDS[1:])])
