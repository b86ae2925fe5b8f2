"""Models from files that clients upload (/api/blobs, /api/create), with the ollama package."""

import contextlib
import hashlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import unittest

from harness import PATIENCE_S, PROGRAM, ROOT, TINY, Server, ServerTest, skip_without

skip_without("ollama")
skip_without("gguf")
import gguf  # noqa: E402
import ollama  # noqa: E402

BASE = str(ROOT / "tests/golden/models/llama_untied.gguf")
ADAPTER = str(ROOT / "tests/golden/adapters/llama_untied.gguf")
OF_OTHERS = str(ROOT / "tests/golden/adapters/qwen2_mixed.gguf")
OTHER = str(ROOT / "tests/golden/models/qwen2_tied.gguf")
GREEDY = {"temperature": 0, "num_predict": 12, "repeat_penalty": 1}


def split(path, folder, count):
    """The model in parts, under the names that split models have."""
    reader = gguf.GGUFReader(path)
    parts = [folder / f"m-{i + 1:05}-of-{count:05}.gguf" for i in range(count)]
    for i, part in enumerate(parts):
        writer = gguf.GGUFWriter(part, reader.get_field("general.architecture").contents())
        for field in reader.fields.values():
            if i > 0 or field.name.startswith("GGUF.") or field.name == "general.architecture":
                continue
            kind = field.types[0]
            inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, inner)
        writer.add_key_value("split.no", i, gguf.GGUFValueType.UINT16)
        writer.add_key_value("split.count", count, gguf.GGUFValueType.UINT16)
        writer.add_key_value("split.tensors.count", len(reader.tensors), gguf.GGUFValueType.INT32)
        for tensor in reader.tensors[i::count]:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return parts


def store_of(server):
    return pathlib.Path(server.home.name) / ".local/share/bantam/models"


