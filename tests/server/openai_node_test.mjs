// The official openai package for Node against `bantam serve`.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import OpenAI from 'openai';
import { zodFunction, zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import { MINILM, PATIENCE_MS, QWEN, SMOL, all, needs, start } from './harness.mjs';

const QUESTION = [{ role: 'user', content: 'Write a sentence about the sea.' }];
const ABOUT_ADA = [{ role: 'user', content: 'Ada is 36 years old. Who is it?' }];
const Person = z.object({ name: z.string(), age: z.number().int() });
const Solution = z.object({
  steps: z.array(z.object({ explanation: z.string(), output: z.string() })),
  answer: z.string(),
});

let server;
let client;

function serve(...args) {
  before(async () => {
    server = await start(...args);
    client = new OpenAI({
      baseURL: `${server.url}/v1`, apiKey: 'any', maxRetries: 0, timeout: PATIENCE_MS,
    });
  });
  after(() => server?.stop());
}

function chat(fields = {}) {
  return client.chat.completions.create({
    model: 'small', messages: QUESTION, max_tokens: 16, temperature: 0, ...fields,
  });
}

describe('chats and completions', needs(SMOL), () => {
  serve(SMOL, '--ctx', '2048', '--served-model-name', 'small', '--served-model-name', 'other');

  test('models', async () => {
    const list = await all(client.models.list());
    assert.deepEqual(list.map((model) => model.id), ['small', 'other']);
    assert.equal((await client.models.retrieve('other')).object, 'model');
    await assert.rejects(client.models.retrieve('nobody'), OpenAI.NotFoundError);
  });

  test('a stream equals the whole', async () => {
    const whole = await chat();
    assert.equal(whole.object, 'chat.completion');
    assert.equal(whole.choices[0].message.role, 'assistant');
    const { usage } = whole;
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    const chunks = await all(await chat({ stream: true, stream_options: { include_usage: true } }));
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    assert.equal(text, whole.choices[0].message.content);
    assert.equal(chunks.at(-1).usage.completion_tokens, usage.completion_tokens);
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.equal(chunks.at(-2).choices[0].finish_reason, whole.choices[0].finish_reason);
  });

  test("the helper's stream", async () => {
    const seen = [];
    const stream = client.chat.completions
      .stream({ model: 'small', messages: QUESTION, max_tokens: 16, temperature: 0 })
      .on('content', (delta) => seen.push(delta));
    const final = await stream.finalChatCompletion();
    assert.equal(seen.join(''), final.choices[0].message.content);
    assert.equal(final.choices[0].message.content, (await chat()).choices[0].message.content);
  });

  test('parse with a schema of zod', async () => {
    for (const limit of [24, 40, 200]) {
      const reply = await client.chat.completions.parse({
        model: 'small', messages: ABOUT_ADA, max_tokens: limit, temperature: 0,
        response_format: zodResponseFormat(Person, 'person'),
      });
      assert.ok(Person.safeParse(reply.choices[0].message.parsed).success);
    }
  });

  test('parse never throws on documents that were made shorter', async () => {
    let shortened = 0;
    for (const limit of [30, 50, 70]) {
      const reply = await client.chat.completions.parse({
        model: 'small', max_tokens: limit, temperature: 0,
        messages: [{ role: 'user', content: 'Solve 8x + 7 = -23 in many steps.' }],
        response_format: zodResponseFormat(Solution, 'solution'),
      });
      assert.ok(Solution.safeParse(reply.choices[0].message.parsed).success);
      shortened += reply.choices[0].bantam?.shortened_at ? 1 : 0;
    }
    assert.ok(shortened > 0);
  });

  test('a stream that is parsed', async () => {
    const final = await client.chat.completions.stream({
      model: 'small', messages: ABOUT_ADA, max_tokens: 60, temperature: 0,
      response_format: zodResponseFormat(Person, 'person'),
    }).finalChatCompletion();
    assert.ok(Person.safeParse(final.choices[0].message.parsed).success);
  });

  test('log-probabilities', async () => {
    const [choice] = (await chat({ logprobs: true, top_logprobs: 3, max_tokens: 4 })).choices;
    const entries = choice.logprobs.content;
    assert.equal(entries.map((entry) => entry.token).join(''), choice.message.content);
    for (const entry of entries) {
      assert.equal(entry.top_logprobs.length, 3);
      assert.equal(entry.top_logprobs[0].token, entry.token); // greedy
      assert.equal(Buffer.from(entry.bytes).toString(), entry.token);
    }
    const chunks = await all(await chat({ logprobs: true, max_tokens: 4, stream: true }));
    const streamed = chunks.flatMap((chunk) => chunk.choices[0].logprobs?.content ?? []);
    assert.deepEqual(streamed.map((entry) => entry.logprob),
      entries.map((entry) => entry.logprob));
  });

  test('several choices', async () => {
    const ask = { temperature: 1, seed: 7 };
    const once = (await chat(ask)).choices[0].message.content;
    const { choices } = await chat({ ...ask, n: 3 });
    assert.deepEqual(choices.map((choice) => choice.index), [0, 1, 2]);
    assert.equal(choices[0].message.content, once);
    assert.equal(new Set(choices.map((choice) => choice.message.content)).size, 3);
    const texts = ['', '', ''];
    for await (const chunk of await chat({ ...ask, n: 3, stream: true })) {
      for (const choice of chunk.choices) texts[choice.index] += choice.delta.content ?? '';
    }
    assert.deepEqual(texts, choices.map((choice) => choice.message.content));
  });

  test('completions', async () => {
    const ask = { model: 'small', prompt: 'The capital of France is', max_tokens: 4, temperature: 0 };
    const [whole] = (await client.completions.create(ask)).choices;
    const chunks = await all(await client.completions.create({ ...ask, stream: true }));
    assert.equal(chunks.map((chunk) => chunk.choices[0].text).join(''), whole.text);
    const [echoed] = (await client.completions.create({ ...ask, echo: true, logprobs: 2 })).choices;
    assert.equal(echoed.text, ask.prompt + whole.text);
    assert.equal(echoed.logprobs.tokens.join(''), echoed.text);
    assert.equal(echoed.logprobs.token_logprobs[0], null);
    const two = await client.completions.create({ ...ask, prompt: [ask.prompt, 'One, two,'], n: 2 });
    assert.deepEqual(two.choices.map((choice) => choice.index), [0, 1, 2, 3]);
    assert.equal(two.choices[0].text, whole.text);
  });

  test('responses', async () => {
    const ask = {
      model: 'small', input: QUESTION[0].content, instructions: 'Be brief.', temperature: 0,
      max_output_tokens: 12,
    };
    const whole = await client.responses.create(ask);
    assert.ok(whole.output_text);
    const events = await all(await client.responses.create({ ...ask, stream: true }));
    const text = events.filter((event) => event.type === 'response.output_text.delta')
      .map((event) => event.delta).join('');
    assert.equal(text, whole.output_text);
    assert.deepEqual(events.map((event) => event.sequence_number), [...events.keys()]);
    const final = await client.responses.stream(ask).finalResponse();
    assert.equal(final.output_text, whole.output_text);
    const parsed = await client.responses.parse({
      model: 'small', input: ABOUT_ADA[0].content, temperature: 0, max_output_tokens: 40,
      text: { format: zodTextFormat(Person, 'person') },
    });
    assert.ok(Person.safeParse(parsed.output_parsed).success);
  });

  test('abort', async () => {
    const controller = new AbortController();
    const stream = await client.chat.completions.create({
      model: 'small', messages: QUESTION, stream: true, ignore_eos: true, max_tokens: 1500,
    }, { signal: controller.signal });
    let n = 0;
    for await (const _ of stream) {
      if (++n === 3) controller.abort();
    }
    assert.ok(n < 1000, String(n));
    assert.ok((await chat()).choices[0].message.content); // the server is as before
  });

  test('refusals', async () => {
    await assert.rejects(chat({ model: 'nobody' }), OpenAI.NotFoundError);
    await assert.rejects(chat({ temperature: -1 }),
      (error) => error instanceof OpenAI.BadRequestError && error.param === 'temperature');
    await assert.rejects(chat({ messages: [{ role: 'user', content: 'word '.repeat(5000) }] }),
      (error) => error.code === 'context_length_exceeded');
  });
});

describe('tools', needs(QWEN), () => {
  serve(QWEN, '--ctx', '2048', '--served-model-name', 'coder');

  const Weather = z.object({ city: z.string(), unit: z.enum(['C', 'F']) });
  const Time = z.object({ zone: z.string() });
  const tools = [
    zodFunction({ name: 'get_weather', description: 'The weather of a city', parameters: Weather }),
    zodFunction({ name: 'get_time', description: 'The time in a zone', parameters: Time }),
  ];
  const messages = [{ role: 'user', content: 'What is the weather in Paris, in Celsius?' }];
  const ask = { model: 'coder', messages, tools, max_tokens: 200, temperature: 0 };

  test('auto, and the reply to a result', async () => {
    const [choice] = (await client.chat.completions.parse(ask)).choices;
    assert.equal(choice.finish_reason, 'tool_calls');
    const [call] = choice.message.tool_calls;
    assert.equal(call.function.name, 'get_weather');
    assert.match(call.function.parsed_arguments.city, /Paris/);
    const reply = await client.chat.completions.create({
      ...ask,
      messages: [...messages, choice.message,
        { role: 'tool', tool_call_id: call.id, content: '21 C, sunny' }],
    });
    assert.ok(reply.choices[0].message.content || reply.choices[0].message.tool_calls);
  });

  test('required, named, none', async () => {
    const hello = { ...ask, messages: [{ role: 'user', content: 'Hello!' }] };
    const call = async (fields) =>
      (await client.chat.completions.create({ ...hello, ...fields })).choices[0].message.tool_calls;
    assert.ok((await call({ tool_choice: 'required' })).length > 0);
    const [named] = await call({ tool_choice: { type: 'function', function: { name: 'get_time' } } });
    assert.equal(named.function.name, 'get_time');
    assert.ok(Time.safeParse(JSON.parse(named.function.arguments)).success);
    assert.equal(await call({ tool_choice: 'none', max_tokens: 8 }), undefined);
  });

  test('streams', async () => {
    const whole = await client.chat.completions.create(ask);
    const final = await client.chat.completions.stream(ask).finalChatCompletion();
    assert.equal(final.choices[0].finish_reason, 'tool_calls');
    const streamed = final.choices[0].message.tool_calls;
    assert.deepEqual(streamed.map((call) => [call.function.name, call.function.arguments]),
      whole.choices[0].message.tool_calls
        .map((call) => [call.function.name, call.function.arguments]));
  });

  test('the helper that runs tools', async () => {
    const asked = [];
    const runner = client.chat.completions.runTools({
      ...ask, model: 'coder', max_tokens: 60,
      tools: [zodFunction({
        name: 'get_weather', description: 'The weather of a city', parameters: Weather,
        function: ({ city }) => { asked.push(city); return '21 C, sunny'; },
      })],
    }, { maxChatCompletions: 2 });
    await runner.done();
    assert.match(asked[0], /Paris/);
  });

  test('responses', async () => {
    const tool = { type: 'function', strict: true, ...tools[0].function };
    const fields = {
      model: 'coder', tools: [tool], tool_choice: 'required', temperature: 0,
      input: messages[0].content, max_output_tokens: 100,
    };
    const [call] = (await client.responses.create(fields)).output;
    assert.deepEqual([call.type, call.name], ['function_call', 'get_weather']);
    const final = await client.responses.stream(fields).finalResponse();
    assert.equal(final.output[0].arguments, call.arguments);
  });
});

describe('embeddings', needs(MINILM), () => {
  serve('--encoder', MINILM);

  test('vectors', async () => {
    const embed = async (fields) => (await client.embeddings.create({
      model: 'all-minilm-l6-v2', input: ['A cat sat.', 'Stock prices fell.'], ...fields,
    })).data.map((item) => item.embedding);
    const plain = await embed();
    const floats = await embed({ encoding_format: 'float' });
    assert.deepEqual(plain.map((vector) => vector.length), [384, 384]);
    for (const i of [0, 1]) {
      const apart = Math.max(...plain[i].map((x, k) => Math.abs(x - floats[i][k])));
      assert.ok(apart < 1e-6, String(apart));
    }
    await assert.rejects(embed({ input: [] }), OpenAI.BadRequestError);
  });
});
