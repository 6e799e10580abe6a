#!/usr/bin/env python3
"""Compares generated programs with their bundles, in the same host: all in
Node, a slice in Wasmtime and, as far as its API goes, in wazero too.

First come fixed programs: those in regressions/ (each once showed a bug) and
cases/, and those of large.py. Then half of the modules are from `wasm-tools
smith`, half from generate.py. Each is packed in the ways of VARIANTS, some with
a counter that runs out at every safepoint, and all variants are
called through every exported function with the same arguments.
Results, traps, exported globals, memories and tables, and the log of host
calls must agree bit for bit.

Not trusted, and counted apart: sections in which a variant exhausts its stack,
since how deep a stack is may differ.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import generate  # noqa: E402
import large  # noqa: E402
import tools  # noqa: E402
from arguments import argumentSets  # noqa: E402
from traps import trapMeanings  # noqa: E402
from wasmfile import (FUNC, GLOBAL, MEMORY, TABLE, WasmFile,  # noqa: E402
                      withExportedMemory)

# How each module is packed: whole functions in the stream or as regions, and
# how often it leaves to the runtime; each takes one of the levels.
VARIANTS = {"-O0": ("0", ["--safepoints=1"]),
            "stream": ("2s", ["--no-regions", "--safepoints=3:5",
                              "--check-frames"]),
            "-O2": ("2", []),
            "every safepoint": ("2", ["--safepoints=1", "--check-frames"]),
            "some safepoints": ("2", ["--safepoints=7:3", "--check-frames"]),
            "for good": ("23", ["--safepoints=9:4", "--stay-in-stream",
                                "--check-frames"]),
            "blocks left out": ("2", ["--leave-out=1"]),
            "blocks left out, leaving": ("23", ["--leave-out=2",
                                                "--safepoints=4:6",
                                                "--check-frames"]),
            "some regions": ("23s1", ["--budget=500", "--safepoints=5:2",
                                      "--check-frames"])}
# Of every second module all bundles count, and must count the same.
COUNTING = ["--fuel=1000000000000"]
BATCH = 20
WORKERS = 2
BATCH_TIMEOUT = 240
HOSTS = ("node", "wasmtime", "wazero")
INTERPRETER = "wazero's interpreter"
# Every so many batches run in all hosts, the others in the first.
ALL_HOSTS_EVERY = 10
ARGUMENT_SETS = 4
MAX_FUNCTIONS = 10
# How many times an export is called whose name starts with "often ".
OFTEN = 1000
FUEL = 2000
MEMORY_EXPORT = "ireko test memory"
# Kinds of modules made by a seed.
RANDOM = ("smith", "generated")
# Kinds of modules that are written by hand, one file each.
FOLDERS = {"regression": "regressions", "case": "cases"}
PACK = ";; pack: "
KINDS = {FUNC: "function", TABLE: "table", MEMORY: "memory", GLOBAL: "global"}
EXHAUSTED = "call stack exhausted"
REFUSED = "refused for lack of "


def importsGlobals(options):
    """wazero's API cannot provide any."""
    return options.hosts != ["wazero"]


def isLean(options):
    return bool(options.host_features) or not importsGlobals(options)


def writeSmithFiles(folder, options):
    """What smith may import, and how it is set. For hosts of few features,
    or of an API that cannot pass all types, without what would make most
    modules be refused."""
    config = json.loads((HERE / "smith.json").read_text("utf-8"))
    imports = (HERE / "imports.wat").read_text("utf-8")
    if isLean(options):
        for feature in ("simd", "reference-types", "multi-value",
                        "extended-const"):
            config[f"{feature}-enabled"] = False
        left = r"v128|ref\)|mut|many"
        if not importsGlobals(options):
            left += r"|\(global"
        imports = "".join(line for line in imports.splitlines(True)
                          if not re.search(left, line))
    options.smith_config = str(folder / "smith.json")
    pathlib.Path(options.smith_config).write_text(json.dumps(config), "utf-8")
    options.imports = str(folder / "imports.wasm")
    assemble(imports, options.imports)


