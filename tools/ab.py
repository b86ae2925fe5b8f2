"""Measures two builds of bantam against each other, alternating, so that a busy machine hurts both.

ab.py --name COMMIT --base PROGRAM --new PROGRAM -- ARGUMENTS_OF_bantam_bench
Prints, per test, both medians and their ratio; only the ratio of medians says anything.
"""

import argparse
import json
import statistics
import subprocess
import sys


def measure(program, arguments):
    """{test name: tokens per second} of one run."""
    result = subprocess.run([program, "bench", *arguments, "-r", "1", "--json"],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{program} bench failed:\n{result.stderr}")
    tests = json.loads(result.stdout)["tests"]
    return {test["name"]: test["tokens_per_s"]["median"] for test in tests}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", default="base")
    parser.add_argument("--base", required=True)
    parser.add_argument("--new", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("arguments", nargs="+")
    options = parser.parse_args()
    programs = {options.name: options.base, "this tree": options.new}
    speeds = {name: {} for name in programs}
    for round_number in range(options.rounds):
        order = list(programs) if round_number % 2 == 0 else list(reversed(programs))
        for name in order:
            for test, speed in measure(programs[name], options.arguments).items():
                speeds[name].setdefault(test, []).append(speed)
    for test, base in speeds[options.name].items():
        new = speeds["this tree"][test]
        old_median, new_median = statistics.median(base), statistics.median(new)
        print(f"{test}: {options.name} {old_median:.1f} tok/s, this tree {new_median:.1f} tok/s, "
              f"ratio {new_median / old_median:.3f} ({options.rounds} rounds each)")


if __name__ == "__main__":
    main()
