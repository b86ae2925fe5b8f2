"""Schemas as people write them, each with a document it accepts: (name, schema, document)."""

S, I, N, B, NULL = ({"type": t} for t in ("string", "integer", "number", "boolean", "null"))
NAME = {"type": "string", "minLength": 1, "maxLength": 40}


def obj(properties: dict, required=None, **more) -> dict:
    """An object that has these properties only; all are required unless told otherwise."""
    return {"type": "object", "properties": properties, "additionalProperties": False,
            "required": list(properties) if required is None else required, **more}


def arr(items, low=0, high=5, **more) -> dict:
    return {"type": "array", "items": items, "minItems": low, "maxItems": high, **more}


def text(pattern: str) -> dict:
    return {"type": "string", "pattern": pattern}


RECORDS = [
    ("person", obj({"name": NAME, "age": {"type": "integer", "minimum": 0, "maximum": 130},
                    "email": {"type": "string", "format": "email"}}, ["name", "age"]),
     {"name": "Ada", "age": 36}),
    ("person-open", {"type": "object", "properties": {"first": S, "last": S, "tags": arr(S)},
                     "required": ["last"], "maxProperties": 5}, {"last": "L", "x": 1}),
    ("address", obj({"street": NAME, "number": {"type": ["integer", "string"], "minimum": 1},
                     "zip": text("^[0-9]{5}$"), "country": {"enum": ["DE", "FR", "PL", "ES"]}}),
     {"street": "Hauptstr.", "number": "7a", "zip": "10115", "country": "DE"}),
    ("invoice", obj({"id": text("^INV-[0-9]{4}-[0-9]{3,6}$"),
                     "issued": {"type": "string", "format": "date"},
                     "currency": {"enum": ["EUR", "USD", "GBP"]},
                     "lines": arr(obj({"sku": text("^[A-Z]{2}[0-9]{3}$"),
                                       "quantity": {"type": "integer", "minimum": 1},
                                       "price": {"type": "number", "minimum": 0,
                                                 "multipleOf": 0.01}}), 1, 4),
                     "paid": B}),
     {"id": "INV-2024-001", "issued": "2024-02-29", "currency": "EUR", "paid": False,
      "lines": [{"sku": "AB123", "quantity": 2, "price": 9.99}]}),
    ("product", obj({"name": NAME, "price": {"type": "number", "exclusiveMinimum": 0},
                     "sizes": arr({"enum": ["S", "M", "L", "XL"]}, 1, 4, uniqueItems=True),
                     "discount": {"type": "number", "minimum": 0, "exclusiveMaximum": 1}},
                    ["name", "price"]), {"name": "hat", "price": 0.5, "discount": 0.25}),
    ("user-account", obj({"id": {"type": "string", "format": "uuid"},
                          "login": text("^[a-z][a-z0-9_]{2,15}$"),
                          "roles": arr({"enum": ["admin", "editor", "viewer"]}, 1, 3,
                                       uniqueItems=True),
                          "created": {"type": "string", "format": "date-time"}}),
     {"id": "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "login": "ada_l", "roles": ["admin"],
      "created": "2024-01-01T12:00:00Z"}),
    ("movie", obj({"title": NAME, "year": {"type": "integer", "minimum": 1888, "maximum": 2100},
                   "genres": arr(S, 1, 3), "rating": {"type": ["number", "null"], "minimum": 0,
                                                      "maximum": 10}}),
     {"title": "M", "year": 1931, "genres": ["crime"], "rating": None}),
    ("recipe", obj({"title": NAME, "minutes": {"type": "integer", "multipleOf": 5, "minimum": 5},
                    "ingredients": arr(obj({"what": NAME, "grams": {"type": "number",
                                                                    "exclusiveMinimum": 0}}),
                                       2, 6),
                    "steps": arr({"type": "string", "minLength": 5}, 1, 5)}),
     {"title": "Tea", "minutes": 5, "steps": ["Boil it."],
      "ingredients": [{"what": "water", "grams": 250}, {"what": "tea", "grams": 2.5}]}),
    ("weather", obj({"city": NAME, "celsius": {"type": "number", "minimum": -90, "maximum": 60},
                     "wind": obj({"kmh": {"type": "integer", "minimum": 0, "maximum": 400},
                                  "from": {"enum": ["N", "E", "S", "W"]}})}),
     {"city": "Rome", "celsius": 21.5, "wind": {"kmh": 12, "from": "W"}}),
    ("sentiment", obj({"label": {"enum": ["positive", "negative", "neutral"]},
                       "score": {"type": "number", "minimum": 0, "maximum": 1}}),
     {"label": "neutral", "score": 0.5}),
    ("entities", obj({"entities": arr(obj({"text": NAME, "kind": {"enum": ["person", "place"]},
                                           "start": {"type": "integer", "minimum": 0}}), 0, 4)}),
     {"entities": [{"text": "Paris", "kind": "place", "start": 0}]}),
    ("event", obj({"title": NAME, "start": {"type": "string", "format": "date-time"},
                   "length": {"type": "string", "format": "duration"}, "guests": arr(NAME, 0, 5)},
                  ["title", "start"]), {"title": "x", "start": "2024-05-01T08:30:00+02:00"}),
    ("log-line", obj({"level": {"enum": ["debug", "info", "warn", "error"]}, "message": S,
                      "at": {"type": "string", "format": "time"},
                      "context": {"type": "object", "additionalProperties": {
                          "type": ["string", "number", "boolean"]}, "maxProperties": 4}}),
     {"level": "info", "message": "up", "at": "12:00:00Z", "context": {"pid": 7}}),
    ("address-book", {"type": "object", "propertyNames": {"pattern": "^[a-z]+$", "maxLength": 8},
                      "additionalProperties": obj({"phone": text("^\\+[0-9]{6,14}$")}),
                      "minProperties": 1, "maxProperties": 3}, {"ada": {"phone": "+4912345678"}}),
    ("bank-account", obj({"iban": text("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"),
                          "balance": {"type": "number", "multipleOf": 0.01},
                          "limits": {"type": "array", "prefixItems": [I, I], "items": False,
                                     "minItems": 2}}),
     {"iban": "DE44500105175407324931", "balance": -12.34, "limits": [100, 500]}),
]

