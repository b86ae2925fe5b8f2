"""llama.cpp's distance from the float32 reference, by its own llama-perplexity.

The program compares with a file of log-probabilities rounded to 16 bits. The file is written here
from the float32 reference, and `rounded` gives the same numbers to whoever wants to be measured
with the same yardstick: tokens below e^-16 do not count, the rest is rounded to 65,535 steps.
"""

import pathlib
import re
import shutil
import struct
import subprocess

import numpy as np
import torch

import _workload as work


def found() -> str | None:
    return shutil.which("llama-perplexity")


def version() -> str:
    done = subprocess.run([found(), "--version"], capture_output=True, text=True)
    match = re.search(r"version: (.*)", done.stdout + done.stderr)
    return match.group(1) if match else "unknown"


class Rounded:
    """Log-probabilities of some positions as the file holds them."""

    def __init__(self, logits: torch.Tensor):  # [n][vocabulary], float32
        most = logits.max(dim=1, keepdim=True).values
        least = torch.maximum(logits.min(dim=1, keepdim=True).values, most - 16)
        total = (logits - most).exp().sum(dim=1, keepdim=True, dtype=torch.float64).log().float()
        self.scale = (most - least) / 65535
        self.least = least - most - total
        steps = ((1 / self.scale) * (logits - least)).round()
        self.steps = torch.where(logits > least, steps, 0).to(torch.int32)

    def logprobs(self) -> torch.Tensor:
        return self.scale * self.steps + self.least

    def bytes(self) -> bytes:
        n, vocabulary = self.steps.shape
        out = np.zeros((n, 4 + (vocabulary + 1) // 2 * 2), "<u2")
        out[:, 0:2] = self.scale.numpy().view("<u2")
        out[:, 2:4] = self.least.numpy().view("<u2")
        out[:, 4:4 + vocabulary] = self.steps.numpy()
        return out.tobytes()


def divergence(base: torch.Tensor, logits: torch.Tensor) -> np.ndarray:
    """KL(base || softmax(logits)) of each position, tokens below e^-16 left out."""
    ours = logits - torch.logsumexp(logits.double(), dim=1, keepdim=True).float()
    terms = base.double().exp() * (base - ours).double()
    return torch.where(base > -16, terms, 0).sum(dim=1).numpy()


def measure(model: str, windows: list, rounded, path: pathlib.Path, threads: int) -> dict:
    """Mean KL divergence and share of equal most likely tokens. `rounded(i)` gives the Rounded
    of window i, positions FIRST … WINDOW - 2."""
    vocabulary = rounded(0).steps.shape[1]
    with open(path, "wb") as file:
        file.write(b"_logits_" + struct.pack("<Iii", work.WINDOW, vocabulary, len(windows)))
        file.write(np.array(windows, "<i4").tobytes())
        for i in range(len(windows)):
            file.write(rounded(i).bytes())
    try:
        done = subprocess.run(
            [found(), "-m", model, "--kl-divergence", "--kl-divergence-base", str(path),
             "-c", str(work.WINDOW), "-t", str(threads)], capture_output=True, text=True)
    finally:
        path.unlink()
    text = done.stdout + done.stderr
    kl = re.search(r"Mean\s+KLD:\s+([-\d.]+)", text)
    top = re.search(r"Same top p:\s+([\d.]+)", text)
    if done.returncode != 0 or not kl or not top:
        raise RuntimeError(f"llama-perplexity failed:\n{text[-2000:]}")
    return {"kl": float(kl.group(1)), "same_top": float(top.group(1))}
