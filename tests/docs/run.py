#!/usr/bin/env python3
"""Checks that the pages of docs/ for people say what is so.

- docs/tutorial.md: each command is run, in order, and prints what stands below
  it. What follows "Save this as `NAME`:" is a file.
- README.md: each command below which an output stands prints what begins so.
- docs/passes.md is made from passes/passes.def and tests/golden/passes.
- docs/troubleshooting.md: each heading in backticks is a text of the tool.
- Links between pages lead somewhere.
- mkdocs, if it is there, makes a site of all pages without a warning, which
  fetches nothing.

    run.py            checks
    run.py --update   writes outputs and docs/passes.md anew (look at the diff!)
"""

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
GOLDEN = ROOT / "tests/golden/passes"
INDENT = "    "


def indented(text):
    return "".join(
        INDENT + line if line.strip() else "\n" for line in text.splitlines(True)
    )


def blocks(lines):
    """The (first, behind) line numbers of the indented parts of a page."""
    found, first = [], None
    for number, line in enumerate(lines + ["x"]):
        if line.startswith(INDENT):
            first = number if first is None else first
        elif line.strip() and first is not None:
            behind = number
            while not lines[behind - 1].strip():
                behind -= 1
            found.append((first, behind))
            first = None
    return found


def ran_as_shown(page, command, folder):
    """Runs "$ COMMAND", with the release build as `ireko`."""
    environment = dict(os.environ)
    environment["PATH"] = f"{ROOT / 'build/release'}:{environment['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", command[2:]],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if ran.returncode:
        sys.exit(f"FAIL {page}: {command}\n{ran.stderr}")
    return ran


def tutorial():
    """The page with the outputs that its commands have now."""
    lines = (DOCS / "tutorial.md").read_text().splitlines()
    result, done = [], 0
    with tempfile.TemporaryDirectory(prefix="ireko-docs-") as folder:
        for first, behind in blocks(lines):
            result += lines[done:first]
            done = behind
            block = [line[len(INDENT) :] for line in lines[first:behind]]
            before = lines[first - 2] if first > 1 else ""
            saved = re.search(r"[Ss]ave this as `([a-z.]+)`:$", before)
            if saved:
                Path(folder, saved[1]).write_text("\n".join(block) + "\n")
            if not block[0].startswith("$ "):
                result += lines[first:behind]
                continue
            for command in block:
                if not command.startswith("$ "):
                    continue
                ran = ran_as_shown("docs/tutorial.md", command, folder)
                text = f"{command}\n{ran.stdout}".rstrip() + "\n"
                result += indented(text).splitlines()
    return "\n".join(result + lines[done:]) + "\n"


def readme():
    """The page with the outputs that its commands have now; "..." stands for the
    rest of one."""
    lines = (ROOT / "README.md").read_text().splitlines()
    result, done = [], 0
    with tempfile.TemporaryDirectory(prefix="ireko-docs-") as folder:
        Path(folder, "samples").symlink_to(ROOT / "samples")
        for first, behind in blocks(lines):
            starts = [
                number
                for number in range(first, behind)
                if lines[number].startswith(INDENT + "$ ")
            ] + [behind]
            for start, end in zip(starts, starts[1:]):
                command = lines[start][len(INDENT) :]
                if start + 1 == end or "./ireko" not in command:
                    continue
                command = command.replace("./ireko", "ireko")
                ran = ran_as_shown("README.md", command, folder)
                now = indented(ran.stdout or ran.stderr).splitlines()
                if lines[end - 1].strip() == "...":
                    now = now[: end - start - 2] + [lines[end - 1]]
                result += lines[done : start + 1] + now
                done = end
    return "\n".join(result + lines[done:]) + "\n"


