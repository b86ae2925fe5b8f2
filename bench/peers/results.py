"""What was measured: every single run, and the machine; kept as CSV."""

import csv
import dataclasses
import statistics


@dataclasses.dataclass
class Results:
    """CSV lines are row, program, round, value, unit; facts are lines of the row 'machine'."""

    samples: dict[str, dict[str, list[float]]] = dataclasses.field(default_factory=dict)
    units: dict[str, str] = dataclasses.field(default_factory=dict)
    facts: dict[str, str] = dataclasses.field(default_factory=dict)
    failures: list[str] = dataclasses.field(default_factory=list)  # of Bantam, or broken off

    def add(self, row: str, program: str, value: float, unit: str):
        self.units[row] = unit
        self.samples.setdefault(row, {}).setdefault(program, []).append(value)

    def median(self, row: str, program: str) -> float | None:
        values = self.samples.get(row, {}).get(program)
        return statistics.median(values) if values else None

    def fact(self, name: str) -> float | None:
        return float(self.facts[name]) if name in self.facts else None

    def update(self, other: "Results"):
        """Takes the other's rows in place of its own."""
        self.samples.update(other.samples)
        self.units.update(other.units)
        self.facts.update(other.facts)

    def from_elsewhere(self, other: "Results") -> list[str]:
        """Rows of its own that stay when the other's come, which is of another processor."""
        processors = [facts.get("processor") for facts in (self.facts, other.facts)]
        if None in processors or processors[0] == processors[1]:
            return []
        return [row for row in self.samples if row not in other.samples]

    def order(self, names: list[str]):
        """Rows in that order, others after them, so that two files of a table compare well."""
        known = {name: i for i, name in enumerate(names)}
        self.samples = dict(sorted(self.samples.items(),
                                   key=lambda item: known.get(item[0], len(known))))


def write(results: Results, path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "program", "round", "value", "unit"])
        writer.writerows(["machine", name, "", value, ""] for name, value in results.facts.items())
        for row, programs in results.samples.items():
            for program, values in programs.items():
                writer.writerows([row, program, i, f"{value:.6g}", results.units[row]]
                                 for i, value in enumerate(values, 1))


def read(path) -> Results:
    results = Results()
    with open(path, newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            if line["row"] == "machine":
                results.facts[line["program"]] = line["value"]
            else:
                results.add(line["row"], line["program"], float(line["value"]), line["unit"])
    return results
