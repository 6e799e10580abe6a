"""Makes programs that test a few flags again and again, for generate.py.

Of the others hardly one tests the same variable twice, or against a value that
it has. Here one to three globals or locals of each function are hot: nearly all
conditions read them, and nearly all writes are to them. All values of a module
are from one small set, whose members the packer tells apart or does not: 0, 1,
2 and any other. In between, calls change the globals. So what is known of a
flag after a test, a write or a call decides where control goes, and a wrong
belief shows: control leaves marks in memory on its way.
"""

import random

from body import Body
from callee import Callee, signature

VALUES = ((0, 1), (0, 1, 2), (0, 3, -1), (1, 2, 3, 4), (0, 1, 2, 3, 4, -1),
          (0, 1, 2, -1, 65536, -(1 << 31)))
# An exported function runs its function so many times, each time with this
# fuel and with flags that its argument chooses.
ROUNDS = 20
FUEL = 60
# Where the marks are in memory, and the values.
TRACE = 64
VALUES_AT = 128
SLOTS = 8


def _mixed(line):
    """The trace with a value added."""
    return [f"i32.const {TRACE}", "i32.load", "i32.const 31", "i32.mul", line,
            "i32.add"]


class FlagsBody(Body):
    """A function over flags. `_hot` are the names of the hottest."""

    def __init__(self, module, callee):
        super().__init__(module, callee.params, callee.results)
        r = self.random
        self.budget = r.choice((150, 400, 1000))
        self.depth = r.choice((4, 5, 6))
        flags = self._flags()
        self._hot = r.sample(flags, k=min(len(flags), r.randrange(1, 4)))

    def _flags(self):
        return [f"global.{{}} {n}" for n, _, _ in self.module.globals] + \
            [f"local.{{}} {n}" for n, _ in self.locals]

    def _flag(self):
        return self.random.choice(
            self._hot if self._chance(80) else self._flags())

    # Expressions; all are of type i32.

    def expression(self, type_, depth):
        self.budget -= 1
        # Wherever it stands: what is known follows from small ones only.
        depth = min(depth, self.random.randrange(5))
        if depth <= 0 or self.budget <= 0:
            return self._leaf(type_)
        choices = [(self._leaf, 8), (self._eqz, 5), (self._compared, 8),
                   (self._combined, 6), (self._select, 4), (self._tee, 1),
                   (self._block, 1), (self._ifElse, 1), (self._call, 2),
                   (self._overStatement, 1), (self._operator, 1)]
        return self._weighted(choices)(type_, depth)

    def _leaf(self, type_, _=0):
        if self._chance(self.module.trapping):
            return self._mayTrap()
        choice = self.random.randrange(10)
        if choice < 7:
            return [self._flag().format("get")]
        if choice < 9:
            return self._constant(type_)
        return [f"i32.const {TRACE}", "i32.load8_u"]

    def _mayTrap(self):
        """A value that there is only if a flag has the right value."""
        get = self._flag().format("get")
        if self._chance(50):
            return ["i32.const 7", get, "i32.div_u"]
        return [get, "i32.const 16", "i32.shl", "i32.load8_u"]

    def _operator(self, type_, depth):
        """One that passes know nothing of. None traps: runs shall be long."""
        return self.expression(type_, depth - 1) + \
            self.expression(type_, depth - 1) + \
            [self.random.choice(("i32.add", "i32.xor", "i32.lt_s", "i32.shl"))]

    def _eqz(self, type_, depth):
        return self.expression(type_, depth - 1) + ["i32.eqz"]

    def _compared(self, type_, depth):
        sides = [[self._flag().format("get")], self._constant(type_)]
        if self._chance(30):
            sides[self.random.randrange(2)] = self.expression(type_, depth - 1)
        if self._chance(30):
            sides.reverse()
        return sides[0] + sides[1] + [
            self.random.choice(("i32.eq", "i32.ne"))]

    def _combined(self, type_, depth):
        sides = [self.expression(type_, depth - 1) for _ in range(2)]
        # Whether a side decides the outcome or not, the other one may trap.
        if self._chance(self.module.trapping * 5):
            sides[self.random.randrange(2)] = self._mayTrap()
        return sides[0] + sides[1] + [
            self.random.choice(("i32.and", "i32.or"))]

    # Statements

    def _statement(self, depth):
        self.budget -= 1
        if depth <= 0 or self.budget <= 0:
            return self._mark() if self._chance(50) else []
        choices = [(self._setFlag, 7), (self._mark, 4), (self._when, 10),
                   (self._guarded, 3), (self._branch, 3), (self._loop, 3),
                   (self._switch, 2), (self._callAway, 4), (self._leave, 0.3),
                   (self._spread, 1)]
        make = self._weighted(choices)
        return make(depth)

    def _setFlag(self, depth):
        value = self._constant("i32") if self._chance(50) else \
            self.expression("i32", depth - 1)
        return value + [self._flag().format("set")]

    def _mark(self, _=0):
        """Notes that control came by."""
        return [f"i32.const {TRACE}", *_mixed(
            f"i32.const {self.random.randrange(1, 999)}"), "i32.store"]

    def _guarded(self, depth):
        """A block that a condition leaves early."""
        label = self._freshLabel([], False)
        lines = [f"block {label.name}"]
        lines += self._inside(label, lambda: [
            *self._statements(depth - 1), *self.expression("i32", depth - 1),
            f"br_if {label.name}", *self._statements(depth - 1)])
        return lines + ["end"]


