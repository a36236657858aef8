import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const LAUNCHER = join(dirname(dirname(import.meta.dirname)), 'scripts', 'run.mjs');
let cwd = '';
const children: ChildProcess[] = [];
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mqtt-certs-start-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL'); // only what a failed test left behind
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Line {
  readonly act?: string;
  readonly step: string;
  readonly [fact: string]: unknown;
}

interface Run {
  readonly child: ChildProcess;
  readonly lines: Line[];
  /** Resolves at the first line for which it is true. */
  readonly seen: (wanted: (line: Line) => boolean) => Promise<Line>;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }>;
}

function launch(args: readonly string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const text = { stdout: '', stderr: '' };
  child.stderr.on('data', (chunk: Buffer) => {
    text.stderr += chunk.toString('utf8');
  });
  const lines: Line[] = [];
  const waiting: { wanted: (line: Line) => boolean; resolve: (line: Line) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    text.stdout += `${line}\n`;
    if (!line.startsWith('{')) return;
    const parsed = JSON.parse(line) as Line;
    lines.push(parsed);
    for (const one of waiting) if (one.wanted(parsed)) one.resolve(parsed);
  });
  return {
    child,
    lines,
    seen: (wanted) =>
      new Promise((resolve, reject) => {
        const found = lines.find(wanted);
        if (found !== undefined) resolve(found);
        waiting.push({ wanted, resolve });
        child.once('close', () => reject(new Error(`it ended without that line:\n${text.stdout}${text.stderr}`)));
      }),
    ended: new Promise((resolve) => {
      child.once('close', (exitCode) => resolve({ exitCode, ...text }));
    }),
  };
}

// Which calls run, whether one of them sees half a drop, and when the teller's own timer comes is up to the machine.
const stepsOf = (lines: readonly Line[]) =>
  lines
    .filter(({ step }) => step !== 'function-ran' && step !== 'drop-waiting' && step !== 'message')
    .map(({ act, step }) => `${act ?? ''}/${step}`);

test('start --once plays the main job: pairs registered, one refused, a fleet swept, all read back, twice on one folder', async () => {
  for (const round of ['first', 'second']) {
    const run = launch(['start', '--once', '--json']);
    const { exitCode, stderr } = await run.ended;
    expect({ round, exitCode, stderr }).toEqual({ round, exitCode: 0, stderr: '' });
    expect(stepsOf(run.lines)).toEqual([
      '/ready',
      'rsa/code-received',
      'rsa/pair-made',
      'rsa/pair-checked',
      'rsa/dropped',
      'rsa/ca-registered',
      'rsa/read-back',
      'rsa/receipt',
      'ec/code-received',
      'ec/pair-made',
      'ec/pair-checked',
      'ec/dropped',
      'ec/ca-registered',
      'ec/read-back',
      'ec/receipt',
      'wrong/code-received',
      'wrong/pair-made',
      'wrong/pair-checked',
      'wrong/dropped',
      'wrong/pair-rejected',
      'wrong/reason',
      'told/time-passes',
      'fleet/fleet-ca',
      'fleet/fleet-ca',
      'fleet/fleet-ca',
      'fleet/fleet-up',
      'fleet/watch-list',
      'fleet/first-sweep',
      'fleet/time-passes',
      'fleet/trouble',
      'fleet/device-reactivated',
      'fleet/device-reactivated',
      'fleet/held',
      'fleet/device-expired',
      'fleet/ca-not-active',
      'fleet/second-sweep',
      'fleet/time-passes',
      'fleet/switched-off-again',
      'fleet/flapping',
      'fleet/third-sweep',
      'storm/time-passes',
      'storm/time-passes',
      'storm/pair-made',
      'storm/storm',
      'storm/storm-told',
      '/finished',
    ]);
    expect(run.lines.find(({ step }) => step === 'pair-rejected')?.['reasons']).toEqual([
      'verification-expired',
      'signed-by-namesake',
    ]);
    expect(run.lines.find(({ step }) => step === 'second-sweep')).toMatchObject({ watched: 40, reactivated: 2 });
    expect(run.lines.find(({ step }) => step === 'third-sweep')).toMatchObject({
      watched: 40,
      inactive: 4,
      healthy: 36,
    });
    expect(run.lines.find(({ step }) => step === 'storm-told')).toMatchObject({ recorded: 500, waiting: 0 });
    // In messages of their own or in a digest, as the teller's own timer comes.
    const chat = run.lines
      .filter(({ step }) => step === 'message')
      .map(({ text, title }) => `${String(title)} ${String(text)}`);
    for (const said of ['CA 证书已注册', 'CA 未注册', '设备证书反复被停用']) expect(chat.join('\n')).toContain(said);
  }
  const bucket = join(cwd, '.local', 'oss', 'mqtt-cert-pipeline');
  expect(readdirSync(join(bucket, 'registered', 'post-cn-local00001'))).toHaveLength(10);
  expect(readdirSync(join(bucket, 'rejected', 'post-cn-local00001'))).toHaveLength(1002);
});

