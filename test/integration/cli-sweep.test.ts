import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';
import { connectDevices, INSTANCE, registerCa, serials } from '../support/cli-fleet.ts';
import { runCommand } from '../support/cli-run.ts';
import { sweepNow } from '../support/cli-sweep.ts';

const CA = '5f0000000000000001';
let world: CliCloud;
beforeAll(async () => {
  world = await startCliCloud();
});
afterAll(() => world.close());
beforeEach(() => world.cloud.reset());

const SERIALS = serials(40);
const [FIRST = '', SECOND = '', THIRD = ''] = SERIALS;

async function fleet(): Promise<void> {
  registerCa(world.cloud, 'plant', CA);
  connectDevices(
    world.cloud,
    CA,
    SERIALS.map((serial) => ({ serial })),
  );
  const lines = SERIALS.map((serial) => `${serial},${CA}`);
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...lines].join('\n'));
}

const setStatus = (device: string, status: 'active' | 'inactive') =>
  world.cloud.mqtt.engine.setDeviceStatus(INSTANCE, CA, device, status);
const statusOf = (device: string) => world.cloud.mqtt.engine.device(INSTANCE, CA, device)?.status;

test('a dry run says what would be done and what not and why, with its cost, and writes nothing anywhere', async () => {
  await fleet();
  await sweepNow(world);
  for (const device of [FIRST, SECOND]) setStatus(device, 'inactive');
  await world.put('control/holds/a.csv', `instance,device_sn,ca_sn,owner,reason,until\n,${SECOND},,ann,stolen,soon\n`);
  const before = readdirSync(world.cloud.endpoints.oss.folder, { recursive: true }).sort();
  const logsBefore = world.cloud.sls.logs('outcomes').length;
  const history = world.cloud.mqtt.engine.history().length;
  const run = await runCommand(world.cwd, ['sweep', '--dry-run', '--instance', INSTANCE]);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toMatch(
    /^A sweep would read 1 CA with \d+ calls, \d+ KB, 1 second at the sweep's 70 calls a second\n/,
  );
  expect(run.stdout).toContain(`${INSTANCE} / ${CA}  40 watched, 38 healthy, 2 inactive`);
  expect(run.stdout).toContain(`● would activate 1 device: ${FIRST}`);
  expect(run.stdout).toContain(`▲ held: 1 device: ${SECOND}`);
  expect(run.stdout).toContain('control-changed: ');
  expect(readdirSync(world.cloud.endpoints.oss.folder, { recursive: true }).sort()).toEqual(before);
  expect(world.cloud.sls.logs('outcomes')).toHaveLength(logsBefore);
  expect(world.cloud.mqtt.engine.history()).toHaveLength(history);
  expect([statusOf(FIRST), statusOf(SECOND)]).toEqual(['inactive', 'inactive']);

  const again = await runCommand(world.cwd, ['sweep', '--dry-run', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({
    dryRun: true,
    cas: [{ ca: CA, reactivate: [FIRST], vetoed: [{ device: SECOND, veto: 'held' }], isBreakerOpen: false }],
    callsPerSecond: 70,
  });
  await sweepNow(world);
  expect([statusOf(FIRST), statusOf(SECOND)]).toEqual(['active', 'inactive']);
});

test('what the breaker stopped is shown, released by name, and let through by the next sweep once', async () => {
  await fleet();
  await sweepNow(world);
  for (const device of SERIALS.slice(0, 15)) setStatus(device, 'inactive');
  const dry = await runCommand(world.cwd, ['sweep', '--dry-run']);
  expect(dry.stdout).toContain('✖ the breaker would open');
  const id = await sweepNow(world);
  const args = ['release', '--instance', INSTANCE, '--ca', CA, '--sweep', id];
  const unasked = await runCommand(world.cwd, args);
  expect(unasked.exitCode).toBe(2);
  expect(unasked.stderr).toContain(`  ${FIRST}  breaker\n`);
  expect(unasked.stderr).toContain('may activate these 15 devices, once, within 24 hours');
  const run = await runCommand(world.cwd, [...args, '--owner', 'ann', '--yes', '--json']);
  expect(JSON.parse(run.stdout)).toMatchObject({ key: `control/release/${INSTANCE}/${CA}/${id}` });
  await sweepNow(world);
  expect(SERIALS.filter((device) => statusOf(device) === 'active')).toHaveLength(40);
  const again = await runCommand(world.cwd, [...args, '--yes']);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toContain('these devices were released before');
  const unknown = await runCommand(world.cwd, [...args.slice(0, -1), '20200101T000000Z', '--yes']);
  expect(unknown.stderr).toContain('has left no decision about the CA');
});

test('devices are listed by the state the last sweep found, as text, CSV and JSON, without asking the service', async () => {
  await fleet();
  setStatus(THIRD, 'inactive');
  await world.put('control/paused', '');
  const id = await sweepNow(world);
  const asked = world.cloud.mqtt.calls().length;
  const args = ['devices', '--instance', INSTANCE, '--state', 'inactive'];
  const text = await runCommand(world.cwd, args);
  expect(text.exitCode).toBe(0);
  expect(text.stdout.split('\n')[1]).toBe(`${THIRD}  ${CA}  inactive  paused      ${id}`);
  expect(text.stderr).toContain('1 device of 40 watched ones.');
  const csv = await runCommand(world.cwd, [...args, '--csv']);
  expect(csv.stdout).toBe(`device_sn,ca_sn,state,veto,sweep_id\n${THIRD},${CA},inactive,paused,${id}\n`);
  const json = await runCommand(world.cwd, [...args.slice(0, -1), 'all', '--json']);
  expect(json.stdout.trimEnd().split('\n')).toHaveLength(40);
  expect((await runCommand(world.cwd, [...args, '--csv', '--json'])).exitCode).toBe(2);
  expect((await runCommand(world.cwd, [...args.slice(0, -1), 'broken'])).stderr).toContain('never-seen, healthy');
  expect(world.cloud.mqtt.calls()).toHaveLength(asked);
});

test('an undone sweep is shown first, then held, then switched off; the next sweep leaves it off', async () => {
  await fleet();
  await sweepNow(world);
  for (const device of [FIRST, SECOND, THIRD]) setStatus(device, 'inactive');
  const id = await sweepNow(world);
  expect([statusOf(FIRST), statusOf(SECOND), statusOf(THIRD)]).toEqual(['active', 'active', 'active']);
  setStatus(THIRD, 'inactive');
  const dry = await runCommand(world.cwd, ['undo', id, '--dry-run']);
  expect(dry.stdout).toBe('3 devices would be held, 2 of them switched off. Nothing was changed.\n');
  expect(dry.stderr).toContain(`${INSTANCE} / ${CA} / ${THIRD}  inactive now`);
  expect(statusOf(FIRST)).toBe('active');
  const run = await runCommand(world.cwd, ['undo', id, '--yes', '--owner', 'ann']);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toMatch(new RegExp(`held by control/holds/[0-9-]+-undo-${id}-[0-9a-f]{8}\\.csv`));
  expect(run.stdout).toContain(`${FIRST} read back inactive`);
  await sweepNow(world);
  expect([statusOf(FIRST), statusOf(SECOND), statusOf(THIRD)]).toEqual(['inactive', 'inactive', 'inactive']);
  const holds = await runCommand(world.cwd, ['hold', 'list', '--json']);
  expect(JSON.parse(holds.stdout)).toMatchObject({
    holds: [FIRST, SECOND, THIRD].map((device) => ({ devices: [device], owner: 'ann', reason: `undo of sweep ${id}` })),
  });
});

test('what a sweep may have done is undone like what it did, and said not to be certain; what it never sent is left alone', async () => {
  await fleet();
  await sweepNow(world);
  for (const device of [FIRST, SECOND, THIRD]) setStatus(device, 'inactive');
  const id = await sweepNow(world);
  const folder = world.cloud.endpoints.oss.folder;
  const keys = readdirSync(folder, { recursive: true }).map(String);
  const result = keys.find((key) => key.endsWith('-result.json')) ?? '';
  const became = ['found-active', 'unsent', 'unconfirmed'];
  const results = [FIRST, SECOND, THIRD].map((device, index) => ({ device, result: became[index] }));
  await world.put(result.slice(result.indexOf('state/sweep/')), JSON.stringify({ schema: 1, results }));
  const dry = await runCommand(world.cwd, ['undo', id, '--dry-run', '--json']);
  expect(JSON.parse(dry.stdout)).toMatchObject({
    devices: [FIRST, THIRD].map((device) => ({
      device,
      now: 'active now, and not certain that this sweep did it',
    })),
  });
});

test('a sweep that did nothing can not be undone, and nobody sweeps beside the timer of the account', async () => {
  const undo = await runCommand(world.cwd, ['undo', '20260101T000000Z', '--yes']);
  expect(undo.exitCode).toBe(1);
  expect(undo.stderr).toContain('has switched nothing on');
  const env = {
    MQTT_CERTS_REGION: 'cn-hangzhou',
    MQTT_CERTS_BUCKET: 'x-bucket',
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'id',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary-1f2e',
  };
  const account = await runCommand('/', ['sweep', '--yes'], { env });
  expect(account.exitCode).toBe(2);
  expect(account.stderr).toContain('the timer of the function sweeps by itself');
  const unasked = await runCommand(world.cwd, ['sweep']);
  expect(unasked.exitCode).toBe(2);
});

test('a watch list that was swept is listed with what the sweep made of it', async () => {
  await fleet();
  await sweepNow(world);
  const list = await runCommand(world.cwd, ['watch', 'list']);
  expect(list.stdout).toMatch(/fleet\.csv .* 40 +0 +in force/);
});
