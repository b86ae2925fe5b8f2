"""The reference of WordPiece vocabularies: the package tokenizers, set up as BertTokenizer does."""

import itertools

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors

from spm_proto import CONTROL


def join_words(decoder, special, tokens):
    """As the reference, but control tokens get no spaces around them."""
    text = ""
    for is_special, run in itertools.groupby(tokens, lambda token: token in special):
        # The first token of a text is written in another way.
        text += "".join(run) if is_special else decoder.decode(["x", *run])[1:]
    return text.removeprefix(" ")


class BertReference:
    """Of the tables of a GGUF file (keys without "tokenizer.ggml.")."""

    def __init__(self, fields):
        def value(key):
            return fields["tokenizer.ggml." + key]

        types = value("token_type")
        # Files leave names such as [unused7] as they are.
        self.tokens = [t[1:] if t.startswith("▁") else
                       t if t.startswith("[") and t.endswith("]") and len(t) > 2 else "##" + t
                       for t in value("tokens")]
        self.special = [t for t, kind in zip(self.tokens, types) if kind == CONTROL]
        self.added = []
        self.ids = [i for i, t in enumerate(self.tokens) if not t.startswith("[unused")]
        vocabulary = {t: i for i, t in enumerate(self.tokens)}
        unknown = self.tokens[value("unknown_token_id")]
        self.tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=unknown))
        self.tokenizer.normalizer = normalizers.BertNormalizer()
        self.tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        self.decoder = decoders.WordPiece()
        ends = [(self.tokens[i], i) for i in (value("cls_token_id"), value("seperator_token_id"))]
        self.tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{ends[0][0]} $A {ends[1][0]}", special_tokens=ends)
        self.tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t in self.special])

    def encode(self, texts, parse_special=True):
        self.tokenizer.encode_special_tokens = not parse_special
        return [e.ids for e in self.tokenizer.encode_batch_fast(texts)]

    def decode(self, ids):
        return [join_words(self.decoder, self.special, [self.tokens[i] for i in part])
                for part in ids]

    def word(self, token):
        return self.tokens[token].replace("##", "")
