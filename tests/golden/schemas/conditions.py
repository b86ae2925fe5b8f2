#!/usr/bin/env python3
"""Makes conditions.jsonl: schemas whose allOf, if, anyOf, oneOf, not and dependent* play together,
in the manner of configuration files (workflows, clusters, packages, forms), one a line:

    {"name": …, "schema": …, "valid": [documents], "invalid": [documents]}

Each schema has a few documents by hand; the others are those, changed at random by a generator with
a fixed seed. jsonschema-rs says which are valid. Needs: pip install jsonschema-rs.
"""

import copy
import json
import pathlib
import random

import jsonschema_rs

HERE = pathlib.Path(__file__).parent
MOST = 5  # documents of each kind and schema
OBJECT, TEXT, NUMBER, FLAG = ({"type": "object"}, {"type": "string"}, {"type": "integer"},
                              {"type": "boolean"})


def has(*names):
    return {"required": list(names)}


def when(name, value, then=None, otherwise=None, required=True):
    """if `name` is `value` …"""
    condition = {"properties": {name: {"const": value}}}
    if required:
        condition["required"] = [name]
    rule = {"if": condition}
    if then is not None:
        rule["then"] = then
    if otherwise is not None:
        rule["else"] = otherwise
    return rule


def an_object(properties, *required, **more):
    return {"type": "object", "properties": properties, "required": list(required), **more}


def names(prefix, count):
    return [f"{prefix}{i}" for i in range(count)]


# Independent conditions, many at once. Each gives (name, schema, documents).

def flags(count):
    schema = {"type": "object", "properties": dict.fromkeys(names("use", count), FLAG),
              "allOf": [when(f"use{i}", True, an_object({f"key{i}": TEXT}, f"key{i}"))
                        for i in range(count)]}
    full = {**dict.fromkeys(names("use", count), True), **dict.fromkeys(names("key", count), "k")}
    return f"flags-{count}", schema, [full, {}, {"use1": True, "key1": ""},
                                      {f"use{i}": i % 2 == 0 for i in range(0, count, 3)}]


def both_ways(count):
    schema = {"type": "object",
              "allOf": [when(f"mode{i}", 1, has(f"one{i}"), has(f"other{i}"))
                        for i in range(count)]}
    other = dict.fromkeys(names("other", count), 1)
    return f"both-ways-{count}", schema, [other, {**other, "mode0": 1, "one0": 0},
                                          {**dict.fromkeys(names("mode", count), 1),
                                           **dict.fromkeys(names("one", count), None)}]


def any_of_pairs(count, keyword):
    schema = {"type": "object",
              "allOf": [{keyword: [has(f"a{i}"), has(f"b{i}")]} for i in range(count)]}
    some = {("a" if i % 3 else "b") + str(i): i for i in range(count)}
    return f"{keyword}-pairs-{count}", schema, [some, {**some, "a0": 0}, {**some, "b1": 0}]


def kinds_by_if(count, required, listed):
    kind = {"enum": names("kind", count)} if listed else TEXT
    schema = an_object({"kind": kind}, "kind", allOf=[
        when("kind", f"kind{i}", an_object({f"p{i}": TEXT if i % 2 else NUMBER}, f"p{i}"),
             required=required) for i in range(count)])
    return (f"kinds-{count}{'-required' if required else ''}{'' if listed else '-open'}", schema,
            [{"kind": "kind1", "p1": "x"}, {"p2": 2, "kind": "kind2"}, {"kind": "kind0", "p0": 0},
             {"kind": "kind2", "p2": 1, "p1": 3}])


def dependent(count):
    schema = {"type": "object",
              "dependentRequired": {f"f{i}": [f"g{i}", f"h{i % 3}"] for i in range(count)},
              "dependentSchemas": {f"g{i}": {"properties": {f"h{i % 3}": NUMBER}}
                                   for i in range(0, count, 2)}}
    whole = {n: 1 for p, c in (("f", count), ("g", count), ("h", 3)) for n in names(p, c)}
    return f"dependent-{count}", schema, [whole, {}, {"h0": "x"}, {"g1": 1, "f1": 2, "h1": "s"}]


