"""The aarch64 program under qemu gives the bytes of the native one: same_bytes.py CPU PROGRAM.

Compares the hash of all logits on every tiny model, fast and exact, and what `run` answers with a
real model (SmolLM2, `./dev model smol`). BANTAM_BIN is the native program, BANTAM_MODELS the folder
of the models.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NATIVE = [os.environ.get("BANTAM_BIN", str(ROOT / "build/release/bantam"))]
MODELS = pathlib.Path(os.environ.get("BANTAM_MODELS", ROOT / "models"))
TINY = sorted((ROOT / "tests/golden/models").glob("*.gguf"))
TEXT = "The machine answers 12 questions; 天空是蓝色的. Ça va? def f(x): return x * 2\n" * 4


def output(program, *arguments, text=None):
    result = subprocess.run([*program, *arguments], input=text, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join([*program, *arguments])}: {result.stderr}")
    return result.stdout


def main():
    cpu, program = sys.argv[1:]
    emulated = ["qemu-aarch64-static", "-cpu", cpu, program]
    jobs = [("score", str(model), "--text", "-", "--logits-sha256", "--precision", precision)
            for model in TINY for precision in ("fast", "exact")]
    jobs.append(("run", str(MODELS / "smollm2-135m-instruct-q4_1.gguf"), "--no-chat",
                 "The capital of France is", "--temperature", "0", "--max-tokens", "8"))
    different = 0
    for job in jobs:
        text = TEXT if job[0] == "score" else ""
        expected, got = output(NATIVE, *job, text=text), output(emulated, *job, text=text)
        if not expected.strip() or expected != got:
            different += 1
            print(f"{' '.join(job)}\n  native:   {expected[-300:]}\n  emulated: {got[-300:]}")
    print(f"{cpu}: {len(jobs)} jobs, {different} different")
    sys.exit(different != 0 or not TINY)


if __name__ == "__main__":
    main()
