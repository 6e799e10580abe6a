#!/usr/bin/env python3
"""Runs a module in headless Chromium, on a page that a server of this process
offers at 127.0.0.1:

    chromium.py [--dir FOLDER]... [--env NAME=VALUE]... [--invoke JSON]
                [--screenshot FILE] [--connect PORT] MODULE ARG...
    chromium.py --serve

WASI comes from the package @bjorn3/browser_wasi_shim; folders are copied into
the page's memory and back. The exit code is the program's; a trap ends with
134, a module that is refused with 1.

Starting a browser takes seconds. --serve starts one, prints the port of its
server and goes on until its standard input ends; with --connect a program runs
there, in a page of its own.
"""

import argparse
import base64
import http.client
import http.server
import json
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "support"))

import tools  # noqa: E402

SHIM = tools.cacheRoot() / "hosts" / "browser-shim" / "dist"
SECONDS = 120
TYPES = {".html": "text/html", ".mjs": "text/javascript",
         ".js": "text/javascript", ".wasm": "application/wasm",
         ".json": "application/json"}


def encode(data):
    return base64.b64encode(data).decode()


def job(arguments):
    folders = {folder: {str(path.relative_to(folder)): encode(path.read_bytes())
                        for path in pathlib.Path(folder).rglob("*")
                        if path.is_file()}
               for folder in arguments.dir}
    return {"name": pathlib.Path(arguments.module).name,
            "args": arguments.args, "folders": folders,
            "variables": dict(text.split("=", 1) for text in arguments.env),
            "call": json.loads(arguments.invoke),
            "again": arguments.connect is not None,
            "stdin": encode(sys.stdin.buffer.read())}


class Page(http.server.BaseHTTPRequestHandler):
    """Answers the page, and with --serve those who want a program run."""

    def do_GET(self):
        name = self.path.lstrip("/") or "page.html"
        if name == "job.json":
            content = self.server.nextJob()
        elif name == "module.wasm":
            content = self.server.module
        elif name.startswith("shim/"):
            content = (SHIM / pathlib.Path(name).name).read_bytes()
        elif name in ("page.html", "page.mjs"):
            content = (HERE / name).read_bytes()
        else:
            self.send_error(404)
            return
        kind = TYPES[pathlib.Path(name).suffix]
        self.answer(content, kind)

    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/result":
            self.server.results.put(json.loads(data))
            self.answer(b"", "text/plain")
        elif self.path == "/run":
            submitted = json.loads(data)
            result = self.server.run(submitted["job"],
                                     base64.b64decode(submitted["module"]))
            self.answer(json.dumps(result).encode(), TYPES[".json"])

    def answer(self, content, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Session(http.server.ThreadingHTTPServer):
    """A browser on a page of ours, which runs one program after another."""

    daemon_threads = True

    def __init__(self, screenshot=None):
        super().__init__(("127.0.0.1", 0), Page)
        self.port = self.server_address[1]
        self.jobs, self.results = queue.Queue(), queue.Queue()
        self.oneAtATime = threading.Lock()
        self.module = b""
        self.screenshot = screenshot
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.browser = self.start()

    def start(self):
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                   "--no-first-run", f"--user-data-dir={self.profile.name}"]
        if self.screenshot:
            command += [f"--screenshot={self.screenshot}",
                        "--window-size=900,600", "--virtual-time-budget=10000"]
        else:
            # Keeps it from leaving once the page is there.
            command += ["--remote-debugging-port=0"]
        return subprocess.Popen(
            [*command, f"http://127.0.0.1:{self.port}/"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def nextJob(self):
        return json.dumps(self.jobs.get()).encode()

    def run(self, program, module):
        """The page's result, or None; then the browser is started anew."""
        with self.oneAtATime:
            self.module = module
            self.jobs.put(program)
            try:
                return self.results.get(timeout=SECONDS)
            except queue.Empty:
                self.stop()
                self.jobs, self.results = queue.Queue(), queue.Queue()
                self.browser = self.start()
                return None

    def stop(self):
        if self.screenshot:
            self.browser.wait(SECONDS)
        self.browser.terminate()
        self.browser.wait(SECONDS)


def runOnce(arguments):
    module = pathlib.Path(arguments.module).read_bytes()
    program = job(arguments)
    session = Session(arguments.screenshot)
    try:
        return session.run(program, module)
    finally:
        session.stop()


def submit(arguments):
    """Has a session of another process run the program."""
    module = pathlib.Path(arguments.module).read_bytes()
    body = json.dumps({"job": job(arguments), "module": encode(module)})
    connection = http.client.HTTPConnection("127.0.0.1", arguments.connect)
    connection.request("POST", "/run", body)
    return json.loads(connection.getresponse().read())


def serve():
    session = Session()
    print(session.port, flush=True)
    sys.stdin.read()
    session.stop()
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dir", action="append", default=[])
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--invoke", default="null")
    parser.add_argument("--screenshot")
    parser.add_argument("--connect", type=int)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("module", nargs="?")
    parser.add_argument("args", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve()
    result = submit(arguments) if arguments.connect else runOnce(arguments)
    if result is None:
        print(f"chromium: no result in {SECONDS} s", file=sys.stderr)
        return 1
    for folder, files in result["files"].items():
        for name, content in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))
    sys.stdout.buffer.write(base64.b64decode(result["stdout"]))
    sys.stderr.buffer.write(base64.b64decode(result["stderr"]))
    return result["code"]


if __name__ == "__main__":
    sys.exit(main())
