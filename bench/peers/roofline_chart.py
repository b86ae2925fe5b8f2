"""docs/roofline.svg: tokens a second against tokens computed for each reading of the weights.

The slanted roof is memory: bytes a second over the bytes of all weights, times the tokens that
share a reading. The flat one is arithmetic: int8 multiply-adds a second over those of a token. Both
rates are what `bantam doctor` measured (the figure: Williams, Waterman and Patterson 2009).
"""

import math

import svg
from results import Results
from rows import LLAMA, OPENVINO

LEFT, TOP, WIDTH, HEIGHT, RIGHT, BOTTOM = 70, 70, 560, 320, 100, 54
LINE = 15  # least distance of labels
# Row, tokens for each reading of the weights, label.
POINTS = (("decode-64-one-stage", 1, "reply"), ("sequences-8", 8, "eight replies"),
          ("prefill-512", 512, "prompt"))
PROGRAMS = ("bantam", LLAMA, OPENVINO)


def bounds(results: Results) -> tuple[float, float] | None:
    """Tokens a second that memory allows one sequence, and that arithmetic allows."""
    facts = [results.fact(name) for name in ("read_bytes_per_s", "bytes_per_token",
                                             "int8_products_per_s", "products_per_token")]
    if not all(facts):
        return None
    return facts[0] / facts[1], facts[2] / facts[3]


def draw(results: Results) -> str | None:
    roofs = bounds(results)
    points = [(program, tokens, label, results.median(row, program))
              for row, tokens, label in POINTS for program in PROGRAMS
              if results.median(row, program)]
    if roofs is None or not points:
        return None
    memory, arithmetic = roofs
    rates = [rate for *_, rate in points] + [memory, arithmetic]
    low = 10 ** math.floor(math.log10(min(rates)))
    high = 10 ** math.ceil(math.log10(max(rates) * 1.2))

    def at(tokens: float, rate: float) -> tuple[float, float]:
        x = LEFT + math.log(tokens) / math.log(1024) * WIDTH
        y = TOP + HEIGHT - math.log(rate / low) / math.log(high / low) * HEIGHT
        return x, y

    drawing = svg.Drawing(LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM,
                          f"Memory allows {memory:.0f} tokens a second for one sequence, "
                          f"arithmetic {arithmetic:.0f}; reached: " + ", ".join(
                              f"{program} {label} {rate:.0f}"
                              for program, _, label, rate in points))
    _axes(drawing, at, low, high)
    ridge = arithmetic / memory
    drawing.line([at(1, memory), at(ridge, arithmetic), at(1024, arithmetic)], "roof")
    drawing.text(LEFT + WIDTH + RIGHT - 16, 47, f"100%: {memory:.0f} tok/s for each token of a "
                 f"reading, at most {arithmetic:,.0f}", "faint", "end")
    below = {}  # the lowest label so far, by tokens
    for program, tokens, label, rate in sorted(points, key=lambda point: -point[3]):
        x, y = at(tokens, rate)
        text = f"{label} {rate:,.0f}"
        if program == "bantam":
            text += f" ({rate / min(memory * tokens, arithmetic):.0%})"
        drawing.dot(x, y, svg.CLASSES[program])
        below[tokens] = max(y + 4, below.get(tokens, 0) + LINE)
        drawing.text(x + 10, below[tokens], text, f"label {svg.CLASSES[program]}")
    return drawing.svg()


def _axes(drawing: svg.Drawing, at, low: float, high: float):
    drawing.text(16, 26, "What the machine allows, and what is reached (tokens a second)", "title")
    x = 16
    for program in PROGRAMS:
        drawing.dot(x + 5, 43, svg.CLASSES[program])
        drawing.text(x + 15, 47, "Bantam" if program == "bantam" else program, "faint")
        x += 90
    rate = low
    while rate <= high:
        drawing.line([at(1, rate), at(1024, rate)], "grid")
        drawing.text(LEFT - 8, at(1, rate)[1] + 4, f"{rate:,}", "faint", "end")
        rate *= 10
    for tokens in (1, 8, 64, 512):
        x, y = at(tokens, low)
        drawing.line([(x, y), (x, y + 5)], "grid")
        drawing.text(x, y + 20, str(tokens), "faint", "middle")
    drawing.text(LEFT + WIDTH / 2, TOP + HEIGHT + 42, "tokens computed for each reading of the "
                 "weights", "faint", "middle")
