#!/usr/bin/env python3
"""Embeddings beside transformers, and their speed beside sentence-transformers.

    ./dev accept embeddings        or, with more choice: python tests/accept/embeddings.py --help

  cosine    with transformers in float32 on 500 sentences in many languages, at both precisions
  speed     sentences a second of the same texts, alternating with sentence-transformers in batches
            of 32, where --peer names a Python that has it (texts sorted by length, as it does)
"""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import _bantam
from _bantam import ROOT, Bantam
from limits import CORPUS, check, failures

SENTENCES, BOUND, FASTER, ROUNDS = 500, 0.9999, 2.0, 5
MODEL = pathlib.Path(os.environ.get("BANTAM_MODELS", ROOT / "models")) / "all-minilm-l6-v2"
SOURCES = (ROOT / "tests/tokenizer_parity/languages.txt", CORPUS / "multilingual.txt",
           ROOT / "tests/tokenizer_parity/snippets.txt", CORPUS / "english.txt",
           CORPUS / "chinese.txt")
PEER = """
import json, sys, time, torch
from sentence_transformers import SentenceTransformer
folder, threads, texts = json.load(sys.stdin)
torch.set_num_threads(threads)
model = SentenceTransformer(folder, device="cpu")
model.encode(texts[:64])
start = time.perf_counter()
model.encode(texts, batch_size=32)
print(time.perf_counter() - start)
"""


def sentences() -> list[str]:
    out = []
    for path in SOURCES:
        for line in path.read_text(encoding="utf-8").splitlines():
            parts = re.split(r"(?<=[.!?;。！？；।])\s*", line.strip())
            out += [part.strip() for part in parts if part.strip()]
    return out[:SENTENCES]


def reference(folder: str, texts: list[str]) -> np.ndarray:
    import torch
    from transformers import AutoTokenizer, BertModel
    tokens, model = AutoTokenizer.from_pretrained(folder), BertModel.from_pretrained(folder).eval()
    rows = []
    for text in texts:
        ids = tokens(text, truncation=True, max_length=256, padding=False, return_tensors="pt")
        with torch.no_grad():
            hidden = model(**ids).last_hidden_state[0].mean(0)
        rows.append((hidden / hidden.norm()).numpy())
    return np.stack(rows).astype(np.float64)


def embed(bantam: Bantam, texts: list[str], *extra: str) -> np.ndarray:
    with tempfile.NamedTemporaryFile() as file:
        command = [bantam.program, "embed", bantam.model, "--format", "raw",
                   "--threads", str(bantam.threads), *extra]
        subprocess.run(command, input="\n".join(texts).encode(), stdout=file, check=True)
        return np.fromfile(file.name, "<f4").reshape(len(texts), -1).astype(np.float64)


def prove_cosine(bantam: Bantam, texts: list[str]) -> None:
    expected = reference(bantam.model, texts)
    for precision in ("exact", "fast"):
        got = embed(bantam, texts, "--precision", precision)
        cosines = (got * expected).sum(1) / np.linalg.norm(got, axis=1)
        worst = int(cosines.argmin())
        check(f"{precision}, {len(texts)} sentences", cosines[worst] >= BOUND,
              f"least cosine 1 - {1 - cosines[worst]:.1e} ({texts[worst][:40]!r})")


def seconds(bantam: Bantam, texts: list[str]) -> float:
    """Of embedding alone: the difference between all texts and one."""
    times = []
    for some in (texts, texts[:1]):
        start = time.perf_counter()
        embed(bantam, some)
        times.append(time.perf_counter() - start)
    return times[0] - times[1]


def prove_speed(bantam: Bantam, texts: list[str], peer: str) -> None:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(len(texts) / seconds(bantam, texts))
        done = subprocess.run([peer, "-c", PEER], text=True, capture_output=True, check=True,
                              input=json.dumps([bantam.model, bantam.threads, texts]))
        theirs.append(len(texts) / float(done.stdout.split()[-1]))
    mine, other = statistics.median(ours), statistics.median(theirs)
    check("speed", mine >= FASTER * other,
          f"{mine:.0f} sentences/s, sentence-transformers {other:.0f}: {mine / other:.2f} times")


def main() -> int:
    parser = _bantam.options(__doc__)
    parser.set_defaults(model=str(MODEL))
    parser.add_argument("--peer", help="Python with sentence-transformers; without: no speed")
    parser.add_argument("--speed-only", action="store_true")
    args = parser.parse_args()
    bantam = Bantam(args.bantam, args.model, args.threads, args.cache)
    texts = sentences()
    check("sentences", len(texts) == SENTENCES, str(len(texts)))
    if not args.speed_only:
        prove_cosine(bantam, texts)
    if args.peer:
        prove_speed(bantam, texts, args.peer)
    else:
        print("speed: not measured without --peer")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
