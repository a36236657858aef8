import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/cli-run.ts';

const CODE = '3b9e9f0a-6f0c-4d53-9d6c-0f6a54b4a001';
let cwd = '';
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'mqtt-certs-check-'));
  await runCommand(cwd, ['pair', '--name', 'a', '--code', CODE]);
  await runCommand(cwd, ['pair', '--name', 'b', '--code', CODE]);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface CheckAnswer {
  readonly verdict: string;
  readonly holdsPrivateKey: boolean;
  readonly problems: readonly { readonly code: string; readonly severity: string; readonly file: string }[];
}

async function checkJson(...args: string[]): Promise<{ exitCode: number; answer: CheckAnswer; text: string }> {
  const run = await runCommand(cwd, ['check', ...args, '--json']);
  return { exitCode: run.exitCode, answer: JSON.parse(run.stdout) as CheckAnswer, text: run.stdout };
}

test('a pair made here passes, given as a folder or as two files in any order', async () => {
  for (const files of [['a/drop'], ['a/drop/verification.pem', 'a/drop/ca.pem']]) {
    const run = await runCommand(cwd, ['check', ...files, '--code', CODE]);
    expect(run.stdout).toContain('This pair is sound; it can be dropped.');
    expect(run.exitCode).toBe(0);
  }
});

test('the machine answer describes both certificates and holds neither of them', async () => {
  const { answer, exitCode, text } = await checkJson('a/drop');
  expect(exitCode).toBe(0);
  expect(answer).toMatchObject({
    command: 'check',
    verdict: 'good',
    holdsPrivateKey: false,
    ca: { file: 'ca.pem', key: 'EC P-256' },
    verification: { file: 'verification.pem', key: 'EC P-256' },
    problems: [],
  });
  expect(text).not.toContain('BEGIN');
  expect(text).not.toContain(CODE);
});

test('halves of two pairs are blocked with every reason', async () => {
  const { answer, exitCode } = await checkJson('a/drop/ca.pem', 'b/drop/verification.pem');
  expect(exitCode).toBe(1);
  expect(answer.verdict).toBe('blocked');
  expect(answer.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    'block issuer-mismatch',
    'block signed-by-stranger',
  ]);
});

test('one half alone is blocked, because nothing else will come', async () => {
  const { answer, exitCode } = await checkJson('a/drop/ca.pem');
  expect(exitCode).toBe(1);
  expect(answer.problems.map(({ code }) => code)).toEqual(['verification-missing']);
});

test('another code than the one the pair was made for is a warning, not a block', async () => {
  const { answer, exitCode } = await checkJson('a/drop', '--code', '00000000-0000-4000-8000-000000000000');
  expect(exitCode).toBe(0);
  expect(answer.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['warn code-not-handed-out']);
});

test('a private key among the files blocks, loudly, and is not repeated', async () => {
  const run = await runCommand(cwd, ['check', 'a/drop', 'a/keys/ca.key.pem']);
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('There is a private key among these files. Do not upload them');
  expect(run.stdout).not.toContain('BEGIN');
  const { answer } = await checkJson('a/drop', 'a/keys/ca.key.pem');
  expect(answer.holdsPrivateKey).toBe(true);
  expect(answer.problems).toMatchObject([{ code: 'private-key-present', file: 'ca.key.pem' }]);
});

test('a key that an offline check finds has not left any hands, and the advice is never to upload it', async () => {
  const run = await runCommand(cwd, ['check', 'a/keys/ca.key.pem', '--lang', 'both']);
  expect(run.stdout).toContain('Never upload this file: an offline check moves nothing');
  expect(run.stdout).toContain('绝不要上传此文件');
  expect(run.stdout).not.toContain('has left your hands');
  expect(run.stdout).not.toContain('已离开您的控制');
});

test('a file over 64 KiB is refused for its size, whatever is in it', async () => {
  writeFileSync(join(cwd, 'big.pem'), Buffer.alloc(65_537, 'x'));
  const { answer, exitCode } = await checkJson('a/drop', 'big.pem');
  expect(exitCode).toBe(1);
  expect(answer.problems.map(({ code, file }) => `${code} ${file}`)).toEqual(['file-too-large big.pem']);
});

test('what computers leave behind in a folder is passed over', async () => {
  mkdirSync(join(cwd, 'mac'));
  for (const name of ['ca.pem', 'verification.pem']) copyFileSync(join(cwd, 'a', 'drop', name), join(cwd, 'mac', name));
  writeFileSync(join(cwd, 'mac', '.DS_Store'), 'x');
  writeFileSync(join(cwd, 'mac', '._ca.pem'), 'x');
  expect((await checkJson('mac')).answer.problems).toEqual([]);
});

test('--lang zh speaks Chinese, --lang both speaks both', async () => {
  const zh = await runCommand(cwd, ['check', 'a/drop/ca.pem', '--lang', 'zh']);
  expect(zh.stdout).toContain('不能上传');
  expect(zh.stdout).not.toContain('This drop would be rejected.');
  const both = await runCommand(cwd, ['check', 'a/drop/ca.pem', '--lang', 'both']);
  expect(both.stdout).toContain('不能上传');
  expect(both.stdout).toContain('This drop would be rejected.');
});

test('a hostile file name reaches the terminal without its escape sequence', async () => {
  copyFileSync(join(cwd, 'a', 'drop', 'ca.pem'), join(cwd, '\u001b[31mevil\u202e.pem'));
  const run = await runCommand(cwd, ['check', '\u001b[31mevil\u202e.pem']);
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('␛［31mevil');
  expect(run.stdout).not.toContain('\u001b');
  expect(run.stdout).not.toContain('\u202e');
});

test.each([
  [[], 2, "missing required argument 'files'"],
  [['nowhere.pem'], 2, 'nowhere.pem: there is no such file or folder'],
  [['empty'], 2, 'there is no file to check'],
  [['many'], 2, '21 files are more than the 20 a drop may have'],
  [['a/drop', '--lang', 'fr'], 2, 'Choose one of zh, en, both.'],
])('check %j ends with %d and says why', async (args, exitCode, message) => {
  mkdirSync(join(cwd, 'empty'), { recursive: true });
  mkdirSync(join(cwd, 'many'), { recursive: true });
  for (let at = 0; at < 21; at += 1) writeFileSync(join(cwd, 'many', `${at}.pem`), '');
  const run = await runCommand(cwd, ['check', ...args]);
  expect(run.exitCode).toBe(exitCode);
  expect(run.stderr).toContain(message);
  expect(run.stdout).toBe('');
});
