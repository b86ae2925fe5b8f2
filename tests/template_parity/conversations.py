"""The conversations every template is compared on."""

import copy

NOW_S = 1735689600 + 45296  # 2025-01-01 12:34:56 UTC

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather at a place: \"now\" & <later>, 'naïve' 天气 ☀️",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name of the city", "default": "Zürich"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": ["integer", "null"], "minimum": 1, "maximum": 14},
                "where": {"type": "object", "properties": {"lat": {"type": "number"}}},
                "tags": {"type": "array", "items": {"type": "string"}, "description": "Any tags"},
            },
            "required": ["city"],
        },
    },
}
CLOCK = {
    "type": "function",
    "function": {"name": "get_time", "description": "The time.\nNow.",
                 "parameters": {"type": "object", "properties": {}, "required": []}},
}
TOOLS = [WEATHER, CLOCK]
# No unions of types: some templates go round in circles over those.
SIMPLE = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds two numbers.",
        "parameters": {
            "type": "object",
            "properties": {
                "a": {"type": "number", "description": "First"},
                "b": {"type": "integer", "description": "Second"},
                "names": {"type": "array", "items": {"type": "string"}},
                "exact": {"type": "boolean"},
            },
            "required": ["a", "b"],
        },
        "return": {"type": "number", "description": "The sum"},
    },
}


