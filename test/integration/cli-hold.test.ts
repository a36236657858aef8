import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';
import { connectDevices, INSTANCE, registerCa } from '../support/cli-fleet.ts';
import { runCommand } from '../support/cli-run.ts';

const CA = '5f0000000000000001';
const OTHER = '7400000000000000aa';
const DEVICE = 'c0ffee';
let world: CliCloud;
beforeAll(async () => {
  world = await startCliCloud();
});
afterAll(() => world.close());
beforeEach(() => world.cloud.reset());

const day = (fromNow: number): string => new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10);
const ADD = ['hold', 'add', '--instance', INSTANCE, '--device', DEVICE];
const SAID = ['--owner', 'ann', '--reason', 'stolen; again', '--until', day(30)];

const controlFolder = () => join(world.cloud.endpoints.oss.folder, 'control');
const holdNames = () => readdirSync(join(controlFolder(), 'holds'));
const holdFile = (name: string) => readFileSync(join(controlFolder(), 'holds', name), 'utf8');

const putHolds = (name: string, text: string) => world.put(`control/holds/${name}`, text);

function fleet(): void {
  registerCa(world.cloud, 'plant', CA);
  connectDevices(world.cloud, CA, [{ serial: DEVICE }, { serial: 'beef' }]);
}

const statusOf = (ca: string, device: string) => world.cloud.mqtt.engine.device(INSTANCE, ca, device)?.status;

test('a hold is a new file of one line, and it is said that the device stays as it is', async () => {
  fleet();
  for (const count of [1, 2]) {
    const run = await runCommand(world.cwd, [...ADD, ...SAID, '--yes']);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('This does not switch the device off; --inactivate does that as well.');
    expect(holdNames()).toHaveLength(count);
  }
  const [name = ''] = holdNames();
  expect(name).toMatch(/^\d{4}-\d\d-\d\d-c0ffee-[0-9a-f]{8}\.csv$/);
  expect(holdFile(name)).toBe(
    `instance,device_sn,ca_sn,owner,reason,until\n${INSTANCE},c0ffee,,ann,"stolen, again",${day(30)}\n`,
  );
  expect(statusOf(CA, DEVICE)).toBe('active');
  expect(world.cloud.mqtt.calls()).toEqual([]);
});

test('with --inactivate the hold comes first, then the switch, and what is told was read back', async () => {
  fleet();
  const run = await runCommand(world.cwd, [...ADD, ...SAID, '--inactivate', '--yes']);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain(`${DEVICE} was switched off and read back inactive.`);
  expect(statusOf(CA, DEVICE)).toBe('inactive');
  expect(statusOf(CA, 'beef')).toBe('active');
  expect(world.cloud.mqtt.calls().at(-1)?.action).toBe('GetDeviceCertificate');
});

test('a device under two CAs is held, and switched off only under the one that is named', async () => {
  fleet();
  registerCa(world.cloud, 'office', OTHER);
  world.cloud.mqtt.setSettings({ deviceSerialScope: 'ca' });
  connectDevices(world.cloud, OTHER, [{ serial: DEVICE }]);
  const unsure = await runCommand(world.cwd, [...ADD, ...SAID, '--inactivate', '--yes']);
  expect(unsure.exitCode).toBe(1);
  expect(unsure.stderr).toContain(`the hold is written, but ${DEVICE} is there under several CAs: ${CA}, ${OTHER}`);
  expect(holdNames()).toHaveLength(1);
  const sure = await runCommand(world.cwd, [...ADD, ...SAID, '--ca', OTHER, '--inactivate', '--yes', '--json']);
  expect(JSON.parse(sure.stdout)).toMatchObject({ device: DEVICE, ca: OTHER, switchedOff: 'read-back-inactive' });
  expect([statusOf(CA, DEVICE), statusOf(OTHER, DEVICE)]).toEqual(['active', 'inactive']);
});

test('a device the service does not have is held all the same, and that is no success of --inactivate', async () => {
  fleet();
  const args = ['hold', 'add', '--instance', INSTANCE, '--device', 'dead', ...SAID];
  const run = await runCommand(world.cwd, [...args, '--inactivate', '--yes']);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('the hold is written, but the service has no device certificate dead');
  expect(holdNames()).toHaveLength(1);
});

test('what the command of an alert leaves out a person is asked for, and a script is told all at once', async () => {
  fleet();
  const script = await runCommand(world.cwd, [...ADD, '--yes']);
  expect(script.exitCode).toBe(2);
  expect(script.stderr).toContain('--owner, --reason, --until missing');
  const answers = ['ann', 'stolen', day(5), 'y', 'y'];
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answers[asked.length - 1] ?? '');
  };
  const run = await runCommand(world.cwd, ADD, { ask });
  expect(run.exitCode).toBe(0);
  expect(asked).toEqual([
    'Who answers for it? ',
    'Why is it held? ',
    'Its last day (YYYY-MM-DD)? ',
    'Write the hold? [y/N] ',
    'Switch the device off now as well? [y/N] ',
  ]);
  expect(statusOf(CA, DEVICE)).toBe('inactive');
  const past = await runCommand(world.cwd, [...ADD, ...SAID.slice(0, 4), '--until', '2020-02-02', '--yes']);
  expect(past.stderr).toContain('2020-02-02 is over');
  const noDay = await runCommand(world.cwd, [...ADD, ...SAID.slice(0, 4), '--until', '2027-02-30', '--yes']);
  expect(noDay.exitCode).toBe(2);
});

