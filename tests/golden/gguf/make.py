#!/usr/bin/env python3
"""Makes the model files of src/format/gguf_golden_test.cc with the reference package.

Needs: pip install gguf==0.19.0 numpy. Writes beside itself:
  all_types.gguf             a key of every value type, a tensor of every type Bantam reads
  split-0000N-of-00003.gguf  the same tensors in three parts
  big_endian.gguf            a valid file Bantam refuses
"""

import pathlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Kind
from gguf import GGUFEndian, GGUFValueType

HERE = pathlib.Path(__file__).parent
KINDS = [
    Kind.F32, Kind.F16, Kind.BF16, Kind.Q4_0, Kind.Q4_1, Kind.Q5_0, Kind.Q5_1, Kind.Q8_0,
    Kind.Q2_K, Kind.Q3_K, Kind.Q4_K, Kind.Q5_K, Kind.Q6_K, Kind.IQ4_NL, Kind.IQ4_XS,
]  # fmt: skip


def add_keys(writer: gguf.GGUFWriter) -> None:
    writer.add_uint8("t.uint8", 200)
    writer.add_int8("t.int8", -100)
    writer.add_uint16("t.uint16", 60000)
    writer.add_int16("t.int16", -30000)
    writer.add_uint32("t.uint32", 4_000_000_000)
    writer.add_int32("t.int32", -2_000_000_000)
    writer.add_uint64("t.uint64", 2**64 - 1)
    writer.add_int64("t.int64", -(2**63))
    writer.add_float32("t.float32", 0.1)
    writer.add_float64("t.float64", 0.1)
    writer.add_bool("t.bool", True)
    writer.add_string("t.string", "Bäntam 矮脚鸡")
    writer.add_array("t.strings", ["", "▁the", "Ġworld", "\n"])
    writer.add_array("t.floats", [0.5, -2.0])
    writer.add_array("t.bools", [True, False])
    writer.add_key_value("t.bytes", bytes([1, 2, 255]), GGUFValueType.ARRAY, GGUFValueType.UINT8)
    writer.add_array("t.ints", [1, -2, 3])


def add_tensors(writer: gguf.GGUFWriter) -> None:
    for kind in KINDS:
        block_size, block_bytes = gguf.GGML_QUANT_SIZES[kind]
        # Two rows of 256 elements, every byte the number of the type.
        rows = np.full((2, 256 // block_size * block_bytes), int(kind), dtype=np.uint8)
        if kind == Kind.F32:
            writer.add_tensor("blk.F32", rows.view(np.float32))
        elif kind == Kind.F16:
            writer.add_tensor("blk.F16", rows.view(np.float16))
        else:
            writer.add_tensor(f"blk.{kind.name}", rows, raw_dtype=kind)


def write(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    for old in HERE.glob("*.gguf"):
        old.unlink()
    writer = gguf.GGUFWriter(HERE / "all_types.gguf", "test")
    add_keys(writer)
    add_tensors(writer)
    write(writer)

    writer = gguf.GGUFWriter(HERE / "split.gguf", "test", split_max_tensors=6)
    add_tensors(writer)
    write(writer)

    writer = gguf.GGUFWriter(HERE / "big_endian.gguf", "test", endianess=GGUFEndian.BIG)
    add_keys(writer)
    write(writer)


if __name__ == "__main__":
    main()