def smithModule(seed, target, options):
    random_ = random.Random(seed)
    noise = target.with_suffix(".seed")
    noise.write_bytes(random_.randbytes(random_.choice((300, 1500, 6000))))
    command = [tools.wasmTools(), "smith", str(noise), "-o", str(target),
               "-c", options.smith_config, "--ensure-termination",
               "--fuel", str(FUEL), "--available-imports", options.imports,
               "--disallow-traps", random_.choice(("true", "false")),
               "--max-instructions", str(random_.choice((40, 150, 600))),
               "--relaxed-simd-enabled", "false" if isLean(options)
               else random_.choice(("true", "false"))]
    subprocess.run(command, check=True, capture_output=True)


def generatedModule(seed, target, options):
    assemble(generate.module(seed, lean=isLean(options),
                             importsGlobals=importsGlobals(options)), target)


def assemble(text, target):
    subprocess.run([tools.wasmTools(), "parse", "-", "-o", str(target)],
                   input=text.encode(), check=True, capture_output=True)


def fixedModule(folder):
    return lambda name, target, _: assemble(
        (HERE / folder / f"{name}.wat").read_text("utf-8"), target)


def largeModule(name, target, _):
    assemble(large.PROGRAMS[name](), target)


def fileModule(name, target, _):
    shutil.copyfile(name, target)


MAKERS = {"smith": smithModule, "generated": generatedModule,
          "large": largeModule, "file": fileModule,
          **{kind: fixedModule(folder) for kind, folder in FOLDERS.items()}}


def functionType(type_):
    return {"params": type_[0], "results": type_[1]}


def globalType(type_):
    return {"value": type_[0], "mutable": type_[1]}


class Job:
    """One module: what the driver is told, and how it is named."""

    def __init__(self, kind, seed):
        self.kind = kind
        self.seed = seed
        self.id = f"{kind}-{seed}"
        # What the arguments and the host's answers depend on.
        self.like = self.id
        if kind == "file":
            self.id = f"file-{pathlib.Path(seed).stem}"

    def prepare(self, folder, options):
        """Makes the module and its bundles. Returns what went wrong, or
        REFUSED and for lack of what."""
        self.source = folder / f"{self.id}.wasm"
        self.like = options.like or self.like
        MAKERS[self.kind](self.seed, self.source, options)
        packer = tools.Packer(options.tool, options.packer,
                              options.host_features,
                              [f"--layout={options.layout}",
                               *options.pack_options])
        self.variants = [("plain", self.source)]
        number = zlib.crc32(self.id.encode())
        own = self._packOptions()
        if number // 64 % 2 and not any(o.startswith("--fuel") for o in own):
            own += COUNTING
        for variant, (levels, more) in VARIANTS.items():
            level = levels[number % len(levels)]
            name = variant.replace(" ", "-")
            bundle = folder / f"{self.id}.{name}.wasm"
            code, stderr = packer.pack(self.source, bundle, level,
                                       own + more)
            if packer.refuses(self.source, code, stderr):
                return REFUSED + stderr.split(" needs ")[1].split(",")[0]
            if code != 0 or not bundle.exists():
                return f"pack {variant}: exit code {code}: {stderr[:300]}"
            bundle.write_bytes(
                withExportedMemory(bundle.read_bytes(), MEMORY_EXPORT))
            self.variants.append((variant, bundle))
        return None

    def _packOptions(self):
        """What a fixed program's first line says after ";; pack:"."""
        folder = FOLDERS.get(self.kind)
        if not folder:
            return []
        text = (HERE / folder / f"{self.seed}.wat").read_text("utf-8")
        first = text.splitlines()[0]
        return first.removeprefix(PACK).split() if first.startswith(PACK) \
            else []

    def description(self):
        wasm = WasmFile(self.source.read_bytes())
        random_ = random.Random(f"arguments {self.like}")
        functions = [e for e in wasm.exports if e.kind == FUNC]
        return {
            "id": self.id,
            "seed": random_.getrandbits(31),
            "variants": [{"variant": name, "path": str(path)}
                         for name, path in self.variants],
            "imports": [{"module": i.module, "name": i.name,
                         "type": functionType(i.type) if i.kind == FUNC
                         else globalType(i.type)} for i in wasm.imports],
            "exports": [{"name": e.name, "kind": KINDS[e.kind],
                         "type": globalType(e.type) if e.kind == GLOBAL
                         else None} for e in wasm.exports],
            "functions": [{"name": e.name, "type": functionType(e.type),
                           "calls": argumentSets(random_, e.type[0],
                                                 ARGUMENT_SETS),
                           "times": OFTEN if e.name.startswith("often ")
                           else 1}
                          for e in functions[:MAX_FUNCTIONS]],
        }


