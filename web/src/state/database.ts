// Conversations in the browser's IndexedDB. Where there is none (private windows of some browsers),
// everything works until the page is closed.
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

function run<T>(
  mode: IDBTransactionMode,
  action: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  database ??= open();
  return database.then(
    (db) =>
      new Promise<T>((resolve, reject) => {
        const transaction = db.transaction(storeName, mode);
        const result = action(transaction.objectStore(storeName));
        transaction.oncomplete = () => resolve(result.result);
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      }),
  );
}

export function loadAll(): Promise<Conversation[]> {
  return run<Conversation[]>('readonly', (store) => store.getAll()).catch(() => []);
}

// False if it could not be kept: no database, or no more room.
export function save(conversation: Conversation): Promise<boolean> {
  return run('readwrite', (store) => store.put(conversation)).then(
    () => true,
    () => false,
  );
}

export function remove(id: string): Promise<boolean> {
  return run('readwrite', (store) => store.delete(id)).then(
    () => true,
    () => false,
  );
}
