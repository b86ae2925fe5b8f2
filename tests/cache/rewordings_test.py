"""Matching on questions of our own: 5 spellings of each are found, near misses are not.

rewordings.jsonl is made by make_rewordings.py; the near misses of questions.jsonl are by hand, as
is apart.jsonl: pairs that differ in the order of words, operators, case or blanks alone, which are
asked with their words compared, too. near.jsonl are near misses of strangers' questions: none may
be answered with what it is near to.
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


def ask(items, questions, *arguments):
    """What the cache answers to each, with `items` for an FAQ."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as faq:
        for item in items:
            answer = item.get("answer", item["question"])
            entry = {"question": item["question"], "answer": answer}
            faq.write(json.dumps(entry, ensure_ascii=False) + "\n")
        faq.flush()
        done = subprocess.run(
            [os.environ["CACHE_PROBE"], faq.name, *arguments], check=True, text=True,
            capture_output=True, input="".join(json.dumps(q) + "\n" for q in questions))
    return [json.loads(line) for line in done.stdout.splitlines()]


def taken_for_other(*arguments):
    """The pairs of apart.jsonl of which one is answered with the other's answer."""
    wrong = []
    for known, asked in (("question", "other"), ("other", "question")):
        pairs = lines("apart.jsonl")
        replies = ask([{"question": p[known]} for p in pairs], [p[asked] for p in pairs],
                      *arguments)
        wrong += [(p[asked], reply["question"])
                  for p, reply in zip(pairs, replies, strict=True) if "question" in reply]
    return wrong


def near_answered():
    """The near misses of near.jsonl that get the answer of their question, by words."""
    pairs = lines("near.jsonl")
    known = [{"question": q} for q in dict.fromkeys(p["question"] for p in pairs)]
    replies = ask(known, [p["near"] for p in pairs], "words")
    return len(pairs), [(p["near"], p["question"]) for p, reply in zip(pairs, replies, strict=True)
                        if reply.get("question") == p["question"]]


def main():
    known = lines("questions.jsonl")
    rewordings = lines("rewordings.jsonl")
    found, asked, wrong = Counter(), Counter(), []
    replies = ask(known, [r["reworded"] for r in rewordings])
    for item, reply in zip(rewordings, replies, strict=True):
        asked[item["kind"]] += 1
        found[item["kind"]] += reply.get("question") == item["question"]
        if reply.get("question") != item["question"]:
            print("not found:", json.dumps(item, ensure_ascii=False), reply)
        if reply.get("question") not in (None, item["question"]):
            wrong.append((item["reworded"], reply["question"]))
    near = [q for item in known for q in item["near"]]
    for question, reply in zip(near, ask(known, near), strict=True):
        if "question" in reply:
            wrong.append((question, reply["question"]))
    wrong += taken_for_other() + taken_for_other("words")
    strangers, answered = near_answered()
    wrong += answered
    for kind, total in asked.items():
        print(f"{kind}: {found[kind]} of {total}")
    print(f"near misses: {len(near)} and {strangers} of strangers; wrong answers: {len(wrong)}")
    for pair in wrong:
        print("wrong:", *pair, sep="\n  ")
    enough = all(found[kind] >= LEAST * total for kind, total in asked.items())
    sys.exit(0 if enough and not wrong and len(near) >= 100 and strangers >= 1000 else 1)


if __name__ == "__main__":
    main()
