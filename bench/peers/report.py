"""The table: for people at a terminal, as Markdown, and what of it is below its floor."""

from results import Results
from rows import Row

PROGRAMS = ("bantam", "llama.cpp", "OpenVINO")
# Without a column: a ratio in the last one.
YARDSTICKS = ("one sequence", "reading the file")


def number(value: float) -> str:
    """Three or four digits: more would be noise."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def table(rows: list[Row], results: Results) -> str:
    """Medians with the slowest and fastest run, and how many times as good Bantam is."""
    lines = [f"{'row':22} {'program':14} {'median':>9} {'min':>9} {'max':>9} {'unit':6}  ratio"]
    for row in rows:
        ours = results.median(row.name, "bantam")
        if ours is None:
            continue
        for name, values in results.samples[row.name].items():
            median = results.median(row.name, name)
            ratio = "" if name == "bantam" else f"{row.ratio(ours, median):6.2f}"
            lines.append(f"{row.name:22} {name:14} {median:9.2f} {min(values):9.2f} "
                         f"{max(values):9.2f} {row.unit:6} {ratio}".rstrip())
    return "\n".join(lines)


def broken(rows: list[Row], results: Results, floors: dict[str, float]) -> list[str]:
    """Ratios below their floors; `floors` replaces those of rows by name, "" those of all. And
    medians beyond what a row allows."""
    out = []
    for row in rows:
        ours = results.median(row.name, "bantam")
        if ours and row.least is not None and ours < row.least:
            out.append(f"{row.name}: {ours:.1f} {row.unit}, at least {row.least:g} wanted")
        if ours and row.most is not None and ours > row.most:
            out.append(f"{row.name}: {ours:.1f} {row.unit}, at most {row.most:g} wanted")
        for name in results.samples.get(row.name, {}) if ours else ():
            if name == "bantam":
                continue
            floor = floors.get(row.name, floors.get("", row.floor_for(name)))
            ratio = row.ratio(ours, results.median(row.name, name))
            if ratio < floor:
                out.append(f"{row.name}: {ratio:.2f} of {name}, at least {floor:g} wanted")
    return out


def markdown(rows: list[Row], results: Results, titles: dict[str, str] | None = None,
             words: tuple[str, ...] = ("ratio to each", "one sequence",
                                       "the time to read the file")) -> str:
    """One line a row; a column for each program that was measured at all. `words` are the last
    column's heading and what it calls the yardsticks."""
    heading, *yardsticks = words
    measured = [name for name in PROGRAMS
                if any(name in results.samples.get(row.name, {}) for row in rows)]
    peers = [name for name in measured if name != "bantam"]
    lines = ["| | Bantam | " + " | ".join(peers) + f" | {heading} |",
             "| --- " * (len(peers) + 3) + "|"]
    for row in rows:
        ours = results.median(row.name, "bantam")
        if ours is None:
            continue
        cells, ratios = [_cell(ours, row)], []
        for name in peers:
            median = results.median(row.name, name)
            cells.append("–" if median is None else _cell(median, row))
            ratios.append("–" if median is None else f"{row.ratio(ours, median):.2f}")
        beside = [(results.median(row.name, name), word)
                  for name, word in zip(YARDSTICKS, yardsticks)]
        alone = [f"{ours / median:.2f} × {word}" for median, word in beside if median is not None]
        if alone and set(ratios) == {"–"}:
            ratios = []
        if not row.peers:
            ratios = ["–"]
        title = (titles or {}).get(row.name, row.title)
        lines.append(f"| {title} | " + " | ".join(cells) + f" | {' · '.join(ratios + alone)} |")
    return "\n".join(lines)


def _cell(value: float, row: Row) -> str:
    return number(value) + ("" if row.unit == "tok/s" else f" {row.unit}")
