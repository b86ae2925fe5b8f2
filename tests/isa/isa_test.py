"""The same bytes everywhere: logits of the tiny models on every instruction set, against
fingerprints that are part of the project, so that all machines are compared with one another.

    isa_test.py BANTAM [WRAPPER …]   compare (WRAPPER: e.g. qemu-aarch64-static -cpu cortex-a53)
    isa_test.py --write BANTAM       write the fingerprints anew, from the scalar kernels
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


def instruction_sets(command: list[str]) -> list[str]:
    """The names BANTAM_ISA can take on this machine: the program lists them for a wrong one."""
    model = str(MODELS[0])
    answer = subprocess.run([*command, "bench", model, "-p", "1", "-n", "0", "-r", "1"],
                            env=os.environ | {"BANTAM_ISA": "?"}, capture_output=True, text=True)
    names = answer.stderr.partition("is not one of:")[2].partition(";")[0].split()
    assert "scalar" in names, answer.stderr
    return names


def fingerprint(command: list[str], isa: str, model: pathlib.Path, precision: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        tokens = pathlib.Path(folder) / "tokens.json"
        tokens.write_text(json.dumps(TOKENS))
        run = subprocess.run(
            [*command, "score", str(model), "--tokens", str(tokens), "--top", "0",
             "--precision", precision, "--logits-sha256"],
            env=os.environ | {"BANTAM_ISA": isa}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{model.name}: {run.stderr}"
    return json.loads(run.stdout.splitlines()[-1])["logits_sha256"]


def all_fingerprints(command: list[str], isa: str, names: list[str]) -> dict[str, str]:
    models = {model.stem: model for model in MODELS}
    return {name: fingerprint(command, isa, models[name.split()[0]], name.split()[1])
            for name in names}


def main(args: list[str]) -> int:
    if args[0] == "--write":
        names = [f"{model.stem} {kind}" for model in MODELS for kind in ("fast", "exact")]
        found = all_fingerprints(args[1:], "scalar", names)
        FINGERPRINTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return 0
    expected = json.loads(FINGERPRINTS.read_text(encoding="utf-8"))
    wrapper = args[1:]
    command = wrapper + args[:1]
    # An emulator is slow: there every weight type, but float32 and long contexts once only.
    names = [name for name in expected if not wrapper or name.startswith("qwen2_mixed")
             or (name.endswith("fast") and "_q" in name.replace("qwen2", ""))]
    wrong = 0
    for isa in instruction_sets(command):
        if wrapper and isa == "scalar":
            continue
        found = all_fingerprints(command, isa, names)
        differing = [name for name in names if found[name] != expected[name]]
        wrong += len(differing)
        print(f"{isa}: {len(names) - len(differing)} of {len(names)} fingerprints equal",
              *differing, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
