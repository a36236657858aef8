import { X509Certificate } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../support/cli-run.ts';

const CODE = '3b9e9f0a-6f0c-4d53-9d6c-0f6a54b4a001';
let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mqtt-certs-pair-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const read = (...path: string[]): string => readFileSync(join(cwd, ...path), 'utf8');
const modeOf = (...path: string[]): string => (statSync(join(cwd, ...path)).mode & 0o777).toString(8);

test('a pair is two certificates to copy and two keys to keep, and no key is ever in drop', async () => {
  const run = await runCommand(cwd, ['pair', '--name', 'plant-7', '--code', CODE]);
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toBe('');
  expect(readdirSync(join(cwd, 'plant-7', 'drop')).sort()).toEqual(['ca.pem', 'verification.pem']);
  expect(readdirSync(join(cwd, 'plant-7', 'keys')).sort()).toEqual([
    '.gitignore',
    'README.txt',
    'ca.key.pem',
    'verification.key.pem',
  ]);
  expect(read('plant-7', 'drop', 'ca.pem') + read('plant-7', 'drop', 'verification.pem')).not.toContain('PRIVATE KEY');
  expect(read('plant-7', 'keys', 'README.txt')).toContain('Never copy this folder');
  expect(run.stdout).not.toContain('-----BEGIN');
  expect(run.stdout).not.toContain(CODE);
});

test('keys are readable by their owner only, and so is their folder', async () => {
  await runCommand(cwd, ['pair', '--name', 'plant-7', '--code', CODE]);
  expect(modeOf('plant-7', 'keys')).toBe('700');
  expect(modeOf('plant-7', 'keys', 'ca.key.pem')).toBe('600');
  expect(modeOf('plant-7', 'keys', 'verification.key.pem')).toBe('600');
});

test('a keys folder that was open to others is closed before a key is written into it', async () => {
  mkdirSync(join(cwd, 'plant-7', 'keys'), { recursive: true, mode: 0o755 });
  await runCommand(cwd, ['pair', '--name', 'plant-7', '--code', CODE]);
  expect(modeOf('plant-7', 'keys')).toBe('700');
});

test.each([
  ['ec-p256', 'prime256v1', undefined],
  ['ec-p384', 'secp384r1', undefined],
  ['rsa-2048', undefined, 2048],
])('with --key %s the CA signs the verification certificate, which carries the code', async (key, curve, bits) => {
  const run = await runCommand(cwd, ['pair', '--name', 'plant-7', '--code', CODE, '--key', key]);
  expect(run.exitCode).toBe(0);
  const ca = new X509Certificate(read('plant-7', 'drop', 'ca.pem'));
  const verification = new X509Certificate(read('plant-7', 'drop', 'verification.pem'));
  expect(ca.ca).toBe(true);
  expect(verification.ca).toBe(false);
  expect(verification.subject).toBe(`CN=${CODE}`);
  expect(verification.verify(ca.publicKey)).toBe(true);
  expect(verification.checkIssued(ca)).toBe(true);
  expect(ca.publicKey.asymmetricKeyDetails?.namedCurve).toBe(curve);
  expect(ca.publicKey.asymmetricKeyDetails?.modulusLength).toBe(bits);
});

test('validity starts five minutes ago and lasts as many days as asked', async () => {
  const now = () => Date.UTC(2026, 0, 2, 3, 5, 0, 999);
  const args = ['pair', '--name', 'p', '--code', CODE, '--days', '100', '--verification-days', '10'];
  await runCommand(cwd, args, { now });
  const ca = new X509Certificate(read('p', 'drop', 'ca.pem'));
  expect([ca.validFrom, ca.validTo]).toEqual(['Jan  2 03:00:00 2026 GMT', 'Apr 12 03:00:00 2026 GMT']);
  expect(new X509Certificate(read('p', 'drop', 'verification.pem')).validTo).toBe('Jan 12 03:00:00 2026 GMT');
});

