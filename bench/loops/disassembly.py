"""Loops of compiled functions: disassembles an object, finds loops, lets llvm-mca time them."""

import json
import re
import subprocess
import typing

OBJDUMP = "llvm-objdump-19"
MCA = "llvm-mca-19"
ITERATIONS = 200

# Multiply-adds of one instruction, by its text: on bytes, and on 16-bit words.
DOTS = (
    (r"[su]s?dot\s+v\d+\.4s", 16), (r"smull2?\s+v\d+\.8h", 8),
    (r"vpdpbusd\s.*%zmm", 64), (r"(\{vex\}\s+)?vpdpbusd\s.*%ymm", 32),
    (r"vpmaddubsw\s.*%zmm", 64), (r"vpmaddubsw\s.*%ymm", 32), (r"v?pmaddubsw\s", 16),
    (r"smmla\s", 32),
)
WORDS = (
    (r"smlal2?\s+v\d+\.4s", 4), (r"(\{vex\}\s+)?vpdpwssd\s.*%zmm", 32),
    (r"vpmaddwd\s.*%zmm", 32), (r"vpmaddwd\s.*%ymm", 16), (r"v?pmaddwd\s", 8),
)
BRANCH = re.compile(r"(?:b|b\.\w+|cbn?z|tbn?z|j\w+)\s+(?:.*,\s*)?0x([0-9a-f]+)$")


class Instruction(typing.NamedTuple):
    address: int
    text: str

    @property
    def target(self) -> int | None:
        """The address it branches to."""
        match = BRANCH.match(self.text)
        return int(match[1], 16) if match else None


class Loop(typing.NamedTuple):
    """The instructions from a branch's target to the branch, by their indices: [first, last]."""
    first: int
    last: int

    def __contains__(self, other) -> bool:
        return self != other and self.first <= other.first and other.last <= self.last


def functions(path: str) -> dict[str, list[Instruction]]:
    """Every function of an object or program, by its demangled name."""
    text = subprocess.run([OBJDUMP, "-d", "--no-show-raw-insn", "--demangle", path],
                          check=True, capture_output=True, text=True).stdout
    found: dict[str, list[Instruction]] = {}
    code: list[Instruction] = []
    for line in text.splitlines():
        if match := re.fullmatch(r"[0-9a-f]+ <(.*)>:", line):
            code = found.setdefault(match[1], [])
        elif match := re.match(r"\s*([0-9a-f]+):\s+(\S.*)", line):
            words = re.sub(r"\s*(<.*>|//.*|# .*)$", "", match[2]).replace("\t", " ")
            code.append(Instruction(int(match[1], 16), words.strip()))
    return found


def loops(code: list[Instruction]) -> list[Loop]:
    at = {instruction.address: i for i, instruction in enumerate(code)}
    found: dict[int, int] = {}  # a loop may be closed by several branches: the last one counts
    for i, instruction in enumerate(code):
        target = at.get(instruction.target) if instruction.target is not None else None
        if target is not None and target <= i:
            found[target] = i
    return [Loop(first, last) for first, last in found.items()]


def multiply_adds(text: list[str], kinds) -> int:
    return sum(next((n for pattern, n in kinds if re.match(pattern, line)), 0) for line in text)


def hot_loop(code: list[Instruction], kinds, block: int) -> list[str]:
    """The innermost loop with most multiply-adds. If it has fewer than `block` and lies in another
    one, then that outer loop, the inner one as often as makes `block` together."""
    lines = [instruction.text for instruction in code]
    everything = loops(code)
    work = {loop: multiply_adds(lines[loop.first:loop.last + 1], kinds) for loop in everything}
    innermost = [loop for loop in everything if not any(other in loop for other in everything)]
    inner = max((loop for loop in innermost if work[loop] > 0),
                key=lambda loop: (work[loop], -loop.first), default=None)
    if inner is None:
        raise SystemExit("no loop with multiply-adds")
    body = lines[inner.first:inner.last + 1]
    around = [loop for loop in everything if inner in loop]
    if work[inner] >= block or not around:
        return body
    outer = min(around, key=lambda loop: loop.last - loop.first)
    rest = work[outer] - work[inner]
    if rest >= block:
        return body
    times = round((block - rest) / work[inner])
    return lines[outer.first:inner.first] + body * times + lines[inner.last + 1:outer.last + 1]


def free_zeros(body: list[str]) -> list[str]:
    """Registers are zeroed by xor with themselves, which no processor waits for; but llvm-mca does
    where it is one of AVX-512's new registers. Such lines get a source that is never written."""
    written = {line.rsplit("%", 1)[-1][3:] for line in body if re.search(r"%[xyz]mm\d+$", line)}
    never = next((n for n in range(31, 15, -1) if str(n) not in written), None)
    if never is None:
        return body
    return [re.sub(r"^(v(?:pxord|xorps)) (%[xyz]mm)(\d+), \2\3, (\2\d+)$",
                   rf"\1 \g<2>{never}, \g<2>{never}, \4", line) for line in body]


def cycles(body: list[str], triple: str, cpu: str) -> float:
    """Cycles of one pass when the loop runs on and on, all loads from the first-level cache."""
    body = free_zeros(body)
    result = subprocess.run([MCA, f"-mtriple={triple}", f"-mcpu={cpu}", "-json",
                             f"-iterations={ITERATIONS}"],
                            input="\n".join(body), capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{MCA}: {result.stderr[:2000]}")
    summary = json.loads(result.stdout)["CodeRegions"][0]["SummaryView"]
    return summary["TotalCycles"] / summary["Iterations"]
