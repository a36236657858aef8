import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { objectKey } from '../../../shared/core/object-version.ts';
import { parseCaSerial, parseDeviceSerial } from '../../../shared/core/serial.ts';
import { actWindowOf } from '../../../shared/core/sweep/act-window.ts';
import type { Controls, Release } from '../../../shared/core/sweep/controls.ts';
import { decideCa } from '../../../shared/core/sweep/decide-ca.ts';
import { classify } from '../../../shared/core/sweep/device-class.ts';
import { memoryByte, readMemory, remember } from '../../../shared/core/sweep/device-memory.ts';
import { readHoldFile } from '../../../shared/core/sweep/hold-line.ts';
import { holdSetOf } from '../../../shared/core/sweep/hold-set.ts';
import { inactiveDates } from '../../../shared/core/sweep/inactive-dates.ts';
import { packSerials } from '../../../shared/core/sweep/packed-serials.ts';
import { sweepIdOf } from '../../../shared/core/sweep/sweep-id.ts';
import { eachVetoed } from '../../../shared/core/sweep/vetoed-devices.ts';
import { type InactiveSince, inactiveSinceAfter } from '../../../shared/core/sweep/waiting.ts';
import { durationMs, epochMs } from '../../../shared/core/time.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 5);
/** Thirty devices of which few are watched with care; the rest are there to be switched off all at once. */
const DEVICES = 30;
const COUNT = Array.from({ length: DEVICES }, (_, index) => index);

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the test names something that can not be read');
  return value;
}

const INSTANCE = need(parseInstanceId('post-cn-oracle00001'));
const CA = need(parseCaSerial('5f01'));
const SERIALS = COUNT.map((index) => need(parseDeviceSerial((0xa0 + index).toString(16))));
const PACKED = packSerials(SERIALS);

