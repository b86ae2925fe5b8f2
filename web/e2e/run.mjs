// The flows in headless Chromium: node e2e/run.mjs [--url URL] [--only TEXT] [--pictures DIR].
// --gguf FILE: a model that a real server is to import. Without --url (or BANTAM_URL) they run
// against the mock server and the page in build/web/dist.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { flows as access } from './flows_access.mjs';
import { flows as chat } from './flows_chat.mjs';
import { flows as conversations } from './flows_conversations.mjs';
import { flows as shape } from './flows_shape.mjs';
import { Visit } from './harness.mjs';
import { startMockServer } from './mock_server.mjs';
import { takePictures } from './pictures.mjs';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    only: { type: 'string' },
    pictures: { type: 'string' },
    gguf: { type: 'string' },
  },
});
const given = values.url ?? process.env.BANTAM_URL;
const dist =
  process.env.BANTAM_PAGE_OUT ?? fileURLToPath(new URL('../../build/web/dist', import.meta.url));
const browsers = [
  process.env.BANTAM_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = browsers.find((path) => path && existsSync(path));

async function runFlows(browser, base, mock) {
  const all = Object.entries({ ...chat, ...conversations, ...shape, ...access });
  let failed = 0;
  for (const [name, run] of all.filter(([n]) => n.includes(values.only ?? ''))) {
    const start = performance.now();
    const begin = (options) => Visit.begin(browser, base, { real: Boolean(given), ...options });
    let visit;
    try {
      visit = await begin();
      const result = await run(visit, { begin, mock, gguf: values.gguf });
      await visit.end();
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${result ?? 'passed '} ${name} (${seconds} s)`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}\n${error.stack}\n${visit?.faults.join('\n') ?? ''}`);
      await visit?.context.close().catch(() => undefined);
    }
  }
  return failed;
}

async function main() {
  if (!executablePath) throw new Error('no Chromium (Debian: apt-get install chromium)');
  const server = given ? null : await startMockServer(dist);
  const base = given ?? server.url;
  const answer = await fetch(base, { headers: { Accept: 'text/html' } });
  if (!(await answer.text()).includes('id="app"')) throw new Error(`${base} serves no chat page`);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    if (values.pictures) {
      await takePictures(browser, base, values.pictures);
      return 0;
    }
    return await runFlows(browser, base, server);
  } finally {
    await browser.close();
    server?.close();
  }
}

process.exitCode = (await main()) === 0 ? 0 : 1;
