// Flows of what is kept: conversations, settings, languages, colours, the key.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

// How many questions each of a tab's requests had.
function askedOf(visit) {
  return visit.bodies.map((b) => b.messages.filter((m) => m.role === 'user').length);
}

export const flows = {
  async 'conversations are kept, found, renamed, exported and deleted'(visit) {
    const { page } = visit;
    await visit.ask('What do hens eat?');
    await page.keyboard.press('Alt+KeyN');
    await visit.ask('Who invented the telescope?');
    await page.reload();
    await page.locator('.entry').nth(1).waitFor();
    await visit.counts('.entry', 2);
    await page.getByRole('searchbox').fill('telescope');
    await visit.counts('.entry', 1);
    await page.getByRole('searchbox').fill('');
    await page.locator('.entry', { hasText: 'hens' }).click();
    await page.locator('.bubble', { hasText: 'What do hens eat?' }).waitFor();

    const actions = page.getByRole('button', { name: /Actions for/ });
    await actions.click();
    await visit.axe('actions');
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('Hens');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.entry', { hasText: /^Hens$/ }).waitFor();

    for (const [name, extension] of [
      ['Markdown', 'md'],
      ['JSON', 'json'],
    ]) {
      await actions.click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Export as ${name}` }).click(),
      ]);
      assert.equal(download.suggestedFilename(), `Hens.${extension}`);
      assert.match(readFileSync(await download.path(), 'utf8'), /What do hens eat\?/);
    }

    await actions.click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await visit.axe('delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await visit.counts('.entry', 2);
    await actions.click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.reload();
    await page.locator('.entry').first().waitFor();
    await visit.counts('.entry', 1);
  },

  async 'two tabs go on with one conversation, and each shows what the other wrote'(visit) {
    const { page } = visit;
    await visit.ask('What do hens eat?');
    const other = await visit.tab();
    await other.page.locator('.entry').click();
    await other.ask('And in winter?');
    await visit.counts('.from-user', 2);
    await visit.ask('And chicks?');
    await other.counts('.from-user', 3);
    await page.reload();
    await page.locator('.entry').click();
    assert.deepEqual(await page.locator('.bubble').allInnerTexts(), [
      'What do hens eat?',
      'And in winter?',
      'And chicks?',
    ]);
    await visit.counts('.from-model', 3);
    assert.deepEqual(askedOf(visit), [1, 3]);

    await page.getByRole('button', { name: /Actions for/ }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await other.counts('.entry', 0);
    await other.counts('.from-user', 0);
    await other.end();
  },

  async 'a tab that heard nothing of the other loses nothing of it'(visit) {
    await visit.ask('What do hens eat?');
    const deaf = await visit.tab({ deaf: true });
    await deaf.page.locator('.entry').click();
    await visit.ask('And in winter?');
    await deaf.counts('.from-user', 1);
    await deaf.ask('And chicks?');
    await deaf.counts('.from-user', 3);
    assert.deepEqual(askedOf(deaf), [3]);
    await visit.counts('.from-model', 3);
    await deaf.end();
  },

  async 'two tabs write in one conversation at once'(visit) {
    const { page } = visit;
    await visit.ask('What do hens eat?');
    const other = await visit.tab();
    await other.page.locator('.entry').click();
    const [mine, theirs] = [await visit.sayLive('First?'), await other.sayLive('Second?')];
    mine.say('Mine');
    theirs.say('Theirs');
    await page.locator('.md', { hasText: 'Mine' }).waitFor();
    await other.page.locator('.md', { hasText: 'Theirs' }).waitFor();
    theirs.say(' and more');
    theirs.end();
    await other.settled();
    mine.say(' as well');
    mine.end();
    await visit.settled();
    const replies = page.locator('.md');
    for (const { page: tab } of [visit, other]) {
      await tab.locator('.md', { hasText: 'Mine as well' }).waitFor();
      await tab.locator('.md', { hasText: 'Theirs and more' }).waitFor();
    }
    await page.reload();
    await page.locator('.entry').click();
    await visit.counts('.from-user', 3);
    assert.deepEqual((await replies.allInnerTexts()).slice(1), ['Mine as well', 'Theirs and more']);
    await visit.counts('.from-model', 3);
    assert.doesNotMatch(await page.locator('.messages').innerText(), /stopped/);
    await other.end();
  },

  async 'system prompt and sampling are sent'(visit) {
    const { page } = visit;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.locator('#preset').selectOption('study');
    await visit.eventually(async () =>
      assert.match(await page.getByLabel('System prompt').inputValue(), /patient tutor/),
    );
    await page.getByLabel('System prompt').fill('Answer in one word.');
    const values = {
      Temperature: '0.8',
      'Top p': '0.9',
      'Top k': '40',
      'Min p': '0.05',
      'Repeat penalty': '1.1',
      'Most tokens': '12',
      Seed: '7',
    };
    for (const [label, value] of Object.entries(values)) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
    await page.getByLabel('Top p').fill('1.5');
    await page.getByText('between 0 and 1').waitFor();
    await visit.axe('settings with an error');
    await page.getByLabel('Top p').fill('0.9');
    await visit.axe('settings');
    await visit.ask('A fruit?');
    const [body] = visit.bodies;
    assert.deepEqual(body.messages[0], { role: 'system', content: 'Answer in one word.' });
    const sent = Object.fromEntries(
      ['temperature', 'top_p', 'top_k', 'min_p', 'repeat_penalty', 'max_tokens', 'seed'].map(
        (name) => [name, body[name]],
      ),
    );
    assert.deepEqual(sent, {
      temperature: 0.8,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      repeat_penalty: 1.1,
      max_tokens: 12,
      seed: 7,
    });
    await page.getByRole('button', { name: 'Back to the preset’s' }).click();
    await visit.eventually(async () =>
      assert.equal(await page.getByLabel('Temperature').inputValue(), '0.3'),
    );
    assert.equal(await page.getByLabel('Seed').inputValue(), '');
  },

  async 'a model is chosen for the conversation'(visit) {
    const { page } = visit;
    const chooser = page.getByRole('button', { name: /Choose a model/ });
    await page.waitForFunction(
      () => document.querySelector('.chosen').textContent !== 'Choose a model',
    );
    await chooser.click();
    await visit.axe('models');
    const items = page.locator('.item.model');
    const last = items.last();
    const name = await last.locator('.model-name').innerText();
    await last.click();
    await page.locator('.chosen', { hasText: name }).waitFor();
    await visit.ask('Hello');
    assert.match(visit.bodies[0].model, new RegExp(name));
  },

  async 'live figures'(visit) {
    const { page } = visit;
    await visit.ask('Hello');
    await page.getByRole('button', { name: /^Live figures/ }).click();
    await page.getByText('Memory', { exact: true }).waitFor();
    await visit.axe('figures');
    const told = await page.locator('.figure-box dl').innerText();
    for (const name of ['Tokens/s', 'Memory', 'Running', 'Queue'])
      assert.ok(told.includes(name), name);
    await page.keyboard.press('Escape');
    await page.locator('.figure-box').waitFor({ state: 'hidden' });
  },

  async 'Chinese, by choice and by the browser'(visit, { begin }) {
    const { page } = visit;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.locator('#preset').selectOption('study');
    await page.getByLabel('Language').selectOption('zh');
    await page.getByRole('heading', { name: '今天想做点什么？' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    assert.match(await page.getByLabel('系统提示词').inputValue(), /耐心的老师/);
    await visit.axe('Chinese');
    await page.reload();
    await page.getByRole('heading', { name: '今天想做点什么？' }).waitFor();

    const other = await begin({ locale: 'zh-CN' });
    await other.page.getByRole('heading', { name: '今天想做点什么？' }).waitFor();
    // An Enter that ends the composition of a word sends nothing.
    await other.box().fill('ni');
    await other.box().dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    assert.equal(other.bodies.length, 0);
    await other.ask('彩虹是怎么形成的？');
    await other.axe('Chinese chat');
    await other.end();
  },

  async 'dark by the system and by choice'(visit, { begin }) {
    const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const { page } = visit;
    const light = await ground(page);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Colours').selectOption('dark');
    await visit.eventually(async () => assert.notEqual(await ground(page), light));
    const dark = await ground(page);
    await visit.ask('Explain how a rainbow comes about');
    await visit.axe('dark chat with settings');
    await page.reload();
    await visit.eventually(async () => assert.equal(await ground(page), dark));
    await visit.axe('dark, empty');

    const other = await begin({ colorScheme: 'dark' });
    await other.eventually(async () => assert.equal(await ground(other.page), dark));
    await other.page.getByRole('button', { name: 'Settings' }).click();
    await other.page.getByLabel('Colours').selectOption('light');
    await other.eventually(async () => assert.equal(await ground(other.page), light));
    await other.end();
  },

  async 'the key is asked for and sent'(visit) {
    const { page } = visit;
    visit.expected = [/status of 401/];
    const seen = [];
    await page.route(/\/(?:v1|api)\//, (route) => {
      const key = route.request().headers()['authorization'];
      seen.push(key);
      if (key === 'Bearer sesame') return route.continue();
      const body = '{"error":{"message":"a key is needed"}}';
      return route.fulfill({ status: 401, contentType: 'application/json', body });
    });
    await page.reload();
    await page.getByRole('dialog').getByLabel('API key').waitFor();
    await visit.axe('key');
    await page.getByRole('dialog').getByLabel('API key').fill('mustard');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('The server refused this key.').waitFor();
    await page.getByRole('dialog').getByLabel('API key').fill('sesame');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.waitForFunction(
      () => document.querySelector('.chosen').textContent !== 'Choose a model',
    );
    await page.unroute(/\/(?:v1|api)\//);
    await visit.canned('Open.');
    await visit.ask('Open');
    assert.equal(visit.bodies[0].headers.authorization, 'Bearer sesame');
    assert.ok(seen.includes('Bearer sesame'));
    const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    assert.deepEqual(JSON.parse(stored)[1], { 'bantam.key': 'sesame' });
    assert.ok(!JSON.stringify(JSON.parse(stored)[0]).includes('sesame'));
  },
};
