import * as v from 'valibot';
import { type InstanceId, parseInstanceId } from '../../core/instance.ts';
import { mapLimited } from '../../core/limit.ts';
import { type ObjectKey, type ObjectVersion, objectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import { type CaSerial, type DeviceSerial, parseCaSerial, parseDeviceSerial } from '../../core/serial.ts';
import { parseSweepId, type SweepId } from '../../core/sweep/sweep-id.ts';
import { INTENTS, intentResultKey, intentsFrom } from '../../core/sweep/sweep-layout.ts';
import { type DurationMs, days, type EpochMs, epochMs, hours, minus } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';

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
export interface ActResult {
  readonly device: DeviceSerial;
  /** `reactivated`: read back active. `untouched`: vetoed at the last moment, or active already. */
  readonly result: 'reactivated' | 'failed' | 'untouched';
}

/** Everything this deployment set out to do in the last 7 days; what the breaker and the flap latch count. */
export interface ActWindow {
  /** When it last set out to activate this device and did, as far as is known. */
  readonly lastActivatedAt: (instance: InstanceId, ca: CaSerial, device: DeviceSerial) => EpochMs | undefined;
  /** Devices set out for in the last 24 hours, intents of the given sweep left out. */
  readonly actedUnderCa: (instance: InstanceId, ca: CaSerial) => number;
  readonly actedOnInstance: (instance: InstanceId) => number;
  /** What one sweep did under one CA so far: intents whose run died, to be finished first, and known results. */
  readonly ofSweep: (
    id: SweepId,
    instance: InstanceId,
    ca: CaSerial,
  ) => { readonly open: readonly Intent[]; readonly settled: ReadonlyMap<DeviceSerial, ActResult> };
}

const WINDOW: DurationMs = days(7);
const BREAKER_WINDOW: DurationMs = hours(24);
const INTENT_MAX_BYTES = 16 * 1024;
const READS_AT_ONCE = 10;

const IntentShape = v.object({
  schema: v.literal(1),
  at: v.number(),
  sweepId: v.string(),
  instance: v.string(),
  ca: v.string(),
  devices: v.pipe(v.array(v.string()), v.maxLength(20)),
});

const ResultShape = v.object({
  schema: v.literal(1),
  results: v.array(v.object({ device: v.string(), result: v.picklist(['reactivated', 'failed', 'untouched']) })),
});

/** An intent or a result that can not be read: the windows would count wrong, so nothing may be done. */
export class UnreadableIntentError extends Error {
  override readonly name = 'UnreadableIntentError';
}

/** The bytes of an intent. */
export function intentBytes(intent: Omit<Intent, 'key'>): Buffer {
  return Buffer.from(safeJson({ schema: 1, ...intent }));
}

/** Writes down what became of an intent; written once. */
export async function writeResults(store: ObjectStore, intent: Intent, results: readonly ActResult[]): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 1, results }));
  await store.create({ key: intentResultKey(intent.key), bytes, contentType: 'application/json' });
}

/**
 * Reads the windows. Intents count, not successes: an activation whose answer was lost must weigh like one that was
 * seen. Only what is known not to have happened is left out of the flap latch.
 *
 * @throws UnreadableIntentError when one can not be read.
 */
export async function readActWindow(store: ObjectStore, now: EpochMs): Promise<ActWindow> {
  const from = intentsFrom(minus(now, WINDOW));
  const { objects } = await listAll(store, { prefix: INTENTS, startAfter: from });
  const names = new Set(objects.map(({ key }) => key as string));
  const intents = await mapLimited(
    objects.filter(({ key }) => !key.endsWith('-result.json')),
    READS_AT_ONCE,
    async (object) => {
      const intent = await readIntent(store, object);
      const resultKey = intentResultKey(object.key);
      return { intent, results: names.has(resultKey) ? await readResults(store, resultKey) : undefined };
    },
  );
  return windowOf(intents, now);
}

interface Known {
  readonly intent: Intent;
  readonly results: readonly ActResult[] | undefined;
}

function windowOf(known: readonly Known[], now: EpochMs): ActWindow {
  const lastAt = new Map<string, EpochMs>();
  const underCa = new Map<string, number>();
  const onInstance = new Map<string, number>();
  for (const { intent, results } of known) {
    const isRecent = now - intent.at < BREAKER_WINDOW;
    for (const device of intent.devices) {
      const result = results?.find((one) => one.device === device)?.result;
      if (result === 'untouched') continue;
      if (isRecent) {
        count(underCa, `${intent.instance}/${intent.ca}`);
        count(onInstance, intent.instance);
      }
      if (result === 'failed' || results === undefined) continue;
      const name = `${intent.instance}/${intent.ca}/${device}`;
      const before = lastAt.get(name);
      if (before === undefined || before < intent.at) lastAt.set(name, intent.at);
    }
  }
  return {
    lastActivatedAt: (instance, ca, device) => lastAt.get(`${instance}/${ca}/${device}`),
    actedUnderCa: (instance, ca) => underCa.get(`${instance}/${ca}`) ?? 0,
    actedOnInstance: (instance) => onInstance.get(instance) ?? 0,
    ofSweep: (id, instance, ca) => {
      const own = known.filter(
        ({ intent }) => intent.sweepId === id && intent.instance === instance && intent.ca === ca,
      );
      return {
        open: own.filter(({ results }) => results === undefined).map(({ intent }) => intent),
        settled: new Map(own.flatMap(({ results }) => results ?? []).map((result) => [result.device, result])),
      };
    },
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

async function readIntent(store: ObjectStore, object: ObjectVersion): Promise<Intent> {
  const { at, ca, devices, instance, sweepId } = await readJson(store, object.key, IntentShape);
  const intent = {
    key: objectKey(object.key),
    at: epochMs(at),
    sweepId: parseSweepId(sweepId),
    instance: parseInstanceId(instance),
    ca: parseCaSerial(ca),
    devices: devices.map(parseDeviceSerial).filter((device) => device !== undefined),
  };
  if (intent.sweepId === undefined || intent.instance === undefined || intent.ca === undefined)
    throw unreadable(object.key);
  return intent as Intent;
}

async function readResults(store: ObjectStore, key: ObjectKey): Promise<readonly ActResult[]> {
  const { results } = await readJson(store, key, ResultShape);
  return results.map(({ device, result }) => {
    const serial = parseDeviceSerial(device);
    if (serial === undefined) throw unreadable(key);
    return { device: serial, result };
  });
}

async function readJson<Schema extends v.GenericSchema>(
  store: ObjectStore,
  key: ObjectKey,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const read = await store.read({ key, maxBytes: INTENT_MAX_BYTES });
  if (read.kind !== 'found') throw unreadable(key);
  let json: unknown;
  try {
    json = JSON.parse(read.bytes.toString('utf8'));
  } catch {
    throw unreadable(key); // cut short or not ours
  }
  const parsed = v.safeParse(schema, json);
  if (!parsed.success) throw unreadable(key);
  return parsed.output;
}

function unreadable(key: ObjectKey): UnreadableIntentError {
  return new UnreadableIntentError(`${key} can not be read; restore it, or delete it together with its result`);
}
