import * as v from 'valibot';
import { parseInstanceId } from '../../core/instance.ts';
import { mapLimited } from '../../core/limit.ts';
import { type ObjectKey, type ObjectVersion, objectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import { parseCaSerial, parseDeviceSerial } from '../../core/serial.ts';
import {
  ACT_RESULTS,
  type ActResult,
  type ActWindow,
  actWindowOf,
  FLAP_WINDOW,
  type Intent,
  type KnownIntent,
} from '../../core/sweep/act-window.ts';
import { parseSweepId } from '../../core/sweep/sweep-id.ts';
import { INTENTS, intentResultKey, intentsFrom } from '../../core/sweep/sweep-layout.ts';
import type { RuleInputs } from '../../core/sweep/sweep-outcome.ts';
import { type EpochMs, epochMs, minus } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { parseJsonObject } from '../json-object.ts';

const INTENT_MAX_BYTES = 64 * 1024;
const READS_AT_ONCE = 10;
const JSON_TYPE = 'application/json';

const IntentShape = v.object({
  schema: v.literal(1),
  at: v.pipe(v.number(), v.safeInteger()),
  sweepId: v.string(),
  instance: v.string(),
  ca: v.string(),
  devices: v.pipe(v.array(v.string()), v.maxLength(20)),
});

const ResultShape = v.object({
  schema: v.literal(1),
  results: v.pipe(
    v.array(v.object({ device: v.string(), result: v.picklist(ACT_RESULTS), code: v.optional(v.string()) })),
    v.maxLength(20),
  ),
});

/** Writes an intent; only when this returns may anything be done about its devices. */
export async function writeIntent(
  store: ObjectStore,
  intent: Intent,
  /** What the guardrails looked at, for whoever asks later. */
  about: { readonly lap: number; readonly inputs: RuleInputs },
): Promise<void> {
  const { key, ...written } = intent;
  const bytes = Buffer.from(safeJson({ schema: 1, ...written, ...about }));
  await store.create({ key, bytes, contentType: JSON_TYPE });
}

/** Writes down what became of an intent; replaced only where nobody could tell before. */
export async function writeResults(store: ObjectStore, intent: Intent, results: readonly ActResult[]): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 1, results }));
  await store.put({ key: intentResultKey(intent.key), bytes, contentType: JSON_TYPE });
}

/** Everything set out for within the flap window, and the objects about it that can not be read. */
export interface ReadActs {
  readonly window: ActWindow;
  readonly unreadable: readonly ObjectKey[];
}

/**
 * Reads the intents of the last 7 days with their results. One that can not be read is named and not guessed: nothing
 * may be activated until it is mended, because the windows might count wrong.
 */
export async function readActs(store: ObjectStore, now: EpochMs): Promise<ReadActs> {
  const { objects } = await listAll(store, { prefix: INTENTS, startAfter: intentsFrom(minus(now, FLAP_WINDOW)) });
  const names = new Set(objects.map(({ key }) => key as string));
  const read = await mapLimited(
    objects.filter(({ key }) => !key.endsWith('-result.json')),
    READS_AT_ONCE,
    (object) => readKnown(store, object, names),
  );
  return {
    window: actWindowOf(read.filter((one) => one !== 'gone' && !('unreadable' in one)) as readonly KnownIntent[], now),
    unreadable: read.flatMap((one) => (one !== 'gone' && 'unreadable' in one ? [one.unreadable] : [])),
  };
}

type ReadIntent = KnownIntent | { readonly unreadable: ObjectKey } | 'gone';

async function readKnown(store: ObjectStore, { key }: ObjectVersion, names: ReadonlySet<string>): Promise<ReadIntent> {
  const written = await readJson(store, key, IntentShape);
  if (written === 'gone') return 'gone';
  const intent = written === undefined ? undefined : intentOf(key, written);
  if (intent === undefined) return { unreadable: key };
  const resultKey = intentResultKey(key);
  const result = names.has(resultKey) ? await readJson(store, resultKey, ResultShape) : 'gone';
  if (result === 'gone') return { intent, results: undefined };
  const results = result?.results.map(({ code, device, result }) => ({
    device: parseDeviceSerial(device),
    result,
    ...(code === undefined ? {} : { code }),
  }));
  if (results?.every(isActResult) !== true) return { unreadable: resultKey };
  return { intent, results };
}

function intentOf(key: ObjectKey, written: v.InferOutput<typeof IntentShape>): Intent | undefined {
  const sweepId = parseSweepId(written.sweepId);
  const instance = parseInstanceId(written.instance);
  const ca = parseCaSerial(written.ca);
  const devices = written.devices.map(parseDeviceSerial).filter((device) => device !== undefined);
  const isWhole = devices.length === written.devices.length;
  if (sweepId === undefined || instance === undefined || ca === undefined || !isWhole) return undefined;
  return { key: objectKey(key), at: epochMs(written.at), sweepId, instance, ca, devices };
}

function isActResult(result: {
  readonly device: ActResult['device'] | undefined;
  readonly result: ActResult['result'];
}): result is ActResult {
  return result.device !== undefined;
}

/** `undefined` for what is there and can not be read; `gone` for what somebody removed since the listing. */
async function readJson<Schema extends v.GenericSchema>(
  store: ObjectStore,
  key: ObjectKey,
  schema: Schema,
): Promise<v.InferOutput<Schema> | 'gone' | undefined> {
  const read = await store.read({ key, maxBytes: INTENT_MAX_BYTES });
  if (read.kind === 'missing') return 'gone';
  return read.kind === 'found' ? parseJsonObject(read.bytes, schema) : undefined;
}
