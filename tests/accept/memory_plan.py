#!/usr/bin/env python3
"""The memory plan against control groups: 20 budgets × 3 models, each filled to its last token.

    ./dev accept memory_plan       or, with more choice: python tests/accept/memory_plan.py --help

Each run is `bantam run --memory-budget B` in a group of its own that may have B bytes and no swap,
with the model's file out of the cache, so that every page of it is charged to that group (a run
whose group had less than its program is not counted: somebody else has the file in memory). Its
prompt and reply fill the context that was chosen, up to the model's own of 32,768 tokens, so that
every buffer is touched: that takes minutes each, more than half an hour in all. It must end
well, its peak resident memory (VmHWM), also with what the kernel has for the group (page tables and
the like), must be at most 5 % above the plan, and the former within the budget, and the group's own
peak, cached files included, at most 5 % above plan and file. The third model is a random StarCoder2
in half precision, made here; then the first again with a random adapter, in fewer budgets. Budgets
from the least that is accepted to beyond all that is wished; 2 MiB less than the least must be
refused.
"""

import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import _bantam
import _cgroup
from _bantam import ROOT, Bantam

sys.path.insert(0, str(ROOT / "tests/golden/models"))

SLACK = 1.05
BUDGETS = 20
MIB = 2**20
REPLY = 64  # tokens at least
SAMPLE_S = 0.02
ATTEMPTS = 3  # where a run's context is another than that of the run before, at a border of steps
ADAPTER_RANK = 64
ADAPTED_BUDGETS = 5
# Resident pages of the program's and the libraries' files, which may be charged to others.
PROGRAM = 24 * MIB
# Each command counts its own code that is in memory: what just fits for `show` may not for `run`.
BORDER = 2 * MIB
STEP = 4.2 * MIB  # the program is counted in steps of 4

failures = []


def make_starcoder2(path: pathlib.Path):
    """About 70 million random weights."""
    import numpy as np
    import make
    from architectures import Spec
    spec = Spec("memory", "starcoder2", embd=768, heads=12, kv_heads=2, head_dim=64, ff=3072,
                layers=12, eps=1e-5, window=1024)
    rng = np.random.default_rng(1)
    vocab = make.tokens_of_vocabulary(spec)
    tensors = {name: (make.store(rng, values, kind)[0], kind) for name, (values, kind)
               in make.tensors_of(spec, rng, len(vocab[0])).items()}
    part = path.with_suffix(".part")
    make.write_gguf(spec, part, tensors, vocab, 8192)
    part.rename(path)


