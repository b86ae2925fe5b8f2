#!/usr/bin/env python3
"""Makes the tiny encoders of this directory and the vectors of all of them.

    python tests/golden/encoders/make.py [MINILM_FOLDER]

torch, transformers, safetensors, tokenizers, gguf and numpy; with the folder of all-MiniLM-L6-v2
also its vectors. The same bytes each time.
"""

import json
import pathlib
import shutil
import string
import sys

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors
from transformers import AutoTokenizer, BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

HERE = pathlib.Path(__file__).parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["the", "cat", "sat", "on", "mat", "##at", "##er", "ca", "al", "##ors", "le", "##fe"]
VOCAB = SPECIAL + sorted(set(string.ascii_lowercase + ",.:!?…人由")) + [
    "##" + c for c in string.ascii_lowercase] + WORDS
LONGEST = {"mean": 40, "cls": 100, "xlmr": 100}
# Of Unigram: the scores of words are better than those of their letters.
PIECES = ([("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.5)] +
          [(c, -5.0) for c in sorted(set(string.ascii_lowercase + ",.:!?…人由"))] +
          [(t.removeprefix("##") if t.startswith("##") else "▁" + t, -7.0 - 0.25 * i)
           for i, t in enumerate(WORDS)] + [("<mask>", 0.0)])


def model_of(seed: int, **sizes) -> BertModel:
    torch.manual_seed(seed)
    config = BertConfig(**dict(vocab_size=len(VOCAB), hidden_size=32, num_hidden_layers=2,
                               num_attention_heads=2, intermediate_size=64,
                               max_position_embeddings=100) | sizes)
    return randomised(BertModel(config))


def randomised(model):
    model.eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            scale = 0.5 if tensor.ndim > 1 else 0.2
            tensor.normal_(0, scale)
            if name.endswith("LayerNorm.weight"):
                tensor.add_(1)
    return model


def tokenizer() -> Tokenizer:
    out = Tokenizer(models.WordPiece({token: i for i, token in enumerate(VOCAB)},
                                     unk_token="[UNK]"))
    out.normalizer = normalizers.BertNormalizer(lowercase=True)
    out.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    out.decoder = decoders.WordPiece()
    out.add_special_tokens(SPECIAL)
    out.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(t, VOCAB.index(t)) for t in ("[CLS]", "[SEP]")])
    return out


def unigram_tokenizer() -> Tokenizer:
    out = Tokenizer(models.Unigram(PIECES, unk_id=3))
    out.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    out.pre_tokenizer = pre_tokenizers.Metaspace()
    out.decoder = decoders.Metaspace()
    out.add_special_tokens([t for t, score in PIECES if score == 0])
    out.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return out


def vectors(model, texts: list[str], longest: int, pooling: str, make=tokenizer) -> np.ndarray:
    tokens = make()
    tokens.enable_truncation(longest)
    rows = []
    for text in texts:
        ids = torch.tensor([tokens.encode(text).ids])
        with torch.no_grad():
            hidden = model(input_ids=ids).last_hidden_state[0]
        rows.append((hidden.mean(0) if pooling == "mean" else hidden[0]).numpy())
    return np.stack(rows).astype("<f4")


def write_json(path: pathlib.Path, value) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def config_json(model: BertModel, kind: str) -> dict:
    keys = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
            "intermediate_size", "max_position_embeddings", "type_vocab_size", "hidden_act",
            "layer_norm_eps")
    return {"architectures": [kind], "model_type": "bert"} | {
        key: getattr(model.config, key) for key in keys}


def modules(pooling: str, normalize: bool) -> list[dict]:
    rows = [("", "models.Transformer"), (pooling, "models.Pooling")]
    if normalize:
        rows.append(("2_Normalize", "models.Normalize"))
    return [{"idx": i, "name": str(i), "path": path, "type": "sentence_transformers." + kind}
            for i, (path, kind) in enumerate(rows)]


