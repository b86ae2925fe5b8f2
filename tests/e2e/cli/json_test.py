"""bantam json check, repair and complete, through pipes and files."""

import json
import unittest

from harness import ROOT, CliTest

GOLDEN = ROOT / "tests/golden/json_repair/cases.json"


class JsonTest(CliTest):
    def test_a_reply_of_a_model(self):
        reply = ("Sure! Here it is:\n```json\n{name: 'Ada', \"says\": \"a \"b\" c\",\n"
                 " \"tags\": [\"x\" \"y\",], // two\n \"ok\": True\n```\nAnything else?\n")
        done = self.bantam("json", "repair", stdin=reply)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout), {
            "name": "Ada", "says": 'a "b" c', "tags": ["x", "y"], "ok": True})
        self.assertIn(b"removed a fence", done.stderr)
        self.assertRegex(done.stderr.decode(), r"line 4, column \d+ \(byte \d+\): removed a comm")
        self.assertEqual(self.good("json", "repair", stdin=done.stdout), done.stdout.decode())

    def test_a_file(self):
        path = self.write("x.json", b'\xff{"a":[1,2')
        self.assertEqual(self.bantam("json", "check", path).returncode, 1)
        report = json.loads(self.good("json", "repair", path, "--json"))
        self.assertEqual(json.loads(report["output"]), {"a": [1, 2]})
        self.assertEqual(report["edit_count"], len(report["edits"]))
        self.assertIn("x.json", self.bad(1, "json", "complete", path))

    def test_valid_bytes_pass(self):
        text = ' {"b":1.10,\t"a":[ ],"a":"\u00e9\\u00e9"}\r\n'
        for action in ("repair", "complete"):
            done = self.bantam("json", action, stdin=text)
            self.assertEqual((done.returncode, done.stdout.decode(), done.stderr), (0, text, b""))
        self.assertEqual(self.good("json", "check", stdin=text), "valid\n")

    def test_complete(self):
        whole = '{"a": [true, -1.5e3, "x\u00e9"], "b": null}'.encode()
        for length in range(len(whole)):
            json.loads(self.good("json", "complete", "--quiet", stdin=whole[:length]))

    def test_a_schema(self):
        schema = self.write("person.json", json.dumps({
            "type": "object", "required": ["name", "age"], "additionalProperties": False,
            "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}).encode())
        text = "Here: {'Name': 'Ada', 'age': '36', 'note': 1}"
        done = self.bantam("json", "repair", "--schema", schema, stdin=text)
        self.assertEqual(done.stdout, b'{"name": "Ada", "age": 36}')
        self.assertIn(b'/age: changed "36" to 36', done.stderr)
        self.assertEqual(self.good("json", "check", "--schema", schema, stdin=done.stdout),
                         "valid\n")
        whole = '{"name": "x", "age": -20}'
        for length in range(len(whole)):
            end = self.good("json", "complete", "-q", "--schema", schema, stdin=whole[:length])
            self.assertEqual(self.good("json", "check", "--schema", schema, stdin=end), "valid\n")
        self.assertIn("/age: expected an integer", self.bad(
            1, "json", "repair", "--schema", schema, stdin='{"name":"x","age":"old"}'))
        self.assertIn("goes with", self.bad(2, "json", "repair", "--no-fill", stdin="{}"))

    def test_bad_input(self):
        self.assertIn("no JSON value", self.bad(1, "json", "repair", stdin=""))
        self.assertIn("at byte 1", self.bad(1, "json", "complete", stdin="[1]]"[1:]))
        self.assertIn("nested", self.bad(1, "json", "repair", stdin="[" * 1000001))
        self.assertIn("check, repair or complete", self.bad(2, "json", "mend"))
        self.assertIn("missing ACTION", self.bad(2, "json"))
        deep = "[" * 100000
        self.assertEqual(self.good("json", "repair", stdin=deep), deep + "]" * 100000)

    def test_some_golden_cases(self):
        for case in json.loads(GOLDEN.read_text(encoding="utf-8"))[::25]:
            if case["output"] is not None:
                self.assertEqual(self.good("json", "repair", stdin=case["input"]), case["output"])


if __name__ == "__main__":
    unittest.main()
