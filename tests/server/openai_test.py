"""The official openai package against `bantam serve`."""

import json
import os
import unicodedata
import unittest

from harness import MINILM, PATIENCE_S, QWEN, SMOL, TINY, ServerTest, skip_without

skip_without("openai")
import openai  # noqa: E402
import pydantic  # noqa: E402


class Person(pydantic.BaseModel):
    name: str
    age: int


class Step(pydantic.BaseModel):
    explanation: str
    output: str


class Solution(pydantic.BaseModel):
    steps: list[Step]
    answer: str


QUESTION = [{"role": "user", "content": "Write a sentence about the sea."}]


class OpenAiTest(ServerTest):
    arguments = (SMOL, "--ctx", "2048", "--served-model-name", "small",
                 "--served-model-name", "other")

    def setUp(self):
        self.client = openai.OpenAI(base_url=self.server.url + "/v1", api_key="any",
                                    timeout=PATIENCE_S, max_retries=0)

    def chat(self, **kwargs):
        kwargs = {"model": "small", "messages": QUESTION, "max_tokens": 16, "temperature": 0,
                  **kwargs}
        return self.client.chat.completions.create(**kwargs)

    def test_models(self):
        ids = [model.id for model in self.client.models.list()]
        self.assertEqual(ids, ["small", "other"])
        self.assertEqual(self.client.models.retrieve("other").id, "other")
        with self.assertRaises(openai.NotFoundError):
            self.client.models.retrieve("nobody")

    def test_reply_language(self):
        def letters(text):
            return {unicodedata.name(c, "").split()[0] for c in text
                    if unicodedata.category(c)[0] == "L"}

        for code, names in (("zh", {"CJK"}), ("ru", {"CYRILLIC"}), ("ko", {"HANGUL"}),
                            ("ja", {"CJK", "HIRAGANA", "KATAKANA"}), ("en", {"LATIN"})):
            for temperature in (0, 1):
                reply = self.chat(max_tokens=24, temperature=temperature, seed=3,
                                  extra_body={"reply_language": code})
                self.assertLessEqual(letters(reply.choices[0].message.content), names)
                said = reply.choices[0].bantam["reply_language"]
                self.assertEqual(said["asked"], code)
                stream = "".join(chunk.choices[0].delta.content or "" for chunk in self.chat(
                    max_tokens=24, temperature=temperature, seed=3, stream=True,
                    extra_body={"reply_language": code}))
                self.assertLessEqual(letters(stream), names)
                if not said["retried"]:
                    self.assertEqual(stream, reply.choices[0].message.content)
        with self.assertRaisesRegex(openai.BadRequestError, "reply_language"):
            self.chat(extra_body={"reply_language": "Klingon"})

    def test_chat(self):
        reply = self.chat()
        self.assertTrue(reply.choices[0].message.content)
        self.assertEqual(reply.choices[0].message.role, "assistant")
        self.assertEqual(reply.object, "chat.completion")
        self.assertEqual(reply.usage.total_tokens,
                         reply.usage.prompt_tokens + reply.usage.completion_tokens)
        again = self.chat()
        self.assertGreater(again.usage.prompt_tokens_details.cached_tokens, 0)
        self.assertEqual(again.choices[0].message.content, reply.choices[0].message.content)

    def test_stream_equals_whole(self):
        whole = self.chat().choices[0]
        text, finish, usage = "", None, None
        for chunk in self.chat(stream=True, stream_options={"include_usage": True}):
            if chunk.usage:
                usage = chunk.usage
                self.assertEqual(chunk.choices, [])
                continue
            text += chunk.choices[0].delta.content or ""
            finish = chunk.choices[0].finish_reason or finish
        self.assertEqual(text, whole.message.content)
        self.assertEqual(finish, whole.finish_reason)
        self.assertGreater(usage.completion_tokens, 0)

    def test_limits(self):
        self.assertEqual(self.chat(max_tokens=2).choices[0].finish_reason, "length")
        self.assertEqual(self.chat(max_tokens=None, max_completion_tokens=2).usage
                         .completion_tokens, 2)

    def test_stop(self):
        whole = self.chat(max_tokens=24).choices[0].message.content
        word = whole.split()[3]
        cut = self.chat(max_tokens=24, stop=[word]).choices[0]
        self.assertEqual(cut.message.content, whole[:whole.index(word)])
        self.assertEqual(cut.finish_reason, "stop")

    def test_stop_as_vllm_has_it(self):
        whole = self.chat(max_tokens=24).choices[0].message.content
        word = whole.split()[3]
        cut = self.chat(max_tokens=24, stop=[word],
                        extra_body={"include_stop_str_in_output": True}).choices[0]
        self.assertEqual(cut.message.content, whole[:whole.index(word)] + word)
        ids = self.server.post("/tokenize", {"content": whole})["tokens"]
        first = self.server.post("/detokenize", {"tokens": ids[:ids.index(ids[5])]})["content"]
        cut = self.chat(max_tokens=24, extra_body={"stop_token_ids": [ids[5]]}).choices[0]
        self.assertEqual((cut.message.content, cut.finish_reason, cut.stop_reason),
                         (first, "stop", ids[5]))

    def test_seed_and_choices(self):
        once = self.chat(temperature=1, seed=7).choices[0].message.content
        self.assertEqual(self.chat(temperature=1, seed=7).choices[0].message.content, once)
        three = self.chat(temperature=1, seed=7, n=3)
        texts = [choice.message.content for choice in three.choices]
        self.assertEqual(texts[0], once)
        self.assertEqual([choice.index for choice in three.choices], [0, 1, 2])
        self.assertEqual(len(set(texts)), 3)

    def test_logprobs(self):
        reply = self.chat(logprobs=True, top_logprobs=3, max_tokens=4)
        entries = reply.choices[0].logprobs.content
        self.assertEqual(len(entries), 4)
        for entry in entries:
            self.assertEqual(len(entry.top_logprobs), 3)
            self.assertEqual(entry.top_logprobs[0].token, entry.token)  # greedy
            self.assertEqual(bytes(entry.bytes).decode(), entry.token)
        self.assertEqual("".join(entry.token for entry in entries),
                         reply.choices[0].message.content)

    def test_content_parts_and_developer(self):
        parts = [{"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
                 {"role": "user", "content": [{"type": "text", "text": "What is the"},
                                              {"type": "text", "text": "capital of France?"}]}]
        plain = [{"role": "system", "content": "Be brief."},
                 {"role": "user", "content": "What is the\ncapital of France?"}]
        self.assertEqual(self.chat(messages=parts).choices[0].message.content,
                         self.chat(messages=plain).choices[0].message.content)
        image = [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}]}]
        with self.assertRaisesRegex(openai.BadRequestError, "text only"):
            self.chat(messages=image)

    def test_json_object(self):
        reply = self.chat(response_format={"type": "json_object"}, max_tokens=40)
        self.assertIsInstance(json.loads(reply.choices[0].message.content), dict)
        self.assertEqual(reply.choices[0].finish_reason, "stop")

    def test_parse(self):
        messages = [{"role": "user", "content": "Ada is 36 years old. Who is it?"}]
        for limit in (24, 40, 200):
            reply = self.client.chat.completions.parse(
                model="small", messages=messages, response_format=Person, max_tokens=limit,
                temperature=0)
            self.assertIsInstance(reply.choices[0].message.parsed, Person)

    def test_parse_never_raises_on_short_documents(self):
        messages = [{"role": "user", "content": "Solve 8x + 7 = -23 in many steps."}]
        shortened = 0
        for limit in range(30, 90, 10):
            reply = self.client.chat.completions.parse(
                model="small", messages=messages, response_format=Solution, max_tokens=limit,
                temperature=0)
            self.assertIsInstance(reply.choices[0].message.parsed, Solution)
            shortened += "bantam" in (reply.choices[0].model_extra or {})
        self.assertGreater(shortened, 0)

    def test_guided(self):
        choice = self.chat(extra_body={"guided_choice": ["London", "Paris"]})
        self.assertIn(choice.choices[0].message.content, ("London", "Paris"))
        number = self.chat(extra_body={"guided_regex": "[0-9]{3}"})
        self.assertRegex(number.choices[0].message.content, r"^[0-9]{3}$")
        grammar = self.chat(extra_body={"structured_outputs": {"grammar": 'root ::= "a" "b"?'}})
        self.assertRegex(grammar.choices[0].message.content, r"^ab?$")
        with self.assertRaisesRegex(openai.BadRequestError, "exclude each other"):
            self.chat(extra_body={"guided_choice": ["a"], "guided_regex": "b"})

    def test_completions(self):
        reply = self.client.completions.create(
            model="small", prompt="The capital of France is", max_tokens=4, temperature=0,
            logprobs=2, echo=True)
        choice = reply.choices[0]
        self.assertTrue(choice.text.startswith("The capital of France is"))
        self.assertEqual("".join(choice.logprobs.tokens), choice.text)
        self.assertIsNone(choice.logprobs.token_logprobs[0])
        self.assertEqual(len(choice.logprobs.tokens), len(choice.logprobs.top_logprobs))
        for start, token in zip(choice.logprobs.text_offset, choice.logprobs.tokens):
            self.assertEqual(choice.text[start:start + len(token)], token)

    def test_prompts_as_lm_eval_sends_them(self):
        ids = self.server.post("/tokenize", {"content": "The capital of France is Paris"})["tokens"]
        reply = self.client.completions.create(
            model="small", prompt=[ids, ids[:4]], max_tokens=1, temperature=0, logprobs=1,
            echo=True, seed=1234,
            extra_body={"return_token_ids": True, "return_tokens_as_token_ids": True})
        self.assertEqual([choice.index for choice in reply.choices], [0, 1])
        first = reply.choices[0]
        self.assertEqual(first.model_extra["prompt_token_ids"], ids)
        self.assertEqual(first.logprobs.tokens[:-1], [f"token_id:{i}" for i in ids])
        for value, top in list(zip(first.logprobs.token_logprobs, first.logprobs.top_logprobs))[1:]:
            self.assertLessEqual(value, max(top.values()))
        self.assertEqual(first.logprobs.token_logprobs[1:4],
                         reply.choices[1].logprobs.token_logprobs[1:4])

    def test_completion_stream(self):
        whole = self.client.completions.create(model="small", prompt="One, two,", max_tokens=6,
                                               temperature=0).choices[0].text
        text = "".join(chunk.choices[0].text for chunk in self.client.completions.create(
            model="small", prompt="One, two,", max_tokens=6, temperature=0, stream=True))
        self.assertEqual(text, whole)

    def test_completion_stream_with_its_prompt_joins_to_the_whole(self):
        for limit in (0, 1, 4):
            ask = {"model": "small", "prompt": ["One, two,", "The sea é"], "max_tokens": limit,
                   "temperature": 0, "logprobs": 1, "echo": True}
            whole = self.client.completions.create(**ask).choices
            for reply in whole:
                lists = {"tokens": [], "token_logprobs": [], "top_logprobs": [], "text_offset": []}
                text = ""
                for chunk in self.client.completions.create(stream=True, **ask):
                    choice = chunk.choices[0]
                    if choice.index != reply.index:
                        continue
                    text += choice.text
                    for name, joined in lists.items():
                        joined += getattr(choice.logprobs, name) if choice.logprobs else []
                self.assertEqual(text, reply.text)
                self.assertEqual(lists, {name: getattr(reply.logprobs, name) for name in lists})

    def test_responses(self):
        ask = {"model": "small", "input": QUESTION[0]["content"], "temperature": 0,
               "instructions": "Be brief.", "max_output_tokens": 12}
        whole = self.client.responses.create(**ask)
        self.assertTrue(whole.output_text)
        self.assertEqual((whole.status, whole.output[0].status), ("incomplete", "incomplete"))
        self.assertEqual(whole.usage.total_tokens,
                         whole.usage.input_tokens + whole.usage.output_tokens)
        with self.client.responses.stream(**ask) as stream:
            events = list(stream)
        self.assertEqual("".join(event.delta for event in events
                                 if event.type == "response.output_text.delta"),
                         whole.output_text)
        self.assertEqual([event.sequence_number for event in events], list(range(len(events))))
        person = {"model": "small", "input": "Ada is 36 years old. Who is it?",
                  "text_format": Person, "max_output_tokens": 40, "temperature": 0}
        with self.client.responses.stream(**person) as stream:
            for _ in stream:
                pass
            self.assertIsInstance(stream.get_final_response().output_parsed, Person)
        parsed = self.client.responses.parse(
            model="small", input="Ada is 36 years old. Who is it?", text_format=Person,
            max_output_tokens=40, temperature=0)
        self.assertIsInstance(parsed.output_parsed, Person)
        with self.assertRaisesRegex(openai.BadRequestError, "stored"):
            self.client.responses.create(model="small", input="a", previous_response_id="resp_1")

    def test_created_models_reply_as_their_modelfile_says(self):
        self.addCleanup(self.server.call, "DELETE", "/api/delete", {"model": "strict"})
        self.server.post("/api/create", {
            "model": "strict", "from": "small", "stream": False, "system": "Be brief.",
            "template": "{% for m in messages %}{{ m.content }} {% endfor %}One, two, three,",
            "parameters": {"temperature": 0, "repeat_penalty": 1, "num_predict": 5}})
        ask = {"model": "strict", "messages": QUESTION}
        first = self.client.chat.completions.create(**ask)
        self.assertEqual(first.usage.completion_tokens, 5)
        self.assertEqual(first.usage.prompt_tokens, self.server.post("/tokenize", {
            "content": f"Be brief. {QUESTION[0]['content']} One, two, three,"})["count"])
        texts = {first.choices[0].message.content,
                 self.server.post("/api/chat", {**ask, "stream": False})["message"]["content"],
                 self.client.responses.create(model="strict",
                                              input=QUESTION[0]["content"]).output_text}
        self.assertEqual(len(texts), 1, texts)
        text = self.client.completions.create(model="strict", prompt="One, two,")
        self.assertEqual(text.usage.completion_tokens, 5)
        own = self.client.chat.completions.create(max_completion_tokens=3, **ask)
        self.assertEqual(own.usage.completion_tokens, 3)

    def test_logprobs_of_responses(self):
        ask = {"model": "small", "input": QUESTION[0]["content"], "temperature": 0,
               "max_output_tokens": 8}
        self.assertEqual(self.client.responses.create(**ask).output[0].content[0].logprobs, [])
        ask |= {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
        part = self.client.responses.create(**ask).output[0].content[0]
        self.assertEqual("".join(entry.token for entry in part.logprobs), part.text)
        for entry in part.logprobs:
            self.assertEqual(len(entry.top_logprobs), 2)
            self.assertEqual(entry.top_logprobs[0].logprob, entry.logprob)  # greedy
            self.assertEqual(bytes(entry.bytes).decode(), entry.token)
        chat = self.chat(max_tokens=8, logprobs=True, top_logprobs=2).choices[0].logprobs.content
        self.assertEqual([entry.logprob for entry in part.logprobs],
                         [entry.logprob for entry in chat])
        events = list(self.client.responses.create(stream=True, **ask))
        streamed = [entry.logprob for event in events if event.type == "response.output_text.delta"
                    for entry in event.logprobs]
        self.assertEqual(streamed, [entry.logprob for entry in part.logprobs])
        self.assertEqual(events[-1].response.output[0].content[0].logprobs, part.logprobs)

    def test_refusals(self):
        for field, value in (("temperature", -1), ("top_p", 2), ("n", 0), ("n", 10**6),
                             ("max_tokens", -5), ("presence_penalty", 1e9),
                             ("logit_bias", {"x": 1}), ("stop", [1])):
            status, _, text = self.server.call("POST", "/v1/chat/completions", {
                "model": "small", "messages": QUESTION, field: value})
            self.assertEqual(status, 400, field)
            self.assertEqual(json.loads(text)["error"]["param"], field)
        with self.assertRaises(openai.NotFoundError):
            self.chat(model="nobody")
        with self.assertRaises(openai.BadRequestError) as raised:
            self.chat(messages=[{"role": "user", "content": "word " * 5000}])
        self.assertEqual(raised.exception.code, "context_length_exceeded")
        with self.assertRaises(openai.APIStatusError) as raised:
            self.client.embeddings.create(model="small", input="text")
        self.assertEqual(raised.exception.param, "model")

    def test_every_field_is_accepted(self):
        reply = self.chat(
            frequency_penalty=0.1, presence_penalty=0.1, logit_bias={"5": -100},
            metadata={"a": "b"}, modalities=["text"], n=1, parallel_tool_calls=True,
            prompt_cache_key="k", reasoning_effort="low", safety_identifier="s",
            service_tier="auto", store=False, top_p=0.9, user="u", verbosity="low",
            extra_body={"unknown": [1], "min_p": 0.1, "top_k": 5, "repetition_penalty": 1.1})
        self.assertTrue(reply.choices[0].message.content)


WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {
        "city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
        "required": ["city", "unit"], "additionalProperties": False}}}
