"""Generates the bodies of functions for generate.py, as flat text format.

Each method that makes an expression returns lines that leave exactly one value
of the wanted type; each that makes a statement returns lines that leave
nothing. Statements also stand in the middle of expressions, over values that
wait on the stack.

Termination: every loop counts a local of its own down at its head, and every
function entry and loop head costs a unit of the global $fuel; without fuel
functions return and loops end at once.

NaNs: what the specification leaves free never reaches memory, globals, the
host or an integer: `_canonical` goes in between.
"""

from operators import BY_RESULT, LOADS_BY_TYPE, STORES

REFERENCES = ("funcref", "externref")
_NAN = {"f32": "f32.const nan", "f64": "f64.const nan",
        "f32x4": "v128.const f32x4 nan nan nan nan",
        "f64x2": "v128.const f64x2 nan nan"}


class Label:
    def __init__(self, name, types, isLoop):
        self.name = name
        self.types = types  # what a branch to it takes
        self.isLoop = isLoop


class Body:
    def __init__(self, module, params, results):
        self.module = module
        self.random = module.random
        self.params = params
        self.results = results
        self.locals = [(f"$p{i}", t) for i, t in enumerate(params)]
        self.declared = []
        self.labels = []
        self.budget = self.random.choice((15, 40, 100, 200, 600))
        self.depth = self.random.choice((3, 3, 3, 4, 5))
        # Statements to be repeated: programs repeat themselves.
        self.seen = []
        for t in module.types:
            for _ in range(self.random.choice((1, 1, 2, 3))):
                self.locals.append((self._declare(t), t))

    def text(self, name):
        lines = ["global.get $fuel", "i32.const 0", "i32.le_s", "if"]
        for t in self.results:
            lines += self._constant(t)
        lines += ["return", "end"]
        lines += self._burnFuel()
        while True:
            lines += self._statements(self.depth)
            if self.budget < 100:
                break
        for t in self.results:
            lines += self._exposed(t, 3)
        header = f"(func {name}"
        for i, t in enumerate(self.params):
            header += f" (param $p{i} {t})"
        if self.results:
            header += f" (result {' '.join(self.results)})"
        declared = [f"(local {n} {t})" for n, t in self.declared]
        return "\n  ".join([header, *declared, *lines]) + ")"

    # Helpers

    def _chance(self, percent):
        return self.random.randrange(100) < percent

    def _declare(self, type_):
        name = f"$l{len(self.declared)}"
        self.declared.append((name, type_))
        return name

    def _burnFuel(self):
        return ["global.get $fuel", "i32.const 1", "i32.sub",
                "global.set $fuel"]

    def _pick(self, names, type_):
        return self.random.choice([n for n, t in names if t == type_])

    def _freshLabel(self, types, isLoop):
        self.module.labelCount += 1
        return Label(f"$L{self.module.labelCount}", types, isLoop)

    def _inside(self, label, make):
        self.labels.append(label)
        lines = make()
        self.labels.pop()
        return lines

    def _weighted(self, choices):
        """One of a list of (choice, weight)."""
        return self.random.choices([c for c, _ in choices],
                                   [w for _, w in choices])[0]

    @staticmethod
    def _resultClause(types):
        return f" (result {' '.join(types)})" if types else ""

    def _constant(self, type_):
        return [self.module.constant(type_)]

    def _canonical(self, shape):
        """Replaces the NaNs on top of the stack by the canonical one."""
        type_ = shape if shape in ("f32", "f64") else "v128"
        name = f"$nan_{type_}"
        if (name, type_) not in self.declared:
            self.declared.append((name, type_))
        pick = "v128.bitselect" if type_ == "v128" else "select"
        return [f"local.tee {name}", _NAN[shape], f"local.get {name}",
                f"local.get {name}", f"{shape}.eq", pick]

    def _exposed(self, type_, depth):
        """An expression whose bits may be seen."""
        lines = self.expression(type_, depth)
        if type_ in ("f32", "f64"):
            lines += self._canonical(type_)
        return lines

    # Expressions

    def expression(self, type_, depth):
        self.budget -= 1
        if depth <= 0 or self.budget <= 0 or type_ not in self.module.types:
            return self._leaf(type_)
        choices = [(self._leaf, 3), (self._operator, 12), (self._select, 1),
                   (self._tee, 2), (self._block, 2), (self._ifElse, 1),
                   (self._loopValue, 1), (self._call, 2),
                   (self._overStatement, 2), (self._load, 3)]
        if type_ in REFERENCES:
            choices = [(self._leaf, 4), (self._select, 1), (self._tee, 2),
                       (self._block, 1), (self._ifElse, 1), (self._call, 1),
                       (self._tableGet, 3), (self._overStatement, 1)]
        return self._weighted(choices)(type_, depth)

    def _leaf(self, type_, _=0):
        choice = self.random.randrange(4)
        if choice == 0:
            names = [n for n, t, _ in self.module.globals if t == type_]
            if names:
                return [f"global.get {self.random.choice(names)}"]
        if choice == 1:
            if type_ == "i32" and self._chance(30):
                return [self.random.choice(
                    ("memory.size",) if self.module.lean else
                    ("memory.size", "table.size $t", "table.size $x"))]
            return self._constant(type_)
        if type_ not in self.module.types:
            return self._constant(type_)
        return [f"local.get {self._pick(self.locals, type_)}"]

    def _operator(self, type_, depth):
        known = set(self.module.types)
        operator = self.random.choice(
            [o for o in BY_RESULT[type_] if known.issuperset(o.params)])
        if operator.traps and self._chance(70):
            return self._operator(type_, depth)
        lines = []
        for i, t in enumerate(operator.params):
            expose = i in operator.exposes
            lines += (self._exposed if expose else self.expression)(
                t, depth - 1)
            if operator.traps and i == 1 and self._chance(80):
                lines += [f"{t}.const 3", f"{t}.or"]
        lanes = "".join(f" {self.random.randrange(n)}"
                        for n in operator.lanes)
        lines.append(operator.name + lanes)
        if operator.freeNan:
            lines += self._canonical(operator.freeNan)
        return lines

    def _select(self, type_, depth):
        lines = self.expression(type_, depth - 1)
        lines += self.expression(type_, depth - 1)
        lines += self.expression("i32", depth - 1)
        typed = type_ in REFERENCES or self._chance(30)
        return lines + ["select" + (f" (result {type_})" if typed else "")]

    def _tee(self, type_, depth):
        name = self._pick(self.locals, type_)
        return self.expression(type_, depth - 1) + [f"local.tee {name}"]

    def _overStatement(self, type_, depth):
        return self.expression(type_, depth - 1) + self._statement(depth - 1)

    def _block(self, type_, depth):
        """A block of one or more results, of which the first is kept."""
        types = [type_]
        while self._chance(25):
            types.append(self.random.choice(self.module.types))
        label = self._freshLabel(types, False)

        def inside():
            lines = self._statements(depth - 1)
            for t in types:
                lines += self.expression(t, depth - 1)
            if self._chance(50):
                lines += self.expression("i32", depth - 1)
                lines.append(f"br_if {label.name}")
            elif self._chance(15):
                lines.append(f"br {label.name}")
            return lines

        lines = [f"block {label.name}{self._resultClause(types)}"]
        lines += self._inside(label, inside) + ["end"]
        return lines + ["drop"] * (len(types) - 1)

    def _ifElse(self, type_, depth):
        label = self._freshLabel([type_], False)
        lines = self.expression("i32", depth - 1)
        lines.append(f"if {label.name}{self._resultClause([type_])}")
        lines += self._inside(label,
                              lambda: self.expression(type_, depth - 1))
        lines.append("else")
        lines += self._inside(label,
                              lambda: self.expression(type_, depth - 1))
        return lines + ["end"]

    def _loopValue(self, type_, depth):
        """A loop that takes and gives a value, with a branch back."""
        counter = self._declare("i32")
        label = self._freshLabel([type_], True)
        # A branch to the label must count down; only ours does.
        hidden = Label("", None, True)
        lines = [f"i32.const {self.random.randrange(1, 8)}",
                 f"local.set {counter}"]
        lines += self.expression(type_, depth - 1)
        lines.append(f"loop {label.name} (param {type_}) (result {type_})")
        lines += self._burnFuel()
        name = self._pick(self.locals, type_)
        lines += self._inside(hidden, lambda: [
            f"local.set {name}", *self.expression(type_, depth - 1)])
        lines += [f"local.get {counter}", "i32.const 1", "i32.sub",
                  f"local.tee {counter}", "i32.const 0", "i32.gt_s",
                  "global.get $fuel", "i32.const 0", "i32.gt_s", "i32.and",
                  f"br_if {label.name}", "end"]
        return lines

    def _address(self, depth):
        """An address and the offset that goes with it, mostly inside."""
        bytes_ = self.module.pages * 65536
        lines = self.expression("i32", depth)
        if self._chance(92):
            lines += [f"i32.const {self.random.choice((255, 4095, 32767))}",
                      "i32.and"]
        offset = self.random.choice((0, 0, 0, 1, 4, 8, 16, 100, 1000, 32000))
        if self._chance(4):
            offset = self.random.choice(
                (bytes_ - 1, bytes_ - 4, bytes_ - 16, bytes_, 0xFFFFFFFF,
                 0x80000000, bytes_ - 32767))
        return lines, offset

    def _immediates(self, access, offset):
        text = f" offset={offset}" if offset else ""
        if self._chance(40):
            align = 1
            while align < access.bytes and self._chance(60):
                align *= 2
            text += f" align={align}"
        if access.lanes:
            text += f" {self.random.randrange(access.lanes)}"
        return text

    def _load(self, type_, depth):
        access = self.random.choice(LOADS_BY_TYPE[type_])
        lines, offset = self._address(depth - 1)
        if access.lanes:
            lines += self.expression("v128", depth - 1)
        return lines + [access.name + self._immediates(access, offset)]

    def _tableGet(self, type_, depth):
        return self._tableIndex(depth) + [
            f"table.get {self.module.tables[type_]}"]

    def _tableIndex(self, depth):
        lines = self.expression("i32", depth - 1)
        if self._chance(93):
            lines += ["i32.const 7", "i32.and"]
        return lines

    def _arguments(self, params, depth, seen):
        make = self._exposed if seen else self.expression
        return [line for p in params for line in make(p, depth - 1)]

    def _calling(self, depth, wanted):
        """A call of something that has `wanted` among its results: the lines
        and the results."""
        module = self.module
        candidates = [f for f in module.callees if not wanted
                      or wanted in f.results]
        if not candidates:
            return None, ()
        callee = self.random.choice(candidates)
        lines = self._arguments(callee.params, depth, callee.isHost)
        how = self.random.randrange(3)
        if how == 0 and callee.slots:
            if self._chance(85):
                slot = self.random.choice(callee.slots)
                lines.append(f"i32.const {slot}")
            else:
                lines += self._tableIndex(depth)
            types = "".join(f" (param {p})" for p in callee.params)
            lines.append(f"call_indirect $t{types}"
                         f"{self._resultClause(callee.results)}")
        else:
            lines.append(f"call {callee.name}")
        return lines, callee.results

    def _call(self, type_, depth):
        lines, results = self._calling(depth, type_)
        if lines is None:
            return self._leaf(type_)
        kept = self.random.choice(
            [i for i, t in enumerate(results) if t == type_])
        lines += ["drop"] * (len(results) - 1 - kept)
        if kept:
            temporary = self._declare(type_)
            lines += [f"local.set {temporary}", *["drop"] * kept,
                      f"local.get {temporary}"]
        return lines

    # Statements

    def _statements(self, depth):
        lines = []
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            lines += self._statement(depth)
        return lines

    def _statement(self, depth):
        self.budget -= 1
        if depth <= 0 or self.budget <= 0:
            return ["nop"] if self._chance(20) else []
        choices = [(self._setLocal, 8), (self._setGlobal, 3),
                   (self._store, 5), (self._drop, 1), (self._branch, 3),
                   (self._when, 3), (self._loop, 3), (self._switch, 2),
                   (self._callAway, 2), (self._swap, 1), (self._bulk, 2),
                   (self._tables, 1), (self._leave, 1), (self._spread, 1),
                   (self._again, 4)]
        make = self._weighted(choices)
        lines = make(depth)
        if not any("$L" in line for line in lines):
            self.seen.append(lines)
        return lines

    def _again(self, _):
        """A statement once more, perhaps with other constants."""
        if not self.seen:
            return []
        lines = self.random.choice(self.seen)
        if self._chance(50):
            lines = [f"i32.const {self.random.randrange(64)}"
                     if line.startswith("i32.const ") and self._chance(30)
                     and len(line) < 13 else line for line in lines]
        return lines

    def _setLocal(self, depth):
        name, type_ = self.random.choice(self.locals)
        return self.expression(type_, depth) + [f"local.set {name}"]

    def _setGlobal(self, depth):
        names = [(n, t) for n, t, mutable in self.module.globals if mutable]
        if not names:
            return []
        name, type_ = self.random.choice(names)
        return self._exposed(type_, depth) + [f"global.set {name}"]

    def _store(self, depth):
        access = self.random.choice(STORES)
        if access.type not in self.module.types:
            return []
        lines, offset = self._address(depth - 1)
        load = access.name.replace("store", "load")
        if access.type in ("f32", "f64") and self._chance(30):
            # A copy must keep every bit, NaN or not.
            other, otherOffset = self._address(depth - 1)
            lines += other + [f"{load} offset={otherOffset}"]
        else:
            lines += self._exposed(access.type, depth - 1)
        return lines + [access.name + self._immediates(access, offset)]

    def _drop(self, depth):
        type_ = self.random.choice(self.module.types)
        return self.expression(type_, depth) + ["drop"]

    def _swap(self, _):
        """Locals exchanged through the stack: reads before writes."""
        type_ = self.random.choice(self.module.types)
        a, b = (self._pick(self.locals, type_) for _ in range(2))
        return [f"local.get {a}", f"local.get {b}", f"local.set {a}",
                f"local.set {b}"]

    def _spread(self, depth):
        """A block with several results, stored in several locals."""
        count = self.random.randrange(2, 5)
        targets = [self.random.choice(self.locals) for _ in range(count)]
        types = [t for _, t in targets]
        label = self._freshLabel(types, False)

        def values():
            return [line for t in types
                    for line in self.expression(t, depth - 2)]

        def inside():
            lines = values()
            if self._chance(60):
                lines += self.expression("i32", depth - 1)
                lines.append(f"br_if {label.name}")
            if self._chance(30):
                lines += ["drop"] * count + values()
            return lines

        lines = [f"block {label.name}{self._resultClause(types)}"]
        lines += self._inside(label, inside) + ["end"]
        return lines + [f"local.set {n}" for n, _ in reversed(targets)]

    def _branchable(self):
        return [x for x in self.labels if x.types is not None]

    def _branch(self, depth):
        """br_if outwards, with the values that the label takes."""
        labels = self._branchable()
        if not labels:
            return []
        label = self.random.choice(labels)
        lines = []
        for t in label.types:
            lines += self.expression(t, depth - 2)
        lines += self.expression("i32", depth - 1)
        lines.append(f"br_if {label.name}")
        return lines + ["drop"] * len(label.types)

    def _leave(self, depth):
        """Return, tail call or trap, under a condition."""
        lines = self.expression("i32", depth - 1)
        if self._chance(70):
            lines += ["i32.const 15", "i32.and", "i32.eqz"]
        lines.append("if")
        callees = [f for f in self.module.callees
                   if list(f.results) == list(self.results)]
        self.labels.append(Label("", None, False))
        choice = self.random.randrange(10)
        if choice < 4 and callees:
            callee = self.random.choice(callees)
            lines += self._arguments(callee.params, depth, callee.isHost)
            if callee.slots and self._chance(50):
                types = "".join(f" (param {p})" for p in callee.params)
                lines += [f"i32.const {self.random.choice(callee.slots)}",
                          f"return_call_indirect $t{types}"
                          f"{self._resultClause(callee.results)}"]
            else:
                lines.append(f"return_call {callee.name}")
        elif choice < 9:
            for t in self.results:
                lines += self._exposed(t, depth - 1)
            lines.append("return")
        else:
            lines.append("unreachable")
        self.labels.pop()
        return lines + ["end"]

    def _when(self, depth):
        label = self._freshLabel([], False)
        lines = self.expression("i32", depth - 1)
        lines.append(f"if {label.name}")
        lines += self._inside(label, lambda: self._statements(depth - 1))
        if self._chance(50):
            lines.append("else")
            lines += self._inside(label, lambda: self._statements(depth - 1))
        return lines + ["end"]

    def _loop(self, depth):
        counter = self._declare("i32")
        leave = self._freshLabel([], False)
        again = self._freshLabel([], True)
        rounds = self.random.choice((1, 2, 3, 10, 40))
        lines = [f"i32.const {rounds}", f"local.set {counter}",
                 f"block {leave.name}", f"loop {again.name}",
                 f"local.get {counter}", "i32.eqz",
                 "global.get $fuel", "i32.const 0", "i32.le_s", "i32.or",
                 f"br_if {leave.name}", f"local.get {counter}",
                 "i32.const 1", "i32.sub", f"local.set {counter}"]
        lines += self._burnFuel()
        self.labels += [leave, again]
        lines += self._statements(depth - 1) + self._statement(depth - 1)
        if self._chance(40):
            lines += self.expression("i32", depth - 1)
            lines += [f"br_if {again.name}"]
            lines += self._statement(depth - 1)
        self.labels = self.labels[:-2]
        return lines + [f"br {again.name}", "end", "end"]

    def _switch(self, depth):
        """br_table over blocks that take the same values."""
        count = self.random.choice((1, 2, 3, 5, 9))
        types = self.random.choices(self.module.types,
                                    k=self.random.choice((0, 0, 1, 2)))
        blocks = [self._freshLabel(types, False) for _ in range(count)]
        lines = [f"block {b.name}{self._resultClause(types)}" for b in blocks]
        self.labels += blocks
        for t in types:
            lines += self.expression(t, depth - 2)
        lines += self.expression("i32", depth - 1)
        if self._chance(80):
            lines += [f"i32.const {self.random.choice((1, 3, 7, 15))}",
                      "i32.and"]
        targets = self.random.choices(
            blocks, k=self.random.choice((0, 1, 3, 8, 20)))
        others = [x for x in self._branchable() if x.types == types]
        targets.append(self.random.choice(others))
        lines.append("br_table " + " ".join(x.name for x in targets))
        for left in reversed(range(count)):
            self.labels.pop()
            lines.append("end")
            lines += ["drop"] * len(types)
            lines += self._statements(depth - 1)
            # The next block up takes values again.
            if left:
                for t in types:
                    lines += self.expression(t, depth - 2)
        return lines

    def _callAway(self, depth):
        lines, results = self._calling(depth, None)
        if lines is None:
            return []
        return lines + ["drop"] * len(results)

    def _bulk(self, depth):
        small = ["i32.const 63", "i32.and"]

        def place():
            lines, _ = self._address(depth - 1)
            return lines

        size = self.expression("i32", depth - 1) + \
            (small if self._chance(95) else [])
        choice = self.random.randrange(6)
        if choice == 0:
            return place() + place() + size + ["memory.copy"]
        if choice == 1:
            return place() + self.expression("i32", depth - 1) + size + [
                "memory.fill"]
        if choice == 2:
            segment = self.random.randrange(self.module.dataCount)
            offset = [f"i32.const {self.random.randrange(4)}"]
            count = [f"i32.const {self.random.randrange(8)}"]
            return place() + offset + count + [f"memory.init $d{segment}"]
        if choice == 3 and self._chance(30):
            segment = self.random.randrange(1, self.module.dataCount)
            return [f"data.drop $d{segment}"]
        if choice == 4:
            return [f"i32.const {self.random.choice((0, 1, 1, 2, 100000))}",
                    "memory.grow", "drop"]
        return []

    def _tables(self, depth):
        if self.module.lean:
            return ["elem.drop $e1"]
        table = self.random.choice(list(self.module.tables.items()))
        type_, name = table
        index = self._tableIndex(depth)
        choice = self.random.randrange(6)
        few = [f"i32.const {self.random.randrange(4)}"]
        if choice <= 1:
            return index + self.expression(type_, depth - 1) + [
                f"table.set {name}"]
        if choice == 2:
            return index + self.expression(type_, depth - 1) + few + [
                f"table.fill {name}"]
        if choice == 3:
            return index + self._tableIndex(depth) + few + [
                f"table.copy {name} {name}"]
        if choice == 4:
            return self.expression(type_, depth - 1) + few + [
                f"table.grow {name}", "drop"]
        if type_ == "funcref":
            if self._chance(20):
                return ["elem.drop $e1"]
            return index + few + few + [f"table.init {name} $e1"]
        return []
