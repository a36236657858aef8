import { expect, test } from 'vitest';
import { OutOfTimeError, ServiceSilentError } from '../../../shared/pipelines/sweep/patient-calls.ts';
import { answered, listedDevices, pageOf, readingOf, serialsFrom } from '../../support/listed-devices.ts';

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
      listed: () => ({ kind: 'answered', value: { devices: [], unreadable: 0 }, requestId: 'r' }),
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

test('a page with elements that can not be read does not make the strangers of the CA absent', async () => {
  const strangers = serialsFrom(1, MANY);
  const listed = (page: number) => answered(pageOf([], page === 1 ? 3 : 0));
  const devices = listedDevices({ known: [], strangers }, { there: strangers.slice(-3), listed });
  await devices.lap();
  expect(devices.count({ class: 'not-registered' })).toBe(SHARE);
  expect(devices.count({ class: 'unreadable' })).toBe(MANY - SHARE);
});

test('a page of which nothing can be read does not end the pass', async () => {
  const known = serialsFrom(1, 1000);
  const listed = (page: number) =>
    answered(page === 3 ? pageOf([], 100) : pageOf(known.slice((page - 1) * 100, page * 100)));
  const devices = listedDevices({ known, strangers: [] }, { there: known, listed });
  await devices.lap({ callsAtOnce: 1 });
  expect(devices.pages).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(devices.asked).toEqual(known.slice(200, 300));
  expect(devices.watched.progress.list).toEqual({ kind: 'over', isWhole: false });
});

test.each([
  ['of which nothing can be read', []],
  ['with one element that can not be read', serialsFrom(1, 99)],
])('a list that repeats a page %s ends', async (_, page) => {
  const known = serialsFrom(1, 300);
  const listed = () => answered(pageOf(page, 100 - page.length));
  const devices = listedDevices({ known, strangers: [] }, { there: known, listed });
  await devices.lap({ callsAtOnce: 1 });
  expect(devices.pages).toEqual([1, 2]);
  expect(devices.count(SEEN)).toBe(300);
});

const TIMEOUT = { kind: 'no-answer', code: 'Timeout' } as const;

test('calls under way that all time out at once do not stop the sweep', async () => {
  const known = serialsFrom(1, 200);
  let answers = 0;
  const devices = listedDevices(
    { known, strangers: [] },
    {
      there: known,
      callMs: 5000,
      got: (device) => {
        answers += 1;
        return answers > 30 && answers <= 54 ? TIMEOUT : answered(readingOf(device));
      },
    },
  );
  await devices.lap({ read: 'get', callsAtOnce: 24 });
  expect(devices.count(SEEN)).toBe(200);
});

test('twenty timeouts in a row stop the sweep, and what they were about is asked for once more by the next try', async () => {
  const known = serialsFrom(1, 200);
  let answers = 60;
  const devices = listedDevices(
    { known, strangers: [] },
    {
      there: known,
      callMs: 5000,
      got: (device) => {
        answers -= 1;
        return answers < 0 ? TIMEOUT : answered(readingOf(device));
      },
    },
  );
  await expect(devices.lap({ read: 'get', callsAtOnce: 1 })).rejects.toThrow(ServiceSilentError);
  expect(devices.watched.progress.readCount).toBe(60);
  expect(devices.asked.length - 60).toBeLessThan(30);
  answers = 1000;
  const before = devices.asked.length;
  await devices.lap({ read: 'get', callsAtOnce: 1 });
  expect(devices.asked.length - before).toBe(140);
  expect(devices.count(SEEN)).toBe(200);
});

test('pages on which the service went silent are asked for again by the next try', async () => {
  const known = serialsFrom(1, 2000);
  let isSilent = true;
  const listed = (page: number) =>
    isSilent && page >= 4 ? TIMEOUT : answered(pageOf(known.slice((page - 1) * 100, page * 100)));
  const devices = listedDevices({ known, strangers: [] }, { there: known, callMs: 5000, listed });
  await expect(devices.lap({ callsAtOnce: 3 })).rejects.toThrow(ServiceSilentError);
  expect(devices.watched.progress.list).toEqual({ kind: 'under-way', page: 4, isWhole: true });
  isSilent = false;
  await devices.lap({ callsAtOnce: 3 });
  expect(devices.asked).toEqual([]);
  expect(devices.count(SEEN)).toBe(2000);
});

test('a page that alone brings no answer is made up for one by one', async () => {
  const known = serialsFrom(1, 2000);
  const listed = (page: number) => (page === 4 ? TIMEOUT : answered(pageOf(known.slice((page - 1) * 100, page * 100))));
  const devices = listedDevices({ known, strangers: [] }, { there: known, callMs: 5000, listed });
  await devices.lap({ callsAtOnce: 3 });
  expect(devices.asked).toEqual(known.slice(300, 400));
  expect(devices.count(SEEN)).toBe(2000);
});
