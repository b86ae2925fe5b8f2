// The pictures of docs/page.md, taken by the same moves as the flows.
import path from 'node:path';
import { Visit } from './harness.mjs';

const size = { viewport: { width: 1200, height: 750 } };

async function chat(browser, base, file) {
  const visit = await Visit.begin(browser, base, size);
  for (const earlier of ['Decline an invitation politely', 'Quiz me on photosynthesis']) {
    await visit.ask(earlier);
    await visit.page.keyboard.press('Alt+KeyN');
  }
  await visit.ask('Explain how a rainbow comes about');
  await visit.page.locator('.transcript').evaluate((e) => (e.scrollTop = 0));
  await visit.page.screenshot({ path: file });
  await visit.end();
}

async function schema(browser, base, file) {
  const visit = await Visit.begin(browser, base, { ...size, colorScheme: 'dark' });
  await visit.page.locator('.shape label', { hasText: 'JSON by schema' }).click();
  await visit.ask('Who is in this text? Ada Lovelace wrote programs for Charles Babbage.');
  await visit.page.screenshot({ path: file });
  await visit.end();
}

async function settings(browser, base, file) {
  const visit = await Visit.begin(browser, base, { ...size, locale: 'zh-CN' });
  await visit.page.getByRole('button', { name: '语言伙伴' }).click();
  await visit.page.getByRole('button', { name: '设置' }).click();
  await visit.page.screenshot({ path: file });
  await visit.end();
}

async function phone(browser, base, file) {
  const options = { viewport: { width: 360, height: 720 }, isMobile: true, hasTouch: true };
  const visit = await Visit.begin(browser, base, options);
  await visit.ask('Explain how a rainbow comes about');
  await visit.page.locator('.transcript').evaluate((e) => (e.scrollTop = 0));
  await visit.page.screenshot({ path: file });
  await visit.end();
}

export async function takePictures(browser, base, folder) {
  const all = { chat, schema, settings, phone };
  for (const [name, take] of Object.entries(all)) {
    await take(browser, base, path.join(folder, `page-${name}.png`));
    console.log(`page-${name}.png`);
  }
}
