#!/usr/bin/env python3
"""The ends of what Bantam promises: long contexts, long replies, memory, the same bytes everywhere.

    ./dev accept limits            or, with more choice: python tests/accept/limits.py --help

  context   32,768 tokens are accepted, one more is refused with both numbers
  reply     8,192 tokens in one run
  memory    peak resident memory as `bantam show --ctx` plans it
  bytes     equal logits for every instruction set, thread count and prompt chunk, on every tiny
            model and on the test model; also those of the aarch64 program under qemu
"""

import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import _bantam
from _bantam import ROOT, Bantam

CORPUS = ROOT / "tests/corpus"
TINY = ROOT / "tests/golden/models"
MAX_CONTEXT = 32768
REPLY = 8192
PLAN_SLACK = 1.05          # of the plan
QEMU = "qemu-aarch64-static"
QEMU_CPUS = ("cortex-a53", "cortex-a72", "max")

failures = []


def check(name: str, good: bool, detail: str = ""):
    verdict = "ok    " if good else "BROKEN"
    print(f"  {verdict}  {name}{': ' + detail if detail else ''}", flush=True)
    if not good:
        failures.append(name)


def corpus_tokens(bantam: Bantam, n: int) -> list[int]:
    """n tokens of the corpora, over and over."""
    ids = []
    for name in ("english", "code", "chinese", "multilingual"):
        text = bantam.call("tokenize", bantam.model, "--json",
                           input=(CORPUS / f"{name}.txt").read_text(encoding="utf-8"))
        ids += json.loads(text)
    while len(ids) < n:
        ids += ids
    return ids[:n]


def peak_memory(command: list[str]) -> tuple[int, int, str]:
    """(exit code, peak resident bytes, standard error)."""
    with tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return process.returncode, usage.ru_maxrss * 1024, err.read()


def plan(bantam: Bantam, context: int, precision: str) -> int:
    text = bantam.call("show", bantam.model, "--ctx", str(context), "--json")
    return json.loads(text)["memory"][precision]["total"]


def score_command(bantam: Bantam, tokens: list[int], file, *extra: str) -> list[str]:
    json.dump(tokens, file)
    file.flush()
    return [bantam.program, "score", bantam.model, "--tokens", file.name, "--summary", "--threads",
            str(bantam.threads), "--from", str(len(tokens) - 1), *extra]


def check_memory(bantam: Bantam, name: str, used: int, context: int, precision: str):
    planned = plan(bantam, context, precision)
    check(f"memory, {name}", used <= planned * PLAN_SLACK,
          f"{used / 2**20:.0f} MiB used, {planned / 2**20:.0f} MiB planned")


def prove_context(bantam: Bantam):
    print(f"context of {MAX_CONTEXT:,} tokens")
    tokens = corpus_tokens(bantam, MAX_CONTEXT + 1)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        code, used, err = peak_memory(score_command(bantam, tokens[:-1], file))
        check(f"{MAX_CONTEXT:,} tokens are accepted", code == 0, err.strip()[-300:])
        check_memory(bantam, f"{MAX_CONTEXT:,} tokens, fast", used, MAX_CONTEXT, "fast")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        code, _, err = peak_memory(score_command(bantam, tokens, file))
        numbers = err.replace(",", "")
        both = str(MAX_CONTEXT) in numbers and str(MAX_CONTEXT + 1) in numbers
        check("one token more is refused, with both numbers", code != 0 and both, err.strip())


def prove_reply(bantam: Bantam):
    print(f"reply of {REPLY:,} tokens")
    info = json.loads(bantam.call("show", bantam.model, "--json"))
    ends = [end for text in ("<|im_end|>", "<|endoftext|>")
            for end in json.loads(bantam.call("tokenize", bantam.model, "--json", text))]
    command = [bantam.program, "run", bantam.model, "--no-chat", "Once upon a time", "--stats",
               "--max-tokens", str(REPLY), "--ctx", str(min(REPLY + 64, info["context_length"])),
               "--threads", str(bantam.threads), "--seed", "1"]
    for end in ends:
        command += ["--logit-bias", f"{end}=-inf"]
    code, used, err = peak_memory(command)
    match = re.search(r"reply\s+([\d,]+) tokens", err)
    count = int(match.group(1).replace(",", "")) if match else -1
    check(f"{REPLY:,} tokens in one run", code == 0 and count == REPLY,
          f"{count} tokens, exit code {code}")
    check_memory(bantam, f"{REPLY:,} generated", used, REPLY + 64, "fast")


def prove_memory(bantam: Bantam):
    print("memory")
    for precision, context in (("fast", 4096), ("exact", 4096), ("fast", 512)):
        tokens = corpus_tokens(bantam, context)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            command = score_command(bantam, tokens, file, "--precision", precision)
            code, used, err = peak_memory(command)
        check(f"{context:,} tokens, {precision}", code == 0, err.strip()[-300:])
        check_memory(bantam, f"{context:,} tokens, {precision}", used, context, precision)


