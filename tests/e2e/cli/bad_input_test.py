"""Wrong usage and bad files: a clear message, the right exit code, in no time."""

import os
import pathlib
import unittest

from harness import TINY, CliTest

MODEL_COMMANDS = (
    ["run", "MODEL", "Hi"], ["show", "MODEL"], ["tokenize", "MODEL", "Hi"],
    ["detokenize", "MODEL", "1"], ["score", "MODEL", "--tokens", "-"], ["bench", "MODEL"])


class BadInputTest(CliTest):
    def everywhere(self, model, *parts):
        for command in MODEL_COMMANDS:
            args = [model if arg == "MODEL" else arg for arg in command]
            text = self.bad(1, *args, stdin="[1]")
            for part in parts:
                self.assertIn(part, text, command)

    def test_files_that_are_no_models(self):
        self.everywhere(self.path("none.gguf"), "none.gguf")
        self.everywhere(self.write("empty.gguf", ""), "empty.gguf")
        self.everywhere(self.write("text.gguf", "This is no model.\n" * 100), "text.gguf")
        self.everywhere("/dev/null", "/dev/null")
        whole = pathlib.Path(TINY).read_bytes()
        for size in (3, 4, 20, 200, len(whole) // 2, len(whole) - 1):
            self.everywhere(self.write("cut.gguf", whole[:size]), "cut.gguf")

    def test_directories(self):
        for command in MODEL_COMMANDS:
            args = [self.home.name if arg == "MODEL" else arg for arg in command]
            done = self.bantam(*args, stdin="[1]")
            self.assertIn(done.returncode, (1, 2))
            self.assertIn(b"directory", done.stderr)

    def test_unreadable(self):
        if os.getuid() == 0:
            self.skipTest("root reads everything")
        path = self.write("secret.gguf", "GGUF")
        os.chmod(path, 0)
        self.everywhere(path, "secret.gguf")

    def test_control_characters_in_names_stay_off_the_screen(self):
        terminal = self.terminal("show", self.path("\x1b[31mx"))
        text = terminal.until("\n")
        self.assertNotIn("\x1b", text)
        self.assertEqual(terminal.exit_code(), 1)

    def test_wrong_usage(self):
        for args, part in (
                (["rnu"], "did you mean 'run'?"),
                ([TINY], "did you mean 'bantam run"),
                (["run"], "missing MODEL"),
                (["run", TINY, "x", "--temprature", "1"], "did you mean '--temperature'?"),
                (["run", TINY, "x", "--temperature", "hot"], "expected a number, got 'hot'"),
                (["run", TINY, "x", "--temperature", "-1"], "temperature"),
                (["run", TINY, "x", "--top-p", "7"], "top_p"),
                (["run", TINY, "x", "--threads"], "needs a value"),
                (["run", TINY, "x", "--precision", "double"], "exact or fast"),
                (["run", TINY, "x", "--kv-cache", "4"], "expected 16 or 8, got '4'"),
                (["run", TINY, "x", "--logit-bias", "1"], "ID=BIAS"),
                (["run", TINY], "no prompt"),
                (["show", TINY, "extra"], "unexpected argument 'extra'"),
                (["tokenize", TINY, "--jsn"], "did you mean '--json'?"),
                (["template", TINY], "--messages"),
                (["score", TINY], "--tokens"),
                (["bench", TINY, "-p", "0", "-n", "0"], "nothing to measure"),
                (["bench", TINY, "-p", "x"], "-p: expected a whole number")):
            self.assertIn(part, self.bad(2, *args))

    def test_an_empty_instruction_set_is_none(self):
        args = ("bench", TINY, "-p", "1", "-n", "0", "-r", "1", "--json")
        plain = self.environment
        for isa, unknown in (("", False), ("?", True), ("\x1b[2J", True)):
            self.environment = plain | {"BANTAM_ISA": isa}
            done = self.bantam(*args)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(b"is not one of" in done.stderr, unknown, done.stderr)
            self.assertNotIn(b"\x1b", done.stderr)

    def test_bad_data(self):
        for text in ("", "[1", "[99999999]", "[-1]", "nonsense", "[]", '{"x":[1]}', "[" * 100000):
            done = self.bantam("score", TINY, "--tokens", "-", stdin=text)
            self.assertIn(done.returncode, (1, 2), text[:20])
            self.assertTrue(done.stderr.startswith(b"bantam: "))
        self.assertIn("10000000", self.bad(2, "detokenize", TINY, "10000000"))
        for text in ("", "{", "{}", "[1]", '[{"role":"user"}]', "[" * 100000):
            done = self.bantam("template", TINY, "--messages", "-", stdin=text)
            self.assertIn(done.returncode, (0, 1, 2), text[:20])
            self.assertFalse(done.returncode and not done.stderr.startswith(b"bantam: "))
        bad_template = self.write("bad.jinja", "{% for %}")
        self.assertIn("line 1", self.bantam(
            "run", TINY, "Hi", "--chat-template-file", bad_template).stderr.decode())

    def test_prompts_too_long(self):
        text = self.bad(1, "run", TINY, "--ctx", "64", stdin="x" * 5000)
        self.assertRegex(text, r"the prompt has [45],\d\d\d tokens, but the context holds 64")
        text = self.bad(1, "score", TINY, "--text", "-", "--ctx", "64", stdin="x" * 5000)
        self.assertRegex(text, r"the text has [45],\d\d\d tokens, but the context holds 64")


if __name__ == "__main__":
    unittest.main()
