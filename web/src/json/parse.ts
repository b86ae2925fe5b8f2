// A strict JSON reader (RFC 8259) that keeps numbers as they are written, members in their order,
// and says where a text goes wrong. Containers may nest 200 deep; it never recurses.
export type Json =
  | { kind: 'object'; members: [string, Json][] }
  | { kind: 'array'; items: Json[] }
  | { kind: 'string'; value: string }
  | { kind: 'number'; text: string }
  | { kind: 'literal'; value: boolean | null };

export interface JsonError {
  offset: number;
  line: number; // from 1
  column: number; // from 1, in characters
  expected: string;
}

export type Parsed = { value: Json; error: null } | { value: null; error: JsonError };

const maxDepth = 200;
const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const literal = /true|false|null/y;

type Open = { into: Json & { kind: 'object' | 'array' }; key: string };

class Stop {
  constructor(
    readonly offset: number,
    readonly expected: string,
  ) {}
}

class Reader {
  private at = 0;
  private readonly open: Open[] = [];

  constructor(private readonly text: string) {}

  read(): Json {
    for (;;) {
      let value = this.value();
      // A container that has members is entered; everything else may close what is open.
      while (value) {
        const top = this.open.at(-1);
        if (!top) {
          this.skip();
          if (this.at < this.text.length) throw new Stop(this.at, 'the end');
          return value;
        }
        if (top.into.kind === 'object') top.into.members.push([top.key, value]);
        else top.into.items.push(value);
        value = this.next(top);
      }
    }
  }

  // After a member: null if another follows, or the container, closed.
  private next(top: Open): Json | null {
    const close = top.into.kind === 'object' ? '}' : ']';
    this.skip();
    if (this.eat(close)) return this.open.pop()!.into;
    if (!this.eat(',')) throw new Stop(this.at, `“,” or “${close}”`);
    if (top.into.kind === 'object') top.key = this.key();
    return null;
  }

  private value(): Json | null {
    this.skip();
    const first = this.text[this.at];
    if (first === '"') return { kind: 'string', value: this.string() };
    if (first === '{' || first === '[') return this.container(first);
    const word = this.match(literal);
    if (word) return { kind: 'literal', value: word === 'null' ? null : word === 'true' };
    const digits = this.match(number);
    if (digits) return { kind: 'number', text: digits };
    throw new Stop(this.at, 'a value');
  }

  private container(first: '{' | '['): Json | null {
    this.at++;
    const into: Open['into'] =
      first === '{' ? { kind: 'object', members: [] } : { kind: 'array', items: [] };
    this.skip();
    if (this.eat(first === '{' ? '}' : ']')) return into;
    if (this.open.length >= maxDepth) throw new Stop(this.at, `at most ${maxDepth} levels`);
    this.open.push({ into, key: first === '{' ? this.key() : '' });
    return null;
  }

  private key(): string {
    this.skip();
    if (this.text[this.at] !== '"') throw new Stop(this.at, 'a name in double quotes');
    const key = this.string();
    this.skip();
    if (!this.eat(':')) throw new Stop(this.at, '“:”');
    return key;
  }

  private string(): string {
    const start = this.at;
    const raw = this.match(string);
    if (raw === null) throw new Stop(start, 'a string that ends, without raw line breaks');
    return JSON.parse(raw) as string;
  }

  private skip(): void {
    this.match(space);
  }

  private eat(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return null;
    this.at = pattern.lastIndex;
    return match[0];
  }
}

export function parseJson(text: string): Parsed {
  try {
    return { value: new Reader(text).read(), error: null };
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    const before = text.slice(0, stop.offset);
    const line = before.split('\n').length;
    const column = [...before.slice(before.lastIndexOf('\n') + 1)].length + 1;
    const { offset, expected } = stop;
    return { value: null, error: { offset, line, column, expected } };
  }
}
