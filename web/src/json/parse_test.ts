// The JSON reader against JSON.parse: same values, same refusals, and the place of a fault.
import { describe, expect, it } from 'vitest';
import { parseJson, type Json } from './parse';

function plain(json: Json): unknown {
  switch (json.kind) {
    case 'object':
      return Object.fromEntries(json.members.map(([k, v]) => [k, plain(v)]));
    case 'array':
      return json.items.map(plain);
    case 'number':
      return Number(json.text);
    default:
      return json.value;
  }
}

const good = [
  '{}',
  '[]',
  ' [ ] ',
  '""',
  '0',
  '-0',
  '1.10',
  '1e5',
  '-1.5E-3',
  'true',
  'null',
  '[1,[2,[3]],{}]',
  '{"a":{"b":[null,false]},"c":"\\u00e9\\n\\""}',
  '{"a":1,"a":2}',
  '"彩虹🌈"',
  '[[],{}]',
  '\n{\n}\n',
];
const bad = [
  '',
  ' ',
  '{',
  '[',
  '[1',
  '[1,',
  '[1,]',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{a:1}',
  "'a'",
  '"a',
  '"\n"',
  '01',
  '+1',
  '1.',
  '.5',
  '1e',
  'nul',
  'truex',
  '[] []',
  '{} x',
  '"\\x"',
  '"\\u12"',
  ']',
  '[}',
  '{"a":1]',
];

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    for (const text of good) {
      const { value, error } = parseJson(text);
      expect(error, text).toBeNull();
      expect(plain(value!), text).toEqual(JSON.parse(text));
    }
  });

  it('refuses what JSON.parse refuses', () => {
    for (const text of bad) {
      expect(() => JSON.parse(text) as unknown, text).toThrow();
      expect(parseJson(text).error, text).not.toBeNull();
    }
  });

  it('agrees with JSON.parse on mutated documents', () => {
    const source = '{"a": [1, -2.5e3, "x\\n", true, null, {"b": []}], "c": ""}';
    let seed = 1;
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
    for (let i = 0; i < 3000; i++) {
      const at = random(source.length);
      const text = source.slice(0, at) + '{}[],:"0e-t '[random(12)]! + source.slice(at + random(3));
      let expected: unknown = undefined;
      try {
        expected = JSON.parse(text);
      } catch {
        // refused
      }
      const { value } = parseJson(text);
      expect(value === null ? undefined : plain(value), text).toEqual(expected);
    }
  });

  it('keeps numbers as they are written', () => {
    const { value } = parseJson('[1.10, 12345678901234567890]');
    expect(value).toEqual({
      kind: 'array',
      items: [
        { kind: 'number', text: '1.10' },
        { kind: 'number', text: '12345678901234567890' },
      ],
    });
  });

  it('says where and what', () => {
    expect(parseJson('{\n  "a": 1,\n  }').error).toEqual({
      offset: 14,
      line: 3,
      column: 3,
      expected: 'a name in double quotes',
    });
    expect(parseJson('["🌈" 1]').error).toMatchObject({ line: 1, column: 6 });
  });

  it('takes no deeper nesting than it says, and no long time', () => {
    expect(parseJson('['.repeat(200) + ']'.repeat(200)).error).toBeNull();
    expect(parseJson('['.repeat(202)).error?.expected).toBe('at most 200 levels');
    expect(parseJson('['.repeat(1_000_000)).error?.offset).toBe(201);
  });
});
