#!/usr/bin/env python3
"""What `--prefix-dir` saves after a restart: time to the first token behind a long system message.

    python bench/restart.py MODEL.gguf [--rounds 3] [--characters 13000]

Each round starts `bantam serve` with an empty directory and asks a question behind a system message
of about 3,000 tokens, ends the server, starts it again with that directory and asks the same. Both
times the server has answered something else before, which is what loads the model. Prints both
times to the first token and their ratio; fails if the median ratio is above 0.05, an answer
differs, or nothing came from the directory.
"""

import http.client
import json
import statistics
import sys
import tempfile
import time

import cli_reply
import serving

MOST = 0.05


def ask(port: int, system: str, n_tokens: int) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    body = {"messages": [{"role": "system", "content": system},
                         {"role": "user", "content": "What is this text about?"}],
            "stream": True, "temperature": 0, "max_tokens": n_tokens,
            "stream_options": {"include_usage": True}}
    began, first, answer, usage = time.monotonic(), None, "", {}
    connection.request("POST", "/v1/chat/completions", json.dumps(body))
    for line in connection.getresponse():
        if not line.startswith(b"data: {"):
            continue
        chunk = json.loads(line[6:])
        usage = chunk.get("usage") or usage
        text = chunk["choices"][0]["delta"].get("content") if chunk["choices"] else None
        if text:
            first = first or time.monotonic() - began
            answer += text
    connection.close()
    return {"first": first, "answer": answer, "prompt": usage["prompt_tokens"],
            "cached": usage["prompt_tokens_details"]["cached_tokens"]}


def main():
    options = cli_reply.parser(__doc__)
    options.add_argument("--characters", type=int, default=13_000)
    options.set_defaults(rounds=3, tokens=48)
    options = options.parse_args()
    ratios, wrong = [], 0
    for round_number in range(options.rounds):
        replies = []
        with tempfile.TemporaryDirectory() as directory:
            command = [options.bantam, "serve", options.model, "--ctx", "8192", "--prefix-dir",
                       directory, "--no-request-log", "-t", str(options.threads)]
            for _ in range(2):
                with serving.Server("bantam", command) as server:
                    replies.append(ask(server.port, serving.system_prompt(options.characters),
                                       options.tokens))
        cold, warm = replies
        ratios.append(warm["first"] / cold["first"])
        same = cold["answer"] == warm["answer"]
        wrong += not same or cold["cached"] > 0 or warm["cached"] == 0
        print(f"round {round_number + 1}: {cold['prompt']} tokens read in {cold['first']:.3f} s; "
              f"after a restart, {warm['cached']} of them kept, in {warm['first']:.3f} s: "
              f"{ratios[-1]:.3f}; the answers are {'the same' if same else 'DIFFERENT'}",
              flush=True)
    ratio = statistics.median(ratios)
    print(f"first token after a restart: {ratio:.3f} of the first time's")
    sys.exit(ratio > MOST or wrong > 0)


if __name__ == "__main__":
    main()
