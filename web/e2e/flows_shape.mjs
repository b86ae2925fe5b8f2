// Flows of JSON replies and of importing a model.
import assert from 'node:assert/strict';

const mebibyte = 1024 * 1024;

export const flows = {
  async 'JSON by a schema, with a tree'(visit) {
    const { page } = visit;
    await page.locator('.shape label', { hasText: 'JSON by schema' }).click();
    await page.getByText('The schema is well-formed.').waitFor();
    await visit.axe('schema');
    await page.locator('#schema').fill('{\n  "type": "object",\n  }');
    await page.getByText('line 3, column 3').waitFor();
    await visit.box().fill('People: Ada, Charles');
    await visit.eventually(async () =>
      assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled()),
    );
    await visit.axe('schema with an error');
    await page.locator('#schema').fill('{"type": "objekt"}');
    await page.getByText('/type: expected one of').waitFor();
    await page.getByLabel('Start from an example').selectOption('people');
    await visit.ask('Who is in this text: Ada Lovelace wrote programs for Charles Babbage.');
    const { response_format: format } = visit.bodies[0];
    assert.equal(format.type, 'json_schema');
    assert.equal(format.json_schema.strict, true);
    assert.ok(format.json_schema.schema.properties.people);
    await page.locator('.json summary').first().waitFor();
    await visit.axe('tree');
    assert.match(await page.locator('.json').innerText(), /people/);
    const summary = page.locator('.json summary').first();
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !document.querySelector('.json details').open);
    await page.getByRole('button', { name: 'Source' }).click();
    JSON.parse(await page.locator('.json-source').innerText());
    await visit.axe('source');
  },

  async 'JSON without a schema'(visit) {
    const { page } = visit;
    await page.keyboard.press('Alt+KeyJ');
    await visit.ask('Two people as JSON');
    assert.deepEqual(visit.bodies[0].response_format, { type: 'json_object' });
    await page.locator('.json').waitFor();
    await visit.canned('{"price": 1.10, "big": 12345678901234567890, "list": [], "cut": ');
    await visit.ask('And broken');
    await page.getByText('This is not whole JSON.').waitFor();
    await visit.uncanned();
    await visit.canned('{"price": 1.10, "big": 12345678901234567890, "list": [], "no": null}');
    await visit.ask('And numbers');
    const told = page.locator('.json').last();
    await told.getByText('1.10').waitFor(); // as written
    await told.getByText('12345678901234567890').waitFor();
  },

  async 'a dropped GGUF is imported and chosen'(visit, { mock }) {
    const { page } = visit;
    visit.expected = [/status of 400/];
    await visit.dropFile('notes.gguf', { size: 64, magic: 'PK' });
    await page.getByText('notes.gguf is not a GGUF file').waitFor();
    await visit.axe('refused file');
    if (!mock) return; // a real server wants a real model
    await visit.dropFile('damaged.gguf', { size: mebibyte, magic: 'GGUF' });
    await page.getByText('tensor 3 ends beyond the file').waitFor();
    const release = mock.hold();
    await visit.dropFile('tiny-chat.gguf', { size: 24 * mebibyte, magic: 'GGUF' });
    await page.locator('progress').waitFor();
    await visit.axe('importing');
    release();
    await page.getByText('tiny-chat is ready to chat.').waitFor({ timeout: 60_000 });
    await page.locator('.chosen', { hasText: 'tiny-chat' }).waitFor();
    await visit.ask('Hello');
    assert.equal(visit.bodies[0].model, 'tiny-chat');
  },

  async 'a model is picked, imported by a real server, and chats'(visit, { gguf }) {
    if (!gguf) return 'skipped';
    const { page } = visit;
    await page.getByRole('button', { name: /Choose a model/ }).click();
    await page.locator('#import-file').setInputFiles(gguf);
    await page.getByText('is ready to chat.').waitFor();
    await visit.ask('Hello');
    await visit.counts('.error', 0);
    assert.ok((await page.locator('.md').innerText()).length > 0);
  },

  async 'an import can be cancelled'(visit, { mock }) {
    if (!mock) return 'skipped';
    const { page } = visit;
    visit.expected = [/ERR_|Failed to load/];
    const release = mock.hold();
    await visit.dropFile('cancelled.gguf', { size: 64 * mebibyte, magic: 'GGUF' });
    await page.locator('progress').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('progress').waitFor({ state: 'detached' });
    await visit.counts('.notice', 0);
    release();
  },
};