class Comparison:
    """Judges one bundle's records against the plain module's."""

    def __init__(self, host, counts):
        self.host = host
        # Programs written by hand exhaust no stack.
        self.isFixed = False
        self.counts = counts

    def problem(self, plain, bundle):
        for record in (plain, bundle):
            if "broken" in record:
                return f"could not run: {record['broken']}"
        if plain["exported"] != bundle["exported"]:
            return (f"exports {plain['exported']} became "
                    f"{bundle['exported']}")
        if len(plain["sections"]) != len(bundle["sections"]):
            return "one instantiates, the other does not"
        for ours, theirs in zip(plain["sections"], bundle["sections"]):
            trouble = self._section(ours, theirs)
            if trouble:
                return trouble
        return None

    def _section(self, plain, bundle):
        for i, (ours, theirs) in enumerate(
                zip(plain["records"], bundle["records"])):
            outcomes = [self._meanings(o, i == 0) for o in (ours, theirs)]
            if any(EXHAUSTED in o for o in outcomes if isinstance(o, set)) \
                    and not self.isFixed:
                self.counts["sections not trusted (stack exhausted)"] += 1
                return None
            self.counts["calls"] += i > 0
            self.counts["calls that trapped"] += isinstance(outcomes[0], set)
            what = f"'{plain['name']}' call {i}" if i else "instantiation"
            if not self._agree(*outcomes):
                return f"{what}: expected {ours}, got {theirs}"[:700]
            if ours.get("tally") != theirs.get("tally"):
                return (f"{what}: repeated calls ended {ours['tally']}, in "
                        f"the bundle {theirs['tally']}")
            if ours.get("log") != theirs.get("log"):
                return (f"{what}: host calls differ: expected {ours['log']}, "
                        f"got {theirs['log']}")[:700]
        if plain["state"] != bundle["state"]:
            return (f"after '{plain['name']}': state differs: expected "
                    f"{plain['state']}, got {bundle['state']}")[:900]
        return None

    def fuelProblem(self, bundles):
        """How the bundles, (variant, record) each, counted differently."""
        (firstName, first), *others = bundles
        for name, other in others:
            for ours, theirs in zip(first["sections"], other["sections"]):
                for i, (one, two) in enumerate(
                        zip(ours["records"], theirs["records"])):
                    # A trap of the host's own loses what was just counted,
                    # also one in a call from an import, which throws then.
                    if one.get("innerTrap") or "trap" in one and (
                            one["vm"] == 0 or
                            EXHAUSTED in self._meanings(one, i == 0)):
                        break
                    self.counts["calls that counted"] += "fuel" in one
                    if one.get("fuel") != two.get("fuel"):
                        return (f"'{ours['name']}' call {i}: {firstName} "
                                f"counted {one['fuel']}, {name} {two['fuel']}")
        return None

    def _meanings(self, outcome, instantiating):
        if "trap" in outcome:
            return trapMeanings(self.host, outcome, instantiating)
        return outcome.get("values", outcome.get("error"))

    @staticmethod
    def _agree(ours, theirs):
        if isinstance(ours, set) and isinstance(theirs, set):
            return bool(ours & theirs)
        return ours == theirs


