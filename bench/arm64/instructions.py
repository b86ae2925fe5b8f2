#!/usr/bin/env python3
"""Instructions that one token takes on aarch64, without such a machine: under qemu-user.

    python bench/arm64/instructions.py MODEL.gguf [-p 64] [-n 16] [--peer PROGRAM] [--functions 5]

Runs `bantam bench` of build/arm64 with one thread under qemu-aarch64 and a plugin that counts
(`./dev count` builds both and starts this), and with --peer a `llama-bench` built for aarch64 in
the same way. A decoded token is the difference of two lengths of reply, a token of the prompt that
of two runs of the same prompt: loading and warming up are in both and fall out. So does
packing, if the shorter reply is long enough: a part of the weights is packed with each of the first
tokens.
"""

import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "build/release/libcount_instructions.so"
BANTAM = ROOT / "build/arm64/bantam"


def count(command: list[str]) -> collections.Counter:
    """Instructions of a run, by function."""
    with tempfile.NamedTemporaryFile("r") as out:
        result = subprocess.run(["qemu-aarch64", "-cpu", "max", "-plugin",
                                 f"{PLUGIN},out={out.name}", *command],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"{' '.join(command)}\nexit code {result.returncode}: {result.stderr[-2000:]}")
        counts = collections.Counter()
        for line in out:
            number, _, name = line.strip().partition(" ")
            counts[name] += int(number)
    if not counts:
        sys.exit(f"{' '.join(command)}: the plugin counted nothing")
    return counts


def per_token(longer: list[str], shorter: list[str], tokens: int) -> dict[str, float]:
    more, less = count(longer), count(shorter)
    return {name: (more[name] - less[name]) / tokens for name in more}


def decode(program: list[str], n: int) -> dict[str, float]:
    bench = [*program, "-t", "1", "-r", "1", "-p", "0"]
    return per_token([*bench, "-n", str(2 * n)], [*bench, "-n", str(n)], n * runs(program))


def prefill(program: list[str], p: int) -> dict[str, float]:
    bench = [*program, "-t", "1", "-n", "0", "-p", str(p)]
    return per_token([*bench, "-r", "2"], [*bench, "-r", "1"], p)


def runs(program: list[str]) -> int:
    """How often a test of one repetition runs: `bantam bench` once more, not counted."""
    return 2 if program[0] == str(BANTAM) else 1


def show(test: str, name: str, functions: dict[str, float], most: int):
    print(f"{test:10} {name:10} {sum(functions.values()) / 1e6:10.1f} million a token")
    for function, value in sorted(functions.items(), key=lambda item: -item[1])[:most]:
        short = subprocess.run(["c++filt", function], capture_output=True, text=True).stdout
        print(f"{value / 1e6:32.2f} {short.strip()[:100]}")


def main():
    parser = argparse.ArgumentParser(description="Instructions a token on aarch64.")
    parser.add_argument("model")
    parser.add_argument("-p", type=int, default=64, metavar="TOKENS", help="of the prompt")
    parser.add_argument("-n", type=int, default=16, metavar="TOKENS", help="to generate")
    parser.add_argument("--peer", metavar="PROGRAM", help="a llama-bench for aarch64")
    parser.add_argument("--functions", type=int, default=0, help="how many to list of each")
    options = parser.parse_args()
    programs = {"bantam": [str(BANTAM), "bench", options.model]}
    if options.peer:
        programs["llama.cpp"] = [options.peer, "--no-warmup", "-m", options.model]
    for test, measure, tokens in (("decode", decode, options.n), ("prefill", prefill, options.p)):
        totals = []
        for name, program in programs.items():
            functions = measure(program, tokens)
            totals.append(sum(functions.values()))
            show(test, name, functions, options.functions)
        if len(totals) == 2:
            print(f"{test:10} {'ratio':10} {totals[0] / totals[1]:10.3f}")


if __name__ == "__main__":
    main()
