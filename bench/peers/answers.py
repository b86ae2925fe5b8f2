"""Numbers and words out of the JSON that programs print, which may be anything."""

import json
import sys

from tests import Failed

QUOTED = 120  # characters


def quote(text: str) -> str:
    """The beginning of what a program printed, on one line."""
    text = text.strip()
    if not text:
        return "nothing"
    return repr(text[:QUOTED]) + ("…" if len(text) > QUOTED else "")


class Answer:
    """A JSON text. What is not there as expected is Failed, with a quotation."""

    def __init__(self, text: str):
        self.text = text
        try:
            self.document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Failed(f"printed {quote(text)}, expected JSON") from error

    def number(self, *path: str | int) -> float:
        """One above 0: rates and sizes are, and ratios are made of them."""
        value = self._at(path)
        if type(value) not in (int, float) or not 0 < value <= sys.float_info.max:
            raise self._without("number above 0", path)
        return value

    def word(self, *path: str | int) -> str:
        value = self._at(path)
        if not isinstance(value, str):
            raise self._without("text", path)
        return value

    def _at(self, path: tuple[str | int, ...]):
        value = self.document
        for key in path:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _without(self, what: str, path: tuple[str | int, ...]) -> Failed:
        name = ".".join(str(key) for key in path)
        return Failed(f"printed {quote(self.text)}, expected a {what} at {name}")
