// The official ollama package for JavaScript against `bantam serve`.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Ollama } from 'ollama';
import { z } from 'zod';

import { MINILM, QWEN, SMOL, all, needs, start } from './harness.mjs';

const QUESTION = [{ role: 'user', content: 'Write a sentence about the sea.' }];
const GREEDY = { temperature: 0, num_predict: 16, repeat_penalty: 1 };
const Person = z.object({ name: z.string(), age: z.number().int() });

let server;
let client;

function serve(...args) {
  before(async () => {
    server = await start(...args);
    client = new Ollama({ host: server.url });
  });
  after(() => server?.stop());
}

const names = async () => (await client.list()).models.map((model) => model.name);

describe('chats and models', needs(SMOL), () => {
  serve(SMOL, '--ctx', '2048', '--served-model-name', 'small');

  test('chat', async () => {
    const ask = { model: 'small', messages: QUESTION, options: GREEDY };
    const whole = await client.chat(ask);
    assert.ok(whole.message.content);
    assert.equal(whole.message.role, 'assistant');
    assert.ok(whole.done && whole.prompt_eval_count > 0 && whole.eval_duration > 0);
    assert.ok(!Number.isNaN(new Date(whole.created_at).getTime()));
    const pieces = await all(await client.chat({ ...ask, stream: true }));
    assert.equal(pieces.map((piece) => piece.message.content).join(''), whole.message.content);
    assert.deepEqual(pieces.map((piece) => piece.done),
      pieces.map((_, i) => i === pieces.length - 1));
  });

  test('log-probabilities', async () => {
    const reply = await client.chat({
      model: 'small', messages: QUESTION, options: GREEDY, logprobs: true, top_logprobs: 2,
    });
    assert.equal(reply.logprobs.map((entry) => entry.token).join(''), reply.message.content);
    assert.equal(reply.logprobs[0].top_logprobs.length, 2);
  });

  test('generate', async () => {
    const ask = { model: 'small', prompt: 'Say hello.', system: 'Be brief.', options: GREEDY };
    const whole = await client.generate(ask);
    const pieces = await all(await client.generate({ ...ask, stream: true }));
    assert.equal(pieces.map((piece) => piece.response).join(''), whole.response);
    const more = await client.generate({
      model: 'small', prompt: 'And again.', context: whole.context, options: GREEDY,
    });
    assert.ok(more.prompt_eval_count > whole.context.length);
    const raw = { model: 'small', prompt: 'The capital of France is', raw: true, options: GREEDY };
    assert.ok((await client.generate(raw)).response);
  });

  test('format json and a schema', async () => {
    const options = { ...GREEDY, num_predict: 40 };
    const json = await client.chat({
      model: 'small', messages: [{ role: 'user', content: 'A person, as JSON' }], format: 'json',
      options,
    });
    assert.equal(typeof JSON.parse(json.message.content), 'object');
    const shaped = await client.generate({
      model: 'small', prompt: 'Ada is 36.', format: z.toJSONSchema(Person), options,
    });
    assert.ok(Person.safeParse(JSON.parse(shaped.response)).success);
    await assert.rejects(client.chat({ model: 'small', messages: QUESTION, format: 'xml' }),
      (error) => error.status_code === 400 && /format/.test(error.message));
  });

  test('keep_alive and ps', async () => {
    const loaded = await client.generate({ model: 'small', prompt: '', keep_alive: '10m' });
    assert.equal(loaded.done_reason, 'load');
    const [running] = (await client.ps()).models;
    assert.equal(running.name, 'small');
    const left_ms = new Date(running.expires_at).getTime() - Date.now();
    assert.ok(left_ms > 500_000 && left_ms < 700_000, running.expires_at);
    const unloaded = await client.chat({ model: 'small', messages: [], keep_alive: 0 });
    assert.equal(unloaded.done_reason, 'unload');
    assert.deepEqual((await client.ps()).models, []);
  });

  test('list, show, version', async () => {
    const [listed] = (await client.list()).models;
    assert.equal(listed.name, 'small');
    assert.ok(listed.size > 1e6 && listed.modified_at);
    assert.equal(typeof listed.digest, 'string'); // "" of a file outside the store
    const shown = await client.show({ model: 'small' });
    assert.equal(shown.details.family, 'llama');
    assert.ok(shown.capabilities.includes('completion'));
    await assert.rejects(client.show({ model: 'nobody' }), (error) => error.status_code === 404);
    assert.match((await client.version()).version, /^\d+\.\d+\.\d+/);
  });

  test('create, copy, delete', async () => {
    const parts = await all(await client.create({
      model: 'pirate', from: 'small', system: 'You are a pirate.', stream: true,
      parameters: { temperature: 0, num_predict: 8 },
      messages: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Arr' }],
    }));
    assert.equal(parts.at(-1).status, 'success');
    assert.equal((await client.show({ model: 'pirate' })).system, 'You are a pirate.');
    assert.ok((await client.chat({ model: 'pirate', messages: QUESTION })).eval_count <= 9);
    await client.copy({ source: 'pirate', destination: 'captain' });
    assert.ok((await names()).includes('captain'));
    for (const model of ['pirate', 'captain']) {
      assert.deepEqual(await client.delete({ model }), { status: 'success' });
    }
    assert.deepEqual(await names(), ['small']);
    await assert.rejects(client.delete({ model: 'pirate' }),
      (error) => error.status_code === 404);
    await assert.rejects(client.copy({ source: 'nobody', destination: 'x' }),
      (error) => error.status_code === 404);
    await assert.rejects(client.create({ model: 'x', from: 'nobody' }), /nobody/);
  });

  test('pull of what is not there', async () => {
    await assert.rejects(client.pull({ model: 'no-such-model-anywhere' }), /no-such-model/);
    await assert.rejects(async () => {
      for await (const _ of await client.pull({ model: 'no-such-model-anywhere', stream: true }));
    }, /no-such-model/);
  });

  test('abort', async () => {
    const options = { num_predict: 1500, num_ctx: 2048 };
    const long = { model: 'small', prompt: 'Count for ever: 1, 2, 3,', options, raw: true };
    let n = 0;
    await assert.rejects(async () => {
      for await (const _ of await client.generate({ ...long, stream: true })) {
        if (++n === 3) client.abort();
      }
    }, { name: 'AbortError' });
    assert.ok(n < 1000, String(n));
    assert.ok((await client.chat({ model: 'small', messages: QUESTION, options: GREEDY })).done);
  });

  test('refusals', async () => {
    await assert.rejects(client.chat({ model: 'nobody', messages: QUESTION }),
      (error) => error.status_code === 404 && /nobody/.test(error.message));
    await assert.rejects(client.embed({ model: 'small', input: 'text' }),
      (error) => error.status_code === 400);
  });
});

