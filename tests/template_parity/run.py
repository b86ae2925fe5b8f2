"""Compares Bantam's chat templates with jinja2 as transformers configures it.

run.py [--models DIR] [--program PROGRAM] [--min N] [--random N] [--seed N] [--verbose] [PATH…]

Every template is rendered on every conversation of conversations.py by both. They must agree: the
same text, or both fail; where jinja2 failed by raise_exception, with the same message. The same
goes for N random templates. PATHs are directories, .jinja or .gguf files; by default the chat
templates among DIR/vocabs and those inside the vocabularies and test models of DIR.
"""

import argparse
import json
import mmap
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import conversations
import random_templates
import reference

ROOT = pathlib.Path(os.environ.get("BANTAM_SOURCE_DIR", pathlib.Path(__file__).parents[2]))


def gguf_template(path):
    """The template inside a model file, if it has one.

    Found by its key: length, key, type 8 (a string), length, text. (The gguf package would read all
    of a vocabulary first, which takes it many seconds.)
    """
    key = b"tokenizer.chat_template"
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(struct.pack("<Q", len(key)) + key + struct.pack("<I", 8))
        if at < 0:
            return {}
        at += 8 + len(key) + 4
        size, = struct.unpack_from("<Q", data, at)
        return {path.name: data[at + 8:at + 8 + size].decode()}


def collect(paths):
    templates = {}
    for path in paths:
        files = sorted([*path.rglob("*.jinja"), *path.rglob("*.gguf")]) if path.is_dir() else [path]
        for file in files:
            templates |= (gguf_template(file) if file.suffix == ".gguf" else
                          {file.name: file.read_bytes().decode()})
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
        return f"expected the text {expected['text'][:200]!r}, got the error {got['error']!r}"
    if "text" in got:
        return f"expected the error {expected['error']!r}, got the text {got['text'][:200]!r}"
    if "raised" in expected:
        message = re.sub(r"^chat template, line \d+: ", "", got["error"])
        if message != expected["raised"]:
            return f"expected the message {expected['raised']!r}, got {message!r}"
    return None


def is_known(expected, got):
    """Differences that we do not follow: only random templates have them."""
    if "text" not in expected:
        return False
    # The address of a generator, a method, …
    if " at 0x" in expected["text"].lower():
        return True
    error = got.get("error", "")
    # jinja2 folds 5[1:] to an undefined value, but fails for a variable that holds 5; and a loop is
    # an iterator over what is left of itself.
    return error.endswith(("cannot be sliced", "'LoopContext' object is not iterable"))


def compare(program, env, templates, inputs, verbose):
    """Renders all with both; returns the numbers of differences, texts and raised exceptions."""
    results = render_all(program, templates, inputs)
    different = {}
    texts = raised = 0
    for name, source in templates.items():
        for conversation, value in inputs.items():
            # Through JSON, so that both see the same.
            expected = reference.render(env, source, json.loads(json.dumps(value)))
            got = results[name][conversation]
            wrong = difference(expected, got)
            if wrong is not None and is_known(expected, got):
                continue
            texts += "text" in expected
            raised += "raised" in expected
            if wrong is not None:
                different.setdefault(name, []).append(conversation)
                print(f"DIFFERENT {name} × {conversation}: {wrong}")
            elif verbose and "error" in expected:
                print(f"both fail {name} × {conversation}: {expected['error'][:100]!r} / "
                      f"{got['error'][:100]!r}")
    return different, texts, raised


def compare_published(arguments, env):
    templates = collect(arguments.paths)
    inputs = {name: conversations.with_defaults(name) for name in conversations.CONVERSATIONS}
    different, texts, raised = compare(arguments.program, env, templates, inputs,
                                       arguments.verbose)
    bad = sum(map(len, different.values()))
    total = len(templates) * len(inputs)
    print(f"template parity: {len(templates)} templates × {len(inputs)} conversations: "
          f"{total - bad} of {total} equal ({texts} texts, {raised} raised by the template, "
          f"{total - texts - raised} other errors)")
    if len(templates) < arguments.min:
        print(f"only {len(templates)} templates, at least {arguments.min} expected")
        return 1
    return bad


def compare_random(arguments, env):
    inputs = {"random": random_templates.conversation()}
    templates = random_templates.make(arguments.random, arguments.seed)
    different, texts, _ = compare(arguments.program, env, templates, inputs, False)
    for name in list(different)[:20]:
        print(f"{name}: {templates[name]!r}")
    print(f"template parity: {len(templates)} random templates, {texts} with a text; "
          f"{len(different)} differences")
    return len(different)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path,
                        default=os.environ.get("BANTAM_MODELS", ROOT / "models"))
    parser.add_argument("--program",
                        default=ROOT / "build/release/tests/template_parity/render_main")
    parser.add_argument("--min", type=int, default=25, help="fail with fewer templates than this")
    parser.add_argument("--random", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("paths", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if not arguments.paths:
        models = pathlib.Path(arguments.models)
        arguments.paths = [models / "vocabs", *sorted(models.glob("*.gguf"))]
    env = reference.environment(conversations.NOW_S)
    bad = compare_published(arguments, env) + compare_random(arguments, env)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
