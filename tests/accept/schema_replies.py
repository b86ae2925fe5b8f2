#!/usr/bin/env python3
"""Replies of the model within each of many schemas, judged by an independent validator.

    ./dev accept schema_replies    or, with more choice: tests/accept/schema_replies.py --help

For each schema of tests/golden/schemas/schemas.jsonl the model is asked for a document, at a
temperature and a limit that differ from schema to schema, the smallest possible limit among them.
Every reply must be finished within its limit and valid for jsonschema-rs, formats asserted. Needs:
pip install jsonschema-rs.
"""

import json
import re
import subprocess
import sys
import time

import jsonschema_rs

import _bantam
from schema_generate import (LEAST_SCHEMAS, SECONDS_PER_CALL, Refused, fault_of, read_schemas,
                             schema_file)

TEMPERATURES = ("0", "0.4", "0.7", "1", "1.5")
EXTRA_TOKENS = (0, 3, 40, 160)  # above the smallest limit of the schema
MOST_SHOWN = 2000  # characters of the schema that the prompt shows


def prompt(schema) -> str:
    text = json.dumps(schema, ensure_ascii=False)
    return f"Write one realistic JSON document that fits this JSON Schema:\n{text[:MOST_SHOWN]}"


def smallest_limit(args, path: str, entry) -> int:
    """The model's own tokens are counted, as the refusal of a limit of one names them."""
    done = ask(args, path, entry, limit=1, temperature="0", seed=0)
    if done.returncode == 0:
        return 1
    found = re.search(r"takes (\d+)", done.stderr)
    if found is None:
        raise Refused(done.stderr.strip())
    return int(found[1])


def ask(args, path: str, entry, limit: int, temperature: str, seed: int):
    return subprocess.run(
        [args.bantam, "run", args.model, prompt(entry["schema"]), "--json-schema", path, "-n",
         str(limit), "--temperature", temperature, "-s", str(seed), "-t", str(args.threads)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS_PER_CALL)


def fault(args, path: str, entry, index: int) -> str | None:
    """What is wrong with the reply; None if nothing is."""
    limit = smallest_limit(args, path, entry) + EXTRA_TOKENS[index % len(EXTRA_TOKENS)]
    temperature = TEMPERATURES[index % len(TEMPERATURES)]
    done = ask(args, path, entry, limit, temperature, args.seed + index)
    if done.returncode != 0:
        return f"limit {limit}: exit code {done.returncode}: {done.stderr.strip()[-300:]}"
    validator = jsonschema_rs.validator_for(entry["schema"], validate_formats=True)
    what = fault_of(done.stdout, validator)
    return None if what is None else f"limit {limit}: {what}: {done.stdout[:300]!r}"


def main() -> int:
    parser = _bantam.options(__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="schemas whose name matches this expression")
    args = parser.parse_args()
    entries = read_schemas(args.only)
    asked, broken, start = 0, 0, time.monotonic()
    for index, entry in enumerate(entries):
        with schema_file(entry["schema"]) as path:
            try:
                what = fault(args, path, entry, index)
            except (Refused, subprocess.TimeoutExpired) as error:
                what = f"{type(error).__name__}: {error}"
        asked += 1
        if what is not None:
            broken += 1
            print(f"  BROKEN  {entry['name']}: {what}", flush=True)
    print(f"{asked} schemas asked for, {asked - broken} replies finished and valid; "
          f"{time.monotonic() - start:.0f} s")
    if not args.only and asked < LEAST_SCHEMAS:
        print(f"BROKEN: at least {LEAST_SCHEMAS} schemas have to be asked for")
        return 1
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
