// Markdown of a hostile model: what is drawn, and what must never be.
import { render } from 'preact';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeEntities, safeHref } from './inline';
import { Markdown } from './markdown';

const root = document.createElement('div');
document.body.append(root);
beforeEach(() => render(null, root));

function draw(source: string): HTMLElement {
  render(<Markdown source={source} />, root);
  return root.querySelector('.md')!;
}

describe('Markdown', () => {
  it('draws what models write', () => {
    const md = draw('# A\n\ntext **b** *i* `c` ~~d~~\nnext\n\n1. x\n   - y\n\n> q\n\n---\n');
    expect(md.querySelector('h3')?.textContent).toBe('A');
    for (const tag of [
      'strong',
      'em',
      'p > code',
      'del',
      'br',
      'ol > li',
      'ol ul li',
      'blockquote p',
      'hr',
    ]) {
      expect(md.querySelector(tag), tag).not.toBeNull();
    }
  });

  it('draws tables with their alignment', () => {
    const md = draw('| a | b |\n| --- | ---: |\n| 1 | **2** |\n');
    expect(md.querySelectorAll('th')).toHaveLength(2);
    expect(md.querySelector('td.align-right strong')?.textContent).toBe('2');
  });

  it('draws code with its language and a button that copies', () => {
    const md = draw('```python\nprint("<b>")\n```\n');
    expect(md.querySelector('pre code')?.textContent).toBe('print("<b>")');
    expect(md.querySelector('figcaption')?.textContent).toContain('python');
    expect(md.querySelector('button')?.getAttribute('aria-label')).toBeTruthy();
  });

  it('shows HTML as the text it is', () => {
    const source =
      '<script>x</script> a <img src=x onerror=y> <b>c</b>\n\n<iframe src="//e"></iframe>';
    const md = draw(source);
    expect(md.querySelectorAll('script, img, b, iframe')).toHaveLength(0);
    expect(md.textContent).toContain('<img src=x onerror=y>');
    expect(md.textContent).toContain('<iframe src="//e"></iframe>');
  });

  it('fetches no picture', () => {
    const md = draw('![alt](https://evil.example/x.png) ![](data:image/png;base64,AA)');
    expect(md.querySelector('img')).toBeNull();
    expect(md.textContent).toContain('alt');
  });

  it('links only to the web and to mail', () => {
    const md = draw(
      '[a](javascript:x) [b](https://e.org/?q=1) [c](/local) [d](data:text/html,x) https://f.org',
    );
    const links = [...md.querySelectorAll('a')].map((a) => a.getAttribute('href'));
    expect(links).toEqual(['https://e.org/?q=1', 'https://f.org/']);
    expect(md.querySelector('a')?.rel).toContain('noopener');
    expect(md.textContent).toContain('a b c d');
  });

  it('keeps finished blocks while the last one grows', () => {
    const first = draw('one\n\n```\nx\n```\n\ntw').querySelector('pre');
    expect(draw('one\n\n```\nx\n```\n\ntwo').querySelector('pre')).toBe(first);
    expect(root.textContent).toContain('two');
  });

  it('changes a block whose text changes', () => {
    draw('one\n\ntwo');
    expect(draw('one\n\nthree').textContent).toBe('onethree');
    expect(draw('four').textContent).toBe('four');
  });

  it('draws a link whose definition comes later, and follows it as it grows', () => {
    const said = 'See [the site][1].\n\n- > and ![a picture][1]\n\nmore\n\n';
    const text = `${said}[1]: https://example.org/page`;
    const hrefs = () => [...root.querySelectorAll('a')].map((a) => a.getAttribute('href'));
    for (let end = 1; end < text.length; end++) draw(text.slice(0, end));
    expect(hrefs()).toEqual(['https://example.org/pag']);
    draw(text);
    expect(hrefs()).toEqual(['https://example.org/page']);
    expect(root.textContent).toContain('[image: a picture]');
  });

  it('stands what is nested without end', () => {
    for (const source of [
      '> '.repeat(3000),
      '- '.repeat(2000),
      '*_'.repeat(4000),
      '[('.repeat(4000),
    ]) {
      expect(draw(`${source}x`).textContent).toContain('x');
    }
  });
});

describe('safeHref', () => {
  it('takes nothing but whole addresses of the web and of mail', () => {
    const refused = [
      'javascript:x',
      ' javascript:x',
      'JaVaScRiPt:x',
      'java\nscript:x',
      'data:,x',
      '/x',
      'x',
      '//e.org',
      'file:///etc/passwd',
      'blob:x',
      'https://user@e.org',
      'https://',
      'vbscript:x',
    ];
    for (const href of refused) expect(safeHref(href), href).toBeNull();
    expect(safeHref('https://e.org/a b')).toBe('https://e.org/a%20b');
    expect(safeHref('mailto:a@e.org')).toBe('mailto:a@e.org');
  });
});

describe('decodeEntities', () => {
  it('decodes what models write, and leaves the rest', () => {
    expect(decodeEntities('&lt;b&gt; &amp;amp; &#65;&#x4e2d; &nosuch; &#0; &#xffffff;')).toBe(
      '<b> &amp; A中 &nosuch; &#0; &#xffffff;',
    );
  });
});
