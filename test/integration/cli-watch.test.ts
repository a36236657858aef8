import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';
import { connectDevices, INSTANCE, registerCa, serials } from '../support/cli-fleet.ts';
import { runCommand } from '../support/cli-run.ts';
import { faultProxy } from '../support/fault-proxy.ts';

const CA = '5f0000000000000001';
const OTHER = '7400000000000000aa';
let world: CliCloud;
beforeAll(async () => {
  world = await startCliCloud();
});
afterAll(() => world.close());
beforeEach(() => world.cloud.reset());

function file(name: string, text: string | Buffer): string {
  writeFileSync(join(world.cwd, name), text);
  return name;
}

test('a snapshot is a watch list of everything active, each device once, and the check takes every line', async () => {
  registerCa(world.cloud, 'plant', CA);
  registerCa(world.cloud, 'office', OTHER);
  connectDevices(world.cloud, CA, [{ serial: '1234', name: '=cmd|x' }, ...serials(230).map((serial) => ({ serial }))]);
  connectDevices(world.cloud, OTHER, [{ serial: 'beef', name: 'lamp, "left"' }]);
  world.cloud.mqtt.engine.setDeviceStatus(INSTANCE, CA, serials(1)[0] ?? '', 'inactive');
  const run = await runCommand(world.cwd, ['watch', 'snapshot', '--instance', INSTANCE]);
  expect(run.exitCode).toBe(0);
  const lines = run.stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('device_sn,ca_sn,name,reactivate');
  expect(lines).toHaveLength(1 + 230 + 1);
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines).toContain(`0x1234,${CA},'=cmd｜x,yes`);
  expect(lines).toContain(`beef,${OTHER},"lamp, ＂left＂",yes`);
  expect(run.stderr).toContain(`CA ${CA}: 230 active, 1 other left out`);
  expect(run.stderr).toContain('231 active devices.');

  const checked = await runCommand(world.cwd, ['watch', 'check', file('snapshot.csv', run.stdout)]);
  expect(checked.exitCode).toBe(0);
  expect(checked.stdout).toContain('snapshot.csv: 231 devices under 2 CAs; every line is good');
});

test('a snapshot of one CA goes to a new file, which appears whole or not at all', async () => {
  registerCa(world.cloud, 'plant', CA);
  connectDevices(world.cloud, CA, [{ serial: 'abc1' }]);
  const args = ['watch', 'snapshot', '--instance', INSTANCE, '--ca', CA.toUpperCase(), '--out', 'one.csv'];
  const run = await runCommand(world.cwd, args);
  expect(run).toMatchObject({ exitCode: 0, stdout: '' });
  expect(readFileSync(join(world.cwd, 'one.csv'), 'utf8')).toBe(
    `device_sn,ca_sn,name,reactivate\nabc1,${CA},device-00abc1,yes\n`,
  );
  const again = await runCommand(world.cwd, args);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain('one.csv exists already and is not overwritten');
  const unknown = await runCommand(world.cwd, [...args.slice(0, 4), '--ca', 'dead', '--out', 'none.csv']);
  expect(unknown.exitCode).toBe(1);
  expect(unknown.stderr).toContain('has no CA dead');
  expect(() => readFileSync(join(world.cwd, 'none.csv'))).toThrow('ENOENT');
});

/** What the service answers to the calls of a command, one after the other; `pass` lets it say what is so. */
async function answering(...answers: readonly ('pass' | object)[]): Promise<string> {
  const { endpoints } = world.cloud;
  const proxy = await faultProxy(`http://${endpoints.mqtt.endpoint}`);
  const headers = { 'content-type': 'application/json' };
  const bodyOf = (data: object) => JSON.stringify({ RequestId: 'R', Data: data });
  proxy.plan(...answers.map((one) => (one === 'pass' ? one : { status: 200, headers, body: bodyOf(one) })));
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-certs-answering-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const mqtt = { ...endpoints.mqtt, endpoint: `127.0.0.1:${String(proxy.port)}` };
  writeFileSync(join(folder, 'endpoints.json'), JSON.stringify({ ...endpoints, mqtt }));
  return folder;
}

const NAMELESS = { DeviceSn: 12345, CaSn: CA, Status: '1' };

test('a list with an entry that can not be read is no whole snapshot, and nothing of it gets a name', async () => {
  registerCa(world.cloud, 'plant', CA);
  connectDevices(world.cloud, CA, [{ serial: 'abc1' }]);
  const named = { ...NAMELESS, DeviceSn: 'abc1' };
  const local = await answering('pass', 'pass', { DeviceCertificateVOS: [NAMELESS, named] });
  const args = ['watch', 'snapshot', '--instance', INSTANCE, '--out', 'cut.csv', '--local', local];
  const run = await runCommand(world.cwd, args);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain(`1 entry under the CA ${CA} could not be read, so this is no whole snapshot`);
  expect(run.stderr).toContain('Do not use what was written so far; try again.');
  expect(() => readFileSync(join(world.cwd, 'cut.csv'))).toThrow('ENOENT');
});

