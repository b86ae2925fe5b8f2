"""The float32 reference: a GGUF file's own weights, dequantised, run by transformers.

Forward passes are cached as final hidden states (the vocabulary's scores follow from them by one
matrix product), so that a rerun takes seconds. Needs torch, transformers, gguf, tokenizers.
"""

import hashlib
import json
import os
import pathlib
import sys

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from gguf import quants
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

# What the Qwen2 tokenizer splits text by, as its tokenizer.json has it.
QWEN2_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

LAYER_NAMES = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}
TOP_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


def say(text: str):
    print(text, file=sys.stderr, flush=True)


def _hf_name(name: str) -> str:
    parts = name.split(".")
    if parts[0] == "blk":
        return f"model.layers.{parts[1]}.{LAYER_NAMES[parts[2]]}.{parts[3]}"
    return f"{TOP_NAMES[parts[0]]}.{parts[1]}"


def _file_hash(path: str) -> str:
    """SHA-256 of a file, remembered beside the cache by size and time."""
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 24):
            sha.update(block)
    return sha.hexdigest()


class Reference:
    """A model as transformers computes it. The weights are loaded when first needed."""

    def __init__(self, path: str, cache: str, threads: int = 2):
        self.path = path
        self.reader = gguf.GGUFReader(path)
        self.cache = pathlib.Path(cache)
        self.cache.mkdir(parents=True, exist_ok=True)
        self.hash = _file_hash(path)
        self.weights = {tensor.name: tensor for tensor in self.reader.tensors}
        self._model = {}
        self._head = None
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)

    def field(self, key: str, default=None):
        field = self.reader.get_field(key)
        return default if field is None else field.contents()

    # ---- the model -------------------------------------------------------------------------

    def _config(self):
        arch = self.field("general.architecture")
        heads = self.field(f"{arch}.attention.head_count")
        embd = self.field(f"{arch}.embedding_length")
        assert self.field(f"{arch}.rope.scaling.type") in (None, "none"), "rope scaling"
        return arch, dict(
            vocab_size=int(self.weights["token_embd.weight"].shape[1]),
            hidden_size=embd,
            intermediate_size=self.field(f"{arch}.feed_forward_length"),
            num_hidden_layers=self.field(f"{arch}.block_count"),
            num_attention_heads=heads,
            num_key_value_heads=self.field(f"{arch}.attention.head_count_kv", heads),
            head_dim=self.field(f"{arch}.attention.key_length", embd // heads),
            rms_norm_eps=self.field(f"{arch}.attention.layer_norm_rms_epsilon"),
            max_position_embeddings=self.field(f"{arch}.context_length"),
            rope_parameters=dict(rope_type="default",
                                 rope_theta=self.field(f"{arch}.rope.freq_base", 10000.0)),
            tie_word_embeddings="output.weight" not in self.weights,
            attn_implementation="sdpa", use_cache=False,
            bos_token_id=None, eos_token_id=None, pad_token_id=None)

    def dequantised(self, name: str) -> np.ndarray:
        """A tensor in float32, as transformers names and orders its rows."""
        tensor = self.weights[name]
        values = quants.dequantize(tensor.data, tensor.tensor_type)
        values = values.astype(np.float32).reshape(list(reversed(tensor.shape.tolist())))
        arch, config = self._config()
        kind = name.split(".")[-2]
        if arch == "llama" and kind in ("attn_q", "attn_k"):  # rows are stored in rotary pairs
            heads = config["num_attention_heads" if kind == "attn_q" else "num_key_value_heads"]
            rest = values.shape[1:]
            values = values.reshape(heads, values.shape[0] // heads // 2, 2, *rest)
            values = values.swapaxes(1, 2).reshape(-1, *rest)
        return values

    def model(self, dtype=torch.float32):
        if dtype not in self._model:
            self._model.clear()
            say("loading the float32 reference")
            arch, config = self._config()
            kind = {"qwen2": (Qwen2ForCausalLM, Qwen2Config),
                    "llama": (LlamaForCausalLM, LlamaConfig)}[arch]
            with torch.device("meta"):
                model = kind[0](kind[1](**config))
            state = {_hf_name(name): torch.from_numpy(self.dequantised(name)).to(dtype)
                     for name in self.weights}
            if config["tie_word_embeddings"]:
                state["lm_head.weight"] = state["model.embed_tokens.weight"]
            model.load_state_dict(state, assign=True)
            # Built on no device, so the rotary frequencies have no values yet.
            model.model.rotary_emb = type(model.model.rotary_emb)(model.config)
            self._model[dtype] = model.eval()
        return self._model[dtype]

    # ---- what the proofs ask for -----------------------------------------------------------

    def _cached(self, kind: str, content, compute):
        text = json.dumps([self.hash, kind, content]).encode()
        path = self.cache / f"{kind}-{hashlib.sha256(text).hexdigest()[:24]}.npy"
        if path.exists():
            return np.load(path)
        value = compute()
        partial = path.with_suffix(f".{os.getpid()}.tmp")
        with open(partial, "wb") as file:
            np.save(file, value)
        partial.rename(path)
        return value

    def hidden(self, tokens: list[int], last: int = 0) -> np.ndarray:
        """Normalised final hidden states [n][n_embd] of all positions, or the last so many."""
        def compute():
            ids = torch.tensor([tokens])
            out = self.model().model(ids).last_hidden_state[0]
            return out[-last:].numpy()
        return self._cached("hidden", [tokens, last], compute)

    def head(self) -> torch.Tensor:
        """The output matrix [vocabulary][n_embd]."""
        if self._head is None:
            name = "output.weight" if "output.weight" in self.weights else "token_embd.weight"
            self._head = torch.from_numpy(self.dequantised(name))
        return self._head

    def logits(self, hidden: np.ndarray) -> np.ndarray:
        return F.linear(torch.from_numpy(hidden), self.head()).numpy()

    def greedy(self, prompts: list[list[int]], n: int) -> list[list[tuple[int, float]]]:
        """Of each prompt, the n most likely tokens one after the other, each with its lead over
        the second. All prompts run in one batch, padded on the left."""
        def compute():
            longest = max(map(len, prompts))
            ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
            mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
            model, past, steps = self.model(), None, []
            for _ in range(n):
                position = mask.cumsum(dim=1) - 1
                result = model(ids, attention_mask=mask, past_key_values=past, use_cache=True,
                               position_ids=position[:, -ids.shape[1]:].clamp(min=0),
                               logits_to_keep=1)
                past = result.past_key_values
                best = result.logits[:, -1].topk(2, dim=1)
                lead = best.values[:, 0] - best.values[:, 1]
                steps.append(torch.stack([best.indices[:, 0].double(), lead.double()], dim=1))
                ids = best.indices[:, :1]
                mask = torch.cat([mask, torch.ones_like(ids)], dim=1)
            return torch.stack(steps, dim=1).numpy()
        found = self._cached("greedy", [prompts, n], compute)
        return [[(int(token), lead) for token, lead in prompt] for prompt in found]

    def tokenizer(self) -> Tokenizer:
        """The Qwen2 tokenizer from the file's own tables."""
        assert self.field("tokenizer.ggml.pre") == "qwen2"
        tokens = self.field("tokenizer.ggml.tokens")
        merges = [tuple(m.split(" ", 1)) for m in self.field("tokenizer.ggml.merges")]
        out = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
        out.normalizer = normalizers.NFC()
        out.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(QWEN2_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        out.decoder = decoders.ByteLevel()
        types = self.field("tokenizer.ggml.token_type")
        out.add_special_tokens([t for t, kind in zip(tokens, types) if kind == 3])
        return out
