"""A SentencePiece model from the tables of a vocabulary: its protocol buffer, written by hand.

The fields are those of sentencepiece_model.proto; without normalisation and without removing
spaces, as the models of Llama, Phi and Gemma are set.
"""

import struct

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
BPE = 2


def varint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def integer(number, value):
    return varint(number << 3) + varint(value)


def real(number, value):
    return varint(number << 3 | 5) + struct.pack("<f", value)


def message(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def model(tokens, scores, types, unknown, add_space):
    """The bytes of a model whose only unknown token is `unknown`; it never adds BOS or EOS."""
    out = bytearray()
    for i, (token, score, kind) in enumerate(zip(tokens, scores, types)):
        kind = UNKNOWN if i == unknown else CONTROL if kind == UNKNOWN else kind
        piece = message(1, token.encode()) + real(2, score) + integer(3, kind)
        out += message(1, piece)
    none = (1 << 64) - 1  # -1
    out += message(2, integer(3, BPE) + integer(35, BYTE in types) + integer(40, unknown) +
                   integer(41, none) + integer(42, none) + integer(43, none))
    out += message(3, message(1, b"identity") + integer(3, add_space) + integer(4, 0) +
                   integer(5, 1))
    return bytes(out)
