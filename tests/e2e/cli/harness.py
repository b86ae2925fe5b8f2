"""Runs the bantam program for the tests of this folder, with pipes or on a terminal."""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("BANTAM_BIN", str(ROOT / "build/release/bantam"))
TINY = str(ROOT / "tests/golden/models/qwen2_tied.gguf")
MODELS = pathlib.Path(os.environ.get("BANTAM_MODELS", ROOT / "models"))
SMOL = str(MODELS / "smollm2-135m-instruct-q4_1.gguf")
PATIENCE_S = 120  # machines under test are slow and shared

needs_smol = unittest.skipUnless(
    os.path.exists(SMOL), "SmolLM2 is not there (./dev model smol)")


class CliTest(unittest.TestCase):
    """A test with a home directory of its own."""

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.home.name, "TERM": "xterm",
            "LANG": "C.UTF-8"}

    def path(self, name):
        return os.path.join(self.home.name, name)

    def write(self, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        pathlib.Path(self.path(name)).write_bytes(data)
        return self.path(name)

    def bantam(self, *args, stdin=b"", **kwargs):
        """The finished process; stdout and stderr as bytes."""
        stdin = stdin.encode() if isinstance(stdin, str) else stdin
        return subprocess.run([PROGRAM, *args], input=stdin, capture_output=True,
                              env=self.environment, timeout=PATIENCE_S, **kwargs)

    def good(self, *args, **kwargs):
        """Standard output as text of a run that must succeed."""
        done = self.bantam(*args, **kwargs)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        return done.stdout.decode()

    def bad(self, code, *args, **kwargs):
        """Standard error of a run that must fail with that code, within a second or two."""
        start = time.monotonic()
        done = self.bantam(*args, **kwargs)
        took = time.monotonic() - start
        text = done.stderr.decode()
        self.assertEqual(done.returncode, code, text)
        self.assertTrue(text.startswith("bantam: "), text)
        self.assertLess(took, 2, args)
        return text

    def terminal(self, *args):
        terminal = Terminal(self, [PROGRAM, *args])
        self.addCleanup(terminal.close)
        return terminal


class Terminal:
    """The program on a pseudo-terminal: type, and wait for what must appear."""

    def __init__(self, test, command):
        self.test = test
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execve(command[0], command, test.environment)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.seen = ""
        self.ended = False

    def type(self, text):
        os.write(self.fd, text.encode())

    def line(self, text):
        self.type(text + "\r")

    def _read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # Linux: the other side has closed
            data = b""
        self.ended = not data
        self.seen += data.decode(errors="replace")

    def until(self, pattern, seconds=PATIENCE_S):
        """What came up to the first match of the pattern, which must come."""
        deadline = time.monotonic() + seconds
        while True:
            if match := re.search(pattern, self.seen):
                text, self.seen = self.seen[:match.end()], self.seen[match.end():]
                return text
            left = deadline - time.monotonic()
            if left <= 0 or self.ended:
                self.test.fail(f"'{pattern}' did not come; the screen: {self.seen!r}")
            self._read(left)

    def prompt(self, seconds=PATIENCE_S):
        """What came before the next prompt."""
        return self.until(r"\x1b\[\?2004h>>> |(?<![^\n])>>> ", seconds)

    def ctrl_c(self):
        self.type("\x03")

    def exit_code(self, seconds=PATIENCE_S):
        deadline = time.monotonic() + seconds
        while not self.ended and time.monotonic() < deadline:
            self._read(0.1)
        pid, status = os.waitpid(self.pid, 0 if self.ended else os.WNOHANG)
        self.test.assertEqual(pid, self.pid, f"still running; the screen: {self.seen!r}")
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