def tagged(count, keyword, closed):
    options = []
    for i in range(count):
        option = an_object({"tag": {"const": f"t{i}"}, f"v{i}": NUMBER, "data": an_object(
            {"x": {"const": i}, "y": TEXT})}, "tag", f"v{i}")
        if closed:
            option["additionalProperties"] = False
        options.append(option)
    schema = {keyword: options}
    last = count - 1
    return (f"tagged-{keyword}-{count}{'-closed' if closed else ''}", schema,
            [{"tag": "t1", "v1": 1}, {"data": {"x": last}, f"v{last}": 0, "tag": f"t{last}"},
             {"v2": 2, "data": {"x": 2, "y": "z"}, "tag": "t2"}, {"tag": "t0", "v0": 0, "v1": "s"}])


def untagged(count, keyword):
    schema = {keyword: [an_object({f"n{i}": TEXT}, f"n{i}") for i in range(count)]}
    return (f"untagged-{keyword}-{count}", schema,
            [{"n1": "x"}, {f"n{count - 1}": ""}, {"n0": 1, "n2": "y"}, {"n0": "a", "n1": "b"}])


def conflicts(count):
    schema = {"type": "object", "properties": dict.fromkeys(names("opt", count), FLAG),
              "allOf": [{"not": has(f"opt{i}", f"opt{(i * 7 + 3) % count}")} for i in range(count)
                        if i != (i * 7 + 3) % count]}
    return f"conflicts-{count}", schema, [{}, {"opt0": True}, {"opt1": False, "opt2": True}]


def chain(count):
    schema = {"type": "object", "allOf": [
        {"if": has(f"step{i}"), "then": has(f"step{i + 1}"),
         "else": {"properties": {f"step{i + 1}": TEXT}}} for i in range(count)]}
    return f"chain-{count}", schema, [{}, dict.fromkeys(names("step", count + 1), "s"),
                                      {f"step{count}": "x"}, {f"step{count}": 1}]


def nested_flags(count):
    inner = {"type": "object", "allOf": [
        {"if": {"properties": {"on": {"contains": {"const": f"e{i}"}}}, "required": ["on"]},
         "then": has(f"e{i}")} for i in range(count)],
        "properties": {"on": {"type": "array", "items": {"enum": names("e", count)}}}}
    schema = an_object({"events": inner}, "events")
    return f"nested-flags-{count}", schema, [{"events": {}}, {"events": {"on": ["e0", "e1"],
                                                                         "e0": 1, "e1": 2}},
                                             {"events": {"e1": 1, "on": ["e1"]}}]


def across_levels(count):
    schema = an_object({"spec": OBJECT, "kind": TEXT}, "spec", allOf=[
        {"if": {"properties": {"spec": has(f"s{i}")}}, "then": has(f"top{i}")}
        for i in range(count)])
    return f"across-levels-{count}", schema, [{"spec": {}}, {"spec": {"s0": 1}, "top0": 1},
                                              {"top1": 1, "spec": {"s1": 1}}]


def counted(count):
    schema = {"type": "object", "minProperties": 2, "maxProperties": count,
              "properties": dict.fromkeys(names("p", count + 2), NUMBER),
              "anyOf": [has("p0"), has("p1"), has("q")],
              "allOf": [when("p0", 1, has("p2", "p3"))]}
    return f"counted-{count}", schema, [{"p0": 0, "p1": 1}, {"q": "", "r": 0},
                                        {"p0": 1, "p2": 2, "p3": 3}]


def unevaluated(count):
    schema = {"type": "object", "properties": {"id": NUMBER}, "unevaluatedProperties": False,
              "anyOf": [an_object({f"a{i}": TEXT}, f"a{i}") for i in range(count)],
              "allOf": [{"if": has("id"), "then": {"properties": {"note": TEXT}}}]}
    return f"unevaluated-{count}", schema, [{"a0": ""}, {"a1": "x", "id": 1, "note": "n"},
                                            {"a0": "", "a1": "y", "id": 2}]