const device = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: DEVICES - 1 }));
const sweepStep = fc.record({
  do: fc.constant('sweep'),
  fails: fc.constantFrom('none', 'none', 'none', 'acts', 'crash'),
});
const switchStep = fc.record({ do: fc.constant('switch'), device, on: fc.constantFrom(false, false, true) });
const step = fc.oneof(
  { weight: 8, arbitrary: sweepStep },
  { weight: 8, arbitrary: switchStep },
  fc.record({ do: fc.constant('mass'), from: device, count: fc.integer({ min: 5, max: 20 }) }),
  fc.record({ do: fc.constant('ca'), state: fc.constantFrom('inactive', 'unreadable', 'active', 'active', 'active') }),
  fc.record({ do: fc.constant('hold'), device, until: fc.constantFrom('', '2026-01-06', 'soon', '2027-01-01') }),
  fc.record({ do: fc.constant('unhold'), device }),
  fc.record({ do: fc.constant('nameless'), isThere: fc.constantFrom(true, false, false, false) }),
  fc.record({ do: fc.constant('pause'), to: fc.constantFrom('yes', 'unreadable', 'no', 'no', 'no', 'no') }),
  fc.record({ do: fc.constant('ask'), device, asked: fc.boolean() }),
  fc.record({ do: fc.constant('expire'), device, inMs: fc.constantFrom(-DAY, HOUR, 30 * DAY, 4000 * DAY) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release') }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(HOUR, 6 * HOUR, DAY, 6 * DAY, 8 * DAY) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
const setting = fc.record({
  firstSight: fc.constantFrom('act', 'act', 'ask'),
  waitMs: fc.constantFrom(0, 0, 2 * HOUR),
});

/** One thing we set out to do, as the witness wrote it down: nothing of ours is used to remember it. */
interface Deed {
  readonly device: number;
  readonly at: number;
  readonly worked: boolean;
}

/** The world and a witness that knows who switched what, against the code's own memory. */
class History {
  now = START;
  paused: 'yes' | 'no' | 'unreadable' = 'no';
  ca: 'active' | 'inactive' | 'unreadable' = 'active';
  isNameless = false;
  readonly active = COUNT.map(() => true);
  readonly asked = COUNT.map(() => true);
  readonly ends = COUNT.map(() => START + 4000 * DAY);
  readonly holds = new Map<number, string>();
  // The witness:
  readonly deeds: Deed[] = [];
  readonly inactiveSince: (number | undefined)[] = COUNT.map(() => undefined);
  readonly wasSeenActive = COUNT.map(() => false);
  stopped: { readonly at: number; readonly devices: readonly number[] } = { at: 0, devices: [] };
  released: { readonly at: number; readonly left: Set<number> } | undefined;
  // The code's own memory:
  memory = new Uint8Array(DEVICES);
  since: InactiveSince = new Map();
  intents: Parameters<typeof actWindowOf>[0] = [];

  controls(): Controls {
    const lines = [...this.holds].map(([index, until]) => `${INSTANCE},${SERIALS[index] ?? ''},,ann,why,${until}`);
    const text = [...lines, ...(this.isNameless ? [`${INSTANCE},???,,ann,why,`] : [])].join('\n');
    const isFresh = this.released !== undefined && this.now - this.released.at < DAY;
    const release: Release = new Map(
      [...(this.released?.left ?? [])].map((index) => [need(SERIALS[index]), sweepIdOf(epochMs(this.stopped.at))]),
    );
    return {
      readAt: epochMs(this.now),
      paused: this.paused,
      intents: 'read',
      holds: holdSetOf(readHoldFile(text, 'control/holds/a.csv'), [INSTANCE], epochMs(this.now)),
      release: isFresh ? release : 'none',
    };
  }
}

/** What the rules say of an inactive device, told in the words of the rules and not of the code. */
function isForbidden(history: History, index: number, settings: { firstSight: string; waitMs: number }): boolean {
  const { deeds, now } = history;
  const isReleased = history.released?.left.has(index) === true && now - history.released.at < DAY;
  const lastOurs = deeds.findLast((deed) => deed.device === index && deed.worked);
  return (
    history.paused !== 'no' ||
    history.isNameless ||
    history.holds.has(index) ||
    now > (history.ends[index] ?? 0) ||
    history.ca !== 'active' ||
    history.asked[index] !== true ||
    (settings.firstSight === 'ask' && history.wasSeenActive[index] !== true) ||
    (lastOurs !== undefined && now - lastOurs.at < 7 * DAY && !isReleased) ||
    now - (history.inactiveSince[index] ?? now) < settings.waitMs
  );
}

/** The sweep of the code: reads, decides, acts; then the witness compares. */
function sweep(history: History, settings: { firstSight: string; waitMs: number }, fails: string): void {
  const before = history.memory;
  const next = new Uint8Array(DEVICES);
  const dates = inactiveDates(DEVICES);
  const inactive = new Set<number>();
  for (const index of COUNT) {
    const validUntil = epochMs(history.ends[index] ?? 0);
    const status = history.active[index] === true ? ('active' as const) : ('inactive' as const);
    const reading = {
      serialAsReceived: '',
      serial: need(SERIALS[index]),
      caSerialAsReceived: '',
      name: '',
      status,
      validUntil,
    };
    const known = readMemory(before[index] ?? 0);
    const found =
      history.ca === 'unreadable' ? { kind: 'failed' as const, code: 'x' } : { kind: 'read' as const, reading };
    const classified = classify(found, known.known, epochMs(history.now));
    next[index] = memoryByte(remember(known, classified, false).memory);
    if (classified.class === 'inactive') {
      dates.set(index, { validFrom: epochMs(START - DAY), validUntil });
      inactive.add(index);
      history.inactiveSince[index] ??= history.now;
    } else if (classified.class !== 'unreadable') {
      history.inactiveSince[index] = undefined;
      history.wasSeenActive[index] = true;
    }
  }
  const window = actWindowOf(history.intents, epochMs(history.now));
  const verdict = decideCa(
    {
      instance: INSTANCE,
      ca: CA,
      devices: PACKED,
      reactivate: Uint8Array.from(history.asked, Number),
      before,
      next,
      dates,
      inactiveSince: (serial) => history.since.get(serial) ?? epochMs(history.now),
      lastActivatedAt: (serial) => window.lastActivatedAt(INSTANCE, CA, serial),
      actedUnderCa: window.actedUnderCa(INSTANCE, CA),
      actedOnInstance: window.actedOnInstance(INSTANCE),
    },
    {
      now: epochMs(history.now),
      controls: history.controls(),
      caState: history.ca,
      firstSight: settings.firstSight === 'ask' ? 'ask' : 'act',
      reactivateAfter: durationMs(settings.waitMs),
    },
  );
  const chosen = verdict.survivors.map((survivor) => SERIALS.indexOf(survivor.device));
  expect(chosen).toEqual(expected(history, [...inactive], settings));
  const vetoed = [...eachVetoed(verdict.vetoed)];
  expect(chosen.length + vetoed.length).toBe(inactive.size);
  history.memory = next;
  const stopped = vetoed.filter(({ veto }) => veto === 'breaker' || veto === 'flapping');
  if (stopped.length > 0) {
    history.stopped = { at: history.now, devices: stopped.map((one) => SERIALS.indexOf(one.device)) };
  }
  act(history, chosen, fails);
  history.since = inactiveSinceAfter(history.since, PACKED, history.memory, epochMs(history.now));
}

/** Every device the rules demand, and no other. */
function expected(
  history: History,
  inactive: readonly number[],
  settings: { firstSight: string; waitMs: number },
): number[] {
  const allowed = inactive.filter((index) => !isForbidden(history, index, settings));
  const recent = history.deeds.filter((deed) => history.now - deed.at < DAY).length;
  const isFree = (index: number): boolean =>
    history.released?.left.has(index) === true && history.now - history.released.at < DAY;
  // 30 registered devices: 1 % is below the floor of 10.
  return allowed.length + recent > 10 ? allowed.filter(isFree) : allowed;
}

/** Carries out what was decided: it works, it is refused, or the run dies before it knows. */
function act(history: History, chosen: readonly number[], fails: string): void {
  if (chosen.length === 0) return;
  const result = { none: 'reactivated', acts: 'failed', crash: undefined }[fails] as
    | 'reactivated'
    | 'failed'
    | undefined;
  const at = epochMs(history.now);
  const devices = chosen.map((index) => need(SERIALS[index]));
  const key = objectKey(`state/sweep/intents/${String(history.intents.length)}`);
  history.intents = [
    ...history.intents,
    {
      intent: { key, at, sweepId: sweepIdOf(at), instance: INSTANCE, ca: CA, devices },
      results: result === undefined ? undefined : devices.map((one) => ({ device: one, result })),
    },
  ];
  for (const index of chosen) {
    history.released?.left.delete(index);
    history.deeds.push({ device: index, at: history.now, worked: fails !== 'acts' });
    if (fails === 'acts') continue;
    history.active[index] = true;
    const known = readMemory(history.memory[index] ?? 0);
    if (fails === 'none') {
      history.memory[index] = memoryByte({ ...known, class: 'healthy', seenActive: true });
      history.wasSeenActive[index] = true;
      history.inactiveSince[index] = undefined;
    }
  }
}

function apply(history: History, one: Step, settings: { firstSight: string; waitMs: number }): void {
  switch (one.do) {
    case 'switch':
      history.active[one.device] = one.on;
      return;
    case 'mass':
      for (let index = one.from; index < Math.min(DEVICES, one.from + one.count); index += 1)
        history.active[index] = false;
      return;
    case 'ca':
      history.ca = one.state;
      return;
    case 'hold':
      history.holds.set(one.device, one.until);
      return;
    case 'unhold':
      history.holds.delete(one.device);
      return;
    case 'nameless':
      history.isNameless = one.isThere;
      return;
    case 'pause':
      history.paused = one.to;
      return;
    case 'ask':
      history.asked[one.device] = one.asked;
      return;
    case 'expire':
      history.ends[one.device] = history.now + one.inMs;
      return;
    case 'release':
      history.released = { at: history.now, left: new Set(history.stopped.devices) };
      return;
    case 'wait':
      history.now += one.ms;
      return;
    case 'sweep':
      history.now += 600_000;
      sweep(history, settings, one.fails);
  }
}

test('over 10,000 random histories nothing is activated that the rules forbid, and nothing is left that they demand', () => {
  let activations = 0;
  let stopped = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), setting, (steps, settings) => {
      const history = new History();
      for (const one of steps) apply(history, one, settings);
      activations += history.deeds.length;
      stopped += history.stopped.devices.length;
    }),
    { numRuns: 10_000 },
  );
  // The histories are worth something: much was done in them, and much was stopped.
  expect(activations).toBeGreaterThan(10_000);
  expect(stopped).toBeGreaterThan(1000);
}, 120_000);
