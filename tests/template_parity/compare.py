#!/usr/bin/env python3
"""Compares Bantam's chat templates with jinja2 as transformers configures it.

  compare.py RENDER_MAIN [--gguf FILE]… [--min N] [--verbose] DIRECTORY|FILE.jinja…

Every template is rendered on every conversation of conversations.py by both. They must agree: the
same text, or both fail; where jinja2 failed by raise_exception, with the same message. Needs
transformers and jinja2; with --gguf, the gguf package.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import conversations
import reference


def gguf_templates(path):
    import gguf
    for field in gguf.GGUFReader(path).fields.values():
        if field.name == "tokenizer.chat_template":
            return {pathlib.Path(path).name: bytes(field.parts[field.data[0]]).decode()}
    return {}


def collect(arguments):
    templates = {}
    for path in map(pathlib.Path, arguments.paths):
        for file in sorted(path.glob("*.jinja")) if path.is_dir() else [path]:
            templates[file.name] = file.read_bytes().decode()
    for path in arguments.gguf:
        templates.update(gguf_templates(path))
    return templates


def render_all(program, templates, inputs):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as jobs:
        json.dump({"templates": templates, "conversations": inputs}, jobs)
        jobs.flush()
        run = subprocess.run([program, jobs.name], capture_output=True, check=True)
    return json.loads(run.stdout)


def difference(expected, got):
    """What is wrong with `got`, or None."""
    if "text" in expected and "text" in got:
        a, b = expected["text"], got["text"]
        if a == b:
            return None
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        part = slice(max(0, at - 30), at + 50)
        return f"at {at}: expected {a[part]!r}, got {b[part]!r}"
    if "text" in expected:
        return f"expected a text, got the error {got['error']!r}"
    if "text" in got:
        return f"expected the error {expected['error']!r}, got a text"
    if "raised" in expected:
        message = re.sub(r"^chat template, line \d+: ", "", got["error"])
        if message != expected["raised"]:
            return f"expected the message {expected['raised']!r}, got {message!r}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--gguf", action="append", default=[])
    parser.add_argument("--min", type=int, default=1, help="fail with fewer templates than this")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    templates = collect(arguments)
    inputs = {name: conversations.with_defaults(name) for name in conversations.CONVERSATIONS}
    results = render_all(arguments.program, templates, inputs)
    env = reference.environment(conversations.NOW_S)
    equal = texts = raised = bad_templates = 0
    for name, source in templates.items():
        bad = 0
        for conversation, value in inputs.items():
            # Through JSON, so that both see the same.
            expected = reference.render(env, source, json.loads(json.dumps(value)))
            wrong = difference(expected, results[name][conversation])
            texts += "text" in expected
            raised += "raised" in expected
            equal += wrong is None
            bad += wrong is not None
            if wrong is not None:
                print(f"DIFFERENT {name} × {conversation}: {wrong}")
            elif arguments.verbose and "error" in expected:
                print(f"both fail {name} × {conversation}: {expected['error'][:100]!r} / "
                      f"{results[name][conversation]['error'][:100]!r}")
        bad_templates += bad > 0
    total = len(templates) * len(inputs)
    print(f"{len(templates)} templates × {len(inputs)} conversations: {equal} of {total} equal "
          f"({texts} texts, {raised} raised by the template, {total - texts - raised} other "
          f"errors); {len(templates) - bad_templates} templates without a difference")
    return 0 if equal == total and len(templates) >= arguments.min else 1


if __name__ == "__main__":
    sys.exit(main())
