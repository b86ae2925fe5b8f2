"""./dev: fetching from a model hub (here: a server on this machine), and running without root."""

import hashlib
import http.server
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = b"GGUF" + bytes(range(256)) * 4000
SHA = hashlib.sha256(FILE).hexdigest()
NAME = "Someone/Some-Model-GGUF/some-model.gguf"


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers as the hub does: a redirect with checksum and size, then the file from elsewhere."""

    published = SHA  # what it says the checksum is; None: nothing
    break_after = None  # bytes after which a download breaks off, once
    seen = []  # (path, Authorization, Range) of every request

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        hub = type(self)
        hub.seen.append((self.path, self.headers["Authorization"], self.headers["Range"]))
        if self.path == "/Someone/Some-Model-GGUF/resolve/main/some-model.gguf":
            self.send_response(302)
            port = self.server.server_address[1]
            self.send_header("Location", f"http://localhost:{port}/storage/blob")
            if hub.published:
                self.send_header("X-Linked-Etag", f'"{hub.published}"')
                self.send_header("X-Linked-Size", str(len(FILE)))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/storage/blob":
            self.send_file()
        else:
            self.send_error(404)

    def send_file(self):
        hub, start = type(self), 0
        if self.headers["Range"]:
            start = int(self.headers["Range"].removeprefix("bytes=").split("-")[0])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(FILE) - 1}/{len(FILE)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(FILE) - start))
        self.end_headers()
        end = hub.break_after or len(FILE)
        hub.break_after = None
        if self.command == "GET":
            self.wfile.write(FILE[start:end])
        self.close_connection = True

    def log_message(self, *arguments):
        pass


class Models(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.folder = tempfile.TemporaryDirectory()
        self.models = pathlib.Path(self.folder.name)
        Hub.published, Hub.break_after, Hub.seen = SHA, None, []

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def fetch(self, name=NAME, **environment):
        return subprocess.run(
            [ROOT / "dev", "model", name], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            env={**os.environ, "BANTAM_MODELS": str(self.models), "no_proxy": "*",
                 "HF_ENDPOINT": f"http://127.0.0.1:{self.server.server_address[1]}/",
                 **environment})

    def test_a_file_is_fetched_verified_and_put_in_place(self):
        result = self.fetch()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.models / "some-model.gguf").read_bytes(), FILE)
        self.assertIn("published by the hub", result.stderr)
        self.assertIn(f"{SHA} verified", result.stderr)
        requests = len(Hub.seen)
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual(len(Hub.seen), requests, "a model that is there is not asked for again")

    def test_a_wrong_checksum_leaves_no_file(self):
        Hub.published = "0" * 64
        result = self.fetch()
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(f"SHA-256 is {SHA}, expected {'0' * 64}", result.stderr)
        self.assertEqual([p for p in self.models.rglob("*") if p.suffix == ".gguf"], [])

    def test_no_checksum_no_file(self):
        Hub.published = None
        result = self.fetch()
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("publishes no SHA-256", result.stderr)

    def test_a_broken_download_goes_on_where_it_stopped(self):
        Hub.break_after = 300_000
        self.assertNotEqual(self.fetch().returncode, 0)
        self.assertFalse((self.models / "some-model.gguf").exists())
        result = self.fetch()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.models / "some-model.gguf").read_bytes(), FILE)
        self.assertEqual(Hub.seen[-1][2], "bytes=300000-")

    def test_the_token_goes_to_the_hub_and_nowhere_else(self):
        self.assertEqual(self.fetch(HF_TOKEN="secret").returncode, 0)
        for path, token, _ in Hub.seen:
            self.assertEqual(token, None if path == "/storage/blob" else "Bearer secret")

    def test_the_pinned_model_is_not_replaced_by_another(self):
        result = self.fetch("headline")
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(list(self.models.glob("*.gguf")), [])

    def test_an_unknown_name_is_an_error(self):
        result = self.fetch("no-such-model")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("unknown model 'no-such-model'", result.stderr)


class WithoutRoot(unittest.TestCase):
    def test_the_line_to_run_is_printed(self):
        script = ("root=$1; source $1/tools/lib.sh; source $1/tools/packages.sh;"
                  "id() { echo 1000; }; sudo() { return 1; }; present() { return 1; }; need lint")
        result = subprocess.run(["bash", "-c", script, "x", ROOT], capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends "
                      "clang-format-19 clang-tidy-19 git\n", result.stderr)

    def test_every_package_has_a_probe(self):
        script = ("root=$1; source $1/tools/lib.sh; source $1/tools/packages.sh;"
                  'printf "%s\\n" "${packages_build[@]}" "${packages_wasm[@]}"')
        result = subprocess.run(["bash", "-c", script, "x", ROOT], capture_output=True, text=True)
        for entry in result.stdout.split():
            self.assertRegex(entry, r"^[a-z0-9.+-]+:.")


class Help(unittest.TestCase):
    def test_every_command_is_listed(self):
        text = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True).stdout
        for command in ("run", "build", "test", "accept", "lint", "fmt", "asan | tsan", "fuzz",
                        "bench", "bench --peers", "ab", "model"):
            self.assertIn(f"./dev {command}", text)

    def test_what_needs_no_build_comes_at_once(self):
        def peers(*arguments):
            return subprocess.run([ROOT / "dev", "bench", "--peers", *arguments],
                                  capture_output=True, text=True,
                                  env={**os.environ, "BANTAM_MODELS": "no/such/folder"})
        listed = peers("--list")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("\nprefill-8192 ", listed.stdout)
        self.assertEqual(listed.stderr, "", "nothing was built or fetched")
        self.assertIn("--rows NAME", peers("--help").stdout)
        for wrong, words in ((("--rows", "typo"), "no row 'typo'; there are: prefill-512"),
                             (("other.gguf",), "unrecognized arguments: other.gguf")):
            refused = peers(*wrong)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(words, refused.stderr)
            self.assertNotIn("building", refused.stderr)

    def test_options_of_peers_without_it_are_refused_at_once(self):
        refused = subprocess.run([ROOT / "dev", "bench", "--list"], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertEqual(refused.stderr,
                         "./dev: --list belongs to --peers: ./dev bench --peers --list\n")

    def test_an_unknown_command_fails(self):
        result = subprocess.run([ROOT / "dev", "nonsense"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("unknown command 'nonsense'", result.stderr)


if __name__ == "__main__":
    unittest.main()
