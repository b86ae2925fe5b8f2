"""The texts the tokenizers are compared on, from a seed: every corner that differs between them."""

import pathlib

import unicodedata2 as unicodedata

HERE = pathlib.Path(__file__).parent
WHITESPACE = ("\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
              "\u2009\u200a\u2028\u2029\u202f\u205f\u3000") + "\x1c\x1d\x1e\x1f\u180e\u200b\ufeff"
EMOJI = ("😀 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇨🇳 1️⃣ ❤️‍🔥 🧑🏿‍🚀 ☎︎ ♥️ 🫠 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ✌🏻 🤷‍♀️ ©️ 🅰️ 〰️").split(" ")
CONTRACTIONS = ["'s", "'S", "'ſ", "'t", "'T", "'re", "'RE", "'Re", "'ve", "'VE", "'m", "'M", "'ll",
                "'LL", "'lL", "'d", "'D", "’s", "'", "''", "'x", "'r", "'l", "'v", "'1", "' s"]
DIGITS = "0123456789²³¹¼½¾٠٣٩۰۵०९০๑Ⅷⅻ①⑳㊿〇一二三𝟘𝟡🄀፩෧𑜱𑷠𑷩𖿴"
BLOCKS = [(0, 0x80), (0x80, 0x250), (0x250, 0x600), (0x600, 0x900), (0x900, 0x1200),
          (0x1100, 0x1200), (0x1200, 0x2000), (0x1e00, 0x2000), (0x2000, 0x2c00), (0x2c00, 0x3400),
          (0x3000, 0x3100), (0x3400, 0xa000), (0xa000, 0xac00), (0xac00, 0xd7b0), (0xd7b0, 0xd800),
          (0xe000, 0xf900), (0xf900, 0x10000), (0x10000, 0x11000), (0x11000, 0x12000),
          (0x12000, 0x20000), (0x1d000, 0x1d800), (0x1f000, 0x1fb00), (0x20000, 0x32400),
          (0x32400, 0xe0000), (0xe0000, 0xe0200), (0xe0200, 0x110000)]


