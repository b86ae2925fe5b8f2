"""What can be measured of a program. Lengths are in tokens; every model is named, not a path."""

import dataclasses


class NotMeasured(Exception):
    """A program that is not there, cannot do the test, or failed; the text says which."""


class Failed(NotMeasured):
    """It was to do the test and failed, or what it printed is no answer."""


@dataclasses.dataclass(frozen=True)
class Test:
    model: str = "main"  # "main", "q4_0", "f16" or "small": --model, --q4-0 …
    isa: str = ""        # the instruction set that the kernels are held to; "": the best


@dataclasses.dataclass(frozen=True)
class Prefill(Test):
    """Tokens a second of reading a prompt in one request."""

    tokens: int = 512


@dataclasses.dataclass(frozen=True)
class Decode(Test):
    """Tokens a second of replies, all sequences together."""

    tokens: int = 64
    depth: int = 0  # tokens already in the context
    sequences: int = 1
    two_stage_head: bool = True  # Bantam's own: score only tokens that can win


@dataclasses.dataclass(frozen=True)
class ReadingShare(Test):
    """Percent of the time of short replies that reading their bytes from memory takes, which is
    measured before and after each of them in the same process."""

    tokens: int = 16
    replies: int = 30


@dataclasses.dataclass(frozen=True)
class Memory(Test):
    """Peak resident MiB (VmHWM) with a context that is filled to the last token."""

    context: int = 4096


@dataclasses.dataclass(frozen=True)
class MappedMemory(Test):
    """Largest private dirty memory in MB (Private_Dirty: what cannot be read from the file again)
    with weights left in the file's pages, and a context that is filled to the last token."""

    context: int = 4096


@dataclasses.dataclass(frozen=True)
class FirstToken(Test):
    """Milliseconds from the start of the process to the first token."""

    prompt: str = "The capital of France is"
    cold: bool = False  # the file has to be read from the disk first
