"""The reference: `tokenizers` objects of a GGUF file's tables and the published settings."""

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = CONTRACTIONS + (r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*"
                        r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN35 = CONTRACTIONS + (r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
                         r"|\s*[\r\n]+|\s+(?!\S)|\s+")
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
CASED = (r"[^\r\n\p{L}\p{N}]?U*L+S|[^\r\n\p{L}\p{N}]?U+L*S|\p{N}X| ?[^\s\p{L}\p{N}]+[\r\n/]*"
         r"|\s*[\r\n]+|\s+(?!\S)|\s+")
CASED = CASED.replace("U*L+", f"{UPPER}*{LOWER}+").replace("U+L*", f"{UPPER}+{LOWER}*")
DEEPSEEK_LETTERS = (
    r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅ"
    "Ὀ-Ὅὐ-ὗὙὛὝὟ-\u1f7dᾀ-ᾴᾶ-ᾼ\u1fbeῂ-ῄῆ-ῌῐ-\u1fd3ῖ-\u1fdbῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ"
    "\u212a-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+")
DEEPSEEK_CJK = "[一-龥\u0800-一가-\ud7ff]+"
DEEPSEEK_V3 = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"
               r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
               r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def digits():
    return pre_tokenizers.Digits(individual_digits=True)


# tokenizer.ggml.pre → (pre-tokenisers, NFC, ignore_merges), as in the published tokenizer.json.
FAMILIES = {
    "gpt-2": ([byte_level(True)], False, False),
    "mpt": ([byte_level(True)], True, False),
    "starcoder": ([digits(), byte_level(True)], False, False),
    "refact": ([digits(), byte_level(True)], False, False),
    "smollm": ([digits(), byte_level(True)], False, False),
    "command-r": ([digits(), byte_level(True)], True, False),
    "qwen2": ([split(WORDS % ""), byte_level(False)], True, False),
    "qwen35": ([split(QWEN35), byte_level(False)], True, False),
    "llama-bpe": ([split(WORDS % "{1,3}"), byte_level(False)], False, True),
    "gpt-4o": ([split(CASED.replace("S|", CONTRACTIONS + "?|").replace("X", "{1,3}")),
                byte_level(False)], False, False),
    "tekken": ([split(CASED.replace("S|", "|").replace("X", "")), byte_level(False)], False, True),
    "falcon": ([pre_tokenizers.Punctuation("contiguous"), byte_level(True),
                pre_tokenizers.Digits(individual_digits=False), split("[0-9][0-9][0-9]")],
               False, False),
    "deepseek-llm": ([split("[\r\n]"), split(DEEPSEEK_LETTERS),
                      split(r"\s?[!-/:-~！-／：-～‘-‟　-。]+"), split(r"\s+$"), split(DEEPSEEK_CJK),
                      digits(), byte_level(False)], False, False),
    "deepseek-coder": ([split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"),
                        split(DEEPSEEK_CJK), digits(), byte_level(False)], False, False),
    "deepseek-v3": ([split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK_V3),
                     byte_level(False)], False, False),
}
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED = 1, 2, 3, 4, 5


class Reference:
    """A reference tokenizer with the texts of its tokens; `bos` is the id that opens every text."""

    def __init__(self, tokens, types, merges, pre, bos=None):
        steps, nfc, ignore_merges = FAMILIES[pre]
        vocabulary = {t: i for i, t in enumerate(tokens) if types[i] != UNUSED}
        merges = [tuple(merge.split(" ")) for merge in merges]
        self.tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=ignore_merges))
        self.tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
        self.tokenizer.decoder = decoders.ByteLevel()
        if nfc:
            self.tokenizer.normalizer = normalizers.NFC()
        self.special = [t for i, t in enumerate(tokens) if types[i] in (UNKNOWN, CONTROL)]
        self.added = [t for i, t in enumerate(tokens) if types[i] == USER_DEFINED]
        self.tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t in self.special])
        self.tokenizer.add_tokens([AddedToken(t, normalized=False) for t in self.added])
        self.ids = sorted(vocabulary.values())
        if bos is not None:
            self.tokenizer.post_processor = processors.TemplateProcessing(
                single=f"{tokens[bos]} $A", special_tokens=[(tokens[bos], bos)])

    @classmethod
    def load(cls, path, pre):
        """The tokenizer of a GGUF file, with the settings of a family."""
        fields = gguf.GGUFReader(path).fields

        def value(key, default=None):
            field = fields.get("tokenizer.ggml." + key)
            return default if field is None else field.contents()

        add_bos = value("add_bos_token", pre in ("llama-bpe", "tekken"))
        return cls(value("tokens"), value("token_type"), value("merges"), pre,
                   value("bos_token_id") if add_bos else None)

    def word(self, token):
        """The text of one token."""
        return self.tokenizer.decode([token], skip_special_tokens=False)

    def encode(self, texts, parse_special=True):
        self.tokenizer.encode_special_tokens = not parse_special
        return [e.ids for e in self.tokenizer.encode_batch_fast(texts)]

    def decode(self, ids):
        return self.tokenizer.decode_batch(ids, skip_special_tokens=False)
