"""Programs that are large in one respect, as no generated one is: depth,
counts of locals, parameters or targets, size of a function. Text format."""


def _module(*parts):
    return "(module\n" + "\n".join(parts) + "\n)\n"


def deepBlocks():
    """1,000 nested blocks, left to any depth by a br_table."""
    depth = 1000
    lines = ['(func (export "leave") (param i32) (result i32)',
             "(local $n i32)"]
    lines += ["block"] * depth
    targets = " ".join(str(i) for i in range(depth))
    lines.append(f"local.get 0 br_table {targets} 0")
    step = "end local.get $n i32.const 1 i32.add local.set $n"
    lines += [step] * depth
    lines.append("local.get $n)")
    return _module(*lines)


def deepExpression():
    """An operator tree 3,000 high, on either side."""
    depth = 3000
    left = ["local.get 0"] + ["local.get 0 i32.const 3 i32.xor i32.add"] * depth
    right = ["local.get 0"] * depth + ["local.get 0"] + ["i32.sub"] * depth
    return _module('(func (export "left") (param i32) (result i32)', *left,
                   ")", '(func (export "right") (param i32) (result i32)',
                   *right, ")")


def manyLocals():
    """5,000 locals of all types, all live, and recursion over them."""
    count = 5000
    types = ("i32", "i64", "f64", "v128")
    lines = ['(func $f (export "sum") (param i32) (result i64)',
             "(local $total i64)"]
    lines += [f"(local $l{i} {types[i % 4]})" for i in range(count)]
    for i in range(0, count, 2):
        make = {0: f"local.get 0 i32.const {i} i32.add",
                2: f"f64.const {i}"}[i % 4]
        lines.append(f"{make} local.set $l{i}")
    lines.append("local.get 0 i32.const 7 i32.and local.tee 0 if "
                 "local.get 0 i32.const 1 i32.sub call $f local.set $total "
                 "end")
    for i in range(0, count, 2):
        take = {0: f"local.get $l{i} i64.extend_i32_s",
                2: f"local.get $l{i} i64.trunc_sat_f64_s"}[i % 4]
        lines.append(f"local.get $total {take} i64.add local.set $total")
    for i in range(1, count, 400):
        take = {1: f"local.get $l{i}",
                3: f"local.get $l{i} i64x2.extract_lane 1"}[i % 4]
        lines.append(f"local.get $total {take} i64.add local.set $total")
    return _module(*lines, "local.get $total)")


def manyParameters():
    """A function of 400 parameters and 400 results."""
    count = 400
    types = [("i32", "i64", "f32", "v128")[i % 4] for i in range(count)]
    params = " ".join(types)
    zero = {"i32": "local.get 0 i32.const {} i32.add",
            "i64": "i64.const {}", "f32": "f32.const {}",
            "v128": "i32.const {} i32x4.splat"}
    lines = [f"(func $turn (param {params}) (result "
             f"{' '.join(reversed(types))})"]
    lines += [f"local.get {i}" for i in reversed(range(count))]
    lines.append(")")
    lines.append('(func (export "turn") (param i32) (result i32)'
                 "(local $n i32)")
    lines += [zero[t].format(i) for i, t in enumerate(types)]
    lines.append("call $turn")
    fold = {"i32": "", "i64": "i32.wrap_i64", "f32": "i32.trunc_sat_f32_s",
            "v128": "i32x4.extract_lane 2"}
    for i, t in enumerate(types):
        lines.append(f"{fold[t]} local.get $n i32.const 3 i32.mul i32.add "
                     "local.set $n")
    return _module(*lines, "local.get $n)")


def mostParameters():
    """A function of as many parameters as hosts take, called by one that
    loops: there is no room for a region's own."""
    count = 1000
    return _module(
        f"(func $last (param {'i64 ' * count}) (result i64)",
        f"local.get 0 local.get {count - 1} i64.sub)",
        '(func (export "run") (param i32) (result i64) (local i64)',
        "i32.const 5 local.set 0 loop",
        *[f"local.get 1 i64.const {i} i64.add" for i in range(count)],
        "call $last local.set 1",
        "local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end",
        "local.get 1)")


