import { expect, test } from 'vitest';
import type { CauseId } from '../../../shared/core/alert-key.ts';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { causeIdOf, recordOf } from '../../../shared/core/outcome.ts';
import { parseCaSerial } from '../../../shared/core/serial.ts';
import { type CaFindings, type LastingReasons, NO_LIST_ANSWER } from '../../../shared/core/sweep/ca-findings.ts';
import {
  conditionsAfter,
  endOfCa,
  hasEnded,
  isDue,
  type OpenCondition,
  type StandingCondition,
} from '../../../shared/core/sweep/conditions.ts';
import { countClasses, type DeviceCounts } from '../../../shared/core/sweep/counts.ts';
import { DEVICE_CLASSES, type DeviceClass } from '../../../shared/core/sweep/device-class.ts';
import { parseSweepId } from '../../../shared/core/sweep/sweep-id.ts';
import { causeOfSweep, type SweepOutcome } from '../../../shared/core/sweep/sweep-outcome.ts';
import { epochMs, hours, plus } from '../../../shared/core/time.ts';

const NOW = epochMs(1_800_000_000_000);
const sweepId = need(parseSweepId('20270115T080000Z'));
const instance = need(parseInstanceId('post-cn-ends000001'));
const ca = need(parseCaSerial('4a'));
const RUN = { functionName: 'sweep', functionRequestId: 'r', configDigest: 'c0ffee', version: '0' };

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the fixtures must be readable');
  return value;
}

const standing = (name: string, count = 1): StandingCondition => ({
  kind: 'breaker-open',
  causeId: `breaker-open.${name}` as CauseId,
  count,
});
const opened = (name: string, count: number, agoMs: number): OpenCondition => ({
  ...standing(name, count),
  toldAt: epochMs(NOW - agoMs),
});
const mapOf = (...conditions: OpenCondition[]) => new Map(conditions.map((one) => [one.causeId, one]));

test.each<[string, OpenCondition[], number, boolean]>([
  ['new', [], 5, true],
  ['told a minute ago', [opened('a', 5, 60_000)], 5, false],
  ['told a minute ago and smaller now', [opened('a', 5, 60_000)], 3, false],
  ['told a minute ago and larger now', [opened('a', 5, 60_000)], 6, true],
  ['told almost a day ago', [opened('a', 5, 86_399_999)], 5, false],
  ['told a day ago', [opened('a', 5, 86_400_000)], 5, true],
])('a condition that is %s', (_, open, count, due) => {
  expect(isDue(mapOf(...open), standing('a', count), NOW)).toBe(due);
});

test('one that stays keeps when it was told; one that became smaller is told as soon as it grows', () => {
  const after = conditionsAfter(mapOf(opened('a', 5, 60_000)), [standing('a', 2)], () => 'over', NOW);
  expect(after).toEqual({ open: [opened('a', 2, 60_000)], ended: [] });
  expect(isDue(mapOf(...after.open), standing('a', 3), plus(NOW, hours(1)))).toBe(true);
});

test('one that is not found ends where that is known, and stays open where it is not', () => {
  const [gone, hidden] = [opened('a', 1, 60_000), opened('b', 1, 60_000)];
  const after = conditionsAfter(
    mapOf(gone, hidden),
    [],
    ({ causeId }) => (causeId === gone.causeId ? 'over' : undefined),
    NOW,
  );
  expect(after).toEqual({ open: [hidden], ended: [{ condition: gone, why: 'over' }] });
});

test.each([
  ['ca-inactive', 'active', 'over'],
  ['ca-inactive', 'inactive', undefined],
  ['ca-inactive', 'expired', undefined],
  ['ca-inactive', 'missing', 'gone'],
  ['ca-inactive', 'unreadable', undefined],
  ['ca-inactive', undefined, 'gone'],
  ['ca-expired', 'active', 'over'],
  ['ca-expired', 'inactive', 'over'],
  ['ca-expired', 'expired', undefined],
  ['ca-expired', 'missing', 'gone'],
  ['ca-expired', 'unreadable', undefined],
  ['ca-missing', 'active', 'over'],
  ['ca-missing', 'inactive', 'over'],
  ['ca-missing', 'expired', 'over'],
  ['ca-missing', 'missing', undefined],
  ['ca-missing', 'unreadable', undefined],
  ['ca-missing', undefined, 'not-watched'],
] as const)('%s of a CA that is now %s ends as %s', (kind, state, why) => {
  expect(endOfCa(kind, state)).toBe(why);
});

const lasting = (changes: Partial<LastingReasons>): Pick<CaFindings, 'lasting'> => ({
  lasting: { all: {}, notHeld: {}, masked: 0, failures: [], ...changes },
});
const QUIET: CaFindings = {
  isCaMissing: false,
  vetoes: {},
  isObserving: false,
  observed: 0,
  failures: [],
  unsettled: 0,
  list: NO_LIST_ANSWER,
  ...lasting({}),
};

