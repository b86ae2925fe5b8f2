#!/usr/bin/env python3
"""Every architecture in every form that files come in, against transformers in float32.

    ./dev accept model_matrix    or, with more choice: python tests/accept/model_matrix.py --help

One tiny random model an architecture (with the windows, rotations and scales that it has), written
as people get it: as transformers saves it in three float types, packed as AWQ and GPTQ pack it, and
as a GGUF file of each type of weights. `bantam score --precision exact` gives the scores of every
position of a text, and transformers those of the values that the file stands for (it reads float
folders itself). The table has the normalised squared error of each; it must be below 1e-8. Of
encoders it is the vectors of texts.

That it can fail is part of it: packed and rounded forms must be further than that from the float32
model which they were made of, and rows for all architectures of src/model and all model types of
src/format must be there. A dash stands where a form does not exist (Mistral's window in GGUF files;
packed encoders).
"""

import dataclasses
import importlib.util
import json
import pathlib
import re
import shutil
import sys
import tempfile

import numpy as np
import torch
import transformers
from safetensors.torch import save_file

import _bantam
import packed_folders
from _bantam import ROOT, Bantam

models = packed_folders.DEFINITIONS.models
architectures = packed_folders.DEFINITIONS.architectures
Spec, Type = architectures.Spec, models.Type

BOUND = 1e-8
CONTEXT = 1024
# Rows of 256 elements, which k-quants need, and two groups of 128; what norms add to a variance is
# large enough that a wrong one would show.
SIZES = dict(embd=256, heads=4, kv_heads=2, head_dim=64, ff=512, tied=False, eps=0.01)
SPECS = [
    Spec("qwen2", **SIZES),
    Spec("llama", "llama", **SIZES, rope_base=5e5,
         rope=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=64)),
    Spec("mistral", "mistral", **SIZES, window=21),
    Spec("phi3", "phi3", **SIZES, window=21),
    Spec("phi3 long", "phi3", **SIZES, partial=0.75, lengths=(300,),
         rope=models.LONGROPE | dict(short_factor=[1.0 + 0.02 * i for i in range(24)],
                                     long_factor=[1.1 + 0.4 * i for i in range(24)])),
    Spec("starcoder2", "starcoder2", **SIZES | dict(tied=True), window=21),
    Spec("qwen3", "qwen3", **SIZES, rope_base=1e6),
    Spec("gemma3", "gemma3", **SIZES | dict(tied=True), layers=7, window=21, rope_base=1e6,
         local_base=1e4, rope=dict(rope_type="linear", factor=8.0), softcap=12.0),
    Spec("smollm3", "smollm3", **SIZES | dict(tied=True), layers=5, rope_base=2e6),
    Spec("granite", "granite", **SIZES, logit_gain=4.0,
         scales=dict(embedding_multiplier=3.0, residual_multiplier=0.6, attention_multiplier=0.15,
                     logits_scaling=4.0)),
]
ENCODER = "bert"
FLOATS = ["float32", "float16", "bfloat16"]
AWQ, GPTQ = packed_folders.FORMATS["awq"], packed_folders.FORMATS["gptq4"]
PACKED = {f"awq g{group}": AWQ | dict(group_size=group) for group in (32, 128)} | {
    f"gptq{bits}{' order' if order else ''}{' sym' if symmetric else ''}": GPTQ | dict(
        bits=bits, desc_act=order, sym=symmetric, group_size=32 if order else 128)
    for bits in (4, 8) for order in (False, True) for symmetric in (False, True)}
GGUF = [Type[name] for name in (
    "F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
    "Q6_K", "IQ4_NL", "IQ4_XS")]
FORMS = [*FLOATS, *PACKED, *(f"gguf {kind.name}" for kind in GGUF)]
# Nothing is rounded on the way to these.
WHOLE = ("float32", "gguf F32")


