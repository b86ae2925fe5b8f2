"""bench/speculation.py: what it says of short replies, answers that differ, and gains.

Bantam is a script here, which says how long and how fast its reply was.
"""

import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Speculation(unittest.TestCase):
    def run_with(self, *arguments: str, tokens: str = "200", answer: str = "same"):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "bantam"
            program.write_text(
                '#!/bin/sh\ncase "$*" in *"--speculation on"*) way=on rate=200;; '
                f"*) way=off rate=100;; esac\nn={tokens}\necho {answer}\n"
                'echo "reply   $n tokens in 1.0 s, $rate tok/s" >&2\n', encoding="utf-8")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
            return subprocess.run(
                [sys.executable, ROOT / "bench/speculation.py", "model.gguf", "--bantam",
                 str(program), *arguments], capture_output=True, text=True)

    def test_gains_and_their_medians(self):
        done = self.run_with()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("copying  median of 26: 2.00", done.stdout)

    def test_too_few_long_replies_break_it(self):
        done = self.run_with(tokens="5")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "")
        for kind in ("copying", "chat"):
            self.assertIn(f"BROKEN  {kind}: 0 prompts with replies of 128 tokens, at least 20 "
                          "wanted", done.stdout)
        for long_prompts, broken in ((19, True), (20, False)):  # two runs each
            done = self.run_with(tokens="$(echo >>$0.calls; [ $(wc -l <$0.calls) -le "
                                 f"{2 * long_prompts} ] && echo 200 || echo 5)")
            self.assertIn(f"copying  median of {long_prompts}: 2.00", done.stdout)
            self.assertEqual(f"BROKEN  copying: {long_prompts} prompts" in done.stdout, broken)
            self.assertIn("BROKEN  chat: 0 prompts", done.stdout)

    def test_answers_that_differ_break_it(self):
        done = self.run_with(answer="$way")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the answers differ", done.stderr)

    def test_replies_that_cannot_be_long_enough_are_refused(self):
        for wrong in ("--tokens=127", "--rounds=0"):
            done = self.run_with(wrong)
            self.assertEqual(done.returncode, 2)
            self.assertIn("or more", done.stderr)


if __name__ == "__main__":
    unittest.main()
