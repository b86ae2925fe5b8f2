"""The reference of SentencePiece vocabularies: the package sentencepiece between added tokens."""

import re

import gguf
import sentencepiece
from tokenizers import Tokenizer, decoders, models, normalizers

import spm_proto
from spm_proto import BYTE, CONTROL, NORMAL, UNKNOWN, UNUSED, USER_DEFINED

SPACE = "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
PHI3_UNSTRIPPED = ("<unk>", "<s>", "<|endoftext|>")


def fields_of(path):
    """{key: value} of a GGUF file."""
    return {key: field.contents() for key, field in gguf.GGUFReader(path).fields.items()}


def space_decoder(add_space):
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(steps + [decoders.Strip(" ", 1, 0)] * add_space)


class AddedCuts:
    """Cuts texts around added tokens: leftmost, of those the longest."""

    def __init__(self, tokens, stripped):
        """`tokens`: {text: (id, whether special)}; `stripped`: those that take spaces along."""
        self.tokens = tokens
        texts = sorted(tokens, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, texts)) or r"(?!)")
        self.stripped = stripped

    def cut(self, text, parse_special):
        """Texts between, and ids."""
        done = 0
        for match in self.pattern.finditer(text):
            token, special = self.tokens[match[0]]
            if special and not parse_special:
                continue
            if done < match.start():
                yield text[done:match.start()]
            yield token
            done = match.end()
            if match[0] in self.stripped:
                done = re.compile(SPACE + "*").match(text, done).end()
        if done < len(text):
            yield text[done:]


class SpmReference:
    """Of the tables of a GGUF file (keys without "tokenizer.ggml.")."""

    def __init__(self, fields):
        def value(key, default=None):
            return fields.get("tokenizer.ggml." + key, default)

        tokens, types = value("tokens"), value("token_type")
        self.add_space = value("add_space_prefix", True)
        unknown = value("unknown_token_id", types.index(UNKNOWN) if UNKNOWN in types else None)
        self.make_encoder(tokens, types, value, unknown)
        self.bos = [value("bos_token_id")] if value("add_bos_token", True) else []
        self.tokens = tokens
        self.decoder = space_decoder(self.add_space)
        self.special = [t for t, kind in zip(tokens, types) if kind in (UNKNOWN, CONTROL) and t]
        self.added = [t for t, kind in zip(tokens, types) if kind == USER_DEFINED]
        added = {t: (i, types[i] != USER_DEFINED) for i, t in enumerate(tokens)
                 if t and types[i] in (UNKNOWN, CONTROL, USER_DEFINED)}
        stripped = set()
        if fields["general.architecture"] == "phi3":
            stripped = {t for t in self.special + self.added if t not in PHI3_UNSTRIPPED and
                        types[added[t][0]] != UNKNOWN}
        self.cuts = AddedCuts(added, stripped)
        # Bytes alone are no text: the reference writes U+FFFD for each, Bantam for each sequence.
        self.ids = [i for i, kind in enumerate(types) if kind not in (UNUSED, BYTE)]

    def make_encoder(self, tokens, types, value, unknown):
        types = [CONTROL if kind == USER_DEFINED and "▁" not in tokens[i].replace(" ", "▁")
                 else kind for i, kind in enumerate(types)]
        tokens = [t.replace(" ", "▁") if types[i] == USER_DEFINED else t
                  for i, t in enumerate(tokens)]
        proto = spm_proto.model(tokens, value("scores"), types, unknown, self.add_space)
        processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
        self.encode_plain = processor.encode

    def encode(self, texts, parse_special=True):
        out = []
        for text in texts:
            ids = list(self.bos)
            for part in self.cuts.cut(text, parse_special):
                ids += [part] if isinstance(part, int) else self.encode_plain(part)
            out.append(ids)
        return out

    def decode(self, ids):
        return [self.decoder.decode([self.tokens[i] for i in part]) for part in ids]

    def word(self, token):
        return self.tokens[token].replace("▁", " ")


class MergesReference(SpmReference):
    """With a list of merges instead of scores: the package tokenizers."""

    def make_encoder(self, tokens, types, value, unknown):
        vocabulary = {t: i for i, t in enumerate(tokens)}
        merges = [tuple(merge.split(" ")) for merge in value("merges")]
        tokenizer = Tokenizer(models.BPE(vocabulary, merges, byte_fallback=True, fuse_unk=True,
                                         unk_token=tokens[unknown]))
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        self.encode_plain = lambda text: tokenizer.encode(text).ids


def write_gemma3(fields, path):
    """A file as Gemma 3's: the tokens of Gemma 4 with scores, runs of spaces as added tokens."""
    tokens, types = fields["tokenizer.ggml.tokens"], list(fields["tokenizer.ggml.token_type"])
    rank = {}
    for merge in fields["tokenizer.ggml.merges"]:
        rank.setdefault(merge.replace(" ", ""), len(rank))
    scores = [-float(rank.get(t, len(rank))) for t in tokens]
    for i, token in enumerate(tokens):
        if types[i] == NORMAL and len(token) > 1 and token.strip("▁\n\t") == "":
            tokens[i], types[i] = token.replace("▁", " "), USER_DEFINED
    writer = gguf.GGUFWriter(path, "gemma3")
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    for key in ("bos", "eos", "unknown", "padding"):
        writer.add_uint32(f"tokenizer.ggml.{key}_token_id",
                          fields[f"tokenizer.ggml.{key}_token_id"])
    writer.add_add_space_prefix(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
