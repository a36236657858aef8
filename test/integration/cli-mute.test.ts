import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

const day = (fromNow: number): string => new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10);
const SAID = ['--owner', 'ann', '--reason', 'renewal; under way', '--until', day(30)];

const folder = () => join(world.cloud.endpoints.oss.folder, 'control', 'mutes');
const muteNames = () => (existsSync(folder()) ? readdirSync(folder()) : []);
const putMutes = (name: string, ...lines: readonly string[]) =>
  world.put(`control/mutes/${name}`, ['kind,instance,owner,reason,until', ...lines, ''].join('\n'));

test('a mute is a new file of one line, and is listed with what it mutes', async () => {
  for (const count of [1, 2]) {
    const run = await runCommand(world.cwd, [
      'mute',
      'add',
      'device-expiring',
      '--instance',
      INSTANCE,
      ...SAID,
      '--yes',
    ]);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('✔ muted by control/mutes/');
    expect(muteNames()).toHaveLength(count);
  }
  const [name = ''] = muteNames();
  expect(name).toMatch(/^\d{4}-\d\d-\d\d-device-expiring-[0-9a-f]{8}\.csv$/);
  expect(readFileSync(join(folder(), name), 'utf8')).toBe(
    `kind,instance,owner,reason,until\ndevice-expiring,${INSTANCE},ann,"renewal, under way",${day(30)}\n`,
  );
  const list = await runCommand(world.cwd, ['mute', 'list']);
  expect(list.exitCode).toBe(0);
  expect(list.stdout).toContain(`in force  ${day(30)}T23:59-12:00  `);
  expect(list.stdout).toContain('device-expiring (');
});

test('one cause is muted by its name, and a critical one says so', async () => {
  const cause = 'breaker-open.0123456789abcdef';
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve('y');
  };
  const run = await runCommand(world.cwd, ['mute', 'add', cause, ...SAID], { ask });
  expect(run.exitCode).toBe(0);
  expect(asked).toEqual(['Write the mute? [y/N] ']);
  expect(run.stderr).toContain('This is critical. Nobody is told of breaker-open.0123456789abcdef');
  const json = await runCommand(world.cwd, ['mute', 'list', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    command: 'mute list',
    mutes: [{ state: 'valid', line: 2, what: cause, instance: '', owner: 'ann', reason: 'renewal, under way' }],
  });
});

test.each([
  [['ca-inactiv'], 'Did you mean ca-inactive?'],
  [['nothing-we-know'], 'docs/outcomes.md lists every kind'],
  [['sweep-summary'], 'Nobody is told of sweep-summary'],
])('%j is refused', async ([what = ''], sentence) => {
  const run = await runCommand(world.cwd, ['mute', 'add', what, ...SAID, '--yes']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(sentence);
  expect(muteNames()).toEqual([]);
});

test.each([
  ['2020-02-02', '2020-02-02 is over'],
  [day(120), 'its end is more than 90 days away'],
  ['next week', 'Write a day as YYYY-MM-DD'],
])('an end like %s would mute nothing, and is refused', async (until, sentence) => {
  const run = await runCommand(world.cwd, [
    'mute',
    'add',
    'ca-inactive',
    ...SAID.slice(0, 4),
    '--until',
    until,
    '--yes',
  ]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(sentence);
  expect(muteNames()).toEqual([]);
});

test('what is left out a person is asked for, and a script is told all at once', async () => {
  const script = await runCommand(world.cwd, ['mute', 'add', '--yes']);
  expect(script.exitCode).toBe(2);
  expect(script.stderr).toContain('<what>, --owner, --reason, --until missing');
  const answers = ['ca-inactive', 'ann', 'retired', day(5), 'y'];
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answers[asked.length - 1] ?? '');
  };
  expect((await runCommand(world.cwd, ['mute', 'add'], { ask })).exitCode).toBe(0);
  expect(asked).toEqual([
    'What is muted (a kind, or a cause)? ',
    'Who answers for it? ',
    'Why is it muted? ',
    'Its last day (YYYY-MM-DD)? ',
    'Write the mute? [y/N] ',
  ]);
  expect(muteNames()).toHaveLength(1);
});

test('the list begins with what mutes nothing, and fails while a line is invalid', async () => {
  await putMutes('a.csv', `ca-inactive,,ann,kept,${day(60)}`, `device-missing,${INSTANCE},bob,soon,${day(3)}`);
  await putMutes('b.csv', 'ca-missing,,cy,over,2024-05-05');
  const good = await runCommand(world.cwd, ['mute', 'list']);
  expect(good.exitCode).toBe(0);
  const firsts = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ {2,}/)[0]);
  expect(firsts(good.stdout)).toEqual(['expired', 'in force', 'in force']);
  await putMutes('c.csv', 'no-such-kind,,\u001b[2J,x,2030-01-01', `ca-inactive,,,x,${day(3)}`);
  const bad = await runCommand(world.cwd, ['mute', 'list']);
  expect(bad.exitCode).toBe(1);
  expect(firsts(bad.stdout)).toEqual(['invalid', 'invalid', 'expired', 'in force', 'in force']);
  expect(bad.stdout).toContain('it names no owner');
  expect(bad.stdout).not.toContain('\u001b');
  expect(bad.stderr).toContain('An invalid line mutes nothing');
});

test('a mute is removed after it was shown, by the name the list gives it', async () => {
  await putMutes('a.csv', `ca-inactive,,ann,kept,${day(60)}`);
  const no = await runCommand(world.cwd, ['mute', 'remove', 'a.csv'], { ask: () => Promise.resolve('') });
  expect(no.exitCode).toBe(1);
  expect(no.stderr).toContain('ann  kept');
  expect(muteNames()).toEqual(['a.csv']);
  const yes = await runCommand(world.cwd, ['mute', 'remove', 'control/mutes/a.csv', '--yes']);
  expect(yes.stdout).toContain('control/mutes/a.csv is gone');
  const again = await runCommand(world.cwd, ['mute', 'remove', 'a.csv', '--yes']);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toContain('there is no mute control/mutes/a.csv');
  const elsewhere = await runCommand(world.cwd, ['mute', 'remove', '/etc', '--yes']);
  expect(elsewhere.exitCode).toBe(2);
});
