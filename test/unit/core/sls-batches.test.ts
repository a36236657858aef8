import { expect, test } from 'vitest';
import type { OutcomeRecord } from '../../../shared/core/outcome-record.ts';
import { batchesOf, logOf } from '../../../shared/core/sls-batches.ts';
import { epochMs } from '../../../shared/core/time.ts';

const NOW = epochMs(1_767_225_600_000); // 2026-01-01T00:00:00Z

function record(changes: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return {
    schema: '1',
    event_id: 'e1',
    kind: 'ca-registered',
    severity: 'notice',
    at: '2025-12-31T23:59:59.250Z',
    ...changes,
  };
}

test('a log carries the moment it happened, to the millisecond, and the fields in the order of the columns', () => {
  expect(logOf(record({ name: 'plant 7', fix: '', ca_sn: 'f2' }), NOW)).toEqual({
    seconds: 1_767_225_599,
    nanoseconds: 250_000_000,
    fields: [
      ['schema', '1'],
      ['event_id', 'e1'],
      ['kind', 'ca-registered'],
      ['severity', 'notice'],
      ['at', '2025-12-31T23:59:59.250Z'],
      ['ca_sn', 'f2'],
      ['name', 'plant 7'],
    ],
  });
});

test.each([
  ['167 hours ago is told as it is', '2025-12-25T01:00:00.000Z', 1_766_624_400],
  ['a month ago is moved to 167 hours ago', '2025-12-01T00:00:00.000Z', 1_766_624_400],
  ['14 minutes ahead is told as it is', '2026-01-01T00:14:00.000Z', 1_767_226_440],
  ['a year ahead is moved to 14 minutes ahead', '2027-01-01T00:00:00.000Z', 1_767_226_440],
  ['no moment at all becomes now', 'yesterday', 1_767_225_600],
])('log time: %s', (_, at, seconds) => {
  const log = logOf(record({ at }), NOW);
  expect(log.seconds).toBe(seconds);
  expect(log.fields[4]).toEqual(['at', at]);
});

test('a value is cut at 64 KiB, never in the middle of a character', () => {
  const [, value] = logOf(record({ detail: `x${'😀'.repeat(20_000)}` }), NOW).fields.at(-1) ?? ['', ''];
  expect(Buffer.byteLength(value)).toBe(65_533); // 1 + 4 x 16,383
  expect(value.endsWith('😀')).toBe(true);
  expect(logOf(record({ detail: 'y'.repeat(65_536) }), NOW).fields.at(-1)?.[1]).toHaveLength(65_536);
});

test('half a surrogate pair becomes the replacement character', () => {
  expect(logOf(record({ detail: 'a\ud83d' }), NOW).fields.at(-1)).toEqual(['detail', 'a\ufffd']);
});

test('a batch ends at 4,096 logs', () => {
  const records = Array.from({ length: 8193 }, () => record());
  expect(batchesOf(records, NOW).map((batch) => batch.length)).toEqual([4096, 4096, 1]);
});

test('a batch ends before 512 KiB, and order is kept', () => {
  const records = Array.from({ length: 20 }, (_, n) => record({ event_id: `e${n}`, detail: 'z'.repeat(65_536) }));
  const batches = batchesOf(records, NOW);
  expect(batches.map((batch) => batch.length)).toEqual([7, 7, 6]);
  expect(batches.flat().map((log) => log.fields[1]?.[1])).toEqual(records.map((one) => one.event_id));
});

test('no records are no batches', () => {
  expect(batchesOf([], NOW)).toEqual([]);
});
