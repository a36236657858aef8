import { expect, test } from 'vitest';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { parseCaSerial, parseDeviceSerial } from '../../../shared/core/serial.ts';
import type { Controls } from '../../../shared/core/sweep/controls.ts';
import { type Candidate, type GuardContext, lastVetoFor, vetoFor } from '../../../shared/core/sweep/guardrails.ts';
import { readHoldFile } from '../../../shared/core/sweep/hold-line.ts';
import { holdSetOf } from '../../../shared/core/sweep/hold-set.ts';
import { parseSweepId } from '../../../shared/core/sweep/sweep-id.ts';
import { durationMs, epochMs } from '../../../shared/core/time.ts';

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the test names something that can not be read');
  return value;
}

const HOUR = 3_600_000;
const NOW = epochMs(Date.UTC(2026, 5, 1));
const INSTANCE = need(parseInstanceId('post-cn-guard00001'));
const CA = need(parseCaSerial('5f01'));
const DEVICE = need(parseDeviceSerial('a1'));
const RELEASED = new Map([[DEVICE, need(parseSweepId('20260531T000000Z'))]]);

const controls = (changes: Partial<Controls> = {}, holds = ''): Controls => ({
  readAt: NOW,
  paused: 'no',
  intents: 'read',
  holds: holdSetOf(readHoldFile(holds, 'control/holds/a.csv'), [INSTANCE], NOW),
  release: 'none',
  ...changes,
});

/** Everything that can be wrong with a device at once, in the order of the rules: each turn mends the first. */
const candidate = (changes: Partial<Candidate> = {}): Candidate => ({
  instance: INSTANCE,
  ca: CA,
  device: DEVICE,
  reading: {
    serialAsReceived: '00a1',
    serial: DEVICE,
    caSerialAsReceived: '5f01',
    name: 'pump',
    status: 'inactive',
    validFrom: epochMs(NOW - HOUR),
    validUntil: epochMs(NOW + HOUR),
  },
  isAskedFor: true,
  wasSeenActive: true,
  lastActivatedAt: undefined,
  inactiveSince: epochMs(NOW - HOUR),
  ...changes,
});
const context = (changes: Partial<GuardContext> = {}): GuardContext => ({
  now: NOW,
  controls: controls(),
  caState: 'active',
  firstSight: 'act',
  reactivateAfter: durationMs(0),
  ...changes,
});
const dated = (validFrom: number, validUntil: number): Pick<Candidate, 'reading'> => ({
  reading: { ...candidate().reading, validFrom: epochMs(validFrom), validUntil: epochMs(validUntil) },
});

test('a device without any objection passes', () => {
  expect(vetoFor(candidate(), context())).toBeUndefined();
});

test('the first veto in the order of the rules stands, with what it looked at', () => {
  const flapping = { lastActivatedAt: epochMs(NOW - HOUR) };
  const late = { inactiveSince: NOW };
  const slow = { reactivateAfter: durationMs(HOUR) };
  const ask = { firstSight: 'ask' as const, ...slow };
  const all = { ...flapping, ...late, wasSeenActive: false, isAskedFor: false };
  const off = { ...ask, caState: 'inactive' as const };
  const hold = `,a1,,ann,lost,2027-01-01`;
  const turns: [Partial<Candidate>, Partial<GuardContext>][] = [
    [
      { ...all, ...dated(0, 1) },
      { ...off, controls: controls({ paused: 'yes', intents: 'unreadable' }, hold) },
    ],
    [
      { ...all, ...dated(0, 1) },
      { ...off, controls: controls({ intents: 'unreadable' }, hold) },
    ],
    [
      { ...all, ...dated(0, 1) },
      { ...off, controls: controls({}, hold) },
    ],
    [{ ...all, ...dated(0, 1) }, off],
    [{ ...all, ...dated(NOW + 1, NOW + 2) }, off],
    [all, off],
    [all, ask],
    [{ ...all, isAskedFor: true }, ask],
    [{ ...flapping, ...late }, ask],
    [late, ask],
  ];
  expect(turns.map(([one, other]) => vetoFor(candidate(one), context(other))?.kind)).toEqual([
    'paused',
    'controls-unreadable',
    'held',
    'device-expired',
    'device-not-yet-valid',
    'ca-not-active',
    'not-asked',
    'first-sight',
    'flapping',
    'waiting',
  ]);
});