# Configuration files.

def workflow(strict):
    step = an_object({"name": TEXT, "run": TEXT, "uses": {"type": "string", "pattern": "@"},
                      "with": OBJECT, "shell": {"enum": ["bash", "sh", "pwsh"]}, "if": TEXT},
                     oneOf=[has("run"), has("uses")],
                     dependentRequired={"with": ["uses"], "shell": ["run"]},
                     additionalProperties=not strict)
    job = an_object({"runs-on": {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]},
                     "steps": {"type": "array", "items": step, "minItems": 1}, "uses": TEXT,
                     "needs": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
                     "strategy": an_object({"matrix": OBJECT}, "matrix"), "secrets": {
                         "anyOf": [{"const": "inherit"}, OBJECT]}},
                    oneOf=[has("runs-on", "steps"), {"required": ["uses"], "not": has("steps")}],
                    allOf=[{"if": has("secrets"), "then": has("uses")}])
    event = {"enum": ["push", "pull_request", "schedule"]}
    schema = an_object({"name": TEXT, "on": {"oneOf": [event, {"type": "array", "items": event}, {
        "type": "object", "propertyNames": event, "properties": {
            "push": {"anyOf": [{"type": "null"}, {"type": "object", "not": has(
                "branches", "branches-ignore"), "properties": {"branches": {
                    "type": "array", "items": TEXT}}}]}}}]},
        "jobs": {"type": "object", "minProperties": 1, "patternProperties": {
            "^[a-z_][a-z0-9_-]*$": job}, "additionalProperties": False}}, "on", "jobs")
    job1 = {"runs-on": "linux", "steps": [{"run": "make"}, {"uses": "a@v1", "with": {"x": 1}}]}
    return f"workflow-{int(strict)}", schema, [
        {"on": "push", "jobs": {"build": job1}},
        {"jobs": {"b": {"uses": "w", "secrets": "inherit"}}, "on": {"push": None}},
        {"name": "n", "on": ["push", "schedule"], "jobs": {"t": {
            "steps": [{"name": "s", "shell": "sh", "run": "x"}], "runs-on": ["a"], "needs": "b"}}},
        {"on": {"push": {"branches": ["m"]}}, "jobs": {"_x": job1, "y": job1}}]


def cluster(count):
    volumes = ["configMap", "secret", "emptyDir", "hostPath", "nfs", "csi", "downwardAPI"][:count]
    volume = an_object({"name": TEXT, **dict.fromkeys(volumes, OBJECT)}, "name",
                       oneOf=[has(v) for v in volumes])
    probe = {"type": "object", "oneOf": [has("httpGet"), has("exec"), has("tcpSocket")],
             "properties": {"httpGet": an_object({"port": {"anyOf": [NUMBER, TEXT]}}, "port"),
                            "periodSeconds": {"type": "integer", "minimum": 1}}}
    container = an_object({"name": {"type": "string", "pattern": "^[a-z]+$"}, "image": TEXT,
                           "livenessProbe": probe, "ports": {"type": "array", "items": an_object(
                               {"containerPort": NUMBER}, "containerPort")}}, "name", "image")
    pod = an_object({"containers": {"type": "array", "items": container, "minItems": 1},
                     "volumes": {"type": "array", "items": volume},
                     "restartPolicy": {"enum": ["Always", "Never", "OnFailure"]}}, "containers")
    kinds = {"Pod": pod, "Job": an_object({"template": pod, "completions": NUMBER}, "template"),
             "Service": an_object({"type": {"enum": ["ClusterIP", "LoadBalancer"]},
                                   "ports": {"type": "array", "minItems": 1}}, "ports"),
             "ConfigMap": True}
    schema = an_object({"kind": {"enum": list(kinds)}, "apiVersion": TEXT,
                        "metadata": an_object({"name": TEXT}, "name")}, "kind", "metadata", allOf=[
        when("kind", kind, {"properties": {"spec": spec},
                            "required": [] if spec is True else ["spec"]})
        for kind, spec in kinds.items()] + [when("kind", "Job", {"properties": {
            "apiVersion": {"const": "batch/v1"}}})])
    boxes = [{"name": "c", "image": "i", "livenessProbe": {"exec": {}, "periodSeconds": 1}}]
    meta = {"name": "m"}
    return f"cluster-{count}", schema, [
        {"kind": "Pod", "metadata": meta, "spec": {"containers": boxes}},
        {"spec": {"template": {"volumes": [{"secret": {}, "name": "v"}], "containers": boxes}},
         "metadata": meta, "kind": "Job", "apiVersion": "batch/v1"},
        {"kind": "ConfigMap", "metadata": meta, "data": {}},
        {"metadata": meta, "spec": {"ports": [1], "type": "ClusterIP"}, "kind": "Service"}]


