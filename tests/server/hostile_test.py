"""Requests that mean no good: clear errors, and a stream beside them that does not change."""

import concurrent.futures
import json
import unittest

from harness import SMOL, TINY, Server, ServerTest

EXTREMES = [0, -1, 1, -2**31, 2**31, -2**63, 2**63, 1e308, -1e308, 1e-308, 0.5, "x", "", [], {},
            [[]], True, False, None, "1", [1], {"a": 1}]
CHAT_FIELDS = ["temperature", "top_p", "top_k", "min_p", "n", "seed", "max_tokens",
               "max_completion_tokens", "presence_penalty", "frequency_penalty", "logit_bias",
               "logprobs", "top_logprobs", "stop", "stream", "stream_options", "response_format",
               "tools", "tool_choice", "parallel_tool_calls", "messages", "model", "guided_json",
               "guided_regex", "guided_choice", "guided_grammar", "structured_outputs",
               "ignore_eos", "chat_template", "repeat_last_n", "repetition_penalty", "typical_p",
               "functions", "function_call", "continue_final_message", "return_token_ids", "trim",
               "chat_template_kwargs", "reasoning_effort", "enable_thinking", "think", "lora"]
COMPLETION_FIELDS = ["prompt", "echo", "logprobs", "suffix", "best_of", "n", "max_tokens"]
OLLAMA_FIELDS = ["model", "messages", "tools", "format", "options", "keep_alive", "stream",
                 "truncate", "think", "logprobs", "top_logprobs"]
OPTION_FIELDS = ["num_ctx", "num_predict", "temperature", "top_k", "top_p", "min_p", "seed",
                 "repeat_penalty", "repeat_last_n", "stop", "typical_p"]


