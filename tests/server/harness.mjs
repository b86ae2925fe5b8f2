// Starts `bantam serve` for the Node tests of this folder, and stops it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = process.env.BANTAM_BIN ?? join(root, 'build/release/bantam');
const models = process.env.BANTAM_MODELS ?? join(root, 'models');

export const SMOL = join(models, 'smollm2-135m-instruct-q4_1.gguf');
export const QWEN = join(models, 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf');
export const MINILM = join(models, 'all-minilm-l6-v2');
export const PATIENCE_MS = 300_000; // machines under test are slow and shared

// Options of a suite whose models may be missing: `describe(name, needs(SMOL), …)`.
export function needs(...files) {
  const missing = files.filter((file) => !existsSync(file));
  return missing.length > 0 ? { skip: `${missing} is not there (./dev model)` } : {};
}

// A server on a free port, with a home directory of its own.
export async function start(...args) {
  const home = mkdtempSync(join(tmpdir(), 'bantam-node-'));
  const server = spawn(program, ['serve', '--port', '0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' },
  });
  const ended = once(server, 'exit');
  const lines = [];
  const url = await new Promise((found, failed) => {
    createInterface(server.stderr).on('line', (line) => {
      lines.push(line);
      const match = /listening on (http:\/\/[^ ,]+)/.exec(line);
      if (match) found(match[1]);
    });
    ended.then(() => failed(new Error(`the server does not listen: ${lines.join('\n')}`)));
  });
  return {
    url,
    async stop() {
      server.kill('SIGTERM');
      const [code] = await ended;
      rmSync(home, { recursive: true });
      assert.equal(code, 0, lines.slice(-5).join('\n'));
    },
  };
}

// All that an asynchronous iterator gives.
export async function all(iterator) {
  const items = [];
  for await (const item of iterator) items.push(item);
  return items;
}
