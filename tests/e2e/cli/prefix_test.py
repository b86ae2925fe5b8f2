"""Kept system messages of models with adapters: baked or in a directory, never those of others."""

import os
import re
import unittest

from harness import ROOT, CliTest

MODEL = str(ROOT / "tests/golden/models/qwen2_mixed.gguf")
ADAPTER = str(ROOT / "tests/golden/adapters/qwen2_mixed.gguf")
SYSTEM = " ".join(str(n) for n in range(40))


class AdaptedPrefixTest(CliTest):
    def say(self, adapter, *args):
        """What is said, and how many tokens of the prompt were at hand."""
        adapters = ["--lora", adapter] if adapter else []
        done = self.bantam("run", MODEL, "Hello", "--system", SYSTEM, "-n", "8", "--seed", "1",
                           "--stats", *adapters, *args)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        cached = re.search(rb"\((\d+) from the cache\)", done.stderr)
        return done.stdout, int(cached[1]) if cached else 0

    def test_baked(self):
        kept = self.path("kept.kv")
        done = self.bantam("bake", MODEL, "--lora", ADAPTER, "--system", SYSTEM, "-o", kept)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn(b"whole blocks of 64", done.stderr)
        said, cached = self.say(ADAPTER, "--prefix", kept)
        self.assertGreaterEqual(cached, 64)
        self.assertEqual((said, 0), self.say(ADAPTER))
        for adapter in ((), ("--lora", ADAPTER + ":0.5")):
            self.assertIn("of this one with other adapters",
                          self.bad(1, "run", MODEL, "Hello", *adapter, "--prefix", kept))

    def test_in_a_directory(self):
        kept = self.path("kept")
        for adapter in (ADAPTER, ADAPTER + ":0.5", None):
            said = self.say(adapter)
            self.assertEqual(self.say(adapter, "--prefix-dir", kept), said)
            again, cached = self.say(adapter, "--prefix-dir", kept)
            self.assertEqual((again, 0), said)
            self.assertGreaterEqual(cached, 64)
        self.assertEqual(len(os.listdir(kept)), 3)


if __name__ == "__main__":
    unittest.main()
