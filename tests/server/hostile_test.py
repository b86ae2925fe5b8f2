"""Requests that mean no good: clear errors, and a stream beside them that does not change."""

import concurrent.futures
import json
import re
import unittest

from canary import Canary
from harness import ENCODER, TINY, Server, ServerTest

NAME = "qwen2_tied"  # of TINY
EXTREMES = [0, -1, 1, -2**31, 2**31 - 1, 2**31, -2**63, 2**63, 1e308, -1e308, 1e-308, 0.5, "x",
            "?", "", [], {}, [[]], True, False, None, "1", [1], {"a": 1}]
SAMPLING = ["temperature", "top_p", "top_k", "min_p", "typical_p", "seed", "presence_penalty",
            "frequency_penalty", "repetition_penalty", "repeat_penalty", "repeat_last_n",
            "logit_bias"]
SHAPES = ["response_format", "guided_json", "guided_regex", "guided_choice", "guided_grammar",
          "structured_outputs", "json_schema", "grammar"]
TOOLS = ["tools", "tool_choice", "parallel_tool_calls", "functions", "function_call"]
GENERATION = ["model", "n", "max_tokens", "n_predict", "stop", "stream", "stream_options",
              "logprobs", "ignore_eos", "return_token_ids", "lora", "reply_language", "user",
              *SAMPLING, *SHAPES]
OPTIONS = ["num_ctx", "num_predict", "stop", *SAMPLING]
OLLAMA = ["model", "format", "options", "keep_alive", "stream", "truncate", "trim", "think",
          "enable_thinking", "reasoning_effort", "chat_template_kwargs", "reply_language",
          "logprobs", "top_logprobs"]
MESSAGES = [{"role": "user", "content": "a"}]
CHAT = {"messages": MESSAGES, "max_tokens": 2}
OLLAMA_CHAT = {"messages": MESSAGES, "stream": False, "options": {"num_predict": 2}}
GENERATE = {"prompt": "a", "stream": False, "options": {"num_predict": 2}}
CREATE = {"model": "made", "from": NAME, "stream": False}


