// How the page is built and unit-tested: a few hashed files, nothing inline (the server's policy
// forbids it), every address relative, so that the page also works below a prefix of a proxy.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const server = process.env.BANTAM_URL ?? 'http://127.0.0.1:11434';

export default defineConfig({
  root: here,
  base: './',
  cacheDir: `${here}../build/web/cache`,
  build: {
    outDir: process.env.BANTAM_PAGE_OUT ?? `${here}../build/web/dist`,
    emptyOutDir: true,
    target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/page-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {
    fs: { allow: [`${here}..`] },
    proxy: { '/v1': server, '/api': server, '/metrics': server },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*_test.{ts,tsx}'],
  },
});
