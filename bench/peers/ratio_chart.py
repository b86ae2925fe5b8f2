"""docs/performance.svg: how many times as good Bantam is as each peer, as bars on a log scale."""

import math

import svg
from results import Results
from rows import LLAMA, OPENVINO, Row

LEFT, TOP, WIDTH, RIGHT = 230, 78, 440, 90
BAR, GAP = 13, 10
PEERS = (LLAMA, OPENVINO)


def draw(rows: list[Row], results: Results) -> str:
    bars = []  # (title, [(peer, ratio)])
    for row in rows:
        ours = results.median(row.name, "bantam")
        pairs = [(peer, row.ratio(ours, results.median(row.name, peer)))
                 for peer in PEERS if ours and results.median(row.name, peer)]
        if pairs:
            bars.append((row.title, pairs))
    ratios = [ratio for _, pairs in bars for _, ratio in pairs] + [1]
    ticks = [t for t in (0.25, 0.5, 1, 2, 4, 8, 16, 32) if min(ratios) / 2 < t < max(ratios) * 2]
    low, high = math.log(min(ticks)), math.log(max(ticks))

    def place(ratio: float) -> float:
        return LEFT + (math.log(ratio) - low) / (high - low) * WIDTH

    height = TOP + sum(BAR * len(pairs) + GAP for _, pairs in bars) + 16
    drawing = svg.Drawing(LEFT + WIDTH + RIGHT, height, "Bantam beside its peers: " + "; ".join(
        f"{title}: " + ", ".join(f"{ratio:.2f} times {peer}" for peer, ratio in pairs)
        for title, pairs in bars))
    _head(drawing)
    for tick in ticks:
        drawing.line([(place(tick), TOP - 10), (place(tick), height - 14)],
                     "one" if tick == 1 else "grid")
        drawing.text(place(tick), TOP - 16, f"{tick:g} ×", "faint", "middle")
    y = TOP
    for title, pairs in bars:
        drawing.text(LEFT - 12, y + BAR * len(pairs) / 2 + 4, title, anchor="end")
        for peer, ratio in pairs:
            start, end = sorted((place(1), place(ratio)))
            drawing.bar(start, y, end - start, BAR - 2, svg.CLASSES[peer])
            slower = ratio < 1
            drawing.text(start - 6 if slower else end + 6, y + BAR - 3, f"{ratio:.2f}", "faint",
                         "end" if slower else "start")
            y += BAR
        y += GAP
    return drawing.svg()


def _head(drawing: svg.Drawing):
    drawing.text(16, 26, "Bantam: times as fast, or as little memory or time", "title")
    x = 16
    for peer in PEERS:
        drawing.bar(x, 37, 11, 11, svg.CLASSES[peer])
        drawing.text(x + 16, 47, f"as {peer}", "faint")
        x += 100
