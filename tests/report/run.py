#!/usr/bin/env python3
"""The HTML report, by what is in the file and, in headless Chromium, by clicks
and keys.

    run.py                      with the release build
    run.py --build debug
    run.py --screenshots DIR    and keeps pictures, to be looked at
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
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from browser import Browser  # noqa: E402
from checks import Checks  # noqa: E402

APP = ROOT / "samples" / "mandelbrot.wat"


def inspect(tool, *arguments):
    return subprocess.run([tool, "inspect", *map(str, arguments)], check=True,
                          capture_output=True, timeout=120).stdout


def dataIn(page):
    """The JSON that the pieces in a report make together."""
    def unpack(text):
        return json.loads(zlib.decompress(base64.b64decode(text)))
    data = unpack(re.search(r'<script type="text/plain" id="data">([^<]*)<',
                            page)[1])
    for piece in re.finditer(r'<script type="text/plain" class="listing" '
                             r'data-first="(\d+)" data-next="(\d+)">([^<]*)<',
                             page):
        for index, instructions in unpack(piece[3]).items():
            assert int(piece[1]) <= int(index) < int(piece[2])
            data["functions"][int(index)]["instructions"] = instructions
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
    browser.screen(1280, 1000)
    print(f"the report is there after {session.open(report)} ms")
    checks.check("charts", browser.run("document.querySelectorAll("
                                       "'canvas[role=img]').length"), 4)
    session.picture("overview")
    # The middle of the treemap: its largest function.
    browser.click("#heat canvas")
    session.at("from the treemap to a function", "escape", "#/function/1")
    session.picture("function")
    handler = browser.until("document.querySelector('.row a')?.textContent")
    browser.click(".row a")
    session.at("from a line to its handler", f"Handler {handler[1:]}",
               f"#/handler/{handler[1:]}")
    session.picture("handler")
    browser.click("td a")
    browser.until("document.querySelector('.list') !== null")
    checks.check("and to a function that uses it",
                 browser.run("location.hash").split("/")[1], "function")
    browser.click("nav a[href='#/regions']")
    browser.until("document.querySelector('#filter')?.placeholder ==="
                  " 'Filter regions'")
    checks.check("regions", browser.run(
        "document.querySelectorAll('.row').length"), 3)
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


def everywhere(session, report):
    """No width at which the page is wider than the screen."""
    for mode, width, height in (("light", 1280, 800), ("dark", 1280, 800),
                                ("light", 390, 844), ("dark", 390, 844)):
        session.browser.screen(width, height, mode)
        session.open(report)
        for view in ("", "functions", "handlers", "regions", "function/2",
                     "handler/2"):
            session.browser.run(f"location.hash = '#/{view}'")
            session.browser.until("turn >= 1 && document.querySelector("
                                  "'main > *') && true")
            session.checks.holds(f"{view or 'overview'} fits into {width}",
                                 session.browser.run(
                "document.documentElement.scrollWidth <= innerWidth"
                " && main.scrollWidth <= main.clientWidth"))
            session.picture(f"{mode}-{width}-{view.replace('/', '-') or 'overview'}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="release")
    parser.add_argument("--screenshots", type=pathlib.Path)
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
        if shutil.which("chromium"):
            browser = Browser()
            try:
                session = Session(browser, checks, options.screenshots)
                for step in (byMouse, byKeys, byAddress, everywhere):
                    step(session, report)
                checks.check("errors on the page, and requests",
                             browser.errors, [])
            finally:
                browser.close()
        else:
            print("skipped: clicks and keys: there is no Chromium; "
                  "toolchain/setup.sh hosts installs it")
            checks.skipped += 1
    print(f"{checks.passed} passed, {checks.failed} failed, "
          f"{checks.skipped} skipped")
    return 1 if checks.failed or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main())