TIME = {"type": "function", "function": {
    "name": "get_time", "parameters": {"type": "object", "properties": {
        "zone": {"type": "string"}}, "required": ["zone"]}}}


class EmbeddingsTest(ServerTest):
    arguments = ("--encoder", MINILM)

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(MINILM):
            raise unittest.SkipTest("all-minilm-l6-v2 is not there (./dev model minilm)")
        super().setUpClass()
        cls.client = openai.OpenAI(base_url=cls.server.url + "/v1", api_key="none")

    def vectors(self, texts, **fields):
        reply = self.client.embeddings.create(model="all-minilm-l6-v2", input=texts, **fields)
        self.assertEqual([item.index for item in reply.data], list(range(len(reply.data))))
        return [item.embedding for item in reply.data]

    def test_vectors(self):
        texts = ["A cat sat.", "A kitten was sitting.", "Stock prices fell."]
        base64 = self.vectors(texts)
        floats = self.vectors(texts, encoding_format="float")
        for a, b in zip(base64, floats):
            self.assertEqual(len(a), 384)
            self.assertLess(max(abs(x - y) for x, y in zip(a, b)), 1e-7)
            self.assertAlmostEqual(sum(x * x for x in a), 1, 5)
        near, far = (sum(x * y for x, y in zip(floats[0], floats[i])) for i in (1, 2))
        self.assertGreater(near, far + 0.3)
        self.assertEqual(self.vectors(texts[0], encoding_format="float"), floats[:1])
        ids = self.client.embeddings.create(model="all-minilm-l6-v2", dimensions=384,
                                            input=[[101, 1037, 4937, 2938, 1012, 102]])
        self.assertEqual(ids.data[0].embedding, base64[0])
        self.assertEqual((ids.usage.prompt_tokens, ids.usage.total_tokens), (6, 6))

    def test_many(self):
        texts = [f"The number {i} and {'some ' * (i % 40)}words." for i in range(300)]
        many = self.vectors(texts, encoding_format="float")
        for i in (0, 39, 150, 299):
            self.assertEqual(self.vectors([texts[i]], encoding_format="float"), [many[i]])

    def test_refusals(self):
        for fields in ({"input": []}, {"input": "x " * 400}, {"input": "a", "dimensions": 100},
                       {"input": [[10**6]]}, {"input": "a", "encoding_format": "hex"},
                       {"input": [1.5]}, {"input": {}}):
            with self.assertRaises(openai.BadRequestError, msg=str(fields)[:60]):
                self.client.embeddings.create(model="all-minilm-l6-v2", **fields)
        with self.assertRaises(openai.BadRequestError) as raised:
            self.client.chat.completions.create(
                model="all-minilm-l6-v2", messages=[{"role": "user", "content": "a"}])
        self.assertIn("encoder", raised.exception.message)


