"""Many clients at once: the same answers as alone, orderly refusals, clients that leave."""

import concurrent.futures
import http.client
import json
import os
import tempfile
import threading
import time
import unittest
import urllib.parse

from harness import PATIENCE_S, SMOL, TINY, Server, ServerTest

SYSTEM = "You are a helpful assistant who answers in a few words. " * 8
PROMPTS = ["Name a colour.", "Name an animal.", "Count to five.", "Say hello in French.",
           "What is 2 + 2?", "Name a city.", "Write a word that rhymes with tree.", "Name a fruit."]


def chat(text, **fields):
    return {"messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
            "max_tokens": 24, **fields}


class LoadTest(ServerTest):
    arguments = (SMOL, "--ctx", "2048", "--parallel", "8", "--no-request-log")

    def content(self, body):
        return self.server.post("/v1/chat/completions", body)["choices"][0]["message"]["content"]

    def streamed(self, body):
        text = ""
        _, _, data = self.server.call("POST", "/v1/chat/completions", {**body, "stream": True})
        for line in data.decode().split("\n\n"):
            if line.startswith("data: {"):
                choices = json.loads(line[6:])["choices"]
                text += choices[0]["delta"].get("content") or ""
        return text

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
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            streams = [pool.submit(self.streamed, body) for _ in range(3)]
            beside = self.server.post("/v1/completions", scored)["choices"][0]["logprobs"]
            self.assertEqual([stream.result() for stream in streams], [text] * 3)
        self.assertEqual(beside, alone)

    def metric(self, name):
        _, _, text = self.server.call("GET", "/metrics")
        for line in text.decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise AssertionError(name)

    def wait_until(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)

    def test_clients_that_leave(self):
        address = urllib.parse.urlparse(self.server.url)
        before = self.metric("bantam_cancelled_total")
        for read_first in (False, True):
            connection = http.client.HTTPConnection(address.hostname, address.port,
                                                    timeout=PATIENCE_S)
            body = chat("Tell a very long story.", stream=True, max_tokens=1900, ignore_eos=True)
            connection.request("POST", "/v1/chat/completions", json.dumps(body))
            if read_first:
                self.assertEqual(connection.getresponse().read(20)[:6], b"data: ")
            else:
                self.wait_until(lambda: self.metric("bantam_running_sequences") == 1, "it runs")
            connection.sock.close()
            connection.close()
            self.wait_until(lambda: self.metric("bantam_running_sequences") == 0, "it ends")
        self.assertEqual(self.metric("bantam_cancelled_total"), before + 2)

    def test_health_beside_streams(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            stream = pool.submit(self.content, chat(PROMPTS[0], max_tokens=60, ignore_eos=True))
            status, _, text = self.server.call("GET", "/health")
            self.assertEqual((status, json.loads(text)["model_loaded"]), (200, True))
            stream.result()


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


class QueueTest(unittest.TestCase):
    def test_full_queue(self):
        server = Server(TINY, "--ctx", "2048", "--parallel", "1", "--queue", "2")
        try:
            body = {"prompt": "a", "max_tokens": 2000, "ignore_eos": True}
            replies = []
            def ask():
                replies.append(server.call("POST", "/v1/completions", body))
            threads = [threading.Thread(target=ask) for _ in range(12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            statuses = sorted(status for status, _, _ in replies)
            self.assertEqual(set(statuses), {200, 503}, statuses)
            for status, headers, text in replies:
                if status == 503:
                    self.assertTrue(headers["Retry-After"].isdigit())
                    self.assertIn("queue", json.loads(text)["error"]["message"])
        finally:
            self.assertEqual(server.stop(), 0)

    def test_drain(self):
        server = Server(TINY, "--ctx", "2048")
        replies = []
        body = {"prompt": "a", "max_tokens": 1500, "ignore_eos": True}
        thread = threading.Thread(
            target=lambda: replies.append(server.call("POST", "/v1/completions", body)))
        thread.start()
        time.sleep(0.3)
        self.assertEqual(server.stop(), 0)
        thread.join()
        self.assertEqual(replies[0][0], 200)


if __name__ == "__main__":
    unittest.main()
