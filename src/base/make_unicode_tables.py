#!/usr/bin/env python3
"""Writes unicode_tables.cc: the character properties the tokenizers need.

Categories are those of Unicode 16.0 (unicodedata2==16.0.0). Where the reference, the Python
package tokenizers==0.23.3, departs from them, its own behaviour is probed over all code points:
its canonical ordering comes from older tables, its digits from newer, its punctuation from much
older ones. Run: make_unicode_tables.py > unicode_tables.cc
"""

import sys

import tokenizers
import unicodedata2 as ucd
from tokenizers import Regex, normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
CATEGORIES = ("Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp "
              "Cc Cf Cs Co Cn").split()
CONTROL_SPACE, LINE_BREAK = 30, 31
WHITE_CONTROLS = (0x09, 0x0B, 0x0C, 0x85)  # \s outside the Z categories, \r and \n aside
FLAG_DIGIT, FLAG_NFC = 0x20, 0x40
BLOCK = 128
HANGUL = range(0xAC00, 0xD7A4)

nfc = normalizers.NFC().normalize_str
nfd = normalizers.NFD().normalize_str


def matched(pattern):
    """The code points a one-character pattern of the reference's regex engine matches."""
    found = set()
    for i in range(0, len(CODE_POINTS), 4096):
        chunk = CODE_POINTS[i:i + 4096]
        rest = normalizers.Replace(Regex(pattern), "").normalize_str("".join(map(chr, chunk)))
        found |= set(chunk) - set(map(ord, rest))
    return found


def splitting(pre_tokenizer):
    """The code points that a pre-tokeniser separates from the letters around them."""
    return {c for c in CODE_POINTS if len(pre_tokenizer.pre_tokenize_str(f"a{chr(c)}a")) > 1}


def check_regex_engine():
    """Fails unless the regex engine has the categories of Unicode 16.0 and the known \\s."""
    for major in "LMNPS":
        expected = {c for c in CODE_POINTS if ucd.category(chr(c))[0] == major}
        assert matched(r"\p{%s}" % major) == expected, major
    for minor in ("Lu", "Ll", "Lt", "Lm", "Lo"):
        expected = {c for c in CODE_POINTS if ucd.category(chr(c)) == minor}
        assert matched(r"\p{%s}" % minor) == expected, minor
    white = {c for c in CODE_POINTS if ucd.category(chr(c))[0] == "Z"}
    assert matched(r"\s") == white | set(WHITE_CONTROLS) | {0x0A, 0x0D}


def moves(first, second):
    return nfd("a" + first + second) == "a" + second + first and first != second


def combining_classes():
    """{code point: class} as the reference orders marks; the ones it does not know have none."""
    def known(x):  # moves after a mark of class 1, or before one of class 240
        return moves(x, "\u0334") or moves("\u0345", x) or x in "\u0334\u0345"
    marks = [c for c in CODE_POINTS if nfd(chr(c)) == chr(c) and known(chr(c))]
    samples = {ucd.combining(chr(c)): chr(c) for c in reversed(marks)}
    classes = {}
    for c in marks:
        equal = [k for k, s in samples.items() if not moves(chr(c), s) and not moves(s, chr(c))]
        assert len(equal) == 1, hex(c)
        classes[c] = equal[0]
    return classes


def decompositions():
    """{code point: full canonical decomposition}, Hangul syllables aside."""
    return {c: nfd(chr(c)) for c in CODE_POINTS if nfd(chr(c)) != chr(c) and c not in HANGUL}


def compositions(decomposed):
    """{(first, second): composite}: the primary composites, Hangul syllables aside."""
    pairs = {}
    for c in decomposed:
        if nfc(chr(c)) != chr(c):
            continue  # a singleton or an excluded composite
        raw = [int(x, 16) for x in ucd.decomposition(chr(c)).split()]
        assert len(raw) == 2 and nfc(chr(raw[0]) + chr(raw[1])) == chr(c), hex(c)
        pairs[raw[0], raw[1]] = c
    return pairs


def ranges(values):
    """[(first, last, value)] of a {code point: value} map."""
    out = []
    for c in sorted(values):
        if out and out[-1][1] == c - 1 and out[-1][2] == values[c]:
            out[-1][1] = c
        else:
            out.append([c, c, values[c]])
    return out


def array(kind, name, items, per_line):
    items = list(items)
    print(f"const {kind} {name}[{len(items)}] = {{")
    for i in range(0, len(items), per_line):
        print(",".join(items[i:i + per_line]) + ",")
    print("};\n")


def properties(digits, attention):
    table = bytearray()
    for c in range(0x110000):
        category = CATEGORIES.index(ucd.category(chr(c)))
        if c in WHITE_CONTROLS:
            category = CONTROL_SPACE
        elif c in (0x0A, 0x0D):
            category = LINE_BREAK
        table.append(category | FLAG_DIGIT * (c in digits) | FLAG_NFC * (c in attention))
    return bytes(table)


def main():
    assert tokenizers.__version__ == "0.23.3" and ucd.unidata_version == "16.0.0"
    check_regex_engine()
    classes, decomposed = combining_classes(), decompositions()
    composed = compositions(decomposed)
    attention = set(classes) | {second for _, second in composed}
    attention |= {c for c in CODE_POINTS if nfc(chr(c)) != chr(c)}
    attention |= set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))  # Hangul vowels, finals
    table = properties(splitting(pre_tokenizers.Digits(True)), attention)
    blocks, index = {}, []
    for i in range(0, len(table), BLOCK):
        index.append(blocks.setdefault(table[i:i + BLOCK], len(blocks)))

    print("// Generated by src/base/make_unicode_tables.py; do not edit. Unicode 16.0 as the")
    print("// Python package tokenizers 0.23.3 sees it. Contents: see unicode_tables.h.")
    print("// clang-format off")
    print('#include "base/unicode_tables.h"\n\nnamespace bantam::unicode {\n')
    array("uint16_t", "kBlockIndex", map(str, index), 24)
    array("uint8_t", "kBlocks", (str(b) for block in blocks for b in block), 32)
    items = ranges(classes)
    array("ClassRange", "kCombiningClasses", (f"{{{a:#x},{b:#x},{k}}}" for a, b, k in items), 4)
    print(f"const size_t kCombiningClassCount = {len(items)};\n")
    flat, entries = [], []
    for c in sorted(decomposed):
        entries.append(f"{{{c:#x},{len(flat)},{len(decomposed[c])}}}")
        flat += [f"{ord(x):#x}" for x in decomposed[c]]
    assert len(flat) < 65536
    array("Decomposition", "kDecompositions", entries, 4)
    print(f"const size_t kDecompositionCount = {len(entries)};\n")
    array("char32_t", "kDecomposed", flat, 10)
    items = sorted(composed.items())
    array("Composition", "kCompositions",
        (f"{{{a:#x},{b:#x},{c:#x}}}" for (a, b), c in items), 3)
    print(f"const size_t kCompositionCount = {len(items)};\n")
    items = ranges(dict.fromkeys(splitting(pre_tokenizers.Punctuation("isolated")), 0))
    array("Range", "kReferencePunctuation", (f"{{{a:#x},{b:#x}}}" for a, b, _ in items), 5)
    print(f"const size_t kReferencePunctuationCount = {len(items)};\n")
    print("}  // namespace bantam::unicode")
    print(f"{len(blocks)} blocks, {len(entries)} decompositions, {len(composed)} compositions",
        file=sys.stderr)


main()
