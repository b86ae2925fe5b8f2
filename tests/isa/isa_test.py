"""The same bytes everywhere: logits of the tiny models on every instruction set, against
fingerprints that are part of the project, so that all machines are compared with one another.
Instruction sets without fused multiply-add have fingerprints of their own.

    isa_test.py BANTAM           compare
    isa_test.py --write BANTAM   write the fingerprints anew, from the scalar kernels and those
                                 without fused multiply-add
    isa_test.py --emulate QEMU CPU ISA BANTAM
                                 CPU chooses ISA by itself, which gives the bytes it gives here
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
MODELS = sorted((TESTS / "golden" / "models").glob("*.gguf"))
FINGERPRINTS = TESTS / "golden" / "numbers"
UNFUSED = ("sse41",)
SKIPPED = 77  # exit status: this machine cannot run what would be compared
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


def environment(isa: str) -> dict[str, str]:
    """With BANTAM_ISA, or without it for an empty name."""
    rest = {name: value for name, value in os.environ.items() if name != "BANTAM_ISA"}
    return rest | ({"BANTAM_ISA": isa} if isa else {})


def fingerprint(command: list[str], isa: str, tokens: list[int], model: pathlib.Path,
                *options: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "tokens.json"
        file.write_text(json.dumps(tokens))
        run = subprocess.run(
            [*command, "score", str(model), "--tokens", str(file), "--top", "0",
             "--logits-sha256", *options],
            env=environment(isa), capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{model.name}: {run.stderr}"
    return json.loads(run.stdout.splitlines()[-1])["logits_sha256"]


def all_fingerprints(command: list[str], isa: str, tokens: list[int],
                     *options: str) -> dict[str, str]:
    return {f"{model.stem} {precision}":
            fingerprint(command, isa, tokens, model, "--precision", precision, *options)
            for model in MODELS for precision in ("fast", "exact")}


def golden(isa: str) -> pathlib.Path:
    return FINGERPRINTS / (f"logits_{isa}.json" if isa in UNFUSED else "logits.json")


def count_differing(what: str, found: dict[str, str], expected: dict[str, str]) -> int:
    differing = sorted(name for name in expected | found if found.get(name) != expected.get(name))
    print(f"{what}: {len(expected) - len(differing)} of {len(expected)} fingerprints equal",
          *differing, sep="\n  ")
    return len(differing)


def write(program: str) -> None:
    for isa in ("scalar", *UNFUSED):
        found = all_fingerprints([program], isa, TOKENS)
        golden(isa).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def compare(program: str) -> int:
    wrong = 0
    for isa in instruction_sets(program):
        expected = json.loads(golden(isa).read_text(encoding="utf-8"))
        wrong += count_differing(isa, all_fingerprints([program], isa, TOKENS), expected)
        if isa in UNFUSED:  # whatever the chunks: the others prove it by being equal to one another
            chunks = ("--prompt-chunk", "7", "--threads", "1")
            found = all_fingerprints([program], isa, TOKENS, *chunks)
            wrong += count_differing(f"{isa} in chunks of 7", found, expected)
    return wrong


def emulate(qemu: str, cpu: str, isa: str, program: str) -> int:
    command = [qemu, "-cpu", cpu, program]
    version = subprocess.run([*command, "version"], env=environment(""), capture_output=True,
                             text=True, check=True).stdout
    assert f"({isa}, " in version, f"{cpu} should choose {isa}: {version}"
    if isa not in instruction_sets(program):
        sys.exit(SKIPPED)
    few = TOKENS[:20]
    return count_differing(f"{isa} on {cpu}", all_fingerprints(command, "", few),
                           all_fingerprints([program], isa, few))


def main(args: list[str]) -> int:
    if args[0] == "--write":
        write(args[1])
        return 0
    if args[0] == "--emulate":
        return 1 if emulate(*args[1:]) else 0
    return 1 if compare(args[0]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