describe('tools', needs(QWEN), () => {
  serve(QWEN, '--ctx', '2048', '--served-model-name', 'coder');

  test('a call and the reply to its result', async () => {
    const tools = [{
      type: 'function',
      function: {
        name: 'add_numbers', description: 'Adds two numbers',
        parameters: {
          type: 'object', required: ['first', 'second'],
          properties: { first: { type: 'integer' }, second: { type: 'integer' } },
        },
      },
    }];
    const messages = [{ role: 'user', content: 'Use the tool to add 3 and 4.' }];
    const ask = { model: 'coder', messages, tools, options: { temperature: 0, num_predict: 100 } };
    const { message } = await client.chat(ask);
    const [call] = message.tool_calls;
    assert.equal(call.function.name, 'add_numbers');
    assert.equal(call.function.arguments.first + call.function.arguments.second, 7);
    const pieces = await all(await client.chat({ ...ask, stream: true }));
    const streamed = pieces.flatMap((piece) => piece.message.tool_calls ?? []);
    assert.deepEqual(streamed[0].function.arguments, call.function.arguments);
    const after = await client.chat({
      model: 'coder', options: { temperature: 0, num_predict: 30 },
      messages: [...messages, message, { role: 'tool', content: '7', tool_name: 'add_numbers' }],
    });
    assert.match(after.message.content, /7/);
  });
});

describe('embeddings', needs(MINILM), () => {
  serve('--encoder', MINILM);

  test('vectors', async () => {
    const model = 'all-minilm-l6-v2';
    const both = await client.embed({ model, input: ['A cat sat.', 'Stocks fell.'] });
    assert.deepEqual(both.embeddings.map((vector) => vector.length), [384, 384]);
    const one = await client.embed({ model, input: 'A cat sat.' });
    assert.deepEqual(one.embeddings[0], both.embeddings[0]);
    await assert.rejects(client.embed({ model, input: 'x '.repeat(400), truncate: false }),
      (error) => error.status_code === 400);
    const old = await client.embeddings({ model, prompt: 'A cat sat.' });
    assert.equal(old.embedding.length, 384);
  });
});
