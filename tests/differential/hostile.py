"""Makes a bundle whose counter runs out at every safepoint, so that the
dispatch function is left and entered again all the time."""

import re

from tools import ROOT
from wasmfile import leb, sections

I32_CONST = b"\x41"
LOCAL_SET = b"\x21"


def _countPerEntry():
    """The number of safepoints between two returns to the runtime."""
    source = (ROOT / "rewriter" / "dispatch.cpp").read_text("utf-8")
    return int(re.search(r"kCountPerEntry = (\d+);", source).group(1))


def _signedLeb(value):
    """As leb, with room for the sign."""
    encoded = leb(value)
    if encoded[-1] & 0x40:
        encoded = encoded[:-1] + bytes([encoded[-1] | 0x80, 0])
    return encoded


def impatient(data, inPages=False):
    """The bundle with a counter of 1; None when the place is not unique (the
    program may use the same number in the same way). With pages, there is one
    place in each."""
    number = _signedLeb(_countPerEntry())
    # The same length, so that no size changes.
    one = b"\x81" + b"\x80" * (len(number) - 2) + b"\x00"
    for ident, _, body, end in sections(data):
        if ident == 10:
            old = I32_CONST + number + LOCAL_SET
            count = data.count(old, body, end)
            if count != 1 and not (count and inPages):
                return None
            return data[:body] + data[body:end].replace(
                old, I32_CONST + one + LOCAL_SET) + data[end:]
    return None
