#!/usr/bin/env python3
"""Makes the golden data of src/text/tokenizer_json_test.cc and spm_tokenizer_test.cc.

Needs: pip install gguf==0.19.0 tokenizers==0.23.3 unicodedata2==16.0.0 sentencepiece==0.2.3. Writes
beside itself, for each kind of vocabulary, small ones trained on the texts of
tests/tokenizer_parity:
  bytes.json, chars.json, words.json, scored.json  {"models": […], "variants": […]}: each variant
      is a tokenizer.json without its model, which is models[variant.model], with texts, their ids,
      and what these decode to if not the text
  scores.json  the tables of a GGUF file with scores, and texts as the package sentencepiece reads
      them
"""

import json
import pathlib
import random
import sys

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
PARITY = HERE.parents[1] / "tokenizer_parity"
sys.path.insert(0, str(PARITY))
import char_map  # noqa: E402
import published  # noqa: E402
import spm_reference  # noqa: E402
import strings  # noqa: E402
from json_reference import JsonReference  # noqa: E402
from spm_proto import BYTE, CONTROL, NORMAL, UNKNOWN, USER_DEFINED  # noqa: E402

TEXTS = 24
LONGEST = 100
CORPUS = [str(PARITY / name) for name in ("languages.txt", "snippets.txt")]
VARIANTS = {
    "bytes": ["qwen2", "qwen2+flags+pairs", "qwen3.5", "llama-3", "gpt-4o", "tekken", "gpt-2",
              "roberta+flags", "smollm2", "falcon"],
    "chars": ["tinyllama", "phi-3+flags+pairs", "mistral", "metaspace+flags", "gemma"],
    "words": ["bert", "bert+flags", "bert-cased"],
    "scored": ["xlm-roberta", "xlm-roberta-spm", "xlm-roberta-words", "xlm-roberta-whole"],
}


def prefixed(fields):
    return {f"tokenizer.ggml.{key}": value for key, value in fields.items()}


def byte_fields():
    """The beginning of the vocabulary of ../tokenizer, with its other tokens."""
    data = json.loads((HERE.parent / "tokenizer" / "vocabulary.json").read_text())
    rest = data["types"].index(CONTROL)
    tokens = data["tokens"][:420] + data["tokens"][rest:]
    types = [NORMAL] * 420 + data["types"][rest:]
    merges = [m for m in data["merges"] if m.replace(" ", "") in tokens[:420]]
    return prefixed({"tokens": tokens, "token_type": types, "merges": merges,
                     "bos_token_id": 420})


def char_fields():
    """As Llama's, with an added token, and a character that only occurs within a token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train(CORPUS, trainers.BpeTrainer(vocab_size=420, limit_alphabet=150,
                                                show_progress=False))
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    learnt = sorted(vocabulary, key=vocabulary.get)
    letters = [t for t in learnt if len(t) == 1]
    pieces = [t for t in learnt if len(t) > 1] + ["▁▁", "▁▁▁▁", "aß", "ßt"]
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    types = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256
    scores = [0.0] * len(tokens)
    letters = [t for t in letters if t != "ß"]
    tokens += pieces + letters + ["<tool>", "<|end|>"]
    # Several share a score, so that the leftmost decides.
    scores += [-float(i // 3) for i in range(len(pieces) + len(letters))] + [0.0, 0.0]
    types += [NORMAL] * (len(pieces) + len(letters)) + [USER_DEFINED, CONTROL]
    return {"general.architecture": "phi3",
            **prefixed({"tokens": tokens, "token_type": types, "scores": scores,
                        "bos_token_id": 1, "eos_token_id": 2, "unknown_token_id": 0})}


def word_fields():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train(CORPUS, trainers.WordPieceTrainer(
        vocab_size=700, limit_alphabet=250, special_tokens=special, show_progress=False))
    vocabulary = tokenizer.get_vocab()
    tokens = [t if t in special else t[2:] if t.startswith("##") else "▁" + t
              for t in sorted(vocabulary, key=vocabulary.get)]
    tokens += ["▁n't", "▁.", "▁?"]
    tokens = list(dict.fromkeys(tokens))
    return prefixed({"tokens": tokens,
                     "token_type": [CONTROL] * len(special) + [NORMAL] * (len(tokens) - 5),
                     "unknown_token_id": 1, "cls_token_id": 2, "seperator_token_id": 3})


# A cluster of two characters, longer and shorter ones, and what becomes nothing.
REPLACED = {"e\u0301": "é", "Ａ": "A", "ﬁ": "fi", "\u3000": " ", "\t": " ", "\n": " ", "\xad": "",
            "…": "...", "½": "1⁄2", "\ufdfa": "a b"}


def scored_fields():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer.train(CORPUS, trainers.UnigramTrainer(
        vocab_size=4000, special_tokens=special, unk_token="<unk>", show_progress=False))
    learnt = json.loads(tokenizer.to_str())["model"]["vocab"]
    # Rounded, so that many are equal, and without what is rare.
    learnt = sorted(((round(score), t) for t, score in learnt[4:]), reverse=True)[:500]
    tokens = special + [t for _, t in learnt] + ["<mask>"]
    return prefixed({"tokens": tokens, "scores": [0.0] * 4 + [s for s, _ in learnt] + [0.0],
                     "token_type": [CONTROL] * 3 + [UNKNOWN] + [NORMAL] * len(learnt) + [CONTROL],
                     "precompiled_charsmap": list(char_map.compiled(REPLACED)),
                     "bos_token_id": 0, "eos_token_id": 2, "unknown_token_id": 3})


def cases(reference, seed):
    words = [word for word in map(reference.word, reference.ids) if word and "\ufffd" not in word]
    rng = random.Random(seed)
    made = strings.Strings(rng, reference.special + reference.added, words)
    texts = [text[:LONGEST] for text in made.make(TEXTS)] + [made.embedded()[:LONGEST]]
    out = []
    for text, ids in zip(texts, reference.encode(texts)):
        case = {"text": text, "ids": ids}
        decoded = reference.decode([ids])[0]
        if decoded != text:
            case["decoded"] = decoded
        out.append(case)
    return out


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("},", "},\n")
    (HERE / name).write_text(text + "\n")


def main():
    fields = {"bytes": byte_fields(), "chars": char_fields(), "words": word_fields(),
              "scored": scored_fields()}
    for kind, names in VARIANTS.items():
        shared, variants = [], []
        for full in names:
            name, *options = full.split("+")
            text = published.document(name, fields[kind], "flags" in options, "pairs" in options)
            document = json.loads(text)
            model = document.pop("model")
            if model not in shared:
                shared.append(model)
            variants.append({"name": full, "model": shared.index(model), "parts": document,
                             "cases": cases(JsonReference(text), full)})
        write(f"{kind}.json", {"models": shared, "variants": variants})
    plain = {**fields["chars"], "general.architecture": "llama"}
    variants = []
    for name, keys in (("llama", plain), ("phi3", fields["chars"]),
                       ("gemma", {**plain, "tokenizer.ggml.add_space_prefix": False})):
        known = spm_reference.SpmReference(keys)
        variants.append({"name": name, "keys": {key: value for key, value in keys.items()
                                                if not isinstance(value, list)},
                         "cases": cases(known, name)})
    lists = {key: value for key, value in plain.items() if isinstance(value, list)}
    write("scores.json", {"lists": lists, "variants": variants})


main()
