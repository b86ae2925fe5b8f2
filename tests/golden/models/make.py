#!/usr/bin/env python3
"""Makes the tiny random models of this folder and their reference logits.

    python tests/golden/models/make.py          (torch, transformers, gguf, numpy)

One model per architecture, rope scaling and weight type, each NAME.gguf with NAME.ref beside it:
the logits transformers computes in float32 from the same (dequantised) weights, at chosen
positions of fixed token sequences. The weights are drawn so that logits spread over several units:
an error of one part in ten thousand shows.

A .ref file is little-endian: "BREF", u32 version = 1, u32 vocabulary size, u32 sequences; then of
each sequence u32 n_tokens, u32 tokens[n_tokens], u32 n_positions, u32 positions[n_positions],
f32 logits[n_positions][vocabulary size] (those after the token at that position).
"""

import pathlib
import struct
import sys

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from gguf import quants

import architectures
from architectures import Spec

HERE = pathlib.Path(__file__).parent

# Merges of the small byte-level tokenizer, in rank order; "Ġ" is the space, "Ċ" the line feed.
MERGES = (
    "Ġ t|h e|i n|e r|a n|Ġt he|Ġ a|o n|r e|Ġ s|Ġ w|o u|a t|e n|Ġa re|in g|Ġ in|Ġ o|o r|Ġo f|e s|"
    "Ġt o|l l|Ċ Ċ|Ġ Ġ|ĠĠ ĠĠ|ä ½|ä½ ł|å ¥|å¥ ½|Ð ¾"
).split("|")
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + "
    "message['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


LONG = (1, 37, 1100)  # crosses two borders between spans of 512 keys
# As Phi-3's long models: the factors grow with the wavelength, those for short contexts less.
LONGROPE = dict(rope_type="longrope", original_max_position_embeddings=256,
                short_factor=[1.0 + 0.05 * i for i in range(12)],
                long_factor=[1.1 + 0.9 * i for i in range(12)])
# Rows of 256 elements, which k-quants need, in a small file: one layer, few heads. The attention
# output has rows of 32 and falls back to another type, as such rows do in published files.
KQ = dict(embd=256, heads=2, kv_heads=1, head_dim=16, ff=256, layers=1,
          types={"attn_output": Type.Q8_0}, query_gain=1.0)