def encoders():
    """tests/golden/encoders/make.py, which has the name of another one."""
    spec = importlib.util.spec_from_file_location(
        "golden_encoders", ROOT / "tests/golden/encoders/make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def nmse(got: np.ndarray, want: np.ndarray) -> float:
    spread = want - want.mean(-1, keepdims=True)
    error = float(((got.astype(np.float64) - want)**2).sum() / (spread.astype(np.float64)**2).sum())
    return error if np.isfinite(error) else np.inf


class Decoder:
    """One row of the table; every method writes one form and gives what transformers computes."""

    def __init__(self, spec: Spec, seed: int):
        self.spec, self.seed = spec, seed
        self.vocabulary = models.tokens_of_vocabulary(spec)
        rng = np.random.default_rng(seed)
        self.tensors = models.tensors_of(spec, rng, len(self.vocabulary[0]))
        self.tokens = rng.integers(0, len(self.vocabulary[0]), spec.lengths[-1]).tolist()
        self.state = {self.name(name): architectures.hf_values(spec, name, values)
                      for name, (values, _) in self.tensors.items()
                      if not name.startswith("rope_f")}

    def name(self, gguf_name: str) -> str:
        return architectures.hf_name(self.spec, gguf_name)

    def model(self, state: dict):
        return architectures.reference_model(self.spec, state, len(self.vocabulary[0]), CONTEXT)

    def scores(self, model) -> np.ndarray:
        return model(torch.tensor([self.tokens])).logits[0].float().numpy()

    def exists(self, form: str) -> bool:
        return not (self.spec.arch == "mistral" and form.startswith("gguf"))

    def make_float(self, dtype: str, folder: pathlib.Path):
        kind = getattr(torch, dtype)
        # In several files, as larger models are.
        self.model(self.state).to(kind).save_pretrained(folder, max_shard_size="1MB")
        return transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager").eval()

    def make_packed(self, quant: dict, folder: pathlib.Path):
        rng = np.random.default_rng(self.seed)
        stored, values = {}, {}
        for name, value in self.state.items():
            if ".layers." in name and value.ndim == 2:
                parts, values[name] = packed_folders.pack_layer(value, quant, rng)
                stored |= {name.removesuffix("weight") + part:
                           torch.from_numpy(np.ascontiguousarray(data))
                           for part, data in parts.items()}
            else:
                stored[name] = torch.from_numpy(value).half()
                values[name] = stored[name].float().numpy()
        model = self.model(values)
        folder.mkdir()
        config = {key: value for key, value in model.config.to_dict().items()
                  if not key.startswith("_") and value is not None}
        config |= dict(dtype="float16", architectures=[type(model).__name__],
                       quantization_config=quant)
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        save_file(stored, folder / "model.safetensors", {"format": "pt"})
        return model

    def make_gguf(self, kind: Type, path: pathlib.Path):
        rng = np.random.default_rng(self.seed)
        spec = dataclasses.replace(self.spec, weights=kind)
        files, state = {}, {}
        for name, (values, stored) in self.tensors.items():
            matrix = values.ndim == 2
            data, values = models.store(rng, values, kind if matrix else stored)
            files[name] = (data, kind if matrix else stored)
            if not name.startswith("rope_f"):
                state[self.name(name)] = architectures.hf_values(spec, name, values)
        models.write_gguf(spec, path, files, self.vocabulary, CONTEXT)
        return self.model(state)

    def bantam(self, bantam: Bantam) -> np.ndarray:
        return bantam.logits(self.tokens, "exact", 0)


class Encoder:
    """The same of an encoder: texts and their vectors."""

    def __init__(self, seed: int):
        self.made = encoders()
        self.seed = seed
        self.texts = [line for line in (ROOT / "tests/golden/encoders/texts.txt").read_text(
            encoding="utf-8").splitlines() if line.strip()]

    def model(self):
        return self.made.model_of(self.seed, hidden_size=256, num_attention_heads=4,
                                  intermediate_size=512)

    def scores(self, model) -> np.ndarray:
        return self.made.vectors(model, self.texts, model.config.max_position_embeddings, "mean")

    def exists(self, form: str) -> bool:
        return form not in PACKED

    def make_float(self, dtype: str, folder: pathlib.Path):
        self.model().to(getattr(torch, dtype)).save_pretrained(folder)
        self.made.tokenizer().save(str(folder / "tokenizer.json"))
        return transformers.BertModel.from_pretrained(folder, dtype=torch.float32).eval()

    def make_gguf(self, kind: Type, path: pathlib.Path):
        model = self.model()
        state = self.made.write_gguf(model, path, lambda data: models.store(
            np.random.default_rng(self.seed), data, kind), kind)
        model.load_state_dict(state)
        return model

    def bantam(self, bantam: Bantam) -> np.ndarray:
        lines = bantam.call("embed", bantam.model, "--precision", "exact", "--no-normalize",
                            "--threads", str(bantam.threads), input="\n".join(self.texts) + "\n")
        return np.array([json.loads(line)["embedding"] for line in lines.splitlines()], "f4")


def missing_rows(rows) -> list[str]:
    """Architectures of the two tables that no row is of."""
    out = []
    here = {row.spec.arch if isinstance(row, Decoder) else ENCODER for row in rows}
    of_types = here | {"gemma3_text"} if "gemma3" in here else here
    for path, field, known in (("src/model/architectures.cc", "name", here),
                               ("src/format/hf_architectures.cc", "model_type", of_types)):
        names = re.findall(rf'{{\s*\.{field} = "(\w+)"', (ROOT / path).read_text())
        if not names:
            out.append(f"no rows were found in {path}")
        out += [f"{path} has {name}, this proof has not" for name in names if name not in known]
    return out


def prove(row, form: str, folder: pathlib.Path, options, whole: list) -> tuple[float, str]:
    """(NMSE, what is broken)."""
    path = folder / ("model.gguf" if form.startswith("gguf") else "folder")
    if form in FLOATS:
        model = row.make_float(form, path)
    elif form in PACKED:
        model = row.make_packed(PACKED[form], path)
    else:
        model = row.make_gguf(Type[form.removeprefix("gguf ")], path)
    want = row.scores(model)
    whole = whole or [want]
    try:
        got = row.bantam(Bantam(options.bantam, str(path), options.threads, str(folder)))
    except RuntimeError as error:
        return np.inf, str(error).strip().splitlines()[-1]
    if got.shape != want.shape:
        return np.inf, f"{got.shape} scores, {want.shape} wanted"
    error = nmse(got, want)
    if not error < BOUND:
        return error, f"NMSE {error:.3g}, below {BOUND:g} wanted"
    if form not in WHOLE and not nmse(got, whole[0]) > BOUND:
        return error, "cannot be told from the float32 model"
    return error, ""


def main():
    parser = _bantam.options(__doc__)
    parser.add_argument("--rows", nargs="+", help="only these")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    rows = {spec.name: Decoder(spec, 6000 + i) for i, spec in enumerate(SPECS)}
    rows[ENCODER] = Encoder(6100)
    failures = missing_rows(rows.values())
    wanted = options.rows or [*rows]
    print(f"{'NMSE':14}" + "".join(f"{name:>11}" for name in wanted), flush=True)
    whole = {name: rows[name].scores(rows[name].model(rows[name].state) if name != ENCODER
                                     else rows[name].model()) for name in wanted}
    compared = 0
    for form in options.forms:
        cells = []
        for name in wanted:
            if not rows[name].exists(form):
                cells.append("–")
                continue
            scratch = pathlib.Path(tempfile.mkdtemp(prefix="model_matrix"))
            try:
                error, broken = prove(rows[name], form, scratch, options, [whole[name]])
            finally:
                shutil.rmtree(scratch)
            compared += 1
            cells.append(f"{error:.1e}")
            if broken:
                failures.append(f"{name}, {form}: {broken}")
        print(f"{form:14}" + "".join(f"{cell:>11}" for cell in cells), flush=True)
    for failure in failures:
        print(f"BROKEN: {failure}")
    print(f"model_matrix: {compared} compared, "
          f"{'all hold' if not failures else f'{len(failures)} BROKEN'}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
