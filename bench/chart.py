"""Draws ratios as an SVG: a line for each program, a mark for each host, on a
logarithmic axis; a panel for each mode. Its colours are legible on light and on
dark pages.
"""

import math
from html import escape

import computing

TITLES = {"computing": "Computing time, relative to the plain module",
          "stream": "Computing time of the stream alone, relative to the plain "
                    "module"}

WIDTH, LEFT, RIGHT = 720, 130, 20
LINE = 17  # height of a program's
TOP, PANEL_GAP = 52, 44

# Colours that differ in hue and lightness; marks that differ without them.
COLOURS = ("#3b82c4", "#d97706", "#3f9a5b", "#b0529f", "#8a7a2f", "#c0504d")
MARKS = ("circle", "square", "triangle", "diamond", "circle", "square")

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #6b7280; }
.title { font-size: 14px; font-weight: 600; }
.mean { font-weight: 600; }
.grid { stroke: #9ca3af; stroke-opacity: 0.35; }
.one { stroke: #6b7280; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) { text { fill: #a3aab5; }
  .one { stroke: #a3aab5; } }
"""


def mark(kind, x, y, colour, size=4.2):
    if kind == "circle":
        return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" '
                f'fill="{colour}"/>')
    corners = {"square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
               "triangle": ((0, -1.2), (1.15, 0.9), (-1.15, 0.9)),
               "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0))}[kind]
    points = " ".join(f"{x + size * 0.9 * dx:.1f},{y + size * 0.9 * dy:.1f}"
                      for dx, dy in corners)
    return f'<polygon points="{points}" fill="{colour}"/>'


class Axis:
    """From the least to the most of all values, and 1 in any case."""

    def __init__(self, values):
        self.low = math.log2(min([*values, 0.9])) - 0.15
        self.high = math.log2(max([*values, 2.2])) + 0.15

    def place(self, value):
        share = (math.log2(value) - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def ticks(self):
        return [2.0 ** power for power in range(math.ceil(self.low),
                                                math.floor(self.high) + 1)]


def panel(cells, mode, hosts, axis, top):
    """Elements of a panel, and the height that they take."""
    lines = [*cells.part["programs"], None]  # None: the mean of all
    bottom = top + LINE * len(lines)
    yield (f'<text class="mean" x="{LEFT}" y="{top - 24}">'
           f"{escape(mode)}</text>")
    for tick in axis.ticks():
        x = axis.place(tick)
        kind = "one" if tick == 1 else "grid"
        yield (f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" '
               f'y1="{top - 4}" y2="{bottom}"/>')
        yield (f'<text x="{x:.1f}" y="{top - 8}" text-anchor="middle">'
               f"{tick:g}x</text>")
    for index, name in enumerate(lines):
        y = top + LINE * index + LINE / 2
        kind = "name" if name else "mean"
        yield (f'<text class="{kind}" x="{LEFT - 8}" y="{y + 4:.1f}" '
               f'text-anchor="end">{escape(name or "geometric mean")}</text>')
        for number, host in enumerate(hosts):
            colour = COLOURS[number % len(COLOURS)]
            # Side by side, so that equal ones do not hide each other.
            ownY = y + (number - (len(hosts) - 1) / 2) * 3
            cell = name and cells.get(name, host, mode)
            if cell:
                yield (f'<line x1="{axis.place(cell["ratioLeast"]):.1f}" '
                       f'x2="{axis.place(cell["ratioMost"]):.1f}" '
                       f'y1="{ownY:.1f}" y2="{ownY:.1f}" stroke="{colour}" '
                       'stroke-opacity="0.5" stroke-width="1.5"/>')
            ratio = (cell["ratio"] if cell else None if name
                     else cells.means(host, mode)["all"])
            if ratio:
                yield mark(MARKS[number % len(MARKS)], axis.place(ratio), ownY,
                           colour)


def legend(hosts):
    x = LEFT
    for number, host in enumerate(hosts):
        colour = COLOURS[number % len(COLOURS)]
        yield mark(MARKS[number % len(MARKS)], x, 40, colour)
        yield f'<text x="{x + 10}" y="44">{escape(host)}</text>'
        x += 32 + 7 * len(host)


def svg(name, part):
    """Of a part of the results that measured modes."""
    cells = computing.Cells(part)
    hosts = [host for host in part["hosts"] if host not in cells.peers()]
    modes = list(dict.fromkeys(mode for host in hosts
                               for mode in cells.modesOf(host)))
    values = [cell[which] for cell in part["cells"] if "ratio" in cell
              for which in ("ratioLeast", "ratioMost") if cell[which] > 0]
    axis = Axis(values)
    elements = [f'<text class="title" x="{LEFT}" y="20">'
                f"{escape(TITLES[name])}</text>", *legend(hosts)]
    top = TOP + PANEL_GAP
    for mode in modes:
        elements += panel(cells, mode, hosts, axis, top)
        top += LINE * (len(part["programs"]) + 1) + PANEL_GAP
    elements.append(f'<text x="{LEFT}" y="{top - PANEL_GAP + 24}">marks: '
                    "medians; lines: the least to the most of the rounds; "
                    "further right is slower</text>")
    height = top - PANEL_GAP + 34
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
            f'height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="{escape(TITLES[name])}">\n<style>{STYLE}</style>\n'
            + "\n".join(elements) + "\n</svg>\n")
