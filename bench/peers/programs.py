"""Bantam and llama.cpp: how each test is put to their own tools."""

import dataclasses
import os
import shutil
import statistics
import time

import process
from answers import Answer
from tests import (Decode, Failed, FirstToken, MappedMemory, Memory, NotMeasured, Prefill,
                   ReadingShare, Test)

START_REPEATS = 3  # of a start to the first token, after one that warms the file


def forget(path: str):
    """Drops the file's pages from the page cache. Fails if some stay: those that another program
    has mapped do."""
    try:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            kept = process.cached_pages(file.fileno())
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}") from error
    if kept > 0:
        raise Failed(f"{path}: {kept} pages stay in memory: another program uses them")


class Program:
    """One measurement is one process of the program's own benchmark."""

    name = ""

    def __init__(self, options):
        self.options = options

    def measure(self, test: Test) -> float:
        """In the unit of the row. Fails with NotMeasured."""
        raise NotImplementedError

    def model(self, test: Test) -> str:
        path = self.options.models.get(test.model)
        if not path:
            raise NotMeasured(f"no model given for it (--{test.model.replace('_', '-')} FILE)")
        return path

    def run(self, command: list, environment: dict[str, str] | None = None,
            private: bool = False) -> process.Finished:
        return process.run([str(word) for word in command], self.options.timeout, environment,
                           private)

    def start_ms(self, test: FirstToken, command: list,
                 environment: dict[str, str] | None = None) -> float:
        """Of a command whose first output is the first token."""
        times = []
        for _ in range(START_REPEATS + 1):
            if test.cold:
                forget(self.model(test))
            done = self.run(command, environment)
            if not done.output:
                raise Failed("printed nothing, expected a token")
            times.append(done.first_byte_s)
        return statistics.median(times[1:]) * 1000


class Bantam(Program):
    name = "bantam"

    def measure(self, test: Test) -> float:
        environment = {"BANTAM_ISA": test.isa} if test.isa else None
        match test:
            case Prefill():
                return self.rate(test, environment, "-p", test.tokens, "-n", 0)
            case Decode():
                return self.rate(
                    test, environment, "-p", 0, "-n", test.tokens, "-d", test.depth, "-s",
                    test.sequences, "--two-stage-head", "on" if test.two_stage_head else "off")
            case ReadingShare():
                done = self.bench(test, environment, "-p", 0, "-n", test.tokens, "--beside-memory",
                                  repetitions=test.replies)
                return 100 * Answer(done.output).number("tests", 0, "share_of_reading", "median")
            case Memory():
                return self.filled(test, environment).peak_bytes / 2**20
            case MappedMemory():
                done = self.filled(test, environment, "--weights", "mapped", private=True)
                if not done.private_bytes:
                    raise NotMeasured("no Private_Dirty in its /proc/PID/smaps_rollup was seen")
                return done.private_bytes / 1e6
            case FirstToken():
                return self.start_ms(
                    test, [self.options.bantam, "run", self.model(test), "--no-chat", "-n", 1,
                     "--temperature", 0, "-t", self.options.threads, test.prompt], environment)
        raise NotMeasured("has no such test")

    def bench(self, test: Test, environment, *arguments, repetitions=1,
              private=False) -> process.Finished:
        return self.run([self.options.bantam, "bench", self.model(test), *arguments, "-r",
                         repetitions, "-t", self.options.threads, "--json"], environment, private)

    def filled(self, test: Memory | MappedMemory, environment, *arguments,
               private=False) -> process.Finished:
        """A run whose context is full at its end."""
        # The token that the reply starts with takes a place of its own.
        done = self.bench(test, environment, "-p", 0, "-n", 64, "-d", test.context - 65, *arguments,
                          private=private)
        self.rate_in(test, done)  # or it has not done what the memory is for
        return done

    def rate(self, test: Test, environment, *arguments) -> float:
        return self.rate_in(test, self.bench(test, environment, *arguments))

    @staticmethod
    def rate_in(test: Test, done: process.Finished) -> float:
        answer = Answer(done.output)
        rate = answer.number("tests", 0, "tokens_per_s", "median")
        # The program goes on with its best where BANTAM_ISA names what the machine lacks.
        if test.isa and answer.word("isa") != test.isa:
            raise NotMeasured(f"runs {answer.word('isa')} here, not {test.isa}")
        return rate


class OneSequence(Bantam):
    """Bantam itself with one sequence, for rows with several."""

    name = "one sequence"

    def measure(self, test: Test) -> float:
        return super().measure(dataclasses.replace(test, sequences=1))


class FileReading(Program):
    """Only reads the model, from its first byte to its last."""

    name = "reading the file"
    PIECE = 1 << 20

    def measure(self, test: Test) -> float:
        path = self.model(test)
        times = []
        for _ in range(START_REPEATS):
            forget(path)
            start = time.monotonic()
            try:
                with open(path, "rb", buffering=0) as file:
                    buffer = bytearray(self.PIECE)
                    while file.readinto(buffer):
                        pass
            except OSError as error:
                raise Failed(f"{path}: {error.strerror}") from error
            times.append(time.monotonic() - start)
        return statistics.median(times) * 1000


class LlamaCpp(Program):
    name = "llama.cpp"

    def tool(self, name: str, test: Test) -> str:
        """From PATH, or from the build for an instruction set."""
        folder = None
        if test.isa:
            folder = self.options.llama_isa.get(test.isa)
            if not folder:
                raise NotMeasured(f"no build of it given (--llama-isa {test.isa}=DIR)")
        path = shutil.which(name, path=folder)
        if not path:
            raise NotMeasured(f"{name} is not {'in ' + folder if folder else 'on PATH'}")
        return path

    def measure(self, test: Test) -> float:
        match test:
            case Prefill():
                return self.rate(self.bench(test, "-p", test.tokens, "-n", 0))
            case Decode(sequences=1):
                return self.rate(self.bench(test, "-p", 0, "-n", test.tokens, "-d", test.depth))
            case Decode():
                return self.together(test)
            case Memory():
                done = self.bench(test, "-p", 0, "-n", 64, "-d", test.context - 64)
                self.rate(done)  # or it has not done what the memory is for
                return done.peak_bytes / 2**20
            case FirstToken():
                return self.start_ms(
                    test, [self.tool("llama-completion", test), "-m", self.model(test), "-p",
                     test.prompt, "-n", 1, "-t", self.options.threads, "--temp", 0, "--no-warmup",
                     "-no-cnv", "--no-display-prompt"])
        raise NotMeasured("has no such test")

    def bench(self, test: Test, *arguments) -> process.Finished:
        return self.run([self.tool("llama-bench", test), "-m", self.model(test), *arguments, "-r",
                         1, "-t", self.options.threads, "-o", "json"])

    @staticmethod
    def rate(done: process.Finished) -> float:
        return Answer(done.output).number(0, "avg_ts")

    def together(self, test: Decode) -> float:
        done = self.run(
            [self.tool("llama-batched-bench", test), "-m", self.model(test), "-c",
             (test.tokens + 1) * test.sequences, "-npp", 1, "-ntg", test.tokens, "-npl",
             test.sequences, "-t", self.options.threads, "--output-format", "jsonl"])
        lines = [line for line in done.output.splitlines() if line.startswith("{")]
        return Answer(lines[0] if lines else done.output).number("speed_tg")
