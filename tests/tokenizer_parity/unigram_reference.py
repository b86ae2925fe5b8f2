"""The reference of Unigram vocabularies: the package tokenizers, set up as XLM-RoBERTa's."""

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

from spm_proto import CONTROL, NORMAL, UNKNOWN


class UnigramReference:
    """Of the tables of a GGUF file."""

    def __init__(self, fields):
        def value(key):
            return fields["tokenizer.ggml." + key]

        self.tokens, types = value("tokens"), value("token_type")
        self.special = [t for t, kind in zip(self.tokens, types) if kind in (CONTROL, UNKNOWN)]
        self.added = []
        self.ids = [i for i, kind in enumerate(types) if kind in (NORMAL, CONTROL, UNKNOWN)]
        # Other tokens are none that text can give: no text has so long a one.
        vocabulary = [(token, score) if kind == NORMAL else (f"<{i}>" * 100, 0.0)
                      for i, (token, score, kind)
                      in enumerate(zip(self.tokens, value("scores"), types))]
        self.tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=value("unknown_token_id")))
        self.tokenizer.normalizer = normalizers.Precompiled(bytes(value("precompiled_charsmap")))
        scheme = "always" if value("add_space_prefix") else "never"
        self.tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme=scheme)])
        self.decoder = decoders.Metaspace(prepend_scheme=scheme)
        self.ends = [value("bos_token_id")], [value("eos_token_id")]
        # Found as they are; their ids are those of the file.
        self.tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t in self.special])
        self.ids_of = {self.tokenizer.token_to_id(t): self.tokens.index(t) for t in self.special}

    def encode(self, texts, parse_special=True):
        self.tokenizer.encode_special_tokens = not parse_special
        return [[*self.ends[0], *(self.ids_of.get(i, i) for i in e.ids), *self.ends[1]]
                for e in self.tokenizer.encode_batch_fast(texts)]

    def decode(self, ids):
        return [self.decoder.decode([self.tokens[i] for i in part]) for part in ids]

    def word(self, token):
        return self.tokens[token].replace("▁", " ")
