"""The official ollama package against `bantam serve`."""

import json
import os
import pathlib
import time
import unittest

from harness import MINILM, PATIENCE_S, QWEN, SMOL, TINY, ServerTest, skip_without

skip_without("ollama")
import ollama  # noqa: E402

QUESTION = [{"role": "user", "content": "Write a sentence about the sea."}]
GREEDY = {"temperature": 0, "num_predict": 16, "repeat_penalty": 1}
PERSON = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
          "required": ["name", "age"], "additionalProperties": False}


class OllamaTest(ServerTest):
    arguments = (SMOL, "--ctx", "2048", "--served-model-name", "small")

    def setUp(self):
        self.client = ollama.Client(host=self.server.url, timeout=PATIENCE_S)

    def test_chat(self):
        reply = self.client.chat("small", QUESTION, options=GREEDY)
        self.assertTrue(reply.message.content)
        self.assertTrue(reply.done)
        self.assertIn(reply.done_reason, ("stop", "length"))
        self.assertGreater(reply.prompt_eval_count, 0)
        self.assertGreater(reply.total_duration, 0)
        pieces = list(self.client.chat("small", QUESTION, options=GREEDY, stream=True))
        self.assertEqual("".join(piece.message.content for piece in pieces), reply.message.content)
        self.assertEqual([piece.done for piece in pieces], [False] * (len(pieces) - 1) + [True])

    def test_generate(self):
        reply = self.client.generate("small", "Say hello.", system="Be brief.", options=GREEDY)
        self.assertTrue(reply.response)
        self.assertTrue(reply.context)
        more = self.client.generate("small", "And again.", context=reply.context, options=GREEDY)
        self.assertGreater(more.prompt_eval_count, len(reply.context))
        raw = self.client.generate("small", "The capital of France is", raw=True, options=GREEDY)
        self.assertTrue(raw.response)
        text = "".join(piece.response for piece in self.client.generate(
            "small", "The capital of France is", raw=True, options=GREEDY, stream=True))
        self.assertEqual(text, raw.response)
        with self.assertRaisesRegex(ollama.ResponseError, "suffix"):
            self.client.generate("small", "a", suffix="b")

    def test_formats(self):
        reply = self.client.chat("small", [{"role": "user", "content": "A person, as JSON"}],
                                 format="json", options={**GREEDY, "num_predict": 40})
        self.assertIsInstance(json.loads(reply.message.content), dict)
        reply = self.client.generate("small", "Ada is 36.", format=PERSON,
                                     options={**GREEDY, "num_predict": 40})
        self.assertEqual(set(json.loads(reply.response)), {"name", "age"})
        # As Pydantic's model_json_schema writes it: without a word on other members.
        fruits = {"type": "object", "title": "Fruits", "required": ["fruits"], "properties": {
            "fruits": {"type": "array", "title": "Fruits", "items": {"type": "string"}}}}
        reply = self.client.generate("small", "Two fruits as JSON.", format=fruits,
                                     options={**GREEDY, "num_predict": 200})
        self.assertEqual(set(json.loads(reply.response)), {"fruits"})
        status, _, text = self.server.call("POST", "/api/chat", {
            "model": "small", "messages": QUESTION, "format": "xml"})
        self.assertEqual(status, 400)  # newer clients refuse it themselves
        self.assertIn("format", json.loads(text)["error"])

    def test_load_and_unload(self):
        loaded = self.client.generate("small", "", keep_alive="10m")
        self.assertEqual((loaded.done_reason, loaded.response), ("load", ""))
        running = self.client.ps().models
        self.assertEqual([model.model for model in running], ["small"])
        self.client.create("brief", from_="small", system="Be brief.")
        self.client.generate("brief", "")
        self.assertEqual([model.model for model in self.client.ps().models], ["brief"])
        self.client.delete("brief")
        unloaded = self.client.chat("small", [], keep_alive=0)
        self.assertEqual(unloaded.done_reason, "unload")
        self.assertTrue(self.client.chat("small", QUESTION, options=GREEDY).message.content)

    def test_lists(self):
        listed = self.client.list().models
        self.assertIn("small", [model.model for model in listed])
        shown = self.client.show("small")
        self.assertEqual(shown.details.family, "llama")
        self.assertIn("completion", shown.capabilities)
        self.assertGreater(shown.modelinfo["llama.context_length"], 0)
        with self.assertRaises(ollama.ResponseError) as raised:
            self.client.show("nobody")
        self.assertEqual(raised.exception.status_code, 404)

    def test_create_copy_delete(self):
        states = [part.status for part in self.client.create(
            "pirate", from_="small", system="You are a pirate.",
            parameters={"temperature": 0, "num_predict": 8, "stop": ["!"]},
            messages=[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Arr"}],
            stream=True)]
        self.assertEqual(states[-1], "success")
        self.assertIn("PARAMETER num_predict 8", self.client.show("pirate").modelfile)
        reply = self.client.chat("pirate:latest", QUESTION)
        self.assertLessEqual(reply.eval_count, 9)
        plain = self.client.chat("small", QUESTION, options={"num_predict": 8, "temperature": 0})
        self.assertGreater(reply.prompt_eval_count, plain.prompt_eval_count)
        self.client.copy("pirate", "captain")
        self.assertIn("captain", [model.model for model in self.client.list().models])
        for name in ("pirate", "captain"):
            self.client.delete(name)
        self.assertEqual([model.model for model in self.client.list().models], ["small"])
        with self.assertRaises(ollama.ResponseError):
            self.client.delete("pirate")

    def test_old_modelfile(self):
        reply = self.server.post("/api/create", {
            "name": "old", "stream": False,
            "modelfile": 'FROM small\nSYSTEM """Be\nbrief."""\nPARAMETER temperature 0\n'})
        self.assertEqual(reply, {"status": "success"})
        self.assertEqual(self.server.post("/api/show", {"model": "old"})["system"], "Be\nbrief.")
        self.client.delete("old")

    def test_long_chats_lose_their_oldest_turns(self):
        messages = []
        for i in range(80):
            messages.append({"role": "user", "content": f"Turn {i}: " + "some words " * 20})
            messages.append({"role": "assistant", "content": "Good."})
        messages += QUESTION
        reply = self.server.post("/api/chat", {"model": "small", "messages": messages,
                                               "options": GREEDY, "stream": False})
        self.assertLess(reply["prompt_eval_count"], 2048)
        self.assertNotEqual(reply["bantam"]["left_out_tokens"], 0)
        status, _, text = self.server.call("POST", "/api/chat", {
            "model": "small", "messages": messages, "truncate": False})
        self.assertEqual(status, 400)
        self.assertIn("tokens", json.loads(text)["error"])

    def test_import(self):
        data = pathlib.Path(TINY).read_bytes()
        status, _, text = self.server.call("POST", "/api/import?name=Tiny-Model.gguf", data)
        self.assertEqual(status, 200, text)
        name = json.loads(text)["model"]
        self.assertTrue(self.client.generate(name, "ab", options=GREEDY).response)
        self.assertEqual(self.client.show(name).details.family, "qwen2")
        self.assertEqual(len([m for m in self.client.list().models if m.model == name][0].digest),
                         64)
        other = pathlib.Path(TINY).with_name("llama_tied.gguf").read_bytes()
        status, _, text = self.server.call("POST", "/api/import?name=Tiny-Model.gguf", other)
        self.assertEqual(status, 400, text)
        self.assertIn(f"there is another model named '{name}'", json.loads(text)["error"])
        self.client.delete(name)
        broken = data.replace(b"output_norm.weight", b"output_narm.weight")
        for query, body in (("?name=x.gguf", b"not a model"), ("?name=x.gguf", broken),
                            ("?name=x.gguf", b"GGUF but short"),
                            ("?name=../x.gguf", data), ("", data), ("?name=x.bin", data)):
            status, _, text = self.server.call("POST", "/api/import" + query, body)
            self.assertEqual(status, 400, (query, text))
            self.assertTrue(json.loads(text)["error"])
        for size in (4, 24, 300, 3000):
            status, _, text = self.server.call("POST", "/api/import?name=x.gguf", data[:size])
            self.assertEqual(status, 400, text)
            self.assertRegex(json.loads(text)["error"], "left in the file|file's remaining")
        self.assertEqual([model.model for model in self.client.list().models], ["small"])
        # What came goes right after the answer.
        deadline = time.monotonic() + PATIENCE_S
        while left := list(pathlib.Path(self.server.home.name).glob("**/incoming/*")):
            self.assertLess(time.monotonic(), deadline, left)
            time.sleep(0.05)

    def test_pull_of_nothing(self):
        with self.assertRaises(ollama.ResponseError):
            self.client.pull("no-such-model-anywhere")

    def test_embeddings_want_an_encoder(self):
        with self.assertRaises(ollama.ResponseError) as raised:
            self.client.embed("small", "text")
        self.assertEqual(raised.exception.status_code, 400)

    def test_versions(self):
        self.assertEqual(self.server.call("GET", "/")[2], b"Bantam is running")
        self.assertEqual(self.server.call("HEAD", "/")[0], 200)
        self.assertRegex(json.loads(self.server.call("GET", "/api/version")[2])["version"],
                         r"^\d+\.\d+\.\d+$")


@unittest.skipUnless(os.path.exists(QWEN), "the test model is not there (./dev model test)")
class OllamaEmbedTest(ServerTest):
    arguments = ("--encoder", MINILM, "--keep-alive", "5m")

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(MINILM):
            raise unittest.SkipTest("all-minilm-l6-v2 is not there (./dev model minilm)")
        super().setUpClass()
        cls.client = ollama.Client(cls.server.url)

    def test_embed(self):
        name = "all-minilm-l6-v2"
        both = self.client.embed(name, ["A cat sat.", "Stocks fell."])
        one = self.client.embed(name, "A cat sat.")
        self.assertEqual((len(both.embeddings), list(both.embeddings[0])),
                         (2, list(one.embeddings[0])))
        self.assertEqual(one.prompt_eval_count, 6)
        self.assertEqual(self.client.embed(name, "x " * 400).prompt_eval_count, 256)
        with self.assertRaises(ollama.ResponseError) as raised:
            self.client.embed(name, "x " * 400, truncate=False)
        self.assertEqual(raised.exception.status_code, 400)
        old = self.client.embeddings(name, "A cat sat.").embedding
        length = sum(x * x for x in old) ** 0.5
        for a, b in zip(old, one.embeddings[0]):
            self.assertAlmostEqual(a / length, b, 5)
        self.assertEqual(self.client.show(name).capabilities, ["embedding"])
        self.assertGreater([m.size for m in self.client.list().models if m.model == name][0],
                           os.path.getsize(MINILM + "/model.safetensors"))
        self.assertEqual([m.model for m in self.client.ps().models], [name])
        self.client.embed(name, [], keep_alive=0)
        end = time.monotonic() + PATIENCE_S  # it leaves once the reply is written
        while self.client.ps().models and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(self.client.ps().models, [])


class OllamaToolsTest(ServerTest):
    arguments = (QWEN, "--ctx", "2048", "--served-model-name", "coder")

    def test_tools(self):
        def add_numbers(first: int, second: int) -> int:
            """Adds two numbers.

            Args:
              first: the first number
              second: the second number
            """
            return first + second

        client = ollama.Client(host=self.server.url, timeout=PATIENCE_S)
        messages = [{"role": "user", "content": "Use the tool to add 3 and 4."}]
        reply = client.chat("coder", messages, tools=[add_numbers],
                            options={"temperature": 0, "num_predict": 100})
        call = reply.message.tool_calls[0]
        self.assertEqual(call.function.name, "add_numbers")
        self.assertEqual(add_numbers(**call.function.arguments), 7)
        messages += [reply.message, {"role": "tool", "content": "7", "tool_name": "add_numbers"}]
        after = client.chat("coder", messages, options={"temperature": 0, "num_predict": 30})
        self.assertIn("7", after.message.content)


if __name__ == "__main__":
    unittest.main()
