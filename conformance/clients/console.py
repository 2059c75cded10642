"""Types into a program that runs on a terminal of its own (a pty), and checks what comes back.

usage: console.py TEXT PROGRAM ARGUMENT...

Waits for the program to say how to leave it, types TEXT, waits until the other end has sent it back, and leaves.
"""

import os
import pty
import select
import sys
import time

text, argv = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
seen = b""


def until(what, limit=10):
    """Read until the text shows up; returns what stood before it."""
    global seen
    end = time.monotonic() + limit
    while what not in seen:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        try:
            data = os.read(terminal, 4096) if ready else b""
        except OSError:  # the other end of the pty is gone
            data = b""
        if not data:
            sys.exit(f"no {what!r} in {seen!r}")
        seen += data
    before, _, seen = seen.partition(what)
    return before


until(b"Escape character is")
until(b"\n")
time.sleep(0.2)  # the program puts the terminal into raw mode after its greeting
os.write(terminal, text.encode() + b"\r")
until(text.encode())
os.write(terminal, b"\x1d")  # ^]
end = time.monotonic() + 10
while time.monotonic() < end:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        sys.exit(os.waitstatus_to_exitcode(status))
    if select.select([terminal], [], [], 0.05)[0]:
        try:
            os.read(terminal, 4096)
        except OSError:
            pass
os.kill(pid, 9)
sys.exit("the program did not end")
