"""Makes structured random programs in text format, each from a seed.

Where `wasm-tools smith` takes any bytes for a program, these look like
programs: loops that count, switches, recursion, tables of functions, memory
used by address arithmetic, host calls that come back. body.py makes the
functions; here is what surrounds them. Every fifth is instead a program over a
few flags, from flags.py.
"""

import dataclasses
import random

from body import REFERENCES, Body
from callee import Callee, signature
from flags import FlagsModule

FUEL = 400
# Of so many successive seeds the last one's program is over flags.
FLAGS_EVERY = 5

HOST = [
    Callee("$h_nothing", (), (), True),
    Callee("$h_i32", ("i32",), ("i32",), True),
    Callee("$h_i64", ("i64", "i32"), ("i64",), True),
    Callee("$h_f32", ("f32",), ("f32",), True),
    Callee("$h_f64", ("f64", "f32"), ("f64",), True),
    Callee("$h_v128", ("v128",), ("v128",), True),
    Callee("$h_externref", ("externref",), ("externref",), True),
    Callee("$h_many", ("i32", "i64", "f32", "f64", "v128"),
           ("i64", "i32", "v128", "f64"), True),
]
HOST_GLOBALS = [("constant_i32", "i32", False), ("constant_i64", "i64", False),
                ("constant_f32", "f32", False), ("constant_f64", "f64", False),
                ("variable_i32", "i32", True), ("variable_f64", "f64", True)]


