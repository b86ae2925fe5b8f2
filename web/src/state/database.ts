// Conversations in the browser's IndexedDB, which all tabs share. Where there is none (private
// windows of some browsers), everything works until the page is closed.
import type { Conversation } from './conversation';

const storeName = 'conversations';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('bantam', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(storeName, { keyPath: 'id' });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error('the database is in use'));
  });
}

let database: Promise<IDBDatabase> | null = null;

// One transaction; resolves to what `action` has given once it is complete.
function run<T>(
  mode: IDBTransactionMode,
  action: (store: IDBObjectStore, give: (value: T) => void) => void,
): Promise<T> {
  database ??= open();
  return database.then(
    (db) =>
      new Promise<T>((resolve, reject) => {
        const transaction = db.transaction(storeName, mode);
        let given: T;
        action(transaction.objectStore(storeName), (value) => (given = value));
        transaction.oncomplete = () => resolve(given);
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      }),
  );
}

export function loadAll(): Promise<Conversation[]> {
  return run<Conversation[]>('readonly', (store, give) => {
    const all = store.getAll() as IDBRequest<Conversation[]>;
    all.onsuccess = () => give(all.result);
  }).catch(() => []);
}

// Null if it is not there. Rejects as `update` does.
export function load(id: string): Promise<Conversation | null> {
  return run<Conversation | null>('readonly', (store, give) => {
    const found = store.get(id) as IDBRequest<Conversation | undefined>;
    found.onsuccess = () => give(found.result ?? null);
  });
}

// Changes what is there, whichever tab it came from; `first` is put where nothing is. Gives what
// is there now, with the version after the last. Rejects if there is no database, or no more room.
export function update(
  id: string,
  make: (old: Conversation) => Conversation,
  first: Conversation | null,
): Promise<Conversation | null> {
  return run<Conversation | null>('readwrite', (store, give) => {
    const found = store.get(id) as IDBRequest<Conversation | undefined>;
    found.onsuccess = () => {
      const old = found.result;
      const made = old ? make(old) : first;
      const now = made && { ...made, version: (old?.version ?? 0) + 1 };
      if (now) store.put(now);
      give(now);
    };
  });
}

export function remove(id: string): Promise<void> {
  return run<void>('readwrite', (store) => void store.delete(id));
}
