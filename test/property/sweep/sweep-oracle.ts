import { expect } from 'vitest';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { objectKey } from '../../../shared/core/object-version.ts';
import { parseCaSerial, parseDeviceSerial } from '../../../shared/core/serial.ts';
import { type ActResult, actWindowOf } from '../../../shared/core/sweep/act-window.ts';
import type { Controls } from '../../../shared/core/sweep/controls.ts';
import { decideCa, type Survivor } from '../../../shared/core/sweep/decide-ca.ts';
import { classify } from '../../../shared/core/sweep/device-class.ts';
import { memoryByte, readMemory, remember } from '../../../shared/core/sweep/device-memory.ts';
import { lastVetoFor } from '../../../shared/core/sweep/guardrails.ts';
import { readHoldFile } from '../../../shared/core/sweep/hold-line.ts';
import { holdSetOf } from '../../../shared/core/sweep/hold-set.ts';
import { inactiveDates } from '../../../shared/core/sweep/inactive-dates.ts';
import {
  type InactiveMemory,
  inactiveMemoryAfter,
  inactiveSince,
  NO_INACTIVE_MEMORY,
} from '../../../shared/core/sweep/inactive-memory.ts';
import { listMemoryOf, mergeMemory } from '../../../shared/core/sweep/list-index.ts';
import { packSerials } from '../../../shared/core/sweep/packed-serials.ts';
import { type SweepId, sweepIdOf } from '../../../shared/core/sweep/sweep-id.ts';
import { eachVetoed } from '../../../shared/core/sweep/vetoed-devices.ts';
import { durationMs, epochMs } from '../../../shared/core/time.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 5);
const VALID_FROM = START - DAY;
/** Thirty devices of which few are watched with care; the rest are there to be switched off all at once. */
export const DEVICES = 30;
const COUNT = Array.from({ length: DEVICES }, (_, index) => index);
const BATCH = 20;
const SENDS = 3;

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the test names something that can not be read');
  return value;
}

const INSTANCE = need(parseInstanceId('post-cn-oracle00001'));
const CA = need(parseCaSerial('5f01'));
const SERIALS = COUNT.map((index) => need(parseDeviceSerial((0xa0 + index).toString(16))));

/** How the deployment is set up; it may be deployed anew at any time, also while it acts. */
export interface Settings {
  readonly mode: 'act' | 'observe';
  readonly firstSight: 'act' | 'ask';
  readonly waitMs: number;
}

/** What people do, at any time. */
export type Event =
  | { readonly do: 'switch'; readonly device: number; readonly on: boolean }
  | { readonly do: 'mass'; readonly from: number; readonly count: number }
  | { readonly do: 'ca'; readonly state: 'active' | 'inactive' | 'unreadable' }
  | { readonly do: 'hold'; readonly device: number; readonly until: string }
  | { readonly do: 'unhold'; readonly device: number }
  | { readonly do: 'nameless'; readonly isThere: boolean }
  | { readonly do: 'pause'; readonly to: 'yes' | 'no' | 'unreadable' }
  | { readonly do: 'watch'; readonly device: number; readonly on: boolean }
  | { readonly do: 'ask'; readonly device: number; readonly asked: boolean }
  | { readonly do: 'expire'; readonly device: number; readonly inMs: number }
  | { readonly do: 'deploy'; readonly settings: Settings }
  | { readonly do: 'release' | 'unrelease' }
  /** Backwards as well: somebody set the clock. */
  | { readonly do: 'wait'; readonly ms: number };

/** How one sweep goes. */
export interface SweepStep {
  readonly do: 'sweep';
  /** What the service does with activations: `lost-…` gives no answer to the first of each device. */
  readonly sends: 'work' | 'refused' | 'lost-done' | 'lost-undone';
  /** The run dies before it comes to this one of its devices. */
  readonly diesAt: number | undefined;
  /** What happens before it comes to this one, and between two sends of it. */
  readonly meanwhile: { readonly at: number; readonly event: Event } | undefined;
  readonly between: { readonly at: number; readonly event: Event } | undefined;
}

/** One thing we set out to do, as the witness wrote it down: nothing of ours is used to remember it. */
interface Deed {
  readonly device: number;
  readonly at: number;
  /** May have worked, as far as anybody can know. */
  readonly worked: boolean;
}

