"""A few replies of each kind (replies.py); `./dev accept fifty_replies` asks for fifty."""

import os
import pathlib
import unittest

from replies import Replies

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("BANTAM_BIN", str(ROOT / "build/release/bantam"))
MODELS = pathlib.Path(os.environ.get("BANTAM_MODELS", ROOT / "models"))
MODEL = MODELS / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"


@unittest.skipUnless(MODEL.exists(), f"{MODEL.name} is not there (./dev model test)")
class RepliesTest(unittest.TestCase):
    def setUp(self):
        self.replies = Replies(PROGRAM, str(MODEL), 8)

    def expect_valid(self, faults):
        self.assertEqual([fault for fault in faults if fault], [])

    def test_json(self):
        self.expect_valid(self.replies.json())

    def test_repaired(self):
        self.expect_valid(self.replies.repaired())

    def test_repaired_towards_schema(self):
        self.expect_valid(self.replies.repaired_towards_schema())

    def test_schema(self):
        self.expect_valid(self.replies.schema())


if __name__ == "__main__":
    unittest.main()
