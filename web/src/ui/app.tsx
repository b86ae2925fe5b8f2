// The whole page: conversations on the left, the chat, settings on the right; what lies over it.
import { useEffect } from 'preact/hooks';
import { app, current } from '../state/app';
import { titleOf } from '../state/conversation';
import { useStore } from '../state/store';
import { useText } from '../text/text';
import { Composer } from './composer';
import { Dialogs } from './dialogs';
import { DropZone } from './drop_zone';
import { Notices } from './notices';
import { SettingsPanel } from './settings_panel';
import { listenForShortcuts } from './shortcuts';
import { Sidebar } from './sidebar';
import { TopBar } from './top_bar';
import { Transcript } from './transcript';
import { useNarrow } from './use_narrow';

function useTitle() {
  const words = useText();
  const title = useStore(app, (s) => titleOf(current(s), ''));
  useEffect(() => {
    document.title = title ? `${title} · ${words.appName}` : words.appName;
  }, [title, words]);
}

export function App() {
  const words = useText();
  const narrow = useNarrow();
  const sidebar = useStore(app, (s) => s.sidebarOpen);
  const settings = useStore(app, (s) => s.settingsOpen);
  const announcement = useStore(app, (s) => s.announcement);
  useTitle();
  useEffect(listenForShortcuts, []);
  // On a narrow screen what is open covers the chat: nothing below it may be reached.
  const covered = narrow && (sidebar || settings);
  return (
    <div class={`page${sidebar ? ' with-sidebar' : ''}${settings ? ' with-settings' : ''}`}>
      <a class="skip" href="#message">
        {words.skip}
      </a>
      <Sidebar narrow={narrow} />
      <div class="middle" inert={covered}>
        <TopBar />
        <main>
          <Transcript />
          <Composer />
        </main>
      </div>
      {narrow && sidebar && <div class="shade" onClick={() => app.set({ sidebarOpen: false })} />}
      {settings && <SettingsPanel />}
      <Notices />
      <DropZone />
      <Dialogs />
      <div class="unseen" role="status" aria-live="polite" id="announcer">
        {announcement}
      </div>
    </div>
  );
}
