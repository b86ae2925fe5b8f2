// Words, numbers, presets, and what a screen reader is told.
import { describe, expect, it } from 'vitest';
import { defaultLanguage, readSettings } from '../state/settings';
import { Announcer, spoken } from './announcer';
import { en } from './en';
import { isPresetText, presets } from './presets';
import { bytesText, durationText, rateText } from './text';
import { zh } from './zh';

describe('the two languages', () => {
  it('have the same words, and none is empty', () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
    expect(Object.keys(zh.presets)).toEqual(presets.map((p) => p.id));
    for (const [key, word] of Object.entries(zh)) {
      if (typeof word === 'string') expect(word, key).not.toBe('');
    }
  });

  it('the first of the browser’s that is here is taken', () => {
    expect(defaultLanguage(['de', 'zh-TW', 'en'])).toBe('zh');
    expect(defaultLanguage(['fr', 'en-GB', 'zh'])).toBe('en');
    expect(defaultLanguage(['zhx'])).toBe('en');
  });

  it('settings that are broken are as none', () => {
    const fresh = { language: 'en', theme: 'system', model: '' };
    for (const text of [null, '', '{', 'null', '[]', '{"theme":3,"language":"xx","model":{}}']) {
      expect(readSettings(text, ['en'])).toEqual(fresh);
    }
    expect(readSettings('{"language":"zh","theme":"dark","model":"m"}', ['en'])).toEqual({
      language: 'zh',
      theme: 'dark',
      model: 'm',
    });
  });
});

describe('numbers', () => {
  it('are short', () => {
    expect([0, 999, 1000, 491_400_032, 999_999_999, 2.5e12].map(bytesText)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '491 MB',
      '1.0 GB',
      '2.5 TB',
    ]);
    expect([0, 9.96, 99.96].map(rateText)).toEqual(['0.0', '10.0', '100']);
    expect([3.4, 999.6].map(durationText)).toEqual(['3 ms', '1.0 s']);
  });
});

describe('presets', () => {
  it('know their own prompts in both languages', () => {
    for (const p of presets) {
      expect(isPresetText(p.en.system) && isPresetText(p.zh.system)).toBe(true);
    }
    expect(isPresetText('Mine')).toBe(false);
  });
});

describe('Announcer', () => {
  it('hands out whole sentences, after a pause, each once', () => {
    const announcer = new Announcer(0, 1000);
    expect(announcer.next('One. Two', 500)).toBe('');
    expect(announcer.next('One. Two. Thr', 1500)).toBe('One. Two.');
    expect(announcer.next('One. Two. Three. Four', 1600)).toBe('');
    expect(announcer.next('One. Two. Three. Four', 2600)).toBe('Three.');
    expect(announcer.rest('One. Two. Three. Four', 2700)).toBe('Four');
    expect(announcer.rest('One. Two. Three. Four', 2800)).toBe('');
  });

  it('knows the ends of Chinese sentences', () => {
    const announcer = new Announcer(0, 0);
    expect(announcer.next('第一句。第二', 1)).toBe('第一句。');
  });

  it('takes a number with a point for no end', () => {
    expect(new Announcer(0, 0).next('It costs 1.5 euros', 1)).toBe('');
  });

  it('leaves the marks of Markdown out', () => {
    expect(
      spoken('## Title\n\n- **bold** `code`\n```js\nx\n```\n[link](https://example.org)'),
    ).toBe('Title bold code x link');
  });
});
