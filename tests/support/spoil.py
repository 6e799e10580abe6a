#!/usr/bin/env python3
"""A packer that breaks programs: IN OUT. Every byte in the code section that
may be the operator i32.add becomes i32.sub. For selfcheck.py."""

import pathlib
import sys

from wasmfile import sections


def main():
    data = bytearray(pathlib.Path(sys.argv[1]).read_bytes())
    for ident, _, body, end in sections(bytes(data)):
        if ident == 10:
            data[body:end] = data[body:end].replace(b"\x6a", b"\x6b")
    pathlib.Path(sys.argv[2]).write_bytes(data)


main()