def make_mean(texts: list[str]) -> BertModel:
    model = model_of(1)
    folder = HERE / "mean"
    shutil.rmtree(folder, ignore_errors=True)
    write_json(folder / "config.json", config_json(model, "BertModel"))
    tokenizer().save(str(folder / "tokenizer.json"))
    write_json(folder / "modules.json", modules("1_Pooling", True))
    write_json(folder / "1_Pooling/config.json",
               {"word_embedding_dimension": 32, "pooling_mode_cls_token": False,
                "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False})
    write_json(folder / "sentence_bert_config.json",
               {"max_seq_length": LONGEST["mean"], "do_lower_case": False})
    tensors = dict(model.state_dict())
    tensors["embeddings.position_ids"] = torch.arange(100)[None]
    save_file(tensors, folder / "model.safetensors")
    vectors(model, texts, LONGEST["mean"], "mean").tofile(HERE / "mean.f32")
    return model


def make_cls(texts: list[str]) -> None:
    model = model_of(2).half().float()
    folder = HERE / "cls"
    shutil.rmtree(folder, ignore_errors=True)
    write_json(folder / "config.json", config_json(model, "BertForPreTraining"))
    (folder / "vocab.txt").write_text("\n".join(VOCAB) + "\n", encoding="utf-8")
    write_json(folder / "modules.json", modules("1_Pooling", False))
    write_json(folder / "1_Pooling/config.json", {"embedding_dimension": 32, "pooling_mode": "cls"})
    tensors = {}
    for name, tensor in model.state_dict().items():
        for new, old in (("weight", "gamma"), ("bias", "beta")):
            name = name.replace(f"LayerNorm.{new}", f"LayerNorm.{old}")
        tensors["bert." + name] = tensor.half()
    tensors["cls.predictions.bias"] = torch.zeros(len(VOCAB)).half()
    save_file(tensors, folder / "model.safetensors")
    vectors(model, texts, LONGEST["cls"], "cls").tofile(HERE / "cls.f32")


def make_xlmr(texts: list[str]) -> None:
    torch.manual_seed(3)
    model = randomised(XLMRobertaModel(XLMRobertaConfig(
        vocab_size=len(PIECES) + 3, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=102, type_vocab_size=1,
        layer_norm_eps=1e-5))).half().float()
    folder = HERE / "xlmr"
    shutil.rmtree(folder, ignore_errors=True)
    config = config_json(model, "XLMRobertaForMaskedLM")
    write_json(folder / "config.json", config | {"model_type": "xlm-roberta", "pad_token_id": 1})
    unigram_tokenizer().save(str(folder / "tokenizer.json"))
    tensors = {"roberta." + name: tensor.half() for name, tensor in model.state_dict().items()}
    tensors["lm_head.bias"] = torch.zeros(len(PIECES)).half()
    save_file(tensors, folder / "model.safetensors")
    vectors(model, texts, LONGEST["xlmr"], "mean", unigram_tokenizer).tofile(HERE / "xlmr.f32")


# As llama.cpp's converter names them.
GGUF_NAMES = {
    "embeddings.word_embeddings": "token_embd", "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types", "embeddings.LayerNorm": "token_embd_norm",
    "attention.self.query": "attn_q", "attention.self.key": "attn_k",
    "attention.self.value": "attn_v", "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm", "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down", "output.LayerNorm": "layer_output_norm"}


def gguf_name(name: str) -> str:
    module, _, kind = name.rpartition(".")
    if module.startswith("encoder.layer."):
        layer, module = module.removeprefix("encoder.layer.").split(".", 1)
        return f"blk.{layer}.{GGUF_NAMES[module]}.{kind}"
    return f"{GGUF_NAMES[module]}.{kind}"


def store_q8_0(data: np.ndarray):
    quantised = gguf.quants.quantize(data, gguf.GGMLQuantizationType.Q8_0)
    return quantised, gguf.quants.dequantize(quantised, gguf.GGMLQuantizationType.Q8_0)


def write_gguf(model: BertModel, path: pathlib.Path, store=store_q8_0,
               kind=gguf.GGMLQuantizationType.Q8_0) -> dict:
    """The values that the file stands for, by name. `store` gives a matrix as blocks of type `kind`
    and what they stand for."""
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_name("tiny encoder")
    config = model.config
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_layer_norm_eps(config.layer_norm_eps)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_token_type_count(2)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    spelled = [t if t in SPECIAL else t[2:] if t.startswith("##") else "▁" + t for t in VOCAB]
    kinds = [2 if t == "[UNK]" else 3 if t in SPECIAL else 1 for t in VOCAB]
    writer.add_token_list(spelled)
    writer.add_token_types(kinds)
    for name, key in (("[UNK]", "unknown"), ("[SEP]", "seperator"), ("[PAD]", "padding"),
                      ("[CLS]", "cls"), ("[MASK]", "mask")):
        writer.add_uint32(f"tokenizer.ggml.{key}_token_id", VOCAB.index(name))
    state = model.state_dict()
    for name, tensor in state.items():
        if name.startswith("pooler."):
            continue
        data = tensor.numpy()
        if data.ndim > 1 and "position" not in name and "token_type" not in name:
            stored, values = store(data)
            state[name] = torch.from_numpy(values.copy())
            writer.add_tensor(gguf_name(name), stored, raw_dtype=kind)
        else:
            writer.add_tensor(gguf_name(name), data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return state


def make_gguf(model: BertModel, texts: list[str]) -> None:
    model.load_state_dict(write_gguf(model, HERE / "mean.gguf"))
    vectors(model, texts, 100, "mean").tofile(HERE / "gguf.f32")


def make_minilm(folder: str) -> None:
    tokens, model = AutoTokenizer.from_pretrained(folder), BertModel.from_pretrained(folder).eval()
    rows = []
    for text in (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines():
        ids = tokens(text, truncation=True, max_length=256, padding=False, return_tensors="pt")
        with torch.no_grad():
            hidden = model(**ids).last_hidden_state[0].mean(0)
        rows.append((hidden / hidden.norm()).numpy())
    np.stack(rows).astype("<f2").tofile(HERE / "minilm.f16")


def main() -> None:
    torch.set_num_threads(1)
    texts = (HERE / "texts.txt").read_text(encoding="utf-8").splitlines()
    model = make_mean(texts)
    make_cls(texts)
    make_xlmr(texts)
    make_gguf(model, texts)
    for folder in sys.argv[1:]:
        make_minilm(folder)


if __name__ == "__main__":
    main()