CALLS = [
    ("tool-call", obj({"name": {"const": "get_weather"},
                       "arguments": obj({"city": NAME, "unit": {"enum": ["c", "f"]}}, ["city"])}),
     {"name": "get_weather", "arguments": {"city": "Oslo"}}),
    ("tool-choice", {"oneOf": [
        obj({"tool": {"const": "search"}, "query": NAME}),
        obj({"tool": {"const": "open"}, "url": {"type": "string", "format": "uri"}}),
        obj({"tool": {"const": "answer"}, "text": S, "sources": arr(S, 0, 3)}, ["tool", "text"])]},
     {"tool": "open", "url": "http://example.com/"}),
    ("tool-calls", arr({"anyOf": [
        obj({"name": {"const": "add"}, "args": {"type": "array", "prefixItems": [N, N],
                                                "items": False, "minItems": 2}}),
        obj({"name": {"const": "stop"}})]}, 1, 4), [{"name": "add", "args": [1, 2.5]}]),
    ("json-rpc", obj({"jsonrpc": {"const": "2.0"}, "method": text("^[a-z.]{1,20}$"),
                      "params": {"type": ["array", "object"], "maxItems": 3, "maxProperties": 3},
                      "id": {"type": ["string", "integer", "null"]}}, ["jsonrpc", "method"]),
     {"jsonrpc": "2.0", "method": "a.b", "params": []}),
    ("react-step", obj({"thought": {"type": "string", "maxLength": 100},
                        "action": {"enum": ["look", "take", "go"]}, "input": S}),
     {"thought": "", "action": "go", "input": "north"}),
    ("sql-filter", {"$ref": "#/$defs/filter", "$defs": {
        "filter": {"oneOf": [
            obj({"and": arr({"$ref": "#/$defs/filter"}, 1, 3)}),
            obj({"column": text("^[a-z_]{1,12}$"), "op": {"enum": ["=", "<", ">"]},
                 "value": {"type": ["string", "number"]}})]}}},
     {"and": [{"column": "a", "op": "<", "value": 3}]}),
    ("json-patch", arr({"oneOf": [
        obj({"op": {"enum": ["add", "replace", "test"]},
             "path": {"type": "string", "format": "json-pointer"}, "value": True}),
        obj({"op": {"const": "remove"}, "path": {"type": "string", "format": "json-pointer"}}),
        obj({"op": {"enum": ["move", "copy"]}, "path": {"type": "string", "format": "json-pointer"},
             "from": {"type": "string", "format": "json-pointer"}})]}, 1, 3),
     [{"op": "add", "path": "/a/0", "value": {"b": []}}, {"op": "remove", "path": ""}]),
    ("chat-message", obj({"role": {"enum": ["user", "assistant"]}, "content": {"anyOf": [
        S, arr(obj({"type": {"const": "text"}, "text": S}), 1, 3)]}}),
     {"role": "user", "content": [{"type": "text", "text": "hi"}]}),
    ("function-definition", obj({
        "name": text("^[A-Za-z_][A-Za-z0-9_]{0,20}$"), "parameters": {
            "type": "object", "maxProperties": 3, "additionalProperties": obj(
                {"type": {"enum": ["string", "number"]}, "description": S}, ["type"])}}),
     {"name": "f", "parameters": {"x": {"type": "number"}}}),
    ("http-request", {"type": "object", "properties": {
        "method": {"enum": ["GET", "POST"]}, "path": text("^/[a-z/]{0,20}$"),
        "headers": {"type": "object", "patternProperties": {"^[A-Z][a-z]+$": S},
                    "additionalProperties": False, "maxProperties": 3}, "body": S},
        "required": ["method", "path"], "additionalProperties": False,
        "if": {"properties": {"method": {"const": "POST"}}}, "then": {"required": ["body"]},
        "else": {"not": {"required": ["body"]}}}, {"method": "GET", "path": "/a/b"}),
]

