"""Files tokenizer.json with the components that families publish, from the tables of GGUF files.

Merges that a SentencePiece vocabulary does not list come from its scores, as converters find them.
"""

import base64
import json

from reference import CASED, CONTRACTIONS, QWEN35, WORDS
from spm_proto import BYTE, CONTROL, UNKNOWN, UNUSED, USER_DEFINED
from spm_reference import PHI3_UNSTRIPPED

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True,
              "use_regex": True}


def sequence(kind, *steps):
    return {"type": "Sequence", kind: list(steps)}


def split(regex):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}


def byte_level(**changes):
    return {**BYTE_LEVEL, "add_prefix_space": False, "trim_offsets": False, **changes}


def split_bytes(regex):
    return sequence("pretokenizers", split(regex), byte_level(use_regex=False))


def replace(old, new):
    return {"type": "Replace", "pattern": {"String": old}, "content": new}


def metaspace(scheme, cut):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}


def template(first, last=()):
    """`first` and `last`: [(token, id)] around the text."""
    def item(token):
        return {"SpecialToken": {"id": token[0], "type_id": 0}}
    return {"type": "TemplateProcessing",
            "single": [item(t) for t in first] + [{"Sequence": {"id": "A", "type_id": 0}}] +
                      [item(t) for t in last],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {t: {"id": t, "ids": [i], "tokens": [t]} for t, i in [*first, *last]}}


SPACES = replace(" ", "▁")
PREPEND = sequence("normalizers", {"type": "Prepend", "prepend": "▁"}, SPACES)
FROM_SPACES = [replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}]
STRIPPED = sequence("decoders", *FROM_SPACES,
                    {"type": "Strip", "content": " ", "start": 1, "stop": 0})
UNSTRIPPED = sequence("decoders", *FROM_SPACES)
BYTES = {"decoder": BYTE_LEVEL, "post_processor": byte_level()}
DIGITS = sequence("pretokenizers", {"type": "Digits", "individual_digits": True},
                  byte_level(trim_offsets=True))
