"""The operators that generate.py builds expressions from, by result type.

Operators whose NaN results (or a NaN's sign) are not determined by the
specification are marked, so that the generator makes them canonical before
their bits can be seen.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Operator:
    name: str
    params: tuple
    result: str
    traps: bool = False
    # The v128 result may hold a NaN of free bits, in lanes of this shape.
    freeNan: str = ""
    # Float parameters whose bits show in the result.
    exposes: tuple = ()
    # Upper bounds of immediate lane indices; a count of 16 of them shuffles.
    lanes: tuple = ()


@dataclasses.dataclass(frozen=True)
class Access:
    """A load or store. `bytes` is what it touches, the largest alignment."""
    name: str
    type: str
    bytes: int
    # Lane accesses take a v128 besides the address, and a lane index.
    lanes: int = 0


OPERATORS = []


def _add(name, params, result, **flags):
    OPERATORS.append(Operator(name, tuple(params.split()), result, **flags))


def _scalarIntegers():
    for t in ("i32", "i64"):
        for op in "clz ctz popcnt extend8_s extend16_s".split():
            _add(f"{t}.{op}", t, t)
        for op in ("add sub mul and or xor shl shr_s shr_u rotl rotr").split():
            _add(f"{t}.{op}", f"{t} {t}", t)
        for op in "div_s div_u rem_s rem_u".split():
            _add(f"{t}.{op}", f"{t} {t}", t, traps=True)
        _add(f"{t}.eqz", t, "i32")
        for op in "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split():
            _add(f"{t}.{op}", f"{t} {t}", "i32")
    _add("i64.extend32_s", "i64", "i64")
    _add("i32.wrap_i64", "i64", "i32")
    _add("i64.extend_i32_s", "i32", "i64")
    _add("i64.extend_i32_u", "i32", "i64")


def _scalarFloats():
    for t in ("f32", "f64"):
        for op in "abs neg ceil floor trunc nearest sqrt".split():
            _add(f"{t}.{op}", t, t)
        for op in "add sub mul div min max".split():
            _add(f"{t}.{op}", f"{t} {t}", t)
        _add(f"{t}.copysign", f"{t} {t}", t, exposes=(1,))
        for op in "eq ne lt gt le ge".split():
            _add(f"{t}.{op}", f"{t} {t}", "i32")
        for i in ("i32", "i64"):
            for sign in "su":
                _add(f"{i}.trunc_{t}_{sign}", t, i, traps=True)
                _add(f"{i}.trunc_sat_{t}_{sign}", t, i)
                _add(f"{t}.convert_{i}_{sign}", i, t)
    for i, f in (("i32", "f32"), ("i64", "f64")):
        _add(f"{i}.reinterpret_{f}", f, i, exposes=(0,))
        _add(f"{f}.reinterpret_{i}", i, f)
    _add("f32.demote_f64", "f64", "f32")
    _add("f64.promote_f32", "f32", "f64")


def _vectorIntegers():
    v = "v128"
    two = "v128 v128"
    for shape, scalar in (("i8x16", "i32"), ("i16x8", "i32"),
                          ("i32x4", "i32"), ("i64x2", "i64")):
        count = int(shape.split("x")[1])
        small = count >= 8
        _add(f"{shape}.splat", scalar, v)
        for sign in ("_s", "_u") if small else ("",):
            _add(f"{shape}.extract_lane{sign}", v, scalar, lanes=(count,))
        _add(f"{shape}.replace_lane", f"{v} {scalar}", v, lanes=(count,))
        for op in "abs neg".split():
            _add(f"{shape}.{op}", v, v)
        for op in "all_true bitmask".split():
            _add(f"{shape}.{op}", v, "i32")
        for op in "shl shr_s shr_u".split():
            _add(f"{shape}.{op}", f"{v} i32", v)
        operators = "add sub eq ne lt_s gt_s le_s ge_s".split()
        if shape != "i8x16":
            operators.append("mul")
        if shape != "i64x2":
            operators += ("lt_u gt_u le_u ge_u min_s min_u max_s max_u").split()
        if small:
            operators += ("add_sat_s add_sat_u sub_sat_s sub_sat_u "
                          "avgr_u").split()
        for op in operators:
            _add(f"{shape}.{op}", two, v)
    for wide, narrow in (("i16x8", "i8x16"), ("i32x4", "i16x8"),
                         ("i64x2", "i32x4")):
        for sign in "su":
            for half in ("low", "high"):
                _add(f"{wide}.extend_{half}_{narrow}_{sign}", v, v)
                _add(f"{wide}.extmul_{half}_{narrow}_{sign}", two, v)
            if wide != "i64x2":
                _add(f"{narrow}.narrow_{wide}_{sign}", two, v)
                _add(f"{wide}.extadd_pairwise_{narrow}_{sign}", v, v)
    _add("i8x16.popcnt", v, v)
    _add("i16x8.q15mulr_sat_s", two, v)
    _add("i32x4.dot_i16x8_s", two, v)
    _add("i8x16.swizzle", two, v)
    _add("i8x16.shuffle", two, v, lanes=(32,) * 16)
    for op in "and andnot or xor".split():
        _add(f"v128.{op}", two, v)
    _add("v128.not", v, v)
    _add("v128.bitselect", "v128 v128 v128", v)
    _add("v128.any_true", v, "i32")


def _vectorFloats():
    v = "v128"
    two = "v128 v128"
    for shape, scalar, count in (("f32x4", "f32", 4), ("f64x2", "f64", 2)):
        _add(f"{shape}.splat", scalar, v, exposes=(0,))
        _add(f"{shape}.extract_lane", v, scalar, lanes=(count,))
        _add(f"{shape}.replace_lane", f"{v} {scalar}", v, lanes=(count,),
             exposes=(1,))
        for op in "abs neg".split():
            _add(f"{shape}.{op}", v, v)
        for op in "sqrt ceil floor trunc nearest".split():
            _add(f"{shape}.{op}", v, v, freeNan=shape)
        for op in "add sub mul div min max".split():
            _add(f"{shape}.{op}", two, v, freeNan=shape)
        for op in "pmin pmax eq ne lt gt le ge".split():
            _add(f"{shape}.{op}", two, v)
    for sign in "su":
        _add(f"f32x4.convert_i32x4_{sign}", v, v)
        _add(f"f64x2.convert_low_i32x4_{sign}", v, v)
        _add(f"i32x4.trunc_sat_f32x4_{sign}", v, v)
        _add(f"i32x4.trunc_sat_f64x2_{sign}_zero", v, v)
    _add("f32x4.demote_f64x2_zero", v, v, freeNan="f32x4")
    _add("f64x2.promote_low_f32x4", v, v, freeNan="f64x2")


_scalarIntegers()
_scalarFloats()
_vectorIntegers()
_vectorFloats()

BY_RESULT = {}
for _operator in OPERATORS:
    BY_RESULT.setdefault(_operator.result, []).append(_operator)

LOADS = [Access("i32.load", "i32", 4), Access("i64.load", "i64", 8),
         Access("f32.load", "f32", 4), Access("f64.load", "f64", 8),
         Access("v128.load", "v128", 16)]
STORES = [Access("i32.store", "i32", 4), Access("i32.store8", "i32", 1),
          Access("i32.store16", "i32", 2), Access("i64.store", "i64", 8),
          Access("i64.store8", "i64", 1), Access("i64.store16", "i64", 2),
          Access("i64.store32", "i64", 4), Access("f32.store", "f32", 4),
          Access("f64.store", "f64", 8), Access("v128.store", "v128", 16)]
for _sign in "su":
    for _type, _widths in (("i32", (8, 16)), ("i64", (8, 16, 32))):
        for _width in _widths:
            LOADS.append(Access(f"{_type}.load{_width}_{_sign}", _type,
                                _width // 8))
    for _shape in ("8x8", "16x4", "32x2"):
        LOADS.append(Access(f"v128.load{_shape}_{_sign}", "v128", 8))
for _width in (8, 16, 32, 64):
    LOADS.append(Access(f"v128.load{_width}_splat", "v128", _width // 8))
    LOADS.append(Access(f"v128.load{_width}_lane", "v128", _width // 8,
                        128 // _width))
    STORES.append(Access(f"v128.store{_width}_lane", "v128", _width // 8,
                         128 // _width))
    if _width >= 32:
        LOADS.append(Access(f"v128.load{_width}_zero", "v128", _width // 8))
LOADS_BY_TYPE = {}
for _load in LOADS:
    LOADS_BY_TYPE.setdefault(_load.type, []).append(_load)
