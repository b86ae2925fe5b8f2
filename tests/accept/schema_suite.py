#!/usr/bin/env python3
"""The official JSON-Schema-Test-Suite through `bantam grammar check`, byte by byte.

    ./dev accept schema_suite       or, with more choice: tests/accept/schema_suite.py --help

Drafts 7 and 2020-12: the core (formats say nothing, as there) and optional/format (formats are
asserted). The suite comes with the source package of `jsonschema` on PyPI. Per file of the suite:
how many schemas there are and compile, how many instances those have, how many of them are wrongly
accepted or rejected. schema_suite.json holds the best so far: it may only improve.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter

import _bantam
from _bantam import ROOT

PACKAGE = "jsonschema==4.26.0"
ARCHIVE = "jsonschema-4.26.0.tar.gz"
SHA256 = "0c26707e2efad8aa1bfc5b7ce170f3fccc2e4918ff85989ba9ffa9facb2be326"
SCOREBOARD = ROOT / "tests/accept/schema_suite.json"
REMOTES = "http://localhost:1234/"
DRAFTS = {"draft7": "http://json-schema.org/draft-07/schema#",
          "draft2020-12": "https://json-schema.org/draft/2020-12/schema"}
PARTS = {"": ["--no-format"], "optional/format": []}  # folder of a draft → options
FIELDS = ("schemas", "compiled", "instances", "wrongly_accepted", "wrongly_rejected")
LEAST_COMPILED = 0.9
SECONDS_PER_SCHEMA = 60


class Number(str):
    """A number as it was written: 1.0 and 1e400 must reach the program unchanged."""


def read(text: str):
    return json.loads(text, parse_float=Number, parse_int=Number)


def dump(value) -> str:
    if isinstance(value, Number):
        return value
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return text if not re.search("[\ud800-\udfff\x7f\u2028\u2029]", text) else json.dumps(value)
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{dump(k)}:{dump(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def fetch_suite(cache: pathlib.Path) -> pathlib.Path:
    """The folder of the suite; fetched once."""
    folder = cache / "json-schema-test-suite"
    archive = folder / ARCHIVE
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                        "--no-binary", "jsonschema", "--dest", str(folder), PACKAGE], check=True)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{archive} is not the archive that the scoreboard was made with")
    suite = folder / ARCHIVE.removesuffix(".tar.gz") / "json"
    if not (suite / "tests").exists():
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    return suite


class Checker:
    """Asks the program about the instances of one schema at a time."""

    def __init__(self, program: str, suite: pathlib.Path, scratch: pathlib.Path):
        self.program, self.scratch = program, scratch
        self.registry = f"{REMOTES}={suite / 'remotes'}"
        self.broken = []            # what the program must never do
        self.refusals = Counter()   # keyword → schemas that do not compile because of it

    def verdicts(self, where: str, schema, instances: list, options: list[str]):
        """accepted?, one per instance; None if the schema does not compile."""
        path = self.scratch / "schema.json"
        path.write_text(dump(schema), encoding="utf-8")
        command = [self.program, "grammar", "check", "--json-schema", str(path),
                   "--schema-registry", self.registry, *options]
        lines = "".join(dump(instance) + "\n" for instance in instances)
        try:
            done = subprocess.run(command, input=lines.encode(), capture_output=True,
                                  timeout=SECONDS_PER_SCHEMA)
        except subprocess.TimeoutExpired:
            self.broken.append(f"{where}: no end within {SECONDS_PER_SCHEMA} s")
            return None
        error = done.stderr.decode(errors="replace").strip()
        if done.returncode == 2:
            keyword = re.search(r"#(?:/[^\s:]*)*", error)
            if keyword is None:
                self.broken.append(f"{where}: refused without a keyword's path: {error!r}")
            self.refusals[keyword_of(keyword[0]) if keyword else "?"] += 1
            return None
        answers = done.stdout.decode(errors="replace").splitlines()
        if done.returncode != 0 or len(answers) != len(instances):
            self.broken.append(f"{where}: exit code {done.returncode}, {len(answers)} answers for "
                               f"{len(instances)} instances, {error[-300:]!r}")
            return None
        return [json.loads(answer)["accepted"] for answer in answers]


def keyword_of(path: str) -> str:
    """#/properties/a/oneOf/0 → oneOf: the last step that is no index."""
    steps = [step for step in path.split("/")[1:] if not step.isdigit()]
    return steps[-1] if steps else "#"


def name_draft(schema, uri: str):
    """Older files of the suite leave their draft to their folder."""
    if isinstance(schema, dict) and "$schema" not in schema:
        return {"$schema": uri, **schema}
    return schema


