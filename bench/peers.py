#!/usr/bin/env python3
"""Speed and memory beside llama.cpp on the same file: alternating runs, ratios of medians.

    python bench/peers.py MODEL.gguf [-p 512] [-n 64] [-d 0] [-t 2] [--rounds 5] [--csv FILE]

Runs `bantam bench` and, if it is found on PATH, `llama-bench` in turns, so that both see the same
moods of the machine, then measures the peak resident memory of each with a full context of 4,096
tokens. Peers that are not installed are skipped with a word. Fails if a ratio is below --floor or
our memory is above theirs.
"""

import argparse
import csv
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
CONTEXT = 4096


def run(command: list[str]) -> tuple[str, int]:
    """(standard output, peak resident bytes) of a program that must succeed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}\nexit code {process.returncode}:\n{err.read()[-2000:]}")
        return out.read(), usage.ru_maxrss * 1024


class BantamBench:
    name = "bantam"

    def __init__(self, options):
        self.program, self.options = options.bantam, options

    def installed(self) -> bool:
        return os.access(self.program, os.X_OK)

    def command(self, *tests: str) -> list[str]:
        return [self.program, "bench", self.options.model, *tests, "-t", str(self.options.threads),
                "--json"]

    def round(self) -> dict[str, float]:
        """Tokens a second by test name."""
        o = self.options
        text, _ = run(self.command("-p", str(o.p), "-n", str(o.n), "-d", str(o.d), "-r", "1"))
        return {test["name"]: test["tokens_per_s"]["median"] for test in json.loads(text)["tests"]}

    def memory(self) -> int:
        return run(self.command("-p", "0", "-n", "64", "-d", str(CONTEXT - 65), "-r", "1"))[1]


class LlamaBench:
    name = "llama.cpp"

    def __init__(self, options):
        self.options = options

    def installed(self) -> bool:
        return shutil.which("llama-bench") is not None

    def command(self, *tests: str) -> list[str]:
        return ["llama-bench", "-m", self.options.model, *tests, "-t", str(self.options.threads),
                "-o", "json"]

    def round(self) -> dict[str, float]:
        o = self.options
        text, _ = run(self.command("-p", str(o.p), "-n", str(o.n), "-d", str(o.d), "-r", "1"))
        rates = {}
        for test in json.loads(text):
            kind = f"pp{test['n_prompt']}" if test["n_prompt"] else f"tg{test['n_gen']}"
            rates[kind + (f" @ d{o.d}" if o.d else "")] = test["avg_ts"]
        return rates

    def memory(self) -> int:
        return run(self.command("-p", "0", "-n", "64", "-d", str(CONTEXT - 64), "-r", "1"))[1]


class LlamaCompletion:
    """For its memory only: what a person sees who gives llama.cpp a long prompt."""

    name = "llama-completion"

    def __init__(self, options):
        self.options = options

    def installed(self) -> bool:
        return shutil.which("llama-completion") is not None

    def memory(self) -> int:
        words = [(ROOT / "tests/corpus" / name).read_text(encoding="utf-8")
                 for name in ("english.txt", "code.txt")]
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write(words[0] + words[1][:1000])  # about 3,900 tokens of Qwen2.5's vocabulary
            file.flush()
            return run(["llama-completion", "-m", self.options.model, "-f", file.name, "-c",
                        str(CONTEXT), "-n", "128", "-t", str(self.options.threads), "-no-cnv",
                        "--ignore-eos"])[1]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("-p", type=int, default=512, help="prompt tokens")
    parser.add_argument("-n", type=int, default=64, help="generated tokens")
    parser.add_argument("-d", type=int, default=0, help="tokens already in the context")
    parser.add_argument("-t", "--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--floor", type=float, default=1.0, help="smallest ratio allowed")
    parser.add_argument("--bantam", default=str(ROOT / "build/release/bantam"))
    parser.add_argument("--csv", help="every single run")
    parser.add_argument("--no-memory", action="store_true")
    return parser.parse_args()


def measure_speed(options, programs) -> dict[str, dict[str, list[float]]]:
    """Program → test → tokens a second of each round. The order turns round every round."""
    samples: dict = {program.name: {} for program in programs}
    for i in range(options.rounds):
        for program in programs if i % 2 == 0 else programs[::-1]:
            for test, rate in program.round().items():
                samples[program.name].setdefault(test, []).append(rate)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return samples


def report_speed(samples, floor: float) -> list[str]:
    broken = []
    print(f"{'test':14} {'program':18} {'median tok/s':>12} {'min':>9} {'max':>9} {'ratio':>7}")
    ours = samples["bantam"]
    for test, mine in ours.items():
        for name, tests in samples.items():
            rates = tests.get(test)
            if not rates:
                continue
            median = statistics.median(rates)
            ratio = statistics.median(mine) / median
            shown = "" if name == "bantam" else f"{ratio:7.2f}"
            print(f"{test:14} {name:18} {median:12.2f} {min(rates):9.2f} {max(rates):9.2f} {shown}")
            if name != "bantam" and ratio < floor:
                broken.append(f"{test}: {ratio:.2f} of {name}'s speed, at least {floor:g} wanted")
    return broken


def report_memory(programs) -> list[str]:
    print(f"\npeak memory, {CONTEXT:,} tokens in the context")
    used = {program.name: program.memory() for program in programs}
    for name, size in used.items():
        print(f"  {name:18} {size / 2**20:9.1f} MiB")
    mine = used.pop("bantam")
    return [f"peak memory: {mine:,} bytes, {name} {theirs:,}"
            for name, theirs in used.items() if mine > theirs]


def main():
    options = parse()
    programs, speed = [], []
    for kind in (BantamBench, LlamaBench, LlamaCompletion):
        program = kind(options)
        if not program.installed():
            print(f"{program.name}: not found, left out", file=sys.stderr)
            continue
        programs.append(program)
        if hasattr(program, "round"):
            speed.append(program)
    if not programs or programs[0].name != "bantam":
        sys.exit(f"{options.bantam} is not there; build it first")
    samples = measure_speed(options, speed)
    broken = report_speed(samples, options.floor)
    if options.csv:
        with open(options.csv, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["program", "test", "round", "tokens_per_s"])
            for name, tests in samples.items():
                for test, rates in tests.items():
                    writer.writerows([name, test, i, rate] for i, rate in enumerate(rates))
    if not options.no_memory:
        broken += report_memory(programs)
    for text in broken:
        print(f"BROKEN  {text}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