def package(strict):
    schema = an_object({"name": {"type": "string", "pattern": "^(@[a-z]+/)?[a-z-]+$"},
                        "version": {"type": "string", "pattern": "^\\d+\\.\\d+\\.\\d+"},
                        "private": FLAG, "bin": {"oneOf": [TEXT, {
                            "type": "object", "additionalProperties": TEXT}]},
                        "type": {"enum": ["module", "commonjs"]}, "main": TEXT, "exports": {
                            "oneOf": [TEXT, {"type": "null"}, {"type": "object", "propertyNames": {
                                "pattern": "^\\."}}]}, "workspaces": {"anyOf": [
                                    {"type": "array", "items": TEXT}, an_object(
                                        {"packages": {"type": "array"}}, "packages")]},
                        "license": TEXT, "licenses": {"type": "array"}, "os": {"type": "array"}},
                       "name", allOf=[
        when("private", True, {"not": has("publishConfig")}, has("version")),
        {"if": has("workspaces"), "then": when("private", False, False)},
        {"if": {"properties": {"name": {"pattern": "^@"}}}, "then": {"anyOf": [
            has("publishConfig"), {"properties": {"private": {"const": True}},
                                   "required": ["private"]}]}},
        {"not": has("license", "licenses")},
        {"dependentSchemas": {"exports": {"anyOf": [has("main"), has("type")]}}}])
    if strict:
        schema["patternProperties"] = {"^_": True}
        schema["additionalProperties"] = False
        schema["properties"]["publishConfig"] = OBJECT
    return f"package-{int(strict)}", schema, [
        {"name": "a", "version": "1.2.3"}, {"private": True, "name": "@s/b"},
        {"name": "c", "version": "0.0.1", "exports": {"./x": 1}, "type": "module"},
        {"publishConfig": {}, "version": "1.0.0-a", "name": "@s/d", "license": "MIT", "_id": 1}]