function counted(classes: Partial<Record<DeviceClass, number>>): DeviceCounts {
  const bytes = Object.entries(classes).flatMap(([name, count]) =>
    Array.from({ length: count }, () => DEVICE_CLASSES.indexOf(name as DeviceClass)),
  );
  return countClasses(Uint8Array.from(bytes));
}

test.each<[StandingCondition['kind'], string, Partial<Record<DeviceClass, number>>, Partial<CaFindings>, boolean]>([
  ['device-missing', '', { healthy: 5 }, {}, true],
  ['device-missing', '', { healthy: 5, missing: 1 }, {}, false],
  ['device-missing', '', { healthy: 5, unreadable: 1 }, {}, false],
  ['device-missing', '', { healthy: 5 }, { isCaMissing: true }, false],
  ['device-expired', '', { healthy: 5 }, {}, true],
  ['device-expired', '', { expired: 1 }, {}, false],
  ['device-expired', '', { inactive: 1 }, lasting({ all: { 'device-expired': 1 } }), false],
  ['device-flapping', '', { inactive: 1 }, lasting({ all: { held: 1 } }), true],
  ['device-flapping', '', { inactive: 1 }, lasting({ all: { flapping: 1 } }), false],
  ['breaker-open', '', { healthy: 5 }, {}, true],
  ['breaker-open', '', { inactive: 1 }, { vetoes: { breaker: 1 } }, false],
  ['breaker-open', '', { inactive: 1 }, lasting({ masked: 1 }), false],
  ['reactivation-failed', 'Oops', { healthy: 5 }, {}, true],
  ['reactivation-failed', 'Oops', { inactive: 1 }, { failures: ['Oops'] }, false],
  ['reactivation-failed', 'Oops', { inactive: 1 }, { failures: ['Other'] }, true],
  ['reactivation-failed', 'Oops', { inactive: 1 }, { vetoes: { breaker: 1 } }, false],
  ['reactivation-failed', 'Oops', { inactive: 1 }, lasting({ masked: 1 }), false],
  ['reactivation-failed', 'Oops', { inactive: 1 }, lasting({ failures: ['Oops'] }), false],
  ['reactivation-failed', 'Oops', { inactive: 1 }, { observed: 1 }, false],
  ['reactivation-failed', 'Oops', { inactive: 1 }, { unsettled: 1 }, false],
  ['devices-many', 'device-missing', { missing: 20 }, {}, true],
  ['devices-many', 'device-missing', { missing: 21 }, {}, false],
  ['devices-many', 'device-expired', { expired: 11, inactive: 10 }, lasting({ all: { 'device-expired': 10 } }), false],
  ['devices-many', 'device-flapping', { inactive: 21 }, lasting({ all: { flapping: 21 } }), false],
  ['devices-many', 'device-flapping', { inactive: 21 }, lasting({ all: { flapping: 20 } }), true],
  ['devices-left-inactive', 'paused', { inactive: 1 }, lasting({ notHeld: { 'not-asked': 1 } }), true],
  ['devices-left-inactive', 'paused', { inactive: 1 }, lasting({ notHeld: { paused: 1 } }), false],
  ['devices-left-inactive', 'observed-only', { inactive: 1 }, { observed: 1 }, false],
  ['devices-left-inactive', 'observed-only', { inactive: 1 }, { isObserving: true, ...lasting({ masked: 1 }) }, false],
  ['devices-left-inactive', 'observed-only', { inactive: 1 }, { isObserving: true, vetoes: { breaker: 1 } }, false],
  ['devices-left-inactive', 'observed-only', { inactive: 1 }, lasting({ masked: 1 }), true],
  ['instance-blocked', '', { healthy: 5 }, {}, false],
])('%s %s with %j and %j: over is %s', (kind, reason, classes, findings, isOver) => {
  expect(hasEnded({ kind, reason }, counted(classes), { ...QUIET, ...findings })).toBe(isOver);
});

test.each<SweepOutcome>([
  { kind: 'breaker-open', sweepId, instance, ca },
  { kind: 'reactivation-failed', sweepId, instance, ca, service: { code: 'InternalError', requestId: 'r' } },
  { kind: 'devices-many', sweepId, instance, ca, reason: 'device-missing' },
  { kind: 'acts-stopped', sweepId, objectKey: 'control/holds/<b>.csv', reason: 'hold-names-no-device' },
  { kind: 'service-silent', sweepId },
  { kind: 'condition-ended', sweepId, instance, ca, resolves: 'ca-inactive.0123456789abcdef' },
])('the cause of an outcome is that of its record: $kind', (outcome) => {
  expect(causeOfSweep(outcome)).toBe(causeIdOf(recordOf(outcome, NOW, RUN)));
});
