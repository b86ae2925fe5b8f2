// Settings: of the conversation (preset, system prompt, sampling), and of this page.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { apiKey, setApiKey } from '../api/http';
import { changeCurrent, choosePreset } from '../state/actions';
import { app, current } from '../state/app';
import { refreshModels } from '../state/polling';
import { settings, type Language, type Theme } from '../state/settings';
import { useStore } from '../state/store';
import { isPresetText, preset, presets, presetWords } from '../text/presets';
import { useText } from '../text/text';
import { Icon } from './icon';
import { SamplingFields } from './sampling_fields';

function Select<T extends string>({
  label,
  id,
  value,
  options,
  onChange,
}: {
  label: string;
  id: string;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onChange(e.currentTarget.value as T)}>
        {options.map(([name, shown]) => (
          <option key={name} value={name}>
            {shown}
          </option>
        ))}
      </select>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

// A preset's own prompt follows the language of the page; one's own words stay as they are.
function chooseLanguage(language: Language): void {
  const { preset: id, system, messages } = current(app.get());
  settings.set({ language });
  if (messages.length === 0 && isPresetText(system)) {
    changeCurrent({ system: presetWords(id, language).system });
  }
}

function ThisConversation() {
  const words = useText();
  const now = useStore(app, current);
  return (
    <>
      <Select
        id="preset"
        label={words.preset}
        value={now.preset}
        options={presets.map((p) => [p.id, words.presets[p.id] ?? p.id])}
        onChange={choosePreset}
      />
      <div class="field">
        <label for="system">{words.systemPrompt}</label>
        <textarea
          id="system"
          rows={5}
          aria-describedby="system-hint"
          value={now.system}
          onInput={(e) => changeCurrent({ system: e.currentTarget.value })}
        />
        <p class="hint" id="system-hint">
          {words.systemHint}
        </p>
      </div>
      <Section title={words.sampling}>
        <p class="hint">{words.samplingHint}</p>
        <SamplingFields sampling={now.sampling} />
        <button
          class="quiet"
          onClick={() => changeCurrent({ sampling: { ...preset(now.preset).sampling } })}
        >
          {words.reset}
        </button>
      </Section>
    </>
  );
}

function KeyField() {
  const words = useText();
  const [key, setKey] = useState(apiKey());
  return (
    <form
      class="field"
      onSubmit={(e) => {
        e.preventDefault();
        setApiKey(key.trim());
        void refreshModels();
      }}
    >
      <label for="api-key">{words.apiKey}</label>
      <div class="row">
        <input
          id="api-key"
          type="password"
          autocomplete="off"
          aria-describedby="api-key-hint"
          value={key}
          onInput={(e) => setKey(e.currentTarget.value)}
        />
        <button class="quiet">{words.save}</button>
      </div>
      <p class="hint" id="api-key-hint">
        {words.apiKeyHint}
      </p>
    </form>
  );
}

function ThisPage() {
  const words = useText();
  const { language, theme } = useStore(settings, (s) => s);
  return (
    <Section title={words.page}>
      <Select
        id="language"
        label={words.language}
        value={language}
        options={[
          ['en', 'English'],
          ['zh', '中文'],
        ]}
        onChange={chooseLanguage}
      />
      <Select<Theme>
        id="theme"
        label={words.theme}
        value={theme}
        options={[
          ['system', words.themeSystem],
          ['light', words.themeLight],
          ['dark', words.themeDark],
        ]}
        onChange={(next) => settings.set({ theme: next })}
      />
      <KeyField />
      <button class="quiet" onClick={() => app.set({ dialog: { kind: 'shortcuts' } })}>
        <Icon name="keyboard" />
        {words.shortcuts}
      </button>
    </Section>
  );
}

export function SettingsPanel() {
  const words = useText();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    close.current?.focus();
    return () => document.getElementById('open-settings')?.focus();
  }, []);
  return (
    <aside class="settings" aria-label={words.settings}>
      <header>
        <h2>{words.settings}</h2>
        <button
          ref={close}
          class="icon"
          aria-label={words.close}
          title={`${words.close} (Esc)`}
          onClick={() => app.set({ settingsOpen: false })}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="settings-body">
        <ThisConversation />
        <ThisPage />
      </div>
    </aside>
  );
}
