import { expect, test } from 'vitest';
import { type AlertName, alertKey, parseAlertKey } from '../../../shared/core/alert-key.ts';
import type { EventId } from '../../../shared/core/outcome-record.ts';
import { epochMs } from '../../../shared/core/time.ts';

const EVENT = 'e'.repeat(32);
const NAME: AlertName = {
  severity: 'critical',
  kind: 'drop-quarantined',
  causeId: 'drop-quarantined.0123456789abcdef',
  at: epochMs(1_767_225_600_000),
  eventId: EVENT as EventId,
  isEnd: false,
};
const KEY = `outbox/alerts/critical/drop-quarantined.0123456789abcdef/1767225600000-${EVENT}.json`;

test("an alert's name alone tells severity, kind, cause, time, event, and whether a condition ended", () => {
  expect(alertKey(NAME)).toBe(KEY);
  expect(parseAlertKey(KEY)).toEqual(NAME);
  const end = KEY.replace('.json', '-end.json');
  expect(alertKey({ ...NAME, isEnd: true })).toBe(end);
  expect(parseAlertKey(end)).toEqual({ ...NAME, isEnd: true });
});

test.each([
  KEY.replace('critical', 'fatal'),
  KEY.replace('drop-quarantined', 'drop-eaten'),
  KEY.replace('drop-quarantined', 'constructor'),
  KEY.replace('abcdef/', 'abcde/'),
  KEY.replace('1767225600000', '176722560000'),
  KEY.replace('.json', ''),
  `x${KEY}`,
  `${KEY}/`,
])('a name that is none of ours is not read as one: %s', (key) => {
  expect(parseAlertKey(key)).toBeUndefined();
});
