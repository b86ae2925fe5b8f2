#!/usr/bin/env python3
"""What keys and values in 8 bits save, and what they cost.

    ./dev accept kv_cache          or, with more choice: python tests/accept/kv_cache.py --help

  kl        Kullback-Leibler divergence from the model's own float32 answers (`--precision exact`
            and the full cache), at the end of prompts of 8,192 tokens. Of `exact` with 8 bits,
            where the cache is rounded as 8 bits would round it and nothing else is: the cache's
            error alone. Of `fast` with 8 bits, as people run it, and beside it with the full cache.
            The test model's key biases, up to 200 times its other keys, are what a cache of 8 bits
            usually fails on.
  memory    of a context, as planned and as measured, beside the 16-bit cache
"""

import json
import sys
import tempfile

import numpy as np

import _bantam
import limits
from _bantam import Bantam
from limits import CORPUS, check

TOKENS, LAST = 8192, 256
KL_BOUND = 0.002
# Precision and bits of the cache, and the largest mean KL; None: only shown.
ROWS = {("exact", "8"): KL_BOUND, ("fast", "16"): None, ("fast", "8"): KL_BOUND}
SAVED = 0.45
RUNS = 3
KINDS = ("english", "code", "chinese", "multilingual")


def prompts(bantam: Bantam, endings: list[str]) -> dict[str, list[int]]:
    """Prompts of the corpora one after the other, each ending in another."""
    ids = {name: json.loads(bantam.call(
        "tokenize", bantam.model, "--json",
        input=(CORPUS / f"{name}.txt").read_text(encoding="utf-8"))) for name in KINDS}
    out = {}
    for name in endings:
        i = KINDS.index(name)
        before = [token for other in KINDS[i + 1:] + KINDS[:i] for token in ids[other]]
        text = (before * (TOKENS // len(before) + 1) + ids[name])[-TOKENS:]
        out[name] = text
    return out


def log_softmax(logits: np.ndarray) -> np.ndarray:
    x = logits.astype(np.float64)
    x -= x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def divergences(reference: np.ndarray, other: np.ndarray) -> np.ndarray:
    """One for each position."""
    out = []
    for at in range(0, len(reference), 16):  # the vocabulary is large
        p, q = log_softmax(reference[at:at + 16]), log_softmax(other[at:at + 16])
        out.append((np.exp(p) * (p - q)).sum(axis=1))
    return np.concatenate(out)


def prove_kl(bantam: Bantam, endings: list[str]):
    print(f"the last {LAST} positions of {TOKENS:,} tokens", flush=True)
    every = {row: [] for row in ROWS}
    for name, tokens in prompts(bantam, endings).items():
        reference = bantam.logits(tokens, "exact", TOKENS - LAST)
        for precision, bits in ROWS:
            other = bantam.logits(tokens, precision, TOKENS - LAST, extra=("--kv-cache", bits))
            kl = divergences(reference, other)
            same = (reference.argmax(axis=1) == other.argmax(axis=1)).mean()
            every[precision, bits].append(kl)
            print(f"          {name:12} {precision:5} {bits:>2} bits: mean KL {kl.mean():.5f}, "
                  f"median {np.median(kl):.5f}, largest {kl.max():.4f}, same likeliest token "
                  f"{same:.1%}", flush=True)
    for (precision, bits), bound in ROWS.items():
        mean = np.concatenate(every[precision, bits]).mean()
        limit = "" if bound is None else f", at most {bound}"
        check(f"mean KL of {precision}, {bits} bits", bound is None or mean <= bound,
              f"{mean:.5f}{limit}")


def prove_memory(bantam: Bantam):
    print(f"memory of {TOKENS:,} tokens", flush=True)
    text = bantam.call("show", bantam.model, "--ctx", str(TOKENS), "--json")
    plans = json.loads(text)["memory"]
    planned = {"16": plans["fast"], "8": plans["fast_kv8"]}
    saved = planned["16"]["kv_cache"] - planned["8"]["kv_cache"]
    share = saved / planned["16"]["kv_cache"]
    check("planned", share >= SAVED, f"{share:.1%} less keys and values, at least {SAVED:.0%}")
    tokens = limits.corpus_tokens(bantam, TOKENS)
    used = {}
    for bits, plan in planned.items():
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            command = limits.score_command(bantam, tokens, file, "--kv-cache", bits)
            # The largest: pages of the file come and go while weights are packed.
            runs = [limits.peak_memory(command) for _ in range(RUNS)]
            used[bits] = max(peak for _, peak, _ in runs)
        for code, _, err in runs:
            check(f"{bits} bits", code == 0, err.strip()[-300:])
        check(f"{bits} bits, as planned", used[bits] <= plan["total"] * limits.PLAN_SLACK,
              f"{used[bits] / 2**20:.0f} MiB used, {plan['total'] / 2**20:.0f} MiB planned")
    measured = used["16"] - used["8"]
    check("measured", measured >= 0.95 * saved,
          f"{measured / 2**20:.1f} MiB less, {saved / 2**20:.1f} MiB planned")


def main() -> int:
    parser = _bantam.options(__doc__)
    parser.add_argument("--endings", nargs="+", choices=KINDS, default=list(KINDS),
                        help="only prompts that end in these corpora")
    args = parser.parse_args()
    bantam = Bantam(args.bantam, args.model, args.threads, args.cache)
    prove_memory(bantam)
    prove_kl(bantam, args.endings)
    if limits.failures:
        print(f"\nbroken: {', '.join(limits.failures)}")
    return 1 if limits.failures else 0


if __name__ == "__main__":
    sys.exit(main())