def isas(bantam: Bantam, wrapper=()) -> list[str]:
    """What this machine can run, as the program lists it when asked for something else; without
    sse41, which has no fused multiply-add and so bytes of its own."""
    done = subprocess.run([*wrapper, bantam.program, "score", str(TINY / "qwen2_tied.gguf"),
                           "--tokens", "-"], input="[1]", capture_output=True, text=True,
                          env=os.environ | {"BANTAM_ISA": "?"})
    match = re.search(r"is not one of: ([^;]*);", done.stderr)
    return [isa for isa in match.group(1).split() if isa != "sse41"] if match else []


def tiny_sequences(name: str) -> list[list[int]]:
    """The token sequences of a .ref file (see make.py there)."""
    data = (TINY / f"{name}.ref").read_bytes()
    vocabulary, count = struct.unpack_from("<II", data, 8)
    at, out = 16, []
    for _ in range(count):
        n = struct.unpack_from("<I", data, at)[0]
        out.append(list(struct.unpack_from(f"<{n}I", data, at + 4)))
        at += 4 + 4 * n
        n = struct.unpack_from("<I", data, at)[0]
        at += 4 + 4 * n + 4 * n * vocabulary
    return out


def equal(name: str, variants: dict[str, str]):
    want = next(iter(variants.values()))
    odd = [variant for variant, found in variants.items() if found != want]
    check(f"{name}: {len(variants)} variants", not odd, f"other bytes: {', '.join(odd)}" if odd
          else want[:12])


def variants_of(bantam: Bantam, tokens: list[int], precision: str, names: list[str]) -> dict:
    """SHA-256 of the logits for each instruction set, then for threads and chunks."""
    out = {isa: bantam.sha256(tokens, precision, env={"BANTAM_ISA": isa}) for isa in names}
    for threads in (1, 2):
        for chunk in (1, 17, 64, 512):
            out[f"threads {threads}, chunk {chunk}"] = bantam.sha256(
                tokens, precision, threads=threads, extra=("--prompt-chunk", str(chunk)))
    return out


def prove_bytes(bantam: Bantam, arm64: str | None):
    names = isas(bantam)
    print(f"the same bytes: {', '.join(names)}")
    check("several instruction sets", len(names) > 1, ", ".join(names))
    for path in sorted(TINY.glob("*.gguf")):
        tiny = Bantam(bantam.program, str(path), bantam.threads, str(bantam.scratch))
        longest = max(tiny_sequences(path.stem), key=len)
        for precision in ("fast", "exact"):
            variants = variants_of(tiny, longest, precision, names)
            if arm64:
                variants |= arm64_variants(arm64, tiny, longest, precision)
            equal(f"{path.stem}, {precision}, {len(longest)} tokens", variants)
    tokens = corpus_tokens(bantam, 1100)
    for precision in ("fast", "exact"):
        variants = variants_of(bantam, tokens[:48], precision, names)
        if arm64:
            variants |= arm64_variants(arm64, bantam, tokens[:48], precision)
        equal(f"test model, {precision}, 48 tokens", variants)
    fast = [name for name in names if name != "scalar"]
    equal("test model, fast, 1,100 tokens", variants_of(bantam, tokens, "fast", fast))


def arm64_variants(program: str, bantam: Bantam, tokens, precision: str) -> dict[str, str]:
    arm = Bantam(program, bantam.model, 1, str(bantam.scratch))
    return {f"aarch64 {cpu}": arm.sha256(tokens, precision, wrapper=(QEMU, "-cpu", cpu))
            for cpu in QEMU_CPUS}


PROOFS = ("bytes", "memory", "context", "reply")


def main():
    parser = _bantam.options(__doc__)
    parser.add_argument("--only", nargs="+", choices=PROOFS, default=PROOFS)
    parser.add_argument("--arm64", default=str(ROOT / "build/arm64/bantam"))
    options = parser.parse_args()
    bantam = Bantam(options.bantam, options.model, options.threads, options.cache)
    arm64 = options.arm64 if pathlib.Path(options.arm64).exists() and shutil.which(QEMU) else None
    if arm64 is None and "bytes" in options.only:
        print(f"aarch64: no {QEMU} or no program at {options.arm64} (./dev build arm64): left out")
    if "bytes" in options.only:
        prove_bytes(bantam, arm64)
    if "memory" in options.only:
        prove_memory(bantam)
    if "context" in options.only:
        prove_context(bantam)
    if "reply" in options.only:
        prove_reply(bantam)
    print(f"limits: {'all hold' if not failures else f'{len(failures)} BROKEN'}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
