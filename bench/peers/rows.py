"""The rows of the table: which test, beside which peers, how often, and what is expected of it."""

import dataclasses

from tests import Decode, FirstToken, MappedMemory, Memory, Prefill, ReadingShare, Test

LLAMA, OPENVINO, ALONE = "llama.cpp", "OpenVINO", "one sequence"
READING = "reading the file"


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    title: str
    test: Test
    peers: tuple[str, ...] = (LLAMA,)
    share: float = 1  # of --rounds; at least one round
    floor: float = 1  # smallest ratio to llama.cpp allowed
    floors: tuple[tuple[str, float], ...] = ()  # to other peers, if not 1
    least: float | None = None  # smallest value of Bantam's own allowed, in the row's unit
    most: float | None = None   # largest
    quick: bool = False  # one of --quick

    @property
    def unit(self) -> str:
        return {Memory: "MiB", MappedMemory: "MB", FirstToken: "ms",
                ReadingShare: "%"}.get(type(self.test), "tok/s")

    @property
    def less_is_better(self) -> bool:
        return self.unit not in ("tok/s", "%")

    def floor_for(self, peer: str) -> float:
        return dict(self.floors).get(peer, self.floor if peer == LLAMA else 1)

    def ratio(self, ours: float, theirs: float) -> float:
        """How many times as good: as fast, or as little."""
        return theirs / ours if self.less_is_better else ours / theirs


BOTH = (LLAMA, OPENVINO)

# Floors are what Bantam is meant to reach on a machine as that of docs/performance.md.
ROWS = [
    Row("prefill-512", "prompt of 512", Prefill(tokens=512), BOTH, floor=3,
        floors=((OPENVINO, 1.15),), quick=True),
    Row("prefill-8192", "prompt of 8,192", Prefill(tokens=8192), BOTH, 0.6, floor=3),
    Row("decode-64", "reply of 64", Decode(), BOTH, floor=1.8, quick=True),
    Row("decode-64-one-stage", "reply of 64, head in one stage", Decode(two_stage_head=False),
        BOTH, floor=1.5),
    Row("decode-64-q4_0", "reply of 64, pure Q4_0 file", Decode(model="q4_0")),
    Row("decode-64-f16", "reply of 64, F16 file", Decode(model="f16"), share=4),
    Row("f16-beside-memory", "replies of 16, F16 file, of the speed of memory",
        ReadingShare(model="f16"), (), least=90),
    Row("decode-8192", "reply at a depth of 8,192", Decode(depth=8192), BOTH, 0.6, floor=3.5,
        floors=((OPENVINO, 1.9),)),
    Row("decode-32000", "reply at a depth of 32,000", Decode(tokens=32, depth=32000), BOTH, 0.2),
    Row("sequences-8", "eight replies at once", Decode(sequences=8), (ALONE, LLAMA), quick=True,
        floors=((ALONE, 4.5),)),
    Row("memory-4096", "peak memory, 4,096 tokens", Memory(), BOTH, 0.4, floor=1.28),
    Row("memory-mapped", "private memory, weights mapped, 4,096 tokens", MappedMemory(), (), 0.4,
        most=130),
    Row("first-token", "start to first token", FirstToken(), floor=1.67),
    Row("first-token-cold", "the same, file not in memory", FirstToken(cold=True),
        (READING, LLAMA), floors=((READING, 0.87),)),
    Row("small-prefill-512", "SmolLM2-135M: prompt of 512", Prefill(model="small"), BOTH),
    Row("small-decode-64", "SmolLM2-135M: reply of 64", Decode(model="small"), BOTH),
]


def forced(isa: str) -> list[Row]:
    """The rows of an instruction set that is below the machine's best."""
    prefill, decode = {"avx2": (1.5, 1.3)}.get(isa, (1, 1))
    return [
        Row(f"{isa}-prefill-512", f"prompt of 512, {isa}", Prefill(isa=isa), BOTH, floor=prefill),
        Row(f"{isa}-prefill-8192", f"prompt of 8,192, {isa}", Prefill(isa=isa, tokens=8192),
            BOTH, 0.6, floor=prefill),
        Row(f"{isa}-decode-64", f"reply of 64, {isa}", Decode(isa=isa), BOTH, floor=decode),
    ]


FORCED_ISAS = ("avx512vnni", "avx2")
SLOW_ISAS = ("sse41",)  # only where asked for: minutes a run


def every(slow_isas=SLOW_ISAS) -> list[Row]:
    """The whole table, with the rows of these slow instruction sets."""
    return ROWS + [row for isa in (*FORCED_ISAS, *slow_isas) for row in forced(isa)]


def asked_for(names: list[str], isas) -> list[Row]:
    """The table with the slow instruction sets of which a row is named, or peers are there."""
    return every([isa for isa in SLOW_ISAS
                  if isa in isas or any(name.startswith(f"{isa}-") for name in names)])


def choose(rows: list[Row], names: list[str], quick: bool) -> list[Row]:
    """The rows asked for, in the table's order; all of them if none is named."""
    known = {row.name: row for row in rows}
    for name in names:
        if name not in known:
            raise ValueError(f"no row '{name}'; there are: {', '.join(known)}")
    return [row for row in rows
            if (row.name in names if names else row.quick or not quick)]
