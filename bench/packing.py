"""What packing costs by the size of the program: seconds and most memory of
`ireko pack`, from 0.1 KB to 30 MB."""

import build
import real
from table import row, rule

# The smallest code first.
PROGRAMS = ("hello", "args", "files", "sqlite", "quickjs", "python", "ruby",
            "yosys")


def measureAll(names, sizesOf, repeat, progress):
    """sizesOf(module) packs it and gives what run.sizes does; of several turns
    the quickest counts. Gives what goes into the JSON file."""
    found = []
    for name in names:
        module = (real.module(name) if name in real.NAMES
                  else build.buildSample(name))
        turns = [sizesOf(module) for _ in range(repeat)]
        best = min(turns, key=lambda size: size["packSeconds"])
        found.append({"program": name, **best})
        progress(f"{name}: {best['code'] / 2**20:.2f} MB of code, "
                 f"{best['packSeconds']:.2f} s, "
                 f"{best['packBytes'] / 2**20:.0f} MB")
    return found


def table(packing):
    """In Markdown. The last columns would be the same in each row if cost grew
    with size alone."""
    def megabytes(size):
        return f"{size / 2**20:.2f}"

    yield row(["program", "module, MB", "code, MB", "bundle, MB",
               "image / code", "s", "MB", "s per MB of code", "bytes per byte of module"])
    yield rule("lrrrrrrrr")
    for size in packing["programs"]:
        code = max(size["code"], 1)
        isTiny = code < 1024  # what is fixed would be divided by next to none
        yield row([size["program"], megabytes(size["module"]),
                   megabytes(size["code"]), megabytes(size["bundle"]),
                   f"{size['image'] / code:.2f}", f"{size['packSeconds']:.2f}",
                   f"{size['packBytes'] / 2**20:.0f}",
                   "-" if isTiny else
                   f"{size['packSeconds'] / code * 2**20:.1f}",
                   "-" if isTiny else
                   f"{size['packBytes'] / size['module']:.1f}"])
