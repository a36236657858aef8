import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';
import { runCommand } from '../support/cli-run.ts';

const INSTANCE = 'post-cn-local00001';
let world: CliCloud;
beforeAll(async () => {
  world = await startCliCloud();
});
afterAll(() => world.close());
beforeEach(() => world.cloud.reset());

test('a code is the only thing on stdout, and the target is named on stderr', async () => {
  const run = await runCommand(world.cwd, ['code', '--instance', INSTANCE, '--yes']);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toMatch(/^[0-9a-f]{8}-[0-9a-zA-Z-]{20,55}\n$/);
  expect(run.stderr).toBe(`using the local cloud in ${join(world.cwd, '.local')}\n`);
});

test('with --for the bucket remembers the hash of the code, and the code nowhere', async () => {
  const run = await runCommand(world.cwd, ['code', '--instance', INSTANCE, '--for', 'plant-7', '--yes']);
  const code = run.stdout.trim();
  const folder = join(world.cloud.endpoints.oss.folder, 'state', 'register', INSTANCE, 'plant-7', 'codes');
  const [name = ''] = readdirSync(folder);
  expect(name).toBe(`${createHash('sha256').update(code).digest('hex')}.json`);
  expect(readFileSync(join(folder, name), 'utf8')).not.toContain(code);
});

test('without --yes the person is warned and asked, and a no asks the service nothing', async () => {
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve('');
  };
  const run = await runCommand(world.cwd, ['code', '--instance', INSTANCE], { ask });
  expect(asked).toEqual(['Ask for a new code? [y/N] ']);
  expect(run.stderr).toContain('may invalidate one that was handed out');
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toBe('');
  expect(world.cloud.mqtt.calls()).toEqual([]);
});

test('a yes gets the code', async () => {
  const run = await runCommand(world.cwd, ['code', '--instance', INSTANCE], { ask: () => Promise.resolve('y') });
  expect(run.exitCode).toBe(0);
  expect(run.stdout).not.toBe('');
});

test('where nobody can answer, --yes is needed', async () => {
  const run = await runCommand(world.cwd, ['code', '--instance', INSTANCE]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('add --yes if that is fine');
  expect(world.cloud.mqtt.calls()).toEqual([]);
});

test("the service's refusal is told by its code, with what to do", async () => {
  const run = await runCommand(world.cwd, ['code', '--instance', 'post-cn-elsewhere01', '--yes']);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('the service gave no registration code: MqttInstanceNotFound');
  expect(run.stderr).toContain('Check that the instance id, the region and the endpoint');
});

test('a pair made with a code from the service is told where to be copied', async () => {
  const code = (await runCommand(world.cwd, ['code', '--instance', INSTANCE, '--yes'])).stdout.trim();
  const run = await runCommand(world.cwd, ['pair', '--name', 'plant-7', '--code', code]);
  expect(run.stdout).toContain(join(world.cloud.endpoints.oss.folder, 'inbox', INSTANCE, 'plant-7'));
  expect((await runCommand(world.cwd, ['check', 'plant-7/drop', '--code', code])).exitCode).toBe(0);
});

test('log tail tells what happened, oldest first, with the fix for what went wrong', async () => {
  await world.log(
    {
      kind: 'pair-rejected',
      at: '2026-01-02T03:04:06.000Z',
      severity: 'warning',
      instance: INSTANCE,
      name: 'b',
      detail: 'It was wrong.',
      fix: 'Mend it.',
    },
    {
      kind: 'ca-registered',
      at: '2026-01-02T03:04:05.000Z',
      severity: 'notice',
      instance: INSTANCE,
      name: 'a',
      detail: 'It is there.',
      fix: 'None.',
    },
  );
  const run = await runCommand(world.cwd, ['log', 'tail'], { now: () => Date.UTC(2026, 0, 2, 3, 5) });
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toBe(
    [
      '2026-01-02 03:04:05.000Z  ● ca-registered             post-cn-local00001 / a',
      '    It is there.',
      '2026-01-02 03:04:06.000Z  ▲ pair-rejected             post-cn-local00001 / b',
      '    It was wrong.',
      '    → Mend it.',
      '',
    ].join('\n'),
  );
});

test('log tail speaks Chinese from the table of outcomes', async () => {
  await world.log({ kind: 'drop-waiting', instance: INSTANCE, name: 'a', reason: 'missing-ca' });
  const run = await runCommand(world.cwd, ['log', 'tail', '--lang', 'zh']);
  expect(run.stdout).toContain(`实例 ${INSTANCE} 的 CA a：文件尚不完整，等待另一半（missing-ca）。`);
});

test('a record that would play tricks on a terminal is shown harmless', async () => {
  await world.log({ kind: 'ca-registered', name: '\u001b]0;owned\u0007', detail: 'a\u001b[2Jb\u202ec\nd' });
  const run = await runCommand(world.cwd, ['log', 'tail']);
  expect(run.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  expect(run.stdout).toContain('    a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d\n');
});

test('--query narrows, --json gives one record a line', async () => {
  await world.log({ kind: 'ca-registered', name: 'a' }, { kind: 'drop-waiting', name: 'b' });
  const run = await runCommand(world.cwd, ['log', 'tail', '--query', 'kind: "ca-registered"', '--json']);
  const lines = run.stdout.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'ca-registered', name: 'a' });
});

