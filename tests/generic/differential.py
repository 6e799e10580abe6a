#!/usr/bin/env python3
"""Compares generated programs with the generic VM's run of them, in Node.

Half of the modules are from `wasm-tools smith`, half from
tests/differential/generate.py, without what the generic VM is not for. Each
becomes a command (tests/support/command.py) of which each run makes one call of
an exported function. Results, traps and the memory after the run must agree bit
for bit. Not trusted, and counted apart: runs in which one of both exhausts its
stack.

The last line is "N passed, N failed, N skipped"; a module is one.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(ROOT / "tests" / "differential"),
             str(ROOT / "tests" / "support")]

import generate  # noqa: E402
import tools  # noqa: E402
from arguments import argumentSets  # noqa: E402
from command import Call, Command, runCommands  # noqa: E402
from traps import trapMeanings  # noqa: E402
from wasmfile import FUNC, WasmFile  # noqa: E402

BATCH = 20
WORKERS = 2
ARGUMENT_SETS = 3
MAX_FUNCTIONS = 8
FUEL = 2000
NOISE = (300, 1500, 6000)
# Programs that trap before they start; `ireko lower` says so.
REFUSED = "an element segment does not fit into its table"
EXHAUSTED = "call stack exhausted"
HOST = "node"


def smithConfig(folder):
    config = json.loads(
        (ROOT / "tests/differential/smith.json").read_text("utf-8"))
    config.update({"max-imports": 0, "reference-types-enabled": False,
                   "bulk-memory-enabled": False})
    path = pathlib.Path(folder) / "smith.json"
    path.write_text(json.dumps(config), "utf-8")
    return path


def makeModule(name, target, config):
    kind, seed = name
    if kind == "generated":
        text = generate.module(seed, alone=True)
        subprocess.run([tools.wasmTools(), "parse", "-", "-o", str(target)],
                       input=text.encode(), check=True, capture_output=True)
        return
    random_ = random.Random(seed)
    noise = target.with_suffix(".seed")
    noise.write_bytes(random_.randbytes(random_.choice(NOISE)))
    subprocess.run(
        [tools.wasmTools(), "smith", str(noise), "-o", str(target), "-c",
         str(config), "--ensure-termination", "--fuel", str(FUEL),
         "--relaxed-simd-enabled", "false",
         "--disallow-traps", random_.choice(("true", "false")),
         "--max-instructions", str(random_.choice((40, 150, 600)))],
        check=True, capture_output=True)


def prepare(name, folder, options):
    """(plan entries, plain first, and what is wrong)"""
    ident = "-".join(map(str, name))
    source = folder / f"{ident}.wasm"
    makeModule(name, source, options.config)
    module = source.read_bytes()
    random_ = random.Random(f"arguments {ident}")
    calls = [Call(e.name, args, alone=True)
             for e in [e for e in WasmFile(module).exports
                       if e.kind == FUNC][:MAX_FUNCTIONS]
             for args in argumentSets(random_, e.type[0], ARGUMENT_SETS)]
    command = Command(module, calls)
    source.write_bytes(command.data)
    target = folder / f"{ident}.irk"
    done = subprocess.run([options.tool, "lower", str(source), "-o",
                           str(target)], capture_output=True, text=True,
                          errors="replace", timeout=tools.Packer.TIMEOUT)
    selections = list(range(len(calls)))
    plain = {"id": f"{ident} plain", "wasm": str(source),
             "names": command.names, "selections": selections}
    if done.returncode and REFUSED in done.stderr:
        return [plain], REFUSED
    if done.returncode:
        return [], f"exit code {done.returncode}: {done.stderr}"
    return [plain, {"id": f"{ident} vm", "irk": str(target),
                    "places": command.placesIn(target.read_bytes()),
                    "selections": selections}], None


def meanings(outcome):
    """What a run came to: a trap's wordings, or an error or nothing."""
    if "trap" in outcome:
        return trapMeanings(HOST, outcome, False)
    return outcome.get("error")


