"""The specification's test suite through `ireko lower` and the generic VM.

A module and all that a script asks of it become one command
(tests/support/command.py): what returns is called in its order in one run, and
each call that traps in a run of its own, after what the script calls before it.
A script's trapping calls leave nothing behind that a later one looks at but in
the lines that skip.txt names.
"""

import subprocess

import judge
import tools
from command import MARK, S_CALLS, Call, Command, resultBits, runCommands
from script import INSTANTIATES

# What skip.txt calls lines that are for this only.
LAYOUT = "generic"
HOST = "node"
TIMEOUT = 300
# Rules of skip.txt for what the generic VM is not for.
IMPORTS = "generic-imports"
REFUSED = "generic-refused"
TRAPS = ("assert_trap", "assert_exhaustion")
# The end of what `ireko lower` says about a module that needs a VM of its own.
ADVICE = "(ireko pack makes a VM "
CANNOT = ("the generic VM cannot do", "the generic VM has",
          "an element segment does not fit into its table")


class Unit:
    """A module of a script, and the steps that call it."""

    def __init__(self, step):
        self.step = step
        self.steps = []


def makeVm(tool, folder):
    path = f"{folder}/vm.wasm"
    subprocess.run([tool, "vm", "-o", path], check=True, capture_output=True)
    return path


def units(script):
    current, named, found = None, {}, []
    for step in script.steps:
        if step.refusal:
            continue
        if step.kind in INSTANTIATES:
            unit = Unit(step)
            found.append(unit)
            if step.kind == "module":
                current = unit
                if "name" in step.command:
                    named[step.command["name"]] = unit
        elif step.kind != "register":
            action = step.command["action"]
            named.get(action.get("module"), current).steps.append(step)
    return found


def callOf(step):
    args = step.action["args"] if step.action["do"] == "invoke" else []
    return Call(step.action["field"], args, alone=step.kind in TRAPS)


def makeProgram(unit, script, tool):
    """(command, entry of the plan), or (None, rule that skips it or text of an
    error)."""
    module = unit.step.source.read_bytes()
    if unit.step.skipped:
        return None, unit.step.skipped
    unit.calls = [s for s in unit.steps if not s.skipped]
    calls = [callOf(step) for step in unit.calls]
    if any(bits.startswith("extern:") for call in calls for bits in call.args):
        return None, REFUSED
    command = Command(module, calls)
    if command.file.imports:
        return None, IMPORTS
    source = script.folder / f"command{unit.step.index}.wasm"
    target = source.with_suffix(".irk")
    source.write_bytes(command.data)
    done = subprocess.run([tool, "lower", str(source), "-o", str(target)],
                          capture_output=True, text=True, errors="replace",
                          timeout=TIMEOUT)
    if done.returncode:
        trouble = tools.refusalProblem(done.returncode, done.stderr, target)
        if trouble or ADVICE not in done.stderr or \
                not any(text in done.stderr for text in CANNOT):
            return None, trouble or done.stderr
        return None, REFUSED
    selections = [S_CALLS] + [i for i, s in enumerate(unit.calls)
                              if s.kind in TRAPS]
    return command, {"id": unit.step.index, "irk": str(target),
                     "places": command.placesIn(target.read_bytes()),
                     "selections": selections}


def lastCall(command, outcome):
    """The number of the last call that came back, or -1."""
    done = int(outcome["globals"][command.progress], 16)
    return -1 if done == MARK + command.progress else done


def outcomeOf(step, number, command, outcomes, ident):
    """What a call came to, as judge.problem takes it; or None."""
    alone = step.kind in TRAPS
    outcome = outcomes.get((ident, number if alone else S_CALLS))
    if outcome is None or "error" in outcome:
        return outcome
    values = [int(g, 16) for g in outcome["globals"]]
    if lastCall(command, outcome) < number:
        return outcome if "trap" in outcome else {"error": "not called"}
    return {"values": resultBits(command.results[number], values)}


def run(script, options, skips, report):
    programs, commands = [], {}
    found = units(script)
    for step in script.steps:
        if step.refusal and step.skipped:
            report.skipped[step.skipped] += 1
    for unit in found:
        command, entry = makeProgram(unit, script, options.tool)
        if command:
            programs.append(entry)
            commands[unit.step.index] = command
            for step in unit.steps:
                if step.skipped:
                    report.skipped[step.skipped] += 1
        elif entry in skips.rules:
            report.skipped[entry] += 1 + len(unit.steps)
        else:
            report.add(skips, unit.step.line, "lower", entry)
    outcomes, ending = runCommands(script.folder, options.vm, programs)
    for unit in found:
        ident = unit.step.index
        if ident not in commands:
            continue
        start = outcomes.get((ident, S_CALLS))
        missing = ending or "the host reported nothing"
        if start is None:
            trouble = missing
        elif unit.step.kind == "module" and "globals" in start and \
                lastCall(commands[ident], start) >= 0:
            trouble = None  # its calls are judged one by one
        else:
            trouble = judge.problem(HOST, unit.step.command, start)
        report.add(skips, unit.step.line, "generic VM", trouble)
        for number, step in enumerate(unit.calls):
            outcome = outcomeOf(step, number, commands[ident], outcomes, ident)
            report.add(skips, step.line, "generic VM",
                       missing if outcome is None else
                       judge.problem(HOST, step.command, outcome))
