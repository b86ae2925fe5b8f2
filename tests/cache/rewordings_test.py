"""Normalised matching on questions of our own: 5 spellings of each are found, near misses are not.

rewordings.jsonl is made by make_rewordings.py; the near misses of questions.jsonl are by hand.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
LEAST = 0.90


def lines(name):
    return [json.loads(line) for line in (HERE / name).read_text().splitlines()]


def ask(questions, *arguments):
    """What the cache answers to each, with the FAQ of questions.jsonl."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as faq:
        for item in lines("questions.jsonl"):
            entry = {"question": item["question"], "answer": item["answer"]}
            faq.write(json.dumps(entry, ensure_ascii=False) + "\n")
        faq.flush()
        done = subprocess.run(
            [os.environ["CACHE_PROBE"], faq.name, *arguments], check=True, text=True,
            capture_output=True, input="".join(json.dumps(q) + "\n" for q in questions))
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    rewordings = lines("rewordings.jsonl")
    found, asked, wrong = Counter(), Counter(), []
    for item, reply in zip(rewordings, ask([r["reworded"] for r in rewordings]), strict=True):
        asked[item["kind"]] += 1
        found[item["kind"]] += reply.get("question") == item["question"]
        if reply.get("question") != item["question"]:
            print("not found:", json.dumps(item, ensure_ascii=False), reply)
        if reply.get("question") not in (None, item["question"]):
            wrong.append((item["reworded"], reply["question"]))
    near = [q for item in lines("questions.jsonl") for q in item["near"]]
    for question, reply in zip(near, ask(near), strict=True):
        if "question" in reply:
            wrong.append((question, reply["question"]))
    for kind, total in asked.items():
        print(f"{kind}: {found[kind]} of {total}")
    print(f"near misses: {len(near)}; wrong answers: {len(wrong)}")
    for pair in wrong:
        print("wrong:", *pair, sep="\n  ")
    enough = all(found[kind] >= LEAST * total for kind, total in asked.items())
    sys.exit(0 if enough and not wrong and len(near) >= 100 else 1)


if __name__ == "__main__":
    main()