/** The world and a witness that knows who switched what, against the code's own memory. */
export class History {
  now = START;
  settings: Settings;
  paused: 'yes' | 'no' | 'unreadable' = 'no';
  ca: 'active' | 'inactive' | 'unreadable' = 'active';
  isNameless = false;
  readonly active = COUNT.map(() => true);
  readonly watched = COUNT.map(() => true);
  readonly asked = COUNT.map(() => true);
  readonly ends = COUNT.map(() => START + 4000 * DAY);
  readonly holds = new Map<number, string>();
  // The witness:
  readonly deeds: Deed[] = [];
  readonly inactiveSince: (number | undefined)[] = COUNT.map(() => undefined);
  readonly wasSeenActive = COUNT.map(() => false);
  stopped: { readonly at: number; readonly devices: readonly number[] } = { at: 0, devices: [] };
  released: { readonly at: number; readonly by: SweepId; readonly left: Set<number> } | undefined;
  /** Let through by the sweep at work: used up for every other one. */
  readonly using = new Set<number>();
  // The code's own memory:
  memory: ReturnType<typeof listMemoryOf> | undefined;
  since: InactiveMemory = NO_INACTIVE_MEMORY;
  intents: Parameters<typeof actWindowOf>[0] = [];

  constructor(settings: Settings) {
    this.settings = settings;
  }

  happen(event: Event): void {
    switch (event.do) {
      case 'switch':
        this.active[event.device] = event.on;
        return;
      case 'mass':
        this.active.fill(false, event.from, event.from + event.count);
        return;
      case 'ca':
        this.ca = event.state;
        return;
      case 'hold':
        this.holds.set(event.device, event.until);
        return;
      case 'unhold':
        this.holds.delete(event.device);
        return;
      case 'nameless':
        this.isNameless = event.isThere;
        return;
      case 'pause':
        this.paused = event.to;
        return;
      case 'watch':
        this.watched[event.device] = event.on;
        return;
      case 'ask':
        this.asked[event.device] = event.asked;
        return;
      case 'expire':
        this.ends[event.device] = this.now + event.inMs;
        return;
      case 'deploy':
        this.settings = event.settings;
        return;
      case 'release': {
        const { at, devices } = this.stopped;
        this.released = { at: this.now, by: sweepIdOf(epochMs(at)), left: new Set(devices) };
        return;
      }
      case 'unrelease':
        this.released = undefined;
        return;
      case 'wait':
        this.now += event.ms;
    }
  }

  isReleased(index: number): boolean {
    const { now, released } = this;
    if (released === undefined || now - released.at >= DAY) return false;
    return released.left.has(index) || this.using.has(index);
  }

  /** What the code reads at this moment. */
  controls(): Controls {
    const { isNameless, now, paused, released, settings } = this;
    const lines = [...this.holds].map(([index, until]) => `${INSTANCE},${SERIALS[index] ?? ''},,ann,why,${until}`);
    const text = [...lines, ...(isNameless ? [`${INSTANCE},???,,ann,why,`] : [])].join('\n');
    const through = COUNT.filter((index) => this.isReleased(index));
    return {
      readAt: epochMs(now),
      paused: paused === 'no' && settings.mode === 'observe' && this.isActing ? 'observing' : paused,
      intents: 'read',
      holds: holdSetOf(readHoldFile(text, 'control/holds/a.csv'), [INSTANCE], epochMs(now)),
      release: released === undefined ? 'none' : new Map(through.map((index) => [need(SERIALS[index]), released.by])),
    };
  }

  isActing = false;
}

/** What the rules say about touching a device at all, whoever asks and when; in the words of the rules. */
function isUntouchable(history: History, index: number, ca: History['ca']): boolean {
  return (
    history.paused !== 'no' ||
    history.isNameless ||
    history.holds.has(index) ||
    history.now > (history.ends[index] ?? 0) ||
    history.now < VALID_FROM ||
    ca !== 'active'
  );
}

/** What the rules say of an inactive device when it is decided. */
function isForbidden(history: History, index: number): boolean {
  const { deeds, now, settings } = history;
  const lastOurs = deeds.filter((deed) => deed.device === index && deed.worked).map((deed) => deed.at);
  const waited = Math.max(0, now - (history.inactiveSince[index] ?? now));
  return (
    isUntouchable(history, index, history.ca) ||
    history.asked[index] !== true ||
    (settings.firstSight === 'ask' && history.wasSeenActive[index] !== true) ||
    (lastOurs.some((at) => now - at < 7 * DAY) && !history.isReleased(index)) ||
    waited < settings.waitMs
  );
}

