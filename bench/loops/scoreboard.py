#!/usr/bin/env python3
"""The scoreboard of inner loops: cycles that llvm-mca counts in the compiled kernels.

    python bench/loops/scoreboard.py [--update] [--peer BUILD]

Takes the kernels' objects from build/release and build/arm64 (`./dev loops` builds them first),
finds the hot loop of every function listed in LOOPS and compares its cycles for 1,024 multiply-adds
with scoreboard.json: fails if one has become slower, says so if one has become faster or is new.
--update writes what there is now. --peer BUILD compares with llama.cpp's loops in a build of it for
aarch64 (docs/performance.md says how).

The cycles are those of a simulation that hits the first-level cache always: good for comparing a
loop with what it was, not for foretelling tokens a second. LLVM 19 models Cortex-A76 by the
narrower Cortex-A57; Neoverse N1, its sister with a model of its own, stands beside it.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import typing

import disassembly

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCOREBOARD = pathlib.Path(__file__).with_name("scoreboard.json")
TOLERANCE = 0.01
UNIT = 1024  # multiply-adds
TYPES = {"Q4_0": 2, "Q4_1": 3, "Q5_0": 6, "Q8_0": 8, "Q4_K": 12, "Q6_K": 14}
KINDS = {"one scale": 0, "scale and minimum": 4, "half scales": 5}  # of ScaleKind


class Target(typing.NamedTuple):
    build: str
    source: str
    triple: str
    cpus: tuple[str, ...]
    tile: int  # tokens of a prefill tile

    def object(self) -> pathlib.Path:
        return (ROOT / "build" / self.build / "CMakeFiles/bantam_kernels.dir/src/kernels" /
                f"{self.source}.cc.o")


TARGETS = {
    "neon-dotprod": Target("arm64", "arm/kernels_neon_dotprod", "aarch64",
                           ("cortex-a76", "neoverse-n1"), 8),
    "neon": Target("arm64", "arm/kernels_neon", "aarch64", ("cortex-a72",), 8),
    "avx2": Target("release", "x86/kernels_avx2", "x86_64", ("haswell",), 4),
    "avx512vnni": Target("release", "x86/kernels_avx512", "x86_64", ("znver4",), 16),
}


class Spot(typing.NamedTuple):
    """Where a loop is: the function's demangled name, the multiply-adds of a whole block."""
    function: str
    kinds: tuple = disassembly.DOTS
    block: int = 0


def spots(target: Target) -> dict[str, Spot]:
    """The hot loops: products of one token, tiles of many tokens, attention's scores."""
    found = {f"decode {name}": Spot(rf"RunTile<.*Packed<\(bantam::DType\){number}>, 1>\(")
             for name, number in TYPES.items()}
    found["decode, sketch of Q8_0"] = Spot(r"RunTile<.*HighPlane, 1>\(")
    for name, number in KINDS.items():
        found[f"prefill, {name}"] = Spot(
            rf"RunTile<.*Unpacked<.*ScaleKind\){number}, \d, -?\d+>>, {target.tile}>\(")
    found["attention, one row"] = Spot(r"ScoreSpan<1, false>\(", disassembly.WORDS)
    found["attention, six rows"] = Spot(r"ScoreSpan<6, false>\(", disassembly.WORDS)
    return found


# llama.cpp's loops that do the same, in the objects of its CPU backend; a block is 256 weights.
PEER = {
    "decode Q4_0": ("repack", Spot(r"^ggml_gemv_q4_0_4x4_q8_0$")),
    "decode Q4_1": ("quants", Spot(r"^ggml_vec_dot_q4_1_q8_1$")),
    "decode Q5_0": ("quants", Spot(r"^ggml_vec_dot_q5_0_q8_0$")),
    "decode Q8_0": ("repack", Spot(r"^ggml_gemv_q8_0_4x4_q8_0$")),
    "decode Q4_K": ("repack", Spot(r"^ggml_gemv_q4_K_8x4_q8_K$", block=256 * 8)),
    "decode Q6_K": ("repack", Spot(r"^ggml_gemv_q6_K_8x4_q8_K$", block=256 * 8)),
    "prefill Q4_0": ("repack", Spot(r"^ggml_gemm_q4_0_4x4_q8_0$")),
    "prefill Q4_1": ("quants", Spot(r"^ggml_vec_dot_q4_1_q8_1$")),
    "prefill Q5_0": ("quants", Spot(r"^ggml_vec_dot_q5_0_q8_0$")),
    "prefill Q8_0": ("repack", Spot(r"^ggml_gemm_q8_0_4x4_q8_0$")),
    "prefill Q4_K": ("repack", Spot(r"^ggml_gemm_q4_K_8x4_q8_K$", block=256 * 8 * 4)),
    "prefill Q6_K": ("repack", Spot(r"^ggml_gemm_q6_K_8x4_q8_K$", block=256 * 8 * 4)),
}
KIND_OF_TYPE = {"Q4_0": "one scale", "Q5_0": "one scale", "Q8_0": "one scale",
                "Q4_1": "scale and minimum", "Q4_K": "scale and minimum", "Q6_K": "half scales"}


# Millions of weights by type of the test model, which a token multiplies: all of them when it is
# decoded (the head's Q8_0 by its sketch), the layers' when it is read.
MODEL = {"decode Q5_0": 251.9, "decode Q8_0": 136.1, "decode Q6_K": 52.3, "decode Q4_K": 52.3,
         "prefill Q5_0": 251.9, "prefill Q6_K": 52.3, "prefill Q4_K": 52.3}


class Score(typing.NamedTuple):
    cycles: float  # for UNIT multiply-adds
    instructions: float


