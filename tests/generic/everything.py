"""A command module that uses every operator that lowering can produce, in all
the widths of the generic VM's operands, and prints a checksum of each result.

Slots that are far from the frame's start are reached through functions with
many locals, targets that are far away through one with much code.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "differential"))

import operators  # noqa: E402

FAR_LOCALS = 9000  # slots of 8 bytes, more than 16 bits reach

# Safe for operators that trap: they divide by, convert and shift by these.
VALUES = {
    "i32": ["7", "-3", "0x12345678", "65537", "1"],
    "i64": ["9", "-5", "0x123456789abcdef0", "0x7fffffff", "2"],
    "f32": ["1.5", "-2.25", "7.0e4", "0.125", "3.0"],
    "f64": ["2.5", "-3.75", "6.0e8", "0.0625", "5.0"],
    "v128": ["i32x4 1 -2 0x01020304 -0x7f7e7d7c",
             "i32x4 0x3f800000 0x40200000 0xc0600000 0x41000000",
             "i64x2 0x4004000000000000 0xc00e000000000000",
             "i16x8 1 2 3 0x7fff 0x8000 6 0xffff 8"],
}
# Unsigned conversions of negative numbers would trap.
POSITIVE = {"f32": ["1.5", "7.0e4", "3.0"], "f64": ["2.5", "6.0e8", "5.0"]}


def constant(type_, value):
    return f"({type_}.const {value})"


def canonical(type_, shape, value):
    """Nothing of a NaN's bits."""
    if type_ in ("f32", "f64"):
        return (f"(select (local.tee ${type_} {value}) "
                f"({type_}.const 0) ({type_}.eq (local.get ${type_}) "
                f"(local.get ${type_})))")
    if shape:
        return (f"(v128.and (local.tee $v128 {value}) ({shape}.eq "
                f"(local.get $v128) (local.get $v128)))")
    return value


RESULTS = "".join(f" (local ${type_} {type_})" for type_ in VALUES)


