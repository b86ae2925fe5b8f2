"""Models that come, change and go while many clients use them: what is refused is refused in order,
and nothing stays behind."""

import concurrent.futures
import hashlib
import json
import pathlib
import random
import unittest

from harness import ROOT, TINY, ServerTest

FILES = [ROOT / "tests/golden/models" / name for name in (
    "llama_untied.gguf", "qwen2_tied.gguf", "llama_q4_k.gguf")]
ADAPTER = ROOT / "tests/golden/adapters/llama_untied.gguf"
NAMES = ["a", "b", "team/c:v1"]
THREADS = 6
STEPS = 60  # of each thread


class ChurnTest(ServerTest):
    arguments = (TINY, "--ctx", "128", "--served-model-name", "served", "--no-request-log",
                 "--max-models", "2", "--parallel", "2")

    def ask(self, chance):
        """One request of any kind: method, path, body."""
        name = chance.choice(NAMES)
        digest = "sha256:" + chance.choice(self.digests)
        adapter = {"adapters": {"l.gguf": self.adapter}} if chance.random() < 0.2 else {}
        recipe = {"system": "x"} if chance.random() < 0.5 else {"parameters": {"num_predict": 2}}
        chat = {"model": name, "messages": [{"role": "user", "content": "a"}], "max_tokens": 3,
                "options": {"num_predict": 3}, "keep_alive": chance.choice([0, 0, "1m"]),
                "stream": chance.random() < 0.5}
        return chance.choice([
            ("POST", "/api/create", {"model": name, "files": {"m.gguf": digest}, **adapter}),
            ("POST", "/api/create", {"model": name, "files": {"m.gguf": digest}, **recipe}),
            ("POST", "/api/create", {"model": name, "from": chance.choice(NAMES), **recipe}),
            ("POST", "/api/copy", {"source": chance.choice(NAMES), "destination": name}),
            ("DELETE", "/api/delete", {"model": name}),
            ("POST", "/api/show", {"model": name}),
            ("GET", chance.choice(["/api/tags", "/api/ps", "/v1/models"]), None),
            ("POST", "/api/chat", chat), ("POST", "/v1/chat/completions", chat),
            ("POST", "/v1/completions", {**chat, "prompt": "a"}),
            ("POST", "/api/generate", {"model": name, "keep_alive": 0}),
            ("POST", "/tokenize", {"model": name, "content": "abc"}),
        ])

    def upload(self):
        for file, digest in [*zip(FILES, self.digests), (ADAPTER, self.adapter[7:])]:
            status, _, text = self.server.call("POST", f"/api/blobs/sha256:{digest}",
                                               file.read_bytes())
            self.assertIn(status, (200, 201), text)

    def client(self, seed):
        chance = random.Random(seed)
        for step in range(STEPS):
            if step % 10 == 0:
                self.upload()  # what no model has any more is gone
            method, path, body = self.ask(chance)
            status, _, text = self.server.call(method, path, body)
            label = f"{method} {path} {body}: {status} {text[:300]}"
            # A name may be gone or mean something else by now.
            self.assertIn(status, (200, 400, 404, 503), label)
            if status != 200:
                error = json.loads(text)["error"]
                self.assertTrue(error if isinstance(error, str) else error["message"], label)

    def said(self):
        return self.server.post("/v1/completions", {
            "model": "served", "prompt": "abc", "max_tokens": 16, "temperature": 0,
            "ignore_eos": True})["choices"][0]["text"]

    def test_churn(self):
        self.digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in FILES]
        self.adapter = "sha256:" + hashlib.sha256(ADAPTER.read_bytes()).hexdigest()
        before = self.said()
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            for client in [pool.submit(self.client, seed) for seed in range(THREADS)]:
                client.result()
        self.assertEqual(self.said(), before)
        for name in NAMES:
            self.server.call("DELETE", "/api/delete", {"model": name})
        _, _, text = self.server.call("GET", "/api/tags")
        self.assertEqual([model["name"] for model in json.loads(text)["models"]],
                         ["served"])
        store = pathlib.Path(self.server.home.name) / ".local/share/bantam/models"
        for folder in ("manifests", "recipes", "incoming", "parts"):
            left = [path.name for path in (store / folder).glob("*") if path.suffix != ".lock"]
            self.assertEqual(left, [], folder)


class TurnsTest(ServerTest):
    """There is room for one model at a time."""
    arguments = (TINY, "--ctx", "128", "--served-model-name", "served", "--no-request-log",
                 "--max-models", "1", "--parallel", "2")

    def said(self, model):
        return self.server.post("/v1/completions", {
            "model": model, "prompt": "abc", "max_tokens": 16, "temperature": 0,
            "ignore_eos": True})["choices"][0]["text"]

    def test_models_take_turns(self):
        file = FILES[0].read_bytes()
        digest = "sha256:" + hashlib.sha256(file).hexdigest()
        self.server.call("POST", f"/api/blobs/{digest}", file)
        self.server.post("/api/create", {"model": "other", "files": {"m.gguf": digest},
                                         "stream": False})
        alone = {model: self.said(model) for model in ("served", "other")}
        self.assertNotEqual(alone["served"], alone["other"])
        asked = ["served", "other"] * 20
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            together = list(pool.map(self.said, asked))
        self.assertEqual(together, [alone[model] for model in asked])


if __name__ == "__main__":
    unittest.main()
