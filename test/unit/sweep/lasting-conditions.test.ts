import { expect, test } from 'vitest';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { parseCaSerial, parseDeviceSerial } from '../../../shared/core/serial.ts';
import { type CaFindings, NO_LIST_ANSWER } from '../../../shared/core/sweep/ca-findings.ts';
import { hasEnded, type StandingCondition } from '../../../shared/core/sweep/conditions.ts';
import type { Controls } from '../../../shared/core/sweep/controls.ts';
import { countClasses } from '../../../shared/core/sweep/counts.ts';
import { decideCa } from '../../../shared/core/sweep/decide-ca.ts';
import type { DeviceClass } from '../../../shared/core/sweep/device-class.ts';
import { memoryByte } from '../../../shared/core/sweep/device-memory.ts';
import type { GuardContext, VetoKind } from '../../../shared/core/sweep/guardrails.ts';
import { readHoldFile } from '../../../shared/core/sweep/hold-line.ts';
import { holdSetOf } from '../../../shared/core/sweep/hold-set.ts';
import { inactiveDates } from '../../../shared/core/sweep/inactive-dates.ts';
import { packSerials } from '../../../shared/core/sweep/packed-serials.ts';
import { parseSweepId } from '../../../shared/core/sweep/sweep-id.ts';
import { countVetoes } from '../../../shared/core/sweep/vetoed-devices.ts';
import { durationMs, epochMs } from '../../../shared/core/time.ts';

const NOW = epochMs(1_800_000_000_000);
const HOUR = 3_600_000;
const instance = need(parseInstanceId('post-cn-pairs00001'));
const ca = need(parseCaSerial('4a'));
const device = need(parseDeviceSerial('a1'));
const RELEASED_IN = need(parseSweepId('20270115T080000Z'));

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the fixtures must be readable');
  return value;
}

/** What is the matter with one inactive device; nothing unless it is named. */
interface Matter {
  readonly paused: boolean;
  readonly holds: string;
  readonly caState: GuardContext['caState'];
  readonly validFrom: number | undefined;
  readonly validUntil: number | undefined;
  readonly isAskedFor: boolean;
  readonly firstSight: 'act' | 'ask';
  readonly lastActivatedAt: number | undefined;
  readonly reactivateAfter: number;
  readonly mode: 'act' | 'observe';
  readonly lastFailure: string | undefined;
  /** Activations of the last day under the CA. */
  readonly acted: number;
  readonly state: DeviceClass;
  readonly isReleased: boolean;
}

const WELL: Matter = {
  paused: false,
  holds: '',
  caState: 'active',
  validFrom: NOW - HOUR,
  validUntil: NOW + HOUR,
  isAskedFor: true,
  firstSight: 'act',
  lastActivatedAt: undefined,
  reactivateAfter: 0,
  mode: 'act',
  lastFailure: undefined,
  acted: 0,
  state: 'inactive',
  isReleased: false,
};

/** What is the matter when one guardrail says no. */
const MATTER: Readonly<Record<VetoKind, Partial<Matter>>> = {
  paused: { paused: true },
  'controls-unreadable': { holds: `${instance},???,,ann,lost,` },
  held: { holds: `${instance},a1,,ann,lost,` },
  'hold-expired': { holds: `${instance},a1,,ann,lost,2020-01-01T00:00:00Z` },
  'device-expired': { validUntil: NOW - 1 },
  'device-not-yet-valid': { validFrom: NOW + 1 },
  'ca-not-active': { caState: 'inactive' },
  'not-asked': { isAskedFor: false },
  'first-sight': { firstSight: 'ask' },
  flapping: { lastActivatedAt: NOW - HOUR },
  waiting: { reactivateAfter: HOUR },
  breaker: { acted: 10 },
};

const RELEASE = new Map([[device, RELEASED_IN]]);

