import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder, writePrivateFile } from '../../../../local/data-folder.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(folder: string, reset = false): DataFolder {
  return openDataFolder(folder, { reset, realNow: () => Date.now() });
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('a new folder is made for its owner only, and can be used again after it was given free', () => {
  const path = join(newFolder(), 'deep', '.local');
  const folder = open(path);
  expect(modeOf(path)).toBe('700');
  expect(readdirSync(path).map((file) => modeOf(join(path, file)))).toEqual(['600', '600']);
  folder.release();
  open(path).release();
});

test('a second local cloud on the same folder is refused, with the number of the process', () => {
  const path = newFolder();
  const folder = open(path);
  expect(() => open(path)).toThrow(
    `a local cloud already runs on ${path} (process ${String(process.pid)}): stop it, or start this one with --data <another folder>`,
  );
  expect(() => open(path, true)).toThrow('already runs on');
  folder.release();
  open(path).release();
});

test.each([
  ['a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1 })],
  ['an earlier process with the number of this one', JSON.stringify({ pid: process.pid, born: 'another boot 1' })],
  ['a process that was killed while it wrote', '{"pid":'],
])('the lock of %s is taken over', (_name, lock) => {
  const path = newFolder();
  open(path).release();
  writeFileSync(join(path, 'lock.json'), lock);
  const folder = open(path);
  expect(() => open(path)).toThrow('already runs on');
  folder.release();
});

test('a take-over that was cut off does not block for ever', () => {
  const path = newFolder();
  open(path).release();
  writeFileSync(join(path, 'lock.json'), JSON.stringify({ pid: 2 ** 22 + 1 }));
  writeFileSync(join(path, 'lock.takeover'), JSON.stringify({ pid: 2 ** 22 + 1 }));
  expect(() => open(path)).toThrow('already runs on'); // one this young may still be under way
  utimesSync(join(path, 'lock.takeover'), new Date(0), new Date(0));
  open(path).release();
  expect(existsSync(join(path, 'lock.takeover'))).toBe(false);
});

test('a reset empties what is ours and follows no symbolic link', () => {
  const path = newFolder();
  const outside = newFolder();
  writeFileSync(join(outside, 'precious'), 'keep');
  open(path).release();
  mkdirSync(join(path, 'oss', 'bucket'), { recursive: true });
  writeFileSync(join(path, 'oss', 'bucket', 'file'), 'x');
  symlinkSync(outside, join(path, 'link'));
  const folder = open(path, true);
  expect(readdirSync(path).sort()).toEqual(['.mqtt-cert-pipeline-local-cloud', 'lock.json']);
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('keep');
  folder.release();
});

test('a folder with other things in it is refused and left as it is, reset or not', () => {
  const path = newFolder();
  writeFileSync(join(path, 'thesis.txt'), 'years of work');
  for (const reset of [false, true]) {
    expect(() => open(path, reset)).toThrow('it already holds other things, such as "thesis.txt"');
  }
  writeFileSync(join(path, '.mqtt-cert-pipeline-local-cloud'), 'something else');
  expect(() => open(path, true)).toThrow('its mark is of something else');
  expect(readFileSync(join(path, 'thesis.txt'), 'utf8')).toBe('years of work');
});

test('a file in the place of the folder, or a link to one elsewhere, is refused', () => {
  const parent = newFolder();
  writeFileSync(join(parent, 'file'), '');
  symlinkSync(newFolder(), join(parent, 'link'));
  expect(() => open(join(parent, 'file'))).toThrow('it is not a folder');
  expect(() => open(join(parent, 'link'))).toThrow('it is not a folder');
});

test('private files are replaced whole and readable by their owner only', () => {
  const path = join(newFolder(), 'endpoints.json');
  writePrivateFile(path, 'first');
  writePrivateFile(path, 'second');
  expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['second', '600']);
});
