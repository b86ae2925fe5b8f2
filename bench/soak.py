#!/usr/bin/env python3
"""More clients than places, for minutes: does bantam serve stay orderly, even and small?

    python bench/soak.py MODEL.gguf [--minutes 10] [--clients 64] [--idle 1000]

Clients ask again and again, at temperature 0, some hang up in the middle, and who is turned away
(429 or 503) waits as long as Retry-After says. Reports the times between tokens of the streams, how
often clients were turned away, other failures, whether each question always got the same answer,
and the memory. With --idle, that many further connections ask nothing but stay open; their memory,
and the rate of 8 clients with and without them, are reported first.
Fails if something failed, an answer changed, a gap's 99th percentile is above three times the
median, or memory grew by more than 2 % from the third quarter of the time to the last: before
that, what earlier prompts leave fills the pool of keys and values (bantam_kv_total_bytes).
"""

import argparse
import http.client
import json
import os
import pathlib
import random
import statistics
import sys
import threading
import time

import serving

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Watch:
    """What all clients saw."""

    def __init__(self):
        self.lock = threading.Lock()
        self.gaps: list[float] = []
        self.firsts: list[float] = []
        self.answers: dict[str, set[str]] = {}
        self.done = self.turned_away = self.hung_up = 0
        self.failures: list[str] = []
        self.memory: list[float] = []


def ask(port: int, question: str, n_tokens: int, leave_after: int, watch: Watch) -> float:
    """One request; returns the seconds to wait before the next."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    body = {"messages": [{"role": "user", "content": question}], "stream": True, "temperature": 0,
            "max_tokens": n_tokens}
    began = last = time.monotonic()
    connection.request("POST", "/v1/chat/completions", json.dumps(body),
                       {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status in (429, 503):
        wait = response.headers.get("Retry-After")
        response.read()
        connection.close()
        with watch.lock:
            watch.turned_away += 1
            if not (wait or "").isdigit():
                watch.failures.append(f"{response.status} without Retry-After")
        return min(float(wait or 1), 5) * random.uniform(0.5, 1)
    if response.status != 200:
        raise ValueError(f"{response.status}: {response.read()[:200]}")
    text, gaps, first, ended = "", [], None, False
    for line in response:
        if not line.startswith(b"data: {"):
            ended = ended or line.startswith(b"data: [DONE]")
            continue
        content = json.loads(line[6:])["choices"][0]["delta"].get("content")
        if not content:
            continue
        now = time.monotonic()
        if first is None:
            first = now - began
        else:
            gaps.append(now - last)
        last = now
        text += content
        if leave_after and len(gaps) >= leave_after:
            break
    connection.close()
    with watch.lock:
        watch.gaps += gaps
        watch.firsts.append(first or 0)
        if ended:
            watch.done += 1
            watch.answers.setdefault(question, set()).add(text)
        elif leave_after:
            watch.hung_up += 1
        else:
            watch.failures.append("a stream that did not end")
    return 0


def client(number: int, port: int, n_tokens: int, end: float, watch: Watch):
    choose = random.Random(number)
    while time.monotonic() < end:
        topic = choose.choice(serving.TOPICS)
        leave_after = choose.randrange(1, 20) if choose.random() < 0.05 else 0
        try:
            wait = ask(port, f"Write about {topic}.", n_tokens, leave_after, watch)
        except (OSError, http.client.HTTPException, ValueError) as error:
            with watch.lock:
                watch.failures.append(f"{type(error).__name__}: {error}")
            wait = 1
        time.sleep(min(wait, max(0, end - time.monotonic())))


def resident_mib(pid: int) -> float:
    for line in open(f"/proc/{pid}/status", encoding="ascii"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def idle_connections(server: serving.Server, n: int) -> tuple[list, float]:
    """Open and used once each; with the MiB they cost."""
    before = resident_mib(server.process.pid)
    connections = []
    for _ in range(n):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", "/version")
        connection.getresponse().read()
        connections.append(connection)
    return connections, resident_mib(server.process.pid) - before


def measure_idle(server: serving.Server, n: int, n_tokens: int):
    def rate() -> float:
        return statistics.median(
            server.load(serving.prompts_of(8, "", f"({i})"), n_tokens)[0] for i in range(3))

    rate()
    alone = rate()
    connections, mib = idle_connections(server, n)
    beside = rate()
    for connection in connections:
        connection.close()
    print(f"{n} idle connections: {mib:.1f} MiB; 8 clients {alone:.1f} tok/s without, "
          f"{beside:.1f} with them: {beside / alone:.2f}x", flush=True)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def soak(server: serving.Server, args) -> list[str]:
    watch = Watch()
    end = time.monotonic() + args.minutes * 60
    threads = [threading.Thread(target=client, args=(i, server.port, args.tokens, end, watch))
               for i in range(args.clients)]
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        time.sleep(1)
        watch.memory.append(resident_mib(server.process.pid))
    for thread in threads:
        thread.join()
    median, p99 = statistics.median(watch.gaps), percentile(watch.gaps, 0.99)
    quarter = max(1, len(watch.memory) // 4)
    early = statistics.median(watch.memory[-2 * quarter:-quarter])
    late = statistics.median(watch.memory[-quarter:])
    changed = [question for question, answers in watch.answers.items() if len(answers) > 1]
    print(f"{watch.done} replies, {watch.hung_up} hung up, {watch.turned_away} turned away, "
          f"{len(watch.failures)} failures")
    print(f"between tokens: median {median * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms "
          f"({p99 / median:.2f}x), longest {max(watch.gaps) * 1000:.0f} ms")
    print(f"first token: median {statistics.median(watch.firsts):.2f} s")
    print(f"memory: {early:.1f} MiB in the third quarter, {late:.1f} in the last")
    problems = sorted(set(watch.failures))
    problems += [f"several answers to '{question}'" for question in changed]
    if p99 > 3 * median:
        problems.append("gaps: p99 above three times the median")
    if late > 1.02 * early:
        problems.append("memory grew")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--bantam", default=str(ROOT / "build/release/bantam"))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--queue", type=int, default=32)
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    command = [args.bantam, "serve", args.model, "--parallel", "8", "--queue", str(args.queue),
               "--ctx", "2048", "--no-request-log", "-t", str(args.threads)]
    with serving.Server("bantam", command) as server:
        if args.idle:
            measure_idle(server, args.idle, args.tokens)
        problems = soak(server, args)
    print("\n".join(f"FAILED  {problem}" for problem in problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