def problem(plain, bundle, counts):
    ours, theirs = meanings(plain), meanings(bundle)
    traps = [o for o in (ours, theirs) if isinstance(o, set)]
    if any(EXHAUSTED in o for o in traps):
        counts["runs not trusted (stack exhausted)"] += 1
        return None
    counts["runs"] += 1
    counts["runs that trapped"] += bool(traps)
    same = bool(ours & theirs) if len(traps) == 2 else ours == theirs
    if not same:
        return f"expected {plain}, got {bundle}"[:700]
    # Of a module whose start function traps, there is nothing to be seen.
    if "globals" in plain:
        seen = [(o["globals"], o["memory"]) for o in (plain, bundle)]
        if plain["memory"] is None:
            seen = [values for values, _ in seen]
        if seen[0] != seen[1]:
            return f"expected {seen[0]}, got {seen[1]}"[:700]
    return None


def runBatch(names, options):
    counts, failures = collections.Counter(), []
    with tempfile.TemporaryDirectory(prefix="ireko-generic-") as name:
        folder = pathlib.Path(name)
        entries, pending = [], []

        def fail(name, text):
            ident = "-".join(map(str, name))
            kept = pathlib.Path(options.keep) / f"{ident}.wasm"
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / f"{ident}.wasm", kept)
            failures.append(f"{ident} ({kept}): {text.strip()}")

        for name in names:
            made, trouble = prepare(name, folder, options)
            counts[f"{name[0]} modules"] += 1
            if trouble and trouble != REFUSED:
                fail(name, trouble)
            else:
                entries += made
                pending.append((name, made))
        records, ending = runCommands(folder, options.vm, entries)
        for name, made in pending:
            counts["modules refused"] += len(made) == 1
            for selected in made[0]["selections"]:
                runs = [records.get((e["id"], selected)) for e in made]
                if not all(runs):
                    trouble = ending or "the host reported nothing"
                elif len(runs) == 1:
                    trouble = None if "trap" in runs[0] else f"refused: {runs}"
                else:
                    trouble = problem(*runs, counts)
                if trouble:
                    fail(name, f"call {selected}: {trouble}")
                    break
            else:
                counts["passed"] += 1
    return failures, counts


def parseArguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="one again: differential.py --only generated-17")
    parser.add_argument("--count", type=int, default=100,
                        help="modules to generate (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1,
                        help="where the seeds start, in millions "
                        "(default: %(default)s)")
    parser.add_argument("--only", metavar="KIND-SEED", help="one module")
    parser.add_argument("--tool", default=tools.releaseTool(),
                        help="the ireko to test (default: %(default)s)")
    parser.add_argument("--keep", metavar="DIR",
                        default=str(ROOT / "build" / "generic" / "failing"),
                        help="where failing modules go (default: %(default)s)")
    return parser.parse_args()


def main():
    options = parseArguments()
    first = options.seed * 1_000_000
    names = [("generated" if i % 2 else "smith", first + i // 2)
             for i in range(options.count)]
    if options.only:
        kind, seed = options.only.split("-", 1)
        names = [(kind, int(seed))]
    totals, failed = collections.Counter(), 0
    with tempfile.TemporaryDirectory(prefix="ireko-generic-") as folder, \
            concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        options.config = smithConfig(folder)
        options.vm = f"{folder}/vm.wasm"
        subprocess.run([options.tool, "vm", "-o", options.vm], check=True,
                       capture_output=True)
        for future in concurrent.futures.as_completed(
                [pool.submit(runBatch, names[i:i + BATCH], options)
                 for i in range(0, len(names), BATCH)]):
            failures, counts = future.result()
            totals.update(counts)
            failed += len(failures)
            for failure in failures:
                print(f"FAIL {failure}", flush=True)
    passed = totals.pop("passed", 0)
    for what, count in sorted(totals.items()):
        print(f"{what}: {count}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
