// A server with the page and canned answers, in the shape of `bantam serve`: what the flows run
// against when no real server is given. Its policy and caching headers are those of the real one.
import { createReadStream, existsSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const english = `A rainbow is sunlight that raindrops take apart.

1. Light **bends** when it enters a drop, blue a little more than red.
2. It is thrown back from the far side of the drop.
3. It bends again on its way out, at about *42°* to the sun's rays.

| colour | angle | wavelength |
| --- | ---: | ---: |
| red | 42.4° | 700 nm |
| green | 41.7° | 530 nm |
| violet | 40.6° | 400 nm |

The angle follows from Snell's law:

\`\`\`python
from math import asin, degrees, radians, sin

def refracted(angle, n=1.333):
    return degrees(asin(sin(radians(angle)) / n))
\`\`\`

So turn your back to the sun, and look where it rains.`;
const chinese = `彩虹是雨滴把阳光分开后形成的。

1. 光进入水滴时**折射**，蓝光比红光偏折得多一点。
2. 光在水滴背面反射回来。
3. 光离开水滴时再次折射，与阳光约成 *42°* 角。

> 背对太阳，看向下雨的地方，就能看到彩虹。`;
const people = {
  people: [
    { name: 'Ada Lovelace', role: 'wrote the first program' },
    { name: 'Charles Babbage', role: 'designed the machine' },
  ],
};

const models = [
  {
    name: 'qwen2.5-0.5b-instruct',
    size: 491_400_032,
    details: { family: 'qwen2', parameter_size: '494.03M', quantization_level: 'Q4_K_M' },
  },
  {
    name: 'smollm2-360m-instruct',
    size: 386_404_992,
    details: { family: 'llama', parameter_size: '361.82M', quantization_level: 'Q8_0' },
  },
];

const state = { tokens: 0, running: 0, held: Promise.resolve() };

// Replies and imports that have begun wait until what this returns is called, so that a flow can
// look at what is under way for as long as it needs.
function hold() {
  let release;
  state.held = new Promise((resolve) => (release = resolve));
  return release;
}

function json(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(text);
}

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function answerTo({ messages, response_format: format }) {
  if (format) return JSON.stringify(people, null, 1);
  const last = messages.at(-1).content;
  if (/long/i.test(last)) return `${english}\n\n`.repeat(40);
  return /\p{Script=Han}/u.test(last) ? chinese : english;
}

async function chat(request, response) {
  const body = JSON.parse(await bodyOf(request));
  let gone = false;
  response.on('close', () => (gone = true));
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Bantam-Cache': 'miss' });
  const send = (chunk) =>
    response.write(`data: ${JSON.stringify({ model: body.model, ...chunk })}\n\n`);
  const pieces = answerTo(body).match(/[\s\S]{1,5}/gu);
  const most = Math.min(pieces.length, body.max_tokens ?? Infinity);
  state.running++;
  send({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });
  await new Promise((r) => setTimeout(r, 60));
  for (let i = 0; i < most && !gone; i++) {
    send({ choices: [{ index: 0, delta: { content: pieces[i] } }] });
    state.tokens++;
    await new Promise((r) => setTimeout(r, 6));
    if (i === 20) await state.held;
  }
  state.running--;
  const reason = most < pieces.length ? 'length' : 'stop';
  send({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
  send({
    choices: [],
    usage: {
      prompt_tokens: 64,
      completion_tokens: most,
      total_tokens: 64 + most,
      prompt_tokens_details: { cached_tokens: 48 },
    },
  });
  response.end('data: [DONE]\n\n');
}

async function importFile(request, response, name) {
  let bytes = 0;
  try {
    for await (const piece of request) {
      bytes += piece.length;
      if (bytes > 1 << 20) await state.held;
    }
  } catch {
    return; // cancelled
  }
  if (name.includes('damaged')) {
    json(response, 400, { error: { message: `${name}: tensor 3 ends beyond the file` } });
    return;
  }
  const model = name.replace(/\.gguf$/, '');
  if (!models.some((m) => m.name === model)) models.push({ name: model, size: bytes, details: {} });
  json(response, 200, { model });
}

function metrics() {
  return `# HELP bantam_generated_tokens_total Tokens that were generated.
# TYPE bantam_generated_tokens_total counter
bantam_generated_tokens_total ${state.tokens}
bantam_prompt_tokens_total 2048
bantam_cached_tokens_total 1536
bantam_running_sequences ${state.running}
bantam_queue_length 0
bantam_kv_used_bytes 12582912
bantam_kv_total_bytes 100663296
bantam_cache_hits_total 12
bantam_cache_misses_total 28
process_resident_memory_bytes 612368384
bantam_first_token_seconds_bucket{le="0.1"} 3
`;
}

function staticFile(folder, request, response, name) {
  const file = path.join(folder, name === '/' ? 'index.html' : path.normalize(name));
  if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
    json(response, 404, { error: { message: `${name} does not exist` } });
    return;
  }
  response.writeHead(200, {
    'Content-Type': types[path.extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': name === '/' ? 'no-cache' : 'public, max-age=31536000, immutable',
  });
  createReadStream(file).pipe(response);
}

// Listens on a port of its own; resolves to its address, `hold` and `close`.
export function startMockServer(folder) {
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    switch (`${request.method} ${url.pathname}`) {
      case 'POST /v1/chat/completions':
        return chat(request, response);
      case 'GET /v1/models':
        return json(response, 200, {
          object: 'list',
          data: models.map((m) => ({ id: m.name, object: 'model' })),
        });
      case 'GET /api/tags':
        return json(response, 200, { models });
      case 'GET /api/ps':
        return json(response, 200, { models: [{ ...models[0], context_length: 4096 }] });
      case 'POST /api/show': {
        const { model } = JSON.parse(await bodyOf(request));
        const { details } = models.find((m) => m.name === model) ?? { details: {} };
        const info = { 'general.architecture': 'qwen2', 'qwen2.context_length': 32768 };
        return json(response, 200, { details, model_info: info, capabilities: ['completion'] });
      }
      case 'GET /metrics':
        response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' });
        return response.end(metrics());
      case 'POST /api/import':
        return importFile(request, response, url.searchParams.get('name') ?? '');
      default:
        return staticFile(folder, request, response, url.pathname);
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const url = `http://127.0.0.1:${server.address().port}/`;
      resolve({ url, hold, close: () => server.close() });
    });
  });
}
