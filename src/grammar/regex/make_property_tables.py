#!/usr/bin/env python3
"""Writes property_tables.cc: scripts, binary properties and the characters of host names.

Categories, decompositions and bidirectional classes are those of Unicode 16.0
(unicodedata2==16.0.0); what it lacks (scripts, binary properties) is asked of the RegExp of Node
(any with Unicode 16.0 or later, made with 24.19), for the characters that 16.0 assigns.
Host names: RFC 5892, compared with the package idna.
Run: make_property_tables.py > property_tables.cc
"""

import json
import subprocess

import idna.idnadata
import unicodedata2 as ucd

POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
ASSIGNED = {c for c in POINTS if ucd.category(chr(c)) != "Cn"}
SCRIPTS = """Adlam Adlm|Arabic Arab|Armenian Armn|Balinese Bali|Bengali Beng|Bopomofo Bopo
Braille Brai|Canadian_Aboriginal Cans|Cherokee Cher|Common Zyyy|Coptic Copt Qaac|Cyrillic Cyrl
Devanagari Deva|Ethiopic Ethi|Georgian Geor|Gothic Goth|Greek Grek|Gujarati Gujr|Gurmukhi Guru
Han Hani|Hangul Hang|Hebrew Hebr|Hiragana Hira|Inherited Zinh Qaai|Javanese Java|Kannada Knda
Katakana Kana|Khmer Khmr|Lao Laoo|Latin Latn|Malayalam Mlym|Mongolian Mong|Myanmar Mymr|Nko Nkoo
Ogham Ogam|Oriya Orya|Runic Runr|Sinhala Sinh|Syriac Syrc|Tamil Taml|Telugu Telu|Thaana Thaa
Thai|Tibetan Tibt|Tifinagh Tfng|Vai Vaii|Yi Yiii""".replace("\n", "|").split("|")
# Written as the difference from a union of categories (the bases of unicode_property.cc).
BINARY = {
    "Alphabetic Alpha": "Lu Ll Lt Lm Lo Nl", "Uppercase Upper": "Lu", "Lowercase Lower": "Ll",
    "ID_Start IDS": "Lu Ll Lt Lm Lo Nl", "ID_Continue IDC": "Lu Ll Lt Lm Lo Nl Mn Mc Nd Pc",
    "Cased": "Lu Ll Lt", "Dash": "Pd", "Emoji": "", "Emoji_Presentation EPres": "",
    "Emoji_Modifier EMod": "", "Extended_Pictographic ExtPict": "", "Hex_Digit Hex": "",
    "Ideographic Ideo": "", "Default_Ignorable_Code_Point DI": "", "Variation_Selector VS": "",
}
LETTER_DIGITS = {"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"}  # Lu is never stable under case folding
EXCEPTIONS = {0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007}  # RFC 5892, 2.6: PVALID
DISALLOWED = {0x640, 0x7FA, 0x302E, 0x302F, *range(0x3031, 0x3036), 0x303B}
CONTEXT = {0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, *range(0x660, 0x66A), *range(0x6F0, 0x6FA)}


def node_sets(expressions):
    """{expression: the assigned code points that it matches}"""
    script = """
      const sets = {};
      for (const e of JSON.parse(process.argv[1])) {
        const regex = new RegExp(`^\\\\p{${e}}$`, "u");
        sets[e] = [];
        for (let c = 0; c < 0x110000; c++)
          if ((c < 0xD800 || c > 0xDFFF) && regex.test(String.fromCodePoint(c))) sets[e].push(c);
      }
      console.log(JSON.stringify(sets));"""
    out = subprocess.run(["node", "-e", script, json.dumps(expressions)], check=True,
        capture_output=True, text=True).stdout
    return {e: set(points) & ASSIGNED for e, points in json.loads(out).items()}


def ranges(points):
    out = []
    for c in sorted(points):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def host_characters(ignorable):
    """PVALID of RFC 5892, digits with a context rule among them, without what NFC composes."""
    seconds = set()
    for c in POINTS:
        parts = ucd.decomposition(chr(c)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(int(parts[1], 16))
    valid = set()
    for c in POINTS:
        folded = ucd.normalize("NFKC", ucd.normalize("NFKC", chr(c)).casefold())
        if ucd.category(chr(c)) in LETTER_DIGITS and folded == chr(c) and c not in ignorable:
            valid.add(c)
    valid |= EXCEPTIONS
    valid -= DISALLOWED | (CONTEXT - set(range(0x6F0, 0x6FA)) - set(range(0x660, 0x66A))) | seconds
    valid -= set(range(0x1100, 0x1200)) | set(range(0xA960, 0xA980)) | set(range(0xD7B0, 0xD800))
    valid = {c for c in valid if not 0x20D0 <= c <= 0x20FF and not 0x1D100 <= c <= 0x1D24F}
    valid -= {c for c in valid
        if ucd.category(chr(c)) == "Mn" and ucd.bidirectional(chr(c)) != "NSM"}
    listed = set()
    for packed in idna.idnadata.codepoint_classes["PVALID"]:
        listed |= set(range(packed >> 32, packed & 0xFFFFFFFF))
    strange = valid - listed - CONTEXT
    assert not strange, [hex(c) for c in strange]
    return valid


def array(name, items, per_line=5):
    print(f"const PropertyRange {name}[{len(items)}] = {{")
    texts = [f"{{{a:#x},{b:#x},{k}}}" for a, b, k in items]
    for i in range(0, len(texts), per_line):
        print(",".join(texts[i:i + per_line]) + ",")
    print(f"}};\nconst size_t {name}Count = {len(items)};\n")


def names(name, lists):
    print(f"const PropertyName {name}[] = {{")
    pairs = [(text, i) for i, texts in enumerate(lists) for text in texts.split()]
    for text, i in pairs:
        print(f'{{"{text}",{i}}},')
    print(f"}};\nconst size_t {name}Count = {len(pairs)};\n")


def main():
    first = [names.split()[0] for names in BINARY]
    sets = node_sets(["sc=" + s.split()[0] for s in SCRIPTS] + first)
    print("// Generated by src/grammar/regex/make_property_tables.py; do not edit. Unicode 16.0.")
    print("// Contents: see property_tables.h.\n// clang-format off")
    print('#include "grammar/regex/property_tables.h"\n\nnamespace bantam::grammar {\n')
    names("kScriptNames", SCRIPTS)
    array("kScriptRanges", sorted((a, b, i) for i, s in enumerate(SCRIPTS)
        for a, b in ranges(sets["sc=" + s.split()[0]])))
    names("kBinaryNames", list(BINARY))
    differences = []
    for i, (name, bases) in enumerate(BINARY.items()):
        base = {c for c in POINTS if ucd.category(chr(c)) in bases.split()}
        differences += [(a, b, i) for a, b in ranges(sets[name.split()[0]] ^ base)]
    array("kBinaryRanges", differences)
    valid = host_characters(sets["Default_Ignorable_Code_Point"])
    def kind(c):
        if ucd.category(chr(c)).startswith("M"):
            return 3 if ucd.combining(chr(c)) == 9 else 2 if ucd.combining(chr(c)) else 1
        return {"R": 4, "AL": 4, "AN": 5}.get(ucd.bidirectional(chr(c)), 0)
    kinds = {c: kind(c) for c in valid}
    array("kHostRanges", sorted((a, b, k) for k in range(6)
        for a, b in ranges(c for c in valid if kinds[c] == k)))
    print("}  // namespace bantam::grammar")


main()
