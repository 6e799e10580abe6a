#!/usr/bin/env python3
"""The HTML report, by what is in the file and, in headless Chromium, by clicks
and keys.

    run.py                      with the release build
    run.py --build debug
    run.py --screenshots DIR    and keeps pictures, to be looked at
    run.py --large              also how fast the report of Yosys is there
"""

import argparse
import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from browser import Browser  # noqa: E402
from checks import Checks  # noqa: E402
import tools  # noqa: E402

APP = ROOT / "samples" / "mandelbrot.wat"
# The largest program of tests/programs: 30 MB.
LARGE = tools.cacheRoot() / "programs" / "yosys.wasm"
kMostMilliseconds = 3000


def inspect(tool, *arguments):
    return subprocess.run([tool, "inspect", *map(str, arguments)], check=True,
                          capture_output=True, timeout=900).stdout


def rowsOfColumns(columns):
    rows, at, beside = [], 0, 0
    for i, text in enumerate(columns["text"]):
        at += columns["offset"][i]
        beside += columns["address"][i]
        row = {"offset": at, "depth": columns["depth"][i], "text": text}
        if beside:
            row["address"] = beside
        if str(i) in columns["line"]:
            row["line"] = columns["line"][str(i)]
        rows.append(row)
    return rows


def dataIn(page):
    """The JSON that the pieces in a report make together."""
    def unpack(text):
        return json.loads(zlib.decompress(base64.b64decode(text)))
    data = unpack(re.search(r'<script type="text/plain" id="data">([^<]*)<',
                            page)[1])
    for piece in re.finditer(r'<script type="text/plain" class="(listing|code)" '
                             r'data-first="(\d+)" data-next="(\d+)">([^<]*)<',
                             page):
        for index, part in unpack(piece[4]).items():
            assert int(piece[2]) <= int(index) < int(piece[3])
            if "original" in part:
                part["original"] = rowsOfColumns(part["original"])
            if piece[1] == "listing":
                data["functions"][int(index)].update(part)
            else:
                data["handlers"][int(index)]["code"] = part
    return data


def checkData(checks, tool, report, work):
    page = report.read_text()
    checks.holds("the data are those of --format=json",
                 dataIn(page) == json.loads(inspect(tool, APP, "--format=json")))
    checks.check("nothing is fetched",
                 re.findall(r'<(?:script|img|link|iframe)[^>]*(?:src|href)=',
                            page), [])
    bundle = work / "bundle.wasm"
    subprocess.run([tool, "pack", "-q", APP, "-o", bundle], check=True)
    checks.holds("and of a bundle",
                 dataIn(inspect(tool, bundle, "--format=html").decode()) ==
                 json.loads(inspect(tool, bundle, "--format=json")))
    one = dataIn(inspect(tool, APP, "--format=html", "--function=row").decode())
    checks.check("only one function",
                 [f["index"] for f in one["functions"] if "instructions" in f],
                 [2])


class Session:
    """A report in a browser; each step is what a person would do."""

    def __init__(self, browser, checks, pictures):
        self.browser, self.checks, self.pictures = browser, checks, pictures

    def picture(self, name):
        if self.pictures:
            self.browser.screenshot(self.pictures / f"{name}.png")

    def open(self, report, place="#/"):
        self.browser.open("about:blank")
        self.browser.until("location.href === 'about:blank'")
        self.browser.open(f"file://{report}{place}")
        return int(self.browser.until(
            "document.documentElement?.dataset?.ready"))

    def heading(self):
        return self.browser.run("document.querySelector('h1')?.textContent ?? ''")

    def at(self, what, heading, place):
        """Waits for the heading, and checks the address."""
        self.browser.until(
            f"document.querySelector('h1')?.textContent === {heading!r}")
        self.checks.check(what, self.browser.run("location.hash"), place)


