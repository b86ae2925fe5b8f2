"""The reference of files tokenizer.json: the package tokenizers reads the same file."""

import json

from tokenizers import Tokenizer

from bert_reference import join_words


class JsonReference:
    def __init__(self, text):
        data = json.loads(text)
        self.tokenizer = Tokenizer.from_str(text)
        self.tokenizer.no_truncation()  # which is about batches, not about texts
        self.tokenizer.no_padding()
        added = data["added_tokens"]
        self.special = [token["content"] for token in added if token["special"]]
        self.added = [token["content"] for token in added if not token["special"]]
        self.words = data["model"]["type"] == "WordPiece"
        fallback = data["model"].get("byte_fallback", False)
        vocabulary = data["model"]["vocab"]
        if isinstance(vocabulary, list):
            vocabulary = {token: i for i, (token, _) in enumerate(vocabulary)}
        ids = {**vocabulary, **{token["content"]: token["id"] for token in added}}
        # Bytes alone are no text: the reference writes U+FFFD for each, Bantam for each sequence.
        self.ids = sorted(i for token, i in ids.items()
                          if not (fallback and token.startswith("<0x")))
        wrong = [t["content"] for t in added if self.tokenizer.token_to_id(t["content"]) != t["id"]]
        assert not wrong, wrong

    def encode(self, texts, parse_special=True):
        self.tokenizer.encode_special_tokens = not parse_special
        return [e.ids for e in self.tokenizer.encode_batch_fast(texts)]

    def decode(self, ids):
        if self.words:
            names = [[self.tokenizer.id_to_token(i) for i in part] for part in ids]
            return [join_words(self.tokenizer.decoder, self.special, part) for part in names]
        return self.tokenizer.decode_batch(ids, skip_special_tokens=False)

    def word(self, token):
        return self.tokenizer.decode([token], skip_special_tokens=False)
