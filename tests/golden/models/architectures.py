"""What the tiny models of make.py are: their options, in GGUF's words and in transformers'.

Metadata keys and tensor names are those that llama.cpp's converter writes for each architecture.
"""

import dataclasses
import math

import gguf
import numpy as np
import torch
import transformers
from gguf import GGMLQuantizationType as Type


@dataclasses.dataclass
class Spec:
    """What one tiny model is."""

    name: str
    arch: str = "qwen2"
    embd: int = 64
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 16
    ff: int = 96
    layers: int = 2
    tied: bool = True
    weights: Type = Type.F16
    # By tensor name without layer and ".weight"; what is not named here has type `weights`.
    types: dict = dataclasses.field(default_factory=dict)
    rope_base: float = 10000.0
    local_base: float | None = None  # of layers with a window
    rope: dict | None = None  # as transformers writes it
    partial: float = 1.0  # share of a head that is rotated
    window: int | None = None
    window_layers: tuple | None = None  # which layers have it, where that is no period
    softcap: float | None = None  # of the logits
    scales: dict = dataclasses.field(default_factory=dict)  # Granite's, as transformers writes them
    eps: float = 1e-6
    pad_rows: int = 0  # unused rows at the end of the vocabulary
    lengths: tuple = (1, 37, 130)
    # Of the queries' and keys' weights: a head's scores have a standard deviation of about two.
    # Random k-quant blocks have heavier tails than a normal distribution and need less.
    query_gain: float = 1.4
    logit_gain: float = 1.0


@dataclasses.dataclass
class Traits:
    """What the models of an architecture have in common."""

    model: str  # of transformers, without Config and ForCausalLM
    permuted: bool = False  # GGUF holds pairs (i, i + d/2) of q and k side by side
    fused: bool = False  # q, k and v are one tensor, gate and up another
    gated: bool = True
    biases: bool = False
    norm_bias: bool = False
    norm_offset: float = 0.0  # what GGUF's norms have more than transformers'
    head_norms: bool = False
    post_norms: bool = False
    names: dict = dataclasses.field(default_factory=dict)  # GGUF → transformers, within a layer


TRAITS = {
    "qwen2": Traits("Qwen2"),
    "llama": Traits("Llama", permuted=True),
    "phi3": Traits("Phi3", fused=True, names={"attn_qkv": "self_attn.qkv_proj",
                                              "ffn_up": "mlp.gate_up_proj"}),
    "starcoder2": Traits("Starcoder2", gated=False, biases=True, norm_bias=True,
                         names={"ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj"}),
    "qwen3": Traits("Qwen3", head_norms=True),
    "gemma3": Traits("Gemma3", norm_offset=1.0, head_norms=True, post_norms=True,
                     names={"post_attention_norm": "post_attention_layernorm",
                            "ffn_norm": "pre_feedforward_layernorm",
                            "post_ffw_norm": "post_feedforward_layernorm"}),
    "smollm3": Traits("SmolLM3", permuted=True),
    "granite": Traits("Granite", permuted=True),
    "mistral": Traits("Mistral"),  # of folders only: GGUF files call it llama
}