test('--follow shows a record once, goes on, and ends when it is stopped', async () => {
  await world.log({ kind: 'ca-registered', name: 'first' });
  const stop = new AbortController();
  let seen = '';
  const follow = runCommand(world.cwd, ['log', 'tail', '--follow'], {
    stopped: stop.signal,
    stdout: (text) => {
      seen += text;
      if (text.includes('first')) void world.log({ kind: 'drop-waiting', event_id: 'f'.repeat(32), name: 'second' });
      if (text.includes('second')) stop.abort();
    },
  });
  expect((await follow).exitCode).toBe(0);
  expect(seen.match(/ \/ |ca-registered/g)).toEqual(['ca-registered']);
  expect(seen.match(/drop-waiting/g)).toEqual(['drop-waiting']);
});

test('an empty log store is said to be empty, on stderr', async () => {
  const run = await runCommand(world.cwd, ['log', 'tail']);
  expect(run).toMatchObject({ exitCode: 0, stdout: '' });
  expect(run.stderr).toContain('Nothing happened in this time.');
});

test('--local names another place, by its folder or its data folder', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'mqtt-certs-elsewhere-'));
  try {
    for (const folder of [world.cwd, join(world.cwd, '.local')]) {
      const run = await runCommand(elsewhere, ['code', '--instance', INSTANCE, '--yes', '--local', folder]);
      expect(run.exitCode).toBe(0);
    }
    const none = await runCommand(elsewhere, ['code', '--instance', INSTANCE, '--yes', '--local', elsewhere]);
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain('has no .local/endpoints.json');
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test('without a local cloud the account must be described, and all that is missing is said at once', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'mqtt-certs-elsewhere-'));
  try {
    const env = {
      MQTT_CERTS_REGION: 'cn-hangzhou',
      MQTT_CERTS_BUKCET: 'x',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary-1f2e',
    };
    const run = await runCommand(elsewhere, ['code', '--instance', INSTANCE, '--for', 'a', '--yes'], { env });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('MQTT_CERTS_BUCKET is not set');
    expect(run.stderr).toContain('ALIBABA_CLOUD_ACCESS_KEY_ID is not set');
    expect(run.stderr).toContain('MQTT_CERTS_BUKCET is no variable of ours');
    expect(run.stderr).not.toContain('canary-1f2e');
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test('an endpoints file that points off this machine is refused before anything is sent', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'mqtt-certs-elsewhere-'));
  try {
    const { endpoints } = world.cloud;
    mkdirSync(join(elsewhere, '.local'));
    const bent = { ...endpoints, mqtt: { ...endpoints.mqtt, endpoint: 'onsmqtt.example.com:80' } };
    writeFileSync(join(elsewhere, '.local', 'endpoints.json'), JSON.stringify(bent));
    const run = await runCommand(elsewhere, ['code', '--instance', INSTANCE, '--yes']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('is not what a local cloud writes: mqtt.endpoint');
    expect(run.stderr).not.toContain(endpoints.credentials.accessKeySecret);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test('a local cloud that is gone is named as the reason', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'mqtt-certs-elsewhere-'));
  try {
    const { endpoints } = world.cloud;
    mkdirSync(join(elsewhere, '.local'));
    const gone = { ...endpoints, mqtt: { ...endpoints.mqtt, endpoint: '127.0.0.1:1' } };
    writeFileSync(join(elsewhere, '.local', 'endpoints.json'), JSON.stringify(gone));
    const run = await runCommand(elsewhere, ['code', '--instance', INSTANCE, '--yes']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('NoConnection. The local cloud does not answer.');
    expect(run.stderr).toContain('Is "npm start" still running?');
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test('the version is the one of the package, and the help shows defaults as a person writes them', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  expect(await runCommand(world.cwd, ['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  expect((await runCommand(world.cwd, ['devices', '--help'])).stdout).toMatch(/--instance <id> .*\(required\)\n/);
  expect((await runCommand(world.cwd, ['log', 'tail', '--help'])).stdout).toContain('(default: "1h")');
});

test('an error as JSON has no empty advice', async () => {
  const ask = () => Promise.resolve('n');
  const run = await runCommand(world.cwd, ['code', '--instance', INSTANCE, '--json'], { ask });
  expect(run.exitCode).toBe(1);
  const [last = ''] = run.stderr.trim().split('\n').slice(-1);
  expect(JSON.parse(last)).toEqual({ error: { code: 'not-confirmed', message: 'no code was asked for' } });
});
