import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { logIndexClient } from '../../scripts/commands/clients.ts';
import { localTarget } from '../../scripts/commands/target.ts';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';
import { runCommand } from '../support/cli-run.ts';

const INSTANCE = 'post-cn-local00001';
let world: CliCloud;
beforeAll(async () => {
  world = await startCliCloud();
});
afterAll(() => world.close());
beforeEach(() => world.cloud.reset());

const kindsIn = (stdout: string): readonly string[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);

async function query(...args: readonly string[]) {
  const run = await runCommand(world.cwd, ['log', 'query', ...args, '--json']);
  expect({ exitCode: run.exitCode, stderr: run.stderr.split('\n').slice(1).join('') }).toEqual({
    exitCode: 0,
    stderr: '',
  });
  return kindsIn(run.stdout);
}

const at = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000).toISOString();

async function logFour(): Promise<void> {
  await world.log(
    { kind: 'ca-registered', at: at(40), severity: 'notice', instance: INSTANCE, ca_sn: '5f01', name: '华东 1' },
    { kind: 'breaker-open', at: at(30), severity: 'critical', instance: INSTANCE, ca_sn: '5f01' },
    { kind: 'device-missing', at: at(20), severity: 'warning', instance: INSTANCE, ca_sn: '5f01', device_sn: 'aa01' },
    { kind: 'device-missing', at: at(10), severity: 'warning', instance: 'post-cn-other0001', ca_sn: '5f02' },
  );
}

test('a query finds what answers all of its parts, oldest first', async () => {
  await logFour();
  expect(await query()).toEqual(['ca-registered', 'breaker-open', 'device-missing', 'device-missing']);
  expect(await query('--severity', 'warning')).toEqual(['breaker-open', 'device-missing', 'device-missing']);
  expect(await query('--severity', 'critical')).toEqual(['breaker-open']);
  expect(await query('--kind', 'ca-registered,breaker-open')).toEqual(['ca-registered', 'breaker-open']);
  expect(await query('--kind', 'ca-registered', '--kind', 'device-missing', '--instance', INSTANCE)).toEqual([
    'ca-registered',
    'device-missing',
  ]);
  expect(await query('--ca', '00:5F:02')).toEqual(['device-missing']);
  expect(await query('--device', 'aa01')).toEqual(['device-missing']);
  expect(await query('ca_sn: 5f01 or ca_sn: 5f02', '--kind', 'breaker-open')).toEqual(['breaker-open']);
});

test('the time is what is said: how far back, or from and to', async () => {
  await logFour();
  expect(await query('--since', '25m')).toEqual(['device-missing', 'device-missing']);
  expect(await query('--from', at(35), '--to', at(15))).toEqual(['breaker-open', 'device-missing']);
  expect(await query('--to', at(15), '--since', '20m')).toEqual(['breaker-open', 'device-missing']);
  const both = await runCommand(world.cwd, ['log', 'query', '--since', '1h', '--from', '2026-01-01']);
  expect(both.exitCode).toBe(2);
  const back = await runCommand(world.cwd, ['log', 'query', '--from', '2026-02-01', '--to', '2026-01-01']);
  expect(back).toMatchObject({ exitCode: 2 });
  expect(back.stderr).toContain('--from must be before --to');
});

test('more than a page is read to its end, and a limit says that there may be more', async () => {
  const many = Array.from({ length: 260 }, (_, n) => ({
    kind: 'device-missing',
    event_id: String(n).padStart(32, '0'),
    at: new Date(Date.now() - 600_000 + n).toISOString(),
  }));
  await world.log(...many);
  expect(await query('--kind', 'device-missing')).toHaveLength(260);
  const some = await runCommand(world.cwd, ['log', 'query', '--limit', '7', '--json']);
  expect(some.exitCode).toBe(0);
  expect(kindsIn(some.stdout)).toHaveLength(7);
  expect(some.stderr).toContain('These are the newest 7, there may be more');
});

