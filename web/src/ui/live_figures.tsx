// Live figures of the server: the rate at a glance, the rest behind it.
import { useState } from 'preact/hooks';
import type { Figures } from '../api/metrics';
import { app } from '../state/app';
import { useStore } from '../state/store';
import { bytesText, rateText, useText, type Text } from '../text/text';
import { Disclosure } from './disclosure';
import { Icon } from './icon';

const percent = (share: number) => `${Math.round(share * 100)} %`;

export function rows(figures: Figures, words: Text): [string, string][] {
  const all: [string, number | null, (value: number) => string][] = [
    [words.figRate, figures.tokensPerSecond, rateText],
    [words.figMemory, figures.memoryBytes, bytesText],
    [words.figRunning, figures.running, String],
    [words.figQueue, figures.waiting, String],
    [words.figKv, figures.kvShare, percent],
    [words.figPrefix, figures.prefixHitShare, percent],
    [words.figCache, figures.cacheHitShare, percent],
  ];
  return all.flatMap(([name, value, show]) => (value === null ? [] : [[name, show(value)]]));
}

// The last rates as a line; an area of 100 × 24.
export function sparkline(rates: number[]): string {
  const top = Math.max(1, ...rates);
  const step = 100 / Math.max(1, rates.length - 1);
  return rates
    .map((r, i) => `${(i * step).toFixed(1)},${(23 - (22 * r) / top).toFixed(1)}`)
    .join(' ');
}

export function LiveFigures() {
  const words = useText();
  const [open, setOpen] = useState(false);
  const figures = useStore(app, (s) => s.figures);
  const rates = useStore(app, (s) => s.rates);
  const rate = figures?.tokensPerSecond ?? null;
  return (
    <Disclosure
      open={open}
      onChange={setOpen}
      label={rate === null ? words.figures : `${words.figures}: ${rateText(rate)}`}
      button={
        <>
          <Icon name="pulse" />
          {rate !== null && <span class="rate">{rateText(rate)}</span>}
        </>
      }
      buttonClass="icon figures"
      side="right"
    >
      <div class="figure-box">
        <h2>{words.figures}</h2>
        {!figures && <p class="hint">{words.figNone}</p>}
        {rates.length > 1 && (
          <svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
            <polyline points={sparkline(rates)} />
          </svg>
        )}
        {figures && (
          <dl>
            {rows(figures, words).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </Disclosure>
  );
}
