// Requests to the server that served the page: relative addresses, the optional key, and errors in
// the shapes that OpenAI's and Ollama's APIs use.
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly retryAfterSeconds = 0,
  ) {
    super(message);
  }
}

const keyName = 'bantam.key';

// The key stays in this tab only (sessionStorage) and is never written to disk by the page.
export function apiKey(): string {
  try {
    return sessionStorage.getItem(keyName) ?? '';
  } catch {
    return '';
  }
}

export function setApiKey(key: string): void {
  try {
    if (key) sessionStorage.setItem(keyName, key);
    else sessionStorage.removeItem(keyName);
  } catch {
    // No storage: the server will ask again.
  }
}

export function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

export function headers(json: boolean): Record<string, string> {
  const result: Record<string, string> = {};
  if (json) result['Content-Type'] = 'application/json';
  const key = apiKey();
  if (key) result['Authorization'] = `Bearer ${key}`;
  return result;
}

// The message of an error body: {"error": {"message": …}}, {"error": "…"} or plain text.
export function errorMessage(body: string, status: number): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } | string };
    if (typeof error === 'string' && error) return error;
    if (error && typeof error === 'object' && typeof error.message === 'string') {
      return error.message;
    }
  } catch {
    // Not JSON: what a proxy says, perhaps a whole HTML page.
  }
  const text = body.trim();
  return text && !text.startsWith('<') && text.length < 300 ? text : `HTTP ${status}`;
}

export async function request(
  path: string,
  init: RequestInit = {},
  more: Record<string, string> = {},
): Promise<Response> {
  const response = await fetch(address(path), {
    ...init,
    headers: { ...headers(init.body !== undefined), ...more },
    // Browsers keep no reply to a POST; with no-store they would ask for one that is not kept.
    cache: init.method === 'POST' ? 'default' : 'no-store',
    credentials: 'same-origin',
  });
  if (response.ok) return response;
  const retry = Number(response.headers.get('Retry-After'));
  throw new ApiError(
    errorMessage(await response.text(), response.status),
    response.status,
    Number.isFinite(retry) ? retry : 0,
  );
}

export async function requestJson<T>(path: string, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await request(path, init)).json() as Promise<T>;
}
