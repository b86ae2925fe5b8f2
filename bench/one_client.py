#!/usr/bin/env python3
"""One client of bantam serve beside a chat in the terminal: does the server cost anything?

    python bench/one_client.py MODEL.gguf [--rounds 20] [--tokens 96]

Both programs are started once and warmed up; then each round puts a new question to one and the
other. Of each: the rate of the reply, and the time from the question to the first of its text as
whoever asked sees it (in the terminal from the Enter key on). Prints the medians; fails if the
server's rate is below 0.97 of the terminal's or its first token comes more than 5 ms later.
"""

import http.client
import json
import os
import pty
import re
import select
import statistics
import subprocess
import sys
import time

import cli_reply
import serving

LEAST_RATE, MOST_DELAY_S = 0.97, 0.005
SYSTEM = "You answer in plain sentences."
ESCAPES = re.compile(rb"\x1b\[[?0-9;]*[A-Za-z]|\r")
RATE = re.compile(rb"^reply +(\d+) tokens? in [\d.]+ s, ([\d.,]+) tok/s", re.MULTILINE)
PATIENCE_S = 120


class Terminal:
    """`bantam run` at a terminal of its own."""

    def __init__(self, options):
        self.terminal, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [options.bantam, "run", options.model, "--system", SYSTEM, "--temperature", "0",
             "--max-tokens", str(options.tokens), "--ignore-eos", "--stats", "-t",
             str(options.threads)], stdin=theirs, stdout=theirs, stderr=theirs,
            env={**os.environ, "TERM": "xterm"})
        os.close(theirs)
        self.read_until(lambda seen: seen.endswith(b">>> "))

    def close(self):
        self.send(b"/bye\r")
        self.read_until(lambda seen: False)
        self.process.wait()

    def send(self, keys: bytes):
        os.write(self.terminal, keys)

    def read_until(self, found) -> bytes:
        """What comes, without escape sequences, until it is what `found` looks for."""
        seen, deadline = b"", time.monotonic() + PATIENCE_S
        while not found(ESCAPES.sub(b"", seen)):
            if not select.select([self.terminal], [], [], deadline - time.monotonic())[0]:
                sys.exit(f"bantam run says no more after {seen[-200:]!r}")
            try:
                seen += os.read(self.terminal, 65536)
            except OSError:  # the program has ended
                break
        return ESCAPES.sub(b"", seen)

    def ask(self, question: str) -> tuple[float, float]:
        """(tokens a second, seconds to the first token) of the reply to a chat's first question."""
        self.send(b"/clear\r")
        self.read_until(lambda seen: seen.endswith(b">>> "))
        self.send(question.encode())
        self.read_until(lambda seen: seen.endswith(question.encode()))
        began = time.monotonic()
        self.send(b"\r")
        self.read_until(lambda seen: seen.strip() != b"")
        first = time.monotonic() - began
        found = RATE.search(self.read_until(lambda seen: seen.endswith(b">>> ")))
        return float(found[2].replace(b",", b"")), first


def ask_server(server: serving.Server, question: str, n_tokens: int) -> tuple[float, float]:
    """The same of a request, all of it by the client's clock."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    body = {"messages": [{"role": "system", "content": SYSTEM},
                         {"role": "user", "content": question}],
            "stream": True, "temperature": 0, "max_tokens": n_tokens, "ignore_eos": True,
            "stream_options": {"include_usage": True}}
    began = time.monotonic()
    connection.request("POST", "/v1/chat/completions", json.dumps(body))
    first, last, tokens = None, began, 0
    for line in connection.getresponse():
        if not line.startswith(b"data: {"):
            continue
        chunk = json.loads(line[6:])
        tokens = (chunk.get("usage") or {}).get("completion_tokens", tokens)
        if chunk["choices"] and chunk["choices"][0]["delta"].get("content"):
            last = time.monotonic()
            first = first or last
    connection.close()
    return (tokens - 1) / (last - first), first - began


def main():
    options = cli_reply.parser(__doc__)
    options.set_defaults(rounds=20, tokens=96)
    options = options.parse_args()
    command = [options.bantam, "serve", options.model, "--ctx", "4096", "--no-request-log", "-t",
               str(options.threads)]
    seen = {"terminal": [], "server": []}
    terminal = Terminal(options)
    with serving.Server("bantam", command) as server:
        ways = {"terminal": terminal.ask,
                "server": lambda question: ask_server(server, question, options.tokens)}
        for round_number in range(-1, options.rounds):  # the first is not counted
            question = serving.prompts_of(round_number + 2, "", "Please.")[-1][1]
            for name, ask in list(ways.items())[::1 if round_number % 2 else -1]:
                rate, first = ask(question)
                if round_number < 0:
                    continue
                seen[name].append((rate, first))
                print(f"round {round_number + 1}  {name:8} {rate:6.1f} tok/s, "
                      f"first token {first * 1000:6.1f} ms", flush=True)
    terminal.close()
    medians = {name: [statistics.median(column) for column in zip(*replies)]
               for name, replies in seen.items()}
    rate = medians["server"][0] / medians["terminal"][0]
    delay = medians["server"][1] - medians["terminal"][1]
    print(f"the server: {rate:.2f} of the terminal's rate, first token {delay * 1000:+.1f} ms")
    sys.exit(rate < LEAST_RATE or delay > MOST_DELAY_S)


if __name__ == "__main__":
    main()
