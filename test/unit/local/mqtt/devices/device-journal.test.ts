import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Device } from '../../../../../local/mqtt/devices/device.ts';
import { openDevices } from '../../../../../local/mqtt/devices/device-journal.ts';

const I = 'post-cn-aaaa1111';

function device(serialHex: string, more: Partial<Device> = {}): Device {
  const common = {
    name: `device-${serialHex}`,
    validFrom: 1,
    validUntil: 2,
    status: 'active',
    pem: undefined,
  } as const;
  return { caSerialHex: '0a', serialHex, ...common, ...more };
}

const keyOf = (serialHex: string): { instance: string; ca: string; serial: Buffer } => ({
  instance: I,
  ca: '0a',
  serial: Buffer.from(serialHex, 'hex'),
});

interface Folder {
  readonly path: string;
  readonly file: string;
  readonly lines: () => Promise<string[]>;
}

async function newFolder(): Promise<Folder> {
  const parent = await mkdtemp(join(tmpdir(), 'local-mqtt-devices-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const path = join(parent, 'mqtt');
  const file = join(path, 'devices.jsonl');
  return { path, file, lines: async () => (await readFile(file, 'utf8')).split('\n') };
}

async function serialsIn(folder: Folder): Promise<string[]> {
  const kept = await openDevices(folder.path);
  const serials = [...kept.devices.all(I)].map((one) => one.serialHex);
  kept.close();
  return serials;
}

test('every change is one line at the end of the file, which is its owner’s alone', async () => {
  const folder = await newFolder();
  const { devices, flush, close } = await openDevices(folder.path);
  devices.add(I, device('01'));
  devices.add(I, device('02', { name: 'press', status: 'inactive', pem: 'PEM' }));
  devices.add(I, device('01'));
  devices.setStatus(keyOf('0001'), 'inactive');
  devices.setStatus(keyOf('01'), 'inactive');
  devices.remove(keyOf('02'));
  devices.removeCa(I, '0a');
  flush();
  expect(await folder.lines()).toEqual([
    '["+","post-cn-aaaa1111","0a","01","device-01",1,2,"active"]',
    '["+","post-cn-aaaa1111","0a","02","press",1,2,"inactive","PEM"]',
    '["=","post-cn-aaaa1111","0a","0001","inactive"]',
    '["-","post-cn-aaaa1111","0a","02"]',
    '["-","post-cn-aaaa1111","0a"]',
    '',
  ]);
  expect((await stat(folder.file)).mode & 0o777).toBe(0o600);
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  devices.clear();
  expect(await folder.lines()).toEqual(['']);
  devices.add(I, device('03'));
  close();
  expect(await serialsIn(folder)).toEqual(['03']);
});

test('what is read again is what was there', async () => {
  const folder = await newFolder();
  const first = await openDevices(folder.path);
  for (const serial of ['05', '01', '04']) first.devices.add(I, device(serial));
  first.devices.add('mqtt-cn-other', device('01', { caSerialHex: '0b', name: '西 "1"\n' }));
  first.devices.setStatus(keyOf('01'), 'inactive');
  first.devices.remove(keyOf('05'));
  first.close();
  const second = await openDevices(folder.path);
  onTestFinished(second.close);
  expect([...second.devices.all(I)]).toEqual([device('01', { status: 'inactive' }), device('04')]);
  expect([...second.devices.all('mqtt-cn-other')]).toEqual([device('01', { caSerialHex: '0b', name: '西 "1"\n' })]);
});

test('a line that a crash cut off is dropped, wherever it was cut', async () => {
  const line = '["+","post-cn-aaaa1111","0a","02","device-02",1,2,"active"]';
  for (const [cut, expected] of [
    ['[', ['01']],
    [line.slice(0, -1), ['01']],
    [line, ['01', '02']],
  ] as const) {
    const folder = await newFolder();
    const { devices, close } = await openDevices(folder.path);
    devices.add(I, device('01'));
    close();
    await appendFile(folder.file, cut);
    const again = await openDevices(folder.path);
    again.devices.add(I, device('03'));
    again.close();
    expect(await serialsIn(folder)).toEqual([...expected, '03']);
  }
});

test('a file that something else wrote is refused with its line, and left as it is', async () => {
  const good = '["+","post-cn-aaaa1111","0a","01","device-01",1,2,"active"]';
  const bad = [
    '{}',
    'null',
    '["+"]',
    '["=","i","0a","01","on"]',
    '["+","i","zz","01","n",1,2,"active"]',
    '["?","i","0a"]',
  ];
  for (const line of bad) {
    const folder = await newFolder();
    (await openDevices(folder.path)).close();
    const text = `${good}\n${line}\n${good}\n`;
    await writeFile(folder.file, text);
    await expect(openDevices(folder.path)).rejects.toThrow('line 2 of the saved devices is not of this program');
    await writeFile(folder.file, `${good}\n${line}\n`);
    await expect(openDevices(folder.path)).rejects.toThrow('line 2 of the saved devices is not of this program');
    expect(await readFile(folder.file, 'utf8')).toBe(`${good}\n${line}\n`);
  }
});

test('a file that is mostly history is written anew at a start, and only then', async () => {
  const folder = await newFolder();
  const first = await openDevices(folder.path);
  first.devices.add(I, device('01'));
  for (let turn = 0; turn < 600; turn += 1) {
    first.devices.setStatus(keyOf('01'), 'inactive');
    first.devices.setStatus(keyOf('01'), 'active');
  }
  first.devices.setStatus(keyOf('01'), 'inactive');
  first.close();
  expect(await folder.lines()).toHaveLength(1203);
  expect(await serialsIn(folder)).toEqual(['01']);
  expect(await folder.lines()).toEqual(['["+","post-cn-aaaa1111","0a","01","device-01",1,2,"inactive"]', '']);
});
