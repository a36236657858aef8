import { expect, test } from 'vitest';
import {
  type DeviceMemory,
  memoryByte,
  newsAfter,
  readMemory,
  remember,
} from '../../../shared/core/sweep/device-memory.ts';
import { CA_STAGES, DEVICE_STAGES, stageOf } from '../../../shared/core/sweep/expiry-stages.ts';
import { reminderOf } from '../../../shared/core/sweep/hold-reminders.ts';
import { epochMs } from '../../../shared/core/time.ts';

const DAY = 86_400_000;
const NOW = epochMs(Date.UTC(2026, 5, 1));
const inDays = (count: number, ms = 0) => epochMs(NOW + count * DAY + ms);

test.each([
  [inDays(60, 1), undefined],
  [inDays(60), 60],
  [inDays(30, 1), 60],
  [inDays(30), 30],
  [inDays(14), 14],
  [inDays(7), 7],
  [inDays(3), 3],
  [inDays(1, 1), 3],
  [inDays(1), 1],
  [inDays(0, 1), 1],
  [inDays(0), 0],
])('a device certificate that ends at %d is at stage %s', (validUntil, stage) => {
  expect(stageOf(DEVICE_STAGES, validUntil, NOW)).toBe(stage);
});

test('a CA is announced from a year before its end', () => {
  expect([366, 365, 181, 180, 90, 59].map((left) => stageOf(CA_STAGES, inDays(left), NOW))).toEqual([
    undefined,
    365,
    365,
    180,
    90,
    60,
  ]);
});

test.each<[number, DeviceMemory]>([
  [0, { class: 'never-seen', announced: undefined, seenActive: false, known: false }],
  [0b1100_0001, { class: 'healthy', announced: undefined, seenActive: true, known: true }],
  [0b1100_1010, { class: 'expiring', announced: 60, seenActive: true, known: true }],
  [0b1111_1011, { class: 'expired', announced: 0, seenActive: true, known: true }],
  [0b1000_0100, { class: 'inactive', announced: undefined, seenActive: false, known: true }],
  [0b0000_0101, { class: 'not-registered', announced: undefined, seenActive: false, known: false }],
  [0b1010_0110, { class: 'missing', announced: 7, seenActive: false, known: true }],
])('the byte %i means what it was written for', (byte, memory) => {
  expect(readMemory(byte)).toEqual(memory);
  expect(memoryByte(memory)).toBe(byte);
});

test('every byte can be read, and comes back as it was', () => {
  for (let byte = 0; byte < 256; byte += 1) expect(memoryByte(readMemory(byte))).toBe(byte);
});

const HEALTHY = readMemory(0b1100_0001);

test('every stage is announced once, also one that passed while the device could not be read', () => {
  const stages = [60, 60, undefined, 14, 14, 7] as const;
  let memory = HEALTHY;
  const told = stages.map((stage) => {
    const found = stage === undefined ? { class: 'unreadable' as const } : { class: 'expiring' as const, stage };
    const after = remember(memory, found, false);
    memory = after.memory;
    return after.news === 'device-expiring' ? after.memory.announced : after.news;
  });
  expect(told).toEqual([60, 'none', 'device-unreadable', 14, 'none', 7]);
});

test('a device that is added late is announced at the stage of today', () => {
  expect(remember(readMemory(0), { class: 'expiring', stage: 3 }, false)).toMatchObject({
    news: 'device-expiring',
    memory: { announced: 3 },
  });
});

test('a renewed certificate begins its stages anew', () => {
  const old = remember(HEALTHY, { class: 'expiring', stage: 1 }, false).memory;
  const renewed = remember(old, { class: 'healthy' }, false).memory;
  expect(remember(renewed, { class: 'expiring', stage: 60 }, false).news).toBe('device-expiring');
});

test('trouble is told when it begins and once a day; health when it returns', () => {
  const off = remember(HEALTHY, { class: 'inactive' }, false);
  expect(off.news).toBe('device-inactive');
  expect(newsAfter(off.memory, off.memory, false)).toBe('none');
  expect(newsAfter(off.memory, off.memory, true)).toBe('device-inactive');
  expect(remember(off.memory, { class: 'healthy' }, false).news).toBe('device-recovered');
  expect(remember(readMemory(0), { class: 'not-registered' }, true).news).toBe('none');
});

test.each([
  [inDays(7, 1), undefined],
  [inDays(7), 'ends-within-7-days'],
  [inDays(1, 1), 'ends-within-7-days'],
  [inDays(1), 'ends-within-1-day'],
  [inDays(0), 'ends-within-1-day'],
  [inDays(0, -1), 'ended'],
  [inDays(-7, 1), 'ended'],
  [inDays(-7), 'ended-1-weeks-ago'],
  [inDays(-21), 'ended-3-weeks-ago'],
])('the owner of a hold that ends at %d is reminded: %s', (until, reminder) => {
  expect(reminderOf(until, NOW)).toBe(reminder);
});