/** What a sweep finds of a CA whose only device is as told. */
function found(changes: Partial<Matter>): { readonly next: Uint8Array; readonly findings: CaFindings } {
  const matter = { ...WELL, ...changes };
  const holds = holdSetOf(readHoldFile(matter.holds, 'control/holds/a.csv'), [instance], NOW);
  const paused = matter.paused ? 'yes' : 'no';
  const controls: Controls = {
    readAt: NOW,
    paused,
    intents: 'read',
    holds,
    release: matter.isReleased ? RELEASE : 'none',
  };
  const dates = inactiveDates(1);
  const dateOf = (at: number | undefined) => (at === undefined ? undefined : epochMs(at));
  dates.set(0, { validFrom: dateOf(matter.validFrom), validUntil: dateOf(matter.validUntil) });
  const next = Uint8Array.of(memoryByte({ class: matter.state, announced: undefined, seenActive: false, known: true }));
  const verdict = decideCa(
    {
      instance,
      ca,
      devices: packSerials([device]),
      reactivate: Uint8Array.of(matter.isAskedFor ? 1 : 0),
      before: next,
      next,
      dates,
      inactiveSince: () => NOW,
      lastActivatedAt: () => dateOf(matter.lastActivatedAt),
      lastFailure: () => matter.lastFailure,
      actedUnderCa: matter.acted,
      actedOnInstance: matter.acted,
    },
    {
      now: NOW,
      controls,
      caState: matter.caState,
      firstSight: matter.firstSight,
      reactivateAfter: durationMs(matter.reactivateAfter),
    },
  );
  const { mode } = matter;
  const findings: CaFindings = {
    isCaMissing: false,
    vetoes: Object.fromEntries(countVetoes(verdict.vetoed)),
    isObserving: mode === 'observe',
    observed: mode === 'observe' ? verdict.survivors.length : 0,
    failures: [],
    unsettled: 0,
    list: NO_LIST_ANSWER,
    lasting: verdict.lasting,
  };
  return { next, findings };
}

type Told = Pick<StandingCondition, 'kind' | 'reason'>;

function isOver(told: Told, changes: Partial<Matter>): boolean {
  const { findings, next } = found(changes);
  return hasEnded(told, countClasses(next), findings);
}

const LEFT: readonly VetoKind[] = [
  'paused',
  'controls-unreadable',
  'device-expired',
  'device-not-yet-valid',
  'ca-not-active',
  'not-asked',
  'first-sight',
  'waiting',
];

/** What people were told of a device that one guardrail stopped. */
function toldOf(veto: VetoKind): Told | undefined {
  if (veto === 'breaker') return { kind: 'breaker-open' };
  if (veto === 'flapping') return { kind: 'device-flapping' };
  return LEFT.includes(veto) ? { kind: 'devices-left-inactive', reason: veto } : undefined;
}

/** In the order in which they are asked. */
const ORDER = Object.keys(MATTER) as VetoKind[];
/** Two sides of one rule. */
const EXCLUSIVE = [
  ['held', 'hold-expired'],
  ['device-expired', 'device-not-yet-valid'],
];
const PAIRS = ORDER.flatMap((earlier, at) =>
  ORDER.slice(at + 1)
    .filter((later) => toldOf(later) !== undefined)
    .filter((later) => !EXCLUSIVE.some((pair) => pair.includes(earlier) && pair.includes(later)))
    .map((later) => ({ earlier, later })),
);

/** What took the place of a condition for good: the device is left for that, whatever the breaker would say. */
const OVER: Readonly<Partial<Record<VetoKind, readonly VetoKind[]>>> = {
  held: [...LEFT, 'breaker'],
  'hold-expired': [...LEFT, 'breaker'],
  'device-expired': ['breaker'],
  'device-not-yet-valid': ['breaker'],
  'not-asked': ['breaker'],
  'first-sight': ['breaker'],
  flapping: ['breaker'],
};

test.each(PAIRS)('a device that $later stopped, and now $earlier as well', ({ earlier, later }) => {
  const told = need(toldOf(later));
  const { holds = '' } = MATTER[earlier];
  const both = { ...MATTER[later], ...MATTER[earlier], holds: [holds, MATTER[later].holds ?? ''].join('\n') };
  expect(Object.keys(found(both).findings.vetoes)).toEqual([earlier]);
  expect(isOver(told, MATTER[later])).toBe(false);
  expect(isOver(told, both)).toBe(OVER[earlier]?.includes(later) ?? false);
  expect(isOver(told, {})).toBe(true);
});

