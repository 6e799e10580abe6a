"""A thin layer over the Wasmtime library that exchanges bits instead of
numbers: NaN payloads and v128 pass unchanged, which the package's own value
conversions do not promise.

Import only with the library's folder on sys.path (see tools.py). Values are
hexadecimal strings, most significant digit first; references are "null",
"func" or "extern:N".
"""

import ctypes
import struct

import wasmtime
from wasmtime import _ffi as ffi

# Bits of the numeric kinds, and their field in wasmtime_valunion. Floats go
# through the integer fields of the same width.
_BITS = {"i32": 32, "i64": 64, "f32": 32, "f64": 64, "v128": 128}
_KIND = {
    "i32": ffi.WASMTIME_I32,
    "i64": ffi.WASMTIME_I64,
    "f32": ffi.WASMTIME_F32,
    "f64": ffi.WASMTIME_F64,
    "v128": ffi.WASMTIME_V128,
    "funcref": ffi.WASMTIME_FUNCREF,
    "externref": ffi.WASMTIME_EXTERNREF,
}
_NAME = {kind.value: name for name, kind in _KIND.items()}

# BundleInfo and VmState of vm/layout.h.
_SECTION = "ireko"
_VERSION = 3
_INFO_STATE = 4
_STATE_TRAP = 28


def engine(multiMemory=False):
    config = wasmtime.Config()
    config.wasm_tail_call = True
    config.wasm_relaxed_simd = True
    # What a bundle uses must not depend on later proposals.
    config.wasm_memory64 = False
    config.wasm_multi_memory = multiMemory
    config.wasm_exceptions = False
    config.cranelift_opt_level = "none"
    return wasmtime.Engine(config)


def _numeric(type_, hexBits):
    value = ffi.wasmtime_val_t(kind=_KIND[type_])
    raw = int(hexBits, 16).to_bytes(_BITS[type_] // 8, "little")
    ctypes.memmove(ctypes.addressof(value.of), raw, len(raw))
    return value


def toRaw(store, type_, text):
    if type_ in _BITS:
        return _numeric(type_, text)
    if type_ == "externref":
        number = None if text == "null" else int(text.split(":")[1])
        return wasmtime.Val.externref(number)._new_raw(store)
    if text != "null":
        raise ValueError("only null can be passed as a funcref")
    return wasmtime.Val.funcref(None)._new_raw(store)


def fromRaw(store, raw, owned=True):
    type_ = _NAME[raw.kind]
    if type_ in _BITS:
        size = _BITS[type_] // 8
        data = ctypes.string_at(ctypes.addressof(raw.of), size)
        return data[::-1].hex()
    value = wasmtime.Val._from_raw(store, raw, owned).value
    if value is None:
        return "null"
    return "func" if type_ == "funcref" else f"extern:{value}"


def call(store, func, params, args):
    """Calls `func`; raises wasmtime.Trap. The count of results is the
    function's own."""
    resultCount = len(func.type(store).results)
    raw = (ffi.wasmtime_val_t * len(args))(
        *[toRaw(store, t, a) for t, a in zip(params, args)])
    results = (ffi.wasmtime_val_t * resultCount)()
    with wasmtime._func.enter_wasm(store) as trap:
        error = ffi.wasmtime_func_call(
            store._context(), ctypes.byref(func._func), raw, len(args),
            results, resultCount, trap)
        if error:
            raise wasmtime.WasmtimeError._from_ptr(error)
    return [fromRaw(store, result) for result in results]


def readGlobal(store, global_):
    raw = ffi.wasmtime_val_t()
    ffi.wasmtime_global_get(store._context(), ctypes.byref(global_._global),
                            ctypes.byref(raw))
    return fromRaw(store, raw)


_HOST_FUNCTIONS = []


@ffi.wasmtime_func_callback_t
def _answerHost(index, _, args, argCount, results, resultCount):
    answer, store, resultTypes = _HOST_FUNCTIONS[index or 0]
    try:
        given = answer([fromRaw(store, args[i], owned=False)
                        for i in range(argCount)])
        for i in range(resultCount):
            results[i] = toRaw(store, resultTypes[i], given[i])
        return 0
    except Exception as error:  # becomes a trap with the same text
        trap = wasmtime.Trap(str(error))._consume()
        return ctypes.cast(trap, ctypes.c_void_p).value


@ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def _forget(_):
    pass


def hostFunction(store, type_, results, answer):
    """A function of the type that a module's import has (`type_`), which
    calls answer(args) -> results."""
    func = ffi.wasmtime_func_t()
    _HOST_FUNCTIONS.append((answer, store, results))
    ffi.wasmtime_func_new(store._context(), type_.ptr(), _answerHost,
                          len(_HOST_FUNCTIONS) - 1, _forget,
                          ctypes.byref(func))
    return wasmtime.Func._from_raw(func)


def forgetHostFunctions():
    """To be called when no store is left that may call one."""
    _HOST_FUNCTIONS.clear()


def hostGlobal(store, type_, kind, hexBits):
    raw = toRaw(store, kind, hexBits)
    global_ = ffi.wasmtime_global_t()
    error = ffi.wasmtime_global_new(store._context(), type_.ptr(),
                                    ctypes.byref(raw), ctypes.byref(global_))
    if error:
        raise wasmtime.WasmtimeError._from_ptr(error)
    return wasmtime.Global._from_raw(global_)


class TrapWord:
    """Clears and reads the number of the trap that a bundle's VM raised last
    (TrapKind plus one; 0: none, or a plain module)."""

    def __init__(self, store, section, memory):
        self.store = store
        self.memory = memory
        self.at = 0
        if section is not None and memory is not None:
            version = struct.unpack_from("<I", section)[0]
            if version != _VERSION:
                raise ValueError(f"bundle format {version}")
            self.at = _STATE_TRAP + struct.unpack_from(
                "<I", section, _INFO_STATE)[0]

    def clear(self):
        if self.at:
            self.memory.write(self.store, b"\0\0\0\0", self.at)

    def read(self):
        if not self.at:
            return 0
        return struct.unpack("<I", self.memory.read(
            self.store, self.at, self.at + 4))[0]


def bundleSection(wasm):
    return wasm.customs.get(_SECTION)
