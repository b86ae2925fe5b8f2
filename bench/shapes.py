#!/usr/bin/env python3
"""What a schema costs or gains: the same prompts with one and without.

    python bench/shapes.py MODEL.gguf [--rounds 3] [--tokens 512] [-t 2] [--speculation off]

Asks `bantam serve` the prompts of bench/prompts/shapes.json at temperature 0: without a shape,
with the prompt's schema, and with "format": "json", in turns. Each reply runs to its own end (a
model that is made to go on after it repeats itself, which guessing makes fast and nobody asks for).
Prints tokens a second, and the medians of the ratios; pairs with a reply below 48 tokens do not
count. Fails if a reply of a shape is no JSON, or if the median with a schema is below 1.
"""

import http.client
import json
import statistics
import sys

import cli_reply
import serving
from cli_reply import ROOT

SHORTEST = 48
WAYS = ("schema", "json")


class Replies:
    """To one prompt in one way: the tokens of each, and the tokens a second of every round."""

    def __init__(self):
        self.n_tokens, self.rates = 0, []

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def ask(self, port: int, prompt: str, n_tokens: int, shape):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        body = {"messages": [{"role": "user", "content": prompt}], "stream": False,
                "options": {"num_predict": n_tokens, "temperature": 0}}
        if shape:
            body["format"] = shape
        connection.request("POST", "/api/chat", json.dumps(body))
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status != 200:
            sys.exit(f"{prompt!r}: {text.decode()}")
        reply = json.loads(text)
        if shape:
            json.loads(reply["message"]["content"])
        self.n_tokens = reply["eval_count"]
        self.rates.append(reply["eval_count"] / reply["eval_duration"] * 1e9)


def main():
    parser = cli_reply.parser(__doc__)
    parser.add_argument("--speculation", choices=["on", "off"], default="on")
    parser.set_defaults(rounds=3, tokens=512)
    options = parser.parse_args()
    command = [options.bantam, "serve", options.model, "-t", str(options.threads),
               "--no-request-log", "--speculation", options.speculation]
    ratios = {way: [] for way in WAYS}
    with serving.Server("bantam", command) as server:
        for case in json.loads((ROOT / "bench/prompts/shapes.json").read_text("utf-8")):
            shapes = {"": None, "schema": case["schema"], "json": "json"}
            replies = {way: Replies() for way in shapes}
            for _ in range(options.rounds):
                for way, shape in shapes.items():
                    replies[way].ask(server.port, case["prompt"], options.tokens, shape)
            plain = replies.pop("")
            line = f"plain {plain.n_tokens:3} tokens at {plain.rate:5.1f}/s"
            for way, shaped in replies.items():
                ratio = shaped.rate / plain.rate
                line += f" · {way} {shaped.n_tokens:3} at {shaped.rate:5.1f}, {ratio:.2f}x"
                if min(shaped.n_tokens, plain.n_tokens) >= SHORTEST:
                    ratios[way].append(ratio)
            print(f"{line}  {case['prompt'][:30]}", flush=True)
    medians = {way: statistics.median(ratios[way]) for way in WAYS}
    for way in WAYS:
        print(f"{way:6} median of {len(ratios[way])}: {medians[way]:.2f} times the speed without "
              f"it, from {min(ratios[way]):.2f} to {max(ratios[way]):.2f}")
    if medians["schema"] < 1:
        sys.exit("BROKEN  slower with a schema than without")


if __name__ == "__main__":
    main()
