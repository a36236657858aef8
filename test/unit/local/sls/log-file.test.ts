import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLogFile } from '../../../../local/sls/log-file.ts';
import type { StoredLog } from '../../../../local/sls/stored-log.ts';

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'local-sls-file-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'sls', 'events.ndjson');
}

const log = (n: number): StoredLog => ({ time: n, timeNs: 0, topic: '', source: '', fields: { n: String(n) } });

test('logs survive a restart, the file is its owner’s alone, and memory keeps the newest', async () => {
  const path = await newPath();
  const first = await openLogFile(path);
  await Promise.all([first.append([log(1), log(2)]), first.append([log(3)]), first.append([])]);
  await first.close();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const second = await openLogFile(path, 2);
  expect(second.logs()).toEqual([log(2), log(3)]);
  await second.append([log(4)]);
  expect(second.logs()).toEqual([log(3), log(4)]);
  await second.close();
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(5);
});

test('a line that a crash cut off is left out and does not spoil the next', async () => {
  const path = await newPath();
  const first = await openLogFile(path);
  await first.append([log(1)]);
  await first.close();
  await appendFile(path, '{"time":2,"timeNs"');
  const second = await openLogFile(path);
  await second.append([log(3)]);
  await second.close();
  const third = await openLogFile(path);
  expect(third.logs()).toEqual([log(1), log(3)]);
  await third.clear();
  await third.append([log(5)]);
  await third.close();
  expect(await readFile(path, 'utf8')).toBe('{"time":5,"timeNs":0,"topic":"","source":"","fields":{"n":"5"}}\n');
});
