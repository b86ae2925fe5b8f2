#!/usr/bin/env python3
"""AWQ and GPTQ folders of real size: right to float32, small, and how fast.

    ./dev accept packed_folders    or, with more: python tests/accept/packed_folders.py --help

The test model's weights, dequantised, are rounded to the nearest code of each format and written as
the formats' own tools do (tests/golden/folders/make.py has their definitions): AWQ (4 bits, groups
of 128, "gemm"), GPTQ of 4 bits with and without act-order, and of 8 bits. Of each folder:

  exact    the scores of 128 positions against transformers in float32 on the values that codes,
           scales and zeros stand for: NMSE below 1e-8
  memory   the peak of reading 512 tokens and writing 64 stays below 1 GB
  speed    tokens per second beside the GGUF file's (told, not judged: with --speed)
"""

import importlib.util
import json
import pathlib
import shutil
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import Qwen2Config, Qwen2ForCausalLM

import _bantam
import _reference
from _bantam import ROOT, Bantam

NMSE_BOUND = 1e-8
MEMORY_BOUND = 10**9
POSITIONS = 128
GROUP = 128
FORMATS = {
    "awq": dict(quant_method="awq", bits=4, group_size=GROUP, zero_point=True, version="gemm"),
    "gptq4": dict(quant_method="gptq", bits=4, group_size=GROUP, desc_act=False, sym=False,
                  checkpoint_format="gptq"),
    "gptq4_order": dict(quant_method="gptq", bits=4, group_size=GROUP, desc_act=True, sym=False,
                        checkpoint_format="gptq"),
    "gptq8": dict(quant_method="gptq", bits=8, group_size=GROUP, desc_act=False, sym=True,
                  checkpoint_format="gptq_v2"),
}


