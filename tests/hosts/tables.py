"""Writes the tables of docs/hosts.md between their markers."""

import limits


def _row(cells):
    return "| " + " | ".join(cells) + " |\n"


def _samples(report, layout):
    if layout not in report.passed:
        return "-"
    passed, failed = report.passed[layout], report.failed[layout]
    return f"{passed} of {passed + failed}"


def hostTable(reports):
    text = _row(["host", "version", "engine", "default layout",
                 "separate layout", "not run", "WASI functions"])
    text += "|---|---|---|---:|---:|---:|---:|\n"
    for report in reports:
        entry = report.entry
        text += _row([entry.title, report.version.lstrip("v"), entry.engine,
                      _samples(report, "default"), _samples(report, "separate"),
                      str(len(report.omitted)), str(len(report.functions))])
    return text


def limitTable(reports):
    """One column for each shape; numbers above it explain them."""
    text = _row(["host", *(shape.name for shape in limits.SHAPES)])
    text += "|---|" + "---:|" * len(limits.SHAPES) + "\n"
    for report in reports:
        text += _row([report.entry.title,
                      *(str(report.limits[shape.name])
                        for shape in limits.SHAPES)])
    return text


def replaceBetween(text, name, content):
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    head, rest = text.split(start, 1)
    return head + start + "\n" + content + "\n" + end + rest.split(end, 1)[1]


def write(path, reports):
    text = path.read_text()
    text = replaceBetween(text, "hosts", hostTable(reports))
    if all(report.limits for report in reports):
        text = replaceBetween(text, "limits", limitTable(reports))
    path.write_text(text)