def form(countries):
    codes = {"DE": "^\\d{5}$", "NL": "^\\d{4} [A-Z]{2}$", "US": "^\\d{5}(-\\d{4})?$",
             "GB": "^[A-Z]", "JP": "^\\d{3}-\\d{4}$", "FR": "^\\d{5}$"}
    codes = dict(list(codes.items())[:countries])
    address = an_object({"country": {"enum": [*codes, "XX"]}, "zip": TEXT, "street": TEXT},
                        "country", allOf=[when("country", c, an_object({"zip": {"pattern": p}},
                                                                       "zip"))
                                          for c, p in codes.items()])
    payment = {"oneOf": [an_object({"by": {"const": "card"}, "number": {"pattern": "^\\d{4}$"}},
                                   "by", "number"),
                         an_object({"by": {"const": "bank"}, "iban": TEXT}, "by", "iban"),
                         an_object({"by": {"const": "cash"}}, "by",
                                   properties2=None)]}
    del payment["oneOf"][2]["properties2"]
    schema = an_object({"name": TEXT, "address": address, "billing": address, "same": FLAG,
                        "payment": payment, "age": NUMBER, "guardian": TEXT, "email": TEXT,
                        "phone": TEXT, "contact": {"enum": ["email", "phone", "none"]}},
                       "name", "address", allOf=[
        when("same", False, has("billing"), {"not": has("billing")}),
        {"if": {"properties": {"age": {"maximum": 17}}, "required": ["age"]},
         "then": has("guardian")},
        when("contact", "email", has("email")), when("contact", "phone", has("phone")),
        {"anyOf": [has("contact"), has("email"), has("phone")]}])
    where = {"country": "DE", "zip": "12345"}
    return f"form-{countries}", schema, [
        {"name": "n", "address": where, "email": "e"},
        {"contact": "phone", "phone": "1", "address": {"country": "XX"}, "name": "", "age": 40},
        {"same": False, "billing": where, "address": where, "name": "x", "contact": "none",
         "payment": {"by": "card", "number": "1234"}},
        {"age": 12, "guardian": "g", "name": "k", "email": "", "address": where,
         "payment": {"by": "cash"}}]


def compose(closed):
    service = an_object({"image": TEXT, "build": {"oneOf": [TEXT, an_object(
        {"context": TEXT}, "context")]}, "ports": {"type": "array", "items": {
            "anyOf": [NUMBER, {"type": "string", "pattern": "^\\d+(:\\d+)?$"}, an_object(
                {"target": NUMBER, "published": NUMBER}, "target")]}},
        "network_mode": TEXT, "networks": {"type": "array"}, "restart": {"enum": ["no", "always"]},
        "depends_on": {"oneOf": [{"type": "array", "items": TEXT}, {
            "type": "object", "additionalProperties": an_object(
                {"condition": {"enum": ["started", "healthy"]}}, "condition")}]},
        "environment": {"anyOf": [{"type": "object"}, {"type": "array", "items": {
            "type": "string", "pattern": "="}}]}},
        anyOf=[has("image"), has("build")], allOf=[{"not": has("network_mode", "networks")}])
    if closed:
        service["additionalProperties"] = False
    schema = an_object({"services": {"type": "object", "additionalProperties": service},
                        "version": {"enum": ["2", "3"]}}, "services")
    return f"compose-{int(closed)}", schema, [
        {"services": {"a": {"image": "x", "ports": [80, "1:2", {"target": 1}]}}},
        {"services": {}}, {"version": "3", "services": {"b": {
            "build": {"context": "."}, "networks": [], "depends_on": {"a": {
                "condition": "healthy"}}}, "c": {"network_mode": "host", "build": "."}}},
        {"services": {"d": {"environment": ["A=1"], "image": "i", "build": ".",
                            "depends_on": ["x"], "restart": "no"}}}]


def interface(count):
    kinds = ["query", "header", "path", "cookie"][:count]
    parameter = an_object({"name": TEXT, "in": {"enum": kinds}, "required": FLAG, "schema": OBJECT,
                           "content": OBJECT, "example": True, "examples": OBJECT,
                           "style": TEXT}, "name", "in",
                          oneOf=[has("schema"), has("content")],
                          allOf=[when("in", "path", {"properties": {"required": {"const": True}},
                                                     "required": ["required"]}),
                                 when("in", "query", {"properties": {"style": {
                                     "enum": ["form", "deep"]}}}),
                                 {"not": has("example", "examples")},
                                 {"dependentSchemas": {"style": {"not": has("content")}}}])
    schema = an_object({"parameters": {"type": "array", "items": parameter},
                        "servers": {"type": "array"}, "security": {"oneOf": [
                            an_object({"type": {"const": "key"}, "in": TEXT}, "type", "in"),
                            an_object({"type": {"const": "http"}, "scheme": TEXT}, "type",
                                      "scheme")]}})
    return f"interface-{count}", schema, [
        {"parameters": [{"name": "a", "in": "query", "schema": {}, "style": "form"}]},
        {"parameters": [{"in": kinds[-1], "name": "b", "content": {}, "required": True},
                        {"schema": {}, "example": 1, "in": "header", "name": "c"}]},
        {"security": {"type": "http", "scheme": "s"}}, {}]


