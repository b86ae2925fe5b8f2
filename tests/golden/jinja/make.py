#!/usr/bin/env python3
"""Writes snippets_N.json: the templates of sources.json, rendered by jinja2 as
transformers sets it up.

Each file has {"context", "now_s", "snippets": [{"source", and "output" or "error": true}]}; with
"raised" the message of raise_exception. A source of several {{ }} is also taken apart into one
snippet for each. Run: make.py (needs transformers and jinja2 3.1.6)
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "template_parity")]
import conversations
import reference

PER_FILE = 700


def parts(source):
    """The source, and if it is a row of print tags with blanks between, each of them."""
    prints = re.findall(r"\{\{.*?\}\}(?!\})", source, re.S)
    if len(prints) > 2 and not re.sub(r"\{\{.*?\}\}(?!\})|[ |]", "", source, flags=re.S):
        return [source, *prints]
    return [source]


def main():
    sources = json.loads((HERE / "sources.json").read_text())
    env = reference.environment(conversations.NOW_S)
    snippets, seen = [], set()
    for group, entries in sources["groups"].items():
        for source in (part for entry in entries for part in parts(entry)):
            if source in seen:
                continue
            seen.add(source)
            result = reference.render(env, source, {
                "bos_token": "<s>", "eos_token": "</s>", "messages": None, "tools": None,
                "add_generation_prompt": True, "extra": sources["context"]})
            snippet = {"group": group, "source": source}
            if " at 0x" in result.get("text", ""):
                continue  # an address
            if "text" in result:
                snippet["output"] = result["text"]
            else:
                snippet["error"] = True
                if "raised" in result:
                    snippet["raised"] = result["raised"]
            snippets.append(snippet)
    for old in HERE.glob("snippets_*.json"):
        old.unlink()
    for i in range(0, len(snippets), PER_FILE):
        data = {"context": sources["context"], "now_s": conversations.NOW_S,
                "snippets": snippets[i:i + PER_FILE]}
        text = json.dumps(data, ensure_ascii=False, indent=0)
        (HERE / f"snippets_{i // PER_FILE + 1}.json").write_text(text + "\n")
    errors = sum("error" in snippet for snippet in snippets)
    print(f"{len(snippets)} snippets, {errors} of them errors")


if __name__ == "__main__":
    main()
