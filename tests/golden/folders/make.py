#!/usr/bin/env python3
"""Makes the tiny Hugging Face folders of this directory and their reference logits.

    python tests/golden/folders/make.py [NAME …]     (torch, transformers, safetensors, numpy)

One folder per float type, sharding and packed format, each NAME/ with NAME.ref beside it: the
logits transformers computes in float32 from the same (dequantised) weights. A .ref file is as in
tests/golden/models. Packed layers are written here from the formats' definitions:

  AWQ (AutoAWQ, "gemm")  qweight [in][out / 8], bits 4 i of a word hold row 8 c + ORDER[i]
  GPTQ (AutoGPTQ)        qweight [in * bits / 32][out], bits b k of a word hold column n r + k
  both                   weight = scale * (code - zero); GPTQ's first version stores zero - 1
"""

import dataclasses
import json
import pathlib
import shutil
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "models"))
import architectures  # noqa: E402
import make as models  # noqa: E402
AWQ_ORDER = [0, 2, 4, 6, 1, 3, 5, 7]
VOCAB = 160


@dataclasses.dataclass
class Spec:
    name: str
    arch: str = "qwen2"
    embd: int = 64
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 16
    ff: int = 96
    layers: int = 2
    tied: bool = False
    dtype: str = "float16"  # of what is not packed
    rope: dict | None = None
    shards: int = 1
    quant: dict | None = None  # as config.json has it
    zeros: str = "random"      # or "middle"
    one_order: bool = False    # all layers share one order of columns
    lengths: tuple = (1, 37, 130)
    pad_rows: int = 0


def awq(group, **more):
    return dict(quant_method="awq", bits=4, group_size=group, zero_point=True, version="gemm",
                modules_to_not_convert=None) | more


def gptq(bits, group, act_order=False, version="gptq", **more):
    return dict(quant_method="gptq", bits=bits, group_size=group, desc_act=act_order, sym=False,
                damp_percent=0.01, true_sequential=True, checkpoint_format=version) | more


WIDE = dict(embd=128, ff=256, layers=1, heads=4, kv_heads=2, head_dim=32)

SPECS = [
    Spec("qwen2_f32", dtype="float32", tied=True, layers=1),
    Spec("qwen2_f16"),
    Spec("qwen2_bf16_shards", dtype="bfloat16", shards=3),
    Spec("llama_f16", "llama", kv_heads=1),
    Spec("llama_bf16_freqs", "llama", dtype="bfloat16", tied=True, head_dim=32, heads=2, kv_heads=1,
         rope=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=64)),
    Spec("llama_yarn", "llama", head_dim=32, heads=2, kv_heads=2,
         rope=dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=64,
                   attention_factor=1.1, beta_fast=16.0)),
    Spec("llama_linear", "llama", rope=dict(rope_type="linear", factor=4.0)),
    Spec("qwen2_awq_g32", quant=awq(32)),
    Spec("llama_awq_g64", "llama", ff=128, quant=awq(64, version="GEMM")),
    Spec("qwen2_awq_g128", quant=awq(128), **WIDE),
    Spec("qwen2_gptq4_g128_sym", quant=gptq(4, 128, sym=True), zeros="middle", **WIDE),
    Spec("llama_gptq4_g32_order", "llama", quant=gptq(4, 32, act_order=True)),
    Spec("qwen2_gptq4_g64_one_order", ff=128, one_order=True,
         quant=gptq(4, 64, act_order=True, version="gptq_v2")),
    Spec("qwen2_gptq4_rows", quant=gptq(4, -1)),
    Spec("llama_gptq8_rows_sym", "llama", quant=gptq(8, -1, sym=True, version="gptq_v2"),
         zeros="middle"),
    Spec("qwen2_gptq8_g32_order", quant=gptq(8, 32, act_order=True)),
]


