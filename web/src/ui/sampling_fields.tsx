// The numbers of sampling. An empty field is not sent; one out of range is not taken.
import { useState } from 'preact/hooks';
import type { Sampling } from '../api/chat';
import { changeCurrent } from '../state/actions';
import { useText } from '../text/text';

type Name = keyof Sampling;

export const ranges: Record<Name, { low: number; high: number; step: number }> = {
  temperature: { low: 0, high: 2, step: 0.1 },
  top_p: { low: 0, high: 1, step: 0.05 },
  top_k: { low: 0, high: 1000, step: 1 },
  min_p: { low: 0, high: 1, step: 0.01 },
  repeat_penalty: { low: 0.5, high: 2, step: 0.05 },
  max_tokens: { low: 1, high: 131_072, step: 1 },
  seed: { low: 0, high: 4_294_967_295, step: 1 },
};

// undefined: not set; null: not a number that can be meant.
export function readNumber(name: Name, text: string): number | undefined | null {
  if (text.trim() === '') return undefined;
  const value = Number(text.replace(',', '.'));
  const { low, high, step } = ranges[name];
  const whole = step < 1 || Number.isInteger(value);
  return Number.isFinite(value) && value >= low && value <= high && whole ? value : null;
}

function NumberField({ name, sampling }: { name: Name; sampling: Sampling }) {
  const words = useText();
  const [typed, setTyped] = useState<string | null>(null); // while it differs from what is taken
  const { low, high } = ranges[name];
  const wrong = typed !== null && readNumber(name, typed) === null;
  const take = (value: string) => {
    setTyped(value);
    const number = readNumber(name, value);
    if (number !== null) changeCurrent({ sampling: { ...sampling, [name]: number } });
  };
  return (
    <div class="field number">
      <label for={`sampling-${name}`}>{words[name]}</label>
      <input
        id={`sampling-${name}`}
        type="text"
        inputMode={ranges[name].step < 1 ? 'decimal' : 'numeric'}
        autocomplete="off"
        placeholder="–"
        value={typed ?? sampling[name]?.toString() ?? ''}
        aria-invalid={wrong}
        aria-describedby={wrong ? `sampling-${name}-error` : undefined}
        onInput={(e) => take(e.currentTarget.value)}
        onBlur={() => setTyped((t) => (t !== null && readNumber(name, t) === null ? t : null))}
      />
      {wrong && (
        <p class="error" id={`sampling-${name}-error`}>
          {words.outOfRange(String(low), String(high))}
        </p>
      )}
    </div>
  );
}

export function SamplingFields({ sampling }: { sampling: Sampling }) {
  return (
    <div class="numbers">
      {(Object.keys(ranges) as Name[]).map((name) => (
        <NumberField key={name} name={name} sampling={sampling} />
      ))}
    </div>
  );
}