test('a list of CAs with an entry that can not be read is no list of all of them', async () => {
  const local = await answering({ CaCertificateVOS: [{ Sn: 12345, Status: '1' }] });
  const run = await runCommand(world.cwd, ['watch', 'snapshot', '--instance', INSTANCE, '--local', local]);
  expect(run).toMatchObject({ exitCode: 1, stdout: '' });
  expect(run.stderr).toContain('the CAs of the instance could not be listed: 1 entry of the list can not be read');
});

test('an answer about another CA is no answer about the one that was asked for', async () => {
  registerCa(world.cloud, 'plant', CA);
  const local = await answering({ Sn: OTHER, CaName: 'office', Status: '1' });
  const args = ['watch', 'snapshot', '--instance', INSTANCE, '--ca', CA, '--local', local];
  const run = await runCommand(world.cwd, args);
  expect(run).toMatchObject({ exitCode: 1, stdout: '' });
  expect(run.stderr).toContain(`the instance ${INSTANCE} has no CA ${CA} that could be read`);
});

test('a refused instance is told by the code of the service', async () => {
  const run = await runCommand(world.cwd, ['watch', 'snapshot', '--instance', 'post-cn-elsewhere01']);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('the service refuses to be read: MqttInstanceNotFound');
});

test('the check names every bad line with its file and number, and explains each sort of problem once', async () => {
  const text = [
    'device_sn,ca_sn,reactivate',
    `abc1,${CA},yes`,
    `12345,${CA},yes`,
    `1.2E+15,${CA},`,
    `67890,${CA},`,
    `abc2,${CA},perhaps`,
    `abc1,${CA},no`,
  ].join('\r\n');
  const run = await runCommand(world.cwd, ['watch', 'check', file('bad.csv', text)]);
  expect(run.exitCode).toBe(1);
  const bad = run.stdout.split('\n').filter((line) => line.startsWith('  ▲'));
  expect(bad).toEqual([
    '  ▲ bad.csv:3  digits-only  12345',
    '  ▲ bad.csv:4  excel-number  1.2E+15',
    '  ▲ bad.csv:5  digits-only  67890',
    '  ▲ bad.csv:6  reactivate-unreadable  perhaps',
    '  ▲ bad.csv:7  contradictory  abc1, line 2',
  ]);
  expect(run.stdout.match(/hex or decimal is not guessed/g)).toHaveLength(1);
  expect(run.stdout).toContain('Write 0x… for hex or dec:… for decimal');
});

test('the check goes beyond the first lines with --all and in JSON, offline and in both languages', async () => {
  const rows = Array.from({ length: 50 }, (_, at) => `${1000 + at},${CA}`);
  file('many.csv', ['device_sn,ca_sn', `abc,${CA}`, ...rows].join('\n'));
  const short = await runCommand(world.cwd, ['watch', 'check', 'many.csv']);
  expect(short.stdout).toContain('… and 30 more bad lines; --all names them');
  const all = await runCommand(world.cwd, ['watch', 'check', 'many.csv', '--all']);
  expect(all.stdout).toContain('many.csv:52  digits-only  1049');
  const json = await runCommand(world.cwd, ['watch', 'check', 'many.csv', '--json']);
  expect(json.stderr).toBe('');
  const answer = JSON.parse(json.stdout) as { badLines: number; bad: { line: number; what: { zh: string } }[] };
  expect(answer).toMatchObject({ verdict: 'bad-lines', devices: 1, badLines: 50 });
  expect(answer.bad).toHaveLength(50);
  expect(answer.bad[0]).toMatchObject({ line: 3, what: { zh: '序列号全是数字，无法判断是十六进制还是十进制' } });
  expect(world.cloud.mqtt.calls()).toEqual([]);
});

test('what a spreadsheet made of a list is named for what it is', async () => {
  const workbook = await runCommand(world.cwd, [
    'watch',
    'check',
    file('a.csv', Buffer.from('504b030414000600', 'hex')),
  ]);
  expect(workbook.exitCode).toBe(1);
  expect(workbook.stdout).toContain('can not be used: excel-workbook');
  const utf16 = Buffer.from(`\ufeffdevice_sn;ca_sn\r\nabc1;${CA}\r\n`, 'utf16le');
  const semicolons = await runCommand(world.cwd, ['watch', 'check', file('b.csv', utf16)]);
  expect(semicolons.exitCode).toBe(0);
  expect(semicolons.stdout).toContain('1 line, utf-16');
  const none = await runCommand(world.cwd, ['watch', 'check', 'none.csv']);
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain('none.csv: there is no such file');
});