def byMouse(session, report):
    browser, checks = session.browser, session.checks
    browser.screen(1280, 3000)
    session.open(report)
    session.picture("whole-overview")
    browser.screen(1280, 1000)
    print(f"the report is there after {session.open(report)} ms")
    checks.check("charts", browser.run("document.querySelectorAll("
                                       "'canvas[role=img]').length"), 4)
    session.picture("overview")
    # The middle of the treemap: its largest function.
    browser.click("#heat canvas")
    session.at("from the treemap to a function", "escape", "#/function/1")
    session.picture("function")
    # Beside the original at first, as the screen is wide.
    for name, text in (("original", "f64.mul"), ("region", "loop $"),
                       ("stream", "enter region")):
        browser.click(f"button[data-beside={name}]")
        browser.until(f"location.hash.endsWith('beside={name}') && "
                      "document.querySelector('button[aria-pressed=true]')"
                      f"?.dataset.beside === {name!r}")
        checks.holds(f"the stream beside: {name}", browser.run(
            "[...document.querySelectorAll('.row')].some((row) => (row."
            f"querySelector('.side') ?? row).textContent.includes({text!r}))"))
        session.picture(f"function-{name}")
    browser.click("button[data-beside=safepoints]")
    checks.holds("safepoints with their live values", browser.until(
        "document.querySelector('table')?.textContent.includes('$cx f64')"))
    session.picture("safepoints")
    browser.click("button[data-beside=stream]")
    browser.until("document.querySelector('.list') !== null")
    handler = browser.until("document.querySelector('.row a')?.textContent")
    browser.click(".row a")
    session.at("from a line to its handler", f"Handler {handler[1:]}",
               f"#/handler/{handler[1:]}")
    checks.holds("the code of a handler", browser.until(
        "[...document.querySelectorAll('pre')].some((pre) =>"
        " pre.textContent.includes('local.get $pc'))"))
    session.picture("handler")
    browser.click("td a")
    browser.until("document.querySelector('.list') !== null")
    checks.check("and to a function that uses it",
                 browser.run("location.hash").split("/")[1], "function")
    browser.click("nav a[href='#/regions']")
    browser.until("document.querySelector('#filter')?.placeholder ==="
                  " 'Filter regions'")
    checks.check("regions, with what was expected of them", browser.run(
        "[...document.querySelectorAll('.row')].filter((row) =>"
        " row.textContent.includes('calls expected')).length"), 3)
    session.picture("regions")
    browser.click("nav a[href='#/handlers']")
    browser.until("document.querySelector('#filter')?.placeholder ==="
                  " 'Filter handlers'")
    browser.click("#filter")
    browser.type("f64.mul")
    checks.holds("a filter", browser.run(
        "[...document.querySelectorAll('.row')].every("
        "(row) => row.textContent.includes('f64.mul'))"
        " && document.querySelectorAll('.row').length === 2"))
    session.picture("handlers")


def byKeys(session, report):
    browser, checks = session.browser, session.checks
    session.open(report)
    browser.key("/")
    browser.type("ro")
    checks.check("hits", browser.until(
        "document.querySelector('#hits a')?.textContent").split(" ")[0], "row")
    session.picture("search")
    browser.key("Enter")
    session.at("search", "row", "#/function/2")
    browser.until("document.activeElement.className.includes('list')")
    for _ in range(3):
        browser.key("ArrowDown")
    checks.check("a line is chosen", browser.run(
        "document.querySelectorAll('.row.at').length"), 1)
    browser.key("Enter")
    browser.until("location.hash.startsWith('#/handler/')")
    browser.until("document.querySelector('h1')?.textContent"
                  ".startsWith('Handler')")
    browser.key("Backspace")
    session.at("back", "row", "#/function/2")
    browser.key("f")
    browser.until("document.querySelector('#filter')?.placeholder ==="
                  " 'Filter functions'")
    browser.key("?")
    checks.holds("help", browser.until("document.querySelector('dialog').open"))
    browser.key("Escape")


def byAddress(session, report):
    browser, checks = session.browser, session.checks
    session.open(report, "#/function/2/L1")
    checks.check("a link to a label", browser.until(
        "document.querySelector('.row.at')?.textContent"), "L1:")
    session.open(report, "#/functions?sort=bytes")
    checks.check("a link to an order", browser.until(
        "document.querySelector('button[aria-pressed=true]')?.textContent"),
        "size")
    session.open(report, "#/function/99")
    checks.holds("a link to nothing", session.heading())