class FlagsModule:
    """`lean` as for generate.Module; it imports nothing."""

    types = ("i32",)

    def __init__(self, seed, lean):
        self.lean = lean
        r = self.random = random.Random(f"flags {seed}")
        self.labelCount = 0
        self.values = r.choice(VALUES)
        # Percentage of the leaves that may trap.
        self.trapping = r.choice((0, 0, 1, 3))
        self.globals = [(f"$g{i}", "i32", True)
                        for i in range(r.randrange(1, 5))]
        params = ("i32",) * r.randrange(3)
        results = ("i32",) * r.choice((0, 1, 1, 1, 2))
        self.functions = [Callee(f"$f{i}", params, results)
                          for i in range(r.randrange(4, 8))]
        self.setters = [Callee(f"$set{i}", params, results)
                        for i in range(r.randrange(1, 4))]
        # The setters twice: they are what passes must not overlook.
        self.callees = self.functions + self.setters * 2
        self.slots = r.choices(self.callees, k=SLOTS)
        for index, callee in enumerate(self.slots):
            callee.slots.append(index)

    def constant(self, _):
        return f"i32.const {self.random.choice(self.values)}"

    def text(self):
        names = " ".join(c.name for c in self.slots)
        values = "".join(f"\\{byte:02x}" for v in self.values
                         for byte in (v % (1 << 32)).to_bytes(4, "little"))
        parts = ['(memory (export "memory") 1 4)',
                 f'(data (i32.const {VALUES_AT}) "{values}")',
                 f"(table $t {SLOTS} {SLOTS} funcref)",
                 f"(elem (table $t) (i32.const 0) func {names})",
                 f"(global $fuel (mut i32) (i32.const {FUEL}))"]
        for name, _, _ in self.globals:
            exported = f'(export "{name[1:]}") ' \
                if self.random.randrange(3) == 0 and not self.lean else ""
            parts.append(f"(global {name} {exported}(mut i32) "
                         f"({self.constant('i32')}))")
        for function in self.functions:
            parts.append(FlagsBody(self, function).text(function.name))
            parts.append(self._exporter(function))
        parts += [self._setter(s) for s in self.setters]
        parts += [self._picker(), self._marker()]
        return "(module\n" + "\n".join(parts) + "\n)\n"

    def _setter(self, callee):
        r = self.random
        inputs = [f"local.get {i}" for i in range(len(callee.params))] + \
            [f"global.get {n}" for n, _, _ in self.globals]
        lines = []
        for _ in range(r.randrange(1, 3)):
            lines.append(r.choice(inputs) if r.randrange(2)
                         else self.constant("i32"))
            if r.randrange(4) == 0:
                lines.append("i32.eqz")
            lines.append(f"global.set {r.choice(self.globals)[0]}")
        lines += [self.constant("i32") for _ in callee.results]
        return "\n  ".join([f"(func {callee.name}{signature(callee)}",
                            *lines]) + ")"

    def _exporter(self, function):
        """What the host calls: the function from many states."""
        def picked(i):
            return ["local.get $state", f"i32.const {(5 * i + 3) % 29}",
                    "i32.shr_u", "call $pick"]

        lines = [f'(func (export "{function.name[1:]}") (param $state i32) '
                 "(result i32)", "(local $round i32)", "loop $next",
                 "local.get $state", "i32.const 1664525", "i32.mul",
                 "i32.const 1013904223", "i32.add", "local.set $state",
                 f"i32.const {FUEL}", "global.set $fuel"]
        for i, (name, _, _) in enumerate(self.globals):
            lines += [*picked(i), f"global.set {name}"]
        for i in range(len(function.params)):
            lines += picked(i + len(self.globals))
        lines.append(f"call {function.name}")
        lines += ["call $mark"] * len(function.results)
        for name, _, _ in self.globals:
            lines += [f"global.get {name}", "call $mark"]
        lines += ["local.get $round", "i32.const 1", "i32.add",
                  "local.tee $round", f"i32.const {ROUNDS}", "i32.lt_u",
                  "br_if $next", "end", f"i32.const {TRACE}", "i32.load"]
        return "\n  ".join(lines) + ")"

    def _picker(self):
        return ("(func $pick (param i32) (result i32) local.get 0 "
                f"i32.const {len(self.values)} i32.rem_u i32.const 2 i32.shl "
                f"i32.load offset={VALUES_AT})")

    @staticmethod
    def _marker():
        return (f"(func $mark (param i32) i32.const {TRACE} "
                f"{' '.join(_mixed('local.get 0'))} i32.store)")
