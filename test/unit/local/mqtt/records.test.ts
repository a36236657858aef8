import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFaultPlan } from '../../../../local/fault-plan.ts';
import { createCallRecord } from '../../../../local/mqtt/call-record.ts';
import { isMeantFor, type MqttHeldFault } from '../../../../local/mqtt/faults.ts';
import { createNonceMemory } from '../../../../local/mqtt/nonces.ts';
import { EMPTY_STATE } from '../../../../local/mqtt/state.ts';
import { loadState, openStateFile } from '../../../../local/mqtt/state-file.ts';

test('the record keeps the newest calls, oldest first', () => {
  const record = createCallRecord(3);
  for (const at of [1, 2, 3, 4, 5]) record.add({ at, action: 'a', source: 's', code: 'OK' });
  expect(record.list().map((call) => call.at)).toEqual([3, 4, 5]);
  record.clear();
  expect(record.list()).toEqual([]);
});

test('a nonce is good once while it is remembered, per key', () => {
  const nonces = createNonceMemory();
  expect(nonces.use('A', 'n', 0)).toBe(true);
  expect(nonces.use('A', 'n', 1)).toBe(false);
  expect(nonces.use('B', 'n', 2)).toBe(true);
  expect(nonces.use('A', 'n', 31 * 60_000)).toBe(false);
  expect(nonces.use('A', 'n', 31 * 60_000 + 1)).toBe(true);
});

test('faults are taken in order, for their action, as often as planned', () => {
  const plan = createFaultPlan<MqttHeldFault>(() => 0);
  const take = (action: string) => plan.take(isMeantFor(action, 1))?.fault;
  plan.set([
    { action: 'GetCaCertificate', times: 2, fault: 'throttle' },
    { action: '*', times: 1, fault: 'silence' },
    { action: '*', times: 0, fault: 'html-200' },
  ]);
  expect(take('ListCaCertificate')).toBe('silence');
  expect(take('ListCaCertificate')).toBeUndefined();
  expect([1, 2, 3].map(() => take('GetCaCertificate'))).toEqual(['throttle', 'throttle', undefined]);
});

test('a fault may hold for a time, or for one page of a list', () => {
  let now = 1000;
  const plan = createFaultPlan<MqttHeldFault>(() => now);
  const take = (action: string, page: number) => plan.take(isMeantFor(action, page))?.fault;
  plan.set([
    { action: 'ListDeviceCertificateByCaSn', page: 2, times: 1, fault: 'page-empty' },
    { action: '*', forMs: 500, fault: 'throttle' },
  ]);
  expect(take('ListDeviceCertificateByCaSn', 1)).toBe('throttle');
  expect(take('GetDeviceCertificate', Number.NaN)).toBe('throttle');
  now = 1499;
  expect(take('ListDeviceCertificateByCaSn', 2)).toBe('page-empty');
  expect(take('ListDeviceCertificateByCaSn', 2)).toBe('throttle');
  now = 1500;
  expect(take('ListDeviceCertificateByCaSn', 2)).toBeUndefined();
});

test('the newest state is on disk after a flush, for its owner only, and nonsense is refused', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'local-mqtt-state-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, 'mqtt');
  expect(await loadState(folder)).toEqual({ codes: [], cas: [] });
  const file = openStateFile(folder);
  file.save(EMPTY_STATE);
  file.save({ codes: [{ code: 'c', instance: 'i', issuedAt: 1, status: 'open' }], cas: [] });
  await file.flush();
  expect(await readFile(join(folder, 'state.json'), 'utf8')).toBe(
    '{"codes":[{"code":"c","instance":"i","issuedAt":1,"status":"open"}],"cas":[]}',
  );
  expect((await stat(join(folder, 'state.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await loadState(folder)).toEqual({
    codes: [{ code: 'c', instance: 'i', issuedAt: 1, status: 'open' }],
    cas: [],
  });
  await writeFile(join(folder, 'state.json'), '{"codes":[{}],"cas":[]}');
  await expect(loadState(folder)).rejects.toThrow('not one of this program');
});
