#!/usr/bin/env python3
"""EleutherAI's lm-eval against `bantam serve`: the log-likelihoods it finds, beside float32's.

    ./dev accept lm_eval

Two small tasks of our own (multiple choice by log-likelihood, answers until a line ends), evaluated
by the published package in an environment of its own (build/lm_eval), offline, in the ways its
model local-completions has of asking: token ids made by a Hugging Face tokenizer (one request at a
time, in batches, several at once), its texts instead, token ids made by the server's own tokenizer,
and no tokenizer at all. Every way must give the same numbers to the last digit; those must be near
what transformers computes in float32 from the same weights.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import numpy as np
import torch

import _bantam
import _reference

PACKAGES = ("lm_eval[api]==0.4.13", "transformers==5.23.0")
BOUND = 2e-3  # of a continuation's log-likelihood, for each of its tokens

CHOICES = [
    ("The capital of France is", ["Paris", "Rome", "Madrid", "Berlin"], 0),
    ("Two plus two is", ["three", "four", "seven", "eleven"], 1),
    ("The opposite of hot is", ["warm", "red", "cold", "loud"], 2),
    ("中国的首都是", ["上海", "广州", "深圳", "北京"], 3),
    ("In Python, the length of a list xs is", ["len(xs)", "xs.size()", "length xs", "#xs"], 0),
    ("Water is made of hydrogen and", ["gold", "oxygen", "iron", "salt"], 1),
]
QUESTIONS = ["Q: What is the capital of Italy?\nA:", "Q: What colour is the sky?\nA:",
             "Q: What is 3 + 4?\nA:", "问：法国的首都是哪里？\n答："]

CHOICE_TASK = """task: bantam_choice
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{text}}}}"
doc_to_choice: choices
doc_to_target: label
metric_list: [{{metric: acc}}]
"""
ANSWER_TASK = """task: bantam_answer
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{text}}}}"
doc_to_target: ""
generation_kwargs: {{until: ["\\n"], max_gen_toks: 16, do_sample: false, temperature: 0}}
metric_list: [{{metric: bypass}}]
"""

# Name, arguments of the model, tasks.
HUGGING_FACE = "tokenizer_backend=huggingface,tokenizer={tokenizer}"
WAYS = [
    ("token ids, one by one", HUGGING_FACE, "bantam_choice,bantam_answer"),
    ("token ids, in batches", HUGGING_FACE + ",batch_size=4", "bantam_choice,bantam_answer"),
    ("token ids, at once", HUGGING_FACE + ",num_concurrent=4", "bantam_choice,bantam_answer"),
    ("texts", HUGGING_FACE + ",tokenized_requests=False", "bantam_choice,bantam_answer"),
    ("the server's tokenizer", "tokenizer_backend=auto", "bantam_choice,bantam_answer"),
    ("no tokenizer", "tokenizer_backend=None", "bantam_answer"),
]


def install(folder: pathlib.Path) -> str:
    """The Python of an environment that has lm-eval, made if it is not there."""
    python = folder / "bin/python"
    stamp = folder / ".installed"
    if not stamp.exists() or stamp.read_text() != " ".join(PACKAGES):
        print(f"installing {' '.join(PACKAGES)} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
        stamp.write_text(" ".join(PACKAGES))
    return str(python)


def write_tasks(folder: pathlib.Path):
    rows = [{"text": text, "choices": choices, "label": label} for text, choices, label in CHOICES]
    for name, task, data in (("choice", CHOICE_TASK, rows),
                             ("answer", ANSWER_TASK, [{"text": text} for text in QUESTIONS])):
        path = folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in data))
        (folder / f"{name}.yaml").write_text(task.format(data=path))


def write_tokenizer(reference, folder: pathlib.Path):
    folder.mkdir(exist_ok=True)
    reference.tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>"}))


class Server:
    def __init__(self, program: str, model: str, threads: int):
        self.process = subprocess.Popen(
            [program, "serve", model, "--port", "0", "--precision", "exact", "--ctx", "2048",
             "--threads", str(threads), "--served-model-name", "bantam", "--no-request-log"],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "listening on " in line:
                self.url = line.split("listening on ")[1].split()[0].rstrip(",")
                return
        raise RuntimeError("the server does not listen")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stderr.close()
        assert self.process.wait(60) == 0


def evaluate(python: str, folder: pathlib.Path, url: str, way) -> dict:
    """(task, document, choice) → what the model answered, as lm-eval logs it."""
    name, arguments, tasks = way
    out = folder / name.replace(" ", "_").replace("'", "")
    arguments = (f"model=bantam,base_url={url}/v1/completions,max_retries=1,"
                 + arguments.format(tokenizer=folder / "tokenizer"))
    batch = arguments.split("batch_size=")[1].split(",")[0] if "batch_size" in arguments else "1"
    command = [python, "-m", "lm_eval", "run", "--model", "local-completions", "--model_args",
               arguments.replace(f",batch_size={batch}", ""), "--tasks", tasks, "--include_path",
               str(folder), "--batch_size", batch, "--log_samples", "--output_path", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=os.environ | {
        "HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hub")})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-4000:]}")
    found = {}
    for path in out.rglob("samples_*.jsonl"):
        task = "choice" if "bantam_choice" in path.name else "answer"
        for line in path.read_text().splitlines():
            sample = json.loads(line)
            for i, reply in enumerate(sample["filtered_resps"]):
                found[task, sample["doc_id"], i] = reply
    return found


def differences(way, found: dict, first: dict) -> list[str]:
    wanted = {key for key in first if f"bantam_{key[0]}" in way[2]}
    return [f"{way[0]}: {key}: {found.get(key)}, not {first[key]}"
            for key in sorted(wanted | set(found)) if found.get(key) != first.get(key)]


def expected_likelihood(reference, tokenizer, text: str, choice: str) -> tuple[float, bool, int]:
    """Of " choice" after the text: log-likelihood, whether it is the likeliest, tokens."""
    whole = tokenizer.encode(f"{text} {choice}").ids
    start = len(tokenizer.encode(text).ids)
    logits = reference.logits(reference.hidden(whole))
    wide = torch.from_numpy(logits).double()
    logprobs = (wide - wide.logsumexp(dim=1, keepdim=True)).numpy()
    rows = range(start - 1, len(whole) - 1)
    value = sum(logprobs[row, whole[row + 1]] for row in rows)
    greedy = all(int(np.argmax(logprobs[row])) == whole[row + 1] for row in rows)
    return float(value), greedy, len(whole) - start


def check_likelihoods(reference, found: dict) -> list[str]:
    tokenizer, broken, worst = reference.tokenizer(), [], 0.0
    for doc, (text, choices, _) in enumerate(CHOICES):
        for i, choice in enumerate(choices):
            value, greedy, tokens = expected_likelihood(reference, tokenizer, text, choice)
            ours, ours_greedy = found["choice", doc, i]
            apart = abs(float(ours) - value) / tokens
            worst = max(worst, apart)
            if not apart <= BOUND or (str(ours_greedy) == "True") != greedy:
                broken.append(f"{text} {choice}: {ours} {ours_greedy}, float32 {value} {greedy}")
    print(f"  largest difference to float32: {worst:.1e} a token (bound {BOUND:g})")
    return broken


def check_answers(reference, found: dict) -> list[str]:
    tokenizer, broken = reference.tokenizer(), []
    prompts = [tokenizer.encode(text).ids for text in QUESTIONS]
    for doc, reply in enumerate(reference.greedy(prompts, 16)):
        text = tokenizer.decode([token for token, _ in reply]).split("\n")[0]
        lead = min(lead for _, lead in reply)
        if found["answer", doc, 0] != text and lead > 1e-3:
            broken.append(f"{QUESTIONS[doc]!r}: {found['answer', doc, 0]!r}, float32 {text!r}")
    return broken


def main() -> int:
    args = _bantam.options(__doc__).parse_args()
    python = install(_bantam.ROOT / "build/lm_eval")
    reference = _reference.Reference(args.model, args.cache, args.threads)
    broken, first = [], None
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        write_tasks(folder)
        write_tokenizer(reference, folder / "tokenizer")
        server = Server(args.bantam, args.model, args.threads)
        try:
            for way in WAYS:
                found = evaluate(python, folder, server.url, way)
                print(f"  {way[0]}: {len(found)} replies", flush=True)
                first = first or found
                broken += differences(way, found, first)
        finally:
            server.stop()
    broken += check_likelihoods(reference, first) + check_answers(reference, first)
    for line in broken:
        print(f"BROKEN: {line}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
