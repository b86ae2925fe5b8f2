// The conversations, by age, with a search over titles and texts.
import { useEffect, useRef, useState } from 'preact/hooks';
import { newConversation, openConversation } from '../state/actions';
import { app } from '../state/app';
import { activeReply, titleOf, type Conversation } from '../state/conversation';
import { useStore } from '../state/store';
import { useText } from '../text/text';
import { Icon, Mark } from './icon';
import { focusMessageBox } from './shortcuts';

const dayMs = 86_400_000;

export function matches(conversation: Conversation, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  if (!wanted) return true;
  const texts = conversation.messages.map((m) =>
    m.role === 'user' ? m.text : (activeReply(m)?.text ?? ''),
  );
  return [conversation.title, ...texts].some((t) => t.toLowerCase().includes(wanted));
}

export function byAge(conversations: Conversation[], now: number): Conversation[][] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const groups: Conversation[][] = [[], [], []];
  for (const c of conversations) {
    const group = c.updated >= midnight ? 0 : c.updated >= midnight - 6 * dayMs ? 1 : 2;
    groups[group]!.push(c);
  }
  return groups;
}

function Entry({ conversation }: { conversation: Conversation }) {
  const words = useText();
  const chosen = useStore(app, (s) => s.currentId === conversation.id);
  const writing = useStore(app, (s) => conversation.id in s.streams);
  return (
    <li>
      <button
        class="entry"
        aria-current={chosen ? 'page' : undefined}
        onClick={() => openConversation(conversation.id)}
      >
        <span class="entry-title">{titleOf(conversation, words.untitled)}</span>
        {writing && <span class="dot" role="img" aria-label={words.writing} />}
      </button>
    </li>
  );
}

function List({ search }: { search: string }) {
  const words = useText();
  const conversations = useStore(app, (s) => s.conversations);
  const found = conversations.filter((c) => matches(c, search));
  const names = [words.today, words.lastDays, words.older];
  if (search && found.length === 0) return <p class="hint">{words.noneFound}</p>;
  return (
    <>
      {byAge(found, Date.now()).map(
        (group, i) =>
          group.length > 0 && (
            <section key={i}>
              <h2>{names[i]}</h2>
              <ul>
                {group.map((c) => (
                  <Entry key={c.id} conversation={c} />
                ))}
              </ul>
            </section>
          ),
      )}
    </>
  );
}

export function Sidebar({ narrow }: { narrow: boolean }) {
  const words = useText();
  const open = useStore(app, (s) => s.sidebarOpen);
  const [search, setSearch] = useState('');
  const start = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (narrow && open) start.current?.focus();
  }, [narrow, open]);
  // On a wide screen the state means the opposite: the sidebar is there until it is sent away.
  const hidden = narrow ? !open : open;
  return (
    <nav class="sidebar" aria-label={words.conversations} hidden={hidden}>
      <div class="brand">
        <Mark />
        <span>{words.appName}</span>
      </div>
      <button
        ref={start}
        class="new"
        onClick={() => {
          newConversation();
          focusMessageBox();
        }}
      >
        <Icon name="plus" />
        {words.newConversation}
      </button>
      <input
        type="search"
        aria-label={words.search}
        placeholder={words.search}
        value={search}
        onInput={(e) => setSearch(e.currentTarget.value)}
      />
      <div class="entries">
        <List search={search} />
      </div>
    </nav>
  );
}
