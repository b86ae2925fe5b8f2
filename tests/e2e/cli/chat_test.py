"""The chat on a terminal: editing, several lines, commands, Ctrl-C, long chats."""

import json
import os
import pathlib
import re
import signal
import stat
import termios
import unittest

from harness import PROGRAM, SMOL, TINY, CliTest, Terminal, needs_smol


class TinyChatTest(CliTest):
    """What does not depend on sense: the tiny model babbles."""

    def chat(self, *args):
        terminal = self.terminal("run", TINY, "-n", "8", "--seed", "1", *args)
        terminal.prompt()
        return terminal

    def messages(self, terminal):
        """The user's messages so far, by way of /save."""
        path = self.path("now.json")
        terminal.line(f"/save {path}")
        terminal.until("saved")
        terminal.prompt()
        with open(path, encoding="utf-8") as file:
            saved = json.load(file)
        return [m["content"] for m in saved["messages"] if m["role"] == "user"]

    def test_entries_over_several_lines(self):
        terminal = self.chat()
        terminal.line('"""')
        terminal.until(r"\.\.\. ")
        terminal.line("one")
        terminal.line("/bye")
        terminal.line('"""')
        terminal.prompt()
        terminal.line("two \\")
        terminal.until(r"\.\.\. ")
        terminal.line("three")
        terminal.prompt()
        terminal.line("Grüße 你好 😀")
        terminal.prompt()
        self.assertEqual(self.messages(terminal), ["one\n/bye", "two \nthree", "Grüße 你好 😀"])

    def test_pasted_lines_are_one_message(self):
        terminal = self.chat()
        terminal.type("\x1b[200~def f():\r\n\treturn 1\r\n\x1b[201~")
        terminal.line("explain")
        terminal.prompt()
        self.assertEqual(self.messages(terminal), ["def f():\n\treturn 1\nexplain"])

    def test_editing_and_history(self):
        terminal = self.chat()
        terminal.line("hellx\x7fo")  # backspace
        terminal.prompt()
        terminal.line("\x1b[A again")  # arrow up
        terminal.prompt()
        self.assertEqual(self.messages(terminal), ["hello", "hello again"])
        terminal.line("/bye")
        self.assertEqual(terminal.exit_code(), 0)
        history = pathlib.Path(self.path(".local/state/bantam/history"))
        self.assertIn("hello again\n", history.read_text(encoding="utf-8"))
        self.assertEqual(stat.S_IMODE(os.stat(history).st_mode), 0o600)
        terminal = self.chat()
        terminal.line("\x1b[A\x1b[A\x1b[A")  # before /bye and /save
        terminal.prompt()
        self.assertEqual(self.messages(terminal), ["hello again"])

    def test_history_can_be_off(self):
        terminal = self.chat()
        terminal.line("/set nohistory")
        terminal.prompt()
        terminal.line("secret")
        terminal.prompt()
        terminal.line("/bye")
        terminal.exit_code()
        text = pathlib.Path(self.path(".local/state/bantam/history")).read_text(encoding="utf-8")
        self.assertNotIn("secret", text)

    def test_tab_completes_commands(self):
        terminal = self.chat()
        terminal.line("/he\t")
        self.assertIn("Ctrl-C stops an answer", terminal.prompt())

    def test_commands(self):
        terminal = self.chat("--system", "Be brief.")
        for line, part in (
                ("/help", "/save NAME"), ("/system", "Be brief."),
                ("/set temperature 0.2", "temperature is now 0.2"),
                ("/set parameter top_k 5", "top-k is now 5"),
                ("/set temperature hot", "expected a number, got 'hot'"),
                ("/set", "typical-p"), ("/stats", "no answers yet"), ("/show", "qwen2"),
                ("/sav", "did you mean /save?"), ("/load nowhere", "cannot open")):
            terminal.line(line)
            self.assertIn(part, terminal.prompt(), line)
        terminal.line("hi")
        terminal.prompt()
        terminal.line("/stats")
        self.assertRegex(terminal.prompt(), r"reply +\d+ tokens")

    def test_save_clear_load(self):
        terminal = self.chat()
        terminal.line("remember me")
        terminal.prompt()
        terminal.line("/save trip")
        terminal.until("saved 2 messages to .*/.local/share/bantam/chats/trip.json")
        terminal.prompt()
        terminal.line("/clear")
        terminal.prompt()
        self.assertEqual(self.messages(terminal), [])
        terminal.line("/load trip")
        terminal.until("loaded 2 messages")
        terminal.prompt()
        self.assertEqual(self.messages(terminal), ["remember me"])

    def test_hostile_files_change_nothing(self):
        terminal = self.chat()
        terminal.line("keep me")
        terminal.prompt()
        saved = pathlib.Path(self.write("bad.json", ""))
        for content in (b"", b"{", b"\x00\xff" * 50, b"[" * 100000, b'{"messages":[{"role":"x"}]}',
                        b'{"messages":[{"role":"user","content":5}]}', b"GGUF" + b"\0" * 100):
            saved.write_bytes(content)
            terminal.line(f"/load {saved}")
            self.assertIn("(the chat is unchanged)", terminal.prompt())
        self.assertEqual(self.messages(terminal), ["keep me"])

    def test_ctrl_c_and_ctrl_d_at_the_prompt(self):
        terminal = self.chat()
        terminal.type("half a line")
        terminal.until("half a line")
        terminal.ctrl_c()
        terminal.until("Ctrl-C again")
        terminal.prompt()
        terminal.line("whole")
        terminal.prompt()
        self.assertEqual(self.messages(terminal), ["whole"])
        terminal.ctrl_c()
        terminal.prompt()
        terminal.ctrl_c()
        self.assertEqual(terminal.exit_code(), 0)
        terminal = self.chat()
        terminal.type("\x04")
        self.assertEqual(terminal.exit_code(), 0)

    def test_ctrl_c_stops_the_answer_only(self):
        terminal = self.terminal("run", TINY, "--ignore-end", "--ctx", "0", "-n", "100000")
        terminal.prompt()
        for _ in range(3):
            terminal.line("go on")
            terminal.until(r"\n\x1b\[\?2004l.+")
            terminal.ctrl_c()
            self.assertRegex(terminal.prompt(), r"stopped|context")
        terminal.line("/bye")
        self.assertEqual(terminal.exit_code(), 0)

    def test_long_chats_drop_their_oldest_turns_and_say_so(self):
        terminal = self.terminal("run", TINY, "-n", "8", "--ctx", "256", "--ignore-end")
        terminal.prompt()
        said = ""
        for i in range(12):
            terminal.line(f"{i} " + "x" * 20)
            said += terminal.prompt()
        self.assertRegex(said, r"no longer fits the context of 256 tokens: its oldest (\d+ )?turns?"
                               r" \(\d+ tokens\) left out")
        terminal.line("y" * 2000)
        self.assertRegex(terminal.prompt(20), r"the prompt has 2,\d\d\d tokens, but the context "
                                            r"holds 256")
        self.assertEqual(len(self.messages(terminal)), 12)

    def test_control_characters_of_a_model_stay_off_the_screen(self):
        terminal = self.terminal("run", TINY, "--ignore-end", "-n", "300", "--temperature", "3",
                                 "--top-k", "0", "--top-p", "1", "--min-p", "0", "x")
        terminal.exit_code()
        self.assertIsNone(re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", terminal.seen))

    def test_a_killed_chat_leaves_the_terminal_as_it_was(self):
        terminal = self.chat()
        self.assertFalse(termios.tcgetattr(terminal.fd)[3] & termios.ICANON)
        os.kill(terminal.pid, signal.SIGTERM)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1]),
                         -signal.SIGTERM)
        terminal.pid = 0
        self.assertTrue(termios.tcgetattr(terminal.fd)[3] & termios.ICANON)

    def test_answers_can_go_to_a_file(self):
        path = self.path("answers.txt")
        terminal = Terminal(self, ["/bin/sh", "-c", f"'{PROGRAM}' run '{TINY}' -n 8 > '{path}'"])
        self.addCleanup(terminal.close)
        terminal.prompt()
        terminal.line("hi")
        terminal.prompt()
        terminal.line("/bye")
        self.assertEqual(terminal.exit_code(), 0)
        text = pathlib.Path(path).read_bytes()
        self.assertNotIn(b">>>", text)
        self.assertTrue(text.endswith(b"\n"))


