// Turns a built page into C++: node web/embed.mjs DIST OUT.cc writes bantam::server::Pages() with
// every file, its type, the hash of its bytes, and the bytes themselves, plain and compressed.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const maxGzip = 150 * 1024; // the whole page; it is to stay small

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const [dist, out] = process.argv.slice(2);

// Three octal digits a byte: unlike hex, they cannot run into a digit that follows.
function literal(bytes) {
  const lines = [];
  for (let i = 0; i < bytes.length; i += 24) {
    const octal = [...bytes.subarray(i, i + 24)].map((b) => `\\${b.toString(8).padStart(3, '0')}`);
    lines.push(`    "${octal.join('')}"`);
  }
  return lines.join('\n');
}

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(dist, path.join(entry.parentPath ?? entry.path, entry.name)))
  .sort();
const data = [];
const rows = [];
let total = 0;
files.forEach((name, i) => {
  const type = types[path.extname(name)];
  if (!type) throw new Error(`${name}: a kind of file that the page should not have`);
  const bytes = readFileSync(path.join(dist, name));
  const gzip = gzipSync(bytes, { level: 9 });
  const smaller = gzip.length < bytes.length;
  total += Math.min(gzip.length, bytes.length);
  const url = name === 'index.html' ? '/' : `/${name.split(path.sep).join('/')}`;
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 20);
  data.push(`constexpr char kPlain${i}[] =\n${literal(bytes)};`);
  if (smaller) data.push(`constexpr char kGzip${i}[] =\n${literal(gzip)};`);
  const zipped = smaller ? `{kGzip${i}, ${gzip.length}}` : '{}';
  rows.push(
    `    {"${url}", "${type}", "${etag}", ${url.startsWith('/assets/')},\n` +
      `     {kPlain${i}, ${bytes.length}}, ${zipped}},`,
  );
});
if (!files.includes('index.html')) throw new Error(`${dist} holds no page`);
if (total > maxGzip) throw new Error(`the page has ${total} bytes compressed; at most ${maxGzip}`);

writeFileSync(
  out,
  `// Made by web/embed.mjs from the built page.
#include "server/pages.h"

namespace bantam::server {
namespace {

${data.join('\n')}

constexpr Page kPages[] = {
${rows.join('\n')}
};

}  // namespace

std::span<const Page> Pages() {
  return kPages;
}

}  // namespace bantam::server
`,
);
console.log(`${files.length} files, ${total} bytes compressed`);
