"""Pipes and one-shot answers: stdin, stdout, statistics, signals, full disks."""

import os
import re
import signal
import subprocess
import time
import unittest

from harness import PATIENCE_S, PROGRAM, SMOL, TINY, CliTest, needs_smol


class PipesTest(CliTest):
    def test_piped_text_is_the_prompt_or_what_the_prompt_is_about(self):
        given = self.good("run", TINY, "Say:\n\nthis", "-n", "16", "--seed", "1")
        piped = self.good("run", TINY, "Say:", "-n", "16", "--seed", "1", stdin="this\n")
        alone = self.good("run", TINY, "-n", "16", "--seed", "1", stdin="Say:\n\nthis\n")
        self.assertEqual(given, piped)
        self.assertEqual(given, alone)

    def test_same_seed_same_answer(self):
        args = ("run", TINY, "Hi", "-n", "40", "--ignore-end")
        first = self.bantam(*args, "--seed", "7")
        self.assertEqual(first.stdout, self.bantam(*args, "--seed", "7", "-t", "1").stdout)
        others = {self.bantam(*args, "--seed", str(seed)).stdout for seed in range(4)}
        self.assertGreater(len(others), 1)

    def test_seed_of_the_statistics_repeats_the_answer(self):
        args = ("run", TINY, "Hi", "-n", "40", "--ignore-end", "--stats")
        first = self.bantam(*args)
        seed = re.search(r"seed +(\d+)", first.stderr.decode())[1]
        self.assertEqual(self.bantam(*args, "--seed", seed).stdout, first.stdout)

    def test_statistics(self):
        done = self.bantam("run", TINY, "Hi", "-n", "8", "--ignore-end", "--stats")
        text = done.stderr.decode()
        self.assertRegex(text, r"prompt +\d+ tokens in [\d.]+ s, [\d.,]+ tok/s\n")
        self.assertRegex(text, r"reply +8 tokens in [\d.]+ s, [\d.,]+ tok/s\n")
        self.assertRegex(text, r"first token +[\d.]+ s\n")
        self.assertRegex(text, r"peak memory +[\d.]+ MiB\n")
        self.assertEqual(self.bantam("run", TINY, "Hi", "-n", "8").stderr, b"")

    def test_closed_pipes_end_it_quietly(self):
        with subprocess.Popen([PROGRAM, "run", TINY, "Hi", "--ignore-end", "-n", "2000"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.environment) as process:
            process.stdout.read(1)
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            self.assertEqual(process.wait(PATIENCE_S), -signal.SIGPIPE)

    def test_full_disks_are_noticed(self):
        with open("/dev/full", "wb") as full:
            for args in (["run", TINY, "Hi"], ["show", TINY], ["--help"]):
                done = subprocess.run([PROGRAM, *args], stdin=subprocess.DEVNULL, stdout=full,
                                      stderr=subprocess.PIPE, env=self.environment,
                                      timeout=PATIENCE_S)
                self.assertEqual(done.returncode, 1, args)
                self.assertIn(b"No space left on device", done.stderr)

    def test_closed_descriptors(self):
        done = subprocess.run(f"exec '{PROGRAM}' run '{TINY}' Hi -n 4 <&-", shell=True,
                              capture_output=True, env=self.environment, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_ctrl_c_ends_a_single_answer(self):
        process = subprocess.Popen([PROGRAM, "run", TINY, "Hi", "--ignore-end"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.environment)
        os.read(process.stdout.fileno(), 1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 130))  # 0: it was done already

    def test_stop_strings_are_not_part_of_the_answer(self):
        whole = self.good("run", TINY, "Hi", "-n", "60", "--seed", "3", "--ignore-end")
        stop = whole[10:12]
        cut = self.good("run", TINY, "Hi", "-n", "60", "--seed", "3", "--ignore-end", "--stop",
                        stop)
        self.assertEqual(cut.rstrip("\n"), whole[:whole.index(stop)].rstrip("\n"))

    def test_raw_completion(self):
        text = self.good("run", TINY, "--no-chat", "-n", "8", "--temperature", "0", "abc")
        self.assertEqual(text, self.good("run", TINY, "--no-chat", "-n", "8", "--temperature", "0",
                                         stdin="abc"))


class SmolTest(CliTest):
    @needs_smol
    def test_answers_stream(self):
        """Tokens are flushed one by one: they arrive spread over the whole run."""
        process = subprocess.Popen(
            [PROGRAM, "run", SMOL, "Count from 1 to 30.", "--temperature", "0", "-n", "60"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=self.environment)
        self.addCleanup(process.stdout.close)
        arrivals, text = [], b""
        while data := os.read(process.stdout.fileno(), 65536):
            arrivals.append(time.monotonic())
            text += data
        self.assertEqual(process.wait(), 0)
        self.assertGreater(len(arrivals), 20)
        self.assertIn("2", text.decode())

    @needs_smol
    def test_it_speaks(self):
        # exact: for a model this small the answer hangs on the last bit of 8-bit activations
        text = self.good("run", SMOL, "What is the capital of France?", "--temperature", "0",
                         "-n", "40", "--precision", "exact")
        self.assertIn("Paris", text)
        text = self.good("run", SMOL, "--no-chat", "The capital of France is", "--temperature",
                         "0", "-n", "4")
        self.assertIn("Paris", text)

    @needs_smol
    def test_system_messages_count(self):
        args = ("run", SMOL, "Hello", "--temperature", "0", "-n", "24")
        self.assertNotEqual(self.good(*args), self.good(*args, "--system", "You are a pirate."))


if __name__ == "__main__":
    unittest.main()
