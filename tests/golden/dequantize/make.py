#!/usr/bin/env python3
"""Makes the golden data of src/kernels/dequantize_test.cc with the reference package.

Needs: pip install gguf==0.19.0 numpy. Writes beside itself:
  TYPE.blocks    blocks whose F16 factors are special values (zeros, subnormals, extremes,
                 infinities, NaN), all bytes first, then the float32 of all elements
  checksums.txt  per type and row the CRC-32 of the float32 of a row of pseudo-random bytes
NaNs are written as 0x7fc00000: their sign and payload differ between processors.
"""

import pathlib
import zlib

import gguf
import numpy as np

HERE = pathlib.Path(__file__).parent
ROWS = 32
BLOCKS_PER_ROW = 64  # 4096 for types of one element

# Byte offsets of the F16 fields in a block.
HALVES = {
    "F16": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ4_NL": [0], "IQ4_XS": [0], "F32": [], "BF16": [],
}  # fmt: skip
SPECIAL = np.array(
    [0x0000, 0x8000, 0x0001, 0x83FF, 0x0400, 0x3C00,
     0x2E66, 0xFBFF, 0x7BFF, 0x7C00, 0xFC00, 0x7E00],
    dtype="<u2",
)


def random_bytes(seed: int, n: int) -> np.ndarray:
    """The first n bytes of SplitMix64 from that seed."""
    with np.errstate(over="ignore"):
        steps = np.arange(1, n // 8 + 2, dtype=np.uint64)
        z = np.uint64(seed) + steps * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return z.astype("<u8").view(np.uint8)[:n].copy()


def dequantize(data: np.ndarray, kind: gguf.GGMLQuantizationType) -> np.ndarray:
    with np.errstate(all="ignore"):
        floats = gguf.quants.dequantize(data.reshape(1, -1), kind).ravel().astype("<f4")
    bits = floats.view("<u4").copy()
    bits[np.isnan(floats)] = 0x7FC00000
    return bits


def main() -> None:
    lines = []
    for name, halves in HALVES.items():
        kind = gguf.GGMLQuantizationType[name]
        block_size, block_bytes = gguf.GGML_QUANT_SIZES[kind]

        blocks = random_bytes(1000 + kind, len(SPECIAL) * block_bytes).reshape(-1, block_bytes)
        for step, offset in enumerate(halves):
            values = np.roll(SPECIAL, 5 * step)
            blocks[:, offset : offset + 2] = values.view(np.uint8).reshape(-1, 2)
        expected = dequantize(blocks, kind)
        (HERE / f"{name}.blocks").write_bytes(blocks.tobytes() + expected.tobytes())

        n_blocks = BLOCKS_PER_ROW * (64 if block_size == 1 else 1)
        for row in range(ROWS):
            data = random_bytes(kind * 1000 + row, n_blocks * block_bytes)
            crc = zlib.crc32(dequantize(data, kind).tobytes())
            lines.append(f"{name} {row} {n_blocks * block_size} {crc:08x}\n")
    (HERE / "checksums.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
