// What the page remembers of the person (localStorage): language, colours, the last model.
import { Store } from './store';

export type Language = 'en' | 'zh';
export type Theme = 'system' | 'light' | 'dark';

export interface Settings {
  language: Language;
  theme: Theme;
  model: string; // the last one chosen
}

const key = 'bantam.settings';

export function defaultLanguage(languages: readonly string[]): Language {
  const first = languages.find((l) => /^(zh|en)\b/i.test(l)) ?? 'en';
  return /^zh\b/i.test(first) ? 'zh' : 'en';
}

export function readSettings(text: string | null, languages: readonly string[]): Settings {
  let saved: Partial<Settings> = {};
  try {
    saved = (JSON.parse(text ?? '{}') as Partial<Settings> | null) ?? {};
  } catch {
    // Written by something else.
  }
  const { language, theme, model } = saved;
  return {
    language: language === 'en' || language === 'zh' ? language : defaultLanguage(languages),
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    model: typeof model === 'string' ? model : '',
  };
}

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export const settings = new Store<Settings>(readSettings(stored(), navigator.languages ?? []));

function apply(): void {
  const { language, theme } = settings.get();
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

settings.subscribe(() => {
  apply();
  try {
    localStorage.setItem(key, JSON.stringify(settings.get()));
  } catch {
    // Not kept, then.
  }
});
apply();