def user(content):
    return {"role": "user", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


def system(content):
    return {"role": "system", "content": content}


def call(name, arguments, call_id="call00001"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def result(content, name="get_weather", call_id="call00001"):
    return {"role": "tool", "name": name, "tool_call_id": call_id, "content": content}


ASK = user("What is the weather in Zürich and Paris?")
CALL = call("get_weather", {"city": "Zürich", "days": 3, "where": {"lat": 47.0}, "tags": []})
TEXT_CALL = call("get_weather", '{"city": "Zürich", "days": 3}')
TURNS = [user("Hi!"), assistant("Hello. How can I help?"), user("Say\n\n  more  "),
         assistant("More."), user("Thanks")]
SPECIAL = ("a\tb\r\n\"q\" 'p' <b>&amp;</b> \\n {{ x }} {% y %} <|im_end|> 日本語 "
           "🧑🏽‍🚀 e\u0301 \u200b\u00a0\u2028.")


def conversation(messages, **more):
    return {"messages": messages, **more}


CONVERSATIONS = {
    "single": conversation([user("Who are you?")]),
    "system": conversation([system("You are terse."), user("Who are you?")]),
    "systems": conversation([system("Be terse."), user("Hi"), assistant("Hi."),
                             system("Be kind."), user("Bye")]),
    "two_systems_first": conversation([system("Be terse."), system("Be kind."), user("Hi")]),
    "turns": conversation(TURNS),
    "turns_with_system": conversation([system("Be terse.\n")] + TURNS),
    "no_prompt": conversation([system("S"), user("Hi"), assistant("Hello.")],
                              add_generation_prompt=False),
    "prefill": conversation([user("Hi"), assistant("Hello, I")], add_generation_prompt=True),
    "tools": conversation([ASK], tools=TOOLS),
    "tools_system": conversation([system("Use tools."), ASK], tools=[WEATHER]),
    "tool_call": conversation([ASK, assistant("", tool_calls=[CALL])], tools=TOOLS,
                              add_generation_prompt=False),
    "tool_call_null_content": conversation([ASK, assistant(None, tool_calls=[CALL])], tools=TOOLS),
    "tool_result": conversation(
        [system("Use tools."), ASK, assistant("", tool_calls=[CALL]),
         result('{"temperature": 21.5, "sky": "晴れ"}'),
         assistant("Sunny, 21.5°."), user("And tomorrow?")], tools=TOOLS),
    "tool_result_last": conversation(
        [ASK, assistant("Let me see.", tool_calls=[CALL]), result("sunny")], tools=TOOLS),
    "tool_call_text_arguments": conversation(
        [ASK, assistant("", tool_calls=[TEXT_CALL]), result("sunny")], tools=TOOLS),
    "tool_calls_parallel": conversation(
        [ASK, assistant("", tool_calls=[CALL, call("get_time", {}, "call00002")]),
         result("sunny"), result("noon", "get_time", "call00002"), user("Thanks")], tools=TOOLS),
    "tool_result_object": conversation(
        [ASK, assistant("", tool_calls=[CALL]), result({"ok": True, "n": [1, 2.50, None]})],
        tools=TOOLS),
    "tools_simple": conversation([system("Use tools."), user("1+2?")], tools=[SIMPLE]),
    "tools_simple_called": conversation(
        [user("1+2?"), assistant("", tool_calls=[call("add", {"a": 1, "b": 2})]),
         result("3", "add"), assistant("3"), user("And 2+3?")], tools=[SIMPLE],
        extra={"functions": [SIMPLE["function"]], "datetime": "Jan 1", "date_string": "1 Jan"}),
    "empty_content": conversation([system(""), user(""), assistant(""), user("x")]),
    "special": conversation([system(SPECIAL), user(SPECIAL), assistant(SPECIAL), user(SPECIAL)]),
    "unicode": conversation([user("Grüße, ΑΣΑΣ ς İ ǅ ﬀ — 你好,世界!مرحبا नमस्ते 👨‍👩‍👧‍👦🇨🇭")]),
    "parts": conversation([user([{"type": "text", "text": "One."},
                                 {"type": "text", "text": " Two."}]),
                           assistant([{"type": "text", "text": "Three."}]), user("Four")]),
    "parts_image": conversation([user([{"type": "image"}, {"type": "text", "text": "What?"}])]),
    "system_parts": conversation([system([{"type": "text", "text": "Terse."}]), user("Hi")]),
    "reasoning": conversation(
        [user("2+2?"), assistant("4", reasoning_content="Two and two."), user("3+3?"),
         assistant("6", reasoning_content="Three and three.\n")], add_generation_prompt=False),
    "reasoning_prompt": conversation(
        [user("2+2?"), assistant("4", reasoning_content="Two and two."), user("3+3?")]),
    "think_inline": conversation(
        [user("2+2?"), assistant("<think>\nTwo and two.\n</think>\n\n4"), user("3+3?")]),
    "reasoning_tool": conversation(
        [ASK, assistant("", reasoning_content="I need the weather.", tool_calls=[CALL]),
         result("sunny"), assistant("Sunny.", reasoning_content="Nice.")], tools=TOOLS,
        add_generation_prompt=False),
    "thinking_on": conversation([user("Hi")], extra={"enable_thinking": True}),
    "thinking_off": conversation([user("Hi")], extra={"enable_thinking": False,
                                                      "thinking": False,
                                                      "reasoning_effort": "low"}),
    "thinking_kimi": conversation([user("Hi")], tools=TOOLS, extra={
        "thinking": True, "reasoning_effort": "high", "date_string": "2024-07-26"}),
    "documents": conversation([user("What do they say?")], extra={
        "documents": [{"title": "One", "text": "First text."}, {"title": "Two", "text": "2nd."}]}),
    "custom_roles": conversation([{"role": "developer", "content": "Dev."}, user("Hi"),
                                  {"role": "weird", "content": "?"}]),
    "assistant_first": conversation([assistant("Hello."), user("Hi")]),
    "two_users": conversation([user("Hi"), user("Are you there?")]),
    "no_messages": conversation([]),
    "missing_content": conversation([{"role": "user"}]),
    "number_content": conversation([user(5)]),
    "named": conversation([{"role": "user", "name": "Ann", "content": "Hi"},
                           {"role": "assistant", "name": "Bot", "content": "Hi Ann"},
                           {"role": "user", "name": "Ann", "content": "Bye"}]),
    "ipython": conversation([user("Compute"), assistant("", tool_calls=[
        call("python", {"code": "print(1)\n"})]), {"role": "ipython", "content": "1"}],
        tools=TOOLS, extra={"builtin_tools": ["python", "brave_search"]}),
}


def with_defaults(name):
    """The whole input of a conversation, as render_main reads it."""
    value = copy.deepcopy(CONVERSATIONS[name])
    value.setdefault("tools", None)
    value.setdefault("add_generation_prompt", True)
    value.setdefault("extra", {})
    value.update(bos_token="<s>", eos_token="</s>", now_s=NOW_S)
    return value