class Strings:
    """`special` are texts of control and added tokens, `words` texts of ordinary ones."""

    def __init__(self, rng, special, words):
        self.rng, self.special, self.words = rng, special or ["<|x|>"], words
        self.languages = (HERE / "languages.txt").read_text(encoding="utf-8").splitlines()
        self.snippets = (HERE / "snippets.txt").read_text(encoding="utf-8").split("---\n")
        self.marks = [chr(c) for c in range(0x300, 0x1e950) if unicodedata.combining(chr(c))]
        self.composites = [chr(c) for c in range(0xc0, 0x30000)
                           if unicodedata.decomposition(chr(c))[:1] not in ("", "<")]
        self.kinds = [self.code_points, self.mixed_code_points, self.language, self.mutated,
                      self.snippet, self.emoji, self.controls, self.run, self.whitespace,
                      self.combining, self.jamo, self.embedded, self.contractions, self.digits,
                      self.vocabulary, self.anything]

    def make(self, count):
        return [self.kinds[i % len(self.kinds)]() for i in range(count)]

    def char(self):
        low, high = self.rng.choice(BLOCKS)
        c = self.rng.randrange(low, high)
        return chr(c if not 0xd800 <= c < 0xe000 else c - 0x800)

    def code_points(self):
        return "".join(self.char() for _ in range(self.rng.randrange(1, 40)))

    def mixed_code_points(self):
        return "".join(self.rng.choice([self.char(), " ", "a", "7", ".", "\n", "Z"])
                       for _ in range(self.rng.randrange(1, 60)))

    def slice(self, text):
        begin = self.rng.randrange(len(text))
        return text[begin:begin + self.rng.randrange(1, 120)]

    def language(self):
        text = self.slice(self.rng.choice(self.languages))
        form = self.rng.choice([None, None, None, "NFD", "NFC", "NFKD"])
        return unicodedata.normalize(form, text) if form else text

    def mutated(self):
        text = list(self.language() + self.language())
        for _ in range(self.rng.randrange(1, 6)):
            text[self.rng.randrange(len(text))] = self.rng.choice(
                [self.char(), self.rng.choice(WHITESPACE), self.rng.choice(self.marks), ""])
        text = "".join(text)
        return self.rng.choice([text, text.upper(), text.title(), text.replace(" ", "  ")])

    def snippet(self):
        return self.slice(self.rng.choice(self.snippets))

    def emoji(self):
        parts = [self.rng.choice(EMOJI + [" ", "a", "\ufe0f", "\u200d", "🏽", "\n"])
                 for _ in range(self.rng.randrange(1, 12))]
        return "".join(parts)

    def controls(self):
        return "".join(chr(self.rng.choice([self.rng.randrange(0x20), 0x7f, 0x61,
                                            self.rng.randrange(0x80, 0xa0), 0x20, 0xad, 0x200e]))
                       for _ in range(self.rng.randrange(1, 30)))

    def run(self):
        unit = self.rng.choice(["a", " ", "\n", "0", "'", "=", "-", "é", "中", "ก", "\u0301", "\t",
                                "\r\n", "ab", " a", "👍", "\u3000", "ㅋ", "e\u0301", self.char()])
        return (self.rng.choice(["", "x", " ", "1"]) + unit * self.rng.randrange(1, 400) +
                self.rng.choice(["", "y", " ", "\n", ".", "3"]))

    def whitespace(self):
        out = []
        for _ in range(self.rng.randrange(1, 10)):
            if self.rng.random() < 0.5:
                out.append(self.rng.choice(WHITESPACE) * self.rng.randrange(1, 5))
            else:
                out.append("".join(self.rng.choice("  \n\r\t") for _ in range(4)))
            out.append(self.rng.choice(["", "a", "the", "9", "!", "é", "中", "'s", "...", "\u0301"]))
        return "".join(out)

    def combining(self):
        out = []
        for _ in range(self.rng.randrange(1, 8)):
            out.append(self.rng.choice([self.rng.choice(self.composites), self.char(), "e", "a",
                                        " ", "क", "Å", "ộ"]))
            out += [self.rng.choice(self.marks) for _ in range(self.rng.randrange(0, 5))]
        text = "".join(out)
        return self.rng.choice([text, unicodedata.normalize("NFD", text)])

    def jamo(self):
        return "".join(chr(self.rng.choice([self.rng.randrange(0x1100, 0x1200),
                                            self.rng.randrange(0xac00, 0xd7a4),
                                            self.rng.randrange(0x1161, 0x1176),
                                            self.rng.randrange(0x11a7, 0x11c3), 0x20, 0x301]))
                       for _ in range(self.rng.randrange(1, 20)))

    def embedded(self):
        out = []
        for _ in range(self.rng.randrange(1, 6)):
            token = self.rng.choice(self.special)
            cut = self.rng.randrange(len(token) + 1)
            out.append(self.rng.choice([token, token, token + token, token[:cut], token[cut:],
                                        token[:cut] + token, token.upper(), token + "\u0338"]))
            out.append(self.rng.choice(["", " ", "\n", "  ", "user\n", "é", "中文", "a b", "1",
                                        "\u0301", "'s", self.char()]))
        return "".join(out)

    def contractions(self):
        parts = ["I", "he", "WE", " ", "  ", "é", "1", "x", "\n", "", "don", "y'all"]
        return "".join(self.rng.choice(parts) + self.rng.choice(CONTRACTIONS) +
                       self.rng.choice(["", "", "x", " ", "ve", "S"])
                       for _ in range(self.rng.randrange(1, 10)))

    def digits(self):
        return "".join(self.rng.choice(DIGITS[:10] + DIGITS if self.rng.random() < .8 else
                                       " .,a-%\n") for _ in range(self.rng.randrange(1, 40)))

    def vocabulary(self):
        return "".join(self.rng.choice(self.words) for _ in range(self.rng.randrange(1, 20)))

    def anything(self):
        return "".join(self.rng.choice(self.kinds[:-1])() for _ in range(self.rng.randrange(2, 5)))


def sweep():
    """Every code point of the planes with characters, in several surroundings."""
    code_points = [c for c in range(0x32400) if not 0xd800 <= c < 0xe000]
    code_points += range(0xe0000, 0xe0200)
    for i in range(0, len(code_points), 32):
        yield "".join(f"a{c}b{c}{c} {c}1{c}. {c}\n" for c in map(chr, code_points[i:i + 32]))


def invalid(rng):
    """Bytes that are mostly not UTF-8."""
    pieces = [b"\xf0\x9f\x98\x80", b"\xe4\xb8\xad", b"\xc3\xa9", b"ab ", b"\xed\xa0\x80",
              b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xf0\x80\x80", b"\xff", b"\x80", b"\xe0\x9f",
              b"\xf1\x80\x80"]
    out = b""
    for _ in range(rng.randrange(1, 12)):
        piece = rng.choice(pieces)
        out += rng.choice([piece, piece[:rng.randrange(len(piece) + 1)], rng.randbytes(2)])
    return out
