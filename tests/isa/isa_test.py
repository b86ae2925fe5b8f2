"""The same bytes everywhere: logits of the tiny models on every instruction set, against
fingerprints that are part of the project, so that all machines are compared with one another.

    isa_test.py BANTAM           compare
    isa_test.py --write BANTAM   write the fingerprints anew, from the scalar kernels
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
MODELS = sorted((TESTS / "golden" / "models").glob("*.gguf"))
FINGERPRINTS = TESTS / "golden" / "numbers" / "logits.json"
# Two spans of 512 keys, in a pattern that visits the whole vocabulary.
TOKENS = [(i * i * 31 + i * 7) % 290 for i in range(600)]


def instruction_sets(program: str) -> list[str]:
    """The names BANTAM_ISA can take on this machine: the program lists them for a wrong one."""
    model = str(MODELS[0])
    answer = subprocess.run([program, "bench", model, "-p", "1", "-n", "0", "-r", "1"],
                            env=os.environ | {"BANTAM_ISA": "?"}, capture_output=True, text=True)
    names = answer.stderr.partition("is not one of:")[2].partition(";")[0].split()
    assert "scalar" in names, answer.stderr
    return names


def fingerprint(program: str, isa: str, model: pathlib.Path, precision: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        tokens = pathlib.Path(folder) / "tokens.json"
        tokens.write_text(json.dumps(TOKENS))
        run = subprocess.run(
            [program, "score", str(model), "--tokens", str(tokens), "--top", "0",
             "--precision", precision, "--logits-sha256"],
            env=os.environ | {"BANTAM_ISA": isa}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{model.name}: {run.stderr}"
    return json.loads(run.stdout.splitlines()[-1])["logits_sha256"]


def all_fingerprints(program: str, isa: str) -> dict[str, str]:
    return {f"{model.stem} {precision}": fingerprint(program, isa, model, precision)
            for model in MODELS for precision in ("fast", "exact")}


def main(args: list[str]) -> int:
    if args[0] == "--write":
        found = all_fingerprints(args[1], "scalar")
        FINGERPRINTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return 0
    expected = json.loads(FINGERPRINTS.read_text(encoding="utf-8"))
    wrong = 0
    for isa in instruction_sets(args[0]):
        found = all_fingerprints(args[0], isa)
        differing = sorted(name for name in expected | found
                           if found.get(name) != expected.get(name))
        wrong += len(differing)
        print(f"{isa}: {len(expected) - len(differing)} of {len(expected)} fingerprints equal",
              *differing, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