test('a serial of digits is held as the hex it is, and never as a decimal as well', async () => {
  const run = await runCommand(world.cwd, [
    'hold',
    'add',
    '--instance',
    INSTANCE,
    '--device',
    '1234',
    ...SAID,
    '--yes',
  ]);
  expect(run.exitCode).toBe(0);
  expect(holdFile(holdNames()[0] ?? '')).toContain(`${INSTANCE},0x1234,,ann`);
});

test('the list begins with what needs somebody, and fails while a line names no device', async () => {
  const header = 'instance,device_sn,ca_sn,owner,reason,until';
  await putHolds(
    'a.csv',
    [header, `${INSTANCE},aa01,,ann,kept,${day(60)}`, `${INSTANCE},aa02,,bob,soon,${day(3)}`].join('\n'),
  );
  await putHolds('b.csv', [header, `${INSTANCE},aa03,,cy,over,2024-05-05`, `,aa04,,dee,undated,soon`].join('\n'));
  const good = await runCommand(world.cwd, ['hold', 'list']);
  expect(good.exitCode).toBe(0);
  const states = good.stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ {2,}/)[0]);
  expect(states).toEqual(['expired, holds on', 'ends soon', 'no readable end', 'holds']);
  expect(good.stdout.split('\n')[1]).toContain('  2024-05-05T23:59-12:00  ');
  await putHolds('c.csv', `${header}\n${INSTANCE},1.2E+15,,\u001b[2J,excel,${day(60)}\n`);
  const bad = await runCommand(world.cwd, ['hold', 'list']);
  expect(bad.exitCode).toBe(1);
  expect(bad.stdout.split('\n')[1]).toMatch(/^names no device .*c\.csv:2$/);
  expect(bad.stdout).not.toContain('\u001b');
  expect(bad.stderr).toContain('nothing at all is reactivated until it is mended');
  const json = await runCommand(world.cwd, ['hold', 'list', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    holds: [{ state: 'names no device' }, { state: 'expired, holds on', devices: ['aa03'] }, {}, {}, {}],
  });
});

test('a hold is removed after it was shown, by the name the list gives it', async () => {
  await putHolds('a.csv', `instance,device_sn,ca_sn,owner,reason,until\n${INSTANCE},aa01,,ann,kept,${day(60)}\n`);
  const no = await runCommand(world.cwd, ['hold', 'remove', 'a.csv'], { ask: () => Promise.resolve('') });
  expect(no.exitCode).toBe(1);
  expect(no.stderr).toContain(`${INSTANCE} aa01  ann: kept`);
  expect(holdNames()).toEqual(['a.csv']);
  const yes = await runCommand(world.cwd, ['hold', 'remove', 'control/holds/a.csv', '--yes']);
  expect(yes.stdout).toContain('control/holds/a.csv is gone');
  const again = await runCommand(world.cwd, ['hold', 'remove', 'a.csv', '--yes']);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toContain('there is no hold control/holds/a.csv');
});

test('a pause says who and why, is not written twice, and ends with resume', async () => {
  const unasked = await runCommand(world.cwd, ['pause']);
  expect(unasked.exitCode).toBe(2);
  const args = ['pause', '--owner', 'ann', '--reason', 'moving', '--until', '2027-01-31', '--yes'];
  expect((await runCommand(world.cwd, args)).stdout).toContain('paused. "mqtt-certs resume" ends it.');
  expect(readFileSync(join(controlFolder(), 'paused'), 'utf8')).toBe('owner: ann\nreason: moving\nuntil: 2027-01-31\n');
  const again = await runCommand(world.cwd, ['pause', '--owner', 'bob', '--yes']);
  expect(again.stdout).toMatch(
    /it was paused already since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, and stays so:\n {2}owner: ann\n/,
  );
  const resumed = await runCommand(world.cwd, ['resume', '--yes']);
  expect(resumed.stdout).toContain('resumed.');
  expect(resumed.stderr).toContain('  reason: moving');
  expect(await runCommand(world.cwd, ['resume'])).toMatchObject({ exitCode: 0, stdout: 'It was not paused.\n' });
  await runCommand(world.cwd, ['pause', '--yes']);
  const unsaid = await runCommand(world.cwd, ['pause', '--owner', 'dan', '--reason', 'maint', '--yes']);
  expect(unsaid.stdout).toMatch(/Z, and stays so; nothing says by whom or why\.\n$/);
});