SPECS = [
    # Architectures and rope scalings.
    Spec("qwen2_tied", weights=Type.F32, heads=4, kv_heads=1, ff=64, rope_base=1e6,
         types={"ffn_up": Type.F16}, lengths=LONG),
    Spec("qwen2_untied", tied=False, heads=2, kv_heads=1, head_dim=32, pad_rows=14),
    Spec("qwen2_yarn", rope=dict(rope_type="yarn", factor=4.0,
                                 original_max_position_embeddings=512), lengths=LONG),
    Spec("llama_tied", "llama", weights=Type.F32, heads=4, kv_heads=1, ff=64, eps=1e-5,
         types={"ffn_up": Type.F16}, lengths=LONG),
    Spec("llama_untied", "llama", tied=False, heads=2, kv_heads=1, head_dim=64, rope_base=1e5),
    Spec("llama_mha", "llama", kv_heads=4, tied=False),
    Spec("llama_head24", "llama", embd=96, heads=4, kv_heads=1, head_dim=24, ff=64),
    Spec("llama_head8", "llama", heads=8, kv_heads=2, head_dim=8, eps=1e-5),
    Spec("llama_linear", "llama", rope=dict(rope_type="linear", factor=4.0), lengths=LONG),
    Spec("llama_freqs", "llama", head_dim=32, heads=2, kv_heads=1, rope_base=5e5,
         rope=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=256), lengths=LONG),
    Spec("llama_yarn", "llama", head_dim=32, heads=2, kv_heads=2,
         rope=dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=128),
         lengths=LONG),
    # Weight types. Qwen's own mixture first (as in a Q4_K_M file of 896 wide rows).
    Spec("qwen2_mixed", tied=False, heads=4, ff=256, weights=Type.Q5_0,
         types={"output": Type.Q8_0, "attn_v": Type.Q8_0, "ffn_down": Type.Q6_K,
                "blk.1.ffn_down": Type.Q4_K}, lengths=LONG),
    Spec("qwen2_bf16", weights=Type.BF16),
    Spec("qwen2_q4_0", weights=Type.Q4_0, embd=96, heads=3, kv_heads=1, head_dim=32, ff=160),
    Spec("qwen2_q4_1", weights=Type.Q4_1, embd=96, heads=3, kv_heads=1, head_dim=32, ff=160),
    Spec("qwen2_q5_0", weights=Type.Q5_0, embd=96, heads=3, kv_heads=1, head_dim=32, ff=160),
    Spec("qwen2_q5_1", weights=Type.Q5_1, embd=96, heads=3, kv_heads=1, head_dim=32, ff=160),
    Spec("qwen2_q8_0", weights=Type.Q8_0, embd=96, heads=3, kv_heads=1, head_dim=32, ff=160),
    Spec("qwen2_iq4_nl", weights=Type.IQ4_NL, embd=96, heads=3, kv_heads=1, head_dim=32, ff=160),
    Spec("llama_q2_k", "llama", weights=Type.Q2_K, **KQ),
    Spec("llama_q3_k", "llama", weights=Type.Q3_K, **KQ),
    Spec("llama_q4_k", "llama", weights=Type.Q4_K, **KQ),
    Spec("llama_q5_k", "llama", weights=Type.Q5_K, **KQ),
    Spec("llama_q6_k", "llama", weights=Type.Q6_K, **KQ),
    Spec("llama_iq4_xs", "llama", weights=Type.IQ4_XS, **KQ),
    # Architectures again; what they have in common with those above is not repeated. Windows are
    # smaller than most sequences and no multiple of anything.
    Spec("phi3_window", "phi3", tied=False, kv_heads=4, eps=1e-5, window=21, weights=Type.Q8_0),
    Spec("phi3_short", "phi3", heads=2, kv_heads=1, head_dim=32, partial=0.75, rope=LONGROPE),
    Spec("phi3_long", "phi3", heads=2, kv_heads=1, head_dim=32, partial=0.75, rope=LONGROPE,
         lengths=(300, 1100)),
    Spec("starcoder2_window", "starcoder2", eps=1e-5, window=21),
    Spec("starcoder2_q8_0", "starcoder2", eps=1e-5, rope_base=1e6, weights=Type.Q8_0, lengths=LONG),
    Spec("qwen3_tied", "qwen3", head_dim=32, rope_base=1e6, lengths=LONG),
    Spec("qwen3_mixed", "qwen3", tied=False, kv_heads=4, ff=256, weights=Type.Q5_0,
         types={"output": Type.Q8_0, "attn_v": Type.Q8_0, "ffn_down": Type.Q6_K}),
    Spec("gemma3_period", "gemma3", heads=2, kv_heads=1, head_dim=32, ff=64, layers=7, window=21,
         rope_base=1e6, local_base=1e4, rope=dict(rope_type="linear", factor=8.0),
         weights=Type.Q8_0, lengths=LONG),
    Spec("gemma3_capped", "gemma3", heads=4, kv_heads=2, window=530, rope_base=1e6, local_base=5e3,
         window_layers=(False, True), softcap=12.0, lengths=LONG),
    Spec("smollm3_nope", "smollm3", kv_heads=1, ff=64, layers=5, rope_base=2e6, weights=Type.Q8_0,
         lengths=LONG),
    Spec("granite_scales", "granite", eps=1e-5, logit_gain=4.0,
         scales=dict(embedding_multiplier=3.0, residual_multiplier=0.6, attention_multiplier=0.3,
                     logits_scaling=4.0), lengths=LONG),
]