SHAPES = [
    ("geojson-point", obj({"type": {"const": "Point"}, "coordinates": {
        "type": "array", "prefixItems": [{"type": "number", "minimum": -180, "maximum": 180},
                                         {"type": "number", "minimum": -90, "maximum": 90}],
        "items": False, "minItems": 2}}), {"type": "Point", "coordinates": [13.4, 52.5]}),
    ("geojson", {"$ref": "#/$defs/feature", "$defs": {
        "position": {"type": "array", "items": {"type": "number", "minimum": -180, "maximum": 180},
                     "minItems": 2, "maxItems": 2},
        "geometry": {"oneOf": [
            obj({"type": {"const": "Point"}, "coordinates": {"$ref": "#/$defs/position"}}),
            obj({"type": {"const": "LineString"},
                 "coordinates": arr({"$ref": "#/$defs/position"}, 2, 4)})]},
        "feature": obj({"type": {"const": "Feature"}, "geometry": {"$ref": "#/$defs/geometry"},
                        "properties": {"type": ["object", "null"], "maxProperties": 2}})}},
     {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[0, 1], [2, 3]]},
      "properties": None}),
    ("tree", {"$ref": "#/$defs/node", "$defs": {"node": obj({
        "value": I, "children": arr({"$ref": "#/$defs/node"}, 0, 2)}, ["value"])}},
     {"value": 1, "children": [{"value": 2}]}),
    ("linked-list", {"$id": "https://example.com/list", "anyOf": [
        NULL, obj({"head": S, "tail": {"$ref": "https://example.com/list"}})]},
     {"head": "a", "tail": {"head": "b", "tail": None}}),
    ("expression", {"$ref": "#/$defs/e", "$defs": {"e": {"anyOf": [
        N, {"type": "array", "prefixItems": [{"enum": ["+", "*"]}, {"$ref": "#/$defs/e"},
                                             {"$ref": "#/$defs/e"}],
            "items": False, "minItems": 3}]}}}, ["+", 1, ["*", 2, 3]]),
    ("file-system", {"$ref": "#/$defs/dir", "$defs": {
        "dir": {"type": "object", "propertyNames": {"pattern": "^[a-z.]{1,8}$"},
                "additionalProperties": {"anyOf": [{"$ref": "#/$defs/dir"},
                                                   {"type": "integer", "minimum": 0}]},
                "maxProperties": 3}}}, {"a": {"b.txt": 3}}),
    ("mutual", {"$ref": "#/$defs/a", "$defs": {
        "a": obj({"b": {"$ref": "#/$defs/b"}}, []), "b": obj({"a": {"$ref": "#/$defs/a"}}, [])}},
     {"b": {"a": {}}}),
    ("dynamic-tree", {"$id": "https://example.com/strict", "$dynamicAnchor": "node",
                      "$ref": "tree", "unevaluatedProperties": False, "$defs": {"tree": {
                          "$id": "tree", "$dynamicAnchor": "node", "type": "object",
                          "properties": {"data": I, "children": {
                              "type": "array", "maxItems": 2,
                              "items": {"$dynamicRef": "#node"}}}}}},
     {"data": 1, "children": [{"data": 2}]}),
    ("matrix", arr(arr(N, 3, 3), 3, 3), [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    ("tuple", {"type": "array", "prefixItems": [S, I, B], "items": NULL, "minItems": 3,
               "maxItems": 5}, ["a", 1, True, None]),
    ("set", arr({"type": "integer", "minimum": 1, "maximum": 6}, 3, 6, uniqueItems=True),
     [3, 1, 2]),
    ("contains", {"type": "array", "items": I, "contains": {"type": "integer", "minimum": 100},
                  "minContains": 1, "maxContains": 2, "maxItems": 5}, [1, 100, 2]),
    ("scalar-union", {"type": ["string", "number", "boolean", "null"], "maxLength": 10,
                      "minimum": -5, "maximum": 5}, None),
    ("any", {}, {"a": [1, "b", None]}),
]

VALUES = [
    ("percent", {"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.5}, 99.5),
    ("byte", {"type": "integer", "minimum": 0, "maximum": 255}, 255),
    ("negative", {"type": "number", "exclusiveMaximum": 0, "minimum": -1e6}, -0.25),
    ("small", {"type": "number", "exclusiveMinimum": 0, "maximum": 0.001}, 0.0005),
    ("big", {"type": "integer", "minimum": 10**18, "maximum": 10**18 + 1000}, 10**18 + 7),
    ("step", {"type": "integer", "multipleOf": 7, "minimum": -50, "maximum": 50}, 49),
    ("not-a-multiple", {"type": "integer", "minimum": 0, "maximum": 40,
                        "not": {"multipleOf": 2}}, 3),
    ("colour", text("^#[0-9a-f]{6}$"), "#00ff7f"),
    ("two-patterns", {"type": "string", "allOf": [{"pattern": "[0-9]"}, {"pattern": "[a-z]"}],
                      "minLength": 4, "maxLength": 8}, "abc1"),
    ("unicode", {"type": "string", "minLength": 3, "maxLength": 3,
                 "pattern": "^[äöü€😀]+$"}, "ä😀€"),
    ("not-these", {"type": "string", "not": {"enum": ["", "null", "none"]}, "maxLength": 12}, "x"),
    ("one-of-numbers", {"type": "integer", "oneOf": [{"multipleOf": 3}, {"multipleOf": 5}],
                        "minimum": 1, "maximum": 60}, 9),
    ("enum-mixed", {"enum": [1, "two", None, [3], {"four": 4}]}, {"four": 4}),
    ("const-object", {"const": {"a": [1, {"b": None}], "c": "d\"\\\n"}},
     {"a": [1, {"b": None}], "c": "d\"\\\n"}),
]

FORMATS = [(f"format-{name}", obj({"value": {"type": "string", "format": name}}), {"value": value})
           for name, value in {
               "date": "2023-12-31", "time": "23:59:59+01:00", "date-time": "1999-12-31T23:59:59Z",
               "duration": "P1DT2H", "email": "a.b@example.org", "hostname": "a-b.example.com",
               "ipv4": "192.168.0.1", "ipv6": "2001:db8::1", "uri": "https://example.com/a?b#c",
               "uri-reference": "../a", "uuid": "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
               "json-pointer": "/a/b~1c", "regex": "^a+$"}.items()]

CONDITIONS = [
    ("if-then-else", {"type": "object", "properties": {
        "country": {"enum": ["US", "CA"]}, "code": S}, "required": ["country", "code"],
        "additionalProperties": False, "if": {"properties": {"country": {"const": "US"}}},
        "then": {"properties": {"code": {"pattern": "^[0-9]{5}$"}}},
        "else": {"properties": {"code": {"pattern": "^[A-Z][0-9][A-Z]$"}}}},
     {"country": "CA", "code": "K1M"}),
    ("discriminator", {"type": "object", "required": ["kind"], "oneOf": [
        {"properties": {"kind": {"const": "circle"}, "radius": N}, "required": ["radius"]},
        {"properties": {"kind": {"const": "square"}, "side": N}, "required": ["side"]}],
        "unevaluatedProperties": False}, {"kind": "square", "side": 2}),
    ("dependent-required", obj({"card": text("^[0-9]{4}$"), "owner": NAME, "cash": B}, [],
                               dependentRequired={"card": ["owner"], "owner": ["card"]}),
     {"card": "1234", "owner": "A"}),
    ("dependent-schemas", {"type": "object", "properties": {"a": I, "b": I}, "maxProperties": 3,
                           "dependentSchemas": {"a": {"required": ["b"],
                                                      "properties": {"b": {"minimum": 10}}}}},
     {"a": 1, "b": 10}),
    ("all-of-extends", {"allOf": [
        {"type": "object", "properties": {"id": I}, "required": ["id"]},
        {"properties": {"name": S}, "required": ["name"]}], "unevaluatedProperties": False},
     {"id": 1, "name": "n"}),
    ("unevaluated-items", {"type": "array", "allOf": [{"prefixItems": [S, I]}], "minItems": 2,
                           "unevaluatedItems": False}, ["a", 1]),
    ("pattern-properties", {"type": "object", "patternProperties": {
        "^s_": {"type": "string", "maxLength": 5}, "^n_": {"type": "number"}},
        "additionalProperties": False, "minProperties": 1, "maxProperties": 4},
     {"s_a": "x", "n_b": 1}),
    ("any-of-required", {"type": "object", "properties": {"mail": S, "phone": S}, "anyOf": [
        {"required": ["mail"]}, {"required": ["phone"]}], "maxProperties": 3}, {"phone": "1"}),
    ("not-both", obj({"a": I, "b": I}, [], **{"not": {"required": ["a", "b"]}}), {"b": 2}),
    ("nullable", obj({"x": {"anyOf": [{"$ref": "#/$defs/p"}, NULL]}}, **{"$defs": {
        "p": obj({"lat": N, "lon": N})}}), {"x": None}),
]

DRAFT7 = [(name, {"$schema": "http://json-schema.org/draft-07/schema#", **schema}, document)
          for name, schema, document in [
    ("draft7-tuple", {"type": "array", "items": [S, I], "additionalItems": False, "minItems": 1},
     ["a", 3]),
    ("draft7-dependencies", obj({"a": I, "b": I, "c": I}, [], dependencies={
        "a": ["b"], "c": {"required": ["a"]}}), {"a": 1, "b": 2}),
    ("draft7-definitions", {"definitions": {"pos": {"type": "integer", "exclusiveMinimum": 0}},
                            "type": "object", "additionalProperties": {"$ref": "#/definitions/pos"},
                            "minProperties": 1, "maxProperties": 3}, {"k": 4}),
    ("draft7-ids", {"$id": "http://example.com/root.json", "$ref": "item.json", "definitions": {
        "i": {"$id": "http://example.com/item.json", "type": "array", "items": {"type": "boolean"},
              "maxItems": 4}}}, None),
    ("draft7-contains", {"type": "array", "contains": {"const": 7}, "items": I, "maxItems": 4},
     [1, 7]),
    ("draft7-anchors", {"properties": {"a": {"$ref": "#s"}}, "required": ["a"], "type": "object",
                        "definitions": {"x": {"$id": "#s", "enum": ["p", "q"]}},
                        "additionalProperties": False}, {"a": "q"}),
]]
# $ref hides $id beside it in draft 7, so the base has to stand around it.
DRAFT7[3] = ("draft7-ids", {
    "$schema": "http://json-schema.org/draft-07/schema#", "$id": "http://example.com/root.json",
    "allOf": [{"$ref": "item.json"}], "definitions": DRAFT7[3][1]["definitions"]}, [True, False])

ALL = RECORDS + CALLS + SHAPES + VALUES + FORMATS + CONDITIONS + DRAFT7
