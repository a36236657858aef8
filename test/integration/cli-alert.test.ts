import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalCloud, startCloud } from '../../local/cloud.ts';
import { bundleFunctions } from '../../scripts/bundle.ts';
import { bucketClient, outcomeLog } from '../../scripts/commands/clients.ts';
import { localTarget, type Target } from '../../scripts/commands/target.ts';
import { parseInstanceId } from '../../shared/core/instance.ts';
import { objectKey } from '../../shared/core/object-version.ts';
import { type Outcome, recordOf } from '../../shared/core/outcome.ts';
import type { CaSerial } from '../../shared/core/serial.ts';
import { parseSweepId } from '../../shared/core/sweep/sweep-id.ts';
import { epochMs } from '../../shared/core/time.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import { bundledWorker, PROJECT } from '../contract/local-fc/fc-world.ts';
import { runCommand } from '../support/cli-run.ts';

const INSTANCE = parseInstanceId('post-cn-local00001');
const SWEEP = parseSweepId('20260101T060000Z');
if (INSTANCE === undefined || SWEEP === undefined) throw new Error('the fixtures must be readable');
const RUN = { functionName: 'sweep', functionRequestId: 'r', configDigest: 'c', version: '1' };
const INACTIVE: Outcome = {
  kind: 'ca-inactive',
  sweepId: SWEEP,
  instance: INSTANCE,
  ca: '5f01' as CaSerial,
  name: 'plant',
  inputs: { watched: 12 },
};

let cwd: string;
let cloud: LocalCloud;
let target: Target;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'mqtt-certs-alert-'));
  const codeFolder = join(cwd, 'code');
  await bundleFunctions(PROJECT, codeFolder);
  cloud = await startCloud({
    projectFolder: PROJECT,
    dataFolder: join(cwd, '.local'),
    codeFolder,
    ...(await bundledWorker()),
    watch: false,
  });
  const { mqtt } = cloud.endpoints;
  target = localTarget({ ...cloud.endpoints, mqtt: { ...mqtt, instances: [...mqtt.instances] } });
});
afterAll(async () => {
  await cloud.close();
  rmSync(cwd, { recursive: true, force: true });
});
beforeEach(() => cloud.reset());

const report = (...outcomes: readonly Outcome[]) =>
  createReporter({
    store: bucketClient(target),
    log: outcomeLog(target),
    runLog: { write: () => undefined },
  }).report(outcomes.map((outcome) => recordOf(outcome, epochMs(Date.now()), RUN)));

const listed = async (): Promise<Record<string, unknown>> => {
  const run = await runCommand(cwd, ['alert', 'list', '--json']);
  expect(run.exitCode).toBe(0);
  return JSON.parse(run.stdout) as Record<string, unknown>;
};

async function tick(): Promise<void> {
  await cloud.fc.tick('notify');
  await cloud.fc.idle();
}

test('a test goes the whole way: outbox, notify, robot, log store', async () => {
  const run = await runCommand(cwd, ['alert', 'test', '--yes'], { env: { USER: 'ann' } });
  expect(run.stdout).toContain('✔ the robot took it.');
  expect(run.stdout).toContain('【测试】');
  expect(run.exitCode).toBe(0);
  expect(cloud.chats.dingtalk.messages()).toHaveLength(1);
  const found = await runCommand(cwd, ['log', 'query', '--kind', 'test-alert', '--json']);
  expect(JSON.parse(found.stdout)).toMatchObject({ kind: 'test-alert', reason: 'test-alert', actor: 'ann' });
});

test('a test of a kind reads like one, and leaves no problem behind', async () => {
  const run = await runCommand(cwd, ['alert', 'test', 'breaker-open', '--yes', '--json']);
  expect(run.exitCode).toBe(0);
  const said = JSON.parse(run.stdout) as { messages: readonly { title: string }[] };
  expect(said).toMatchObject({ kinds: ['breaker-open'], told: true, answer: 'the robot took it' });
  expect(said.messages.map(({ title }) => title)).toEqual([expect.stringMatching(/^【测试】【严重】/)]);
  expect(await listed()).toMatchObject({ open: [], waiting: [] });
});

test('one of every told kind is a message of its own, and of each it is said that the robot took it', async () => {
  const progress: string[] = [];
  const run = await runCommand(cwd, ['alert', 'test', '--all'], {
    ask: (question) => {
      progress.push(question);
      return Promise.resolve('y');
    },
    stderr: (text) => {
      progress.push(text);
      // The minutes in which the robot has room again; the command itself never moves a clock.
      if (text.includes(' are out ')) cloud.clock.advance(80_000);
    },
  });
  expect(run.exitCode).toBe(0);
  expect(progress.join('')).toMatch(
    /\d+ tests, marked as such, one message each, at most 6 a minute .*: about \d+ minutes/,
  );
  const kinds = [...run.stdout.matchAll(/^ {2}✔ ([a-z-]+): the robot took it$/gm)].map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThan(50);
  expect(kinds).toEqual(expect.arrayContaining(['ca-registered', 'breaker-open', 'canary', 'log-store-refused']));
  expect(run.stdout).toContain('✔ the robot took it.');
  const titles = cloud.chats.dingtalk.messages().map(({ title }) => title);
  expect(titles).toHaveLength(kinds.length);
  expect(titles.filter((title) => !title.includes('【测试】'))).toEqual([]);
}, 90_000);

