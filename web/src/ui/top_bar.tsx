// Above the chat: the model, live figures, what can be done with the conversation, settings.
import { useState } from 'preact/hooks';
import { exportConversation } from '../state/actions';
import { app, current } from '../state/app';
import { titleOf } from '../state/conversation';
import { useStore } from '../state/store';
import { useText } from '../text/text';
import { Disclosure } from './disclosure';
import { Icon } from './icon';
import { LiveFigures } from './live_figures';
import { ModelMenu } from './model_menu';

function ConversationMenu() {
  const words = useText();
  const [open, setOpen] = useState(false);
  const id = useStore(app, (s) => s.currentId);
  const title = useStore(app, (s) => titleOf(current(s), words.untitled));
  const kept = useStore(app, (s) => s.currentId !== s.blank.id);
  if (!kept) return null;
  const item = (label: string, run: () => void, extra = '') => (
    <li>
      <button
        class={`item ${extra}`}
        onClick={() => {
          setOpen(false);
          run();
        }}
      >
        {label}
      </button>
    </li>
  );
  return (
    <Disclosure
      open={open}
      onChange={setOpen}
      label={words.actionsFor(title)}
      button={<Icon name="more" />}
      buttonClass="icon"
      side="right"
    >
      <ul class="items">
        {item(words.rename, () => app.set({ dialog: { kind: 'rename', id } }))}
        {item(words.exportMarkdown, () => exportConversation(id, 'markdown'))}
        {item(words.exportJson, () => exportConversation(id, 'json'))}
        {item(words.remove, () => app.set({ dialog: { kind: 'remove', id } }), 'danger')}
      </ul>
    </Disclosure>
  );
}

export function TopBar() {
  const words = useText();
  const settings = useStore(app, (s) => s.settingsOpen);
  return (
    <header class="top">
      <button
        class="icon"
        aria-label={words.sidebar}
        title={words.sidebar}
        onClick={() => app.set((s) => ({ sidebarOpen: !s.sidebarOpen }))}
      >
        <Icon name="menu" />
      </button>
      <ModelMenu />
      <span class="grow" />
      <LiveFigures />
      <ConversationMenu />
      <button
        class="icon"
        id="open-settings"
        aria-label={words.settings}
        title={`${words.settings} (Alt+,)`}
        aria-expanded={settings}
        onClick={() => app.set({ settingsOpen: !settings })}
      >
        <Icon name="sliders" />
      </button>
    </header>
  );
}
