#!/usr/bin/env python3
"""Many clients at once: bantam serve beside llama-server, the same file, prompts and clients.

    python bench/serving.py MODEL.gguf [--llama PATH/TO/llama-server]
        [--openvino-python PYTHON --openvino-model DIR] [--rounds 3] [--clients 8]

Each round starts one program after the other and runs three loads on each: clients with different
prompts, clients that share a system prompt of about 400 tokens, and one client alone. Of each:
tokens a second over all clients, and the median time to the first token. Medians over the rounds,
then the ratios. OpenVINO GenAI has no server here: its pipeline for many requests gets them.
"""

import argparse
import http.client
import json
import os
import pathlib
import socket
import statistics
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOPICS = ["lighthouses", "bicycle repair", "sourdough bread", "the tides", "street chess",
          "mountain weather", "old maps", "bee keeping", "night trains", "paper making",
          "river ferries", "tomato plants", "clock towers", "snow shovels", "radio plays",
          "stone walls"]


def system_prompt(length: int) -> str:
    text = (ROOT / "tests/corpus/english.txt").read_text()
    return "You answer in plain sentences. Background: " + text[:length]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    def __init__(self, name: str, command: list[str]):
        self.name, self.command = name, command

    def __enter__(self):
        self.port = free_port()
        command = self.command + ["--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                if self.request("warm up", "", 8)["tokens"] > 0:
                    return self
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def peak_mib(self) -> float:
        for line in open(f"/proc/{self.process.pid}/status", encoding="ascii"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0

    def request(self, user: str, system: str, n_tokens: int) -> dict:
        messages = [{"role": "system", "content": system}] if system else []
        body = {"messages": messages + [{"role": "user", "content": user}], "stream": True,
                "temperature": 0, "max_tokens": n_tokens, "ignore_eos": True, "model": "",
                "stream_options": {"include_usage": True}}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        began = time.monotonic()
        connection.request("POST", "/v1/chat/completions", json.dumps(body),
                           {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise ValueError(response.read()[:300])
        first, tokens = None, 0
        for line in response:
            if not line.startswith(b"data: {"):
                continue
            chunk = json.loads(line[6:])
            if first is None and chunk["choices"] and chunk["choices"][0]["delta"].get("content"):
                first = time.monotonic() - began
            tokens = (chunk.get("usage") or {}).get("completion_tokens", tokens)
        connection.close()
        return {"first": first or 0, "tokens": tokens, "seconds": time.monotonic() - began}


    def load(self, prompts: list[tuple[str, str]], n_tokens: int) -> tuple[float, float]:
        results = []

        def client(system: str, user: str):
            results.append(self.request(user, system, n_tokens))

        began = time.monotonic()
        threads = [threading.Thread(target=client, args=prompt) for prompt in prompts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        assert len(results) == len(prompts), "a client failed"
        return (sum(one["tokens"] for one in results) / seconds,
                statistics.median(one["first"] for one in results))


class OpenVino:
    name = "OpenVINO"

    def __init__(self, command: list[str]):
        self.command = command

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.load([("", "warm up")], 8)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    peak_mib = Server.peak_mib

    def load(self, prompts: list[tuple[str, str]], n_tokens: int) -> tuple[float, float]:
        self.process.stdin.write(json.dumps({"prompts": prompts, "tokens": n_tokens}) + "\n")
        self.process.stdin.flush()
        result = json.loads(self.process.stdout.readline())
        return result["rate"], result["first"]


def prompts_of(n_clients: int, system: str, salt: str) -> list[tuple[str, str]]:
    return [(system, f"{salt} Write about {TOPICS[i % len(TOPICS)]}.") for i in range(n_clients)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--bantam", default=str(ROOT / "build/release/bantam"))
    parser.add_argument("--llama", help="llama-server")
    parser.add_argument("--openvino-python", help="one that has openvino_genai")
    parser.add_argument("--openvino-model", help="the model, converted")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    threads = ["-t", str(args.threads)]
    servers = [Server("bantam", [args.bantam, "serve", args.model, "--parallel",
                                 str(args.clients), "--ctx", "2048", "--no-request-log", *threads])]
    if args.llama:
        servers.append(Server("llama-server", [args.llama, "-m", args.model, "-np",
                                               str(args.clients), "-c", str(2048 * args.clients),
                                               *threads]))
    if args.openvino_python and args.openvino_model:
        servers.append(OpenVino([args.openvino_python, str(ROOT / "bench/openvino_batching.py"),
                                 args.openvino_model, str(args.threads)]))
    rates: dict = {}
    for number in range(args.rounds):
        for server in servers:
            with server:
                for name, system, clients in (("different prompts", "", args.clients),
                                              ("shared system prompt", system_prompt(1800),
                                               args.clients), ("one client", "", 1)):
                    rate, first = server.load(prompts_of(clients, system, f"({number})"),
                                              args.tokens)
                    rates.setdefault((name, server.name), []).append((rate, first))
                    print(f"round {number + 1}  {server.name:13} {name:21} "
                          f"{rate:7.1f} tok/s, first token {first:6.2f} s", flush=True)
                print(f"round {number + 1}  {server.name:13} "
                      f"peak memory {server.peak_mib():.0f} MiB")
    for name in dict.fromkeys(name for name, _ in rates):
        medians = {server: [statistics.median(values) for values in zip(*rates[name, server])]
                   for other, server in rates if other == name}
        line = ", ".join(f"{server} {rate:.1f} tok/s and {first:.2f} s"
                         for server, (rate, first) in medians.items())
        print(f"{name}: {line}")
        ours = medians.pop("bantam")
        for server, theirs in medians.items():
            print(f"  beside {server}: {ours[0] / theirs[0]:.2f}x, "
                  f"first token {ours[1] / theirs[1]:.2f}x")


if __name__ == "__main__":
    main()
