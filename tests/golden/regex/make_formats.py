#!/usr/bin/env python3
"""Writes formats.jsonl: strings and whether they are of a format, by the JSON-Schema-Test-Suite.

The suite (MIT licence) comes with the source distribution of the Python package jsonschema 4.26.0:
    pip download --no-deps --no-binary :all: jsonschema==4.26.0
    make_formats.py jsonschema-4.26.0/json > formats.jsonl
Each line: {"format": name, "text": string, "valid": true or false}; each once for all drafts.
"""

import json
import pathlib
import sys

DRAFTS = ("draft2020-12", "draft7")
OTHER = ("unknown", "ecmascript-regex")  # not formats


def main():
    seen = {}
    for draft in DRAFTS:
        folder = pathlib.Path(sys.argv[1]) / "tests" / draft / "optional" / "format"
        for path in sorted(folder.glob("*.json")):
            if path.stem in OTHER:
                continue
            for group in json.loads(path.read_text()):
                for test in group["tests"]:
                    if isinstance(test["data"], str):
                        seen.setdefault((path.stem, test["data"]), test["valid"])
    for (name, text), valid in seen.items():
        print(json.dumps({"format": name, "text": text, "valid": valid}))


main()
