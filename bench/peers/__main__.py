#!/usr/bin/env python3
"""Speed and memory beside other programs on the same files: alternating runs, ratios of medians.

    python3 bench/peers MODEL.gguf [--small FILE] [--q4-0 FILE] [--f16 FILE]
        [--rows NAME,… | --quick]

llama.cpp's programs are taken from PATH, OpenVINO GenAI from the Python that is named; peers that
are not there are left out with a word, and so is one that fails, for that row. Ratios say how many
times as fast, or as little memory or time, Bantam is. Fails if one is below its floor or Bantam
itself fails; what has been measured is kept then, too.

--publish replaces the measured rows in docs/performance.csv and draws charts and tables anew;
--draw only does that.
"""

import argparse
import math
import os
import pathlib
import signal
import sys

import documents
import measuring
import report
import results as results_file
import rows as table
from openvino_program import OpenVino
from programs import Bantam, FileReading, LlamaCpp, OneSequence
from tests import NotMeasured

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = (Bantam, OneSequence, FileReading, LlamaCpp, OpenVino)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("main", nargs="?", metavar="MODEL", help="the main model")
    parser.add_argument("--small", metavar="FILE", help="a second model, for the small- rows")
    parser.add_argument("--q4-0", metavar="FILE", help="the main model as pure Q4_0")
    parser.add_argument("--f16", metavar="FILE", help="the main model as F16")
    parser.add_argument("--rows", default="", metavar="NAME,…", help="only these")
    parser.add_argument("--quick", action="store_true", help="a few short rows, in few rounds")
    parser.add_argument("--list", action="store_true", help="list the rows and end")
    parser.add_argument("--rounds", type=int, help="of short rows (5; 2 if quick)")
    parser.add_argument("-t", "--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--floor", action="append", default=[], metavar="[ROW=]RATIO",
                        help="smallest ratio allowed, of all rows or one; repeatable")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds of one run (3600)")
    parser.add_argument("--bantam", default=str(ROOT / "build/release/bantam"))
    parser.add_argument("--llama-isa", action="append", default=[], metavar="ISA=DIR",
                        help="llama.cpp's programs built for an instruction set; repeatable")
    parser.add_argument("--openvino-python", default=os.environ.get("OPENVINO_PYTHON"),
                        metavar="PYTHON", help="one that has openvino_genai ($OPENVINO_PYTHON)")
    parser.add_argument("--openvino-model", default=os.environ.get("OPENVINO_MODEL"),
                        metavar="DIR", help="the main model, converted ($OPENVINO_MODEL)")
    parser.add_argument("--openvino-small", metavar="DIR", help="the second model, converted")
    parser.add_argument("--csv", metavar="FILE", help="write every single run")
    parser.add_argument("--publish", action="store_true", help=f"into {documents.CSV}, and draw")
    parser.add_argument("--draw", action="store_true", help=f"from {documents.CSV}, no measuring")
    options = parser.parse_args(arguments)
    try:
        options.llama_isa = dict(pair(text) for text in options.llama_isa)
        names = [name for name in options.rows.split(",") if name]
        if options.rows and not names:
            raise ValueError("--rows names no row")
        options.all_rows = table.asked_for(names, options.llama_isa)
        options.floors = dict(floor(text, options.all_rows) for text in options.floor)
        options.chosen = table.choose(options.all_rows, names, options.quick)
    except ValueError as error:
        parser.error(str(error))
    options.models = {"main": options.main, "small": options.small, "q4_0": options.q4_0,
                      "f16": options.f16}
    options.openvino_models = {"main": options.openvino_model, "small": options.openvino_small}
    if options.rounds is None:
        options.rounds = 2 if options.quick else 5
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: expected 1 or more")
    if options.threads < 1:
        parser.error(f"--threads {options.threads}: expected 1 or more")
    if not options.timeout > 0:
        parser.error(f"--timeout {options.timeout}: expected seconds above 0")
    if not (options.main or options.list or options.draw):
        parser.error("MODEL is missing")
    return options