class HostileTest(ServerTest):
    arguments = (TINY, "--encoder", ENCODER, "--ctx", "1024", "--no-request-log")

    def setUp(self):
        self.canary = Canary(self.server)
        self.enterContext(self.canary)

    def ask(self, method, path, body):
        """Status and body of a request that begins beside an open stream."""
        self.canary.wait()
        status, _, text = self.server.call(method, path, body)
        return status, text

    def sound(self, path, body, field=None, method="POST"):
        """A reply that is 200, or a 4xx with a message that names the field; nothing else will
        do."""
        status, text = self.ask(method, path, body)
        label = f"{path} {str(body)[:200]}: {status} {text[:200]}"
        self.assertTrue(status == 200 or 400 <= status < 500, label)
        if status != 200:
            error = json.loads(text)["error"]
            message = error if isinstance(error, str) else error["message"]
            self.assertTrue(message, label)
            if field is not None:
                # "options.seed: …", "tools[0].function.name: …", "… (or \"prompt\")"
                self.assertRegex(message, rf'^[\w.\[\]]*\b{field}\b|"{field}"', label)
        return status

    def refused(self, path, body, field=None, statuses=(400,), method="POST"):
        status = self.sound(path, body, field, method)
        self.assertIn(status, statuses, f"{path} {str(body)[:200]}")

    def attack(self, path, body, fields, within=None):
        """Every extreme in every field of a body that is else sound."""
        for field in fields:
            for value in EXTREMES:
                if within is None:
                    attacked = {**body, field: value}
                else:
                    attacked = {**body, within: {**body.get(within, {}), field: value}}
                self.sound(path, attacked, field)

    def test_chat_fields(self):
        self.attack("/v1/chat/completions", CHAT, [
            "messages", "max_completion_tokens", "top_logprobs", "chat_template", "trim",
            "chat_template_kwargs", "reasoning_effort", "enable_thinking", "think",
            "continue_final_message", *TOOLS, *GENERATION])

    def test_completion_fields(self):
        self.attack("/v1/completions", {"prompt": "a", "max_tokens": 2}, [
            "prompt", "echo", "suffix", "best_of", "skip_special_tokens",
            "return_tokens_as_token_ids", *GENERATION])

    def test_response_fields(self):
        self.attack("/v1/responses", {"input": "a", "max_output_tokens": 2}, [
            "model", "input", "instructions", "max_output_tokens", "tools", "tool_choice",
            "parallel_tool_calls", "text", "reasoning", "truncation", "trim", "stream",
            "reply_language", "previous_response_id", "conversation", "prompt", "background",
            "store", "include", "metadata", "user", *SAMPLING])
        self.attack("/v1/responses", {"input": "a", "max_output_tokens": 2}, ["format"], "text")
        self.attack("/v1/responses", {"input": "a", "max_output_tokens": 2}, ["effort"],
                    "reasoning")

    def test_embedding_fields(self):
        self.attack("/v1/embeddings", {"input": "a"}, [
            "model", "input", "encoding_format", "dimensions", "truncate_prompt_tokens", "user"])
        shared = ["model", "truncate", "keep_alive", "options", "dimensions"]
        self.attack("/api/embed", {"input": "a"}, ["input", *shared])
        self.attack("/api/embeddings", {"prompt": "a"}, ["prompt", *shared])

    def test_ollama_fields(self):
        self.attack("/api/chat", OLLAMA_CHAT, ["messages", "tools", *OLLAMA])
        self.attack("/api/generate", GENERATE, [
            "prompt", "system", "suffix", "images", "template", "context", "raw", *OLLAMA])
        self.attack("/api/generate", GENERATE, OPTIONS, "options")

    def test_model_fields(self):
        self.refused("/api/create", CREATE, statuses=(200,))
        self.attack("/api/create", CREATE, [
            "model", "from", "stream", "files", "adapters", "modelfile", "system", "template",
            "parameters", "messages", "license", "quantize", "quantization", "draft_files"])
        self.attack("/api/create", CREATE, OPTIONS, "parameters")
        self.attack("/api/copy", {"source": "made", "destination": "copy"}, [
            "source", "destination"])
        self.attack("/api/show", {}, ["model"])

    def test_tokenize_fields(self):
        flags = ["model", "add_special", "add_special_tokens", "parse_special", "with_pieces",
                 "return_token_strs"]
        self.attack("/tokenize", {"content": "a"}, flags)
        self.attack("/tokenize", {}, ["content", "prompt", "messages"])
        self.attack("/detokenize", {"tokens": [0]}, ["model", "tokens"])

    def test_token_ids(self):
        for ids in ([-1], [10**6], [2**31], [2**63], [1.5], [[0], [10**6]], [[]], [0, "a"]):
            for path, body, field in (("/v1/completions", {"max_tokens": 1}, "prompt"),
                                      ("/v1/embeddings", {}, "input"), ("/api/embed", {}, "input"),
                                      ("/api/generate", GENERATE, "context"),
                                      ("/detokenize", {}, "tokens")):
                self.refused(path, {**body, field: ids}, field)

    def test_bodies(self):
        deep = b'{"messages":' + b"[" * 10**6 + b"]" * 10**6 + b"}"
        for body in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", deep,
                     b'{"messages":[{"role":"user","content":"\xff"}]}',
                     b'{"messages":[{"role":"user","content":"\\ud800"}]}',
                     b'{"a":1,"a":2}', b"{" * 10**6, b'{"prompt":"a"} x'):
            for path in ("/v1/chat/completions", "/v1/completions", "/v1/responses",
                         "/v1/embeddings", "/api/chat", "/api/generate", "/api/embed",
                         "/api/embeddings", "/api/show", "/api/create", "/api/pull", "/api/copy",
                         "/tokenize", "/detokenize"):
                self.refused(path, body)
            self.refused("/api/delete", body, method="DELETE")

    def test_long_prompts(self):
        long = "word " * 10**6
        for path, body in (
                ("/v1/chat/completions", {"messages": [{"role": "user", "content": long}]}),
                ("/v1/completions", {"prompt": long}),
                ("/v1/completions", {"prompt": [1] * 10**6}),
                ("/v1/responses", {"input": long}),
                ("/v1/embeddings", {"input": long}),
                ("/api/generate", {"prompt": long, "truncate": False})):
            status, text = self.ask("POST", path, body)
            self.assertEqual(status, 400, text[:200])
            self.assertIn(b"tokens", text)

    def test_shapes(self):
        for field, bomb in (
                ("guided_regex", "(a{1000}){1000}"), ("guided_regex", "(" * 30000),
                ("guided_grammar", "root ::= root"),
                ("guided_grammar", "root ::= " + "(" * 30000), ("guided_json", {"$ref": "#"}),
                ("guided_json", {"type": "nothing"}), ("guided_choice", ["x" * 10**6] * 5),
                ("guided_json", {"type": "string", "minLength": 10**9}),
                ("guided_json", {"enum": list(range(20000))})):
            self.refused("/v1/chat/completions", {
                "messages": MESSAGES, "max_tokens": 20, field: bomb}, field)

    def test_templates(self):
        for template in ("{% for i in range(1000000000) %}x{% endfor %}", "{{ " + "(" * 20000,
                         "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{{ messages.x.y }}",
                         "{% if %}"):
            self.refused("/v1/chat/completions", {**CHAT, "chat_template": template},
                         "chat_template")
            self.refused("/api/generate", {**GENERATE, "template": template}, "template")

    def test_template_variables(self):
        template = ("{% for a in x %}{% for b in x %}{% for c in x %}{{ a }}"
                    "{% endfor %}{% endfor %}{% endfor %}")
        for variables in ({"x": list(range(2000))}, {"x": "y" * 10**6}, {"messages": []},
                          {"add_generation_prompt": 3}, {"bos_token": {}}, {"": 1},
                          {"x": [[[[]]]] * 1000, "raise_exception": 1}):
            self.refused("/v1/chat/completions", {
                **CHAT, "chat_template": template, "chat_template_kwargs": variables})

    def test_tools(self):
        for tools in ([{"function": {"name": "x" * 10**5}}], [{"function": {"name": "\0<>"}}],
                      [{"function": {"name": f"f{i}"}} for i in range(2000)],
                      [{"function": {"name": "f", "parameters": {"$ref": "#"}}}],
                      [{"function": {"name": "f", "parameters": {"type": "array"}}}],
                      [{"function": {"name": "f", "parameters": {"properties": {
                          f"p{i}": {"type": "string"} for i in range(2000)}}}}]):
            for choice in ("auto", "required"):
                self.refused("/v1/chat/completions", {
                    "messages": MESSAGES, "max_tokens": 20, "tools": tools,
                    "tool_choice": choice}, statuses=(200, 400))

    def test_unloading_under_load(self):
        body = {"messages": MESSAGES, "stream": False, "options": {"num_predict": 8}}
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(self.ask, "POST", "/api/chat",
                                 {"keep_alive": 0, **({} if i % 3 == 0 else body)})
                     for i in range(60)]
            for reply in asked:
                status, text = reply.result()
                self.assertIn(status, (200, 503), text)

    def test_names(self):
        self.refused("/api/create", CREATE, statuses=(200,))
        for name in ("../../etc/passwd", "/etc/passwd", "a\0b", "..\\x", "x" * 10**5, "a/b/c/d",
                     "%2e%2e", "", ".", "~", "-rf"):
            for path, body, field in (
                    ("/api/show", {}, "model"), ("/api/create", CREATE, "model"),
                    ("/api/create", CREATE, "from"), ("/api/copy", {"destination": "x"}, "source"),
                    ("/api/copy", {"source": "made"}, "destination")):
                self.refused(path, {**body, field: name}, field, (400, 404))
            self.refused("/api/delete", {"model": name}, "model", (400, 404), "DELETE")


