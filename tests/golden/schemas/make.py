#!/usr/bin/env python3
"""Makes schemas.jsonl: varied schemas for tests/accept/schema_generate.py, one a line:

    {"name": …, "schema": …, "example": a document that it accepts}

Those of realistic.py, and others made backwards: first a document, then a schema that accepts it,
of keywords chosen by a generator with a fixed seed. Needs: pip install jsonschema-rs (which
confirms every example).
"""

import json
import math
import pathlib
import random

import jsonschema_rs
import realistic

HERE = pathlib.Path(__file__).parent
MADE = 170
WORDS = ("alpha", "beta", "Gamma", "delta 4", "ε", "zeta\"", "eta/\\", "θ😀", "", "iota\n",
         "kappa_9")
KEYS = ("id", "name", "value", "kind", "items", "note", "x_1", "größe", "a b", "flag")
OTHER = {str: {"type": "integer"}, int: {"type": "string"}, float: {"type": "array"},
         bool: {"type": "string", "maxLength": 4}, type(None): {"type": "object"},
         list: {"type": "boolean"}, dict: {"type": "null"}}  # accepts no value of the type


class Maker:
    """One document and one schema for it."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.old = self.rng.random() < 0.3  # draft 7
        self.definitions = {}

    def maybe(self, probability=0.4) -> bool:
        return self.rng.random() < probability

    def document(self, depth: int):
        kinds = ["string", "integer", "number", "boolean", "null"] + ["array", "object"] * depth
        kind = self.rng.choice(kinds if depth < 3 else ["array", "object"])
        if kind == "string":
            return self.rng.choice(WORDS)
        if kind == "integer":
            return self.rng.choice((0, 1, -7, 12, 255, 1000, -40320, 10**12))
        if kind == "number":
            return self.rng.choice((0.5, -1.25, 3.75, 100.5, 0.001, -2.5))
        if kind == "array":
            return [self.document(depth - 1) for _ in range(self.rng.randrange(4))]
        if kind == "object":
            keys = self.rng.sample(KEYS, self.rng.randrange(5))
            return {key: self.document(depth - 1) for key in keys}
        return self.rng.random() < 0.5 if kind == "boolean" else None

    def schema(self, value, depth: int = 0) -> dict:
        schema = self.plain(value)
        if depth < 3 and self.maybe(0.35):
            schema = self.wrapped(schema, value)
        if self.maybe(0.12):
            name = f"d{len(self.definitions)}"
            self.definitions[name] = schema
            schema = {"$ref": f"#/{'definitions' if self.old else '$defs'}/{name}"}
        return schema

    def wrapped(self, schema: dict, value) -> dict:
        other = OTHER[type(value)]
        how = self.rng.choice(("anyOf", "oneOf", "allOf", "not", "if", "nullable"))
        if how in ("anyOf", "oneOf"):
            options = [schema, other]
            self.rng.shuffle(options)
            return {how: options}
        if how == "allOf":
            return {"allOf": [schema, self.plain(value)]}
        if how == "not":
            return {"allOf": [schema], "not": other}
        if how == "if":
            return {"if": other, "then": {"maxLength": 3}, "else": schema}
        return {"anyOf": [schema, {"type": "null"}]}

    def plain(self, value) -> dict:
        if self.maybe(0.06):
            return {"const": value}
        if self.maybe(0.08):
            return {"enum": self.rng.sample([value, "other", 17, [0], {"k": None}], 5)}
        if isinstance(value, bool) or value is None:
            return {"type": "null" if value is None else "boolean"}
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, (int, float)):
            return self.number(value)
        return self.array(value) if isinstance(value, list) else self.object(value)

    def string(self, value: str) -> dict:
        schema = {"type": "string"}
        if self.maybe():
            schema["minLength"] = self.rng.randint(0, len(value))
        if self.maybe():
            schema["maxLength"] = len(value) + self.rng.randrange(6)
        if self.maybe(0.3):
            fitting = [p for p, fits in (("^[a-z]+$", value.isascii() and value.isalpha()
                                          and value.islower()),
                                         ("[a-z]", any("a" <= c <= "z" for c in value)),
                                         ("^.{0,9}$", "\n" not in value and len(value) < 10),
                                         ("^[^0-9]*$", not any(c.isdigit() for c in value)),
                                         ("a$|^$|[^a]$", True)) if fits]
            schema["pattern"] = self.rng.choice(fitting)
        return schema

    def number(self, value) -> dict:
        whole = isinstance(value, int)
        schema = {"type": self.rng.choice(["integer", "number"]) if whole else "number"}
        size = max(1, abs(math.floor(value)))
        if self.maybe():
            schema["minimum"] = value - self.rng.choice((0, 1, size))
        elif self.maybe():
            schema["exclusiveMinimum"] = value - self.rng.choice((1, 2 * size))
        if self.maybe():
            schema["maximum"] = value + self.rng.choice((0, 1, size))
        elif self.maybe():
            schema["exclusiveMaximum"] = value + self.rng.choice((1, 2 * size))
        if whole and self.maybe(0.25):
            schema["multipleOf"] = self.rng.choice([d for d in (1, 2, 5, 7, 10, 100, 0.5)
                                                    if value % d == 0])
        elif not whole and self.maybe(0.25):
            schema["multipleOf"] = 0.001 if value == 0.001 else 0.25
        return schema

    def array(self, value: list) -> dict:
        schema = {"type": "array"}
        tuple_key, rest_key = ("items", "additionalItems") if self.old else ("prefixItems", "items")
        if value and self.maybe(0.5):
            schema[tuple_key] = [self.schema(item, 1) for item in value]
            schema[rest_key] = self.rng.choice((False, {"type": "integer"}))
        elif value:
            kinds = [self.schema(item, 1) for item in value]
            schema["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        if self.maybe():
            schema["minItems"] = self.rng.randint(0, len(value))
        schema["maxItems"] = len(value) + self.rng.randrange(3)
        texts = [json.dumps(item, sort_keys=True) for item in value]
        if len(set(texts)) == len(texts) and self.maybe(0.25):
            schema["uniqueItems"] = True
        if value and self.maybe(0.2):
            schema["contains"] = self.schema(self.rng.choice(value), 2)
        return schema

    def object(self, value: dict) -> dict:
        schema = {"type": "object"}
        named = {key: item for key, item in value.items() if not self.maybe(0.15)}
        schema["properties"] = {key: self.schema(item, 1) for key, item in named.items()}
        for key in self.rng.sample(KEYS, 2):
            if key not in value:
                schema["properties"][key] = {"type": self.rng.choice(("string", "integer", "null"))}
        schema["required"] = [key for key in value if self.maybe(0.6)]
        if len(named) == len(value) and self.maybe(0.6):
            keyword = "additionalProperties"
            if not self.old and self.maybe(0.3):
                keyword = "unevaluatedProperties"
            schema[keyword] = False
        else:
            schema["maxProperties"] = len(value) + 2
        if self.maybe(0.2):
            schema["minProperties"] = len(value)
        if self.maybe(0.15):
            schema["propertyNames"] = {"maxLength": max([6, *map(len, value)])}
        if len(value) >= 2 and self.maybe(0.25):
            first, second = self.rng.sample(list(value), 2)
            schema["dependencies" if self.old else "dependentRequired"] = {first: [second]}
        if self.maybe(0.15):
            schema["patternProperties"] = {"^zz": {"type": "string"}}
        return schema

    def make(self):
        document = self.document(3)
        schema = self.schema(document)
        if self.old:
            schema = {"$schema": "http://json-schema.org/draft-07/schema#",
                      "allOf": [schema]} if "$ref" in schema else {
                          "$schema": "http://json-schema.org/draft-07/schema#", **schema}
        if self.definitions:
            schema["definitions" if self.old else "$defs"] = self.definitions
        return schema, document


def main():
    entries = [(name, schema, document) for name, schema, document in realistic.ALL]
    entries += [(f"made-{seed:03}", *Maker(seed).make()) for seed in range(MADE)]
    names = [name for name, _, _ in entries]
    assert len(set(names)) == len(names), "a name is given twice"
    lines = []
    for name, schema, document in entries:
        validator = jsonschema_rs.validator_for(schema, validate_formats=True)
        assert validator.is_valid(document), (name, document, list(validator.iter_errors(document)))
        lines.append(json.dumps({"name": name, "schema": schema, "example": document},
                                ensure_ascii=False, separators=(",", ":")))
    (HERE / "schemas.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(realistic.ALL)} realistic and {MADE} made schemas")


if __name__ == "__main__":
    main()
