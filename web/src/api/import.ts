// A model file to the server: POST api/import?name=FILE with the file as body. XMLHttpRequest,
// because fetch tells nothing of what has been sent.
import { ApiError, address, errorMessage, headers } from './http';

export interface ImportProgress {
  sent: number;
  total: number;
}

// Refuses what is no GGUF before gigabytes are sent.
export async function isGguf(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return head.length === 4 && String.fromCharCode(...head) === 'GGUF';
}

// The name of the new model.
export function importModel(
  file: File,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', address(`api/import?name=${encodeURIComponent(file.name)}`));
    for (const [name, value] of Object.entries(headers(false))) xhr.setRequestHeader(name, value);
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    xhr.upload.onprogress = (event) => onProgress({ sent: event.loaded, total: file.size });
    xhr.onload = () => {
      if (xhr.status < 200 || xhr.status > 299) {
        reject(new ApiError(errorMessage(xhr.responseText, xhr.status), xhr.status));
        return;
      }
      try {
        const { model } = JSON.parse(xhr.responseText) as { model: unknown };
        if (typeof model !== 'string') throw new Error();
        resolve(model);
      } catch {
        reject(new ApiError('the server named no model', xhr.status));
      }
    };
    xhr.onerror = () => reject(new ApiError('network', 0));
    xhr.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', () => xhr.abort());
    xhr.send(file);
  });
}