def resources(count):
    sizes = ["small", "large"]
    options = [an_object({"type": {"const": f"r{i}"}, "size": {"enum": sizes[:1 + i % 2]},
                          "count": {"type": "integer", "maximum": i + 1},
                          "tags": {"type": "object", "additionalProperties": TEXT}}, "type", "size",
                         allOf=[when("size", "large", has("count"))]) for i in range(count)]
    schema = an_object({"resources": {"type": "array", "items": {"oneOf": options}},
                        "outputs": OBJECT})
    return f"resources-{count}", schema, [
        {"resources": [{"type": "r0", "size": "small"}, {"type": "r1", "size": "large",
                                                         "count": 2}]},
        {"resources": [{"size": "small", "tags": {"a": "b"}, "count": 1, "type": "r2"}]},
        {"outputs": {}}]


def pipeline(stages):
    task = {"anyOf": [
        an_object({"script": {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}},
                  "script"),
        an_object({"trigger": TEXT}, "trigger", **{"not": has("script")}),
        an_object({"extends": TEXT}, "extends")],
        "allOf": [when("when", "delayed", has("start_in"), {"not": has("start_in")}),
                  {"not": has("only", "rules")}, {"not": has("except", "rules")},
                  {"if": has("parallel"), "then": {"properties": {"parallel": {"anyOf": [
                      {"type": "integer", "minimum": 2}, an_object({"matrix": {
                          "type": "array"}}, "matrix")]}}}}],
        "properties": {"stage": {"enum": names("s", stages)}, "when": {
            "enum": ["manual", "delayed", "always"]}}}
    schema = {"type": "object", "properties": {"stages": {"type": "array", "items": TEXT}},
              "additionalProperties": task}
    return f"pipeline-{stages}", schema, [
        {"a": {"script": "x"}}, {"stages": ["s0"], "b": {"trigger": "t", "parallel": 3}},
        {"c": {"when": "delayed", "start_in": "1h", "extends": ".x", "stage": "s1"}},
        {"d": {"script": ["a", "b"], "only": [], "parallel": {"matrix": []}}, "e": {
            "rules": [], "extends": "d", "when": "manual"}}]


def rules(count):
    """Values and presence in one condition, both ways round."""
    schema = {"type": "object", "properties": {f"level{i}": {"type": "integer", "minimum": 0}
                                               for i in range(count)},
              "allOf": [{"anyOf": [{"properties": {f"level{i}": {"maximum": 2}}},
                                   has(f"reason{i}")]} for i in range(count)] +
                       [{"oneOf": [has(f"level{i}"), has(f"off{i}"),
                                   {"not": {"anyOf": [has(f"level{i}"), has(f"off{i}")]}}]}
                        for i in range(count)]}
    return f"rules-{count}", schema, [
        {}, {"level0": 1, "off1": True}, {"level1": 5, "reason1": "r"},
        {f"level{i}": 2 for i in range(count)}]


def exclusive_modes(count):
    schema = {"type": "object", "oneOf": [
        {"required": [f"m{i}"], "properties": {f"m{i}": {"enum": [i, str(i)]}, "extra": NUMBER
                                               if i % 2 else TEXT}} for i in range(count)],
        "if": has("extra"), "then": has("why"), "else": {"not": has("why")}}
    return f"exclusive-modes-{count}", schema, [{"m0": 0}, {"m1": "1", "extra": 3, "why": ""},
                                                {"extra": "x", "why": 0, "m2": 2},
                                                {"m0": 0, "m1": 1}]