def pack_words(fields: np.ndarray, bits: int) -> np.ndarray:
    """[..., n] codes → [...] words, the first in the lowest bits."""
    words = np.zeros(fields.shape[:-1], np.uint32)
    for i in range(32 // bits):
        words |= fields[..., i].astype(np.uint32) << np.uint32(bits * i)
    return words.view(np.int32)


def packed_layer(rng, spec: Spec, rows: int, columns: int, sigma: float, order: np.ndarray):
    """(the tensors of a packed layer, the float32 matrix they stand for)."""
    quant, is_awq = spec.quant, spec.quant["quant_method"] == "awq"
    bits = quant["bits"]
    group = columns if quant["group_size"] == -1 else quant["group_size"]
    n_groups, middle, n = -(-columns // group), 1 << (bits - 1), 32 // bits
    codes = rng.integers(0, 1 << bits, (rows, columns))
    version1 = not is_awq and quant["checkpoint_format"] == "gptq"
    zeros = np.full((n_groups, rows), middle)
    if spec.zeros == "random":  # about the middle, and the ends
        zeros = rng.integers(middle - 2, middle + 3, (n_groups, rows))
        zeros.flat[:4] = [version1 + 0, (1 << bits) - 1 + version1, 1, middle]
    spread = sigma / ((1 << bits) * 12**-0.5)
    scales = (rng.uniform(0.7, 1.3, (n_groups, rows)) * spread).astype(np.float16)
    g_idx = np.empty(columns, np.int32)
    g_idx[order] = np.arange(columns) // group
    values = (codes - zeros.T[:, g_idx]).astype(np.float32) * scales.T.astype(np.float32)[:, g_idx]
    out = {"scales": scales}
    if is_awq:
        def by_rows(matrix):
            return pack_words(matrix.reshape(-1, rows // 8, 8)[..., AWQ_ORDER], 4)
        return out | {"qweight": by_rows(codes.T), "qzeros": by_rows(zeros)}, values
    out["qweight"] = pack_words(codes.T.reshape(columns // n, n, rows).swapaxes(1, 2), bits)
    stored = zeros - 1 if version1 else zeros
    out["qzeros"] = pack_words(stored.reshape(n_groups, rows // n, n), bits)
    out["g_idx"] = g_idx
    return out, values


def config_of(spec: Spec):
    common = dict(
        vocab_size=VOCAB, hidden_size=spec.embd, intermediate_size=spec.ff,
        num_hidden_layers=spec.layers, num_attention_heads=spec.heads,
        num_key_value_heads=spec.kv_heads, head_dim=spec.head_dim, rms_norm_eps=1e-6,
        max_position_embeddings=512, tie_word_embeddings=spec.tied, bos_token_id=None,
        eos_token_id=3, pad_token_id=None, attn_implementation="eager",
        rope_parameters={"rope_type": "default"} | (spec.rope or {}) | {"rope_theta": 1e4})
    return (Qwen2Config if spec.arch == "qwen2" else LlamaConfig)(**common)


def sigma_of(name: str, shape) -> float:
    if "embed" in name or "lm_head" in name:
        return 3.0 * shape[1] ** -0.5
    gain = {"q_proj": 1.4, "k_proj": 1.4, "gate_proj": 1.5}
    return gain.get(name.split(".")[-2], 1.0) * shape[1] ** -0.5


def fill(spec: Spec, rng, model):
    """(tensors as stored, the values they stand for), by name."""
    stored, values = {}, {}
    dtype = getattr(torch, spec.dtype)
    shared = {}
    for name, parameter in model.state_dict().items():
        shape = tuple(parameter.shape)
        if name == "lm_head.weight" and spec.tied:
            continue
        if len(shape) == 1:
            low, high = (0.6, 1.5) if "norm" in name else (-0.8, 0.8)
            value = rng.uniform(low, high, shape)
        elif spec.quant and "proj" in name:
            order = np.arange(shape[1])
            if spec.quant.get("desc_act"):
                order = rng.permutation(shape[1])
                if spec.one_order:
                    order = shared.setdefault(shape[1], order)
            parts, value = packed_layer(rng, spec, *shape, sigma_of(name, shape), order)
            for part, data in parts.items():
                stored[name.removesuffix("weight") + part] = torch.from_numpy(data.copy())
            values[name] = torch.from_numpy(value)
            continue
        else:
            value = rng.normal(0, sigma_of(name, shape), shape)
        stored[name] = torch.from_numpy(value.astype(np.float32)).to(dtype)
        values[name] = stored[name].float()
    return stored, values


def write(spec: Spec, config, stored):
    folder = HERE / spec.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    text = config.to_dict() | {"dtype": spec.dtype, "architectures":
                               ["Qwen2ForCausalLM" if spec.arch == "qwen2" else "LlamaForCausalLM"]}
    text = {k: v for k, v in text.items() if not k.startswith("_") and v is not None}
    if spec.quant:
        text["quantization_config"] = spec.quant
    (folder / "config.json").write_text(json.dumps(text, indent=1) + "\n")
    (folder / "generation_config.json").write_text('{"eos_token_id": [3, 5], "top_k": 20}\n')
    save(folder, stored, spec.shards)


def save(folder, stored: dict, shards: int):
    if shards == 1:
        return save_file(stored, folder / "model.safetensors", {"format": "pt"})
    names, index = sorted(stored), {}
    for i in range(shards):
        shard = f"model-{i + 1:05}-of-{shards:05}.safetensors"
        part = names[i::shards]
        save_file({n: stored[n].contiguous() for n in part}, folder / shard, {"format": "pt"})
        index |= {n: shard for n in part}
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": index}, indent=1) + "\n")


def make(spec: Spec, seed: int):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    config = config_of(spec)
    model = (Qwen2ForCausalLM if spec.arch == "qwen2" else LlamaForCausalLM)(config)
    stored, values = fill(spec, rng, model)
    if spec.tied:
        values["lm_head.weight"] = values["model.embed_tokens.weight"]
    model.load_state_dict(values)
    write(spec, config, stored)
    (HERE / f"{spec.name}.ref").write_bytes(
        models.reference(spec, model.float().eval(), rng, VOCAB, least_spread=1.5))


# Of tests/golden/models, as folders in half precision: one for each architecture and option.
ARCHITECTURES = ["phi3_window", "phi3_short", "phi3_long", "starcoder2_window", "qwen3_tied",
                 "gemma3_period", "gemma3_capped", "smollm3_nope", "granite_scales"]


def make_architecture(spec, seed: int):
    """A tiny model of make.py there, its weights in half precision, as transformers saves it."""
    lengths = (300,) if spec.name == "phi3_long" else (1, 37, 130)
    spec = dataclasses.replace(spec, weights=models.Type.F16, types={}, lengths=lengths)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    vocab_size = len(models.tokens_of_vocabulary(spec)[0])
    state = {}
    for name, (values, _) in models.tensors_of(spec, rng, vocab_size).items():
        if name.startswith("rope_f"):
            continue
        values = architectures.hf_values(spec, name, values)
        state[architectures.hf_name(spec, name)] = values.astype(np.float16).astype(np.float32)
    model = architectures.reference_model(spec, state, vocab_size, 1024)
    folder = HERE / spec.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config = {k: v for k, v in model.config.to_dict().items()
              if not k.startswith("_") and v is not None}
    config |= {"dtype": "float16", "architectures": [type(model).__name__]}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    stored = {k: torch.from_numpy(v).half() for k, v in state.items()}
    save(folder, stored, 2 if spec.layers > 2 else 1)
    (HERE / f"{spec.name}.ref").write_bytes(models.reference(spec, model, rng, vocab_size))


def main():
    torch.set_num_threads(1)
    wanted = sys.argv[1:]
    by_name = {spec.name: spec for spec in models.SPECS}
    for i, name in enumerate(ARCHITECTURES):
        if not wanted or name in wanted:
            make_architecture(by_name[name], 4000 + i)
    for i, spec in enumerate(SPECS):
        if not wanted or spec.name in wanted:
            make(spec, 3000 + i)


if __name__ == "__main__":
    main()