def make_adapter(model: str, path: pathlib.Path):
    """Random changes of every matrix of the layers, in half precision."""
    import gguf
    import numpy as np
    reader = gguf.GGUFReader(model)
    architecture = str(reader.fields["general.architecture"].contents())
    part = path.with_suffix(".part")
    writer = gguf.GGUFWriter(part, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", ADAPTER_RANK)
    rng = np.random.default_rng(2)
    for tensor in reader.tensors:
        if not tensor.name.startswith("blk.") or len(tensor.shape) != 2:
            continue
        columns, rows = (int(n) for n in tensor.shape)
        for end, shape in (("a", (ADAPTER_RANK, columns)), ("b", (rows, ADAPTER_RANK))):
            values = rng.normal(0, 0.01, shape).astype(np.float16)
            writer.add_tensor(f"{tensor.name}.lora_{end}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.rename(path)


class Subject(Bantam):
    """A model, or one with an adapter."""

    def __init__(self, options, model: str, adapter: pathlib.Path | None = None):
        super().__init__(options.bantam, model, options.threads, options.cache)
        self.adapters = ["--lora", str(adapter)] if adapter else []
        self.files = [model, *([str(adapter)] if adapter else [])]
        self.name = pathlib.Path(model).name + (f" with {adapter.name}" if adapter else "")


def fit(bantam: Subject, budget: int) -> dict:
    text = bantam.call("show", bantam.model, "--plan", "--memory-budget", str(budget), "--threads",
                       str(bantam.threads), "--json", *bantam.adapters)
    return json.loads(text)["plans"][0]


@functools.cache
def corpus_ids(program: str, model: str) -> list[int]:
    bantam, ids = Bantam(program, model, 1, tempfile.gettempdir()), []
    for name in ("english", "code", "chinese", "multilingual"):
        text = (ROOT / f"tests/corpus/{name}.txt").read_text(encoding="utf-8")
        ids += json.loads(bantam.call("tokenize", bantam.model, "--json", input=text))
    return ids


def text_of(bantam: Bantam, n: int) -> str:
    """About n tokens of the corpora."""
    ids = corpus_ids(bantam.program, bantam.model)
    while len(ids) < n:
        ids = ids + ids
    return bantam.call("detokenize", bantam.model, input=json.dumps(ids[:n]))


def forget(path: str):
    """Puts a file out of the cache."""
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def run_in(group, command, prompt: str):
    """(exit code, most that the kernel had for the group, standard error)."""
    with tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as text:
        text.write(prompt.encode())
        text.seek(0)
        process = subprocess.Popen(command, stdin=text, stdout=subprocess.DEVNULL, stderr=err,
                                   preexec_fn=group.join)
        kernel = 0
        while process.poll() is None:
            kernel = max(kernel, group.kernel())
            time.sleep(SAMPLE_S)
        err.seek(0)
        return process.returncode, kernel, err.read().decode()


def number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    return int(match.group(1).replace(",", "")) if match else -1


def megabytes(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    return int(float(match.group(1)) * MIB) if match else 1


class Report:
    """The worst of each ratio, and a line for each run."""

    def __init__(self):
        self.worst = {}
        self.rows = []

    def ratio(self, name: str, value: float):
        self.worst[name] = max(value, self.worst.get(name, 0))


def prove_budget(bantam: Subject, budget: int, report: Report):
    plan = fit(bantam, budget)
    command = [bantam.program, "run", bantam.model, "--no-chat", "--memory-budget", str(budget),
               "--threads", str(bantam.threads), "--stats", "--seed", "1", "--ignore-end",
               *bantam.adapters]
    # What it chooses itself, which may be some blocks less than `show` says: each command counts
    # its own code.
    tried = subprocess.run([*command, "x", "--max-tokens", "1"], capture_output=True, text=True,
                           stdin=subprocess.DEVNULL).stderr
    context = number(r"context ([\d,]+)", tried)
    for _ in range(ATTEMPTS):
        prompt = text_of(bantam, context - max(REPLY, min(192, context // 4)))
        group, why = _cgroup.Group.make("bantam_accept")
        if group is None:
            raise SystemExit(f"memory_plan: left out: {why}")
        with group:
            group.limit(budget)
            for path in bantam.files:
                forget(path)
            code, kernel, err = run_in(group, command, prompt)
            peak, kills = group.peak() or 0, group.kills()
            kernel = max(kernel, group.kernel_peak())
        before, context = context, number(r"context ([\d,]+)", err)
        if context == before:
            break
    # As the program read it last; that of wait4 begins with what the child had before exec.
    resident = megabytes(r"peak memory\s+([\d.]+) MiB", err)
    held = resident + kernel
    planned = megabytes(r"tokens: ([\d.]+) MiB of", err)
    tokens = number(r"prompt\s+([\d,]+) token", err) + number(r"reply\s+([\d,]+) token", err)
    everything = min(budget, (planned + sum(map(os.path.getsize, bantam.files))) * SLACK)
    checks = {"ends well": code == 0 and kills == 0, "context filled": tokens == context,
              "resident against plan": resident <= planned * SLACK,
              "held against plan": held <= planned * SLACK,
              "resident within budget": resident <= budget,
              "plan within budget": planned <= budget + MIB // 20,  # as rounded by the message
              "group against plan and files": peak <= everything,
              "same plan in show": (abs(plan["peak"] - planned) <= max(planned * 0.02, STEP)
                                    or plan["peak"] > budget - BORDER)}
    if peak < resident - PROGRAM:
        # What another process maps stays in the cache and is charged to the group it came from.
        print(f"  not counted: {budget / MIB:.1f} MiB: the group had {peak / MIB:.1f} MiB at most, "
              f"the program {resident / MIB:.1f}: another process has the model's file in memory",
              flush=True)
        failures.append(f"{bantam.name} in {budget}: not counted, the file is "
                        "in use: end what uses it, or give a copy with --models")
        return
    broken = [name for name, good in checks.items() if not good]
    report.ratio("resident / plan", resident / planned)
    report.ratio("held / plan", held / planned)
    report.ratio("resident / budget", resident / budget)
    report.ratio("group / budget", peak / budget)
    words = re.search(r"(\d+-bit).*?(packed|mapped).*?prompts by (\d+)", err)
    print(f"  {'BROKEN' if broken else 'ok    '}  {budget / MIB:7.1f} {planned / MIB:7.1f} "
          f"{resident / MIB:8.1f} {held / MIB:7.1f} {peak / MIB:7.1f}  {resident / planned:5.3f} "
          f"{held / planned:5.3f}  {context:6} {' '.join(words.groups()) if words else '':18}"
          f" {'; '.join(broken)}", flush=True)
    if broken:
        print(err.strip()[-600:], flush=True)
        failures.append(f"{bantam.name} in {budget}: {', '.join(broken)}")


def least_budget(bantam: Subject) -> int:
    """From what the refusal of an impossible budget says."""
    refused = subprocess.run([bantam.program, "run", bantam.model, "x", "--memory-budget", "1MiB",
                              "--threads", str(bantam.threads), *bantam.adapters],
                             capture_output=True, text=True)
    least = number(r"the least is (\d+)MiB", refused.stderr)
    if refused.returncode == 0 or least < 0:
        failures.append(f"{bantam.name}: 1 MiB was not refused: {refused.stderr}")
    return least * MIB


def prove_model(bantam: Subject, count: int):
    least = least_budget(bantam)
    wished = fit(bantam, 2**40)["peak"]
    print(f"{bantam.name}: least {least / MIB:.0f} MiB, all that is wished "
          f"{wished / MIB:.0f} MiB\n            budget    plan resident    held   group  res/p "
          "held/p  tokens", flush=True)
    report = Report()
    for i in range(count):
        # Denser where it is tight; the last is beyond all wishes.
        share = (i / max(count - 1, 1))**1.5 * 1.1
        prove_budget(bantam, int(least + MIB + share * (wished - least)), report)
    refused = subprocess.run([bantam.program, "run", bantam.model, "x", "--memory-budget",
                              str(least - 2 * MIB), "--threads", str(bantam.threads),
                              *bantam.adapters], capture_output=True, text=True)
    if refused.returncode == 0 or "the least is" not in refused.stderr:
        failures.append(f"{bantam.name}: less than the least was not refused")
    print("  worst: " + ", ".join(f"{k} {v:.3f}" for k, v in report.worst.items()), flush=True)


def main():
    parser = _bantam.options(__doc__)
    parser.add_argument("--budgets", type=int, default=BUDGETS)
    parser.add_argument("--models", nargs="+", help="instead of the three")
    options = parser.parse_args()
    models = options.models
    if models is None:
        made = pathlib.Path(options.cache) / "starcoder2_random_f16.gguf"
        made.parent.mkdir(parents=True, exist_ok=True)
        if not made.exists():
            make_starcoder2(made)
        small = pathlib.Path(options.model).parent / _bantam.SMALL_MODEL
        models = [options.model, str(small), str(made)]
    for model in models:
        prove_model(Subject(options, model), options.budgets)
    if options.models is None:
        adapter = pathlib.Path(options.cache) / "adapter_random_f16.gguf"
        if not adapter.exists():
            make_adapter(options.model, adapter)
        prove_model(Subject(options, options.model, adapter),
                    min(ADAPTED_BUDGETS, options.budgets))
    for failure in failures:
        print(f"BROKEN: {failure}")
    print(f"memory_plan: {'all hold' if not failures else f'{len(failures)} BROKEN'}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
