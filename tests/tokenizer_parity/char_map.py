"""Compiles replacements of characters as SentencePiece does: src/text/char_map.h has the layout."""

import struct

END, VALUE = 1 << 8, 1 << 31


def compiled(rules):
    """The bytes of a map. No key may be the beginning of another."""
    trie = {}
    replacements = b""
    for key, text in rules.items():
        node = trie
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[None] = len(replacements)
        replacements += text.encode() + b"\0"
    units = [0]
    place(trie, 0, units, set())
    units += [0] * (-len(units) % 256)  # readers look for any byte after any
    data = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(data)) + data + replacements


def place(node, at, units, bases):
    """Puts the children of a node, whose unit is units[at], where the first room for all is."""
    labels = [byte or 0 for byte in node]
    base = 1
    while base in bases or any(base ^ label == 0 or any(units[base ^ label:][:1])
                               for label in labels):
        base += 1
    bases.add(base)
    units[at] |= (at ^ base) << 10 | (END if None in node else 0)
    units += [0] * (1 + max(base ^ label for label in labels) - len(units))
    for byte, child in node.items():
        units[base ^ (byte or 0)] = VALUE | child if byte is None else byte
    for byte, child in node.items():
        if byte is not None:
            place(child, base ^ byte, units, bases)