class Module:
    """`lean`: nothing that a host of WebAssembly's first version would have to
    see: no vectors or references, at most one result and no mutable globals
    outside. Inside, all else occurs. `alone`: what the generic VM takes, lean
    but for vectors, and without imports."""

    def __init__(self, seed, lean=False, alone=False, importsGlobals=True):
        self.lean = lean or alone
        self.alone = alone
        self.importsGlobals = importsGlobals and not alone
        self.random = random.Random(f"generated {seed}")
        self.labelCount = 0
        self.types = self._chooseTypes()
        self.pages = self.random.choice((1, 1, 2, 3))
        self.tables = {"funcref": "$t", "externref": "$x"}
        self.dataCount = 3
        known = set(self.types)
        # Copies, because what is in the table is noted in them.
        self.hosts = [dataclasses.replace(h) for h in HOST
                      if self.random.randrange(3) == 0
                      and known.issuperset(h.params + h.results)
                      and not self.alone]
        assert not lean or all(len(h.results) < 2 for h in self.hosts)
        self.functions = [self._function(i)
                          for i in range(self.random.randrange(2, 8))]
        self.callees = self.functions + self.hosts
        self.slots = self._fillTable()
        self.globals = self._chooseGlobals()

    def _chooseTypes(self):
        types = ["i32", "i32", "i64"]
        if self.random.randrange(3):
            types += ["f32", "f64"]
        if self.random.randrange(2) and (self.alone or not self.lean):
            types += ["v128"]
        if self.random.randrange(3) == 0 and not self.lean:
            types += REFERENCES
        return types

    def _function(self, i):
        params = self.random.choices(self.types,
                                     k=self.random.choice((0, 1, 2, 3, 6)))
        results = self.random.choices(self.types,
                                      k=self.random.choice((0, 1, 1, 1, 2, 4)))
        return Callee(f"$f{i}", tuple(params), tuple(results))

    def _fillTable(self):
        slots = [self.random.choice(self.callees) for _ in range(7)]
        for index, callee in enumerate(slots):
            callee_ = next(c for c in self.callees if c is callee)
            callee_.slots = [*callee_.slots, index]
        return slots

    def _chooseGlobals(self):
        globals_ = [(f"$h_{n}", t, m) for n, t, m in HOST_GLOBALS
                    if t in self.types and self.random.randrange(4) == 0
                    and not (m and self.lean) and self.importsGlobals]
        self.hostGlobals = list(globals_)
        for i in range(self.random.randrange(1, 7)):
            type_ = self.random.choice(self.types)
            globals_.append((f"$g{i}", type_, self.random.randrange(4) != 0))
        return globals_

    def constant(self, type_):
        r = self.random
        if type_ == "funcref":
            if r.randrange(2):
                return f"ref.func {r.choice(self.functions).name}"
            return "ref.null func"
        if type_ == "externref":
            return "ref.null extern"
        if type_ == "v128":
            lanes = " ".join(str(self._integer(32)) for _ in range(4))
            return f"v128.const i32x4 {lanes}"
        if type_ in ("f32", "f64"):
            return f"{type_}.const {self._float(type_)}"
        return f"{type_}.const {self._integer(int(type_[1:]))}"

    def _integer(self, bits):
        r = self.random
        if r.randrange(3):
            return r.randrange(-4, 70)
        if r.randrange(2):
            return r.choice((255, 65535, 65536, 127, -128, 0x7FFF, -32768,
                             (1 << (bits - 1)) - 1, -(1 << (bits - 1))))
        return r.getrandbits(r.randrange(1, bits))

    def _float(self, type_):
        r = self.random
        if r.randrange(4):
            return r.choice(("0", "-0", "1", "-1", "0.5", "3.14159", "1e10",
                             "-2.5", "100", "65536", "2147483648"))
        special = ["inf", "-inf", "nan", "0x1p-126", "0x1.fffffep+127"]
        special.append("nan:0x200000" if type_ == "f32" else
                       "nan:0x4000000000000")
        return r.choice(special)

    def text(self):
        parts = [f'(import "host" "{h.name[3:]}" (func {h.name}'
                 f'{signature(h)}))' for h in self.hosts]
        for name, type_, mutable in self.hostGlobals:
            parts.append(f'(import "host" "{name[3:]}" (global {name} '
                         f'{self._globalType(type_, mutable)}))')
        parts += self._storage()
        for name, type_, mutable in self.globals:
            if (name, type_, mutable) in self.hostGlobals:
                continue
            exported = f'(export "{name[1:]}") ' \
                if self.random.randrange(2) and not (mutable and self.lean) \
                else ""
            parts.append(f"(global {name} {exported}"
                         f"{self._globalType(type_, mutable)} "
                         f"({self._initial(type_)}))")
        for function in self.functions:
            parts.append(Body(self, function.params, function.results).text(
                function.name))
            parts.append(self._exporter(function))
        parts.append(self._reenter())
        if self.random.randrange(5) == 0:
            parts.append(self._start())
        return "(module\n" + "\n".join(parts) + "\n)\n"

    @staticmethod
    def _globalType(type_, mutable):
        return f"(mut {type_})" if mutable else type_

    def _initial(self, type_):
        usable = [n for n, t, m in self.hostGlobals if t == type_ and not m]
        if usable and self.random.randrange(2):
            start = f"global.get {self.random.choice(usable)}"
            if type_ in ("i32", "i64") and self.random.randrange(2):
                return f"{type_}.mul ({start}) ({self.constant(type_)})"
            return start
        return self.constant(type_)

    def _storage(self):
        text = "".join(self.random.choices("abcXYZ 0123456789", k=40))
        place = self.random.choice((0, 16, 1000, 32767))
        limit = self.random.choice(("", f" {self.pages + 4}"))
        # A later growth that fails must fail in both.
        limit = limit or f" {self.pages + 20}"
        elements = " ".join(f"$f{self.random.randrange(len(self.functions))}"
                            for _ in range(4))
        names = " ".join(c.name for c in self.slots)
        declared = " ".join(f.name for f in self.functions)
        isLean = self.lean
        fuelExport = '(export "fuel") '
        return [
            f'(memory (export "memory") {self.pages}{limit})',
            f'(data $d0 (i32.const {place}) "{text}")',
            f'(data $d1 "{text[:20]}")', '(data $d2 "\\00\\ff\\7f\\80")',
            "(table $t 8 30 funcref)" if isLean else
            '(table $t (export "table") 8 30 funcref)',
            "(table $x 8 30 funcref)" if isLean else
            "(table $x 8 30 externref)",
            f"(elem (table $t) (i32.const 0) func {names})",
            f"(elem $e1 func {elements})",
            f"(elem declare func {declared})",
            f'(global $fuel {"" if isLean else fuelExport}(mut i32) '
            f"(i32.const {FUEL}))",
        ]

    def _exporter(self, function):
        """What the host calls: new fuel, then the function."""
        gets = " ".join(f"local.get {i}" for i in range(len(function.params)))
        call = "return_call" if self.random.randrange(2) else "call"
        seen = function
        more = len(function.results) - 1
        if self.lean and more > 0:
            seen = dataclasses.replace(function, results=function.results[:1])
            call = "call"
        drops = " drop" * more if seen is not function else ""
        return (f'(func (export "{function.name[1:]}"){signature(seen)}'
                f" i32.const {FUEL} global.set $fuel {gets} {call} "
                f"{function.name}{drops})")

    def _reenter(self):
        """What a host function calls back."""
        function = self.random.choice(self.functions)
        arguments = [f"({self.constant(p)})" for p in function.params]
        drops = ["drop"] * len(function.results)
        return "\n  ".join([
            '(func (export "reenter") (param i32) (result i32)',
            *[a[1:-1] for a in arguments], f"call {function.name}", *drops,
            "local.get 0", "i32.const 3", "i32.mul)"])

    def _start(self):
        body = Body(self, (), ())
        return body.text("$start") + "\n(start $start)"


def module(seed, lean=False, alone=False, importsGlobals=True):
    """The program of a seed, in text format."""
    if seed % FLAGS_EVERY == FLAGS_EVERY - 1:
        return FlagsModule(seed, lean or alone).text()
    return Module(seed, lean, alone, importsGlobals).text()
