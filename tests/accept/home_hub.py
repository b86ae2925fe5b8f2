#!/usr/bin/env python3
"""A home hub: spoken commands in English and Chinese to a house of 40 devices, as tool calls.

    ./dev accept home_hub

Tools in the shape of Home Assistant's (intents with name, area and domain), streamed by the server
with the tool list in every request. Every call must be well formed: its pieces join to JSON that
the tool's schema accepts (judged by the package jsonschema-rs). How often it is the right tool and
the right device is reported, and how long a command takes: the list is read once, then reused.
"""

import json
import pathlib
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

import jsonschema_rs

import _bantam

DATA = json.loads((pathlib.Path(__file__).parent / "home_hub.json").read_text(encoding="utf-8"))
SYSTEM = {"en": "You are a voice assistant that controls a home. Call one tool for each command.",
          "zh": "你是控制智能家居的语音助手。每条命令调用一个工具。"}
DOMAINS = sorted({entity[0] for entity in DATA["entities"]})
COLOURS = ["white", "red", "green", "blue", "yellow", "purple"]


def percent(what: str) -> dict:
    return {"type": "integer", "minimum": 0, "maximum": 100, "description": what}


def house(language: str) -> tuple[list[str], list[str]]:
    """Names and areas of the devices."""
    area, name = (1, 2) if language == "en" else (3, 4)
    return [entity[name] for entity in DATA["entities"]], [entity[area] for entity in
                                                           DATA["entities"]]


def tools(language: str) -> list[dict]:
    names, areas = house(language)

    def of(*domains):
        return [name for name, entity in zip(names, DATA["entities"])
                if not domains or entity[0] in domains]

    def tool(name, description, devices, required, **more):
        properties = {"name": {"type": "string", "enum": devices}, **more}
        return {"type": "function", "function": {
            "name": name, "description": description, "parameters": {
                "type": "object", "properties": properties, "required": ["name", *required],
                "additionalProperties": False}}}

    switchable = of("light", "switch", "fan", "media_player", "scene", "climate", "vacuum")
    place = {"area": {"type": "string", "enum": sorted(set(areas))},
             "domain": {"type": "string", "enum": DOMAINS}}
    players = of("media_player")
    return [
        tool("HassTurnOn", "Turns on or activates a device or scene", switchable, [], **place),
        tool("HassTurnOff", "Turns off a device", switchable, [], **place),
        tool("HassLightSet", "Sets the brightness or color of a light", of("light"), [],
             brightness=percent("percent"), color={"type": "string", "enum": COLOURS}),
        tool("HassSetPosition", "Sets the position of a cover; 100 is open", of("cover"),
             ["position"], position=percent("percent")),
        tool("HassClimateSetTemperature", "Sets the target temperature", of("climate"),
             ["temperature"], temperature={"type": "number", "minimum": 5, "maximum": 35}),
        tool("HassMediaPause", "Pauses a media player", players, []),
        tool("HassMediaUnpause", "Resumes a media player", players, []),
        tool("HassMediaNext", "Skips to the next item", players, []),
        tool("HassSetVolume", "Sets the volume", players, ["volume_level"],
             volume_level=percent("percent")),
        tool("HassVacuumStart", "Starts a vacuum", of("vacuum"), []),
        tool("HassVacuumReturnToBase", "Returns a vacuum to base", of("vacuum"), []),
        tool("HassGetState", "Gets the state of a device", of(), []),
    ]


