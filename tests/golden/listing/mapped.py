"""Writes $OUT/mapped.wasm: mean.wasm without DWARF, naming a source map.

    mapped.py URL
"""

import os
import sys
from pathlib import Path


def leb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


data = Path("mean.wasm").read_bytes()
result, at = data[:8], 8
while at < len(data):
    size, begin = leb(data, at + 1)
    if data[at] or b".debug" not in data[begin : begin + 20]:
        result += data[at : begin + size]
    at = begin + size
url = sys.argv[1].encode()
name = b"sourceMappingURL"
section = bytes([len(name)]) + name + bytes([len(url)]) + url
result += b"\0" + bytes([len(section)]) + section
Path(os.environ["OUT"], "mapped.wasm").write_bytes(result)
