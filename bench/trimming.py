#!/usr/bin/env python3
"""What trimming a long chat to its relevant passages saves: time to the first token.

    python bench/trimming.py MODEL.gguf [--facts 3]

Chats of about 30,000 tokens with planted facts end with a question about one of them. `bantam
serve` reads them whole, then trimmed to 4,096 tokens (`"trim": "relevant"`). Of each: seconds to
the first token, tokens left out, and whether the answer has what was asked for.
"""

import argparse
import http.client
import json
import os
import pathlib
import random
import re
import statistics
import time

import serving

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHARACTERS = 128_000  # of the chat; about 30,000 tokens of English
WHOLE, TRIMMED = 32768, 4096


def write_chat(facts: list[dict], asked: int) -> list[dict]:
    """All facts somewhere between long answers, then the question."""
    choose = random.Random(asked)
    text = (ROOT / "tests/corpus/english.txt").read_text(encoding="utf-8")
    sentences = re.split(r"(?<=\.)\s+", text)
    order = choose.sample(facts, len(facts))
    messages = [{"role": "system", "content": "You are a helpful assistant."}]
    length = 0
    while length < CHARACTERS:
        said = choose.choice(sentences) + (" " + order.pop()["fact"] if order else "")
        answer = " ".join(choose.choice(sentences) for _ in range(14))
        messages += [{"role": "user", "content": said}, {"role": "assistant", "content": answer}]
        length += len(said) + len(answer)
    return messages + [{"role": "user", "content": facts[asked]["question"]}]


def ask(port: int, messages: list[dict], context: int) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3600)
    body = {"messages": messages, "trim": "relevant", "stream": True,
            "options": {"num_ctx": context, "num_predict": 48, "temperature": 0}}
    began, first, answer = time.monotonic(), None, ""
    connection.request("POST", "/api/chat", json.dumps(body))
    response = connection.getresponse()
    if response.status != 200:
        raise ValueError(response.read()[:300])
    for line in response:
        chunk = json.loads(line)
        text = chunk["message"]["content"]
        if text and first is None:
            first = time.monotonic() - began
        answer += text
    left_out = int(response.headers.get("X-Bantam-Left-Out-Tokens", 0))
    connection.close()
    return {"first": first, "answer": answer, "left_out": left_out,
            "read": chunk["prompt_eval_count"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--bantam", default=str(ROOT / "build/release/bantam"))
    parser.add_argument("--facts", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    lines = (ROOT / "tests/context_window/facts.jsonl").read_text(encoding="utf-8").splitlines()
    facts = [fact for fact in map(json.loads, lines) if fact["fact"].isascii()]
    command = [args.bantam, "serve", args.model, "--ctx", str(WHOLE), "--parallel", "1",
               "--no-request-log", "--first-token-timeout", "1h", "-t", str(args.threads)]
    firsts = {WHOLE: [], TRIMMED: []}
    for asked in range(args.facts):
        messages = write_chat(facts, asked)
        for context in (TRIMMED, WHOLE):
            with serving.Server("bantam", command) as server:
                reply = ask(server.port, messages, context)
            firsts[context].append(reply["first"])
            found = facts[asked]["needle"].lower() in reply["answer"].lower()
            name = "trimmed" if context == TRIMMED else "whole"
            print(f"{name:8} {reply['read']:6} tokens read, {reply['left_out']:6} left out, "
                  f"first token {reply['first']:6.2f} s, "
                  f"{'the fact is' if found else 'no fact'} in the answer", flush=True)
    whole, trimmed = (statistics.median(firsts[context]) for context in (WHOLE, TRIMMED))
    print(f"first token: {whole:.1f} s whole, {trimmed:.2f} s trimmed: {whole / trimmed:.1f}x")


if __name__ == "__main__":
    main()