class ToolsTest(ServerTest):
    arguments = (QWEN, "--ctx", "2048", "--served-model-name", "coder")

    def setUp(self):
        self.client = openai.OpenAI(base_url=self.server.url + "/v1", api_key="any",
                                    timeout=PATIENCE_S, max_retries=0)

    def ask(self, text, **kwargs):
        kwargs = {"tools": [WEATHER, TIME], "max_tokens": 200, "temperature": 0, **kwargs}
        return self.client.chat.completions.create(
            model="coder", messages=[{"role": "user", "content": text}], **kwargs)

    def check(self, call):
        arguments = json.loads(call.function.arguments)
        if call.function.name == "get_weather":
            self.assertEqual(set(arguments), {"city", "unit"})
            self.assertIn(arguments["unit"], ("C", "F"))
        else:
            self.assertEqual(call.function.name, "get_time")
            self.assertIsInstance(arguments["zone"], str)
        return arguments

    def test_auto(self):
        reply = self.ask("What is the weather in Paris, in Celsius?")
        calls = reply.choices[0].message.tool_calls
        self.assertEqual(reply.choices[0].finish_reason, "tool_calls")
        self.assertIn("Paris", self.check(calls[0])["city"])
        # The reply to the call's result.
        messages = [{"role": "user", "content": "What is the weather in Paris, in Celsius?"},
                    reply.choices[0].message,
                    {"role": "tool", "tool_call_id": calls[0].id, "content": "21 C, sunny"}]
        after = self.client.chat.completions.create(
            model="coder", messages=messages, tools=[WEATHER, TIME], max_tokens=100, temperature=0)
        self.assertTrue(after.choices[0].message.content or after.choices[0].message.tool_calls)

    def test_required_named_none(self):
        required = self.ask("Hello!", tool_choice="required")
        self.check(required.choices[0].message.tool_calls[0])
        self.assertEqual(required.choices[0].finish_reason, "tool_calls")
        named = self.ask("Hello!", tool_choice={"type": "function", "function": {
            "name": "get_time"}})
        self.assertEqual(named.choices[0].message.tool_calls[0].function.name, "get_time")
        self.check(named.choices[0].message.tool_calls[0])
        none = self.ask("Say hello.", tool_choice="none", max_tokens=8)
        self.assertIsNone(none.choices[0].message.tool_calls)
        self.assertTrue(none.choices[0].message.content)

    def test_allowed_tools(self):
        name = {"type": "function", "function": {"name": "get_time"}}
        question = "What is the weather in Paris, in Celsius?"
        for mode in ("auto", "required"):
            reply = self.ask(question, tool_choice={
                "type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": [name]}})
            calls = reply.choices[0].message.tool_calls or []
            self.assertEqual({call.function.name for call in calls} - {"get_time"}, set())
            if mode == "required":
                self.check(calls[0])
        response = self.client.responses.create(
            model="coder", input=question, temperature=0, max_output_tokens=100,
            tools=[{"type": "function", **tool["function"]} for tool in (WEATHER, TIME)],
            tool_choice={"type": "allowed_tools", "mode": "required",
                         "tools": [{"type": "function", "name": "get_time"}]})
        self.assertEqual(response.output[0].name, "get_time")

    def test_stream(self):
        whole = self.ask("What is the weather in Paris, in Celsius?")
        calls, finish = {}, None
        for chunk in self.ask("What is the weather in Paris, in Celsius?", stream=True):
            choice = chunk.choices[0]
            finish = choice.finish_reason or finish
            for piece in choice.delta.tool_calls or []:
                call = calls.setdefault(piece.index, {"name": "", "arguments": ""})
                call["name"] += piece.function.name or ""
                call["arguments"] += piece.function.arguments or ""
        self.assertEqual(finish, "tool_calls")
        self.assertEqual(calls[0]["arguments"],
                         whole.choices[0].message.tool_calls[0].function.arguments)

    def test_responses(self):
        tool = {"type": "function", "strict": True, **WEATHER["function"]}
        ask = {"model": "coder", "tools": [tool], "tool_choice": "required", "temperature": 0,
               "input": "What is the weather in Paris, in Celsius?", "max_output_tokens": 100}
        call = self.client.responses.create(**ask).output[0]
        self.assertEqual((call.type, call.name), ("function_call", "get_weather"))
        self.assertIn("Paris", call.arguments)
        events = list(self.client.responses.create(stream=True, **ask))
        done = [event for event in events if event.type == "response.function_call_arguments.done"]
        self.assertEqual(done[0].arguments, call.arguments)
        after = self.client.responses.create(
            model="coder", temperature=0, max_output_tokens=20, input=[
                {"role": "user", "content": ask["input"]},
                {"type": "function_call", "call_id": call.call_id, "name": call.name,
                 "arguments": call.arguments},
                {"type": "function_call_output", "call_id": call.call_id, "output": "21 C"}])
        self.assertTrue(after.output_text)

    def test_bad_tools(self):
        with self.assertRaisesRegex(openai.BadRequestError, "no tool"):
            self.ask("Hi", tool_choice={"type": "function", "function": {"name": "nobody"}})
        with self.assertRaisesRegex(openai.BadRequestError, "tools"):
            self.ask("Hi", tools=[{"type": "function", "function": {}}])
        for tool in ({"type": "custom", "custom": {"name": "f"}}, {"type": "web_search"}):
            with self.assertRaisesRegex(openai.BadRequestError, "is not supported") as raised:
                self.ask("Hi", tools=[WEATHER, tool])
            self.assertEqual(raised.exception.param, "tools[1].type")


class VllmCommandLineTest(ServerTest):
    arguments = ("--model", TINY, "--dtype", "half", "--max-model-len", "128")

    def test_a_file_keeps_its_types(self):
        client = openai.OpenAI(base_url=self.server.url + "/v1", api_key="any", max_retries=0)
        reply = client.completions.create(model="qwen2_tied", prompt="abc", max_tokens=4)
        self.assertGreater(reply.usage.completion_tokens, 0)
        said = [line for line in self.server.lines if "--dtype" in line]
        self.assertEqual(len(said), 1, self.server.lines)
        self.assertIn("keep their own types", said[0])


if __name__ == "__main__":
    unittest.main()