test('a certificate that ends after 2049 still says the right year', async () => {
  const now = () => Date.UTC(2026, 0, 2, 3, 5, 0);
  await runCommand(cwd, ['pair', '--name', 'p', '--ca-only', '--days', '36500'], { now });
  expect(new X509Certificate(read('p', 'drop', 'ca.pem')).validTo).toBe('Dec  9 03:00:00 2125 GMT');
});

test('a subject is taken as written, commas and leading signs included', async () => {
  const subject = 'CN=#7 Device CA,O=Acme\\, Inc.,C=cn';
  await runCommand(cwd, ['pair', '--name', 'p', '--ca-only', '--subject', subject]);
  expect(new X509Certificate(read('p', 'drop', 'ca.pem')).subject).toBe('CN=\\#7 Device CA\nO=Acme\\, Inc.\nC=CN');
});

test('nothing is overwritten: a second pair of the same name is refused and the first one stays', async () => {
  await runCommand(cwd, ['pair', '--name', 'plant-7', '--code', CODE]);
  const before = read('plant-7', 'keys', 'ca.key.pem');
  const again = await runCommand(cwd, ['pair', '--name', 'plant-7', '--code', CODE]);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain('exists already and is not overwritten');
  expect(read('plant-7', 'keys', 'ca.key.pem')).toBe(before);
});

test('a file in the way of one half keeps the other half from being written', async () => {
  mkdirSync(join(cwd, 'p', 'keys'), { recursive: true });
  writeFileSync(join(cwd, 'p', 'keys', 'verification.key.pem'), 'old');
  expect((await runCommand(cwd, ['pair', '--name', 'p', '--code', CODE])).exitCode).toBe(2);
  expect(readdirSync(join(cwd, 'p'))).toEqual(['keys']);
  expect(readdirSync(join(cwd, 'p', 'keys'))).toEqual(['verification.key.pem']);
});

test('a CA made first gets its verification certificate later, in the same folder', async () => {
  const first = await runCommand(cwd, ['pair', '--name', 'p', '--ca-only']);
  expect(readdirSync(join(cwd, 'p', 'drop'))).toEqual(['ca.pem']);
  expect(first.stdout).toContain(
    '--verification-only --code <code> --ca-cert p/drop/ca.pem --ca-key p/keys/ca.key.pem',
  );
  const args = ['--verification-only', '--code', CODE, '--ca-cert', 'p/drop/ca.pem', '--ca-key', 'p/keys/ca.key.pem'];
  expect((await runCommand(cwd, ['pair', '--name', 'p', ...args])).exitCode).toBe(0);
  const ca = new X509Certificate(read('p', 'drop', 'ca.pem'));
  expect(new X509Certificate(read('p', 'drop', 'verification.pem')).verify(ca.publicKey)).toBe(true);
});

test('a key that does not belong to the CA is refused before anything is signed', async () => {
  await runCommand(cwd, ['pair', '--name', 'a', '--ca-only']);
  await runCommand(cwd, ['pair', '--name', 'b', '--ca-only']);
  const args = ['--verification-only', '--code', CODE, '--ca-cert', 'a/drop/ca.pem', '--ca-key', 'b/keys/ca.key.pem'];
  const run = await runCommand(cwd, ['pair', '--name', 'c', ...args]);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('b/keys/ca.key.pem is not the private key of a/drop/ca.pem');
  expect(readdirSync(cwd).sort()).toEqual(['a', 'b']);
});

