// What every flow needs: a fresh browser context that watches for requests to other hosts, errors
// and violations of the policy; axe-core; and a few moves that people make.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

async function boundReply(route) {
  const body = route.request().postDataJSON();
  const long = /very long/.test(body.messages.at(-1).content);
  body.max_tokens ??= long ? 2000 : body.response_format ? 200 : 60;
  await route.continue({ postData: JSON.stringify(body) });
}

// A reply that a flow says piece by piece and ends when it likes: for every server the page may
// come from.
class LiveReply {
  static async begin(page) {
    const live = new LiveReply();
    live.server = http.createServer((request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
      live.response = response;
    });
    await new Promise((resolve) => live.server.listen(0, '127.0.0.1', resolve));
    live.server.unref(); // a reply that is stopped never ends
    const url = `http://127.0.0.1:${live.server.address().port}/`;
    await page.route('**/v1/chat/completions', (route) => route.continue({ url }));
    return live;
  }

  say(content) {
    const chunk = { choices: [{ index: 0, delta: { content } }] };
    this.response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }

  // In pieces of some characters, with time to draw each.
  async sayInPieces(text) {
    for (const piece of text.match(/[\s\S]{1,24}/gu)) {
      this.say(piece);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }

  end() {
    this.response.end('data: [DONE]\n\n');
    this.server.close();
  }
}

export class Visit {
  constructor(page, context, base, real) {
    Object.assign(this, { page, context, base, real, faults: [], bodies: [], expected: [] });
    this.patience = real ? 120_000 : 20_000; // ms that a step may take
  }

  // `real`: a real server, which may take longer; its replies are kept short, where nobody asks for
  // a very long one.
  static async begin(browser, base, { real = false, ...options } = {}) {
    const context = await browser.newContext({
      locale: 'en-GB',
      viewport: { width: 1280, height: 800 },
      acceptDownloads: true,
      ...options,
    });
    return Visit.open(context, base, real);
  }

  // One more tab of the same browser; `deaf`: the others cannot tell it anything.
  async tab({ deaf = false } = {}) {
    return Visit.open(this.context, this.base, this.real, deaf);
  }

  static async open(context, base, real, deaf = false) {
    const visit = new Visit(await context.newPage(), context, base, real);
    const { page } = visit;
    if (deaf) {
      await page.addInitScript(() => {
        globalThis.BroadcastChannel = class extends BroadcastChannel {
          set onmessage(_) {}
        };
      });
    }
    const host = new URL(base).host;
    page.on('request', (request) => {
      const url = new URL(request.url());
      const inside = url.host === host || ['blob:', 'data:'].includes(url.protocol);
      if (!inside) visit.faults.push(`a request to ${url.href}`);
      if (url.pathname.endsWith('/v1/chat/completions') && request.method() === 'POST') {
        visit.bodies.push({ ...request.postDataJSON(), headers: request.headers() });
      }
    });
    page.on('pageerror', (error) => visit.faults.push(`an exception: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') visit.faults.push(`the console: ${message.text()}`);
    });
    if (real) await page.route(/chat\/completions$/, boundReply);
    page.setDefaultTimeout(visit.patience);
    await page.goto(base);
    await page.getByRole('textbox', { name: /^(Message|消息)$/ }).waitFor();
    return visit;
  }

  // Faults whose text matches one of the expected patterns are part of the flow.
  async end() {
    await this.context.close();
    const left = this.faults.filter((f) => !this.expected.some((pattern) => pattern.test(f)));
    assert.deepEqual(left, []);
  }

  async axe(what) {
    // Evaluated by the debugger, so the policy of the page stays in force.
    await this.page.evaluate(axeSource);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document));
    const told = violations.flatMap((v) =>
      v.nodes.map((n) => `${what}: ${v.id}: ${n.html.slice(0, 160)} ${n.failureSummary}`),
    );
    assert.deepEqual(told, []);
  }

  box() {
    return this.page.locator('#message');
  }

  // The page draws when it comes to it: asks `check` again until it no longer throws.
  async eventually(check) {
    const end = performance.now() + this.patience;
    for (;;) {
      try {
        await check();
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async counts(selector, count) {
    const found = this.page.locator(selector);
    await this.eventually(async () => assert.equal(await found.count(), count, selector));
  }

  // Does what asks for a reply, until it is asked for.
  async asks(action) {
    const before = this.bodies.length;
    await action();
    await this.eventually(() => assert.ok(this.bodies.length > before, 'no reply is asked for'));
  }

  async say(text) {
    await this.box().fill(text);
    await this.asks(() => this.box().press('Enter'));
  }

  // Until the reply that was asked for has ended: the page shows it before it asks.
  async settled() {
    await this.page.locator('.go.stop').waitFor({ state: 'detached', timeout: 120_000 });
    await this.page.locator('.from-model[aria-busy=false]').last().waitFor();
  }

  async ask(text) {
    await this.say(text);
    await this.page.locator('.from-model').last().waitFor();
    await this.settled();
  }

  replies() {
    return this.page.locator('.from-model');
  }

  // The next completions are this text (or this response), from whatever server.
  async canned(text, { status = 200, headers = {}, tail = 'data: [DONE]\n\n' } = {}) {
    const chunk = { choices: [{ index: 0, delta: { content: text }, finish_reason: 'stop' }] };
    const body = status === 200 ? `data: ${JSON.stringify(chunk)}\n\n${tail}` : text;
    const contentType = status === 200 ? 'text/event-stream' : 'application/json';
    await this.page.route('**/v1/chat/completions', (route) =>
      route.fulfill({ status, contentType, headers, body }),
    );
  }

  // As `say`; the reply is what the flow says with what this gives.
  async sayLive(text) {
    const live = await LiveReply.begin(this.page);
    await this.say(text);
    await this.eventually(() => assert.ok(live.response, 'the reply is not asked for'));
    await this.uncanned();
    return live;
  }

  async uncanned() {
    await this.page.unroute('**/v1/chat/completions');
  }

  // Nothing sticks out to the side.
  async fits() {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth);
    const { width } = this.page.viewportSize();
    assert.ok(wide <= width, `the page is ${wide} px wide in a window of ${width}`);
  }

  async dropFile(name, bytes) {
    const transfer = await this.page.evaluateHandle(
      ([fileName, size, magic]) => {
        const content = new Uint8Array(size);
        content.set([...magic].map((c) => c.charCodeAt(0)));
        const data = new DataTransfer();
        data.items.add(new File([content], fileName));
        return data;
      },
      [name, bytes.size, bytes.magic],
    );
    await this.page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
    await this.page.locator('.drop').waitFor();
    await this.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  }
}
