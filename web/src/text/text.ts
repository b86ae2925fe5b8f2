// Words in the language that is chosen, and numbers as people read them.
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { en, type Text } from './en';
import { zh } from './zh';

export type { Text };

export function text(): Text {
  return settings.get().language === 'zh' ? zh : en;
}

export function useText(): Text {
  return useStore(settings, (s) => s.language) === 'zh' ? zh : en;
}

export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 999.5 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit > 1 && bytes < 99.95 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

export function rateText(perSecond: number): string {
  return perSecond < 99.95 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

export function durationText(ms: number): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
