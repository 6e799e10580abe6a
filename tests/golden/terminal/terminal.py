#!/usr/bin/env python3
"""Runs a command with a terminal for standard error and prints what it wrote.

    terminal.py COLUMNS SECONDS INPUT COMMAND...

Its standard input is a pipe, to which INPUT is written when the terminal has
shown something, or after SECONDS. A line that is drawn again comes out once,
lines of phases after reading (which may take no time) not at all; numbers are
N, and the folder OUT is OUT.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading

columns, seconds, source, *command = sys.argv[1:]
ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(columns), 0, 0))
process = subprocess.Popen(
    command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=theirs
)
os.close(theirs)
shown = threading.Event()


def feed():
    shown.wait(float(seconds))
    with open(source, "rb") as file:
        process.stdin.write(file.read())
    process.stdin.close()


threading.Thread(target=feed).start()
written = b""
try:
    while chunk := os.read(ours, 4096):
        written += chunk
        shown.set()
except OSError:  # the other end is closed
    pass
text = written.decode().replace(os.environ["OUT"], "OUT")
text = text.replace("\r\n", "<newline>\n").replace("\r", "<start>")
text = text.replace("\x1b[K", "<clear>\n")
text = re.sub(r"[0-9][0-9.]*", "N", text)
last = None
for line in text.splitlines():
    if line != last and not re.match("<start>ireko: (?!read)", line):
        print(line)
        last = line
print("exit code", process.wait())
