"""Turns one .wast file into steps, and the steps into a plan that the hosts'
drivers carry out.

A step is one command of the script with what is known before anything runs:
whether it is only a question to the packer (`refusal`), or not run at all and
by which rule of skip.txt (`skipped`).
"""

import json
import pathlib
import subprocess

import judge
import tools
from wasmfile import (FUNC, GLOBAL, MEMORY, UnknownType, WasmFile,
                      withExportedMemory)

MEMORY_EXPORT = "ireko test memory"
SPECTEST = pathlib.Path(__file__).with_name("spectest.wat")

INSTANTIATES = ("module", "assert_uninstantiable", "assert_unlinkable")
# Rules of skip.txt that apply to kinds of steps, not to single lines.
TEXT_FORMAT = "text-format"
IMPORTED_MEMORY = "imported-memory"
LATER_TYPES = "later-types"
MULTI_MEMORY = "multi-memory"
SKIPPED_INSTANCE = "skipped-instance"
# What a host does not take as it is.
UNSUPPORTED = "unsupported"
# Not of skip.txt: what run.py --host-features leaves out.
HOST_FEATURES = "host-features"

# What the packer's error must name for the modules that it may refuse.
REFUSED_FEATURES = {IMPORTED_MEMORY: "use --layout=separate",
                    LATER_TYPES: " not supported: type ",
                    MULTI_MEMORY: "multi-memory not supported"}


class Step:
    def __init__(self, index, command):
        self.index = index
        self.command = command
        self.kind = command["type"]
        self.line = command["line"]
        self.source = None
        self.skipped = None
        self.refusal = self.kind in ("assert_invalid", "assert_malformed")
        self.action = None

    def counts(self):
        return self.kind != "register"


class Script:
    def __init__(self, wast, folder, layout, packer=None):
        """`packer`: what it refuses for the host's features is skipped."""
        self.folder = pathlib.Path(folder)
        self.layout = layout
        self.packer = packer
        listing = self.folder / "script.json"
        subprocess.run(
            [tools.wasmTools(), "json-from-wast", str(wast), "-o",
             str(listing), "--wasm-dir", str(self.folder)],
            check=True, capture_output=True, text=True)
        commands = json.loads(listing.read_text("utf-8"))["commands"]
        self.steps = [Step(i, c) for i, c in enumerate(commands)]
        self._resolve()

    def _resolve(self):
        """Walks the script once, following which module a name means."""
        current = None
        named = {}
        registered = {}
        for step in self.steps:
            command = step.command
            if step.refusal:
                if command["module_type"] == "text":
                    step.skipped = TEXT_FORMAT
                else:
                    step.source = self.folder / command["filename"]
            elif step.kind in INSTANTIATES:
                file = command.get("binary_filename", command["filename"])
                step.source = self.folder / file
                try:
                    module = WasmFile(step.source.read_bytes())
                    step.skipped = self._refusedFeature(module) or \
                        self._skippedImport(module, registered) or \
                        self._refusedForHost(step)
                except UnknownType:
                    module = None
                    step.skipped = LATER_TYPES
                if step.kind == "module":
                    current = (step, module)
                    if "name" in command:
                        named[command["name"]] = current
            elif step.kind == "register":
                source = named[command["name"]] if "name" in command \
                    else current
                registered[command["as"]] = source
                self._inherit(step, source)
            else:
                action = command["action"]
                source = named[action["module"]] if "module" in action \
                    else current
                self._inherit(step, source)
                if not step.skipped:
                    step.action = self._driverAction(action, source[1])

    def _refusedForHost(self, step):
        if not self.packer or not self.packer.features:
            return None
        target = self.folder / "refused.wasm"
        code, stderr = self.packer.pack(step.source, target, 0)
        return HOST_FEATURES if self.packer.refuses(step.source, code, stderr) \
            else None

    def _refusedFeature(self, module):
        if module.memoryCount > 1:
            return MULTI_MEMORY
        if self.layout == "single" and \
                any(item.kind == MEMORY for item in module.imports):
            return IMPORTED_MEMORY
        return None

    @staticmethod
    def _skippedImport(module, registered):
        for item in module.imports:
            source = registered.get(item.module)
            if source and source[0].skipped:
                return SKIPPED_INSTANCE
        return None

    @staticmethod
    def _inherit(step, source):
        if source[0].skipped:
            step.skipped = SKIPPED_INSTANCE

    @staticmethod
    def _driverAction(action, module):
        result = {"field": action["field"], "module": action.get("module")}
        export = module.export(action["field"])
        if action["type"] == "invoke":
            assert export.kind == FUNC
            params, results = export.type
            result.update(do="invoke", type={"params": params,
                                             "results": results},
                          args=[judge.encode(a) for a in action["args"]])
        else:
            assert export.kind == GLOBAL
            value, mutable = export.type
            result.update(do="get", type={"value": value, "mutable": mutable})
        return result

    def pack(self, packer, level, number, extra):
        """Packs what will be instantiated. Returns {step index: error}."""
        errors = {}
        for step in self.steps:
            if step.refusal or step.skipped or not step.source:
                continue
            target = self.bundle(step, level)
            code, stderr = packer.pack(step.source, target, number, extra)
            if code != 0 or not target.exists():
                errors[step.index] = f"pack: exit code {code}: {stderr[:300]}"
                target.unlink(missing_ok=True)
                continue
            target.write_bytes(
                withExportedMemory(target.read_bytes(), MEMORY_EXPORT))
        return errors

    def bundle(self, step, level):
        return self.folder / f"bundle{step.index}.O{level}.wasm"

    def refusals(self, packer, number, extra):
        """Asks the packer to refuse what it must. Yields (step, problem)."""
        target = self.folder / "refused.wasm"
        for step in self.steps:
            if not step.source:
                continue
            feature = REFUSED_FEATURES.get(step.skipped)
            if not step.refusal and not feature:
                continue
            code, stderr = packer.pack(step.source, target, number, extra)
            trouble = tools.refusalProblem(code, stderr, target)
            if not trouble and feature and feature not in stderr:
                trouble = f"the error does not name '{feature}': {stderr}"
            target.unlink(missing_ok=True)
            yield step, trouble

    def _spectest(self):
        path = self.folder / "spectest.wasm"
        if not path.exists():
            subprocess.run([tools.wasmTools(), "parse", "-o", str(path),
                            str(SPECTEST)], check=True, capture_output=True)
        return path

    def plan(self, level):
        """Writes the plan for one level; returns its path."""
        commands = []
        for step in self.steps:
            if step.refusal or step.skipped:
                continue
            command = step.command
            if step.kind in INSTANTIATES:
                do = "module" if step.kind == "module" else "instantiate"
                entry = {"do": do, "wasm": str(self.bundle(step, level)),
                         "source": str(step.source),
                         "name": command.get("name")}
            elif step.kind == "register":
                entry = {"do": "register", "as": command["as"],
                         "module": command.get("name")}
            else:
                entry = step.action
            commands.append({"i": step.index, **entry})
        path = self.folder / f"plan.O{level}.json"
        path.write_text(json.dumps(
            {"memoryExport": MEMORY_EXPORT, "layout": self.layout,
             "spectest": str(self._spectest()), "commands": commands}),
            "utf-8")
        return path
