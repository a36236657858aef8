import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundleFunctions } from '../../../scripts/bundle.ts';

const PROJECT = dirname(dirname(dirname(import.meta.dirname)));

/** Bundles the functions into a folder of the test's own; gives the paths of all sources that went in. */
async function bundledSources(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['functions', 'shared', 'node_modules', 'package.json', 'tsconfig.json']) {
    symlinkSync(join(PROJECT, name), join(folder, name));
  }
  await bundleFunctions(folder);
  const meta = JSON.parse(readFileSync(join(folder, '.build/meta-functions.json'), 'utf8')) as {
    readonly inputs: Readonly<Record<string, unknown>>;
  };
  return Object.keys(meta.inputs);
}

test('functions are bundled from functions, shared and packages alone', async () => {
  const sources = await bundledSources();
  const own = sources.filter((path) => !path.includes('/node_modules/') && !path.startsWith('left-out:'));
  expect(own.length).toBeGreaterThan(50);
  expect(own.filter((path) => !/(^|\/)(functions|shared)\/[^.]|(^|\/)package\.json$/.test(path))).toEqual([]);
});

test('what the SDKs load and never use here is left out, and all that is used is in', async () => {
  const sources = await bundledSources();
  const unused = /\/node_modules\/(urllib|iconv-lite|formstream|platform|xmlbuilder)\//;
  expect(sources.filter((path) => unused.test(path))).toEqual([]);
  for (const used of ['ali-oss/lib/client.js', 'xml2js/lib/parser.js', '@alicloud/openapi-client/dist/client.js']) {
    expect(sources.filter((path) => path.endsWith(`/node_modules/${used}`))).toHaveLength(1);
  }
});