test.each<[string, Partial<Matter>, boolean]>([
  ['switched off', { validUntil: NOW - 1 }, false],
  ['switched off and on hold', { validUntil: NOW - 1, ...MATTER.held }, false],
  ['switched off while writing is paused', { validUntil: NOW - 1, ...MATTER.paused }, false],
  ['switched off, and its end can not be read', { validUntil: undefined }, false],
  ['not readable', { state: 'unreadable' }, false],
  ['still expired', { state: 'expired' }, false],
  ['switched off, with a new end', {}, true],
  ['healthy', { state: 'healthy' }, true],
  ['near its next end', { state: 'expiring' }, true],
  ['gone', { state: 'missing' }, true],
  ['not there', { state: 'not-registered' }, true],
])('a device that was told to be expired and is now %s: over is %s', (_, changes, over) => {
  expect(isOver({ kind: 'device-expired' }, changes)).toBe(over);
});

test.each<[DeviceClass, boolean]>([
  ['missing', false],
  ['unreadable', false],
  ['healthy', true],
  ['expiring', true],
  ['expired', true],
  ['inactive', true],
])('a device that was told to be missing and is now %s: over is %s', (state, over) => {
  expect(isOver({ kind: 'device-missing' }, { state })).toBe(over);
});

test.each(ORDER)('while %s keeps a failed activation from being tried again, it is not over', (veto) => {
  const told: Told = { kind: 'reactivation-failed', reason: 'Oops' };
  expect(isOver(told, { ...MATTER[veto], lastFailure: 'Oops' })).toBe(false);
  expect(isOver(told, { state: 'healthy', lastFailure: 'Oops' })).toBe(true);
});

test.each<[string, Partial<Matter>, boolean]>([
  ['only observed', { mode: 'observe' }, false],
  ['paused as well', { mode: 'observe', ...MATTER.paused }, false],
  ['stopped by the breaker as well', { mode: 'observe', ...MATTER.breaker }, false],
  ['on hold', { mode: 'observe', ...MATTER.held }, true],
  ['activated, because acting was allowed', {}, true],
  ['paused, and acting is allowed', MATTER.paused, true],
])('a device that was told to be only observed and is now %s: over is %s', (_, changes, over) => {
  expect(isOver({ kind: 'devices-left-inactive', reason: 'observed-only' }, changes)).toBe(over);
});

const FLAPS: Partial<Matter> = { ...MATTER.flapping, isReleased: true };

test.each<[string, Partial<Matter>, boolean]>([
  ['on hold', { ...FLAPS, ...MATTER.held }, false],
  ['on a hold that has ended and was not removed', { ...FLAPS, ...MATTER['hold-expired'] }, false],
  ['paused', { ...FLAPS, ...MATTER.paused }, false],
  ['expired', { ...FLAPS, ...MATTER['device-expired'] }, false],
  ['waiting', { ...FLAPS, ...MATTER.waiting }, false],
  ['under a CA that is switched off', { ...FLAPS, ...MATTER['ca-not-active'] }, false],
  ['not readable', { ...FLAPS, state: 'unreadable' }, false],
  ['let through', FLAPS, true],
  ['read active', { ...FLAPS, state: 'healthy' }, true],
  ['gone from the list', { ...FLAPS, state: 'not-registered' }, true],
])('a device that flaps, was released, and is now %s', (_, changes, over) => {
  expect(isOver({ kind: 'device-flapping' }, changes)).toBe(over);
});

test('behind a pause nobody knows what the breaker would say of a released device, whether it flaps or not', () => {
  expect(isOver({ kind: 'breaker-open' }, { ...FLAPS, ...MATTER.paused })).toBe(false);
  expect(isOver({ kind: 'breaker-open' }, { isReleased: true, ...MATTER.paused })).toBe(false);
});