test('online, the check says which CAs and which devices the service does not have', async () => {
  registerCa(world.cloud, 'plant', CA);
  connectDevices(world.cloud, CA, [{ serial: 'abc1' }, { serial: 'abc2' }]);
  world.cloud.mqtt.engine.setDeviceStatus(INSTANCE, CA, 'abc2', 'inactive');
  file('online.csv', ['device_sn,ca_sn', `abc1,${CA}`, `abc2,${CA}`, `abc3,${CA}`, ''].join('\n'));
  const args = ['watch', 'check', 'online.csv', '--online', '--instance', INSTANCE];
  const run = await runCommand(world.cwd, args);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain(`CA ${CA} active: 2 devices there, 1 of them inactive, 1 the service does not have`);
  expect(run.stdout).toContain('      abc3  has never connected, or its serial is wrong');
  file('online.csv', ['device_sn,ca_sn', `abc1,${CA}`, 'abc9,dead', ''].join('\n'));
  const missing = await runCommand(world.cwd, [...args, '--json']);
  expect(missing.exitCode).toBe(1);
  expect(JSON.parse(missing.stdout)).toMatchObject({
    verdict: 'good',
    online: [
      { ca: 'dead', state: 'missing', watched: 1 },
      { ca: CA, state: 'active', unknown: [] },
    ],
  });
  expect((await runCommand(world.cwd, ['watch', 'check', 'online.csv', '--online'])).exitCode).toBe(2);
});

test('a list is added under its name, listed, replaced aloud, and removed', async () => {
  file('fleet.csv', `device_sn,ca_sn\nabc1,${CA}\n`);
  const add = ['watch', 'add', 'fleet.csv', '--instance', INSTANCE];
  const first = await runCommand(world.cwd, [...add, '--yes']);
  expect(first.stdout).toBe(`✔ watch/${INSTANCE}/fleet.csv: 1 device under 1 CA. The next sweep reads it.\n`);
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve('n');
  };
  const second = await runCommand(world.cwd, add, { ask });
  expect(second.exitCode).toBe(1);
  expect(second.stderr).toMatch(/This replaces the one of \d{4}-\d\d-\d\dT/);
  expect(asked).toEqual(['Put it there? [y/N] ']);
  const list = await runCommand(world.cwd, ['watch', 'list']);
  expect(list.stdout).toMatch(/post-cn-local00001 {2}fleet\.csv {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}\? +\? +not read yet/);
  expect((await runCommand(world.cwd, ['watch', 'remove', 'fleet'])).exitCode).toBe(2);
  const removed = await runCommand(world.cwd, ['watch', 'remove', 'fleet', '--yes']);
  expect(removed.stdout).toContain(`watch/${INSTANCE}/fleet.csv is gone`);
  expect((await runCommand(world.cwd, ['watch', 'list'])).stderr).toContain('There is no watch list.');
});

test('a list nobody could use is not uploaded, and neither is one for an instance nobody serves', async () => {
  const useless = await runCommand(world.cwd, ['watch', 'add', file('x.csv', 'a,b\n1,2\n'), '--instance', INSTANCE]);
  expect(useless.exitCode).toBe(1);
  expect(useless.stderr).toContain('x.csv can not be used: header-unreadable');
  file('y.csv', `device_sn,ca_sn\nabc1,${CA}\n`);
  const elsewhere = await runCommand(world.cwd, [
    'watch',
    'add',
    'y.csv',
    '--instance',
    'post-cn-elsewhere01',
    '--yes',
  ]);
  expect(elsewhere.exitCode).toBe(2);
  expect(elsewhere.stderr).toContain('post-cn-elsewhere01 is no instance of this deployment');
  expect((await runCommand(world.cwd, ['watch', 'list'])).stdout).toBe('');
});

test('a stopped local cloud is named as the reason', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'mqtt-certs-elsewhere-'));
  try {
    const { endpoints } = world.cloud;
    const gone = { ...endpoints, admin: { ...endpoints.admin, endpoint: 'http://127.0.0.1:1' } };
    writeFileSync(join(elsewhere, 'endpoints.json'), JSON.stringify(gone));
    const run = await runCommand(elsewhere, ['watch', 'snapshot', '--instance', INSTANCE, '--local', elsewhere]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('Is "npm start" still running?');
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});
