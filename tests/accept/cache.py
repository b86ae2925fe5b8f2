"""What the response cache finds of rewordings, what it gets wrong, and how fast it is.

Questions, free rewordings and near misses of tests/cache: by words alone, and with the vectors of
all-MiniLM-L6-v2 (by `bantam embed`, or by transformers where the program has no such command).
questions.jsonl is what the tables of src/store/cache were written with; heldout.jsonl was written
afterwards, and is reported, its wrong answers counted too; strangers.jsonl, five free rewordings
and three near misses of each of 200 questions, is by others and makes no rule, and must not: what
it finds is what strangers may expect.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from statistics import median

from _bantam import ROOT, options

QUESTIONS = ROOT / "tests/cache"
PROBE = ROOT / "build/release/tests/cache/cache_probe"
LEAST_FREE = 0.80
LEAST_FASTER = 200
ANSWER_TOKENS = 32


def read(name):
    return [json.loads(line) for line in (QUESTIONS / name).read_text().splitlines()]


def language(question):
    return "zh" if any(ord(c) > 0x2E80 for c in question) else "en"


def by_program(program, model, texts):
    given = "".join(text.replace("\n", " ") + "\n" for text in texts)
    done = subprocess.run([program, "embed", model], input=given, text=True, capture_output=True,
                          check=False)
    if done.returncode != 0:
        return None
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    vectors = [line.get("embedding", line.get("vector")) for line in lines]
    return vectors if len(vectors) == len(texts) and None not in vectors else None


def by_transformers(model, texts):
    import torch
    from transformers import AutoModel, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(model)
    encoder = AutoModel.from_pretrained(model).eval()
    vectors = []
    with torch.no_grad():
        for at in range(0, len(texts), 32):
            batch = tokenizer(texts[at:at + 32], padding=True, return_tensors="pt")
            mask = batch["attention_mask"].unsqueeze(-1).float()
            sums = (encoder(**batch).last_hidden_state * mask).sum(1) / mask.sum(1)
            vectors += torch.nn.functional.normalize(sums, dim=1).tolist()
    return vectors


def write_vectors(program, model, path):
    """Of every question there is; False without a model."""
    if not pathlib.Path(model).exists():
        return False
    texts = []
    for name in ("questions.jsonl", "heldout.jsonl", "strangers.jsonl"):
        for item in read(name):
            texts += [item["question"], *item["free"], *item["near"]]
    for item in read("apart.jsonl"):
        texts += item.values()
    vectors = by_program(program, model, texts)
    print("vectors:", "bantam embed" if vectors else "transformers")
    vectors = vectors or by_transformers(model, texts)
    with open(path, "w", encoding="utf-8") as out:
        for text, vector in zip(texts, vectors, strict=True):
            out.write(json.dumps({"text": text, "vector": vector}) + "\n")
    return True


def ask(items, questions, *mode):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as faq:
        for item in items:
            answer = item.get("answer", "The answer to: " + item["question"])
            faq.write(json.dumps({"question": item["question"], "answer": answer}) + "\n")
        faq.flush()
        done = subprocess.run([PROBE, faq.name, *mode], check=True, text=True, capture_output=True,
                              input="".join(json.dumps(q) + "\n" for q in questions))
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(name, label, *mode):
    """(free rewordings found of each language, wrong answers); prints a line a language."""
    items = read(name)
    shares, wrong, times = {}, [], []
    for kind in ("en", "zh"):
        free = [(i["question"], f) for i in items if language(i["question"]) == kind
                for f in i["free"]]
        near = [n for i in items if language(i["question"]) == kind for n in i["near"]]
        replies = ask(items, [f for _, f in free], *mode)
        found = sum(r.get("question") == q for (q, _), r in zip(free, replies, strict=True))
        times += [r["ns"] for r in replies]
        wrong += [(f, r["question"]) for (q, f), r in zip(free, replies, strict=True)
                  if r.get("question") not in (None, q)]
        missed = [(n, r["question"]) for n, r in zip(near, ask(items, near, *mode), strict=True)
                  if "question" in r]
        wrong += missed
        shares[kind] = found / len(free)
        print(f"{name} {label} {kind}: {found} of {len(free)} free rewordings found; "
              f"{len(missed)} of {len(near)} near misses answered")
    print(f"{name} {label}: look-up {median(times) / 1000:.0f} µs (median, encoder not counted)")
    for pair in wrong:
        print("  wrong:", " -> ".join(pair))
    return shares, wrong


def taken_for_other(label, *mode):
    """How many of apart.jsonl are answered with the answer of the question they are not."""
    wrong = []
    for one, other in (("question", "other"), ("other", "question")):
        items = read("apart.jsonl")
        replies = ask([{"question": i[one]} for i in items], [i[other] for i in items], *mode)
        wrong += [(i[other], r["question"])
                  for i, r in zip(items, replies, strict=True) if "question" in r]
    print(f"apart.jsonl {label}: {len(wrong)} of {2 * len(items)} answered")
    for pair in wrong:
        print("  wrong:", " -> ".join(pair))
    return wrong


def generation_seconds(program, model):
    """Of an answer's tokens, loading and prompt left out: the difference of two runs."""
    def run(tokens):
        start = time.perf_counter()
        subprocess.run([program, "run", model, "Tell me about the sea.", "--max-tokens",
                        str(tokens), "--temperature", "0"], check=True, capture_output=True)
        return time.perf_counter() - start
    return median(run(ANSWER_TOKENS + 1) - run(1) for _ in range(3))


def main():
    arguments = options(__doc__).parse_args()
    items = read("questions.jsonl")
    exact = ask(items, [i["question"] for i in items for _ in range(5)])
    lookup = median(r["ns"] for r in exact) / 1e9
    generation = generation_seconds(arguments.bantam, arguments.model)
    print(f"FAQ look-up {lookup * 1e6:.0f} µs, {ANSWER_TOKENS} tokens {generation * 1e3:.0f} ms: "
          f"{generation / lookup:.0f} times faster (at least {LEAST_FASTER})")
    good = generation / lookup >= LEAST_FASTER and lookup < 1e-3

    models = pathlib.Path(os.environ.get("BANTAM_MODELS", ROOT / "models"))
    modes = [("words", ("words",))]
    with tempfile.TemporaryDirectory() as scratch:
        vectors = pathlib.Path(scratch) / "vectors.jsonl"
        if write_vectors(arguments.bantam, str(models / "all-minilm-l6-v2"), vectors):
            modes.append(("all-MiniLM-L6-v2", (str(vectors),)))
        else:
            print("no all-minilm-l6-v2 in the models' folder: words alone")
        for label, mode in modes:
            shares, wrong = measure("questions.jsonl", label, *mode)
            good = good and min(shares.values()) >= LEAST_FREE and not wrong
            for name in ("heldout.jsonl", "strangers.jsonl"):
                _, wrong = measure(name, label, *mode)
                good = good and not wrong
            good = good and not taken_for_other(label, *mode)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