def withProfile(session, report):
    browser, checks = session.browser, session.checks
    browser.screen(1280, 3000)
    session.open(report)
    titles = browser.run("[...document.querySelectorAll('h2')].map("
                         "(title) => title.textContent)")
    for title in ("Hot paths", "What ends an instruction",
                  "Superinstructions that did not pay"):
        checks.holds(title, title in titles)
    session.picture("profile")
    browser.click("a[href='#/handlers?sort=unpaid']")
    checks.check("those that did not pay", browser.until(
        "document.querySelector('button[aria-pressed=true]')?.textContent"),
        "did not pay")
    session.open(report, "#/function/1?beside=stream")
    checks.holds("counts and shares beside each line", browser.until(
        "[...document.querySelectorAll('.row')].some((row) =>"
        " /\\d{1,3},\\d{3}.*%/.test(row.textContent))"))
    session.picture("profile-function")


def quickly(session, report):
    """A report of a large program: how long until it is there, the best of
    five, as others may be at work. Then from its treemap to an instruction of
    the program and to a handler."""
    session.browser.screen(1280, 1000)
    times = [session.open(report) for _ in range(5)]
    print(f"{report.name}, {report.stat().st_size >> 20} MB, is there after "
          f"{times} ms")
    session.checks.holds(f"in less than {kMostMilliseconds} ms: {min(times)}",
                         min(times) < kMostMilliseconds)
    session.picture("large")
    browser = session.browser
    started = time.monotonic()
    browser.click("#heat canvas")
    browser.click("button[data-beside=original]")
    session.checks.holds("the original beside a large program's code",
                         browser.until(
        "[...document.querySelectorAll('.row .side')].some((side) =>"
        " /local\\.get/.test(side.textContent))"))
    browser.click(".row a")
    browser.until("document.querySelector('h1')?.textContent"
                  ".startsWith('Handler')")
    print(f"three clicks took {time.monotonic() - started:.1f} s")
    session.picture("large-handler")


def everywhere(session, report):
    """No width at which the page is wider than the screen."""
    views = ("", "functions", "handlers", "regions", "function/2",
             "function/2?beside=original", "function/2?beside=region",
             "function/2?beside=safepoints", "handler/2")
    for mode, width, height in (("light", 1280, 800), ("dark", 1280, 800),
                                ("light", 390, 844), ("dark", 390, 844)):
        session.browser.screen(width, height, mode)
        session.open(report)
        for view in views:
            session.browser.run(f"location.hash = '#/{view}'")
            session.browser.until("turn >= 1 && document.querySelector("
                                  "'main > *') && true")
            session.checks.holds(f"{view or 'overview'} fits into {width}",
                                 session.browser.run(
                "document.documentElement.scrollWidth <= innerWidth"
                " && main.scrollWidth <= main.clientWidth"))
            name = re.sub(r"[/?=]", "-", view) or "overview"
            session.picture(f"{mode}-{width}-{name}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="release")
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    tool = ROOT / "build" / options.build / "ireko"
    if options.screenshots:
        options.screenshots.mkdir(exist_ok=True, parents=True)
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="ireko-report-") as work:
        work = pathlib.Path(work)
        report = work / "report.html"
        inspect(tool, APP, "--format=html", "-o", report)
        checkData(checks, tool, report, work)
        profile, profiled = work / "profile", work / "profiled.html"
        subprocess.run([tool, "run", APP, "--profile", profile], check=True,
                       stdout=subprocess.DEVNULL, timeout=120)
        inspect(tool, APP, "--format=html", "--profile", profile, "-o", profiled)
        large = work / "yosys.html"
        if options.large:
            inspect(tool, LARGE, "--format=html", "-o", large)
        if shutil.which("chromium"):
            browser = Browser()
            try:
                session = Session(browser, checks, options.screenshots)
                for step in (byMouse, byKeys, byAddress, everywhere):
                    step(session, report)
                withProfile(session, profiled)
                if options.large:
                    quickly(session, large)
                checks.check("errors on the page, and requests",
                             browser.errors, [])
            finally:
                browser.close()
        else:
            checks.skip("clicks and keys", "there is no Chromium; "
                        "toolchain/setup.sh hosts installs it")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
