"""Replies to one prompt, at many temperatures and limits: all of them must be valid JSON."""

import contextlib
import json
import pathlib
import re
import subprocess
import tempfile

PROMPT = ("Describe three animals of the sea as a JSON object with the key \"animals\": an array "
          "of objects with name, size_m (a number), diet (an array of strings) and a description.")
TEMPERATURES = ("0", "0.4", "0.7", "1", "1.5")
MOST_TOKENS = 300
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


def check_value(value):
    """Any that json.loads can read."""


def check_object(value):
    assert isinstance(value, dict), "no object"


def check_animals(value):
    assert list(value) == ["animals"] and len(value["animals"]) == 3
    for animal in value["animals"]:
        assert set(animal) == {"name", "size_m", "diet", "description"}
        assert animal["size_m"] > 0 and animal["name"]
        assert len(set(animal["diet"])) == len(animal["diet"])


@contextlib.contextmanager
def schema_file():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "schema.json"
        path.write_text(json.dumps(SCHEMA))
        yield str(path)


class Replies:
    """`count` replies of each kind, their limits spread from the least possible to MOST_TOKENS."""

    def __init__(self, program: str, model: str, count: int, threads: int | None = None):
        self.program, self.model, self.count = program, model, count
        self.threads = () if threads is None else ("-t", str(threads))

    def repaired(self):
        """What is wrong with replies without a shape, cut off anywhere, once they are repaired."""
        return self._repaired(self._least("--json"), check_object)

    def repaired_towards_schema(self, check=check_animals):
        """The same towards SCHEMA, at the limits of schema()."""
        with schema_file() as path:
            yield from self._repaired(self._least("--json-schema", path), check, "--schema", path)

    def json(self):
        """What is wrong with JSON objects."""
        return self._shaped(check_object, "--json")

    def schema(self, check=check_animals):
        """What is wrong with documents of SCHEMA."""
        with schema_file() as path:
            yield from self._shaped(check, "--json-schema", path)

    def _repaired(self, least: int, check, *options):
        for i, limit in self._limits(least):
            reply = self._ask(i, limit)
            if reply.returncode != 0:
                yield self._fault(i, limit, reply.stderr)
                continue
            done = subprocess.run([self.program, "json", "repair", *options], input=reply.stdout,
                                  capture_output=True, text=True, timeout=60)
            if "{" in reply.stdout or options:
                yield self._judge(i, limit, done, check)
            elif done.returncode == 1 and "there is no JSON value" in done.stderr:
                yield None  # cut before anything began: to make up an object would be wrong
            else:
                yield self._judge(i, limit, done, check_value)

    def _shaped(self, check, *options):
        for i, limit in self._limits(self._least(*options)):
            yield self._judge(i, limit, self._ask(i, limit, *options), check)

    def _least(self, *options) -> int:
        """The least limit that a shape allows."""
        refused = self._ask(0, 1, *options)
        least = re.search(r"takes (\d+)", refused.stderr)
        if refused.returncode != 2 or least is None:
            raise RuntimeError(f"a limit of 1 is not refused with the least one: {refused.stderr}")
        return int(least[1])

    def _limits(self, least: int):
        for i in range(self.count):
            yield i, least + (MOST_TOKENS - least) * i // (self.count - 1)

    def _ask(self, i: int, limit: int, *options):
        return subprocess.run(
            [self.program, "run", self.model, PROMPT, "-n", str(limit), "-s", str(i),
             "--temperature", TEMPERATURES[i % len(TEMPERATURES)], *self.threads, *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)

    def _judge(self, i, limit, done, check) -> str | None:
        if done.returncode != 0:
            return self._fault(i, limit, done.stderr)
        try:
            check(json.loads(done.stdout))
        except Exception as error:  # of any validator
            return self._fault(i, limit, f"{error}: {done.stdout!r}")
        return None

    @staticmethod
    def _fault(i, limit, what) -> str:
        return f"seed {i}, limit {limit}: {what.strip()}"