/** Every device the rules demand, and no other. */
function demanded(history: History, inactive: readonly number[]): number[] {
  const allowed = inactive.filter((index) => !isForbidden(history, index));
  const recent = history.deeds.filter((deed) => history.now - deed.at < DAY).length;
  // 30 registered devices: 1 % is below the floor of 10.
  return allowed.length + recent > 10 ? allowed.filter((index) => history.isReleased(index)) : allowed;
}

/** The sweep of the code: reads, decides, acts; at each step the witness compares. */
export function sweep(history: History, step: SweepStep): void {
  const now = epochMs(history.now);
  const list = COUNT.filter((index) => history.watched[index] === true);
  const devices = packSerials(list.map((index) => need(SERIALS[index])));
  const before = need(mergeMemory(history.memory, [{ ca: CA, devices }])[0]);
  const next = new Uint8Array(list.length);
  const dates = inactiveDates(list.length);
  const inactive: number[] = [];
  forgetUnwatched(history);
  for (const [place, index] of list.entries()) {
    const known = readMemory(before[place] ?? 0);
    const reading = readingOf(history, index);
    const found =
      history.ca === 'unreadable' ? { kind: 'failed' as const, code: 'x' } : { kind: 'read' as const, reading };
    const classified = classify(found, known.known, now);
    next[place] = memoryByte(remember(known, classified, false).memory);
    if (classified.class === 'inactive') {
      dates.set(place, { validFrom: epochMs(VALID_FROM), validUntil: epochMs(history.ends[index] ?? 0) });
      inactive.push(index);
      history.inactiveSince[index] = Math.min(history.inactiveSince[index] ?? now, now);
    } else if (classified.class !== 'unreadable') {
      history.inactiveSince[index] = undefined;
      history.wasSeenActive[index] = true;
    } else if (history.inactiveSince[index] !== undefined) {
      history.inactiveSince[index] = Math.min(history.inactiveSince[index] ?? now, now);
    }
  }
  const window = actWindowOf(history.intents, now);
  const { firstSight, mode, waitMs } = history.settings;
  const verdict = decideCa(
    {
      instance: INSTANCE,
      ca: CA,
      devices,
      reactivate: Uint8Array.from(list, (index) => Number(history.asked[index])),
      before,
      next,
      dates,
      inactiveSince: (serial) => inactiveSince(history.since, serial) ?? now,
      lastActivatedAt: (serial) => window.lastActivatedAt(INSTANCE, CA, serial),
      lastFailure: (serial) => window.lastFailure(INSTANCE, CA, serial),
      actedUnderCa: window.actedUnderCa(INSTANCE, CA),
      actedOnInstance: window.actedOnInstance(INSTANCE),
    },
    { now, controls: history.controls(), caState: history.ca, firstSight, reactivateAfter: durationMs(waitMs) },
  );
  const chosen = verdict.survivors.map((survivor) => SERIALS.indexOf(survivor.device));
  expect(chosen).toEqual(demanded(history, inactive));
  const vetoed = [...eachVetoed(verdict.vetoed)];
  expect(chosen.length + vetoed.length).toBe(inactive.length);
  const stopped = vetoed.filter(({ veto }) => veto === 'breaker' || veto === 'flapping');
  if (stopped.length > 0) {
    history.stopped = { at: history.now, devices: stopped.map((one) => SERIALS.indexOf(one.device)) };
  }
  const results = mode === 'act' ? act(history, verdict.survivors, step) : new Map<number, ActResult['result']>();
  for (const [place, index] of list.entries()) {
    const result = results.get(index);
    if (result !== 'reactivated' && result !== 'recovered') continue;
    next[place] = memoryByte({ ...readMemory(next[place] ?? 0), class: 'healthy', seenActive: true });
    history.wasSeenActive[index] = true;
    history.inactiveSince[index] = undefined;
  }
  history.memory = listMemoryOf('sweep', [{ ca: CA, devices, memory: next }]);
  const swept = { devices, memory: next, flapping: [], isWaiting: waitMs > 0 };
  history.since = inactiveMemoryAfter(history.since, swept, now);
  if (waitMs === 0) history.inactiveSince.fill(undefined); // nobody was told to wait
}

