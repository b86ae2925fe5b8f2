// Flows of a conversation: streaming, stop, edit, another reply, errors, what is announced.
import assert from 'node:assert/strict';

export const flows = {
  async 'empty page, presets and starters'(visit) {
    const { page } = visit;
    await page.getByRole('heading', { name: 'What shall we work on?' }).waitFor();
    await visit.axe('empty');
    await page.getByRole('button', { name: 'E-mail' }).click();
    await page.getByRole('button', { name: 'Decline an invitation politely' }).click();
    await visit.eventually(async () =>
      assert.equal(await visit.box().inputValue(), 'Decline an invitation politely'),
    );
    await visit.asks(() => visit.box().press('Enter'));
    await visit.settled();
    const [{ messages, stream, stream_options: options, temperature }] = visit.bodies;
    assert.equal(messages[0].role, 'system');
    assert.match(messages[0].content, /You write e-mails/);
    assert.equal(temperature, 0.5);
    assert.deepEqual([stream, options], [true, { include_usage: true }]);
  },

  async 'a reply streams in and says what it cost'(visit, { mock }) {
    const { page } = visit;
    const release = mock?.hold();
    await visit.say('Explain how a rainbow comes about, at length');
    await page.locator('.md').first().waitFor();
    await page.locator('.md > *').first().waitFor();
    const early = (await visit.replies().innerText()).length;
    assert.ok(await page.getByRole('button', { name: 'Stop' }).isVisible());
    release?.();
    await visit.settled();
    const late = (await visit.replies().innerText()).length;
    assert.ok(late > early, `${early} characters grew to ${late}`);
    assert.match(
      await page.locator('.from-model .facts').innerText(),
      /\d+ tokens · [\d.]+ tokens\/s/,
    );
    await visit.axe('chat');
    await page
      .getByRole('button', { name: /Explain how a rainbow/ })
      .first()
      .waitFor();
  },

  async 'a link is one as soon as its definition has come'(visit) {
    const live = await visit.sayLive('Where is it?');
    live.say('It is at [the site][1].\n\nMore text.');
    await visit.page.locator('.md', { hasText: 'More text.' }).waitFor();
    await visit.counts('.md a', 0);
    const address = 'https://example.org/a/long/address/in/pieces';
    await live.sayInPieces(`\n\n[1]: ${address}`);
    await visit.page.locator(`.md a[href="${address}"]`).waitFor();
    live.end();
    await visit.settled();
  },

  async 'stop keeps what has come'(visit) {
    const { page } = visit;
    await visit.say('Write a very long story about the sea');
    await page.locator('.md > *').first().waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await visit.settled();
    assert.match(await page.locator('.from-model .facts').innerText(), /stopped/);
    assert.ok((await page.locator('.md').innerText()).length > 0);
    await visit.say('Write another very long story');
    await page.locator('.from-model').nth(1).locator('.md > *').first().waitFor();
    await page.keyboard.press('Escape');
    await visit.settled();
    assert.match(await page.locator('.from-model .facts').last().innerText(), /stopped/);
  },

  async 'edit a message and run again'(visit) {
    const { page } = visit;
    await visit.ask('What is a haiku?');
    await visit.ask('Write one about snow');
    await visit.counts('.from-user', 2);
    await page.locator('.from-user').first().hover();
    await page.getByRole('button', { name: 'Edit' }).first().click();
    await visit.axe('edit');
    const field = page.getByRole('dialog').getByRole('textbox');
    assert.equal(await field.inputValue(), 'What is a haiku?');
    await field.fill('What is a sonnet?');
    await visit.asks(() => page.getByRole('button', { name: 'Send again' }).click());
    await page.getByText('What is a sonnet?').first().waitFor();
    await visit.settled();
    await visit.counts('.from-user', 1);
    assert.equal(visit.bodies.at(-1).messages.at(-1).content, 'What is a sonnet?');
    assert.equal(visit.bodies.at(-1).messages.filter((m) => m.role === 'user').length, 1);
  },

  async 'edit while a reply is written'(visit) {
    const { page } = visit;
    await visit.say('Write a very long poem');
    await page.locator('.md > *').first().waitFor();
    await page.keyboard.press('Alt+KeyU');
    await page.getByRole('dialog').getByRole('textbox').fill('What is rain?');
    await visit.asks(() => page.getByRole('button', { name: 'Send again' }).click());
    await page.locator('.bubble', { hasText: 'What is rain?' }).waitFor();
    await visit.settled();
    await visit.counts('.from-model', 1);
    assert.doesNotMatch(await visit.replies().innerText(), /stopped/);
  },

  async 'another reply is a second version'(visit) {
    const { page } = visit;
    await visit.ask('Name a colour');
    await visit.asks(() => page.getByRole('button', { name: 'Another reply' }).click());
    await visit.settled();
    assert.equal(visit.bodies.length, 2);
    assert.deepEqual(visit.bodies[0].messages, visit.bodies[1].messages);
    // Or a server with a cache would give the same one again.
    const asked = visit.bodies.map((b) => b.headers['cache-control']);
    assert.deepEqual(asked, [undefined, 'no-cache']);
    await page.getByText('2/2').waitFor();
    await page.getByRole('button', { name: 'Previous version' }).click();
    await page.getByText('1/2').waitFor();
    await visit.axe('versions');
    await page.reload();
    await page.locator('.entry').first().click();
    await page.getByText('1/2').waitFor();
  },

  async 'errors say what to do, and can be tried again'(visit) {
    const { page } = visit;
    visit.expected = [/status of (?:503|400)|ERR_/];
    await visit.canned('{"error":{"message":"full"}}', {
      status: 503,
      headers: { 'Retry-After': '7' },
    });
    await visit.ask('Hello');
    await page.locator('.error', { hasText: 'try again in 7 s' }).waitFor();
    await visit.axe('error');
    await visit.uncanned();
    await visit.canned('{"error":"temperature: must be at most 2"}', { status: 400 });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.error', { hasText: 'temperature: must be at most 2' }).waitFor();
    await visit.uncanned();
    await visit.canned('Half an ans', { tail: 'data: {"error":{"message":"out of memory"}}\n\n' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.error', { hasText: 'out of memory' }).waitFor();
    assert.match(await page.locator('.md').innerText(), /Half an ans/);
    await visit.uncanned();
    await visit.canned('Cut o', { tail: '' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.error', { hasText: 'ended before the reply did' }).waitFor();
    await visit.uncanned();
    await page.route('**/v1/chat/completions', (route) => route.abort());
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.error', { hasText: 'cannot be reached' }).waitFor();
    await page.unroute('**/v1/chat/completions');
    await visit.asks(() => page.getByRole('button', { name: 'Try again' }).click());
    await visit.settled();
    await visit.counts('.error', 0);
  },

  async 'a message that is sent before the models are known waits for them'(visit) {
    const { page } = visit;
    await page.route(/\/v1\/models$/, async (route) => {
      await new Promise((r) => setTimeout(r, 800));
      await route.continue();
    });
    await page.reload();
    await visit.ask('Hello');
    assert.ok(visit.bodies[0].model);
    assert.equal(await page.locator('.error').count(), 0);
  },

  async 'several conversations write at once'(visit) {
    const { page } = visit;
    const story = await visit.sayLive('Write a story about trees');
    story.say('Once upon a time');
    await page.locator('.md', { hasText: 'Once upon a time' }).waitFor();
    await page.getByRole('button', { name: 'New conversation' }).first().click();
    await visit.ask('Name a tree');
    await visit.counts('.from-model', 1);
    await visit.counts('.dot', 1);
    story.say(' there was an oak');
    await page.locator('.entry', { hasText: 'a story' }).click();
    await page.locator('.md', { hasText: 'there was an oak' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await visit.settled();
    await visit.counts('.dot', 0);
  },

  async 'a screen reader hears sentences, not pieces'(visit, { mock }) {
    const { page } = visit;
    const release = mock?.hold();
    await page.evaluate(() => {
      globalThis.heard = [];
      new MutationObserver(() => {
        globalThis.heard.push(document.getElementById('announcer').textContent);
      }).observe(document.getElementById('announcer'), {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    await visit.say('Explain how a rainbow comes about');
    await page.waitForFunction(() => globalThis.heard.length > 0);
    release?.();
    await visit.settled();
    await page.waitForFunction(() => /has ended/.test(globalThis.heard.at(-1)));
    const heard = await page.evaluate(() => globalThis.heard);
    assert.match(heard[0], /The reply begins/);
    assert.match(heard.at(-1), /The reply has ended/);
    assert.ok(heard.length < 60, `${heard.length} announcements`);
    assert.ok(
      heard.every((h) => !/[*|`]/.test(h)),
      'marks of Markdown are read out',
    );
    assert.equal(await page.locator('.transcript [aria-live], .transcript [role=log]').count(), 0);
  },
};