class Hub:
    """The server, and a command at a time."""

    def __init__(self, program: str, model: str, threads: int):
        self.process = subprocess.Popen(
            [program, "serve", model, "--port", "0", "--ctx", "8192", "--threads", str(threads),
             "--no-request-log"], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "listening on " in line:
                self.url = line.split("listening on ")[1].split()[0].rstrip(",")
                return
        raise RuntimeError("the server does not listen")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stderr.close()
        assert self.process.wait(60) == 0

    def say(self, text: str, language: str, offered: list[dict], choice: str) -> dict:
        body = {"messages": [{"role": "system", "content": SYSTEM[language]},
                             {"role": "user", "content": text}],
                "tools": offered, "tool_choice": choice, "parallel_tool_calls": False,
                "temperature": 0, "max_tokens": 128, "stream": True,
                "stream_options": {"include_usage": True}}
        request = urllib.request.Request(self.url + "/v1/chat/completions",
                                         data=json.dumps(body).encode())
        out = {"calls": [], "content": "", "pieces": 0, "first_s": None}
        start = time.monotonic()
        with urllib.request.urlopen(request, timeout=600) as reply:
            for line in reply:
                if line.startswith(b"data: {"):
                    self._take(json.loads(line[6:]), out, start)
        out["seconds"] = time.monotonic() - start
        return out

    @staticmethod
    def _take(chunk: dict, out: dict, start: float):
        if chunk.get("usage"):
            out["cached"] = chunk["usage"]["prompt_tokens_details"]["cached_tokens"]
            out["prompt"] = chunk["usage"]["prompt_tokens"]
        for choice in chunk["choices"]:
            out["content"] += choice["delta"].get("content") or ""
            for piece in choice["delta"].get("tool_calls") or []:
                out["first_s"] = out["first_s"] or time.monotonic() - start
                if piece["index"] == len(out["calls"]):
                    out["calls"].append({"id": piece["id"], "name": piece["function"]["name"],
                                         "arguments": ""})
                out["calls"][piece["index"]]["arguments"] += piece["function"]["arguments"]
                out["pieces"] += 1


def fault(reply: dict, offered: list[dict], required: bool) -> str | None:
    """Why the calls are not well formed."""
    if required and not reply["calls"]:
        return "no call"
    schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in offered}
    for call in reply["calls"]:
        if call["name"] not in schemas:
            return f"no tool {call['name']}"
        try:
            arguments = json.loads(call["arguments"])
        except ValueError as error:
            return f"{error}: {call['arguments']!r}"
        if not jsonschema_rs.is_valid(schemas[call["name"]], arguments):
            return f"not by the schema: {call}"
    return None


def report(choice: str, rows: list[tuple]):
    warm = [reply for _, reply in rows if reply["cached"] > reply["prompt"] / 2]
    for language in ("en", "zh", "all"):
        own = [(c, r) for c, r in rows if language in ("all", c[0])]
        called = [(c, r, r["calls"][0]) for c, r in own if r["calls"]]
        tool = [call["name"] == c[2] for c, r, call in called]
        device = [json.loads(call["arguments"]).get("name") == house(c[0])[0][c[3]]
                  for c, r, call in called]
        values = [all(json.loads(call["arguments"]).get(k) == v for k, v in c[4].items())
                  for c, r, call in called]
        whole = sum(map(all, zip(tool, device, values)))
        n = len(own)
        print(f"  {choice:9} {language:4} {n:4} commands   called {len(called):3}   "
              f"tool {sum(tool) / n:4.0%}   device {sum(device) / n:4.0%}   "
              f"all right {whole / n:4.0%}")
    print(f"  {choice:9} the tool list ({rows[0][1]['prompt']} tokens) was reused by {len(warm)} "
          f"of {len(rows)}; of these the median command takes "
          f"{statistics.median(r['seconds'] for r in warm):.2f} s, its call begins after "
          f"{statistics.median(r['first_s'] or r['seconds'] for r in warm):.2f} s and comes in "
          f"{statistics.median(r['pieces'] for r in warm):.0f} pieces", flush=True)
    return len(warm)


def main() -> int:
    parser = _bantam.options(__doc__)
    parser.add_argument("--limit", type=int, help="commands of each language")
    parser.add_argument("--choice", choices=("required", "auto"), help="this tool_choice alone")
    args = parser.parse_args()
    hub = Hub(args.bantam, args.model, args.threads)
    broken = []
    for choice in [args.choice] if args.choice else ["required", "auto"]:
        rows = []
        for language in ("en", "zh"):
            offered = tools(language)
            commands = [command for command in DATA["commands"] if command[0] == language]
            for command in commands[:args.limit]:
                reply = hub.say(command[1], language, offered, choice)
                rows.append((command, reply))
                what = fault(reply, offered, choice == "required")
                if what:
                    broken.append(f"{choice}: {command[1]}: {what}")
        if report(choice, rows) < len(rows) - 2:
            broken.append(f"{choice}: the tool list was not reused")
    hub.stop()
    for line in broken:
        print(f"BROKEN: {line}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
