"""The functions of wasi_snapshot_preview1 as wasi-libc declares them.

vm/wasi.def is the runtime's own table; this one is made from the C header
wasi/api.h and shares nothing with it, so that an error in a type, in the order
of parameters or in a size shows as a difference.
"""

import re

HEADER = "/usr/include/wasm32-wasi/wasi/api.h"

# In the standard since its first version, but no longer declared by wasi-libc.
UNDECLARED = [{
    "name": "proc_raise",
    "hasResult": True,
    "parameters": [{"name": "signal", "kind": "i32"}],
}]

COMMENT = re.compile(r"/\*.*?\*/", re.S)
TYPEDEF = re.compile(r"typedef (u?int(\d+)_t) (__wasi_\w+);")
STRUCT_SIZE = re.compile(r"_Static_assert\(sizeof\((__wasi_\w+)\) == (\d+),")
PROTOTYPE = re.compile(
    r"(__wasi_errno_t|_Noreturn void) __wasi_(\w+)\(\s*([^()]*?)\s*\)"
    r"(?: __attribute__\(\(__warn_unused_result__\)\))?;")


class Header:
    def __init__(self, text):
        text = COMMENT.sub("", text)
        self.sizes = {"size_t": 4}
        for _, bits, name in TYPEDEF.findall(text):
            self.sizes[name] = int(bits) // 8
        for name, size in STRUCT_SIZE.findall(text):
            self.sizes[name] = int(size)
        self.functions = [
            (name, result != "_Noreturn void", self._split(parameters))
            for result, name, parameters in PROTOTYPE.findall(text)
        ]

    @staticmethod
    def _split(parameters):
        if parameters in ("", "void"):
            return []
        return [" ".join(p.replace("*", " * ").split())
                for p in parameters.split(",")]

    def table(self):
        return [{"name": name, "hasResult": hasResult,
                 "parameters": self._parameters(name, parameters)}
                for name, hasResult, parameters in self.functions
                ] + UNDECLARED

    def _parameters(self, function, parameters):
        """A list of {kind, ...}; pointer kinds that take two wasm parameters
        are one item here."""
        result = []
        rest = list(parameters)
        while rest:
            words = rest.pop(0).split()
            name, stars = words[-1], words.count("*")
            base = [w for w in words[:-1] if w not in ("*", "const")][0]
            hasLength = rest and rest[0].split()[-1] == name + "_len"
            if not stars:
                kind = {"kind": "i64" if self.sizes[base] == 8 else "i32"}
            elif base in ("__wasi_iovec_t", "__wasi_ciovec_t"):
                rest.pop(0)
                kind = {"kind": "iovecs"}
            elif base == "char":
                kind = {"kind": "buffer"}
            elif base == "uint8_t" and hasLength:
                rest.pop(0)
                kind = {"kind": "buffer"}
            elif function in ("args_get", "environ_get"):
                kind = {"kind": "strings"}
            elif name.startswith("retptr"):
                kind = {"kind": "out", "size": self.sizes[base]}
            elif function == "poll_oneoff":
                kind = {"kind": "items", "size": self.sizes[base],
                        "count": "nsubscriptions"}
            else:
                raise ValueError(f"{function}: what is {' '.join(words)}?")
            result.append({"name": name, **kind})
        return result


def wasmType(entry):
    """(parameters, results) of an entry of the table, as in WasmFile."""
    types = []
    for parameter in entry["parameters"]:
        types.append("i64" if parameter["kind"] == "i64" else "i32")
        if parameter["kind"] in ("buffer", "iovecs"):
            types.append("i32")
    return tuple(types), ("i32",) if entry["hasResult"] else ()


def read(path=HEADER):
    with open(path, encoding="utf-8") as header:
        return Header(header.read()).table()