class HostileTest(ServerTest):
    arguments = (TINY, "--ctx", "256", "--no-request-log")

    canary = {"prompt": "ab", "max_tokens": 200, "ignore_eos": True, "temperature": 1, "seed": 5,
              "stream": True}

    def stream(self):
        status, _, text = self.server.call("POST", "/v1/completions", self.canary)
        self.assertEqual(status, 200)
        return [json.loads(line[6:])["choices"] for line in text.decode().split("\n\n")
                if line.startswith("data: {")]

    def beside_canary(self, work):
        alone = self.stream()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            stream = pool.submit(self.stream)
            work()
            self.assertEqual(stream.result(), alone)
        self.assertEqual(self.stream(), alone)

    def sound(self, path, body):
        """A reply that is 200 or a 4xx with a message; nothing else will do."""
        status, _, text = self.server.call("POST", path, body)
        label = f"{path} {str(body)[:200]}: {status} {text[:200]}"
        self.assertTrue(status == 200 or 400 <= status < 500, label)
        if status != 200:
            error = json.loads(text)["error"]
            message = error if isinstance(error, str) else error["message"]
            self.assertTrue(message, label)
        return status

    def test_numbers(self):
        def work():
            for field in CHAT_FIELDS:
                for value in EXTREMES:
                    body = {"messages": [{"role": "user", "content": "a"}], "max_tokens": 2,
                            field: value}
                    self.sound("/v1/chat/completions", body)
            for field in COMPLETION_FIELDS:
                for value in EXTREMES:
                    self.sound("/v1/completions", {"prompt": "a", "max_tokens": 2, field: value})
        self.beside_canary(work)

    def test_ollama_numbers(self):
        for field in OLLAMA_FIELDS:
            for value in EXTREMES:
                body = {"messages": [{"role": "user", "content": "a"}], "stream": False,
                        "options": {"num_predict": 2}, field: value}
                self.sound("/api/chat", body)
        for field in OPTION_FIELDS:
            for value in EXTREMES:
                self.sound("/api/generate", {"prompt": "a", "stream": False,
                                             "options": {"num_predict": 2, field: value}})

    def test_token_ids(self):
        for ids in ([-1], [10**6], [2**31], [2**63], [1.5], [[0], [10**6]], [[]], [0, "a"]):
            status, _, text = self.server.call("POST", "/v1/completions",
                                               {"prompt": ids, "max_tokens": 1})
            self.assertEqual(status, 400, (ids, text))

    def test_bodies(self):
        deep = b'{"messages":' + b"[" * 10**6 + b"]" * 10**6 + b"}"
        for body in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", deep,
                     b'{"messages":[{"role":"user","content":"\xff"}]}',
                     b'{"messages":[{"role":"user","content":"\\ud800"}]}',
                     b'{"a":1,"a":2}', b"{" * 10**6, b'{"prompt":"a"} x'):
            for path in ("/v1/chat/completions", "/v1/completions", "/api/chat", "/api/generate",
                         "/api/show", "/api/create", "/api/pull", "/api/copy", "/tokenize"):
                status, _, text = self.server.call("POST", path, body)
                self.assertEqual(status, 400, (path, body[:50], text[:100]))

    def test_long_prompts(self):
        long = "word " * 10**6
        def work():
            for path, body in (
                    ("/v1/chat/completions", {"messages": [{"role": "user", "content": long}]}),
                    ("/v1/completions", {"prompt": long}),
                    ("/v1/completions", {"prompt": [1] * 10**6}),
                    ("/api/generate", {"prompt": long, "truncate": False})):
                status, _, text = self.server.call("POST", path, body)
                self.assertEqual(status, 400, text[:200])
                self.assertIn(b"tokens", text)
        self.beside_canary(work)

    def test_shapes(self):
        bombs = [{"guided_regex": "(a{1000}){1000}"}, {"guided_regex": "(" * 30000},
                 {"guided_grammar": "root ::= root"}, {"guided_grammar": "root ::= " + "(" * 30000},
                 {"guided_json": {"$ref": "#"}}, {"guided_json": {"type": "nothing"}},
                 {"guided_choice": ["x" * 10**6] * 5},
                 {"guided_json": {"type": "string", "minLength": 10**9}},
                 {"guided_json": {"enum": list(range(20000))}}]
        def work():
            for bomb in bombs:
                self.sound("/v1/chat/completions", {
                    "messages": [{"role": "user", "content": "a"}], "max_tokens": 20, **bomb})
        self.beside_canary(work)

    def test_templates(self):
        for template in ("{% for i in range(1000000000) %}x{% endfor %}", "{{ " + "(" * 20000,
                         "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{{ messages.x.y }}",
                         "{% if %}"):
            self.sound("/v1/chat/completions", {
                "messages": [{"role": "user", "content": "a"}], "max_tokens": 1,
                "chat_template": template})

    def test_template_variables(self):
        template = ("{% for a in x %}{% for b in x %}{% for c in x %}{{ a }}"
                    "{% endfor %}{% endfor %}{% endfor %}")
        def work():
            for variables in ({"x": list(range(2000))}, {"x": "y" * 10**6}, {"messages": []},
                              {"add_generation_prompt": 3}, {"bos_token": {}}, {"": 1},
                              {"x": [[[[]]]] * 1000, "raise_exception": 1}):
                self.sound("/v1/chat/completions", {
                    "messages": [{"role": "user", "content": "a"}], "max_tokens": 1,
                    "chat_template": template, "chat_template_kwargs": variables})
        self.beside_canary(work)

    def test_tools(self):
        def work():
            for tools in ([{"function": {"name": "x" * 10**5}}], [{"function": {"name": "\0<>"}}],
                          [{"function": {"name": f"f{i}"}} for i in range(2000)],
                          [{"function": {"name": "f", "parameters": {"$ref": "#"}}}],
                          [{"function": {"name": "f", "parameters": {"type": "array"}}}],
                          [{"function": {"name": "f", "parameters": {"properties": {
                              f"p{i}": {"type": "string"} for i in range(2000)}}}}]):
                for choice in ("auto", "required"):
                    self.sound("/v1/chat/completions", {
                        "messages": [{"role": "user", "content": "a"}], "max_tokens": 20,
                        "tools": tools, "tool_choice": choice})
        self.beside_canary(work)

    def test_unloading_under_load(self):
        body = {"messages": [{"role": "user", "content": "a"}], "stream": False,
                "options": {"num_predict": 8}}
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(self.server.call, "POST", "/api/chat",
                                 {"keep_alive": 0, **({} if i % 3 == 0 else body)})
                     for i in range(60)]
            for reply in asked:
                status, _, text = reply.result()
                self.assertIn(status, (200, 503), text)
        self.assertEqual(self.stream(), self.stream())

    def test_names(self):
        for name in ("../../etc/passwd", "/etc/passwd", "a\0b", "..\\x", "x" * 10**5, "a/b/c/d",
                     "%2e%2e", "", ".", "~", "-rf"):
            for path, body in (("/api/show", {"model": name}), ("/api/copy", {
                    "source": name, "destination": name}), ("/api/create", {
                        "model": name, "from": "qwen2_tied"})):
                self.assertIn(self.sound(path, body), (400, 404), (path, name))
            status, _, _ = self.server.call("DELETE", "/api/delete", {"model": name})
            self.assertIn(status, (400, 404), name)


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
