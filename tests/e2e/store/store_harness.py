"""Runs bantam against the hub of hub_server.py, with a store of the test's own."""

import hashlib
import json
import os
import pathlib
import random
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

from harness import PROGRAM, ROOT, CliTest  # noqa: E402
from hub_server import Hub  # noqa: E402

MODELS = ROOT / "tests/golden/models"
TINY = (MODELS / "qwen2_tied.gguf").read_bytes()
NAME = "Someone/Small-GGUF"
FILE = "small-q4_k_m.gguf"
STORED = "Someone/Small-GGUF:q4_k_m"


ENCODERS = ROOT / "tests/golden/encoders"


def folder_files(folder):
    """What is in a folder and below: name → bytes."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def rewrite_safetensors(path, change):
    """Applies `change` to a file's tensors: name → (dtype, shape, bytes)."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    tensors = {name: (row["dtype"], row["shape"],
                      data[start + row["data_offsets"][0]:start + row["data_offsets"][1]])
               for name, row in header.items() if name != "__metadata__"}
    change(tensors)
    header, body = {}, b""
    for name, (dtype, shape, values) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape,
                        "data_offsets": [len(body), len(body) + len(values)]}
        body += values
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)


def noise(size, seed=1):
    """Bytes that begin as a GGUF file does."""
    return b"GGUF" + random.Random(seed).randbytes(size - 4)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class StoreTest(CliTest):
    """A test with a home, a store and a hub."""

    @classmethod
    def setUpClass(cls):
        cls.certificates = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.certificates.cleanup)

    def setUp(self):
        super().setUp()
        self.hub = Hub(self.certificates.name)
        self.addCleanup(self.hub.close)
        self.root = pathlib.Path(self.home.name) / "bantam/models"
        self.environment.update({
            "BANTAM_HOME": str(self.root.parent), "HF_ENDPOINT": self.hub.endpoint,
            "SSL_CERT_FILE": self.hub.certificates, "BANTAM_RETRY_SECONDS": "0",
            "BANTAM_STALL_SECONDS": "3"})
        if "LSAN_OPTIONS" in os.environ:
            self.environment["LSAN_OPTIONS"] = os.environ["LSAN_OPTIONS"]

    def use_proxy(self):
        """Every host name leads to the hub: nothing looks like this machine."""
        del self.environment["HF_ENDPOINT"]
        self.environment["HTTPS_PROXY"] = self.hub.proxy
        self.environment["http_proxy"] = self.hub.proxy

    def pull(self, *args, code=0):
        """Standard error of a pull that must end with that code."""
        done = self.bantam("pull", *args)
        text = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, code, text)
        self.assertEqual(done.stdout, b"")
        return text

    def names(self, part):
        """Names in a folder of the store, locks aside."""
        folder = self.root / part
        if not folder.exists():
            return []
        return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")

    def wait_for_part(self, size):
        """Until that many bytes of a download are on the disk."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if sum(path.stat().st_size for path in self.root.glob("parts/*.part")) >= size:
                return
            time.sleep(0.01)
        self.fail("no download got that far")

    def listed(self):
        return json.loads(self.good("list", "--json"))

    def check_blobs(self):
        """Every file under a final name has that checksum."""
        for name in self.names("blobs"):
            data = (self.root / "blobs" / name).read_bytes()
            self.assertEqual(name, "sha256-" + sha256(data))

    def assert_untouched(self, parts=()):
        """Nothing is kept, and nothing lies outside the store."""
        self.assertEqual(self.names("blobs"), [])
        self.assertEqual(self.names("manifests"), [])
        self.assertEqual(self.names("models"), [])
        self.assertEqual(self.names("parts"), sorted(parts))
        for top, _, files in os.walk(self.home.name):
            for name in files:
                path = pathlib.Path(top) / name
                self.assertTrue(path.is_relative_to(self.root), path)