def _definitions():
    path = ROOT / "tests/golden/folders/make.py"
    spec = importlib.util.spec_from_file_location("golden_folders", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


DEFINITIONS = _definitions()


def round_to_nearest(values: np.ndarray, bits: int, symmetric: bool, g_idx: np.ndarray):
    """(codes [rows][columns], zeros and float16 scales [groups][rows]) of a matrix's groups."""
    groups, most = int(g_idx.max()) + 1, (1 << bits) - 1
    order = np.argsort(g_idx, kind="stable")
    grouped = values[:, order].reshape(values.shape[0], groups, -1)
    low, high = np.minimum(grouped.min(-1), 0), np.maximum(grouped.max(-1), 0)
    if symmetric:
        high = np.maximum(high, -low)
        low = -high
    scales = np.maximum((high - low) / most, 1e-6).astype(np.float16)
    wide = scales.astype(np.float32)
    # GPTQ's first version stores zero - 1 in unsigned bits.
    zeros = np.full(scales.shape, 1 << (bits - 1)) if symmetric else \
        np.clip(np.rint(-low / wide), 1, most).astype(np.int64)
    codes = np.clip(np.rint(grouped / wide[..., None]) + zeros[..., None], 0, most)
    unordered = np.empty(values.shape, np.int64)
    unordered[:, order] = codes.reshape(values.shape)
    return unordered, zeros.T, scales.T


def pack_layer(values: np.ndarray, quant: dict, rng):
    """(the tensors of a packed layer, the float32 matrix they stand for)."""
    rows, columns = values.shape
    bits, n = quant["bits"], 32 // quant["bits"]
    order = np.arange(columns)
    if quant.get("desc_act"):
        order = rng.permutation(columns)
    g_idx = np.empty(columns, np.int32)
    g_idx[order] = np.arange(columns) // quant["group_size"]
    codes, zeros, scales = round_to_nearest(values, bits, quant.get("sym", False), g_idx)
    meant = (codes - zeros.T[:, g_idx]).astype(np.float32) * scales.T.astype(np.float32)[:, g_idx]
    pack = DEFINITIONS.pack_words
    if quant["quant_method"] == "awq":
        def by_rows(matrix):
            return pack(matrix.reshape(-1, rows // 8, 8)[..., DEFINITIONS.AWQ_ORDER], 4)
        return {"qweight": by_rows(codes.T), "qzeros": by_rows(zeros), "scales": scales}, meant
    stored = zeros - 1 if quant["checkpoint_format"] == "gptq" else zeros
    return {"qweight": pack(codes.T.reshape(columns // n, n, rows).swapaxes(1, 2), bits),
            "qzeros": pack(stored.reshape(-1, rows // n, n), bits), "scales": scales,
            "g_idx": g_idx}, meant


def make_folder(reference, folder: pathlib.Path, quant: dict | None) -> dict:
    """Writes the folder, and gives the float32 values that it stands for, by name. Without `quant`
    everything is in half precision."""
    rng = np.random.default_rng(7)
    stored, values = {}, {}
    for gguf_name in reference.weights:
        name, value = _reference._hf_name(gguf_name), reference.dequantised(gguf_name)
        if quant and "_proj.weight" in name:
            parts, meant = pack_layer(value, quant, rng)
            for part, data in parts.items():
                stored[name.removesuffix("weight") + part] = torch.from_numpy(
                    np.ascontiguousarray(data))
            values[name] = torch.from_numpy(meant)
        else:
            stored[name] = torch.from_numpy(value).half()
            values[name] = stored[name].float()
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    _, config = reference._config()
    text = Qwen2Config(**config).to_dict() | {"architectures": ["Qwen2ForCausalLM"],
                                             "dtype": "float16"}
    text = {k: v for k, v in text.items() if not k.startswith("_") and v is not None}
    if quant:
        text["quantization_config"] = quant
    (part / "config.json").write_text(json.dumps(text, indent=1) + "\n")
    save_file(stored, part / "model.safetensors", {"format": "pt"})
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return values


def expected_scores(reference, values: dict, tokens) -> np.ndarray:
    _, config = reference._config()
    with torch.device("meta"):
        model = Qwen2ForCausalLM(Qwen2Config(**config))
    head = values.get("lm_head.weight", values["model.embed_tokens.weight"])
    model.load_state_dict(values | {"lm_head.weight": head}, assign=True)
    # Built on no device, so the rotary frequencies have no values yet.
    model.model.rotary_emb = type(model.model.rotary_emb)(model.config)
    return model.eval()(torch.tensor([tokens])).logits[0].numpy()


def bench(bantam: Bantam, model: str, repetitions: int) -> dict:
    return json.loads(bantam.call("bench", model, "--threads", str(bantam.threads), "-p", "512",
                                  "-n", "64", "-r", str(repetitions), "--json"))


def speed(report: dict) -> float:
    """Tokens per second of decoding."""
    return next(test["tokens_per_s"]["median"] for test in report["tests"] if test["n_gen"] > 0)


def main():
    parser = _bantam.options(__doc__)
    parser.add_argument("--formats", nargs="+", choices=[*FORMATS], default=[*FORMATS])
    parser.add_argument("--speed", action="store_true", help="measure it, on a machine at rest")
    options = parser.parse_args()
    torch.set_grad_enabled(False)
    reference = _reference.Reference(options.model, options.cache, options.threads)
    whole = Bantam(options.bantam, options.model, options.threads, options.cache)
    text = (ROOT / "tests/corpus/english.txt").read_text(encoding="utf-8")
    tokens = json.loads(whole.call("tokenize", options.model, "--json", input=text))[:POSITIONS]
    base = speed(bench(whole, options.model, 5)) if options.speed else 0
    failures = []
    for name in options.formats:
        folder = pathlib.Path(options.cache) / f"packed_{name}"
        values = make_folder(reference, folder, FORMATS[name])
        want = expected_scores(reference, values, tokens)
        del values
        bantam = Bantam(options.bantam, str(folder), options.threads, options.cache)
        got = bantam.logits(tokens, "exact", 0)
        spread = want - want.mean(-1, keepdims=True)
        nmse = float(((got - want)**2).sum() / (spread**2).sum())
        report = bench(bantam, str(folder), 5 if options.speed else 1)
        peak = report["peak_rss_bytes"]
        line = f"{name:12} NMSE {nmse:.2e}   peak {peak / 1e6:.0f} MB"
        if options.speed:
            fast = speed(report)
            line += f"   {fast:.1f} tokens/s, {fast / base:.2f} of the GGUF file's"
        print(line, flush=True)
        if not nmse < NMSE_BOUND:
            failures.append(f"{name}: NMSE {nmse:.3g}, below {NMSE_BOUND:g} wanted")
        if not peak < MEMORY_BOUND:
            failures.append(f"{name}: peak {peak / 1e6:.0f} MB, below 1000 wanted")
    for failure in failures:
        print(f"BROKEN: {failure}")
    print(f"packed_folders: {'all hold' if not failures else f'{len(failures)} BROKEN'}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