def passes():
    rows = re.findall(
        r'IREKO_PASS\(\w+, "([a-z-]+)", (\d),\s*"([^"]+)"\)',
        (ROOT / "passes/passes.def").read_text(),
    )
    page = [
        "# The passes\n\n"
        "In the order in which they run. Each gets one function at a time, as basic\n"
        "blocks of expression trees over the slots of its frame "
        "([design](design.md)); `$x` is\nthe slot of the local of that name. "
        "`ireko inspect app.wasm --function NAME --after\nPASS` shows the same for "
        "your own code.\n\n"
        "This page is made by `tests/docs/run.py --update` from "
        "`tests/golden/passes`.\n"
    ]
    for name, level, text in rows:
        case = GOLDEN / f"{name}.cmd"
        if not case.exists():
            sys.exit(f"FAIL docs/passes.md: no example of {name}: write {case}")
        about = re.sub(r"^# ?", "", case.read_text(), flags=re.M)
        about = about[: about.index(". ./show.sh")].strip()
        expected = case.with_suffix(".expected").read_text()
        _, before, after = re.split(
            r"^function .*\n(?:  slots: .*\n)?",
            expected.split("--- stderr")[0],
            flags=re.M,
        )
        runs = "always runs" if level == "0" else f"from `-O{level}`"
        source = case.with_suffix(".wat").read_text()
        page.append(
            f"## {name}\n\n{text[0].upper()}{text[1:]}; {runs}.\n\n{about}\n\n"
            f"{indented(source)}\nBefore:\n\n{indented(before.rstrip())}\n"
        )
        if before == after:
            page.append("After: the same.\n")
        else:
            page.append(f"After:\n\n{indented(after.rstrip())}\n")
    return "\n".join(page)


def texts_of_the_tool():
    """All string literals of the sources; adjacent ones are one."""
    literals = []
    for folder in ("rewriter", "vm"):
        for path in sorted((ROOT / folder).iterdir()):
            if path.suffix in (".cpp", ".h", ".def"):
                found = re.findall(
                    r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', path.read_text()
                )
                literals += [
                    re.sub(r'"\s*"', "", text)[1:-1].replace("\\0", "\0")
                    for text in found
                ]
    return "\n".join(literals)


def wrong_headings():
    texts = texts_of_the_tool()
    page = (DOCS / "troubleshooting.md").read_text()
    return [
        heading
        for heading in re.findall(r"^### `(.*)`$", page, flags=re.M)
        for part in heading.split("...")
        if part.strip() and part.strip() not in texts
    ]


def anchors(page):
    """What headings of a page are called in links."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.M)
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles
    }


def dead_links():
    found = []
    for page in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]:
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = page.parent / name if name else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                found.append(f"{page.relative_to(ROOT)}: {link}")
    unlisted = [
        page.name
        for page in sorted(DOCS.glob("*.md"))
        if page.name != "README.md"
        and f"({page.name})" not in (DOCS / "README.md").read_text()
    ]
    return found + [f"docs/README.md does not list {name}" for name in unlisted]


def wrong_site():
    """What is wrong with the site that mkdocs.yml makes of the pages; None
    without mkdocs."""
    if not shutil.which("mkdocs"):
        return None
    found = []
    with tempfile.TemporaryDirectory(prefix="ireko-site-") as site:
        made = subprocess.run(
            ["mkdocs", "build", "--strict", "--quiet", "--site-dir", site],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        if made.returncode:
            return [made.stderr.strip()]
        navigation = (ROOT / "mkdocs.yml").read_text()
        for page in sorted(DOCS.glob("*.md")):
            if f": {page.name}\n" not in navigation:
                found.append(f"mkdocs.yml does not list {page.name}")
        for page in sorted(Path(site).rglob("*.html")):
            found += [
                f"{page.name} fetches {address}"
                for address in re.findall(
                    r'<(?:link|script|img)[^>]*(?:src|href)="((?:https?:)?//[^"]*)',
                    page.read_text(),
                )
            ]
    return found


def main():
    parser = argparse.ArgumentParser(
        description="Checks the documentation for people."
    )
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    made = {
        "README.md": readme(),
        "docs/tutorial.md": tutorial(),
        "docs/passes.md": passes(),
    }
    if options.update:
        for name, text in made.items():
            (ROOT / name).write_text(text)
    failed = 0
    for name, text in made.items():
        path = ROOT / name
        lines = path.read_text().splitlines(True) if path.exists() else []
        wrong = "".join(
            difflib.unified_diff(lines, text.splitlines(True), "is", "should be")
        )
        if wrong:
            print(f"FAIL {name} (tests/docs/run.py --update)\n{wrong}")
            failed += 1
    for heading in wrong_headings():
        print(f"FAIL docs/troubleshooting.md: the tool does not say: {heading}")
        failed += 1
    for link in dead_links():
        print(f"FAIL dead link in {link}")
        failed += 1
    wrong = wrong_site()
    for what in wrong or []:
        print(f"FAIL the site: {what}")
        failed += 1
    if wrong is None:
        print("skipped: the site: there is no mkdocs (apt install mkdocs)")
    checks = 5 + (wrong is not None)
    print(
        f"{max(checks - failed, 0)} passed, {failed} failed, "
        f"{int(wrong is None)} skipped"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
