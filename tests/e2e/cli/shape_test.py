"""Replies with a shape, grammar check and grammar sample, on a tiny model that knows nothing."""

import json
import re
import unittest

from harness import TINY, CliTest

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 8},
        "kind": {"enum": ["bird", "fish"]},
        "legs": {"type": "integer", "minimum": 0, "maximum": 12},
    },
    "required": ["name", "kind"],
    "additionalProperties": False,
}
GRAMMAR = 'root ::= item ("," item)*\nitem ::= [a-z]+ "=" [0-9]+\n'


class ShapeTest(CliTest):
    def setUp(self):
        super().setUp()
        self.schema = self.write("schema.json", json.dumps(SCHEMA))
        self.grammar = self.write("list.gbnf", GRAMMAR)
        # Options of a shape, and what finds out whether a text has it.
        self.shapes = [
            (["--json"], lambda text: isinstance(json.loads(text), dict)),
            (["--json-schema", self.schema], self.follows_schema),
            (["--grammar", self.grammar],
             lambda text: re.fullmatch(r"[a-z]+=\d+(,[a-z]+=\d+)*", text, re.ASCII)),
            (["--regex", "(ab|cd)+[0-9]{2,3}"],
             lambda text: re.fullmatch(r"(ab|cd)+[0-9]{2,3}", text)),
            (["--choice", "yes,no,no way"], lambda text: text in ("yes", "no", "no way")),
            (["--table=name,legs"], self.is_table),
        ]

    def follows_schema(self, text):
        value = json.loads(text)
        return (set(value) <= {"name", "kind", "legs"} and len(value["name"]) <= 8 and
                value["kind"] in ("bird", "fish") and 0 <= value.get("legs", 0) <= 12)

    def is_table(self, text):
        lines = text.rstrip("\n").split("\n")
        cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
        return cells[0] == ["name", "legs"] and all(len(row) == 2 for row in cells)

    def run_shape(self, *args):
        """The reply, without the newline that ends the output."""
        done = self.bantam("run", TINY, "Hi", "--ctx", "400", *args)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode().removesuffix("\n"), done.stderr.decode()

    def test_replies_are_whole_at_any_temperature_and_limit(self):
        for options, has_shape in self.shapes:
            for seed, temperature in enumerate(("0", "0.7", "1.5", "9")):
                for limit in ("60", "100"):
                    text, _ = self.run_shape(*options, "-s", str(seed), "--temperature",
                                             temperature, "-n", limit)
                    self.assertTrue(has_shape(text), (options, text))

    def test_limits_below_the_minimum_are_refused_with_it(self):
        for options, has_shape in self.shapes:
            message = self.bad(2, "run", TINY, "Hi", "-n", "1", *options)
            least = int(re.search(r"takes (\d+)", message)[1])
            text, _ = self.run_shape(*options, "-n", str(least))
            self.assertTrue(has_shape(text), (options, text))
            self.bad(2, "run", TINY, "Hi", "-n", str(least - 1), *options)

    def test_the_same_with_and_without_guesses(self):
        for options, _ in self.shapes:
            texts = {self.run_shape(*options, "-s", "3", "-n", "90", *more)[0]
                     for more in ([], ["--speculation", "off"], ["--two-stage-head", "off"],
                                  ["--prefix-cache", "off"])}
            self.assertEqual(len(texts), 1, texts)

    def test_a_shortened_reply_says_so(self):
        text, notes = self.run_shape("--choice", "a,abcdefgh", "-n", "2")
        self.assertEqual(text, "a")
        self.assertIn("kept short from byte 1 on", notes)

    def test_check(self):
        lines = ['{"name":"a","kind":"bird"}', '{"name":"a"}', '{"kind":"bird","name":1}', ""]
        out = self.good("grammar", "check", "--json-schema", self.schema, stdin="\n".join(lines))
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([a["accepted"] for a in answers], [True, False, False])
        self.assertEqual([a.get("offset") for a in answers], [None, 11, 22])
        self.assertTrue(answers[1]["expected"])

    def test_check_with_masks(self):
        out = self.good("grammar", "check", "--grammar", self.grammar, "--model", TINY,
                        "--mask-stats", stdin="a=1,bc=23\na=\n")
        good, bad, summary = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([good["accepted"], good["by_masks"]], [True, True])
        self.assertEqual([bad["accepted"], bad["by_masks"]], [False, False])
        self.assertEqual(good["completion_bytes"][0], 3)
        self.assertEqual(good["completion_bytes"][-1], 0)
        self.assertEqual(summary["masks"], len(good["mask_us"]) + len(bad["mask_us"]))

    def test_samples_are_whole_and_checked(self):
        for options, has_shape in self.shapes:
            out = self.good("grammar", "sample", *options, "--model", TINY, "--count", "20",
                            "--seed", "5", "--max-tokens", "60")
            samples = [json.loads(line) for line in out.splitlines()]
            self.assertEqual(len(samples), 20)
            for sample in samples:
                self.assertTrue(sample["finished"])
                self.assertLessEqual(sample["tokens"], 60)
                self.assertTrue(has_shape(sample["text"]), sample)
            texts = "\n".join(json.dumps(sample["text"]) for sample in samples)
            checked = self.good("grammar", "check", *options, "--json-lines", stdin=texts)
            self.assertEqual(checked, '{"accepted":true}\n' * 20)

    def test_shapes_that_do_not_compile(self):
        schema = self.write("bad.json", '{"properties":{"a":{"minimum":"x"}}}')
        self.assertIn("#/properties/a/minimum",
                      self.bad(2, "grammar", "check", "--json-schema", schema))
        grammar = self.write("bad.gbnf", "root ::= missing")
        self.assertIn("line 1", self.bad(2, "grammar", "check", "--grammar", grammar))
        self.bad(2, "grammar", "check", "--regex", "(a")
        self.bad(2, "grammar", "check")
        self.bad(2, "run", TINY, "x", "--json", "--choice", "a,b")

    def test_registry(self):
        self.write("name.json", '{"type":"string","minLength":2}')
        schema = self.write("refers.json", '{"$ref":"http://here/name.json"}')
        self.assertIn("http://here/name.json",
                      self.bad(2, "grammar", "check", "--json-schema", schema))
        out = self.good("grammar", "check", "--json-schema", schema, "--schema-registry",
                        "http://here=" + self.home.name, stdin='"a"\n"ab"\n')
        self.assertEqual([json.loads(line)["accepted"] for line in out.splitlines()],
                         [False, True])


if __name__ == "__main__":
    unittest.main()
