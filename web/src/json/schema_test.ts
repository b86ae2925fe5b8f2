// What the schema editor says of a schema.
import { describe, expect, it } from 'vitest';
import { en } from '../text/en';
import { zh } from '../text/zh';
import { problemText } from '../ui/schema_editor';
import { exampleSchemas, exampleText, schemaProblem } from './schema';

const told = (schema: string) => problemText(schemaProblem(schema), en);

describe('schemaProblem', () => {
  it('finds nothing wrong with the examples and with true and false', () => {
    for (const { id } of exampleSchemas) expect(schemaProblem(exampleText(id)), id).toBeNull();
    for (const schema of [
      'true',
      '{"items": false}',
      '{"type": ["string", "null"]}',
      '{"items":[{}]}',
    ]) {
      expect(schemaProblem(schema), schema).toBeNull();
    }
  });

  it('names the place of the first problem', () => {
    expect(told('{"type": "text"}')).toMatch(/^\/type: expected one of null/);
    expect(told('{"properties": {"a": {"type": 1}}}')).toMatch(/^\/properties\/a\/type/);
    expect(told('{"properties": [1]}')).toMatch(/^\/properties: expected an object/);
    expect(told('{"required": "a"}')).toMatch(/^\/required: expected an array of names/);
    expect(told('{"anyOf": [{"enum": []}]}')).toMatch(/^\/anyOf\/0\/enum: expected an array with/);
    expect(told('{"items": 5}')).toBe('/items: expected a schema: { … }');
    expect(told('{"maxItems": "5"}')).toMatch(/^\/maxItems: expected a number/);
    expect(told('7')).toBe('/: expected a schema: { … }');
  });

  it('does not take a property’s name for a word of schemas', () => {
    expect(schemaProblem('{"properties": {"type": {"type": "string"}, "enum": true}}')).toBeNull();
    expect(schemaProblem('{"enum": [{"type": 5}], "default": {"type": 5}}')).toBeNull();
  });

  it('speaks both languages', () => {
    const problem = schemaProblem('{"a" 1}');
    expect(problemText(problem, en)).toBe('line 1, column 6: expected “:”');
    expect(problemText(problem, zh)).toBe('第 1 行第 6 列: 此处应为“:”');
  });
});