PHI3 = {"normalizer": PREPEND, "decoder": STRIPPED, "bos": True}
# name: what the file holds besides the tables; "bos": a template puts it before every text.
COMPONENTS = {
    "qwen2": {**BYTES, "normalizer": {"type": "NFC"}, "pre_tokenizer": split_bytes(WORDS % "")},
    "qwen3.5": {**BYTES, "normalizer": {"type": "NFC"}, "pre_tokenizer": split_bytes(QWEN35)},
    "llama-3": {**BYTES, "pre_tokenizer": split_bytes(WORDS % "{1,3}"), "ignore_merges": True,
                "bos": True},
    "gpt-4o": {**BYTES, "pre_tokenizer": split_bytes(
        CASED.replace("S|", CONTRACTIONS + "?|").replace("X", "{1,3}"))},
    "tekken": {**BYTES, "ignore_merges": True, "pre_tokenizer": split_bytes(
        CASED.replace("S|", "|").replace("X", ""))},
    "gpt-2": {**BYTES, "pre_tokenizer": byte_level(trim_offsets=True)},
    "roberta": {**BYTES, "pre_tokenizer": BYTE_LEVEL},
    "smollm2": {**BYTES, "pre_tokenizer": DIGITS, "post_processor": None},
    "starcoder2": {**BYTES, "pre_tokenizer": DIGITS},
    "falcon": {**BYTES, "pre_tokenizer": sequence(
        "pretokenizers", {"type": "Punctuation", "behavior": "Contiguous"}, byte_level(),
        {"type": "Digits", "individual_digits": False}, split("[0-9][0-9][0-9]"))},
    "tinyllama": PHI3,
    "phi-3": PHI3,
    "mistral": {"pre_tokenizer": metaspace("first", False), "decoder": STRIPPED, "bos": True},
    "metaspace": {"pre_tokenizer": metaspace("always", True), "decoder": STRIPPED, "bos": True},
    "gemma": {"normalizer": SPACES, "decoder": UNSTRIPPED, "bos": True,
              "pre_tokenizer": {"type": "Split", "pattern": {"String": " "},
                                "behavior": "MergedWithPrevious", "invert": False}},
    "bert": {"normalizer": {"type": "BertNormalizer", "clean_text": True,
                            "handle_chinese_chars": True, "strip_accents": None,
                            "lowercase": True},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True}},
    "bert-cased": {"normalizer": {"type": "BertNormalizer", "clean_text": False,
                                  "handle_chinese_chars": False, "strip_accents": None,
                                  "lowercase": False},
                   "pre_tokenizer": {"type": "BertPreTokenizer"},
                   "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True}},
}
# Unigram vocabularies. "xlm-roberta" as it is published, "spm" as transformers converts models of
# SentencePiece, "words" as its class makes it, with bytes for what is unknown.
UNIGRAM = {
    "xlm-roberta": {"steps": [{"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}],
                    "pre_tokenizer": {"type": "Metaspace", "replacement": "▁",
                                      "add_prefix_space": True}},
    "xlm-roberta-spm": {"steps": [{"type": "Strip", "strip_left": False, "strip_right": True},
                                  {"type": "Replace", "pattern": {"Regex": " {2,}"},
                                   "content": "▁"}],
                        "pre_tokenizer": metaspace("always", True)},
    "xlm-roberta-words": {"steps": [], "bytes": True, "pre_tokenizer": sequence(
        "pretokenizers", {"type": "WhitespaceSplit"}, metaspace("always", True))},
    "xlm-roberta-whole": {"steps": [{"type": "Strip", "strip_left": True, "strip_right": False}],
                          "pre_tokenizer": metaspace("never", False)},
}
NOT_IN_TEXT = (CONTROL, UNKNOWN, UNUSED, USER_DEFINED)
# Added tokens with every combination of flags that changes what is found.
FLAGGED = [("<mask>", "lstrip"), ("<sep>", "rstrip"), ("<both>", "lstrip rstrip special"),
           ("Hello", "single_word"), ("word", "single_word normalized"), ("\n", "normalized"),
           ("café", "normalized lstrip"), ("A B", "normalized"), ("  ", "lstrip rstrip"),
           ("é", "single_word"), ("ing", "normalized rstrip"), ("▁▁x", ""), ("Ⓐ", "single_word")]


def merges_of_scores(tokens, scores, types):
    """Pairs of tokens that together are one, the best result first."""
    unusable = (CONTROL, UNKNOWN, BYTE, UNUSED)
    usable = {t: i for i, t in enumerate(tokens) if types[i] not in unusable}
    pairs = []
    for token, i in usable.items():
        for cut in range(1, len(token)):
            left, right = usable.get(token[:cut]), usable.get(token[cut:])
            if left is not None and right is not None:
                pairs.append((-scores[i], left, right, token[:cut], token[cut:]))
    return [pair[3:] for pair in sorted(pairs)]


def added_tokens(name, tokens, types):
    """The added tokens, with the flags that each family publishes for them."""
    out = []
    for i, token in enumerate(tokens):
        if types[i] not in (CONTROL, UNKNOWN, USER_DEFINED) or not token:
            continue
        special = types[i] != USER_DEFINED
        rstrip = name == "phi-3" and token not in PHI3_UNSTRIPPED and not token.startswith("[PAD")
        lstrip = name.startswith("xlm-roberta") and token == "<mask>"
        out.append({"id": i, "content": token, "single_word": False, "lstrip": lstrip,
                    "rstrip": rstrip, "normalized": name == "gpt-2", "special": special})
    return out


def word_piece(fields, tokens):
    vocabulary = {t[1:] if t.startswith("▁") else
                  t if t.startswith("[") and t.endswith("]") and len(t) > 2 else "##" + t: i
                  for i, t in enumerate(tokens)}
    return {"type": "WordPiece", "unk_token": tokens[fields["tokenizer.ggml.unknown_token_id"]],
            "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": vocabulary}


def bpe(name, fields, tokens, types, pairs_as_lists):
    merges = fields.get("tokenizer.ggml.merges")
    by_score = merges is None
    if by_score:
        merges = merges_of_scores(tokens, fields["tokenizer.ggml.scores"], types)
    else:
        merges = [tuple(merge.split(" ")) for merge in merges]
    spaces = "pre_tokenizer" not in COMPONENTS[name] or name in ("gemma", "mistral", "metaspace")
    unknown = fields.get("tokenizer.ggml.unknown_token_id")
    # What comes after all ordinary tokens is added only, as it is where families were extended.
    ordinary = max(i for i, kind in enumerate(types) if kind not in NOT_IN_TEXT)
    vocabulary = {t: i for i, t in enumerate(tokens) if types[i] != UNUSED and i <= ordinary}
    return {"type": "BPE", "dropout": None, "unk_token": tokens[unknown] if spaces else None,
            "continuing_subword_prefix": None if spaces else "", "end_of_word_suffix": None,
            "fuse_unk": spaces, "byte_fallback": spaces,
            "ignore_merges": COMPONENTS[name].get("ignore_merges", False), "vocab": vocabulary,
            "merges": [list(m) if pairs_as_lists else " ".join(m) for m in merges]}


def unigram(name, fields, tokens, types):
    """The model, and the other components."""
    parts = UNIGRAM[name]
    vocabulary = list(zip(tokens, fields["tokenizer.ggml.scores"]))
    # What fills the table up is no part of the model.
    while types[len(vocabulary) - 1] == UNUSED:
        vocabulary.pop()
    if "bytes" in parts:
        vocabulary += [[f"<0x{byte:02X}>", -100.0] for byte in range(256)]
    charsmap = bytes(fields["tokenizer.ggml.precompiled_charsmap"])
    ends = [(tokens[fields[f"tokenizer.ggml.{key}_token_id"]],
             fields[f"tokenizer.ggml.{key}_token_id"]) for key in ("bos", "eos")]
    normalizer = {"type": "Precompiled",
                  "precompiled_charsmap": base64.b64encode(charsmap).decode()}
    model = {"type": "Unigram", "unk_id": fields["tokenizer.ggml.unknown_token_id"],
             "vocab": vocabulary, "byte_fallback": "bytes" in parts}
    return model, {
        "normalizer": sequence("normalizers", normalizer, *parts["steps"]),
        "pre_tokenizer": parts["pre_tokenizer"],
        "decoder": STRIPPED if "bytes" in parts else {
            "type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
        "post_processor": template(ends[:1], ends[1:])}


def document(name, fields, flagged, pairs_as_lists):
    """The tokenizer.json of a family; `flagged` adds tokens with all flags."""
    tokens, types = fields["tokenizer.ggml.tokens"], fields["tokenizer.ggml.token_type"]
    parts = {key: COMPONENTS.get(name, {}).get(key) for key in
             ("normalizer", "pre_tokenizer", "post_processor", "decoder")}
    added = added_tokens(name, tokens, types)
    if name.startswith("bert"):
        model = word_piece(fields, tokens)
        ends = [(tokens[i], i) for i in (fields["tokenizer.ggml.cls_token_id"],
                                         fields["tokenizer.ggml.seperator_token_id"])]
        parts["post_processor"] = template(ends[:1], ends[1:])
    elif name in UNIGRAM:
        model, parts = unigram(name, fields, tokens, types)
    else:
        model = bpe(name, fields, tokens, types, pairs_as_lists)
        if COMPONENTS[name].get("bos"):
            bos = fields["tokenizer.ggml.bos_token_id"]
            start = template([(tokens[bos], bos)])
            parts["post_processor"] = start if parts["post_processor"] is None else sequence(
                "processors", parts["post_processor"], start)
    if flagged:
        known = {token["content"] for token in added}
        size = 1 + max([*model["vocab"].values(), *(token["id"] for token in added)])
        for text, flags in FLAGGED:
            if text in known:
                continue
            i = model["vocab"].get(text, size)
            size += i == size
            added.append({"id": i, "content": text,
                          **{flag: flag in flags.split() for flag in
                             ("single_word", "lstrip", "rstrip", "normalized", "special")}})
    return json.dumps({"version": "1.0", "truncation": None, "padding": None,
                       "added_tokens": added, **parts, "model": model}, ensure_ascii=False)