def pair(text: str) -> tuple[str, str]:
    isa, _, folder = text.partition("=")
    if not isa or not folder:
        raise ValueError(f"'{text}': expected ISA=DIR")
    if isa not in table.FORCED_ISAS + table.SLOW_ISAS:
        raise ValueError(f"'{text}': no rows for '{isa}'")
    if not os.path.isdir(folder):
        raise ValueError(f"'{text}': no such folder")
    return isa, folder


def floor(text: str, rows: list[table.Row]) -> tuple[str, float]:
    """The row's name, "" for all of them, and its smallest ratio."""
    name, _, ratio = text.rpartition("=")
    if name:
        table.choose(rows, [name], False)
    try:
        smallest = float(ratio)
    except ValueError:
        smallest = math.nan
    if not math.isfinite(smallest):
        raise ValueError(f"'{text}': expected [ROW=]RATIO")
    return name, smallest


def measure(options) -> results_file.Results:
    """All rows, with what `bantam doctor` says before and after them; what went wrong is among the
    results' failures."""
    progress = measuring.Progress()
    programs = {kind.name: kind(options) for kind in KINDS}
    bantam = programs.pop(Bantam.name)
    results = results_file.Results()
    describe = options.publish or options.csv
    try:
        if describe:
            progress.show("bantam doctor")
            measuring.describe_machine(bantam, options.main, results.facts)
        for i, row in enumerate(options.chosen, 1):
            wanted = [bantam] + [programs[name] for name in row.peers]
            rounds = measuring.rounds_of(row, options.rounds)
            for text in measuring.measure_row(row, wanted, rounds, results, progress):
                progress.note(text)
            if row.name in results.samples:
                progress.note(f"{i}/{len(options.chosen)} {row.name}: " + ", ".join(
                    f"{name} {report.number(results.median(row.name, name))} {row.unit}"
                    for name in results.samples[row.name]))
        if describe:
            progress.show("bantam doctor")
            measuring.describe_machine(bantam, options.main, results.facts)
    except NotMeasured as reason:  # Bantam itself does not run; after the rows: no more
        results.failures.append(f"bantam doctor: {reason}")
    except KeyboardInterrupt:
        results.failures.append("interrupted")
        progress.note("interrupted; the rows before this one are kept")
    progress.show("")
    return results


def publish(measured: results_file.Results):
    path = ROOT / documents.CSV
    results = results_file.read(path) if path.exists() else results_file.Results()
    elsewhere = results.from_elsewhere(measured)
    if elsewhere:
        print(f"{documents.CSV} now names {measured.facts['processor']}, but these rows are still "
              f"of {results.facts['processor']}: {', '.join(elsewhere)}", file=sys.stderr)
    results.update(measured)
    results.order([row.name for row in table.every()])
    results_file.write(results, path)
    documents.publish(ROOT, results)


def main() -> int:
    options = parse(sys.argv[1:])
    if options.list:
        print("\n".join(f"{row.name:24} {row.title}" for row in table.every()))
        return 0
    if options.draw:
        documents.publish(ROOT, results_file.read(ROOT / documents.CSV))
        return 0
    if options.csv:
        try:
            open(options.csv, "a").close()  # better now than after an hour
        except OSError as error:
            sys.exit(f"--csv: {error}")
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C: nothing is left running
        signal.signal(ending, signal.default_int_handler)
    results = measure(options)
    print(report.table(options.chosen, results), flush=True)
    broken = report.broken(options.chosen, results, options.floors) + results.failures
    if not results.samples:
        broken.append("no row was measured")
    elif options.csv:
        try:
            results_file.write(results, options.csv)
        except OSError as error:
            broken.append(f"--csv: {error}")
    if options.publish and results.samples:
        publish(results)
    for text in broken:
        print(f"BROKEN  {text}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