/** What is not on the list is nobody's to remember. */
function forgetUnwatched(history: History): void {
  for (const index of COUNT) {
    if (history.watched[index] === true) continue;
    history.wasSeenActive[index] = false;
    history.inactiveSince[index] = undefined;
  }
}

function readingOf(history: History, index: number) {
  return {
    serialAsReceived: '',
    serial: need(SERIALS[index]),
    caSerialAsReceived: '',
    name: '',
    status: history.active[index] === true ? ('active' as const) : ('inactive' as const),
    validFrom: epochMs(VALID_FROM),
    validUntil: epochMs(history.ends[index] ?? 0),
  };
}

/** Carries out what was decided, batch after batch, while people go on doing what they do. */
function act(history: History, survivors: readonly Survivor[], step: SweepStep): Map<number, ActResult['result']> {
  const all = new Map<number, ActResult['result']>();
  history.isActing = true;
  for (const { device, release } of survivors) {
    const index = SERIALS.indexOf(device);
    if (release !== undefined && history.released?.left.delete(index) === true) history.using.add(index);
  }
  for (let start = 0; start < survivors.length; start += BATCH) {
    const batch = survivors.slice(start, start + BATCH);
    const at = epochMs(history.now);
    const devices = batch.map(({ device }) => device);
    const key = objectKey(`state/sweep/intents/${String(history.intents.length)}`);
    const intent = { key, at, sweepId: sweepIdOf(at), instance: INSTANCE, ca: CA, devices };
    const results = actOnBatch(history, batch, { step, start });
    history.intents = [...history.intents, { intent, results }];
    if (results === undefined) {
      // Dead: whatever was set out for may have been done, and weighs like that.
      for (const device of devices) history.deeds.push({ device: SERIALS.indexOf(device), at, worked: true });
      break;
    }
    for (const { device, result } of results) {
      const index = SERIALS.indexOf(device);
      all.set(index, result);
      const isSent = result === 'reactivated' || result === 'failed' || result === 'unknown';
      if (isSent) history.deeds.push({ device: index, at, worked: result !== 'failed' });
    }
  }
  history.isActing = false;
  history.using.clear();
  return all;
}

function actOnBatch(
  history: History,
  batch: readonly Survivor[],
  { start, step }: { readonly step: SweepStep; readonly start: number },
): readonly ActResult[] | undefined {
  const ca = history.ca; // as it is read before each batch
  const results: ActResult[] = [];
  for (const [offset, survivor] of batch.entries()) {
    const place = start + offset;
    if (step.meanwhile?.at === place) history.happen(step.meanwhile.event);
    if (step.diesAt === place) return undefined;
    const between = step.between?.at === place ? step.between.event : undefined;
    results.push({ device: survivor.device, result: actOnOne(history, survivor, { ca, sends: step.sends, between }) });
  }
  return results;
}

function actOnOne(
  history: History,
  { device, release }: Survivor,
  how: Pick<SweepStep, 'sends'> & { readonly ca: History['ca']; readonly between: Event | undefined },
): ActResult['result'] {
  const index = SERIALS.indexOf(device);
  for (let sends = 0; ; sends += 1) {
    const reading = readingOf(history, index);
    if (reading.status === 'active') return sends === 0 ? 'recovered' : 'reactivated';
    if (sends >= SENDS || (sends > 0 && !how.sends.startsWith('lost'))) return 'failed';
    const isByRelease = release !== undefined;
    const veto = lastVetoFor(
      { instance: INSTANCE, ca: CA, device, reading, isByRelease },
      { now: epochMs(history.now), controls: history.controls(), caState: how.ca },
    );
    const isWithdrawn = isByRelease && !history.isReleased(index);
    const isForbiddenNow = isUntouchable(history, index, how.ca) || history.settings.mode === 'observe' || isWithdrawn;
    expect(veto !== undefined).toBe(isForbiddenNow);
    if (veto !== undefined) return sends === 0 ? 'untouched' : 'unknown';
    const works = how.sends === 'work' || how.sends === 'lost-done' || (how.sends === 'lost-undone' && sends > 0);
    if (works) history.active[index] = true;
    if (sends === 0 && how.between !== undefined) history.happen(how.between);
  }
}