class KeyTest(unittest.TestCase):
    def test_every_route_asks_for_the_key(self):
        server = Server(TINY, "--ctx", "64", "--api-key", "secret-key-1",
                        environment={"BANTAM_API_KEY": "secret-key-2"})
        try:
            open_paths = {"/", "/health", "/v1/health", "/version", "/api/version"}
            routes = [("GET", path) for path in (
                "/", "/health", "/v1/health", "/version", "/metrics", "/v1/models", "/models",
                "/v1/models/x", "/tokenizer_info", "/api/version", "/api/tags", "/api/ps")] + [
                ("POST", path) for path in (
                    "/v1/chat/completions", "/chat/completions", "/v1/completions", "/completions",
                    "/v1/responses", "/v1/embeddings", "/tokenize", "/detokenize", "/api/chat",
                    "/api/generate", "/api/show", "/api/pull", "/api/create", "/api/copy",
                    "/api/embed", "/api/embeddings", "/api/import")] + [("DELETE", "/api/delete")]
            for method, path in routes:
                for key in (None, "", "secret", "secret-key-12", "secret-key-1 "):
                    headers = {} if key is None else {"Authorization": "Bearer " + key}
                    if key is not None and key.strip() == "secret-key-1":
                        continue
                    status, _, _ = server.call(method, path, b"{}" if method != "GET" else None,
                                               headers)
                    if path in open_paths:
                        self.assertEqual(status, 200, (method, path))
                    else:
                        self.assertEqual(status, 401, (method, path, key))
            for key in ("secret-key-1", "secret-key-2"):
                status, _, _ = server.call("GET", "/v1/models",
                                           headers={"Authorization": "Bearer " + key})
                self.assertEqual(status, 200)
            evil = {"Origin": "https://evil.example", "Authorization": "Bearer secret-key-1"}
            self.assertEqual(server.call("GET", "/v1/models", headers=evil)[0], 403)
            rebound = {"Host": "evil.example", "Authorization": "Bearer secret-key-1"}
            self.assertEqual(server.call("GET", "/v1/models", headers=rebound)[0], 403)
        finally:
            self.assertEqual(server.stop(), 0)
        self.assertNotIn("secret", "".join(server.lines))


if __name__ == "__main__":
    unittest.main()