test.each(['.', 'inbox/mqtt-cn-example', 'registered'])(
  'no key is written under a bucket folder (%s)',
  async (place) => {
    for (const name of ['inbox/mqtt-cn-example', 'registered'])
      mkdirSync(join(cwd, 'bucket', name), { recursive: true });
    const run = await runCommand(cwd, ['pair', '--name', 'p', '--code', CODE, '--out', join('bucket', place)]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('private keys must never get near a bucket');
    expect(readdirSync(join(cwd, 'bucket')).sort()).toEqual(['inbox', 'registered']);
    expect(readdirSync(join(cwd, 'bucket', 'inbox', 'mqtt-cn-example'))).toEqual([]);
  },
);

test('a symbolic link into a bucket is the bucket', async () => {
  mkdirSync(join(cwd, 'bucket', 'inbox', 'mqtt-cn-example'), { recursive: true });
  symlinkSync(join(cwd, 'bucket', 'inbox', 'mqtt-cn-example'), join(cwd, 'harmless'));
  const run = await runCommand(cwd, ['pair', '--name', 'p', '--code', CODE, '--out', 'harmless']);
  expect(run.exitCode).toBe(2);
  expect(readdirSync(join(cwd, 'bucket', 'inbox', 'mqtt-cn-example'))).toEqual([]);
});

test("the local cloud's bucket folder is refused even while it is empty", async () => {
  const folder = join(cwd, 'somewhere');
  mkdirSync(folder);
  mkdirSync(join(cwd, '.local'));
  const endpoints = {
    oss: { endpoint: 'http://127.0.0.1:1', region: 'cn-hangzhou', bucket: 'b', folder },
    mqtt: { endpoint: '127.0.0.1:1', protocol: 'HTTP', instances: ['mqtt-cn-example'] },
    sls: { endpoint: 'http://127.0.0.1:1', project: 'p', logstore: 'l' },
    credentials: { accessKeyId: 'id', accessKeySecret: 'secret' },
  };
  writeFileSync(join(cwd, '.local', 'endpoints.json'), JSON.stringify(endpoints));
  const run = await runCommand(cwd, ['pair', '--name', 'p', '--code', CODE, '--out', 'somewhere']);
  expect(run.exitCode).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [['--name', 'p'], '--code is missing'],
  [['--name', '../p', '--code', CODE], 'A name is 1 to 64 letters'],
  [['--name', 'p', '--code', ''], 'A registration code is 1 to 64 characters'],
  [['--name', 'p', '--code', 'a\u001bb'], 'A registration code is 1 to 64 characters'],
  [['--name', 'p', '--code', 'x'.repeat(65)], 'A registration code is 1 to 64 characters'],
  [['--name', 'p', '--code', CODE, '--key', 'dsa'], 'Choose one of rsa-2048, rsa-4096, ec-p256, ec-p384'],
  [['--name', 'p', '--code', CODE, '--days', '0'], 'Days are a whole number from 1 to 36500'],
  [['--name', 'p', '--code', CODE, '--ca-only'], '--ca-only makes no certificate that could carry a --code'],
  [['--name', 'p', '--code', CODE, '--ca-cert', 'x'], 'belong to --verification-only'],
  [['--name', 'p', '--code', CODE, '--verification-only'], '--verification-only signs with a CA you have'],
  [['--name', 'p', '--ca-only', '--subject', 'plant'], 'Write it like CN=plant 7,O=Acme,C=CN'],
  [['--name', 'p', '--nmae', 'p'], "unknown option '--nmae'"],
])('a command line that cannot be carried out ends with 2 and writes nothing: %j', async (args, message) => {
  const run = await runCommand(cwd, ['pair', ...args]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(message);
  expect(run.stdout).toBe('');
  expect(readdirSync(cwd)).toEqual([]);
});

test('--json answers with one object and errors are one object on stderr', async () => {
  const good = await runCommand(cwd, ['pair', '--name', 'p', '--code', CODE, '--json']);
  expect(JSON.parse(good.stdout)).toEqual({
    command: 'pair',
    name: 'p',
    dropFolder: join(cwd, 'p', 'drop'),
    drop: [join(cwd, 'p', 'drop', 'ca.pem'), join(cwd, 'p', 'drop', 'verification.pem')],
    keysFolder: join(cwd, 'p', 'keys'),
    keys: [join(cwd, 'p', 'keys', 'ca.key.pem'), join(cwd, 'p', 'keys', 'verification.key.pem')],
  });
  const bad = await runCommand(cwd, ['pair', '--name', 'p', '--code', CODE, '--json']);
  expect(bad.stdout).toBe('');
  expect(JSON.parse(bad.stderr)).toEqual({
    error: {
      code: 'usage',
      message: `${join(cwd, 'p', 'drop', 'ca.pem')} exists already and is not overwritten`,
      next: 'Choose another --name or --out, or move the old files away.',
    },
  });
});
