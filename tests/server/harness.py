"""Starts `bantam serve` for the tests of this folder, and stops it."""

import importlib.util
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("BANTAM_BIN", str(ROOT / "build/release/bantam"))
MODELS = pathlib.Path(os.environ.get("BANTAM_MODELS", ROOT / "models"))
TINY = str(ROOT / "tests/golden/models/qwen2_tied.gguf")
SMOL = str(MODELS / "smollm2-135m-instruct-q4_1.gguf")
ENCODER = str(ROOT / "tests/golden/encoders/mean.gguf")
MINILM = str(MODELS / "all-minilm-l6-v2")
QWEN = str(MODELS / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf")
PATIENCE_S = 300  # machines under test are slow and shared


def skip_without(package):
    """Ends a test program that needs a package which is not there."""
    if importlib.util.find_spec(package) is None:
        print(f"skipped: the package {package} is not there (./dev test installs it)")
        sys.exit(0)


class Server:
    """A server on a free port, with a home directory of its own."""

    def __init__(self, *args, environment=None):
        self.home = tempfile.TemporaryDirectory()
        self.lines = []
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0", *args], stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "HOME": self.home.name, "LANG": "C.UTF-8",
                 **(environment or {})})
        self.listening = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not self.listening.wait(PATIENCE_S):
            raise TimeoutError("the server does not listen: " + "".join(self.lines))

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.decode())
            found = re.search(r"listening on (http://[^ ,]+)", self.lines[-1])
            if found:
                self.url = found.group(1)
                self.listening.set()
        self.listening.set()

    def stop(self):
        """The exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        """The exit code, once the server has ended."""
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.process.stderr.close()
        self.home.cleanup()
        return code

    def open(self, method, path, body=None, headers=None):
        """The reply of one request, to be read as it comes; raises HTTPError if it is refused."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method,
                                         headers=headers or {})
        return urllib.request.urlopen(request, timeout=PATIENCE_S)

    def call(self, method, path, body=None, headers=None):
        """Status, headers and body of one request; the body as it came."""
        try:
            with self.open(method, path, body, headers) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def post(self, path, body):
        """The JSON of a reply that must be 200."""
        status, _, text = self.call("POST", path, body)
        if status != 200:
            raise AssertionError(f"{path}: {status} {text.decode(errors='replace')}")
        return json.loads(text)


class ServerTest(unittest.TestCase):
    """Tests that share one server; `arguments` are those of `bantam serve`."""

    arguments = ()
    model = None

    @classmethod
    def setUpClass(cls):
        for path in cls.arguments:
            if path.endswith(".gguf") and not os.path.exists(path):
                raise unittest.SkipTest(f"{path} is not there (./dev model)")
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls._stop)

    @classmethod
    def _stop(cls):
        code = cls.server.stop()
        if code != 0:
            raise AssertionError(f"the server ended with {code}: {''.join(cls.server.lines[-5:])}")