class Writer:
    def __init__(self):
        self.functions = []
        self.calls = []

    def add(self, params, body, result, arguments):
        """A function, called with each of the lists of constants."""
        name = f"$f{len(self.functions)}"
        declared = "".join(f" (param {p})" for p in params)
        self.functions.append(f"(func {name}{declared} (result {result})"
                              f"{RESULTS} {body})")
        for values in arguments:
            text = " ".join(constant(p, v) for p, v in zip(params, values))
            self.calls.append(f"(call $mix_{result} (call {name} {text}))")

    def addOperator(self, operator, lane):
        lanes = "" if lane is None else f" {lane}"
        count = len(operator.params)
        signed = operator.traps and "_u" in operator.name
        pools = [(POSITIVE if signed else VALUES).get(p, VALUES[p])
                 for p in operator.params]
        if operator.traps and operator.params[0][0] == "f":
            pools = [pool[:2] if "i32" in operator.name else pool
                     for pool in pools]
        runs = max(len(pool) for pool in pools)
        arguments = [[pool[(run + 2 * i) % len(pool)]
                      for i, pool in enumerate(pools)] for run in range(runs)]

        def result(places):
            return canonical(operator.result, operator.freeNan,
                             f"({operator.name}{lanes} {' '.join(places)})")

        gets = [f"(local.get {i})" for i in range(count)]
        self.add(operator.params, result(gets), operator.result, arguments)
        # One slot for all operands of a type, and as the result's too.
        if len(set(operator.params)) == 1:
            self.add(operator.params[:1],
                     result(["(local.get 0)"] * count), operator.result,
                     [values[:1] for values in arguments])
        last = constant(operator.params[-1], pools[-1][0])
        self.add(operator.params[:-1], result(gets[:-1] + [last]),
                 operator.result, [values[:-1] for values in arguments])
        if lane in (None, 0) or len(operator.lanes) > 1:
            self.addFar(operator, lanes, arguments[0])

    def addFar(self, operator, lanes, values):
        """With operands and result in far slots."""
        count = len(operator.params)
        names = "".join(f" (local $far{i} {p})"
                        for i, p in enumerate(operator.params))
        sets = " ".join(f"(local.set $far{i} (local.get {i}))"
                        for i in range(count))
        far = " (local" + " i64" * FAR_LOCALS + ")"
        name = f"$f{len(self.functions)}"
        params = "".join(f" (param {p})" for p in operator.params)
        self.functions.append(
            f"(func {name}{params} (result {operator.result}){RESULTS}{far}"
            f"{names} (local $out {operator.result}) {sets} "
            f"(local.set $out ({operator.name}{lanes} "
            + " ".join(f"(local.get $far{i})" for i in range(count))
            + f")) {canonical(operator.result, operator.freeNan, '(local.get $out)')})")
        values = " ".join(constant(p, v)
                          for p, v in zip(operator.params, values))
        self.calls.append(f"(call $mix_{operator.result} (call {name} "
                          f"{values}))")

    def addAccesses(self):
        for access in operators.LOADS:
            for lane in range(access.lanes) if access.lanes else [None]:
                for offset in (0, 24, 70000):
                    extra = "" if lane is None else f" {lane}"
                    value = " (v128.const i32x4 1 2 3 4)" if access.lanes else ""
                    body = canonical(access.type, "", f"({access.name} "
                                     f"offset={offset}{extra} (local.get 0)"
                                     f"{value})")
                    self.add(("i32",), body, access.type,
                             [["65536"], ["65541"]])
        for access in operators.STORES:
            for lane in range(access.lanes) if access.lanes else [None]:
                for offset in (0, 24, 70000):
                    extra = "" if lane is None else f" {lane}"
                    body = (f"({access.name} offset={offset}{extra} "
                            f"(local.get 0) (local.get 1)) (i64.load "
                            f"offset={offset} (local.get 0))")
                    value = VALUES[access.type]
                    self.add(("i32", access.type), body, "i64",
                             [["180000", value[0]], ["180003", value[1]]])

    def addValues(self):
        for type_, values in VALUES.items():
            self.add((type_, type_, "i32"),
                     f"(select (local.get 0) (local.get 1) (local.get 2))",
                     type_, [[values[0], values[1], "1"],
                             [values[0], values[1], "0"]])
            self.add((type_,), f"(global.set $g_{type_} (local.get 0)) "
                     f"(global.get $g_{type_})", type_, [[values[2]]])
            for value in values:
                self.add((), constant(type_, value), type_, [[]])
        for value in ("0", "32767", "-32768", "32768", "-2147483648"):
            self.add((), constant("i32", value), "i32", [[]])
        for value in ("32768", "2147483648", "-2147483649",
                      "-9223372036854775808"):
            self.add((), constant("i64", value), "i64", [[]])
        self.add((), "(memory.size)", "i32", [[]])

    def addControl(self):
        numbers = [["0"], ["1"], ["2"], ["5"], ["-1"]]
        # A switch, forward and to a loop.
        self.add(("i32",), """(block $c (block $b (block $a
            (br_table $a $b $c (local.get 0)))
            (return (i32.const 10))) (return (i32.const 20)))
            (i32.const 30)""", "i32", numbers)
        self.add(("i32",), """(block $out (loop $again
            (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            (br_table $again $again $out (local.get 0))))
            (local.get 0)""", "i32", numbers)
        for condition in ("(local.get 0)", "(i32.eqz (local.get 0))",
                          "(i64.eq (i64.extend_i32_s (local.get 0)) "
                          "(i64.const 1))"):
            self.add(("i32",), f"(block $b (br_if $b {condition}) "
                     "(return (i32.const 1))) (i32.const 2)", "i32", numbers)
            self.add(("i32",), f"(if (result i32) {condition} "
                     "(then (i32.const 3)) (else (i32.const 4)))", "i32",
                     numbers)
        self.add(("i32",), """(loop $l (local.set $i64 (i64.add
            (local.get $i64) (i64.const 3)))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get $i64)""", "i64", [["7"], ["100000"]])
        # Targets that are further away than 16 bits reach.
        much = "(local.set 1 (i32.add (i32.mul (local.get 1) (i32.const " \
               "31)) (i32.xor (local.get 0) (i32.const 0x5bd1e995))))"
        far = (f"(block $out (loop $l (br_if $out (i32.lt_s (local.get 0) "
               f"(i32.const 1))) {much * 2500} (local.set 0 (i32.sub "
               f"(local.get 0) (i32.const 1))) (block $b (br_table $b $l $out "
               f"(i32.and (local.get 0) (i32.const 3)))) (br_if $l (local.get "
               f"0)) (br $l))) (local.get 1)")
        self.add(("i32", "i32"), far, "i32", [["9", "1"], ["12", "2"]])
        # Calls through two tables, of several types, with many arguments.
        self.functions.append("(func $twice (param i32) (result i32) "
                              "(i32.mul (local.get 0) (i32.const 2)))")
        self.functions.append("(func $wide (param i64 f64 v128 f32) (result "
                              "i64) (i64.add (local.get 0) (i64.add "
                              "(i64.trunc_f64_s (local.get 1)) "
                              "(i64x2.extract_lane 1 (local.get 2)))))")
        self.functions.append("(table $one funcref (elem $twice $wide)) "
                              "(table $two funcref (elem $wide $twice))")
        for table, index in (("one", 0), ("two", 1)):
            self.add(("i32",), f"(call_indirect ${table} (param i32) (result "
                     f"i32) (local.get 0) (i32.const {index}))", "i32",
                     numbers)
        self.add(("i32",), "(call_indirect $two (param i64 f64 v128 f32) "
                 "(result i64) (i64.const 5) (f64.const 7.5) (v128.const "
                 "i64x2 1 2) (f32.const 3) (local.get 0))", "i64", [["0"]])

    def addMemory(self):
        self.functions.append('(data $passive "passive bytes to copy")')
        self.add(("i32",), "(memory.init $passive (local.get 0) (i32.const 3) "
                 "(i32.const 9)) (i64.load (local.get 0))", "i64",
                 [["201000"]])
        self.add((), "(data.drop $passive) (memory.init $passive (i32.const 9) "
                 "(i32.const 0) (i32.const 0)) (i32.const 1)", "i32", [[]])
        self.add(("i32",), "(memory.fill (local.get 0) (i32.const 0x5a) "
                 "(i32.const 33)) (memory.copy (i32.add (local.get 0) "
                 "(i32.const 16)) (i32.sub (local.get 0) (i32.const 8)) "
                 "(i32.const 24)) (i64.load offset=14 (local.get 0))", "i64",
                 [["202000"]])
        # As far as the module's own maximum, and no further.
        for pages in ("0", "1", "3", "2", "1"):
            self.add((), f"(memory.grow (i32.const {pages}))", "i32", [[]])
        self.add((), "(memory.size)", "i32", [[]])
        # The first page of what has grown, and its last byte.
        self.add((), "(i32.store8 (i32.const 458751) (i32.const 77)) "
                 "(i32.load8_u (i32.const 458751))", "i32", [[]])