def byte_alphabet() -> list[str]:
    """The 256 characters that stand for bytes in byte-level vocabularies, in byte order."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = iter(range(256, 512))
    return [chr(b if b in shown else next(hidden)) for b in range(256)]


def tokens_of_vocabulary(spec: Spec):
    tokens = byte_alphabet() + [merge.replace(" ", "") for merge in MERGES]
    types = [gguf.TokenType.NORMAL] * len(tokens)
    tokens += SPECIALS
    types += [gguf.TokenType.CONTROL] * len(SPECIALS)
    for i in range(spec.pad_rows):
        tokens.append(f"[PAD{len(tokens)}]")
        types.append(gguf.TokenType.UNUSED)
    assert len(set(tokens)) == len(tokens)
    return tokens, types


def type_of(spec: Spec, name: str) -> Type:
    """The type of tensor "blk.0.attn_q.weight", by its most precise name."""
    parts = name.removesuffix(".weight").split(".")
    for key in (".".join(parts), parts[-1]):
        if key in spec.types:
            return spec.types[key]
    return spec.weights


# Random blocks of the types the gguf package cannot quantise to: a record of raw fields with the
# scale (and, times `offset`, the minimum) in half precision.
BLOCKS = {
    Type.Q2_K: ([("scales", 16), ("qs", 64), ("d", "f2"), ("dmin", "f2")], 1.5),
    Type.Q3_K: ([("hmask", 32), ("qs", 64), ("scales", 12), ("d", "f2")], None),
    Type.Q4_K: ([("d", "f2"), ("dmin", "f2"), ("scales", 12), ("qs", 128)], 7.5),
    Type.Q5_K: ([("d", "f2"), ("dmin", "f2"), ("scales", 12), ("qh", 32), ("qs", 128)], 15.5),
    Type.Q6_K: ([("ql", 128), ("qh", 64), ("scales", 16), ("d", "f2")], None),
    Type.IQ4_NL: ([("d", "f2"), ("qs", 16)], None),
    Type.IQ4_XS: ([("d", "f2"), ("scales_h", 2), ("scales_l", 4), ("qs", 128)], None),
}


def random_blocks(rng, shape, kind: Type, sigma: float) -> np.ndarray:
    """Bytes [rows, row bytes] whose dequantised values have standard deviation `sigma`."""
    block, size = gguf.GGML_QUANT_SIZES[kind]
    assert shape[1] % block == 0, (shape, kind)
    fields, offset = BLOCKS[kind]
    dtype = np.dtype([(n, "<f2") if f == "f2" else (n, "u1", (f,)) for n, f in fields])
    assert dtype.itemsize == size
    n = shape[0] * shape[1] // block
    data = rng.integers(0, 256, (n, size), dtype=np.uint8).view(dtype).reshape(n)

    def set_scale(d):
        data["d"] = d
        if offset is not None:
            data["dmin"] = d * offset
        rows = data.view(np.uint8).reshape(shape[0], -1)
        with np.errstate(all="ignore"):
            return rows, quants.dequantize(rows, kind)

    _, probe = set_scale(np.float32(2.0**-10))
    rows, values = set_scale(np.float32(2.0**-10) * sigma / probe.std()
                             * rng.uniform(0.7, 1.3, n).astype(np.float32))
    data["d"][n // 3] = 0  # a block of zeros (and of its minimum alone)
    rows, values = data.view(np.uint8).reshape(shape[0], -1), None
    assert np.isfinite(quants.dequantize(rows, kind)).all()
    return rows


def store(rng, values: np.ndarray, kind: Type):
    """(bytes as the file stores them, the float32 values they stand for)."""
    if kind == Type.F32:
        return values, values
    if kind == Type.F16:
        return values.astype(np.float16), values.astype(np.float16).astype(np.float32)
    if kind in BLOCKS:
        data = random_blocks(rng, values.shape, kind, float(values.std()))
    else:
        data = quants.quantize(values, kind)
    return data, quants.dequantize(data, kind).astype(np.float32).reshape(values.shape)


def tensors_of(spec: Spec, rng, vocab_size: int):
    """GGUF name → (random float32 values in file order, type)."""
    out = {}

    def normal(name, shape, sigma, kind=None):
        values = rng.normal(0, sigma, shape).astype(np.float32)
        out[name] = (values, kind if kind is not None else type_of(spec, name))

    def norm(name, size=spec.embd):
        values = rng.uniform(0.6, 1.5, size).astype(np.float32)
        if traits.norm_offset != 0:  # or one rounding more than in the reference would show
            values = np.round(values * 4096) / np.float32(4096)
        out[name + ".weight"] = (values, Type.F32)
        if traits.norm_bias:
            normal(name + ".bias", (size,), 0.3, Type.F32)

    def matrix(name, rows, columns, sigma):
        normal(name + ".weight", (rows, columns), sigma)
        if traits.biases:
            normal(name + ".bias", (rows,), 0.5, Type.F32)

    traits = architectures.TRAITS[spec.arch]
    q, kv = spec.heads * spec.head_dim, spec.kv_heads * spec.head_dim
    root = spec.embd**-0.5
    gain = 3.0 * spec.logit_gain * root
    normal("token_embd.weight", (vocab_size, spec.embd), gain if spec.tied else 1.0)
    for i in range(spec.layers):
        blk = f"blk.{i}."
        norm(blk + "attn_norm")
        if traits.fused:
            matrix(blk + "attn_qkv", q + 2 * kv, spec.embd, spec.query_gain * root)
        else:
            matrix(blk + "attn_q", q, spec.embd, spec.query_gain * root)
            matrix(blk + "attn_k", kv, spec.embd, spec.query_gain * root)
            matrix(blk + "attn_v", kv, spec.embd, root)
        if traits.head_norms:
            norm(blk + "attn_q_norm", spec.head_dim)
            norm(blk + "attn_k_norm", spec.head_dim)
        matrix(blk + "attn_output", spec.embd, q, q**-0.5)
        if spec.arch == "qwen2":
            for part, size in (("q", q), ("k", kv), ("v", kv)):
                normal(f"{blk}attn_{part}.bias", (size,), 0.5, Type.F32)
            out[blk + "attn_k.bias"][0][3] = 12.0  # Qwen's keys have such outliers
        if traits.post_norms:
            norm(blk + "post_attention_norm")
        norm(blk + "ffn_norm")
        if traits.fused:
            matrix(blk + "ffn_up", 2 * spec.ff, spec.embd, 1.3 * root)
        else:
            if traits.gated:
                matrix(blk + "ffn_gate", spec.ff, spec.embd, 1.5 * root)
            matrix(blk + "ffn_up", spec.ff, spec.embd, root)
        matrix(blk + "ffn_down", spec.embd, spec.ff, spec.ff**-0.5)
        if traits.post_norms:
            norm(blk + "post_ffw_norm")
    norm("output_norm")
    if not spec.tied:
        normal("output.weight", (vocab_size, spec.embd), gain)
    if spec.rope and spec.rope["rope_type"] == "llama3":
        out["rope_freqs.weight"] = (llama3_factors(spec), Type.F32)
    if spec.rope and spec.rope["rope_type"] == "longrope":
        for part in ("long", "short"):
            factors = np.asarray(spec.rope[f"{part}_factor"], np.float32)
            out[f"rope_factors_{part}.weight"] = (factors, Type.F32)
    return out


def llama3_factors(spec: Spec) -> np.ndarray:
    """Divisors of the rotary frequencies, by the published llama-3.1 rule."""
    old = spec.rope["original_max_position_embeddings"]
    low, high = spec.rope["low_freq_factor"], spec.rope["high_freq_factor"]
    frequency = spec.rope_base ** (-np.arange(0, spec.head_dim, 2) / spec.head_dim)
    turns = old * frequency / (2 * np.pi)  # over the original context
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / spec.rope["factor"] + smooth)).astype(np.float32)


def write_gguf(spec: Spec, path, tensors: dict, vocab, context: int):
    tokens, types = vocab
    writer = gguf.GGUFWriter(path, spec.arch)
    writer.add_name(f"Tiny {spec.name}")
    writer.add_license("apache-2.0")
    architectures.write_options(spec, writer, len(tokens), context)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2" if spec.arch == "qwen2" else "smollm")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(MERGES)
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    for name, (data, kind) in tensors.items():
        if kind in (Type.F32, Type.F16):
            writer.add_tensor(name, data)
        else:
            writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def positions_of(length: int) -> list[int]:
    """Which positions to keep: the first, some between, those about span borders, the last."""
    if length <= 8:
        return list(range(length))
    some = {0, 1, length // 3, 2 * length // 3, *range(length - 4, length)}
    some |= {p for p in (511, 512, 1023, 1024) if p < length}
    return sorted(some)


def reference(spec, model, rng, vocab_size: int, least_spread: float = 2) -> bytes:
    """The .ref file. Also proves that float32 rounding is far below what the tests ask for."""
    out = [b"BREF", struct.pack("<III", 1, vocab_size, len(spec.lengths))]
    spread, error = [], []
    with torch.no_grad():
        runs = []
        for length in spec.lengths:
            tokens = rng.integers(0, vocab_size - spec.pad_rows, length)
            runs.append((tokens, model(torch.from_numpy(tokens)[None]).logits[0].numpy()))
        model.double()
        for tokens, logits in runs:
            exact = model(torch.from_numpy(tokens)[None]).logits[0].numpy()
            error.append(((logits - exact) ** 2).sum() / (exact**2).sum())
            spread.append(logits.std(axis=1).mean())
            keep = positions_of(len(tokens))
            for ids in (tokens, keep):
                out.append(struct.pack("<I", len(ids)) + np.asarray(ids, "<u4").tobytes())
            out.append(np.ascontiguousarray(logits[keep], "<f4").tobytes())
    print(f"{spec.name:26} logits spread {np.mean(spread):5.2f}, "
          f"float32 against float64: {max(error):.1e}")
    assert least_spread < np.mean(spread) < 9 and max(error) < 1e-10, spec.name
    return b"".join(out)


def make(spec: Spec, seed: int):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    vocab = tokens_of_vocabulary(spec)
    vocab_size, context = len(vocab[0]), 4096
    files, state = {}, {}
    for name, (values, kind) in tensors_of(spec, rng, vocab_size).items():
        data, values = store(rng, values, kind)
        files[name] = (data, kind)
        if not name.startswith("rope_f"):
            state[architectures.hf_name(spec, name)] = architectures.hf_values(spec, name, values)
    write_gguf(spec, HERE / f"{spec.name}.gguf", files, vocab, context)
    model = architectures.reference_model(spec, state, vocab_size, context)
    (HERE / f"{spec.name}.ref").write_bytes(reference(spec, model, rng, vocab_size))


def main():
    torch.set_num_threads(1)
    wanted = sys.argv[1:]
    for i, spec in enumerate(SPECS):
        if not wanted or spec.name in wanted:
            make(spec, 1000 + i)


if __name__ == "__main__":
    main()