def driverCommand(host, batch):
    if host == INTERPRETER:
        return [tools.wazeroDriver(), "--interpreter", str(batch)]
    if host == "node":
        return [tools.node(), str(HERE / "drive.js"), str(batch)]
    if host == "wazero":
        return [tools.wazeroDriver(), str(batch)]
    return [sys.executable, str(HERE / "drive_wasmtime.py"), str(batch)]


def runDriver(host, jobs, folder, options):
    """Returns {(id, variant): record} and how the driver ended, if badly."""
    batch = folder / "batch.json"
    batch.write_text(json.dumps({
        "memoryExport": MEMORY_EXPORT, "layout": options.layout,
        "jobs": [job.description() for job in jobs]}), "utf-8")
    with open(folder / "log", "w+", encoding="utf-8") as log:
        try:
            done = subprocess.run(
                driverCommand(host, batch), stdout=log, stderr=subprocess.PIPE,
                text=True, errors="replace", timeout=BATCH_TIMEOUT,
                env=tools.libraryEnvironment())
            ending = None if done.returncode == 0 else \
                f"{host} ended with {done.returncode}: {done.stderr[-300:]}"
        except subprocess.TimeoutExpired:
            ending = f"stopped after {BATCH_TIMEOUT} s"
        log.seek(0)
        records = {}
        for line in log:
            if line.endswith("\n"):
                record = json.loads(line)
                records[record["id"], record["variant"]] = record
    return records, ending


def runBatch(names, hosts, options):
    """Returns (failures, counts); a failure is (job id, kept file, text)."""
    counts = collections.Counter()
    failures = []

    def fail(job, text):
        kept = pathlib.Path(options.keep) / f"{job.id}.wasm"
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(job.source, kept)
        failures.append((job.id, str(kept), text))

    with tempfile.TemporaryDirectory(prefix="ireko-differential-") as name:
        folder = pathlib.Path(name)
        pending = []
        for kind, seed in names:
            job = Job(kind, seed)
            trouble = job.prepare(folder, options)
            counts[f"{kind} modules"] += 1
            if trouble and trouble.startswith(REFUSED):
                counts[f"{kind} modules {trouble}"] += 1
            elif trouble:
                fail(job, trouble)
            else:
                pending.append(job)
        for host in hosts:
            left = pending
            while left:
                records, ending = runDriver(host, left, folder, options)
                failed = []
                left = judgeBatch(host, left, records, ending,
                                  lambda *wrong: failed.append(wrong), counts)
                for job, text in failed:
                    ran = all("sections" in records.get((job.id, variant), {})
                              for variant, _ in job.variants)
                    if host == "wazero" and ran and \
                            isRightInterpreted(job, folder, options):
                        counts["modules that wazero's compiler gets wrong"] += 1
                    else:
                        fail(job, text)
    return failures, counts


def isRightInterpreted(job, folder, options):
    """The compiler of wazero 1.12 gets some modules wrong (one with f32.copysign,
    -2.5 for 2.5), plain ones or bundles: its interpreter is asked, too."""
    wrong = []
    records, ending = runDriver(INTERPRETER, [job], folder, options)
    judgeBatch(INTERPRETER, [job], records, ending,
               lambda *text: wrong.append(text), collections.Counter())
    return not wrong


def judgeBatch(host, jobs, records, ending, fail, counts):
    """Returns the jobs after the one at which the driver ended."""
    comparison = Comparison("wazero" if host == INTERPRETER else host, counts)
    for position, job in enumerate(jobs):
        comparison.isFixed = job.kind in FOLDERS
        for variant, _ in job.variants:
            record = records.get((job.id, variant))
            if record and "leftOut" in record:
                counts[f"modules left out in {host} for "
                       f"{record['leftOut']}"] += 1
                break
            if record is None:
                fail(job, f"{host} {variant}: {ending or 'no record'}")
                return jobs[position + 1:]
            if variant == "plain":
                continue
            trouble = comparison.problem(records[job.id, "plain"], record)
            if trouble:
                fail(job, f"{host} {variant}: {trouble}")
                break
        else:
            trouble = comparison.fuelProblem(
                [(variant, records[job.id, variant])
                 for variant, _ in job.variants[1:]])
            if trouble:
                fail(job, f"{host}: {trouble}")
                continue
            counts["passed"] += 1
            counts[f"modules run in {host}"] += 1
    return []


def parseArguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="tens of thousands: run.py --count 20000 --seed 2; one again: "
        "run.py --only generated-17")
    parser.add_argument("--count", type=int, default=1000,
                        help="modules to generate (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1,
                        help="where the seeds start, in millions "
                        "(default: %(default)s)")
    parser.add_argument("--only", metavar="ID",
                        help="one module, by the name that a failure gave, or "
                        "file-PATH")
    parser.add_argument("--like", metavar="ID",
                        help="with the arguments of another module")
    parser.add_argument("--hosts", metavar="NAMES", type=lambda text:
                        [name for name in text.split(",") if name in HOSTS],
                        help="run all in these, of " + ", ".join(HOSTS))
    parser.add_argument("--no-fixed", action="store_true",
                        help="generated modules only")
    parser.add_argument("--layout", choices=("single", "separate"),
                        default="single",
                        help="of the bundles' memories (default: %(default)s)")
    parser.add_argument("--tool", default=tools.releaseTool())
    parser.add_argument("--packer", metavar="TEMPLATE",
                        help="pack by this command with {in} {out} {level} "
                        "(checks of the runner)")
    parser.add_argument("--host-features", metavar="LIST",
                        help="pack for a host of these; modules that need "
                        "others are refused and counted")
    parser.add_argument("--pack-options", metavar="OPTIONS", default=[],
                        type=shlex.split, help="for ireko pack, in one word")
    parser.add_argument("--keep", metavar="DIR",
                        default=str(tools.ROOT / "build" / "differential"),
                        help="where failing modules go (default: %(default)s)")
    return parser.parse_args()


def chooseNames(options):
    if options.only:
        kind, seed = options.only.split("-", 1)
        isNumber = kind in RANDOM
        return [(kind, int(seed) if isNumber else seed)]
    names = []
    if not options.no_fixed:
        for kind, folder in FOLDERS.items():
            names += [(kind, path.stem)
                      for path in sorted((HERE / folder).glob("*.wat"))]
        names += [("large", name) for name in large.PROGRAMS]
    first = options.seed * 1_000_000
    for i in range(options.count):
        names.append(("generated" if i % 2 else "smith", first + i // 2))
    return names


def installedHosts(layout):
    """Without wazero where its driver could not be built, and for bundles of
    several memories, which it has not."""
    if layout == "separate":
        return HOSTS[:-1]
    try:
        tools.wazeroDriver()
        return HOSTS
    except tools.MissingTool as missing:
        print(f"wazero: skipped ({missing})")
        return HOSTS[:-1]


def main():
    options = parseArguments()
    names = chooseNames(options)
    installed = installedHosts(options.layout)
    counts = collections.Counter()
    failures = []
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ireko-imports-") as folder:
        writeSmithFiles(pathlib.Path(folder), options)
        if not options.only:
            print(f"differential: {len(names)} modules, seed {options.seed}, "
                  f"{options.layout} layout, {tools.hostVersions()}")
        with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
            pending = []
            for i in range(0, len(names), BATCH):
                slice_ = i // BATCH % ALL_HOSTS_EVERY == 0
                hosts = options.hosts or (
                    installed if slice_ else installed[:1])
                pending.append(pool.submit(runBatch, names[i:i + BATCH],
                                           hosts, options))
            for future in concurrent.futures.as_completed(pending):
                found, counted = future.result()
                counts.update(counted)
                for name, kept, text in found:
                    print(f"FAIL {name} ({kept}): {text.strip()}")
                    failures.append(name)
    passed = counts.pop("passed", 0)
    for what, count in sorted(counts.items()):
        print(f"{what}: {count}")
    for name in failures[:20]:
        print(f"again: tests/differential/run.py --only {name}")
    print(f"{time.monotonic() - begin:.0f} s")
    print(f"{passed} passed, {len(failures)} failed, 0 skipped")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
