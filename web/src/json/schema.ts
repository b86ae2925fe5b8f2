// What can be said of a JSON Schema before the server reads it: that it is JSON, and that the words
// every schema uses have values that can be meant. And examples to start from.
import { parseJson, type Json, type JsonError } from './parse';

export type SchemaProblem =
  { kind: 'syntax'; error: JsonError } | { kind: 'meaning'; path: string; expected: string };

const types = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
const ofSchemas = new Set(['properties', '$defs', 'definitions', 'patternProperties']);
const inList = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const single = new Set(['items', 'additionalProperties', 'not', 'contains', 'if', 'then', 'else']);

function wrongWord(key: string, value: Json): string {
  switch (key) {
    case 'type': {
      const names = value.kind === 'array' ? value.items : [value];
      const good = names.every((n) => n.kind === 'string' && types.includes(n.value));
      return good && names.length > 0 ? '' : `one of ${types.join(', ')}`;
    }
    case 'required': {
      const good = value.kind === 'array' && value.items.every((i) => i.kind === 'string');
      return good ? '' : 'an array of names';
    }
    case 'enum':
      return value.kind === 'array' && value.items.length > 0 ? '' : 'an array with values';
    default:
      if (ofSchemas.has(key)) return value.kind === 'object' ? '' : 'an object of schemas';
      if (inList.has(key)) return value.kind === 'array' && value.items.length ? '' : 'schemas';
      return /^(?:min|max)(?:Items|Length|Properties|imum)$/.test(key) && value.kind !== 'number'
        ? 'a number'
        : '';
  }
}

// The first problem in the order of the text, or null.
export function schemaProblem(text: string): SchemaProblem | null {
  const { value, error } = parseJson(text);
  if (error) return { kind: 'syntax', error };
  const todo: [string, Json][] = [['', value]];
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [path, schema] = next;
    if (schema.kind === 'literal' && schema.value !== null) continue;
    if (schema.kind !== 'object') {
      return { kind: 'meaning', path: path || '/', expected: 'a schema: { … }' };
    }
    const below: [string, Json][] = [];
    for (const [key, member] of schema.members) {
      const at = `${path}/${key}`;
      const expected = wrongWord(key, member);
      if (expected) return { kind: 'meaning', path: at, expected };
      if (ofSchemas.has(key) && member.kind === 'object') {
        for (const [name, sub] of member.members) below.push([`${at}/${name}`, sub]);
      } else if ((inList.has(key) || key === 'items') && member.kind === 'array') {
        member.items.forEach((sub, i) => below.push([`${at}/${i}`, sub]));
      } else if (single.has(key)) {
        below.push([at, member]);
      }
    }
    todo.push(...below.reverse());
  }
  return null;
}

const string = { type: 'string' };
const list = (items: unknown) => ({ type: 'array', items });
const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

export const exampleSchemas: { id: string; en: string; zh: string; schema: object }[] = [
  {
    id: 'people',
    en: 'People in a text',
    zh: '文中的人物',
    schema: object({ people: list(object({ name: string, role: string })) }),
  },
  {
    id: 'event',
    en: 'An appointment',
    zh: '一次约会',
    schema: object({
      title: string,
      date: { type: 'string', format: 'date' },
      place: { type: ['string', 'null'] },
      participants: list(string),
    }),
  },
  {
    id: 'review',
    en: 'Mood of a review',
    zh: '评论的情绪',
    schema: object({
      mood: { enum: ['good', 'mixed', 'bad'] },
      stars: { type: 'integer', minimum: 1, maximum: 5 },
      reasons: { ...list(string), maxItems: 5 },
    }),
  },
  {
    id: 'recipe',
    en: 'A recipe',
    zh: '一份菜谱',
    schema: object({
      name: string,
      minutes: { type: 'integer', minimum: 1 },
      ingredients: list(object({ what: string, amount: string })),
      steps: list(string),
    }),
  },
];

export function exampleText(id: string): string {
  const example = exampleSchemas.find((e) => e.id === id) ?? exampleSchemas[0]!;
  return JSON.stringify(example.schema, null, 2);
}
