// The import of a model file: one at a time, with progress, and it can be cancelled.
import { ApiError } from '../api/http';
import { importModel, isGguf } from '../api/import';
import { text } from '../text/text';
import { chooseModel } from './actions';
import { announce, app, askForKey, notify } from './app';
import { refreshModels } from './polling';

let abort: AbortController | null = null;

export function cancelImport(): void {
  abort?.abort();
}

export async function importFile(file: File): Promise<void> {
  const words = text();
  if (abort) {
    notify('bad', words.oneAtATime);
    return;
  }
  abort = new AbortController();
  try {
    if (!(await isGguf(file))) {
      notify('bad', words.notGguf(file.name));
      return;
    }
    app.set({ importing: { name: file.name, sent: 0, total: file.size }, notice: null });
    announce(words.importing(file.name));
    const model = await importModel(
      file,
      ({ sent, total }) => app.set({ importing: { name: file.name, sent, total } }),
      abort.signal,
    );
    await refreshModels();
    chooseModel(model);
    notify('good', words.imported(model)); // an alert: it is read out
  } catch (error) {
    if (abort.signal.aborted) return;
    if (error instanceof ApiError && error.status === 401) askForKey();
    const why = error instanceof ApiError && error.status ? error.message : words.networkError;
    notify('bad', words.importFailed(why));
  } finally {
    abort = null;
    app.set({ importing: null });
  }
}