class SmolChatTest(CliTest):
    @needs_smol
    def test_turns_build_on_each_other(self):
        terminal = self.terminal("run", SMOL, "--temperature", "0", "-n", "20", "--stats")
        terminal.prompt()
        terminal.line("Hello!")
        terminal.prompt()
        terminal.line("How are you?")
        cached = int(re.search(r"\((\d+) from the cache\)", terminal.prompt())[1])
        self.assertGreater(cached, 40, "the first turn was computed again")

    @needs_smol
    def test_ctrl_c_in_a_long_answer(self):
        terminal = self.terminal("run", SMOL, "--temperature", "0", "--ignore-end")
        terminal.prompt()
        terminal.line("Count from 1 to 1000.")
        terminal.until(r"\n\x1b\[\?2004l.+")
        terminal.ctrl_c()
        terminal.until(r"\(stopped\)", 10)
        terminal.prompt()
        terminal.line("/show messages")
        self.assertIn("assistant: ", terminal.prompt())

    @needs_smol
    def test_a_progress_bar_for_a_long_prompt(self):
        prompt = self.write("long.txt", "The quick brown fox jumps over the lazy dog. " * 200)
        terminal = Terminal(self, ["/bin/sh", "-c", f"'{PROGRAM}' run '{SMOL}' -n 4 < '{prompt}'"])
        self.addCleanup(terminal.close)
        terminal.until(r"Reading the prompt \[#*\.*\] +\d+ %  [\d,]+/[\d,]+ tokens")
        terminal.until(r"\r\x1b\[K(?!Reading)")
        self.assertEqual(terminal.exit_code(), 0)


if __name__ == "__main__":
    unittest.main()
