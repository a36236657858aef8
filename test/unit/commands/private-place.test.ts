import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bucketAround, realPathOf } from '../../../scripts/commands/private-place.ts';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'mqtt-certs-place-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('an ordinary folder is fine, also one that does not exist yet', () => {
  expect(bucketAround(root, [])).toBeUndefined();
  expect(bucketAround(join(root, 'a', 'b'), [])).toBeUndefined();
});

test.each([['inbox'], ['inbox', 'registered'], ['inbox', 'watch', 'something-else']])(
  'a folder with %s %s is laid out like a bucket',
  (...names) => {
    for (const name of names) mkdirSync(join(root, 'b', name), { recursive: true });
    expect(bucketAround(join(root, 'b', 'x', 'y'), [])).toBe(join(root, 'b'));
  },
);

test('a home folder that has an inbox among other things is no bucket, but its inbox may be one', () => {
  for (const name of ['inbox', 'Documents', 'Pictures']) mkdirSync(join(root, 'home', name), { recursive: true });
  expect(bucketAround(join(root, 'home', 'Documents'), [])).toBeUndefined();
  expect(bucketAround(join(root, 'home', 'inbox', 'x'), [])).toBe(join(root, 'home', 'inbox'));
});

test('links are followed on the way to a folder that does not exist yet', () => {
  mkdirSync(join(root, 'bucket'));
  symlinkSync(join(root, 'bucket'), join(root, 'link'));
  expect(realPathOf(join(root, 'link', 'new', 'folder'))).toBe(join(root, 'bucket', 'new', 'folder'));
  expect(bucketAround(join(root, 'link', 'new'), [join(root, 'bucket')])).toBe(join(root, 'bucket'));
  expect(bucketAround(join(root, 'bucket', 'new'), [join(root, 'link')])).toBe(join(root, 'bucket'));
});

test('a folder beside the bucket whose name begins alike is fine', () => {
  mkdirSync(join(root, 'bucket'));
  expect(bucketAround(join(root, 'bucket-keys'), [join(root, 'bucket')])).toBeUndefined();
});
