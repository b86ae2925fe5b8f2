"""Many clients at once: the same answers as alone, orderly refusals, clients that leave."""

import concurrent.futures
import http.client
import json
import os
import signal
import socket
import tempfile
import time
import unittest
import urllib.parse

from harness import PATIENCE_S, ROOT, SMOL, TINY, Server, ServerTest

SYSTEM = "You are a helpful assistant who answers in a few words. " * 8
PROMPTS = ["Name a colour.", "Name an animal.", "Count to five.", "Say hello in French.",
           "What is 2 + 2?", "Name a city.", "Write a word that rhymes with tree.", "Name a fruit."]


def chat(text, **fields):
    return {"messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
            "max_tokens": 24, **fields}


def metric(server, name):
    _, _, text = server.call("GET", "/metrics")
    for line in text.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError(name)


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


class Stream:
    """A stream that is under way: its first line has been read."""

    def __init__(self, server, path, body):
        self.address = urllib.parse.urlparse(server.url)
        self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port,
                                                     timeout=PATIENCE_S)
        self.connection.request("POST", path, json.dumps({**body, "stream": True}))
        self.socket = self.connection.sock
        self.reply = self.connection.getresponse()
        self.first = self.reply.readline()
        if not self.first.startswith(b"data: {"):
            raise AssertionError(self.first)

    def ended(self):
        """Whether its last line has come; sees what has not been read yet."""
        try:
            return b"[DONE]" in self.socket.recv(1 << 24, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False

    def rest(self):
        """The choices of all its lines."""
        lines = (self.first + self.reply.read()).decode().split("\n\n")
        if lines[-2:] != ["data: [DONE]", ""]:
            raise AssertionError(f"the stream is not whole: {lines[-2:]}")
        self.connection.close()
        return [json.loads(line[6:])["choices"] for line in lines if line.startswith("data: {")]

    def text(self):
        return "".join(choices[0]["delta"].get("content") or "" for choices in self.rest())

    def leave(self):
        self.socket.close()
        self.reply.close()
        self.connection.close()


class LoadTest(ServerTest):
    arguments = (SMOL, "--ctx", "2048", "--parallel", "8", "--no-request-log")

    def content(self, body):
        return self.server.post("/v1/chat/completions", body)["choices"][0]["message"]["content"]

    def stream(self, body):
        return Stream(self.server, "/v1/chat/completions", body)

    def streamed(self, body):
        return self.stream(body).text()

    def test_eight_at_once_equal_each_alone(self):
        bodies = [chat(text, seed=i, temperature=(0, 0.8)[i % 2])
                  for i, text in enumerate(PROMPTS)]
        bodies[2]["response_format"] = {"type": "json_object"}
        bodies[5]["logprobs"] = True
        alone = [self.content(body) for body in bodies]
        self.assertGreater(len(set(alone)), 4)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in range(2):
                self.assertEqual(list(pool.map(self.content, bodies)), alone)
                self.assertEqual(list(pool.map(self.streamed, bodies)), alone)

    def test_scores_beside_streams(self):
        scored = {"prompt": "The quick brown fox jumps over the lazy dog. " * 40, "echo": True,
                  "logprobs": 1, "max_tokens": 1, "temperature": 0}
        body = chat(PROMPTS[0], temperature=0, max_tokens=40)
        alone = self.server.post("/v1/completions", scored)["choices"][0]["logprobs"]
        text = self.content(body)
        streams = [self.stream(body) for _ in range(3)]
        beside = self.server.post("/v1/completions", scored)["choices"][0]["logprobs"]
        self.assertEqual([stream.text() for stream in streams], [text] * 3)
        self.assertEqual(beside, alone)

    def running(self):
        return metric(self.server, "bantam_running_sequences")

    def test_clients_that_leave(self):
        address = urllib.parse.urlparse(self.server.url)
        before = metric(self.server, "bantam_cancelled_total")
        body = chat("Tell a very long story.", stream=True, max_tokens=1900, ignore_eos=True)
        for read_first in (False, True):
            if read_first:
                self.stream(body).leave()
            else:
                connection = http.client.HTTPConnection(address.hostname, address.port,
                                                        timeout=PATIENCE_S)
                connection.request("POST", "/v1/chat/completions", json.dumps(body))
                wait_until(lambda: self.running() == 1, "it runs")
                connection.close()
            wait_until(lambda: self.running() == 0, "it ends")
        self.assertEqual(metric(self.server, "bantam_cancelled_total"), before + 2)

    def test_health_beside_streams(self):
        stream = self.stream(chat(PROMPTS[0], max_tokens=60, ignore_eos=True))
        status, _, text = self.server.call("GET", "/health")
        self.assertEqual((status, json.loads(text)["model_loaded"]), (200, True))
        stream.rest()


class PrefixTest(unittest.TestCase):
    def test_system_messages_outlive_the_server(self):
        if not os.path.exists(SMOL):
            self.skipTest("no model")
        body = chat(PROMPTS[0], temperature=0)
        replies = []
        with tempfile.TemporaryDirectory() as directory:
            for _ in range(2):
                server = Server(SMOL, "--ctx", "2048", "--prefix-dir", directory)
                try:
                    replies.append(server.post("/v1/chat/completions", body))
                finally:
                    self.assertEqual(server.stop(), 0)
        cold, warm = (r["usage"]["prompt_tokens_details"]["cached_tokens"] for r in replies)
        self.assertEqual(cold, 0)
        self.assertGreaterEqual(warm, 64)
        self.assertEqual(replies[0]["choices"], replies[1]["choices"])

    def test_system_messages_of_adapted_models_too(self):
        model = str(ROOT / "tests/golden/models/qwen2_mixed.gguf")
        adapter = str(ROOT / "tests/golden/adapters/qwen2_mixed.gguf")
        asked = [chat(PROMPTS[0], temperature=0, **({} if scale is None else {
            "lora": [{"id": 0, "scale": scale}]})) for scale in (None, 0.25, 0)]
        rounds = []
        with tempfile.TemporaryDirectory() as directory:
            for _ in range(2):
                server = Server(model, "--lora", adapter, "--prefix-dir", directory)
                try:
                    rounds.append([server.post("/v1/chat/completions", body) for body in asked])
                finally:
                    self.assertEqual(server.stop(), 0)
        for cold, warm in zip(*rounds):
            cached = [r["usage"]["prompt_tokens_details"]["cached_tokens"] for r in (cold, warm)]
            self.assertEqual(cached[0], 0)
            self.assertGreaterEqual(cached[1], 64)
            self.assertEqual(cold["choices"], warm["choices"])
        self.assertEqual(len({r["choices"][0]["message"]["content"] for r in rounds[0]}), 3)


class QueueTest(unittest.TestCase):
    long = {"prompt": "a", "max_tokens": 8000, "ignore_eos": True, "seed": 1}

    def test_full_queue(self):
        server = Server(TINY, "--ctx", "8192", "--parallel", "1", "--queue", "2")
        short = {"prompt": "a", "max_tokens": 2, "ignore_eos": True}
        try:
            running = Stream(server, "/v1/completions", self.long)
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                waiting = [pool.submit(server.call, "POST", "/v1/completions", short)
                           for _ in range(2)]
                wait_until(lambda: metric(server, "bantam_queue_length") == 2, "they wait")
                for _ in range(4):
                    status, headers, text = server.call("POST", "/v1/completions", short)
                    self.assertEqual(status, 503, text)
                    self.assertTrue(headers["Retry-After"].isdigit())
                    self.assertIn("queue", json.loads(text)["error"]["message"])
                running.leave()
                self.assertEqual([reply.result()[0] for reply in waiting], [200, 200])
        finally:
            self.assertEqual(server.stop(), 0)

    def drain(self):
        """Ends a server with SIGTERM while a reply is under way; the choices of that reply, of the
        same one before, and whether a connection was refused before the reply had come."""
        server = Server(TINY, "--ctx", "8192")
        alone = Stream(server, "/v1/completions", self.long).rest()
        stream = Stream(server, "/v1/completions", self.long)
        server.process.send_signal(signal.SIGTERM)
        while True:
            try:
                socket.create_connection((stream.address.hostname, stream.address.port)).close()
            except ConnectionError:
                break
        refused_meanwhile = not stream.ended()
        drained = stream.rest()
        self.assertEqual(server.wait(), 0)
        return drained, alone, refused_meanwhile

    def test_drain(self):
        for _ in range(5):  # the reply may have come before the test has seen a refusal
            drained, alone, refused_meanwhile = self.drain()
            self.assertEqual(drained, alone)
            if refused_meanwhile:
                return
        self.fail("no connection was refused while a reply was under way")


if __name__ == "__main__":
    unittest.main()
