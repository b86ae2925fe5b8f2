"""show, tokenize, detokenize, template, score, bench and version on a tiny model."""

import hashlib
import json
import math
import struct
import unittest

from harness import TINY, CliTest


class ToolsTest(CliTest):
    def test_version_and_help(self):
        self.assertRegex(self.good("version"), r"^bantam \d+\.\d+\.\d+ \(\w+, .*\)\n$")
        self.assertEqual(self.good("--version"), self.good("version"))
        self.assertIn("Commands:", self.good("--help"))
        for command in ("run", "show", "tokenize", "detokenize", "template", "score", "json",
                        "bench"):
            self.assertIn("Examples:", self.good(command, "--help"))

    def test_show(self):
        text = self.good("show", TINY)
        self.assertIn("architecture   qwen2", text)
        self.assertIn("token_embd", text)
        small = json.loads(self.good("show", TINY, "--json", "--ctx", "64"))
        large = json.loads(self.good("show", TINY, "--json", "--ctx", "128", "--tensors"))
        self.assertEqual(small["memory"]["context"], 64)
        for precision in ("fast", "fast_kv8", "exact"):
            self.assertLess(small["memory"][precision]["kv_cache"],
                            large["memory"][precision]["kv_cache"])
        self.assertLess(large["memory"]["fast_kv8"]["kv_cache"],
                        large["memory"]["fast"]["kv_cache"])
        parameters = sum(math.prod(tensor["shape"]) for tensor in large["tensors"])
        self.assertEqual(parameters, large["parameters"])
        self.assertEqual(parameters, sum(kind["parameters"] for kind in large["tensor_kinds"]))

    def test_tokens_round_trip(self):
        for text in ("Hello, world", "Grüße 你好 😀\n\n", "", " <|im_end|> ", "a\0b"):
            ids = json.loads(self.good("tokenize", TINY, "--json", "--no-special", stdin=text))
            back = self.bantam("detokenize", TINY, stdin=json.dumps(ids))
            self.assertEqual(back.stdout.decode(), text)
            plain = self.good("tokenize", TINY, "-", "--no-special", stdin=text)
            self.assertEqual([int(word) for word in plain.split()], ids)

    def test_template(self):
        chat = [{"role": "user", "content": "Hi"}]
        path = self.write("chat.json", json.dumps({"messages": chat}))
        text = self.good("template", TINY, "--messages", path)
        self.assertIn("Hi", text)
        self.assertEqual(text, self.good("template", TINY, "--messages", "-",
                                         stdin=json.dumps(chat)))
        shorter = self.good("template", TINY, "--messages", path, "--no-generation-prompt")
        self.assertLess(len(shorter), len(text))
        own = self.write("own.jinja", "{% for m in messages %}<{{ m.content }}>{% endfor %}")
        self.assertEqual(
            self.good("template", TINY, "--messages", path, "--chat-template-file", own), "<Hi>")

    def score(self, *args, stdin):
        lines = self.good("score", TINY, *args, stdin=stdin).splitlines()
        records = [json.loads(line) for line in lines]
        return records[:-1], records[-1]

    def test_score(self):
        ids = [5, 17, 100, 42, 17]
        positions, summary = self.score("--tokens", "-", "--top", "290", stdin=json.dumps(ids))
        self.assertEqual([p["token"] for p in positions], ids)
        self.assertEqual([p["pos"] for p in positions], list(range(5)))
        self.assertIsNone(positions[0]["logprob"])
        for here, after in zip(positions, positions[1:]):
            self.assertAlmostEqual(dict(here["top"])[after["token"]], after["logprob"], places=5)
        for position in positions:
            self.assertAlmostEqual(sum(math.exp(p) for _, p in position["top"]), 1, places=4)
        mean = sum(p["logprob"] for p in positions[1:]) / 4
        self.assertAlmostEqual(summary["mean_logprob"], mean, places=12)
        self.assertAlmostEqual(summary["perplexity"], math.exp(-mean), places=9)
        self.assertEqual((summary["tokens"], summary["precision"]), (5, "fast"))

    def test_score_from_and_logits(self):
        ids = json.dumps([5, 17, 100, 42, 17])
        everything, _ = self.score("--tokens", "-", stdin=ids)
        path = self.path("logits")
        last, summary = self.score("--tokens", "-", "--from", "3", "--logits", path,
                                   "--logits-sha256", stdin=ids)
        self.assertEqual(last, everything[3:])
        with open(path, "rb") as file:
            data = file.read()
        self.assertEqual(hashlib.sha256(data).hexdigest(), summary["logits_sha256"])
        vocabulary = len(data) // 4 // 2
        logits = struct.unpack(f"<{vocabulary}f", data[:4 * vocabulary])
        best = max(range(vocabulary), key=logits.__getitem__)
        self.assertEqual(best, last[0]["top"][0][0])

    def test_the_same_numbers_whatever_the_threads_and_chunks(self):
        ids = json.dumps([(i * 37) % 256 for i in range(150)])
        hashes = set()
        for threads, batch in (("1", "0"), ("2", "0"), ("1", "3"), ("3", "1")):
            for chunk in ("1", "17", "64", "512"):
                _, summary = self.score("--tokens", "-", "--summary", "--logits-sha256", "-t",
                                        threads, "--threads-batch", batch, "--prompt-chunk", chunk,
                                        stdin=ids)
                hashes.add(summary["logits_sha256"])
        self.assertEqual(len(hashes), 1)

    def test_bench(self):
        report = json.loads(self.good(
            "bench", TINY, "-p", "32,16", "-n", "8", "-d", "0,70", "-t", "1", "-r", "3", "--json"))
        self.assertEqual(list(report), ["model", "threads", "threads_batch", "isa", "tests",
                                        "load_ms", "first_token_ms", "peak_rss_bytes"])
        self.assertEqual([test["name"] for test in report["tests"]],
                         ["pp32", "pp16", "tg8", "pp32 @ d70", "pp16 @ d70", "tg8 @ d70"])
        for test in report["tests"]:
            speed = test["tokens_per_s"]
            self.assertTrue(0 < speed["min"] <= speed["median"] <= speed["max"], test)
        self.assertEqual(report["threads"], 1)
        self.assertIn("peak memory", self.good("bench", TINY, "-p", "8", "-n", "2", "-r", "1"))


if __name__ == "__main__":
    unittest.main()