test.each<[string, Partial<Controls>]>([
  ['the pause', { paused: 'unreadable' }],
  ['the holds', { holds: 'unreadable' }],
  ['the releases', { release: 'unreadable' }],
  ['the intents', { intents: 'unreadable' }],
])('%s that can not be read is a no', (_, changes) => {
  expect(vetoFor(candidate(), context({ controls: controls(changes) }))?.kind).toBe('controls-unreadable');
});

test.each([
  [NOW, undefined],
  [NOW - 1, 'device-expired'],
])('a certificate that ends at %d is judged to the millisecond', (validUntil, kind) => {
  expect(vetoFor(candidate(dated(0, validUntil)), context())?.kind).toBe(kind);
});

test.each([
  [NOW, undefined],
  [NOW + 1, 'device-not-yet-valid'],
])('a certificate that begins at %d is judged to the millisecond', (validFrom, kind) => {
  expect(vetoFor(candidate(dated(validFrom, NOW + HOUR)), context())?.kind).toBe(kind);
});

test('a certificate without readable dates is not activated', () => {
  const { validUntil: _, ...noEnd } = candidate().reading;
  const { validFrom: __, ...noStart } = candidate().reading;
  expect(vetoFor(candidate({ reading: noEnd }), context())?.kind).toBe('device-expired');
  expect(vetoFor(candidate({ reading: noStart }), context())?.kind).toBe('device-not-yet-valid');
});

test.each([
  [7 * 24 * HOUR - 1, 'flapping'],
  [7 * 24 * HOUR, undefined],
])('a device that we switched on %d ms ago', (ago, kind) => {
  expect(vetoFor(candidate({ lastActivatedAt: epochMs(NOW - ago) }), context())?.kind).toBe(kind);
});

test('a release lets a flapping device through, and nothing else', () => {
  const released = controls({ release: RELEASED });
  const flapping = { lastActivatedAt: epochMs(NOW - HOUR) };
  expect(vetoFor(candidate(flapping), context({ controls: released }))).toBeUndefined();
  const held = controls({ release: RELEASED }, ',a1,,ann,lost,');
  expect(vetoFor(candidate(flapping), context({ controls: held }))?.kind).toBe('held');
  expect(vetoFor(candidate({ ...flapping, ...dated(0, 1) }), context({ controls: released }))?.kind).toBe(
    'device-expired',
  );
  expect(vetoFor(candidate(flapping), context({ controls: released, caState: 'missing' }))?.kind).toBe('ca-not-active');
});

test('waiting ends at its time to the millisecond', () => {
  const slow = { reactivateAfter: durationMs(HOUR) };
  expect(vetoFor(candidate({ inactiveSince: epochMs(NOW - HOUR) }), context(slow))).toBeUndefined();
  expect(vetoFor(candidate({ inactiveSince: epochMs(NOW - HOUR + 1) }), context(slow))?.kind).toBe('waiting');
});

test('right before the act the release is asked for once more', () => {
  const last = { instance: INSTANCE, ca: CA, device: DEVICE, reading: candidate().reading, isByRelease: true };
  const released = { now: NOW, controls: controls({ release: RELEASED }), caState: 'active' as const };
  expect(lastVetoFor(last, released)).toBeUndefined();
  expect(lastVetoFor(last, { ...released, controls: controls() })).toEqual({
    kind: 'breaker',
    inputs: { release: 'withdrawn' },
  });
  expect(lastVetoFor({ ...last, isByRelease: false }, { ...released, controls: controls() })).toBeUndefined();
});
