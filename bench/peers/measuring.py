"""Runs rows in alternating rounds, so that all programs see the same moods of the machine."""

import pathlib
import re
import sys
import time

from answers import Answer
from programs import Program
from results import Results
from rows import Row
from tests import Failed, NotMeasured


class Progress:
    """A line on standard error that says what runs; notes stay, the line does not."""

    def __init__(self, stream=sys.stderr):
        self.stream, self.start = stream, time.monotonic()

    def show(self, text: str):
        if self.stream.isatty():
            minutes, seconds = divmod(int(time.monotonic() - self.start), 60)
            self.stream.write(f"\r\x1b[K{minutes:3}:{seconds:02}  {text}")
            self.stream.flush()

    def note(self, text: str):
        self.stream.write(("\r\x1b[K" if self.stream.isatty() else "") + text + "\n")
        self.stream.flush()


def rounds_of(row: Row, rounds: int) -> int:
    return max(1, round(rounds * row.share))


def measure_row(row: Row, programs: list[Program], rounds: int, results: Results,
                progress: Progress) -> list[str]:
    """Adds the row's samples; the order of programs turns every round. Returns why what is missing
    is missing. A program that fails once is out of the row; without Bantam there is no row, and
    where it fails, that is one of the results' failures."""
    skipped = []
    running = list(programs)
    values = {program.name: [] for program in programs}
    for i in range(rounds):
        for program in running[::1 if i % 2 == 0 else -1]:  # a copy: who fails leaves the list
            progress.show(f"{row.name}: round {i + 1} of {rounds}, {program.name}")
            try:
                values[program.name].append(program.measure(row.test))
            except NotMeasured as reason:
                skipped.append(f"{row.name}: {program.name} left out: {reason}")
                values.pop(program.name)
                running.remove(program)
                if program is programs[0]:
                    if isinstance(reason, Failed):
                        results.failures.append(f"{row.name}: {program.name}: {reason}")
                    return skipped
    for name, samples in values.items():
        for value in samples:
            results.add(row.name, name, value, row.unit)
    return skipped


def describe_machine(bantam, model: str, facts: dict[str, str]):
    """What `bantam doctor` says; of several calls the best rates, as they are the machine's. Fails
    with NotMeasured."""
    done = bantam.run([bantam.options.bantam, "doctor", model, "--json", "-t",
                       bantam.options.threads])
    report = Answer(done.output)
    new = {"processor": _processor(), "isa": report.word("machine", "isa"),
           "threads": str(report.number("speed", "threads"))}
    for name in ("read_bytes_per_s", "int8_products_per_s"):
        best = max(float(facts.get(name, 0)), report.number("speed", name))
        new[name] = f"{best:.4g}"
    for name in ("bytes_per_token", "kv_bytes_per_token", "products_per_token"):
        new[name] = str(report.number("model", name))
    facts.update(new)  # all of it or nothing


def _processor() -> str:
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "unknown"
    match = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return match[1] if match else "unknown"