FAMILIES = (
    [flags(n) for n in (3, 6, 8, 12, 20, 40)] + [both_ways(n) for n in (4, 5, 8, 16, 40)] +
    [any_of_pairs(n, k) for n in (5, 8, 15, 40) for k in ("anyOf", "oneOf")] +
    [kinds_by_if(n, r, l) for n in (4, 8, 10, 30) for r in (True, False) for l in (True, False)] +
    [dependent(n) for n in (3, 8, 20)] +
    [tagged(n, k, c) for n in (3, 8, 24) for k in ("anyOf", "oneOf") for c in (True, False)] +
    [tagged(50, "oneOf", True)] +
    [untagged(n, k) for n in (3, 30, 60) for k in ("anyOf", "oneOf")] +
    [conflicts(n) for n in (5, 11, 30)] + [chain(n) for n in (3, 5, 8, 25)] +
    [nested_flags(n) for n in (3, 6)] + [across_levels(n) for n in (3, 6)] +
    [counted(n) for n in (3, 5, 9)] + [unevaluated(n) for n in (2, 4)] +
    [workflow(s) for s in (True, False)] + [cluster(n) for n in (2, 4, 7)] +
    [package(s) for s in (True, False)] + [form(n) for n in (2, 4, 6)] +
    [compose(c) for c in (True, False)] + [interface(n) for n in (3, 4)] +
    [resources(n) for n in (3, 10, 24)] + [pipeline(n) for n in (2, 5)] +
    [rules(n) for n in (2, 3, 5, 8, 12)] + [exclusive_modes(n) for n in (3, 5, 8, 20)])


class Changer:
    """Changes a document in one place."""

    VALUES = (None, True, False, 0, 1, 2, 5, "", "x", "12345", "@a/b", [], ["x"], {}, {"a": 1})

    def __init__(self, seed: str, documents):
        self.rng = random.Random(seed)
        self.known = sorted({k for d in documents for o in self.objects(d) for k in o})

    def objects(self, value):
        if isinstance(value, dict):
            yield value
        children = value.values() if isinstance(value, dict) else value
        if isinstance(value, (dict, list)):
            for child in children:
                yield from self.objects(child)

    def change(self, document, schema_names):
        document = copy.deepcopy(document)
        target = self.rng.choice(list(self.objects(document)))
        kind = self.rng.randrange(4)
        if kind == 0 and target:
            del target[self.rng.choice(list(target))]
        elif kind == 1 and target:
            target[self.rng.choice(list(target))] = self.rng.choice(self.VALUES)
        elif kind == 2 and len(target) > 1:
            members = list(target.items())
            self.rng.shuffle(members)
            target.clear()
            target.update(members)
        else:
            name = self.rng.choice(self.known + schema_names)
            target[name] = self.rng.choice(self.VALUES)
        return document


def names_in(schema):
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("properties", "dependentRequired") and isinstance(value, dict):
                yield from value
            if key == "required":
                yield from value
            yield from names_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from names_in(value)


def entry(name, schema, documents):
    validator = jsonschema_rs.Draft202012Validator(schema)
    changer = Changer(name, documents)
    schema_names = sorted(set(names_in(schema)))
    chosen = {True: [], False: []}
    pool = list(documents)
    for turn in range(600):
        document = pool[turn] if turn < len(documents) else changer.change(
            changer.rng.choice(pool[-20:] + documents), schema_names)
        verdict = validator.is_valid(document)
        if len(chosen[verdict]) < MOST and document not in chosen[verdict]:
            chosen[verdict].append(document)
        if verdict and turn >= len(documents):
            pool.append(document)
    if not chosen[True] or not chosen[False]:
        raise SystemExit(f"{name}: {len(chosen[True])} valid, {len(chosen[False])} invalid")
    return {"name": name, "schema": schema, "valid": chosen[True], "invalid": chosen[False]}


def main():
    lines = [json.dumps(entry(*family), ensure_ascii=False, separators=(",", ":")) + "\n"
             for family in FAMILIES]
    (HERE / "conditions.jsonl").write_text("".join(lines), encoding="utf-8")
    print(len(lines), "schemas")


if __name__ == "__main__":
    main()
