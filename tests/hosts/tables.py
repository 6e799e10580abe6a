"""Writes what was found into the tables of docs/hosts.md."""

import allhosts
import limits


def _row(cells):
    return "| " + " | ".join(cells) + " |\n"


def _samples(report, layout):
    if layout not in report.passed:
        return "-"
    passed, failed = report.passed[layout], report.failed[layout]
    return f"{passed} of {passed + failed}"


HOST_HEAD = ["host", "version", "engine", "default layout", "separate layout",
             "not run", "WASI functions"]
LIMIT_HEAD = ["host", *(shape.name for shape in limits.SHAPES)]


def hostRow(report):
    entry = report.entry
    return [entry.title, report.version.lstrip("v"), entry.engine,
            _samples(report, "default"), _samples(report, "separate"),
            str(len(report.omitted)), str(len(report.functions))]


def limitRow(report):
    return [report.entry.title, *(str(report.limits[shape.name])
                                  for shape in limits.SHAPES)]


def _merge(text, name, head, rows):
    """The text with these rows in the table between the markers of `name`;
    hosts without a new row keep their old one."""
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(start, 1)
    old, after = rest.split(end, 1)
    known = {}
    for line in old.splitlines()[3:]:
        if line.startswith("| "):
            known[line.split(" | ")[0][2:]] = line + "\n"
    known.update({row[0]: _row(row) for row in rows})
    # Names of hosts in the first columns, numbers in the others.
    rule = "".join("---|" if cell in ("host", "version", "engine") else "---:|"
                   for cell in head)
    table = _row(head) + "|" + rule + "\n" + "".join(
        known[entry.title] for entry in allhosts.ALL if entry.title in known)
    return before + start + "\n" + table + "\n" + end + after


def write(path, reports):
    text = path.read_text()
    text = _merge(text, "hosts", HOST_HEAD, map(hostRow, reports))
    measured = [report for report in reports if report.limits]
    path.write_text(_merge(text, "limits", LIMIT_HEAD, map(limitRow, measured)))
