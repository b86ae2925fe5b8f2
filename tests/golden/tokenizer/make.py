#!/usr/bin/env python3
"""Makes the golden data of src/text/bpe_tokenizer_test.cc with the reference package.

Needs: pip install gguf==0.19.0 tokenizers==0.23.3 unicodedata2==16.0.0. Writes beside itself:
  vocabulary.json  a small byte-level BPE vocabulary, trained on the texts of tests/tokenizer_parity
  PRE.json         for each pre-tokeniser texts, their ids, and what these decode to if not the text
"""

import json
import pathlib
import random
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tokenizer_parity"))
import reference  # noqa: E402
import strings  # noqa: E402

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im"]
ADDED = ["<tool_call>", "</tool_call>", "<|im_end|>\n", "   ", "õ", "中文"]
MISSING = "ò"  # the byte F2: the vocabulary has no token for it
BOS = ("llama-bpe", "tekken")  # families whose published settings open every text with it
TEXTS = 80
LONGEST = 160


def train():
    """(tokens, types, merges)"""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = [c for c in pre_tokenizers.ByteLevel.alphabet() if c not in (MISSING, "õ")]
    trainer = trainers.BpeTrainer(vocab_size=1200, initial_alphabet=sorted(alphabet),
                                  show_progress=False)
    tokenizer.train([str(HERE.parents[1] / "tokenizer_parity" / name)
                     for name in ("languages.txt", "snippets.txt")], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    types = [reference.NORMAL] * len(tokens)
    tokens += SPECIAL + ADDED + ["[PAD0]", "[PAD1]"]
    types += [reference.CONTROL] * len(SPECIAL) + [reference.USER_DEFINED] * len(ADDED)
    types += [reference.UNUSED] * 2
    return tokens, types, [" ".join(merge) for merge in model["merges"]]


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("},", "},\n")
    (HERE / name).write_text(text + "\n")


def main():
    tokens, types, merges = train()
    write("vocabulary.json", {"tokens": tokens, "types": types, "merges": merges})
    bos = tokens.index("<|endoftext|>")
    for pre in reference.FAMILIES:
        known = reference.Reference(tokens, types, merges, pre, bos if pre in BOS else None)
        words = map(known.tokenizer.decode, ([i] for i in known.ids))
        words = [word for word in words if "\ufffd" not in word]
        rng = random.Random(f"golden {pre}")
        texts = strings.Strings(rng, SPECIAL + ADDED, words).make(TEXTS)
        texts = [text[:LONGEST] for text in texts]
        cases = []
        for text, ids in zip(texts, known.encode(texts)):
            case = {"text": text, "ids": ids}
            decoded = known.decode([ids])[0]
            if decoded != text:
                case["decoded"] = decoded
            cases.append(case)
        write(pre + ".json", {"pre": pre, "cases": cases})


main()
