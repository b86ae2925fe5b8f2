#!/usr/bin/env python3
"""What guessing tokens from earlier text gains: the same prompts with it and without.

    python bench/speculation.py MODEL.gguf [--rounds 1] [--tokens 256] [-t 2]

The prompts are those of bench/prompts: `copying` (JSON, tables, code and text that is edited) and
`chat` (free text). Runs `bantam run` at temperature 0 with and without --speculation in turns, and
prints each prompt's ratio of tokens a second and the median of each kind. Replies shorter than 128
tokens are left out. Fails if an answer differs, if fewer than 20 prompts of a kind remain, if
copying gains less than 1.5 in the median, or chat less than 0.97.
"""

import json
import statistics
import sys

import cli_reply
from cli_reply import ROOT

SHORTEST = 128  # tokens of a reply
FEWEST = 20     # prompts of a kind
FLOORS = {"copying": 1.5, "chat": 0.97}


def ratio(options, prompt: str) -> tuple[int, float]:
    """(tokens of the reply, speed with guesses over speed without); both ways in turns."""
    rates = {"off": [], "on": []}
    answers = set()
    for i in range(options.rounds):
        for way in ("off", "on") if i % 2 == 0 else ("on", "off"):
            text, n, rate = cli_reply.reply(options, prompt, "--speculation", way)
            rates[way].append(rate)
            answers.add(text)
            if n < SHORTEST:
                return n, 0.0
    if len(answers) != 1:
        sys.exit(f"the answers differ: {prompt!r}")
    return n, statistics.median(rates["on"]) / statistics.median(rates["off"])


def main():
    parser = cli_reply.parser(__doc__)
    options = parser.parse_args()
    if options.tokens < SHORTEST:
        parser.error(f"--tokens {options.tokens}: expected {SHORTEST} or more")
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: expected 1 or more")
    broken = []
    for kind, floor in FLOORS.items():
        ratios = []
        for prompt in json.loads((ROOT / f"bench/prompts/{kind}.json").read_text("utf-8")):
            n, gain = ratio(options, prompt)
            words = " ".join(prompt.split())
            print(f"{kind:8} {n:4} tokens  {f'{gain:.2f}' if gain else 'short':>5}  {words[:60]}",
                  flush=True)
            if gain:
                ratios.append(gain)
        if len(ratios) < FEWEST:
            broken.append(f"{kind}: {len(ratios)} prompts with replies of {SHORTEST} tokens, at "
                          f"least {FEWEST} wanted")
        if not ratios:
            continue
        median = statistics.median(ratios)
        print(f"{kind:8} median of {len(ratios)}: {median:.2f}, from {min(ratios):.2f} to "
              f"{max(ratios):.2f} (at least {floor} wanted)\n", flush=True)
        if median < floor:
            broken.append(f"{kind}: {median:.2f}, at least {floor} wanted")
    for text in broken:
        print(f"BROKEN  {text}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
