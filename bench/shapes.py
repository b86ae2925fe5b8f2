#!/usr/bin/env python3
"""What a schema costs or gains: the same prompts with one and without.

    python bench/shapes.py MODEL.gguf [--rounds 3] [--tokens 512] [-t 2] [--speculation off]

The prompts and schemas are those of bench/prompts/shapes.json. Runs `bantam run` at temperature 0
with the prompt's --json-schema and without, as many tokens of each, in turns; then the same with
--json. Prints tokens a second and the medians of the ratios. Fails if a reply of a shape is no
JSON, or if the median with a schema is below 1.
"""

import json
import pathlib
import statistics
import sys
import tempfile

import cli_reply
from cli_reply import ROOT

SHORTEST = 48


def compare(options, prompt: str, shape: list[str]) -> tuple[int, float, float]:
    """(tokens, tokens a second with a shape, without it)."""
    speculation = ["--speculation", options.speculation]
    shaped, plain = [], []
    for _ in range(options.rounds):
        text, n, rate = cli_reply.reply(options, prompt, *speculation, *shape)
        json.loads(text)
        shaped.append(rate)
        plain.append(cli_reply.reply(options, prompt, *speculation, "--ignore-end", tokens=n)[2])
    return n, statistics.median(shaped), statistics.median(plain)


def main():
    parser = cli_reply.parser(__doc__)
    parser.add_argument("--speculation", choices=["on", "off"], default="on")
    parser.set_defaults(tokens=512)
    options = parser.parse_args()
    broken = False
    for way in ("schema", "json"):
        ratios = []
        for case in json.loads((ROOT / "bench/prompts/shapes.json").read_text("utf-8")):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "schema.json")
                path.write_text(json.dumps(case["schema"]), "utf-8")
                shape = ["--json-schema", str(path)] if way == "schema" else ["--json"]
                n, shaped, plain = compare(options, case["prompt"], shape)
            print(f"{way:6} {n:4} tokens {shaped:6.1f} tok/s, {plain:6.1f} without  "
                  f"{case['prompt'][:60]}", flush=True)
            if n >= SHORTEST:
                ratios.append(shaped / plain)
        median = statistics.median(ratios)
        print(f"{way:6} median of {len(ratios)}: {median:.2f} times the speed without it, from "
              f"{min(ratios):.2f} to {max(ratios):.2f}\n", flush=True)
        broken |= way == "schema" and median < 1
    if broken:
        sys.exit("BROKEN  slower with a schema than without")


if __name__ == "__main__":
    main()
