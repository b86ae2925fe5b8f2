#!/usr/bin/env python3
"""Fifty replies to one prompt in each mode: how many of them are valid JSON.

    ./dev accept fifty_replies    or, with more choice: tests/accept/fifty_replies.py --help

Unconstrained and repaired, to an object or towards a schema; in JSON mode; within the schema,
judged by jsonschema-rs. Limits from the least that the shape allows (that of JSON mode, to be
repaired to an object) to 300 tokens, temperatures from 0 to 1.5. All of them must be valid.
Unconstrained replies that are cut before their object began are judged as any value, or refused.
Needs: pip install jsonschema-rs.
"""

import sys
import time

import jsonschema_rs

import _bantam

sys.path.insert(0, str(_bantam.ROOT / "tests/shapes"))
from replies import SCHEMA, Replies  # noqa: E402


def main() -> int:
    parser = _bantam.options(__doc__)
    parser.add_argument("--count", type=int, default=50, help="replies in each mode")
    args = parser.parse_args()
    replies = Replies(args.bantam, args.model, args.count, args.threads)
    check = jsonschema_rs.validator_for(SCHEMA).validate
    modes = {
        "repaired": replies.repaired(),
        "repaired with --schema": replies.repaired_towards_schema(check),
        "--json": replies.json(),
        "--json-schema": replies.schema(check),
    }
    rows, broken = [], 0
    for mode, faults in modes.items():
        start = time.monotonic()
        found = [fault for fault in faults if fault]
        for fault in found:
            print(f"  BROKEN  {mode}: {fault[:600]}", flush=True)
        rows.append((mode, args.count - len(found), time.monotonic() - start))
        broken += len(found)
    print(f"\n{'mode':<26}{'valid':>9}{'seconds':>10}")
    for mode, valid, seconds in rows:
        print(f"{mode:<26}{f'{valid}/{args.count}':>9}{seconds:>10.0f}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
