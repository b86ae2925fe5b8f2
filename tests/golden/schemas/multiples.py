#!/usr/bin/env python3
"""Makes multiples.jsonl: which numbers are multiples of which, by exact fractions, beyond 2^53,
with many digits and large exponents: {"of": number, "multiples": [texts], "others": [texts]}.
"""

import json
import pathlib
import random
from decimal import Decimal
from fractions import Fraction

DIVISORS, NUMBERS = 120, 16


def some_number(rng) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return str(rng.randint(1, 10 ** rng.randint(1, 20)))
    if kind == 1:
        return str(2**53 + rng.randint(-5, 5) + rng.choice([0, 2**54, 10**19]))
    if kind == 2:
        digits = rng.randint(1, 10 ** rng.randint(1, 12))
        return format(Decimal(digits).scaleb(-rng.randint(1, 15)), "f")
    return f"{rng.randint(1, 9999)}e{rng.randint(-20, 30)}"


def written(value: Fraction) -> str:
    """Exactly: the denominator has no factors but 2 and 5."""
    exponent = 0
    while value.denominator != 1:
        value *= 10
        exponent += 1
    return f"{value.numerator}e-{exponent}" if exponent else str(value.numerator)


def main():
    rng = random.Random(7)
    out = pathlib.Path(__file__).with_name("multiples.jsonl")
    with out.open("w", encoding="utf-8") as file:
        for _ in range(DIVISORS):
            of = some_number(rng)
            step = Fraction(of)
            lists = {"multiples": [], "others": []}
            for i in range(NUMBERS):
                text = some_number(rng)
                if i % 2 == 0:
                    text = written(step * rng.randint(-(10 ** rng.randint(0, 18)), 10**18))
                elif i % 4 == 1:
                    text = written(step * rng.randint(1, 10**17) + rng.choice([1, -1]))
                multiple = (Fraction(text) / step).denominator == 1
                lists["multiples" if multiple else "others"].append(text)
            file.write(json.dumps({"of": of, **lists}) + "\n")


main()
