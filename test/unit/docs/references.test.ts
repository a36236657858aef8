import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const LINK = /\]\((?!https?:)([^)#\s]+)[^)]*\)/g;
/** A path of this repository in code marks; patterns with `*`, `<` or `…` are not looked for. */
const PATH = /`((?:functions|shared|local|scripts|test|docs)\/[\w./-]+)`/g;

test.each(DOCUMENTS)('%s links to and names only what exists', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const links = [...text.matchAll(LINK)].map(([, target = '']) => join(dirname(document), target));
  const paths = [...text.matchAll(PATH)].map(([, path = '']) => path);
  expect([...links, ...paths].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