class CreateTest(ServerTest):
    arguments = (TINY, "--ctx", "256", "--served-model-name", "served")

    def setUp(self):
        self.client = ollama.Client(host=self.server.url, timeout=PATIENCE_S)

    def names(self):
        return {model.model for model in self.client.list().models}

    def system_of(self, model):
        return self.server.post("/api/show", {"model": model}).get("system")

    def say(self, model, server=None):
        reply = (server or self.server).post("/v1/completions", {
            "model": model, "prompt": "abc", "max_tokens": 12, "temperature": 0, "logprobs": 1,
            "ignore_eos": True})["choices"][0]
        return reply["text"], reply["logprobs"]["token_logprobs"]

    def test_a_file(self):
        digest = self.client.create_blob(BASE)
        self.assertEqual(self.client.create_blob(BASE), digest)
        self.assertEqual(self.server.call("HEAD", f"/api/blobs/{digest}")[0], 200)
        states = [part.status for part in self.client.create(
            "team/mine:v1", files={"My model.gguf": digest}, stream=True)]
        self.assertEqual(states[-1], "success")
        self.assertIn("team/mine:v1", self.names())
        self.assertEqual(self.client.show("team/mine:v1").details.family, "llama")
        self.assertTrue(self.client.generate("team/mine:v1", "abc", raw=True,
                                             options=GREEDY).response)
        alone = Server(BASE, "--ctx", "256")
        self.addCleanup(alone.stop)
        self.assertEqual(self.say("team/mine:v1"), self.say("", alone))
        self.client.delete("team/mine:v1")
        self.assertEqual(self.names(), {"served"})
        # Its file went with the last model that needed it.
        self.assertEqual(self.server.call("HEAD", f"/api/blobs/{digest}")[0], 404)

    def test_a_file_with_more(self):
        digest = self.client.create_blob(BASE)
        self.client.create("mine", files={"a.gguf": digest}, system="Be brief.",
                           parameters={"temperature": 0, "num_predict": 3})
        self.assertIn("num_predict 3", self.client.show("mine").modelfile)
        self.assertEqual(self.system_of("mine"), "Be brief.")
        self.assertLessEqual(self.client.generate("mine", "abc", raw=True).eval_count, 3)
        self.client.copy("mine", "yours")
        self.client.delete("mine")
        self.assertEqual(self.system_of("yours"), "Be brief.")
        # Another model takes the name: nothing of the old one stays.
        self.client.create("yours", files={"b.gguf": self.client.create_blob(OTHER)})
        self.assertIsNone(self.system_of("yours"))
        self.assertEqual(self.client.show("yours").details.family, "qwen2")
        self.client.delete("yours")
        self.assertEqual(self.names(), {"served"})

    def test_adapters(self):
        base = self.client.create_blob(BASE)
        adapter = self.client.create_blob(ADAPTER)
        self.client.create("plain", files={"a.gguf": base})
        self.client.create("tuned", from_="plain", adapters={"lora.gguf": adapter})
        self.client.create("both", files={"a.gguf": base}, adapters={"lora.gguf": adapter},
                           system="Be brief.")
        alone = Server(BASE, "--ctx", "256", "--lora", ADAPTER)
        self.addCleanup(alone.stop)
        expected = self.say("", alone)
        self.assertNotEqual(self.say("plain"), expected)
        self.assertEqual(self.say("tuned"), expected)
        self.assertEqual(self.say("both"), expected)
        digests = {model.model: model.digest for model in self.client.list().models}
        self.assertNotEqual(digests["tuned"], digests["plain"])
        self.client.delete("plain")
        self.assertEqual(self.say("tuned"), expected)  # it has the files, too
        for name in ("tuned", "both"):
            self.client.delete(name)
        with self.assertRaisesRegex(ollama.ResponseError, "command line"):
            self.client.create("x", from_="served", adapters={
                "lora.gguf": self.client.create_blob(ADAPTER)})

    def test_a_split_file(self):
        with tempfile.TemporaryDirectory() as folder:
            parts = split(BASE, pathlib.Path(folder), 2)
            digests = {part.name: self.client.create_blob(part) for part in parts}
        self.client.create("whole", files={"a.gguf": self.client.create_blob(BASE)})
        self.client.create("parts", files=digests, adapters={
            "lora.gguf": self.client.create_blob(ADAPTER)})
        self.client.create("plain", files=digests)
        self.assertEqual(self.say("plain"), self.say("whole"))
        self.assertNotEqual(self.say("parts"), self.say("whole"))
        names = list(digests)
        for files in ({names[0]: digests[names[0]]}, {names[1]: digests[names[1]]},
                      {"a.gguf": digests[names[0]]},
                      {"a.gguf": digests[names[0]], "b.gguf": digests[names[1]]}):
            with self.assertRaisesRegex(ollama.ResponseError, "under their own names"):
                self.client.create("x", files=files)
        swapped = dict(zip(names, reversed(digests.values())))
        with self.assertRaisesRegex(ollama.ResponseError, "part"):
            self.client.create("x", files=swapped)
        for name in ("whole", "parts", "plain"):
            self.client.delete(name)

    def test_mistakes(self):
        digest = self.client.create_blob(BASE)
        text = self.client.create_blob(__file__)
        other = self.client.create_blob(OF_OTHERS)
        missing = "sha256:" + "0" * 64
        for status, body in (
                (404, {"files": {"a.gguf": missing}}), (400, {"files": {"a.gguf": "x"}}),
                (400, {"files": {"a.gguf": 1}}), (400, {"files": {"a.gguf": text}}),
                (400, {"files": ["a"]}), (400, {"files": {"a.gguf": digest}, "from": "served"}),
                (400, {"files": {"a.gguf": digest, "b.txt": text}}),
                (400, {"files": {"a.gguf": digest, "../b.gguf": digest}}),
                (400, {"files": {"a.gguf": digest}, "quantize": "q4_K_M"}),
                (400, {"files": {"a.gguf": digest}, "adapters": {"b": text}}),
                (400, {"files": {"a.gguf": digest}, "adapters": {"b.gguf": other}}),
                (400, {"files": {"a.gguf": digest}, "adapters": {"b.gguf": digest}}),
                (400, {"files": {"a.gguf": digest}, "parameters": {"temperature": "hot"}}),
                (400, {"adapters": {"a.gguf": digest}})):
            got, _, said = self.server.call("POST", "/api/create", {"model": "x", **body})
            self.assertEqual(got, status, (body, said))
        for name in ("../x", "a b", "", "x" * 300):
            got, _, said = self.server.call("POST", "/api/create", {
                "model": name, "files": {"a.gguf": digest}})
            self.assertEqual(got, 400, (name, said))
        self.assertEqual(self.names(), {"served"})

    def test_bad_uploads(self):
        bytes_of = pathlib.Path(BASE).read_bytes()
        wrong = "sha256:" + hashlib.sha256(b"something else").hexdigest()
        status, _, text = self.server.call("POST", f"/api/blobs/{wrong}", bytes_of)
        self.assertEqual(status, 400, text)
        self.assertIn(hashlib.sha256(bytes_of).hexdigest(), json.loads(text)["error"])
        for name in ("sha256:xyz", "x", "sha256:" + "A" * 64, "sha256:" + "0" * 65, "..%2f..%2fx"):
            for method in ("HEAD", "POST"):
                status, _, _ = self.server.call(method, f"/api/blobs/{name}",
                                                b"x" if method == "POST" else None)
                self.assertEqual(status, 400, (method, name))
        # A client that leaves in the middle: nothing stays.
        with self.half_uploaded(os.urandom(2 << 20)) as client:
            self.assertTrue(any(self.cut_off()))
            client.close()
        end = time.monotonic() + PATIENCE_S
        while self.cut_off() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(self.cut_off(), [])

    @contextlib.contextmanager
    def half_uploaded(self, data, server=None):
        """A connection that has sent half of a file, some of which lies on the server's disk."""
        host, port = (server or self.server).url.removeprefix("http://").split(":")
        digest = hashlib.sha256(data).hexdigest()
        half = len(data) // 2
        with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as client:
            client.sendall(f"POST /api/blobs/sha256:{digest} HTTP/1.1\r\nHost: {host}:{port}\r\n"
                           f"Content-Length: {len(data)}\r\n\r\n".encode() + data[:half])
            end = time.monotonic() + PATIENCE_S
            while not any(self.cut_off(server)) and time.monotonic() < end:
                time.sleep(0.02)
            yield client

    def cut_off(self, server=None):
        """The sizes of the files that are on their way into the store."""
        sizes = []
        for path in (store_of(server or self.server) / "incoming").rglob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                sizes.append(path.stat().st_size)
        return sizes

    def remove_unfinished(self, server):
        return subprocess.run([PROGRAM, "rm", "--unfinished"], check=True, capture_output=True,
                              text=True, env={**os.environ, "BANTAM_HOME": str(
                                  store_of(server).parent)}).stderr

    def test_files_that_come_are_not_unfinished(self):
        data = os.urandom(2 << 20)
        self.remove_unfinished(self.server)  # files of other tests that no model has
        with self.half_uploaded(data) as client:
            self.assertIn("removed 0 unfinished", self.remove_unfinished(self.server))
            client.sendall(data[len(data) // 2:])
            self.assertIn(b" 201 ", client.recv(100))
        self.assertEqual(self.cut_off(), [])

    def test_files_of_a_killed_server_are_unfinished(self):
        server = Server(TINY, "--ctx", "64")
        self.addCleanup(server.home.cleanup)
        with self.half_uploaded(os.urandom(2 << 20), server):
            server.process.kill()
            server.process.wait(PATIENCE_S)
        server.reader.join(PATIENCE_S)
        server.process.stderr.close()
        self.assertEqual(len(self.cut_off(server)), 1)
        self.assertIn("removed 1 unfinished", self.remove_unfinished(server))
        self.assertEqual(os.listdir(store_of(server) / "incoming"), [])

    def test_keys(self):
        server = Server(TINY, "--ctx", "64", "--api-key", "secret")
        self.addCleanup(server.stop)
        digest = "sha256:" + hashlib.sha256(b"file").hexdigest()
        self.assertEqual(server.call("POST", f"/api/blobs/{digest}", b"file")[0], 401)
        self.assertEqual(server.call("POST", f"/api/blobs/{digest}", b"file",
                                     {"Authorization": "Bearer secret"})[0], 201)
        self.assertEqual(self.server.call("POST", f"/api/blobs/{digest}", b"file",
                                          {"X-Forwarded-For": "192.0.2.1"})[0], 403)


if __name__ == "__main__":
    unittest.main()
