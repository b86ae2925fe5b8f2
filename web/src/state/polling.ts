// What is asked of the server again and again while somebody looks: models and figures.
import { ApiError } from '../api/http';
import { FigureReader } from '../api/metrics';
import { listModels, loadedModels } from '../api/models';
import { text } from '../text/text';
import { app, askForKey, notify } from './app';

const quickMs = 2000; // while a reply is written
const slowMs = 8000;
const ratesKept = 30;
const reader = new FigureReader();

export async function refreshModels(): Promise<void> {
  try {
    const models = await listModels();
    app.set({ models, modelsKnown: true });
    app.set({ loaded: await loadedModels().catch(() => []) });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      askForKey();
    } else {
      notify('bad', error instanceof ApiError ? error.message : text().networkError);
    }
  }
}

async function refreshFigures(): Promise<void> {
  try {
    const figures = await reader.fetch();
    const rate = figures.tokensPerSecond ?? 0;
    app.set((s) => ({ figures, rates: [...s.rates, rate].slice(-ratesKept) }));
  } catch {
    app.set({ figures: null });
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;

async function poll(): Promise<void> {
  clearTimeout(timer);
  if (document.visibilityState === 'visible') await refreshFigures();
  const busy = Object.keys(app.get().streams).length > 0;
  clearTimeout(timer);
  timer = setTimeout(() => void poll(), busy ? quickMs : slowMs);
}

export function startPolling(): void {
  void refreshModels();
  void poll();
  let busy = false;
  app.subscribe(() => {
    const now = Object.keys(app.get().streams).length > 0;
    if (now === busy) return;
    busy = now;
    if (!busy) void refreshModels();
    void poll();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void poll();
  });
}