MIX = """
(func $mix_i64 (param $x i64)
  (global.set $sum (i64.add (i64.mul (i64.xor (global.get $sum)
    (local.get $x)) (i64.const 1099511628211)) (i64.const 1)))
  (i64.store (i32.add (i32.const 1024) (i32.and (global.get $at)
    (i32.const 0x1fff8))) (global.get $sum))
  (global.set $at (i32.add (global.get $at) (i32.const 8))))
(func $mix_i32 (param i32) (call $mix_i64 (i64.extend_i32_u (local.get 0))))
(func $mix_f32 (param f32) (call $mix_i32 (i32.reinterpret_f32 (local.get 0))))
(func $mix_f64 (param f64) (call $mix_i64 (i64.reinterpret_f64 (local.get 0))))
(func $mix_v128 (param v128)
  (call $mix_i64 (i64x2.extract_lane 0 (local.get 0)))
  (call $mix_i64 (i64x2.extract_lane 1 (local.get 0))))
"""


def module():
    writer = Writer()
    for operator in operators.OPERATORS:
        if not operator.lanes:
            writer.addOperator(operator, None)
        elif len(operator.lanes) > 1:
            writer.addOperator(operator, " ".join(
                str(i * 7 % 32) for i in range(16)))
        else:
            for lane in range(operator.lanes[0]):
                writer.addOperator(operator, lane)
    writer.addAccesses()
    writer.addValues()
    writer.addControl()
    writer.addMemory()
    globals_ = "".join(f"(global $g_{type_} (mut {type_}) "
                       f"{constant(type_, VALUES[type_][0])})"
                       for type_ in VALUES)
    data = "".join(f"\\{i * 37 % 256:02x}" for i in range(256))
    # The sums are written as they are, from where mix put them; each call
    # appends eight bytes.
    return f"""(module
(import "wasi_snapshot_preview1" "fd_write"
  (func $fd_write (param i32 i32 i32 i32) (result i32)))
(memory (export "memory") 4 7)
(global $sum (mut i64) (i64.const 14695981039346656037))
(global $at (mut i32) (i32.const 0))
{globals_}
(data (i32.const 65536) "{data}") (data (i32.const 135536) "{data}")
{MIX}
{chr(10).join(writer.functions)}
(func (export "_start")
  {chr(10).join(writer.calls)}
  (i32.store (i32.const 0) (i32.const 1024))
  (i32.store (i32.const 4) (i32.and (global.get $at) (i32.const 0x1ffff)))
  (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1)
    (i32.const 8)))))
"""


if __name__ == "__main__":
    sys.stdout.write(module())
