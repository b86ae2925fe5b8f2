"""Replies to one prompt, at many temperatures and limits: all of them must be valid JSON.

BANTAM_REPLIES=50 asks fifty times for each shape.
"""

import json
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("BANTAM_BIN", str(ROOT / "build/release/bantam"))
MODELS = pathlib.Path(os.environ.get("BANTAM_MODELS", ROOT / "models"))
MODEL = MODELS / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
PROMPT = ("Describe three animals of the sea as a JSON object with the key \"animals\": an array "
          "of objects with name, size_m (a number), diet (an array of strings) and a description.")
REPLIES = int(os.environ.get("BANTAM_REPLIES", "8"))
TEMPERATURES = ("0", "0.4", "0.7", "1", "1.5")
SCHEMA = {
    "type": "object",
    "properties": {"animals": {"type": "array", "minItems": 3, "maxItems": 3, "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "size_m": {"type": "number", "exclusiveMinimum": 0},
            "diet": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            "description": {"type": "string"}},
        "required": ["name", "size_m", "diet", "description"],
        "additionalProperties": False}}},
    "required": ["animals"],
    "additionalProperties": False,
}


def ask(*options):
    return subprocess.run([PROGRAM, "run", str(MODEL), PROMPT, *options], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=600)


@unittest.skipUnless(MODEL.exists(), f"{MODEL.name} is not there (./dev model test)")
class RepliesTest(unittest.TestCase):
    def least(self, *options):
        done = ask("-n", "1", *options)
        self.assertEqual(done.returncode, 2)
        return int(re.search(r"takes (\d+)", done.stderr)[1])

    def replies(self, check, *options):
        """Limits from the least possible to 300 tokens."""
        least = self.least(*options)
        for i in range(REPLIES):
            limit = least + (300 - least) * i // (REPLIES - 1)
            done = ask("-n", str(limit), "-s", str(i), "--temperature",
                       TEMPERATURES[i % len(TEMPERATURES)], *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            try:
                check(json.loads(done.stdout))
            except (ValueError, AssertionError) as error:
                self.fail(f"{error}, seed {i}, limit {limit}: {done.stdout!r}")

    def test_json(self):
        self.replies(lambda value: self.assertIsInstance(value, dict), "--json")

    def test_repaired(self):
        """Without a shape: whatever comes, at limits that may cut it anywhere, is repaired."""
        for i in range(REPLIES):
            limit = 20 + 280 * i // (REPLIES - 1)
            reply = ask("-n", str(limit), "-s", str(i), "--temperature",
                        TEMPERATURES[i % len(TEMPERATURES)])
            self.assertEqual(reply.returncode, 0, reply.stderr)
            done = subprocess.run([PROGRAM, "json", "repair"], input=reply.stdout,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, f"{done.stderr} {reply.stdout!r}")
            json.loads(done.stdout)

    def test_schema(self):
        path = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"bantam-shapes-{os.getpid()}.json"
        path.write_text(json.dumps(SCHEMA))
        self.addCleanup(path.unlink)

        def check(value):
            self.assertEqual(list(value), ["animals"])
            self.assertEqual(len(value["animals"]), 3)
            for animal in value["animals"]:
                self.assertEqual(set(animal), {"name", "size_m", "diet", "description"})
                self.assertGreater(animal["size_m"], 0)
                self.assertGreater(len(animal["name"]), 0)
                self.assertEqual(len(set(animal["diet"])), len(animal["diet"]))

        self.replies(check, "--json-schema", str(path))


if __name__ == "__main__":
    unittest.main()