def check_file(checker: Checker, file: pathlib.Path, name: str, draft: str, options: list[str],
               verbose: bool) -> dict:
    score = dict.fromkeys(FIELDS, 0)
    for group in read(file.read_text(encoding="utf-8")):
        where = f"{name}: {group['description']}"
        tests = group["tests"]
        score["schemas"] += 1
        schema = name_draft(group["schema"], DRAFTS[draft])
        verdicts = checker.verdicts(where, schema, [test["data"] for test in tests], options)
        if verdicts is None:
            if verbose:
                print(f"  refused   {where}")
            continue
        score["compiled"] += 1
        score["instances"] += len(tests)
        for test, accepted in zip(tests, verdicts):
            if accepted != test["valid"]:
                kind = "accepted" if accepted else "rejected"
                score["wrongly_" + kind] += 1
                print(f"  WRONGLY {kind}   {where}: {test['description']}", flush=True)
    return score


def run(checker: Checker, suite: pathlib.Path, only: str, verbose: bool) -> dict:
    scores = {}
    for draft in DRAFTS:
        for part, options in PARTS.items():
            for file in sorted((suite / "tests" / draft / part).glob("*.json")):
                name = "/".join(filter(None, (draft, part, file.stem)))
                if re.search(only, name):
                    scores[name] = check_file(checker, file, name, draft, options, verbose)
    return scores


def total(scores: dict, prefix: str) -> dict:
    return {field: sum(score[field] for name, score in scores.items() if name.startswith(prefix))
            for field in FIELDS}


def print_table(scores: dict):
    width = max(map(len, scores), default=0)
    print(f"{'':{width}}  schemas  compiled  instances  wrongly accepted  rejected")
    rows = list(scores.items()) + [(f"{draft} in all", total(scores, draft)) for draft in DRAFTS]
    for name, score in rows:
        print(f"{name:{width}}  {score['schemas']:7}  {score['compiled']:8}  {score['instances']:9}"
              f"  {score['wrongly_accepted']:16}  {score['wrongly_rejected']:8}")


def worse(scores: dict, best: dict) -> list[str]:
    """Where the scoreboard was better."""
    lines = []
    for name, score in scores.items():
        old = best.get(name)
        if old is None:
            continue
        if score["compiled"] < old["compiled"]:
            lines.append(f"{name}: {score['compiled']} schemas compile, {old['compiled']} did")
        for field in ("wrongly_accepted", "wrongly_rejected"):
            if score[field] > old[field]:
                lines.append(f"{name}: {score[field]} {field.replace('_', ' ')}, {old[field]} were")
    return lines


def misses(scores: dict, whole: bool) -> list[str]:
    """What is wanted of the cores of the drafts and is not there."""
    lines = []
    for draft in DRAFTS:
        core = {name: score for name, score in scores.items() if name.count("/") == 1}
        sums = total(core, draft + "/")
        if whole and sums["compiled"] < LEAST_COMPILED * sums["schemas"]:
            lines.append(f"{draft}: {sums['compiled']} of {sums['schemas']} schemas compile; "
                         f"at least {LEAST_COMPILED:.0%} wanted")
        if wrong := sums["wrongly_accepted"] + sums["wrongly_rejected"]:
            lines.append(f"{draft}: {wrong} wrong verdicts in the core")
    return lines


def main() -> int:
    parser = _bantam.options(__doc__)
    parser.add_argument("--only", default="", help="files whose name matches this expression")
    parser.add_argument("--update", action="store_true", help="write an improved scoreboard")
    parser.add_argument("--verbose", action="store_true", help="name the schemas that are refused")
    args = parser.parse_args()
    suite = fetch_suite(pathlib.Path(args.cache))
    with tempfile.TemporaryDirectory() as scratch:
        checker = Checker(args.bantam, suite, pathlib.Path(scratch))
        scores = run(checker, suite, args.only, args.verbose)
    print_table(scores)
    if checker.refusals:
        counts = (f"{keyword} {n}" for keyword, n in checker.refusals.most_common())
        print("refused because of:", ", ".join(counts))

    best = json.loads(SCOREBOARD.read_text()) if SCOREBOARD.exists() else {}
    losses = checker.broken + worse(scores, best)
    failures = losses + misses(scores, whole=not args.only)
    for failure in failures:
        print("BROKEN", failure)
    news = [name for name, score in scores.items() if best.get(name) != score]
    if news and not losses and args.update:
        SCOREBOARD.write_text(json.dumps(best | scores, indent=1) + "\n")
        print(f"wrote {SCOREBOARD.relative_to(ROOT)}")
    elif news and not losses:
        print(f"{len(news)} files are new or better than on the scoreboard; --update writes it")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