test('the timeline for people has no escape sequence in a pipe, and with FORCE_COLOR it has', async () => {
  const plain = await launch(['start', '--once', '--no-demo', '--data', 'plain']).ended;
  expect(plain.exitCode).toBe(0);
  expect(plain.stdout).toContain('● local cloud ready in');
  expect(plain.stdout).not.toContain('\u001b');
  const forced = await launch(['start', '--once', '--no-demo', '--data', 'plain'], { FORCE_COLOR: '1' }).ended;
  expect(forced.stdout).toContain('\u001b[32m●\u001b[39m');
});

test('it stays up until it is told to stop, refuses a second one by name, and shows what is dropped meanwhile', async () => {
  const run = launch(['start', '--no-demo', '--json', '--data', 'up']);
  const up = await run.seen(({ step }) => step === 'up');
  expect(up['inbox']).toBe(join(cwd, 'up', 'oss', 'mqtt-cert-pipeline', 'inbox', 'post-cn-local00001'));
  expect(existsSync(join(cwd, 'up', 'endpoints.json'))).toBe(true);

  const second = await launch(['start', '--once', '--data', 'up']).ended;
  expect(second.exitCode).toBe(1);
  expect(second.stderr).toContain(
    `a local cloud already runs on ${join(cwd, 'up')} (process ${String(run.child.pid)})`,
  );

  const code = await launch(['code', '--instance', 'post-cn-local00001', '--yes', '--local', 'up']).ended;
  const pair = await launch(['pair', '--name', 'plant-7', '--code', code.stdout.trim(), '--local', 'up']).ended;
  expect(pair.exitCode).toBe(0);
  const put = await launch(['pair', '--name', 'plant-8', '--ca-only', '--out', 'up/oss/mqtt-cert-pipeline']).ended;
  expect(put.exitCode).toBe(2);

  const record = run.seen((line) => line['kind'] === 'ca-registered');
  cpSync(join(cwd, 'plant-7', 'drop'), join(String(up['inbox']), 'plant-7'), { recursive: true });
  expect(await record).toMatchObject({ instance: 'post-cn-local00001', name: 'plant-7' });

  const tail = await launch(['log', 'tail', '--local', 'up', '--query', 'name: plant-7']).ended;
  expect(tail.stdout).toContain('ca-registered');

  const secrets = secretsIn(join(cwd, 'up', 'endpoints.json'));
  run.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await run.ended;
  expect(exitCode).toBe(0);
  expect(run.lines.at(-1)).toEqual({ step: 'stopped', kept: join(cwd, 'up') });
  for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  expect(stdout).not.toContain('-----BEGIN');
});

function secretsIn(endpointsFile: string): string[] {
  const { admin, credentials } = JSON.parse(readFileSync(endpointsFile, 'utf8')) as {
    admin: { token: string };
    credentials: { accessKeySecret: string };
  };
  return [admin.token, credentials.accessKeySecret];
}

test('a play in which something expected does not happen ends with 1 and names it', async () => {
  await launch(['start', '--once', '--no-demo', '--data', 'paused']).ended;
  const control = join(cwd, 'paused', 'oss', 'mqtt-cert-pipeline', 'control');
  mkdirSync(control, { recursive: true });
  writeFileSync(join(control, 'paused'), '');
  const { exitCode, stderr } = await launch(['start', '--once', '--json', '--data', 'paused']).ended;
  expect(exitCode).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      code: 'missing-rsa-ca-registered',
      message: expect.stringMatching(
        /^the play expected that the drop play-rsa-[0-9a-f]{6} ends as ca-registered, but it ended as drop-paused: /,
      ) as string,
      next: `Look with "npx mqtt-certs log tail --since 5m --local ${join(cwd, 'paused')}", and into ${join(cwd, 'paused', 'logs')}.`,
    },
  });
});

test('a folder that holds other things is not taken for a data folder', async () => {
  mkdirSync(join(cwd, 'mine'));
  writeFileSync(join(cwd, 'mine', 'thesis.txt'), 'x');
  const run = await launch(['start', '--once', '--data', 'mine']).ended;
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('thesis.txt');
  expect(readFileSync(join(cwd, 'mine', 'thesis.txt'), 'utf8')).toBe('x');
});

test('help and mistakes end with the documented exit codes', async () => {
  const help = await launch(['--help']).ended;
  expect(help.exitCode).toBe(0);
  for (const name of [
    'start',
    'pair',
    'check',
    'code',
    'log',
    'watch',
    'hold',
    'release',
    'pause',
    'resume',
    'sweep',
    'devices',
    'undo',
  ])
    expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  const typo = await launch(['chekc']).ended;
  expect(typo.exitCode).toBe(2);
  expect(typo.stderr).toContain('Did you mean check?');
});
