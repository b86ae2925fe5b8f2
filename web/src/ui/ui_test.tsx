// Small parts of the page: fields of numbers, lists, lines, shortcuts.
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../json/parse';
import { JsonTree } from '../json/tree';
import { app, blankConversation, modelOf } from '../state/app';
import { emptyReply, type Conversation } from '../state/conversation';
import { en } from '../text/en';
import { zh } from '../text/zh';
import { rows, sparkline } from './live_figures';
import { factsOf } from './message_view';
import { shortName } from './model_menu';
import { readNumber } from './sampling_fields';
import { onKey, shortcuts } from './shortcuts';
import { byAge, matches } from './sidebar';

describe('readNumber', () => {
  it('takes what is in range, nothing for empty, null for the rest', () => {
    expect(readNumber('temperature', '0,7')).toBe(0.7);
    expect(readNumber('temperature', ' ')).toBeUndefined();
    for (const text of ['-1', '2.1', 'x', '1e9', 'Infinity', 'NaN']) {
      expect(readNumber('temperature', text), text).toBeNull();
    }
    expect(readNumber('top_k', '1.5')).toBeNull();
    expect(readNumber('seed', '4294967295')).toBe(4294967295);
  });
});

describe('the sidebar', () => {
  const at = (updated: number, title = ''): Conversation => ({
    ...blankConversation(),
    updated,
    title,
  });
  it('sorts by age', () => {
    const noon = new Date(2026, 5, 15, 12).getTime();
    const day = 86_400_000;
    const groups = byAge(
      [at(noon - 1), at(noon - day), at(noon - 6 * day), at(noon - 30 * day)],
      noon,
    );
    expect(groups.map((g) => g.length)).toEqual([1, 2, 1]);
  });
  it('finds titles and texts, whatever the case', () => {
    expect(matches(at(0, 'Über Hühner'), 'hühner')).toBe(true);
    expect(matches(at(0, 'x'), 'y')).toBe(false);
    expect(matches(at(0), ' ')).toBe(true);
  });
});

describe('figures', () => {
  it('show only what the server tells', () => {
    const none = {
      tokensPerSecond: null,
      memoryBytes: null,
      running: null,
      waiting: 2,
      kvShare: 0.125,
      prefixHitShare: null,
      cacheHitShare: null,
    };
    expect(rows(none, en)).toEqual([
      ['Queue', '2'],
      ['Context memory', '13 %'],
    ]);
  });
  it('draw a line within its field', () => {
    expect(sparkline([0, 5, 10])).toBe('0.0,23.0 50.0,12.0 100.0,1.0');
    expect(sparkline([0])).toBe('0.0,23.0');
  });
  it('of a reply', () => {
    const stats = {
      promptTokens: 9,
      cachedTokens: 0,
      completionTokens: 1,
      firstTokenMs: 12,
      tokensPerSecond: 0,
      shortened: false,
      leftOut: 5,
      cache: 'hit',
    };
    const reply = { ...emptyReply('m', 'text'), finish: 'length' as const, stats };
    expect(factsOf(reply, en)).toEqual([
      'cut off at the limit of tokens',
      '5 tokens of the conversation did not fit',
      'from the cache',
      '1 token',
      'first after 12 ms',
    ]);
  });
});

describe('the model of a conversation', () => {
  it('is its own where there is one, else one that is there', () => {
    const models = ['a', 'b'].map((name) => ({ name, bytes: 0, parameters: '', quantization: '' }));
    const state = { ...app.get(), models, modelsKnown: true };
    expect(modelOf(state, blankConversation('general', 'b'))).toBe('b');
    expect(modelOf(state, blankConversation('general', 'gone'))).toBe('a');
    const loaded = [{ name: 'b', bytes: 1, contextLength: 1 }];
    expect(modelOf({ ...state, loaded }, blankConversation())).toBe('b');
    expect(modelOf({ ...state, models: [] }, blankConversation())).toBe('');
  });
  it('has a short name', () => {
    expect(shortName('owner/repo/file-Q4.gguf')).toBe('file-Q4');
  });
});

describe('shortcuts', () => {
  it('are told in both languages, each key once', () => {
    for (const { label } of shortcuts) {
      expect(typeof en[label]).toBe('string');
      expect(typeof zh[label]).toBe('string');
    }
    expect(new Set(shortcuts.map((s) => s.code)).size).toBe(shortcuts.length);
  });
  it('need Alt alone', () => {
    const press = (init: KeyboardEventInit) => onKey(new KeyboardEvent('keydown', init));
    press({ code: 'Comma' });
    press({ code: 'Comma', altKey: true, ctrlKey: true });
    expect(app.get().settingsOpen).toBe(false);
    press({ code: 'Comma', altKey: true });
    expect(app.get().settingsOpen).toBe(true);
    press({ key: 'Escape' });
    expect(app.get().settingsOpen).toBe(false);
  });
});

describe('JsonTree', () => {
  it('draws what is open, and the rest when it is asked for', () => {
    const root = document.createElement('div');
    const json = JSON.stringify({ list: Array.from({ length: 150 }, (_, i) => i), empty: {} });
    act(() => render(<JsonTree value={parseJson(json).value!} />, root));
    expect(root.querySelectorAll('.json-number')).toHaveLength(100);
    act(() => root.querySelector('button')!.click());
    expect(root.querySelectorAll('.json-number')).toHaveLength(150);
    expect(root.textContent).toContain('{ }');
  });
});