test('for people, with the Chinese sentence whole from what the record says', async () => {
  await world.log({
    kind: 'ca-vanished',
    severity: 'warning',
    instance: INSTANCE,
    ca_sn: '5f01',
    rule_inputs: '{"watched":12}',
  });
  const run = await runCommand(world.cwd, ['log', 'query', '--lang', 'zh']);
  expect(run.stdout).toContain('受影响的监视设备：12。');
  const none = await runCommand(world.cwd, ['log', 'query', '--kind', 'canary']);
  expect(none).toMatchObject({ exitCode: 0, stdout: '' });
  expect(none.stderr).toContain('Nothing answers this query in this time.');
});

test.each([
  [['--kind', 'breaker-opened'], 'Did you mean breaker-open?'],
  [['--kind', 'nonsense-of-mine'], 'docs/outcomes.md lists every kind'],
  [['--severity', 'bad'], 'Choose one of critical, warning, notice, info.'],
  [['kind: a | select 1'], 'without SQL'],
  [['--limit', '0'], 'from 1 to 10000'],
  [['--from', '2026-02-30'], 'Write a moment as'],
])('%j is refused before anything is asked', async (args, sentence) => {
  const run = await runCommand(world.cwd, ['log', 'query', ...args]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(sentence);
});

test('a query the service can not read is told as that', async () => {
  const run = await runCommand(world.cwd, ['log', 'query', 'kind: (']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('the log store can not read the query');
});

const indexOf = () => {
  const { mqtt } = world.cloud.endpoints;
  return logIndexClient(localTarget({ ...world.cloud.endpoints, mqtt: { ...mqtt, instances: [...mqtt.instances] } }));
};

test('the index is compared, shown, asked about, made, and then there is nothing left to do', async () => {
  const before = await runCommand(world.cwd, ['log', 'index']);
  expect(before.exitCode).toBe(1);
  expect(before.stdout).toContain('+ event_id');
  expect(before.stderr).toContain('log index --apply');
  const no = await runCommand(world.cwd, ['log', 'index', '--apply'], { ask: () => Promise.resolve('') });
  expect(no.exitCode).toBe(1);
  expect(no.stderr).toContain('the index was left as it is');
  const nobody = await runCommand(world.cwd, ['log', 'index', '--apply']);
  expect(nobody.exitCode).toBe(2);
  const yes = await runCommand(world.cwd, ['log', 'index', '--apply', '--yes', '--json']);
  expect(yes.exitCode).toBe(0);
  expect(JSON.parse(yes.stdout)).toMatchObject({ command: 'log index', exists: true, applied: true });
  const after = await runCommand(world.cwd, ['log', 'index', '--apply']);
  expect(after.exitCode).toBe(0);
  expect(after.stdout).toContain('✔ the index has every field');
});

test('with our index every field is found by its own name, and Chinese names by a part of them', async () => {
  await runCommand(world.cwd, ['log', 'index', '--apply', '--yes']);
  await world.log({ kind: 'ca-registered', instance: INSTANCE, name: '华东工厂', rule_inputs: '{"watched":12}' });
  expect(await query('name: 工厂')).toEqual(['ca-registered']);
  expect(await query('工厂')).toEqual(['ca-registered']);
  expect(await query('rule_inputs.watched: 12')).toEqual(['ca-registered']);
  expect(await query('kind: ca')).toEqual([]);
});

test('what a person added to the index stays', async () => {
  await indexOf().update({
    line: { token: [' '], caseSensitive: true, chn: false },
    keys: { mine: { type: 'text', token: [','], caseSensitive: false, chn: false, doc_value: true } },
    max_text_len: 2048,
  });
  const shown = await runCommand(world.cwd, ['log', 'index']);
  expect(shown.stdout).toContain('~ line');
  expect(shown.stdout).toContain('~ max_text_len');
  expect((await runCommand(world.cwd, ['log', 'index', '--apply', '--yes'])).exitCode).toBe(0);
  const found = await indexOf().get();
  expect(found).toMatchObject({
    line: { chn: true, caseSensitive: false },
    keys: { mine: { type: 'text', token: [','] }, rule_inputs: { type: 'json' } },
    max_text_len: 16_384,
  });
});

test('the definition is printed for other tools, without asking anybody', async () => {
  const run = await runCommand(world.cwd, ['log', 'index', '--definition']);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(run.stdout)).toMatchObject({ keys: { schema: { type: 'long', doc_value: true } } });
});
