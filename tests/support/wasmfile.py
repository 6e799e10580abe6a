"""Reads as much of a binary module as the tests need: the types of imports and
exports, and how to splice one more export into it.

Only for modules that are known to be valid (the inputs of the spec suite, the
generated programs, the bundles). Types of later proposals raise UnknownType.
"""

import dataclasses

VALUE_TYPES = {
    0x7F: "i32",
    0x7E: "i64",
    0x7D: "f32",
    0x7C: "f64",
    0x7B: "v128",
    0x70: "funcref",
    0x6F: "externref",
}

FUNC, TABLE, MEMORY, GLOBAL = range(4)


class UnknownType(ValueError):
    pass


@dataclasses.dataclass
class Import:
    module: str
    name: str
    kind: int
    type: object


@dataclasses.dataclass
class Export:
    name: str
    kind: int
    index: int
    # FUNC: (params, results); GLOBAL: (type, mutable); else: None.
    type: object


class Reader:
    def __init__(self, data, position=0):
        self.data = data
        self.position = position

    def byte(self):
        self.position += 1
        return self.data[self.position - 1]

    def unsigned(self):
        result = shift = 0
        while True:
            b = self.byte()
            result |= (b & 0x7F) << shift
            if not b & 0x80:
                return result
            shift += 7

    def name(self):
        size = self.unsigned()
        self.position += size
        return self.data[self.position - size:self.position].decode("utf-8")

    def valueType(self):
        b = self.byte()
        if b not in VALUE_TYPES:
            raise UnknownType(f"unknown value type {b:#x}")
        return VALUE_TYPES[b]

    def limits(self):
        flags = self.unsigned()
        low = self.unsigned()
        return low, self.unsigned() if flags & 1 else None

    def vector(self, item):
        return [item() for _ in range(self.unsigned())]


def leb(value):
    out = bytearray()
    while True:
        b = value & 0x7F
        value >>= 7
        out.append(b | (0x80 if value else 0))
        if not value:
            return bytes(out)


def sections(data):
    """Yields (id, start of header, start of body, end)."""
    if data[:8] != b"\0asm\1\0\0\0":
        raise ValueError("not a core module")
    reader = Reader(data, 8)
    while reader.position < len(data):
        start = reader.position
        ident = reader.byte()
        size = reader.unsigned()
        yield ident, start, reader.position, reader.position + size
        reader.position += size


class WasmFile:
    def __init__(self, data):
        self.data = data
        self.imports = []
        self.exports = []
        self.customs = {}
        self.memoryCount = 0
        types, functions, globals_ = [], [], []
        for ident, _, body, end in sections(data):
            reader = Reader(data, body)
            if ident == 0:
                name = reader.name()
                self.customs[name] = data[reader.position:end]
            elif ident == 1:
                types = reader.vector(lambda: self._funcType(reader))
            elif ident == 2:
                self.imports = reader.vector(
                    lambda: self._import(reader, types))
                self.memoryCount += sum(
                    i.kind == MEMORY for i in self.imports)
                functions += [i.type for i in self.imports if i.kind == FUNC]
                globals_ += [i.type for i in self.imports if i.kind == GLOBAL]
            elif ident == 3:
                functions += [types[i] for i in reader.vector(reader.unsigned)]
            elif ident == 4:
                # Only to notice unknown types.
                for _ in range(reader.unsigned()):
                    reader.valueType()
                    reader.limits()
            elif ident == 5:
                self.memoryCount += reader.unsigned()
            elif ident == 6:
                globals_ += self._globals(reader)
            elif ident == 7:
                self.exports = reader.vector(
                    lambda: self._export(reader, functions, globals_))

    @staticmethod
    def _funcType(reader):
        if reader.byte() != 0x60:
            raise UnknownType("not a function type")
        return (tuple(reader.vector(reader.valueType)),
                tuple(reader.vector(reader.valueType)))

    @staticmethod
    def _import(reader, types):
        module, name, kind = reader.name(), reader.name(), reader.byte()
        if kind == FUNC:
            type_ = types[reader.unsigned()]
        elif kind == TABLE:
            type_ = (reader.valueType(), reader.limits())
        elif kind == MEMORY:
            type_ = reader.limits()
        elif kind == GLOBAL:
            type_ = (reader.valueType(), reader.byte() == 1)
        else:
            raise ValueError(f"unknown import kind {kind}")
        return Import(module, name, kind, type_)

    def _globals(self, reader):
        result = []
        for _ in range(reader.unsigned()):
            result.append((reader.valueType(), reader.byte() == 1))
            self._skipConstant(reader)
        return result

    @staticmethod
    def _skipConstant(reader):
        while (opcode := reader.byte()) != 0x0B:
            if opcode in (0x41, 0x42, 0x23, 0xD2, 0xD0):
                reader.unsigned()
            elif opcode == 0x43:
                reader.position += 4
            elif opcode == 0x44:
                reader.position += 8
            elif opcode == 0xFD:
                reader.unsigned()
                reader.position += 16
            elif not 0x6A <= opcode <= 0x7E:
                raise ValueError(f"opcode {opcode:#x} in a constant")

    @staticmethod
    def _export(reader, functions, globals_):
        name, kind, index = reader.name(), reader.byte(), reader.unsigned()
        type_ = None
        if kind == FUNC:
            type_ = functions[index]
        elif kind == GLOBAL:
            type_ = globals_[index]
        return Export(name, kind, index, type_)

    def export(self, name):
        for export in self.exports:
            if export.name == name:
                return export
        return None


def withExportedMemory(data, name):
    """The module with its last memory, which is the VM's, exported under one
    more name, or the same bytes when it has no memory. Lets a host read the
    VM's state."""
    count = WasmFile(data).memoryCount
    if not count:
        return data
    entry = leb(len(name)) + name.encode() + bytes([MEMORY, count - 1])
    exportSection = None
    insertAt = len(data)
    for ident, start, body, end in sections(data):
        if ident == 7:
            exportSection = (start, body, end)
        elif ident in (8, 9, 10, 11, 12) and insertAt == len(data):
            insertAt = start
    if exportSection is None:
        section = leb(1) + entry
        head, tail = data[:insertAt], data[insertAt:]
    else:
        start, body, end = exportSection
        reader = Reader(data, body)
        count = reader.unsigned()
        section = leb(count + 1) + data[reader.position:end] + entry
        head, tail = data[:start], data[end:]
    return head + bytes([7]) + leb(len(section)) + section + tail
