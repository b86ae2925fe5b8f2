// A JSON value as a tree that opens and closes (native <details>: keyboard and screen readers know
// it). What is closed is not drawn, so a large document costs little.
import { useState } from 'preact/hooks';
import { useText } from '../text/text';
import type { Json } from './parse';

const openLevels = 3;
const shownAtOnce = 100;

function Scalar({ value }: { value: Json }) {
  switch (value.kind) {
    case 'string':
      return <span class="json-string">{value.value === '' ? '“”' : value.value}</span>;
    case 'number':
      return <span class="json-number">{value.text}</span>;
    default:
      return (
        <span class="json-literal">{value.kind === 'literal' ? String(value.value) : ''}</span>
      );
  }
}

function children(value: Json): [string, Json][] {
  if (value.kind === 'object') return value.members;
  if (value.kind === 'array') return value.items.map((item, i) => [String(i), item]);
  return [];
}

function Name({ name }: { name: string | null }) {
  return name === null ? null : <span class="json-name">{name}</span>;
}

function Node({ name, value, level }: { name: string | null; value: Json; level: number }) {
  const words = useText();
  const [open, setOpen] = useState(level < openLevels);
  const [shown, setShown] = useState(shownAtOnce);
  const below = children(value);
  if (value.kind !== 'object' && value.kind !== 'array') {
    return (
      <div class="json-leaf">
        <Name name={name} />
        <Scalar value={value} />
      </div>
    );
  }
  const count = value.kind === 'object' ? words.fields(below.length) : words.items(below.length);
  if (below.length === 0) {
    return (
      <div class="json-leaf">
        <Name name={name} />
        <span class="json-count">{value.kind === 'object' ? '{ }' : '[ ]'}</span>
      </div>
    );
  }
  return (
    <details open={open} onToggle={(e) => setOpen((e.currentTarget as HTMLDetailsElement).open)}>
      <summary>
        <Name name={name} />
        <span class="json-count">{count}</span>
      </summary>
      {open && (
        <ul class="json-children">
          {below.slice(0, shown).map(([key, child], i) => (
            <li key={i}>
              <Node name={key} value={child} level={level + 1} />
            </li>
          ))}
          {below.length > shown && (
            <li>
              <button class="quiet" onClick={() => setShown((n) => n + shownAtOnce)}>
                {words.more(below.length - shown)}
              </button>
            </li>
          )}
        </ul>
      )}
    </details>
  );
}

export function JsonTree({ value }: { value: Json }) {
  return (
    <div class="json">
      <Node name={null} value={value} level={0} />
    </div>
  );
}
