import type { InstanceId } from '../instance.ts';
import type { ObjectKey } from '../object-version.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import { type DurationMs, days, type EpochMs, hours } from '../time.ts';
import type { SweepId } from './sweep-id.ts';

/** How long after our reactivation another switch-off means that somebody meant it. */
export const FLAP_WINDOW: DurationMs = days(7);

/** How far back the breaker counts. */
export const BREAKER_WINDOW: DurationMs = hours(24);

/** A batch of devices under one CA that this deployment set out to reactivate. Written before anything is done. */
export interface Intent {
  readonly key: ObjectKey;
  readonly at: EpochMs;
  readonly sweepId: SweepId;
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  readonly devices: readonly DeviceSerial[];
}

/** What became of one device of an intent. */
export const ACT_RESULTS = [
  'reactivated', // sent, and read back active
  'found-active', // read back active; whether anything was sent is not known
  'failed', // answered, and read back not active
  'untouched', // vetoed at the last moment, or not readable then: nothing was sent
  'recovered', // active already: nothing was sent
  'missing', // gone since it was listed
  'unsent', // the run was cut short before anything was sent: it is taken up again
  'unconfirmed', // sent, and nobody could read back what became of it: it is looked at again
  'unknown', // whether it was active is not known, and it is not active now or may not be sent again
] as const;

/** What became of one device of an intent. */
export interface ActResult {
  readonly device: DeviceSerial;
  readonly result: (typeof ACT_RESULTS)[number];
  /** The service's code, where it failed with one. */
  readonly code?: string;
}

/** An intent of which some devices have no result: a run died, or was cut short, with them in hand. */
export interface OpenIntent {
  readonly intent: Intent;
  readonly results: readonly ActResult[];
}

/** An intent, and what became of it, as far as anybody wrote that down. */
export interface KnownIntent {
  readonly intent: Intent;
  readonly results: readonly ActResult[] | undefined;
}

/** Everything this deployment set out to do in the last 7 days; what the breaker and the flap latch count. */
export interface ActWindow {
  /** When it last set out to activate this device and, as far as is known, may have done so. */
  readonly lastActivatedAt: (instance: InstanceId, ca: CaSerial, device: DeviceSerial) => EpochMs | undefined;
  /** The code with which its last activation failed; empty without one, `undefined` for one that did not fail. */
  readonly lastFailure: (instance: InstanceId, ca: CaSerial, device: DeviceSerial) => string | undefined;
  /** Devices set out for in the last 24 hours. */
  readonly actedUnderCa: (instance: InstanceId, ca: CaSerial) => number;
  readonly actedOnInstance: (instance: InstanceId) => number;
  /** What one sweep did under one CA so far: intents whose run died, to be finished first, and known results. */
  readonly ofSweep: (
    id: SweepId,
    instance: InstanceId,
    ca: CaSerial,
  ) => { readonly open: readonly OpenIntent[]; readonly settled: ReadonlyMap<DeviceSerial, ActResult> };
  /** Intents of other sweeps that nobody will finish any more, with the results that are known. */
  readonly strays: (id: SweepId) => readonly KnownIntent[];
  /** Takes in what this run set out to do, and later what became of it, so that the next CA is weighed with it. */
  readonly note: (known: KnownIntent) => void;
}

/** Nothing was sent to the service: such a device weighs nothing. */
const UNSENT: readonly ActResult['result'][] = ['untouched', 'recovered', 'missing', 'unsent'];

/** Read active, or gone: an earlier failure is over. */
const SEEN_WELL: readonly ActResult['result'][] = ['reactivated', 'found-active', 'recovered', 'missing'];

interface Counts {
  readonly lastFailures: ReadonlyMap<string, string>;
  readonly lastAt: ReadonlyMap<string, EpochMs>;
  readonly underCa: ReadonlyMap<string, number>;
  readonly onInstance: ReadonlyMap<string, number>;
}

/**
 * Makes the windows. Intents count, not successes: an activation whose answer was lost must weigh like one that was
 * seen. Only what is known not to have happened is left out.
 */
export function actWindowOf(known: readonly KnownIntent[], now: EpochMs): ActWindow {
  const all = new Map(known.map((one) => [one.intent.key, one]));
  let counted: Counts | undefined;
  const counts = (): Counts => {
    counted ??= countAll([...all.values()], now);
    return counted;
  };
  return {
    lastActivatedAt: (instance, ca, device) => counts().lastAt.get(`${instance}/${ca}/${device}`),
    lastFailure: (instance, ca, device) => counts().lastFailures.get(`${instance}/${ca}/${device}`),
    actedUnderCa: (instance, ca) => counts().underCa.get(`${instance}/${ca}`) ?? 0,
    actedOnInstance: (instance) => counts().onInstance.get(instance) ?? 0,
    ofSweep: (id, instance, ca) => {
      const own = [...all.values()].filter(
        ({ intent }) => intent.sweepId === id && intent.instance === instance && intent.ca === ca,
      );
      const results = own.flatMap(({ results = [] }) => results).filter(({ result }) => result !== 'unsent');
      return {
        open: own.filter(isOpen).map(({ intent, results = [] }) => ({ intent, results })),
        settled: new Map(results.map((result) => [result.device, result])),
      };
    },
    strays: (id) =>
      [...all.values()].filter(
        (one) =>
          one.intent.sweepId !== id &&
          (isOpen(one) || one.results?.some(({ result }) => result === 'unconfirmed') === true),
      ),
    note: (one) => {
      all.set(one.intent.key, one);
      counted = undefined;
    },
  };
}

function isOpen({ intent, results = [] }: KnownIntent): boolean {
  return intent.devices.some((device) => !results.some((one) => one.device === device));
}

function countAll(all: readonly KnownIntent[], now: EpochMs): Counts {
  const lastAt = new Map<string, EpochMs>();
  const underCa = new Map<string, number>();
  const onInstance = new Map<string, number>();
  for (const { intent, results } of all) {
    const { at, ca, devices, instance } = intent;
    for (const device of devices) {
      const result = results?.find((one) => one.device === device)?.result ?? 'unknown';
      if (UNSENT.includes(result)) continue;
      if (now - at < BREAKER_WINDOW) {
        add(underCa, `${instance}/${ca}`);
        add(onInstance, instance);
      }
      const name = `${instance}/${ca}/${device}`;
      if (result !== 'failed' && at > (lastAt.get(name) ?? Number.NEGATIVE_INFINITY)) lastAt.set(name, at);
    }
  }
  return { lastFailures: lastFailuresOf(all), lastAt, underCa, onInstance };
}

/** Of each device whose last activation failed, the code. */
function lastFailuresOf(all: readonly KnownIntent[]): ReadonlyMap<string, string> {
  const failures = new Map<string, string>();
  const inOrder = all.toSorted((one, other) => one.intent.at - other.intent.at);
  for (const { intent, results = [] } of inOrder) {
    for (const { code = '', device, result } of results) {
      const name = `${intent.instance}/${intent.ca}/${device}`;
      if (result === 'failed') failures.set(name, code);
      else if (SEEN_WELL.includes(result)) failures.delete(name);
    }
  }
  return failures;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
