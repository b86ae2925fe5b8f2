"""One reply of `bantam run`, and how fast it came."""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def parser(description: str) -> argparse.ArgumentParser:
    """The options that `reply` needs, and --rounds."""
    options = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("model")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--tokens", type=int, default=256)
    options.add_argument("-t", "--threads", type=int, default=os.cpu_count())
    options.add_argument("--bantam", default=str(ROOT / "build/release/bantam"))
    return options


def reply(options, prompt: str, *more: str, tokens: int = 0) -> tuple[str, int, float]:
    """(text, tokens, tokens a second) of one run at temperature 0, of options.tokens at most unless
    `tokens` says how many."""
    done = subprocess.run(
        [options.bantam, "run", options.model, "--temperature", "0", "--max-tokens",
         str(tokens or options.tokens), "-t", str(options.threads), *more, "--stats", "--", prompt],
        stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    found = re.search(r"^reply +(\d+) tokens? in [\d.]+ s, ([\d.,]+) tok/s", done.stderr, re.M)
    if not found:
        sys.exit(f"no rate in the statistics:\n{done.stderr}")
    return done.stdout, int(found[1]), float(found[2].replace(",", ""))
