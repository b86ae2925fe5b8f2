// What the page shows: one store for all of it, and small changes that belong to no other file.
import { apiKey } from '../api/http';
import type { Figures } from '../api/metrics';
import type { LoadedModel, Model } from '../api/models';
import { preset, presetWords } from '../text/presets';
import { newId, type Conversation } from './conversation';
import { settings } from './settings';
import { Store } from './store';

export interface Stream {
  message: string; // ids of what is written
  reply: string;
  startedMs: number;
  firstMs: number; // 0: nothing has come yet
  pieces: number; // about one a token
}

export interface Import {
  name: string;
  sent: number;
  total: number;
}

export type Dialog =
  | { kind: 'shortcuts' }
  | { kind: 'key'; why: 'needed' | 'wrong' }
  | { kind: 'rename'; id: string }
  | { kind: 'remove'; id: string }
  | { kind: 'edit'; id: string };

export interface AppState {
  ready: boolean;
  conversations: Conversation[]; // the newest first
  currentId: string; // of one of them, or of the blank
  blank: Conversation; // what becomes a conversation with its first message
  streams: Record<string, Stream>; // by conversation
  models: Model[];
  modelsKnown: boolean;
  loaded: LoadedModel[];
  figures: Figures | null;
  rates: number[]; // the last tokens/s, oldest first
  importing: Import | null;
  settingsOpen: boolean;
  sidebarOpen: boolean;
  modelsOpen: boolean;
  dialog: Dialog | null;
  notice: { kind: 'good' | 'bad'; text: string } | null;
  announcement: string;
}

export function blankConversation(presetId = 'general', model = ''): Conversation {
  const now = Date.now();
  return {
    id: newId(),
    version: 0,
    title: '',
    created: now,
    updated: now,
    model,
    preset: presetId,
    system: presetWords(presetId, settings.get().language).system,
    sampling: { ...preset(presetId).sampling },
    shape: 'text',
    schema: '',
    messages: [],
  };
}

const first = blankConversation();

export const app = new Store<AppState>({
  ready: false,
  conversations: [],
  currentId: first.id,
  blank: first,
  streams: {},
  models: [],
  modelsKnown: false,
  loaded: [],
  figures: null,
  rates: [],
  importing: null,
  settingsOpen: false,
  sidebarOpen: false,
  modelsOpen: false,
  dialog: null,
  notice: null,
  announcement: '',
});

export function conversation(state: AppState, id: string): Conversation | undefined {
  return id === state.blank.id ? state.blank : state.conversations.find((c) => c.id === id);
}

export function isBlank(id: string): boolean {
  return id === app.get().blank.id;
}

export function current(state: AppState): Conversation {
  return conversation(state, state.currentId) ?? state.blank;
}

// The model of a conversation: its own if the server has it, else the last one chosen, else any.
export function modelOf(state: AppState, of: Conversation): string {
  const has = (name: string) => state.models.some((m) => m.name === name);
  if (of.model && (has(of.model) || !state.modelsKnown)) return of.model;
  const last = settings.get().model;
  if (last && has(last)) return last;
  return state.loaded.find((m) => has(m.name))?.name ?? state.models[0]?.name ?? '';
}

// The server has answered 401: either it was sent no key, or a wrong one.
export function askForKey(): void {
  const why = apiKey() ? 'wrong' : 'needed';
  app.set((s) => ({ dialog: s.dialog ?? { kind: 'key', why } }));
}

let announceTimer: ReturnType<typeof setTimeout> | undefined;

// Read out by a screen reader; gone after a while, so that nobody finds it below the conversation.
export function announce(text: string): void {
  clearTimeout(announceTimer);
  // The same text twice would not be read again.
  const again = app.get().announcement === text;
  app.set({ announcement: again ? `${text}\u00a0` : text });
  announceTimer = setTimeout(() => app.set({ announcement: '' }), 15_000);
}

let noticeTimer: ReturnType<typeof setTimeout> | undefined;

// A good notice goes away by itself; a bad one stays until it is closed.
export function notify(kind: 'good' | 'bad', text: string): void {
  clearTimeout(noticeTimer);
  app.set({ notice: { kind, text } });
  if (kind === 'good') noticeTimer = setTimeout(() => app.set({ notice: null }), 6000);
}
