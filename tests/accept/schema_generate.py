#!/usr/bin/env python3
"""Documents drawn at random within a schema, judged by an independent validator.

    ./dev accept schema_generate    or, with more choice: tests/accept/schema_generate.py --help

For each schema of tests/golden/schemas/schemas.jsonl `bantam grammar sample` draws documents, every
token uniformly among the legal ones, within several limits, the smallest possible one among them.
All must be finished within the limit and valid for jsonschema-rs, formats asserted; a limit below
the smallest must be refused with that number. Also: `bantam grammar check` accepts the example of
each schema. Needs: pip install jsonschema-rs.
"""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter

import jsonschema_rs

import _bantam
from _bantam import ROOT

SCHEMAS = ROOT / "tests/golden/schemas/schemas.jsonl"
LEAST_SCHEMAS = 200
SECONDS_PER_CALL = 300


class Refused(Exception):
    """Exit code 2: the schema does not compile, or the limit is too small."""


class Sampler:
    """The program's two commands on the schema in one file."""

    def __init__(self, args, path: str):
        self.program, self.model, self.path = args.bantam, args.model, path

    def call(self, command: list[str], text: str = "") -> str:
        done = subprocess.run([self.program, "grammar", command[0], "--json-schema", self.path,
                               *command[1:]], input=text.encode(), capture_output=True,
                              timeout=SECONDS_PER_CALL)
        error = done.stderr.decode(errors="replace").strip()
        if done.returncode == 2:
            raise Refused(error)
        if done.returncode != 0:
            raise RuntimeError(f"exit code {done.returncode}: {error[-300:]}")
        return done.stdout.decode("utf-8")

    def accepts(self, document) -> bool:
        line = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        return json.loads(self.call(["check"], line + "\n"))["accepted"]

    def sample(self, count: int, seed: int, limit: int) -> list[dict]:
        """{"text": …, "finished": …, "tokens": …} per document."""
        out = self.call(["sample", "--count", str(count), "--seed", str(seed), "--max-tokens",
                         str(limit), "--model", self.model])
        return [json.loads(line) for line in out.splitlines()]

    def smallest_limit(self) -> int | None:
        """What the refusal of a limit of one token names; 1 if it is none."""
        try:
            self.sample(1, 0, 1)
            return 1
        except Refused as refusal:
            numbers = re.findall(r"\d+", re.sub(r"#\S*", "", str(refusal)))
            return max(map(int, numbers), default=None)


def read_schemas(only: str) -> list[dict]:
    """Those whose name matches the expression: {"name": …, "schema": …, "example": …}."""
    entries = [json.loads(line) for line in SCHEMAS.read_text(encoding="utf-8").splitlines()]
    return [entry for entry in entries if re.search(only, entry["name"])]


@contextlib.contextmanager
def schema_file(schema):
    """The path of a file that holds the schema."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(schema, file)
        file.flush()
        yield file.name


def fault_of(text: str, validator) -> str | None:
    """What is wrong with a document's text."""
    try:
        document = json.loads(text)
    except ValueError as error:
        return f"no JSON: {error}"
    errors = [str(error).splitlines()[0] for error in validator.iter_errors(document)]
    return f"invalid: {errors[0]}" if errors else None


def fault(sampled: dict, validator, limit: int) -> str | None:
    """What is wrong with a document that was drawn."""
    if not sampled["finished"]:
        return "not finished"
    if sampled["tokens"] > limit:
        return f"{sampled['tokens']} tokens"
    return fault_of(sampled["text"], validator)


class Run:
    """All schemas, one after the other."""

    def __init__(self, args):
        self.args = args
        self.counts, self.broken, self.not_compiled = Counter(), [], []

    def fail(self, name: str, what: str):
        self.broken.append(name)
        print(f"  BROKEN  {name}: {what}", flush=True)

    def draw(self, name: str, sampler: Sampler, validator):
        smallest = sampler.smallest_limit()
        if smallest is None:
            return self.fail(name, "a limit of one token is refused without naming the smallest")
        if smallest > 1:
            try:
                sampler.sample(1, 0, smallest - 1)
                self.fail(name, f"{smallest} is called the smallest limit, but less will do")
            except Refused:
                pass
        for limit in sorted({smallest, smallest + 3, *self.args.limits}):
            if limit < smallest:
                continue
            for sampled in sampler.sample(self.args.count, self.args.seed + limit, limit):
                self.counts["documents"] += 1
                self.counts["tokens"] += sampled["tokens"]
                what = fault(sampled, validator, limit)
                if what is not None:
                    self.fail(name, f"limit {limit}: {what}: {sampled['text'][:300]!r}")

    def schema(self, entry: dict, path: str):
        name, validator = entry["name"], jsonschema_rs.validator_for(
            entry["schema"], validate_formats=True)
        assert validator.is_valid(entry["example"]), name
        sampler = Sampler(self.args, path)
        try:
            if not sampler.accepts(entry["example"]):
                self.fail(name, f"rejects its example {json.dumps(entry['example'])[:300]}")
        except Refused as refusal:
            self.not_compiled.append(name)
            print(f"  refused  {name}: {refusal}", flush=True)
            return
        self.counts["schemas"] += 1
        self.draw(name, sampler, validator)


def main() -> int:
    parser = _bantam.options(__doc__)
    parser.add_argument("--count", type=int, default=5, help="documents per schema and limit")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limits", type=int, nargs="*", default=[64, 400],
                        help="tokens, beside the smallest limit of each schema and 3 more")
    parser.add_argument("--only", default="", help="schemas whose name matches this expression")
    args = parser.parse_args()
    entries = read_schemas(args.only)
    run, start = Run(args), time.monotonic()
    for entry in entries:
        with schema_file(entry["schema"]) as path:
            try:
                run.schema(entry, path)
            except (RuntimeError, subprocess.TimeoutExpired, ValueError, KeyError,
                    Refused) as error:
                run.fail(entry["name"], f"{type(error).__name__}: {error}")
    print(f"{run.counts['schemas']} of {len(entries)} schemas compile; {run.counts['documents']} "
          f"documents of {run.counts['tokens']} tokens; {len(run.broken)} failures; "
          f"{time.monotonic() - start:.0f} s")
    if not args.only and run.counts["schemas"] < LEAST_SCHEMAS:
        print(f"BROKEN: at least {LEAST_SCHEMAS} schemas have to compile")
        return 1
    return 1 if run.broken else 0


if __name__ == "__main__":
    sys.exit(main())
