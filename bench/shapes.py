#!/usr/bin/env python3
"""What a schema costs or gains: the same prompts with one and without.

    python bench/shapes.py MODEL.gguf [--rounds 3] [--tokens 512] [-t 2] [--speculation off]

The prompts and schemas are those of bench/prompts/shapes.json. Runs `bantam run` at temperature 0
with the prompt's --json-schema and without, in turns, each reply to its own end (a model that is
made to go on after it repeats itself, which guessing makes fast and nobody asks for); then the
same with --json. Prints tokens a second and the medians of the ratios; pairs with a reply below 48
tokens do not count. Fails if a reply of a shape is no JSON, or if the median with a schema is
below 1.
"""

import json
import pathlib
import statistics
import sys
import tempfile

import cli_reply
from cli_reply import ROOT

SHORTEST = 48


class Way:
    """One way to ask for a reply: its tokens, and the tokens a second of every round."""

    def __init__(self, *arguments: str):
        self.arguments, self.n_tokens, self.rates = arguments, 0, []

    def run(self, options, prompt: str) -> str:
        text, self.n_tokens, rate = cli_reply.reply(
            options, prompt, "--speculation", options.speculation, *self.arguments)
        self.rates.append(rate)
        return text

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


def compare(options, prompt: str, *shape: str) -> tuple[Way, Way]:
    """With a shape and without it."""
    shaped, plain = Way(*shape), Way()
    for _ in range(options.rounds):
        json.loads(shaped.run(options, prompt))
        plain.run(options, prompt)
    return shaped, plain


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
                shaped, plain = compare(options, case["prompt"], *shape)
            ratio = shaped.rate / plain.rate
            print(f"{way:6} {shaped.n_tokens:3} tokens at {shaped.rate:5.1f}/s, without "
                  f"{plain.n_tokens:3} at {plain.rate:5.1f}/s: {ratio:.2f}  {case['prompt'][:44]}",
                  flush=True)
            if min(shaped.n_tokens, plain.n_tokens) >= SHORTEST:
                ratios.append(ratio)
        median = statistics.median(ratios)
        print(f"{way:6} median of {len(ratios)}: {median:.2f} times the speed without it, from "
              f"{min(ratios):.2f} to {max(ratios):.2f}\n", flush=True)
        broken |= way == "schema" and median < 1
    if broken:
        sys.exit("BROKEN  slower with a schema than without")


if __name__ == "__main__":
    main()
