// The editor of a JSON Schema: checked as it is typed, with the place of the first fault.
import { useMemo } from 'preact/hooks';
import { exampleSchemas, exampleText, schemaProblem, type SchemaProblem } from '../json/schema';
import { changeCurrent } from '../state/actions';
import { app, current } from '../state/app';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { useText, type Text } from '../text/text';

export function problemText(problem: SchemaProblem | null, words: Text): string {
  if (!problem) return words.schemaGood;
  if (problem.kind === 'meaning') return `${problem.path}: ${words.expected(problem.expected)}`;
  const { line, column, expected } = problem.error;
  return `${words.lineColumn(line, column)}: ${words.expected(expected)}`;
}

export function SchemaEditor({
  open,
  onToggle,
}: {
  open: boolean;
  onToggle: (open: boolean) => void;
}) {
  const words = useText();
  const language = useStore(settings, (s) => s.language);
  const schema = useStore(app, (s) => current(s).schema);
  const problem = useMemo(() => schemaProblem(schema), [schema]);
  const tidy = () => changeCurrent({ schema: JSON.stringify(JSON.parse(schema), null, 2) });
  return (
    <details
      class="schema"
      open={open}
      onToggle={(e) => onToggle((e.currentTarget as HTMLDetailsElement).open)}
    >
      <summary>{words.schema}</summary>
      <div class="schema-head">
        <select
          aria-label={words.schemaExample}
          value=""
          onChange={(e) => {
            const id = e.currentTarget.value;
            e.currentTarget.value = '';
            if (id) changeCurrent({ schema: exampleText(id) });
          }}
        >
          <option value="">{words.schemaExample}</option>
          {exampleSchemas.map((e) => (
            <option key={e.id} value={e.id}>
              {e[language]}
            </option>
          ))}
        </select>
        <button type="button" class="quiet" disabled={problem?.kind === 'syntax'} onClick={tidy}>
          {words.format}
        </button>
      </div>
      <textarea
        id="schema"
        aria-label={words.schema}
        spellcheck={false}
        autocapitalize="off"
        rows={9}
        value={schema}
        aria-invalid={problem !== null}
        aria-describedby="schema-state"
        onInput={(e) => changeCurrent({ schema: e.currentTarget.value })}
      />
      <p id="schema-state" class={problem ? 'error' : 'hint'}>
        {problemText(problem, words)}
      </p>
    </details>
  );
}
