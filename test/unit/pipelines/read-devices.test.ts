import { expect, test } from 'vitest';
import { OutOfTimeError } from '../../../shared/pipelines/sweep/patient-calls.ts';
import { listedDevices, serialsFrom } from '../../support/listed-devices.ts';

const SEEN = { seenActive: true, known: true } as const;
/** Strangers that are asked for in one sweep. */
const SHARE = 2100;
const MANY = 4800;

test('reading by Get asks for every device in every lap, strangers too', async () => {
  const strangers = serialsFrom(1, MANY);
  const devices = listedDevices({ known: [], strangers }, { there: strangers, callMs: 10 });
  await expect(devices.lap({ read: 'get', lastsMs: 9000 })).rejects.toThrow(OutOfTimeError);
  expect(devices.watched.progress.readCount).toBeGreaterThan(50);
  await devices.lap({ read: 'get' });
  expect(devices.pages).toEqual([]);
  expect(devices.count(SEEN)).toBe(MANY);
  expect(new Set(devices.asked).size).toBe(MANY);
});

test('of strangers that a whole list does not name no more are asked for than their share, over all laps', async () => {
  const strangers = serialsFrom(1, MANY);
  const devices = listedDevices({ known: [], strangers }, { there: [], callMs: 10 });
  await expect(devices.lap({ lastsMs: 9000 })).rejects.toThrow(OutOfTimeError);
  const inFirst = devices.watched.progress.readCount;
  expect(inFirst).toBeGreaterThan(20);
  expect(inFirst).toBeLessThan(SHARE);
  await devices.lap();
  expect(new Set(devices.asked).size).toBe(SHARE);
  expect(devices.watched.progress.strangersAsked).toBe(SHARE);
  expect(devices.count({ class: 'not-registered' })).toBe(MANY);
});

test('known devices that are not listed are all asked for, however many', async () => {
  const known = serialsFrom(1, 100_200);
  const devices = listedDevices(
    { known, strangers: [] },
    {
      there: known,
      listed: () => ({ kind: 'answered', value: { devices: [], unreadable: 0, size: 0 }, requestId: 'r' }),
    },
  );
  await devices.lap({ callsAtOnce: 24 });
  expect(devices.count(SEEN)).toBe(100_200);
});

test('a list that is refused says nothing: every device is asked for, in every lap', async () => {
  const strangers = serialsFrom(1, MANY);
  const devices = listedDevices(
    { known: [], strangers },
    {
      there: strangers,
      callMs: 10,
      listed: () => ({ kind: 'refused', code: 'PermissionCheckFailed', status: 403, requestId: 'r' }),
    },
  );
  await expect(devices.lap({ lastsMs: 9000 })).rejects.toThrow(OutOfTimeError);
  await devices.lap();
  expect(devices.pages).toEqual([1]);
  expect(devices.count(SEEN)).toBe(MANY);
});
