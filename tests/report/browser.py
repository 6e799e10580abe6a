"""Headless Chromium under remote control, by its protocol over pipes.

Clicks and keys are the browser's own input events, at places on the screen, as
if a person had made them.
"""

import base64
import json
import os
import select
import subprocess
import tempfile
import time

SECONDS = 20


class Browser:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commandsOut, self.commands = os.pipe()
        self.answers, answersIn = os.pipe()

        def arrange():  # in the child: commands on 3, answers on 4
            first, second = os.dup(commandsOut), os.dup(answersIn)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
             "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe",
             "--host-resolver-rules=MAP * ~NOTFOUND",
             f"--user-data-dir={self.profile.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=arrange)
        os.close(commandsOut)
        os.close(answersIn)
        self.number, self.buffer, self.session = 0, b"", None
        self.errors = []
        page = next(each for each in self.call("Target.getTargets")["targetInfos"]
                    if each["type"] == "page")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=page["targetId"])["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (RuntimeError, OSError):
            self.process.kill()
        self.process.wait(SECONDS)
        self.profile.cleanup()

    def receive(self, end):
        while b"\0" not in self.buffer:
            if not select.select([self.answers], [], [], end - time.time())[0]:
                raise RuntimeError(f"Chromium: no answer in {SECONDS} s")
            data = os.read(self.answers, 1 << 20)
            if not data:
                raise RuntimeError("Chromium has ended")
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(message)
        what, about = message.get("method"), message.get("params")
        if what == "Runtime.exceptionThrown":
            details = about["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get(
                "description", details["text"]))
        elif what == "Log.entryAdded" and about["entry"]["level"] == "error":
            self.errors.append(about["entry"]["text"])
        elif (what == "Network.requestWillBeSent" and
              not about["request"]["url"].startswith("file:")):
            self.errors.append("a request of " + about["request"]["url"])
        return message

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        end = time.time() + SECONDS
        while True:
            answer = self.receive(end)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def run(self, script):
        """The value of an expression, or of the promise that it is."""
        result = self.call("Runtime.evaluate", expression=script,
                           awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, script):
        """Waits until the expression is true, and returns its value."""
        end = time.time() + SECONDS
        while not (value := self.run(script)):
            if time.time() > end:
                raise RuntimeError(
                    f"not within {SECONDS} s: {script}\n{self.errors}\n" +
                    self.run("location.hash + document.body.innerText"))
            time.sleep(0.02)
        return value

    def open(self, address):
        self.call("Page.navigate", url=address)

    def screen(self, width, height, mode="light"):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": mode}])

    def clickAt(self, x, y):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                      button="none" if kind == "mouseMoved" else "left",
                      clickCount=0 if kind == "mouseMoved" else 1)

    def click(self, selector):
        """The middle of the first element that matches and has a size."""
        place = self.until(f"""(() => {{
          for (const e of document.querySelectorAll({json.dumps(selector)})) {{
            e.scrollIntoView({{block: 'nearest'}});
            const r = e.getBoundingClientRect();
            if (r.width && r.height)
              return [r.x + Math.min(r.width, 400) / 2, r.y + r.height / 2];
          }}
        }})()""")
        self.clickAt(*place)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def key(self, key):
        codes = {"Enter": 13, "Escape": 27, "Backspace": 8, "ArrowDown": 40,
                 "End": 35, "Home": 36}
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key,
                      windowsVirtualKeyCode=codes.get(key, ord(key[0].upper())),
                      text=text if kind == "keyDown" else "")

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))
