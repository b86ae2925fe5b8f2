"""Runs the bantam program for the proofs of this folder."""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEST_MODEL = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
SMALL_MODEL = "smollm2-135m-instruct-q4_1.gguf"


def options(description: str) -> argparse.ArgumentParser:
    """The options every proof has; ./dev accept sets the environment variables."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    models = os.environ.get("BANTAM_MODELS", ROOT / "models")
    parser.add_argument("--model", default=str(pathlib.Path(models) / TEST_MODEL))
    parser.add_argument("--bantam", default=os.environ.get(
        "BANTAM_BIN", str(ROOT / "build/release/bantam")))
    parser.add_argument("--cache", default=str(ROOT / "build/accept"),
                        help="folder for results of the reference (kept between runs)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    return parser


class Bantam:
    """One program, model and thread count; every call is a process of its own."""

    def __init__(self, program: str, model: str, threads: int, scratch: str):
        self.program, self.model, self.threads = program, model, threads
        self.scratch = pathlib.Path(scratch)
        self.scratch.mkdir(parents=True, exist_ok=True)

    def call(self, *arguments: str, env: dict | None = None, wrapper=(), **kwargs) -> str:
        """Standard output; fails with what the program said on standard error."""
        command = [*wrapper, self.program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True,
                              env=os.environ | (env or {}), **kwargs)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stderr}")
        return done.stdout

    def _score(self, tokens, *extra: str, threads: int | None = None, env=None, wrapper=()):
        with tempfile.NamedTemporaryFile("w", dir=self.scratch, suffix=".json") as file:
            json.dump(list(tokens), file)
            file.flush()
            return self.call("score", self.model, "--tokens", file.name, "--threads",
                             str(threads or self.threads), *extra, env=env, wrapper=wrapper)

    def score(self, tokens, precision: str, top: int = 20, start: int = 0) -> list[dict]:
        """One record per position from `start` on: pos, token, logprob, top."""
        lines = self._score(tokens, "--precision", precision, "--top", str(top),
                            "--from", str(start)).splitlines()
        records = [json.loads(line) for line in lines]
        records = [record for record in records if "pos" in record]
        assert len(records) == len(tokens) - start, (len(records), len(tokens), start)
        return records

    def logits(self, tokens, precision: str, start: int, extra=()):
        """The scores of the whole vocabulary [len(tokens) - start][vocabulary]."""
        with tempfile.NamedTemporaryFile(dir=self.scratch, suffix=".f32") as file:
            self._score(tokens, "--precision", precision, "--summary", "--from", str(start),
                        "--logits", file.name, *extra)
            import numpy as np  # here: most proofs do without it
            return np.fromfile(file.name, "<f4").reshape(len(tokens) - start, -1)

    def sha256(self, tokens, precision: str = "fast", extra=(), **kwargs) -> str:
        """The SHA-256 of the scores of every position."""
        summary = self._score(tokens, "--precision", precision, "--summary", "--logits-sha256",
                              *extra, **kwargs).splitlines()[-1]
        return json.loads(summary)["logits_sha256"]
