// The few icons of the page, drawn as strokes in a 20 × 20 field. They are decoration: what a
// button does is its label.
const paths = {
  plus: 'M10 4v12M4 10h12',
  menu: 'M3 6h14M3 10h14M3 14h9',
  sliders: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4',
  send: 'M10 16V4M5 9l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  check: 'M4 10.5l4 4 8-9',
  edit: 'M4 16l1-4 8-8 3 3-8 8zM11.5 5.5l3 3',
  again: 'M16 10a6 6 0 1 1-2-4.5M16 3v3.5h-3.5',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  close: 'M5 5l10 10M15 5L5 15',
  down: 'M6 8l4 4 4-4',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  file: 'M6 3h6l3 3v11H6zM12 3v3h3M10 9v5M8 12l2 2 2-2',
  braces:
    'M8 4H7a2 2 0 0 0-2 2v2.5L3.5 10 5 11.5V14a2 2 0 0 0 2 2h1' +
    'M12 4h1a2 2 0 0 1 2 2v2.5L16.5 10 15 11.5V14a2 2 0 0 1-2 2h-1',
  pulse: 'M2.5 10.5h3.5l2-5 4 9 2-4h3.5',
  keyboard:
    'M2.5 5.5h15v9h-15zM5.5 8.5h.01' +
    'M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="glyph" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

const body =
  'M9 14a6 6 0 0 1 11.8-1.5L25 14l-3.6 2c.4 1.5 1.6 2.3 3.6 2.3l4-3.3' +
  'c.6 8-3.8 13-11.5 13C11 28 8 22 9 14z';

// The bantam: comb, head, tail.
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <path class="comb" d="M10 9c-1-3 1-5 2.6-3C13 3 16 3 16 6c2-2 4.5 0 3.5 3l-2 3h-6z" />
      <path
        class="body"
        d={body}
      />
      <circle class="eye" cx="15.2" cy="12.8" r="1.4" />
    </svg>
  );
}