LAYER_NAMES = {"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj",
               "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
               "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
               "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
               "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
TOP_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


def hf_name(spec: Spec, name: str) -> str:
    parts = name.split(".")
    if parts[0] == "blk":
        names = LAYER_NAMES | TRAITS[spec.arch].names
        return f"model.layers.{parts[1]}.{names[parts[2]]}.{parts[3]}"
    return f"{TOP_NAMES[parts[0]]}.{parts[1]}"


def hf_values(spec: Spec, name: str, values: np.ndarray) -> np.ndarray:
    """What transformers holds where the GGUF file holds these values."""
    traits = TRAITS[spec.arch]
    if name.endswith("norm.weight") and traits.norm_offset != 0:
        return values - np.float32(traits.norm_offset)
    for part, heads in ((".attn_q.", spec.heads), (".attn_k.", spec.kv_heads)):
        if traits.permuted and part in name:
            return unpermute(values, heads)
    return values


def unpermute(rows: np.ndarray, heads: int) -> np.ndarray:
    """Pairs that are neighbours in GGUF lie half a head apart in transformers."""
    return (rows.reshape(heads, rows.shape[0] // heads // 2, 2, *rows.shape[1:])
            .swapaxes(1, 2).reshape(rows.shape))


def rope_parameters(spec: Spec) -> dict:
    rope = {"rope_type": "default"} | (spec.rope or {}) | {"rope_theta": spec.rope_base}
    if spec.partial != 1:
        rope["partial_rotary_factor"] = spec.partial
    if spec.local_base is None:
        return rope
    local = {"rope_type": "default", "rope_theta": spec.local_base}
    return {"full_attention": rope, "sliding_attention": local}


def config_options(spec: Spec, vocab_size: int, context: int) -> dict:
    options = dict(
        vocab_size=vocab_size, hidden_size=spec.embd, intermediate_size=spec.ff,
        num_hidden_layers=spec.layers, num_attention_heads=spec.heads,
        num_key_value_heads=spec.kv_heads, head_dim=spec.head_dim, rms_norm_eps=spec.eps,
        max_position_embeddings=context, tie_word_embeddings=spec.tied,
        rope_parameters=rope_parameters(spec), bos_token_id=None, eos_token_id=None,
        pad_token_id=None, attn_implementation="eager") | spec.scales
    if spec.arch in ("phi3", "starcoder2", "gemma3", "mistral"):
        options["sliding_window"] = spec.window
    if spec.arch == "phi3" and spec.rope:
        options["original_max_position_embeddings"] = spec.rope["original_max_position_embeddings"]
    if spec.arch == "starcoder2":
        options["norm_epsilon"] = spec.eps
    if spec.arch == "gemma3":
        options |= dict(query_pre_attn_scalar=spec.head_dim, final_logit_softcapping=spec.softcap)
        if spec.window_layers is not None:
            options["layer_types"] = ["sliding_attention" if slides else "full_attention"
                                      for slides in spec.window_layers]
    return options


def reference_model(spec: Spec, state: dict, vocab_size: int, context: int):
    name = TRAITS[spec.arch].model
    kind = getattr(transformers, name + ("TextConfig" if name == "Gemma3" else "Config"))
    config = kind(**config_options(spec, vocab_size, context))
    model = getattr(transformers, name + "ForCausalLM")(config)
    if spec.tied:
        state = state | {"lm_head.weight": state["model.embed_tokens.weight"]}
    model.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in state.items()})
    return model.float().eval()


def write_options(spec: Spec, writer: gguf.GGUFWriter, vocab_size: int, context: int):
    of_llama = spec.arch in ("qwen2", "llama", "smollm3", "granite")
    if of_llama:
        writer.add_vocab_size(vocab_size)
    writer.add_context_length(context)
    writer.add_embedding_length(spec.embd)
    writer.add_block_count(spec.layers)
    writer.add_feed_forward_length(spec.ff)
    writer.add_head_count(spec.heads)
    writer.add_head_count_kv(spec.kv_heads)
    apart = spec.heads * spec.head_dim != spec.embd
    if apart or spec.arch in ("qwen3", "gemma3"):
        writer.add_key_length(spec.head_dim)
        writer.add_value_length(spec.head_dim)
    if of_llama or spec.arch == "phi3":
        writer.add_rope_dimension_count(int(spec.partial * spec.head_dim))
    writer.add_rope_freq_base(spec.rope_base)
    if spec.local_base is not None:
        writer.add_rope_freq_base_swa(spec.local_base)
    if spec.arch == "starcoder2":
        writer.add_layer_norm_eps(spec.eps)
    else:
        writer.add_layer_norm_rms_eps(spec.eps)
    write_rope_scaling(spec, writer, context)
    if spec.arch == "phi3":
        writer.add_sliding_window(spec.window or 0)
    elif spec.window is not None:
        writer.add_sliding_window(spec.window)
    if spec.window_layers is not None:
        writer.add_sliding_window_pattern(spec.window_layers)
    if spec.softcap is not None:
        writer.add_final_logit_softcapping(spec.softcap)
    if spec.scales:
        writer.add_embedding_scale(spec.scales["embedding_multiplier"])
        writer.add_residual_scale(spec.scales["residual_multiplier"])
        writer.add_attention_scale(spec.scales["attention_multiplier"])
        writer.add_logit_scale(spec.scales["logits_scaling"])


def write_rope_scaling(spec: Spec, writer: gguf.GGUFWriter, context: int):
    kind = spec.rope["rope_type"] if spec.rope else "default"
    if spec.arch == "phi3":
        original = spec.rope["original_max_position_embeddings"] if spec.rope else context
        writer.add_rope_scaling_orig_ctx_len(original)
        if kind == "longrope":
            growth = math.log(context / original) / math.log(original)
            writer.add_rope_scaling_attn_factors(math.sqrt(1 + growth))
    elif kind in ("linear", "yarn"):
        writer.add_rope_scaling_type(gguf.RopeScalingType(kind))
        writer.add_rope_scaling_factor(spec.rope["factor"])
        if "original_max_position_embeddings" in spec.rope:
            writer.add_rope_scaling_orig_ctx_len(spec.rope["original_max_position_embeddings"])
