#!/usr/bin/env python3
"""Makes low-rank adapters of the tiny models and the logits of the models they change.

    python tests/golden/adapters/make.py        (torch, transformers, gguf, safetensors, numpy)

Of each case NAME/ is the adapter as PEFT saves it, NAME.gguf the same as ggml's converter writes
it, and NAME.ref (as in tests/golden/models) what transformers computes in float32 once scale · B A
is added to the matrices. The base models are those of tests/golden/models (GGUF), and one of
tests/golden/folders.
"""

import dataclasses
import json
import pathlib
import sys

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "models"))
import architectures  # noqa: E402
import make as models  # noqa: E402


@dataclasses.dataclass
class Case:
    base: str  # of ../models, or a folder of ../folders
    rank: int
    alpha: float
    modules: tuple
    dtype: str = "float32"
    rslora: bool = False
    alphas: dict = dataclasses.field(default_factory=dict)  # alpha_pattern: no GGUF adapter then


ALL = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
CASES = [
    Case("llama_untied", 4, 8, ALL),
    Case("llama_f16", 20, 10, ALL, "float16"),
    Case("qwen2_mixed", 16, 32, ("q_proj", "v_proj", "down_proj"), "bfloat16"),
    Case("phi3_window", 6, 5, ("qkv_proj", "o_proj", "gate_up_proj", "down_proj"), rslora=True),
    Case("starcoder2_window", 8, 16, ("q_proj", "c_fc", "c_proj"), "float16",
         alphas={"c_fc": 3.0, "layers.1.self_attn.q_proj": 24.0}),
]


def base_model(case: Case):
    """(spec or None, the model in float32, size of its vocabulary)"""
    if (HERE.parent / "folders" / case.base / "config.json").exists() and case.base == "llama_f16":
        model = AutoModelForCausalLM.from_pretrained(
            HERE.parent / "folders" / case.base, dtype=torch.float32, attn_implementation="eager")
        return None, model.eval(), model.config.vocab_size
    index, spec = next((i, s) for i, s in enumerate(models.SPECS) if s.name == case.base)
    torch.manual_seed(1000 + index)
    rng = np.random.default_rng(1000 + index)
    vocab_size = len(models.tokens_of_vocabulary(spec)[0])
    state = {}
    for name, (values, kind) in models.tensors_of(spec, rng, vocab_size).items():
        _, values = models.store(rng, values, kind)
        state[architectures.hf_name(spec, name)] = architectures.hf_values(spec, name, values)
    return spec, architectures.reference_model(spec, state, vocab_size, 4096), vocab_size


def scale_of(case: Case, module: str) -> float:
    alpha = next((a for key, a in case.alphas.items() if module.endswith("." + key)), case.alpha)
    return alpha / (case.rank**0.5 if case.rslora else case.rank)


def draw(case: Case, model, rng):
    """Module → (A, B) as stored. What is added is about half as large as what is there."""
    pairs = {}
    for name, parameter in model.state_dict().items():
        module = name.removesuffix(".weight")
        if not name.endswith(".weight") or module.split(".")[-1] not in case.modules:
            continue
        rows, columns = parameter.shape
        sigma = 0.5 * float(parameter.std()) / (case.rank**0.5 * scale_of(case, module))
        a = rng.normal(0, 1, (case.rank, columns)).astype(np.float32)
        b = rng.normal(0, sigma, (rows, case.rank)).astype(np.float32)
        pairs[module] = [torch.from_numpy(x).to(getattr(torch, case.dtype)) for x in (a, b)]
    return pairs


def write_peft(case: Case, pairs):
    folder = HERE / case.base
    folder.mkdir(exist_ok=True)
    tensors = {}
    for module, (a, b) in pairs.items():
        tensors[f"base_model.model.{module}.lora_A.weight"] = a
        tensors[f"base_model.model.{module}.lora_B.weight"] = b
    save_file(tensors, folder / "adapter_model.safetensors", {"format": "pt"})
    config = dict(peft_type="LORA", task_type="CAUSAL_LM", base_model_name_or_path="tiny",
                  r=case.rank, lora_alpha=case.alpha, lora_dropout=0.0, bias="none",
                  target_modules=sorted(case.modules), use_rslora=case.rslora, use_dora=False,
                  fan_in_fan_out=False, init_lora_weights=True, modules_to_save=None,
                  rank_pattern={}, alpha_pattern=case.alphas, inference_mode=True)
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1) + "\n")


def permute(rows: np.ndarray, heads: int) -> np.ndarray:
    """The halves of pairs side by side, as GGUF has the rows of llama's queries and keys."""
    return (rows.reshape(heads, 2, rows.shape[0] // heads // 2, rows.shape[1])
            .swapaxes(1, 2).reshape(rows.shape))


def write_gguf(case: Case, spec, config, pairs):
    arch = spec.arch if spec else "llama"
    names = architectures.LAYER_NAMES | architectures.TRAITS[arch].names
    to_gguf = {hf: name for name, hf in names.items()}
    writer = gguf.GGUFWriter(HERE / f"{case.base}.gguf", arch)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    alpha = case.alpha * case.rank**0.5 if case.rslora else case.alpha
    writer.add_float32("adapter.lora.alpha", alpha)
    for module, (a, b) in pairs.items():
        layer, part = module.removeprefix("model.layers.").split(".", 1)
        b = b.float().numpy()
        if architectures.TRAITS[arch].permuted and part.endswith(("q_proj", "k_proj")):
            heads = config.num_attention_heads if "q_proj" in part else config.num_key_value_heads
            b = permute(b, heads)
        name = f"blk.{layer}.{to_gguf[part]}.weight"
        kind = np.float16 if case.dtype == "float16" else np.float32
        writer.add_tensor(name + ".lora_a", a.float().numpy().astype(kind))
        writer.add_tensor(name + ".lora_b", np.ascontiguousarray(b).astype(kind))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make(case: Case, seed: int):
    spec, model, vocab_size = base_model(case)
    rng = np.random.default_rng(seed)
    pairs = draw(case, model, rng)
    write_peft(case, pairs)
    if not case.alphas:
        write_gguf(case, spec, model.config, pairs)
    state = model.state_dict()
    for module, (a, b) in pairs.items():
        change = scale_of(case, module) * (b.double() @ a.double())
        state[module + ".weight"] += change.float()
    reference = models.reference(
        architectures.Spec(case.base, lengths=(1, 37, 130), pad_rows=spec.pad_rows if spec else 0),
        model, rng, vocab_size, least_spread=1)
    (HERE / f"{case.base}.ref").write_bytes(reference)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for number, one in enumerate(CASES):
        make(one, 5000 + number)