def longFunction():
    """A function of 4,000 different statements in one loop: far branches, and
    more handlers than a budget holds."""
    lines = ['(memory (export "memory") 1 1)',
             '(func (export "run") (param i32 i64) (result i32)',
             "(local $n i32) (local $f f64)",
             "i32.const 3 local.set $n", "block loop",
             "local.get $n i32.eqz br_if 1",
             "local.get $n i32.const 1 i32.sub local.set $n"]
    operators = ("add", "sub", "mul", "xor", "or", "and", "shl", "shr_u")
    for i in range(4000):
        a, b = operators[i % 8], operators[i // 8 % 8]
        place = i * 37 % 16000 * 4
        if i % 5 == 0:
            lines.append(f"i32.const {place} local.get 0 i32.const {i} "
                         f"i32.{a} i32.store")
        elif i % 5 == 1:
            lines.append(f"local.get 0 i32.const {place} i32.load i32.{b} "
                         f"i32.const {i * 7919} i32.{a} local.set 0")
        elif i % 5 == 2:
            lines.append(f"local.get 1 i64.const {i * 104729} i64.{a} "
                         f"local.get 0 i64.extend_i32_u i64.{b} local.set 1")
        elif i % 5 == 3:
            lines.append(f"local.get 0 i32.const {i} i32.and if local.get 0 "
                         f"i32.const {i} i32.{b} local.set 0 end")
        else:
            lines.append("local.get $f local.get 0 f64.convert_i32_s "
                         f"f64.const {i}.5 f64.mul f64.add local.set $f")
    return _module(*lines, "br 0 end end",
                   "local.get 0 local.get 1 i32.wrap_i64 i32.xor",
                   "local.get $f i32.trunc_sat_f64_s i32.xor)")


def farBranches():
    """A branch over 200 statements of 15 operators each, in a frame so large
    that every operand needs the wide form: distances beyond 16 bits."""
    operators = ("add", "sub", "mul", "xor", "shl", "shr_u", "rotl", "ge_s",
                 "lt_u", "or")
    lines = ['(func (export "run") (param i32) (result i32)',
             f"(local {' '.join(['i32'] * 9000)})",
             "local.get 0 local.set 8999",
             "block local.get 0 i32.eqz br_if 0"]
    for i in range(200):
        lines.append("local.get 8999")
        for j in range(15):
            operator = operators[(i * 7 + j * 3 + i // 10) % 10]
            lines.append(f"local.get 8999 i32.{operator}")
        lines.append("local.set 8999")
    return _module(*lines, "end local.get 8999)")


def manyFunctions():
    """3,000 functions that call their neighbours, through calls and a table
    of them all."""
    count = 3000
    lines = [f"(table {count} funcref)",
             "(elem (i32.const 0) func "
             + " ".join(f"$f{i}" for i in range(count)) + ")"]
    for i in range(count):
        then = (i * 7 + 1) % count
        how = f"call $f{then}" if i % 2 else \
            f"i32.const {then} call_indirect (param i32) (result i32)"
        lines.append(
            f"(func $f{i} (param i32) (result i32) local.get 0 i32.eqz if "
            f"i32.const {i} return end local.get 0 i32.const 1 i32.sub {how} "
            f"i32.const {i} i32.xor)")
    lines.append('(func (export "run") (param i32) (result i32) local.get 0 '
                 "i32.const 1023 i32.and call $f5)")
    lines.append('(func (export "any") (param i32) (result i32) i32.const 3 '
                 f"local.get 0 i32.const {count} i32.rem_u call_indirect "
                 "(param i32) (result i32))")
    return _module(*lines)


def wideSwitch():
    """A br_table of 20,000 targets over 64 blocks."""
    blocks = 64
    lines = ['(func (export "pick") (param i32) (result i32)']
    lines += ["block"] * blocks
    targets = " ".join(str(i * 31 % blocks) for i in range(20000))
    lines.append(f"local.get 0 i32.const 32767 i32.and br_table {targets} 5")
    lines += [f"end i32.const {i} return" for i in range(blocks)]
    return _module(*lines, ")")


def longData():
    """Segments that cover memory, and strings that compress badly."""
    lines = ['(memory (export "memory") 8 8)']
    for i in range(500):
        text = "".join(f"\\{(i * 7 + j * 13) % 256:02x}" for j in range(400))
        lines.append(f'(data (i32.const {i * 1048}) "{text}")')
    lines.append('(func (export "at") (param i32) (result i64) local.get 0 '
                 "i32.const 0x7ffff i32.and i64.load)")
    return _module(*lines)


def manyCalls():
    """500 calls of a function so tiny that it is put in their place, in one
    that calls itself 150 times: were each to have locals of its own, the
    host's stack would not do."""
    call = "local.get 1 i64.const {} call $step local.set 1"
    return _module(
        "(func $step (param i64 i64) (result i64)",
        "local.get 0 i64.const 3 i64.mul local.get 1 i64.add)",
        "(func $deep (param i32 i64) (result i64)",
        "local.get 0 i32.eqz if local.get 1 return end",
        *[call.format(i) for i in range(500)],
        "local.get 0 i32.const 1 i32.sub local.get 1 call $deep",
        "local.get 1 i64.add)",
        '(func (export "deep") (result i64)',
        "i32.const 150 i64.const 1 call $deep)")


def liveLocals():
    """30,000 locals that are all alive at once, from the first block on."""
    count = 30000
    take = " ".join(f"local.get {i} i64.add" for i in range(1, count + 1))
    return _module('(func $f (export "sum") (param i32) (result i64)',
                   f"(local {' '.join(['i64'] * count)})",
                   "local.get 0 i32.const 3 i32.and local.tee 0 if",
                   "local.get 0 i32.const 1 i32.sub call $f local.set 7 end",
                   "local.get 0 i64.extend_i32_u", take + ")")


def liveOverCalls():
    """8,000 locals that are alive over each of 8,000 calls."""
    count = 8000
    take = " ".join(f"local.get {i} i64.add" for i in range(1, count + 1))
    return _module("(func $next (param i32) (result i32)",
                   "local.get 0 i32.eqz if (result i32) i32.const 77 else",
                   "local.get 0 i32.const 5 i32.shr_u call $next",
                   "local.get 0 i32.xor end)",
                   '(func (export "sum") (param i32) (result i64)',
                   f"(local {' '.join(['i64'] * count)})",
                   *["local.get 0 call $next local.set 0"] * count,
                   "local.get 0 i64.extend_i32_u", take + ")")


def longChain():
    """2,000 calls in a row, as many joins of branches, and as many loops behind
    each other: of regions, code in a long block, and code that nests deeply."""
    count = 2000
    lines = ["(func $next (param i32) (result i32) (local i32)",
             "local.get 0 i32.const 3 i32.and local.set 1",
             "loop local.get 0 i32.const 0x9e3779b9 i32.mul i32.const 11 "
             "i32.rotl local.set 0 local.get 1 i32.const 1 i32.sub local.tee 1 "
             "i32.const 0 i32.gt_s br_if 0 end local.get 0)"]
    chains = {
        "calls": "local.get 0 call $next i32.const {} i32.xor local.set 0",
        "joins": "local.get 0 i32.const {} i32.and if local.get 0 call $next "
                 "local.set 0 end",
        "loops": "loop local.get 0 call $next local.tee 0 i32.const 255 "
                 "i32.and i32.const {} i32.eq br_if 0 end"}
    for name, link in chains.items():
        lines += [f'(func (export "{name}") (param i32) (result i32)',
                  *[link.format(i % 256) for i in range(count)],
                  "local.get 0)"]
    return _module(*lines)


def sparseTable():
    """A table of 5,000 elements, of which every second one is null."""
    count = 5000
    elements = "(ref.func $f) (ref.null func) (ref.func $g) (ref.null func)"
    return _module(f"(table {count} funcref)",
                   f"(elem (i32.const 0) funcref {elements * (count // 4)})",
                   "(func $f (param i32) (result i32)",
                   "local.get 0 i32.const 1 i32.add)",
                   "(func $g (param i32) (result i32)",
                   "local.get 0 i32.const 5 i32.xor)",
                   '(func (export "any") (param i32) (result i32)',
                   f"local.get 0 i32.const {count + 2} i32.rem_u local.tee 0",
                   "local.get 0 call_indirect (param i32) (result i32))",
                   '(func (export "all") (result i32) (local i32 i32) loop',
                   "local.get 0 local.get 1 call_indirect (param i32) "
                   "(result i32) local.set 0",
                   "local.get 1 i32.const 2 i32.add local.tee 1",
                   f"i32.const {count} i32.lt_u br_if 0 end local.get 0)")


def interpreter():
    """Large loops in each other, three deep, with live values of all types: the
    innermost can be entered through the others, by activations that have left
    and by those that the stream hands back."""
    mix = ("local.get $acc i32.const {} i32.xor i32.const 7 i32.rotl "
           "call $leaf local.set $acc")
    lines = ["(func $leaf (param i32) (result i32) (local i32)",
             "local.get 0 i32.const 3 i32.and local.set 1",
             "loop local.get 0 i32.const 0x9e3779b9 i32.mul local.set 0",
             "local.get 1 i32.const 1 i32.sub local.tee 1 i32.const 0 i32.gt_s "
             "br_if 0 end local.get 0)",
             "(func $run (param $acc i32) (param $depth i32) (result i64)",
             "(local $i i32) (local $j i32) (local $k i32) (local $wide i64) "
             "(local $real f64) (local $vector v128)",
             "loop $frames"]

    def conditions(first):
        for i in range(first, first + 2):
            lines.append(f"local.get $acc i32.const {i % 32} i32.shr_u "
                         f"i32.const 3 i32.and i32.eqz if {mix.format(i)} end")

    conditions(0)
    lines += ["i32.const 0 local.set $j", "loop $blocks"]
    conditions(100)
    lines += ["i32.const 0 local.set $k", "loop $decode"]
    cases = 120
    lines += [f"block $end block $default {'block ' * cases}",
              "local.get $acc local.get $k i32.add i32.const 125 i32.rem_u "
              f"br_table {' '.join(map(str, range(cases)))} {cases}"]
    often = [
        "local.get $wide local.get $acc i64.extend_i32_u i64.add i64.const 9 "
        "i64.rotl local.set $wide",
        "local.get $real local.get $acc f64.convert_i32_s f64.add "
        "f64.const 0.5 f64.mul local.set $real",
        "local.get $vector local.get $acc i32x4.splat i32x4.add local.set "
        "$vector",
        mix.format(3),
        "local.get $acc i32.const 64 i32.and if " + mix.format(4) + " end"]
    once = {
        10: "local.get $j i32.const 1 i32.add local.tee $j i32.const 4 "
            "i32.lt_u br_if $blocks",
        20: "local.get $i i32.const 5 i32.lt_u if local.get $i i32.const 1 "
            "i32.add local.set $i br $frames end",
        30: "local.get $depth if local.get $acc local.get $depth i32.const 1 "
            "i32.sub call $run local.get $wide i64.xor local.set $wide end",
        40: "loop local.get $acc i32.const 5 i32.mul i32.const 1 i32.add "
            "local.tee $acc i32.const 7 i32.and br_if 0 end"}
    for i in range(cases):
        lines.append(f"end {once.get(i, often[i % 5])} local.get $acc "
                     f"i32.const {0x10001 + i} i32.add local.set $acc br $end")
    lines += ["end", mix.format(1), "end",
              "local.get $k i32.const 1 i32.add local.tee $k "
              "i32.const 60 i32.lt_u br_if $decode end",
              "local.get $j i32.const 1 i32.add local.tee $j "
              "i32.const 4 i32.lt_u br_if $blocks end",
              "local.get $i i32.const 1 i32.add local.tee $i "
              "i32.const 6 i32.lt_u br_if $frames end",
              "local.get $wide local.get $real i64.reinterpret_f64 i64.xor "
              "local.get $vector i64x2.extract_lane 1 i64.add "
              "local.get $acc i64.extend_i32_u i64.add)",
              '(func (export "run") (param i32) (result i64)',
              "local.get 0 i32.const 1 call $run)"]
    return _module(*lines)


PROGRAMS = {f.__name__: f for f in (
    deepBlocks, deepExpression, manyLocals, manyParameters, mostParameters,
    longFunction, farBranches, manyFunctions, wideSwitch, longData,
    manyCalls, liveLocals, liveOverCalls, longChain, sparseTable,
    interpreter)}