def measure(functions, spot: Spot, triple: str, cpu: str) -> Score | None:
    """The fastest of the functions that match, or None: templates may have equal instances."""
    scores = []
    for name, code in functions.items():
        if re.search(spot.function, name):
            body = disassembly.hot_loop(code, spot.kinds, spot.block)
            per_unit = UNIT / disassembly.multiply_adds(body, spot.kinds)
            scores.append(Score(round(disassembly.cycles(body, triple, cpu) * per_unit, 1),
                                round(len(body) * per_unit, 1)))
    return min(scores, default=None)


def all_scores() -> dict[str, Score]:
    scores = {}
    for name, target in TARGETS.items():
        path = target.object()
        if not path.exists():
            sys.exit(f"{path} is missing: ./dev loops builds it")
        functions = disassembly.functions(str(path))
        for cpu in target.cpus:
            for loop, spot in spots(target).items():
                score = measure(functions, spot, target.triple, cpu)
                if score is not None:
                    scores[f"{name} on {cpu}: {loop}"] = score
    return scores


def compiler() -> str:
    """The compiler that made the objects, as they say themselves."""
    text = subprocess.run(["llvm-readelf-19", "-p", ".comment", TARGETS["avx2"].object()],
                          check=True, capture_output=True, text=True).stdout
    match = re.search(r"clang version (\d+\.\d+\.\d+)", text)
    return f"clang {match[1]}" if match else "unknown"


def write(scores: dict[str, Score]):
    lines = [f"    {json.dumps(name)}: {json.dumps([score.cycles, score.instructions])}"
             for name, score in scores.items()]
    SCOREBOARD.write_text('{\n  "compiler": "%s",\n  "unit": "cycles and instructions for %d '
                          'multiply-adds",\n  "loops": {\n%s\n  }\n}\n'
                          % (compiler(), UNIT, ",\n".join(lines)))
    print(f"{SCOREBOARD.relative_to(ROOT)}: {len(scores)} loops")


def compare(scores: dict[str, Score], committed: dict[str, list[float]]) -> bool:
    """Tells what differs from the committed scores; whether none is worse or gone."""
    worse = better = 0
    for name in sorted(scores.keys() | committed.keys()):
        before = committed.get(name, [None])[0]
        now = scores[name].cycles if name in scores else None
        if now is None or (before is not None and now > before * (1 + TOLERANCE)):
            worse += 1
        elif before is None or now < before * (1 - TOLERANCE):
            better += 1
        else:
            continue
        print(f"{name}: {before or 'not there'} -> {now or 'gone'}")
    print(f"{len(scores)} loops: {worse} slower or gone, {better} faster or new")
    if better and not worse:
        print("./dev loops --update writes them to the scoreboard")
    return worse == 0


def check(scores: dict[str, Score]) -> bool:
    board = json.loads(SCOREBOARD.read_text())
    if board["compiler"] != compiler():
        print(f"built by {compiler()}, the scoreboard by {board['compiler']}: not compared")
        return True
    return compare(scores, board["loops"])


def line_of(name: str, pairs: list[tuple[float, float]]) -> str:
    return f"{name:24}" + "".join(f"{ours:12.1f} {theirs:8.1f} {ours / theirs:5.2f}"
                                  for ours, theirs in pairs)


def print_peer(build: pathlib.Path, scores: dict[str, Score]):
    """Our loops beside those of a build of llama.cpp, on both models of the processor."""
    objects = {name: disassembly.functions(str(next(build.rglob(f"arch/arm/{file}.o"))))
               for name, file in (("repack", "repack.cpp"), ("quants", "quants.c"))}
    target = TARGETS["neon-dotprod"]
    print(f"{'for %d multiply-adds' % UNIT:24}" + "".join(
        f"{title:>27}" for title in [f"cycles, {cpu}" for cpu in target.cpus] + ["instructions"]))
    sums = {phase: [[0.0, 0.0] for _ in range(3)] for phase in ("decode", "prefill")}
    for name, (file, spot) in PEER.items():
        phase, dtype = name.split()
        own = name if phase == "decode" else f"prefill, {KIND_OF_TYPE[dtype]}"
        ours = [scores[f"neon-dotprod on {cpu}: {own}"] for cpu in target.cpus]
        theirs = [measure(objects[file], spot, target.triple, cpu) for cpu in target.cpus]
        pairs = [(a.cycles, b.cycles) for a, b in zip(ours, theirs, strict=True)]
        print(line_of(name, [*pairs, (ours[0].instructions, theirs[0].instructions)]))
        if name == "decode Q8_0":
            ours = [scores[f"neon-dotprod on {cpu}: decode, sketch of Q8_0"] for cpu in target.cpus]
        pairs = [(a.cycles, b.cycles) for a, b in zip(ours, theirs, strict=True)]
        for total, pair in zip(sums[phase], [*pairs, (ours[0].instructions,
                                                      theirs[0].instructions)], strict=True):
            for side in (0, 1):
                total[side] += pair[side] * MODEL.get(name, 0)
    for phase, totals in sums.items():
        weights = sum(n for name, n in MODEL.items() if name.startswith(phase))
        print(line_of(f"{phase}, test model", [(a / weights, b / weights) for a, b in totals]))


def main():
    parser = argparse.ArgumentParser(description="Cycles of inner loops.")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--peer", type=pathlib.Path, metavar="BUILD")
    options = parser.parse_args()
    scores = all_scores()
    if options.peer:
        print_peer(options.peer, scores)
    elif options.update:
        write(scores)
    elif not check(scores):
        sys.exit(1)


if __name__ == "__main__":
    main()
