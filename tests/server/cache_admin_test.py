"""`bantam cache` while a server has the file: it asks the server, which stays right."""

import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

from harness import PATIENCE_S, PROGRAM, TINY, Server

QUESTION = "ab cd"
FAQ = {"question": "When are you open?", "answer": "9 to 18.", "also": ["What time do you open?"]}


class CacheAdminTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = str(self.folder / "answers.db")

    def serve(self, *args, **kwargs):
        server = Server(TINY, "--ctx", "256", "--cache", self.file, *args, **kwargs)
        self.addCleanup(server.stop)
        return server

    def run_cache(self, command, *args, code=0, environment=None):
        done = subprocess.run(
            [PROGRAM, "cache", command, *args], capture_output=True, text=True, check=False,
            timeout=PATIENCE_S, env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                                     "http_proxy": "http://127.0.0.1:1", **(environment or {})})
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    @staticmethod
    def ask(server, question=QUESTION, headers=None):
        status, sent, text = server.call("POST", "/v1/chat/completions", {
            "messages": [{"role": "user", "content": question}], "max_tokens": 16,
            "temperature": 0}, headers)
        if status != 200:
            raise AssertionError(text)
        reply = json.loads(text)["choices"][0]["message"]["content"]
        return sent["X-Bantam-Cache"].partition(";")[0], reply

    def test_asks_the_server(self):
        server = self.serve()
        self.assertEqual(self.ask(server)[0], "miss")
        self.assertEqual(self.ask(server)[0], "hit")
        for place in (["--cache", self.file], ["--server", server.url]):
            stats = json.loads(self.run_cache("stats", "--json", *place))
            self.assertEqual((stats["replies"], stats["hits"]["exact"]), (1, 1), place)
        # What is removed is no longer known to the server, which goes on.
        self.run_cache("clear", "--cache", self.file)
        self.assertEqual(self.ask(server)[0], "miss")
        self.assertEqual(self.ask(server)[0], "hit")
        lines = [json.loads(line) for line in
                 self.run_cache("export", "--cache", self.file).splitlines()]
        self.assertEqual([line["question"] for line in lines], [QUESTION])
        faq = self.folder / "faq.jsonl"
        faq.write_text(json.dumps(FAQ) + "\n")
        self.run_cache("import", str(faq), "--cache", self.file)
        self.assertEqual(self.ask(server, "what time do you open"), ("hit", "9 to 18."))
        self.assertEqual(json.loads(self.run_cache("export", "--faq", "--cache", self.file)), FAQ)

    def test_without_the_server(self):
        server = self.serve()
        self.ask(server)
        self.assertEqual(server.process.poll(), None)
        server.process.terminate()
        server.process.wait(PATIENCE_S)
        # The address that the server left behind is not asked: nobody holds the file.
        self.assertEqual(json.loads(self.run_cache("stats", "--json", "--cache", self.file))[
            "replies"], 1)
        said = self.run_cache("stats", "--server", server.url, code=1)
        self.assertIn(server.url, said)

    def test_many_pages(self):
        server = self.serve()
        faq = self.folder / "faq.jsonl"
        answers = [{"question": f"What is number {i}?", "answer": f"{i} " + "x" * 60000}
                   for i in range(120)]
        faq.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
        self.run_cache("import", str(faq), "--server", server.url)
        lines = self.run_cache("export", "--faq", "--cache", self.file).splitlines()
        self.assertEqual([json.loads(line) for line in lines], answers)

    def test_keys(self):
        server = self.serve("--api-key", "one", "--api-key", "two")
        self.ask(server, headers={"Authorization": "Bearer one"})
        self.assertIn("wants a key", self.run_cache("stats", "--cache", self.file, code=2))
        stats = self.run_cache("stats", "--json", "--cache", self.file, "--api-key", "two")
        self.assertEqual(json.loads(stats)["replies"], 1)
        self.run_cache("stats", "--cache", self.file, environment={"BANTAM_API_KEY": "one"})
        # Through a proxy nobody sees what other keys have asked.
        status, _, text = server.call("GET", "/api/cache/export", headers={
            "Authorization": "Bearer two", "X-Forwarded-For": "192.0.2.1"})
        self.assertEqual(status, 403, text)

    def test_keys_stay_where_they_would_be_read(self):
        seen = []

        class Proxy(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append((self.path, self.headers.get("Authorization")))
                self.send_error(401)

            def log_message(self, *args):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            said = self.run_cache(
                "stats", "--server", "http://cache.example:1", "--api-key", "secret", code=2,
                environment={"http_proxy": f"http://127.0.0.1:{proxy.server_port}"})
            proxy.shutdown()
        self.assertIn("a key goes only over https, or to a private address", said)
        self.assertEqual(seen, [("http://cache.example:1/api/cache", None)])

    def test_mistakes(self):
        server = self.serve()
        for path, body in (("/api/cache/clear", {"older_than_s": -1}),
                           ("/api/cache/clear", {"faq": "yes"}), ("/api/cache/clear", b"{"),
                           ("/api/cache/import", b'{"question": "a"}\n')):
            status, _, text = server.call("POST", path, body)
            self.assertEqual(status, 400, (path, body, text))
        for after in ("x", "-1", "99999999999999999999", "1 "):
            status, _, _ = server.call("GET", "/api/cache/export?after=" + after.replace(" ", "+"))
            self.assertEqual(status, 400, after)
        self.assertIn("give one", self.run_cache("stats", "--cache", "x", "--server", "y", code=2))
        self.assertIn("ends with its port", self.run_cache(
            "stats", "--server", server.url + "/v1", code=2))
        plain = Server(TINY, "--ctx", "64")
        self.addCleanup(plain.stop)
        self.assertIn("keeps no replies", self.run_cache("stats", "--server", plain.url, code=1))


if __name__ == "__main__":
    unittest.main()