test('stopped while it watches, it says of each test what became of it, and leaves the rest to the timer', async () => {
  const stop = new AbortController();
  const written: string[] = [];
  const run = await runCommand(cwd, ['alert', 'test', '--all', '--yes'], {
    stopped: stop.signal,
    stderr: (text) => {
      written.push(text);
      if (text.includes(' are out ')) stop.abort();
    },
  });
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toMatch(/ {2}✔ [a-z-]+: the robot took it\n/);
  expect(run.stdout).toMatch(/ {2}… [a-z-]+: waits in the outbox\n/);
  expect(run.stdout).toMatch(/✖ stopped watching; \d+ tests left to the timer of notify\.\n/);
  expect(written.join('')).toContain('What waits stays in the outbox and is told later');
  await cloud.fc.idle();
  const before = cloud.chats.dingtalk.messages().length;
  cloud.clock.advance(80_000);
  await tick();
  expect(cloud.chats.dingtalk.messages().length).toBeGreaterThan(before);
});

test('a robot that is down is said to be, and the test stays to be told', async () => {
  cloud.faults.turn({ robot: 'down' });
  const run = await runCommand(cwd, ['alert', 'test', 'ca-expired', '--yes'], { stopped: AbortSignal.timeout(8_000) });
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('✖ the robot');
  expect(run.stderr).toContain('told later');
  const state = await listed();
  expect(JSON.stringify(state['robot'])).toContain('the robot');
});

test('nobody is told without a yes, and what can not be told is refused', async () => {
  const no = await runCommand(cwd, ['alert', 'test'], { ask: () => Promise.resolve('') });
  expect(no.exitCode).toBe(1);
  const silent = await runCommand(cwd, ['alert', 'test', 'sweep-summary', '--yes']);
  expect(silent).toMatchObject({ exitCode: 2 });
  expect(silent.stderr).toContain('Nobody is told of sweep-summary');
  const both = await runCommand(cwd, ['alert', 'test', 'canary', '--all', '--yes']);
  expect(both.exitCode).toBe(2);
  expect(cloud.chats.dingtalk.messages()).toHaveLength(0);
});

test('the list says what waits and for what, then what is open, and when it is muted that too', async () => {
  await report(INACTIVE);
  const [waiting] = (await listed())['waiting'] as readonly Record<string, unknown>[];
  expect(waiting).toMatchObject({ kind: 'ca-inactive', severity: 'warning', count: 1, waitsFor: 'next pass' });
  await tick();
  expect(await listed()).toMatchObject({
    open: [{ kind: 'ca-inactive', instance: INSTANCE, ca: '5f01', untold: 0 }],
    waiting: [],
    outcomes: { count: 0 },
    secondChannel: 'unknown',
    quietHours: 'unknown',
  });
  const people = await runCommand(cwd, ['alert', 'list']);
  expect(people.stdout).toContain('Open problems: 1');
  expect(people.stdout).toContain('Waiting to be told: 0 problems');
  const cause = String(waiting?.['causeId']);
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const said = ['--owner', 'ann', '--reason', 'known', '--until', until, '--yes'];
  expect((await runCommand(cwd, ['mute', 'add', cause, ...said])).exitCode).toBe(0);
  await report({ ...INACTIVE, sweepId: parseSweepId('20260101T070000Z') ?? SWEEP });
  expect(await listed()).toMatchObject({ waiting: [], notToTell: { muted: 1 }, mutes: [{ what: cause }] });
});

test('what waits for the end of the quiet hours is said where they are known', async () => {
  await report(INACTIVE);
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const env = { MQTT_CERTS_QUIET_HOURS: `${clock(-1)}-${clock(1)}`, MQTT_CERTS_TIME_ZONE: 'UTC' };
  const run = await runCommand(cwd, ['alert', 'list', '--json'], { env });
  expect(JSON.parse(run.stdout)).toMatchObject({ quietHours: 'yes', waiting: [{ waitsFor: 'quiet hours' }] });
});

test('what lies in the outbox besides alerts is counted', async () => {
  const put = (key: string) =>
    bucketClient(target).put({ key: objectKey(key), bytes: Buffer.from('[]'), contentType: 'application/json' });
  await put('outbox/outcomes/0000000000001-0123456789abcdef.json');
  await put('outbox/unwritable/x.json');
  await put('outbox/alerts/nonsense');
  expect(await listed()).toMatchObject({
    outcomes: { count: 1 },
    unwritable: { count: 1 },
    notToTell: { unreadable: 1 },
  });
});
