import { PAUSED_KEY } from '../../core/bucket-layout.ts';
import type { InstanceId } from '../../core/instance.ts';
import { mapLimited } from '../../core/limit.ts';
import type { ObjectVersion } from '../../core/object-version.ts';
import { parseCaSerial } from '../../core/serial.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import type { Controls, Release } from '../../core/sweep/controls.ts';
import { type HoldLine, readHoldFile } from '../../core/sweep/hold-line.ts';
import { holdSetOf } from '../../core/sweep/hold-set.ts';
import { parseSweepId } from '../../core/sweep/sweep-id.ts';
import { type DurationMs, hours, seconds } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readCaDecision } from './ca-decision.ts';
import type { SweepDeps } from './deps.ts';

/** Where people say what is not to be touched. */
const HOLDS = 'control/holds/';
const RELEASES = 'control/release/';
/** What was read is believed for so long. */
const MAX_AGE: DurationMs = seconds(10);
const HOLD_MAX_BYTES = 5 * 1024 * 1024;
const MAX_HOLD_FILES = 2000;
const READS_AT_ONCE = 8;
/** A release is good for so long. */
const RELEASE_LIFE: DurationMs = hours(24);

/** Gives the controls, read again when they are older than 10 seconds. */
export function controlsReader(deps: SweepDeps): () => Promise<Controls> {
  let last: Controls | undefined;
  return async () => {
    const isFresh = last !== undefined && deps.clock.now() - last.readAt < MAX_AGE;
    if (!isFresh || last === undefined) last = await readControls(deps);
    return last;
  };
}

/**
 * Reads what people have said. Fails closed: anything but a readable object or a clean "there is none" is `unreadable`,
 * which the guardrails take for a no.
 */
async function readControls({ clock, settings, store }: SweepDeps): Promise<Controls> {
  const readAt = clock.now();
  const [paused, lines, releases] = await Promise.all([
    orUnreadable(async () => ((await store.head(PAUSED_KEY)) === undefined ? ('no' as const) : ('yes' as const))),
    orUnreadable(() => readHoldLines(store)),
    orUnreadable(() => readReleases(store)),
  ]);
  return {
    readAt,
    paused,
    holds: lines === 'unreadable' ? lines : holdSetOf(lines, settings.instances, readAt),
    release: (instance, ca) => (releases === 'unreadable' ? releases : (releases.get(`${instance}/${ca}`) ?? 'none')),
  };
}

async function orUnreadable<Value>(read: () => Promise<Value>): Promise<Value | 'unreadable'> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ServiceFailure || error instanceof UnreadableControlError) return 'unreadable';
    throw error;
  }
}

/** A control object that is there and can not be used. */
class UnreadableControlError extends Error {
  override readonly name = 'UnreadableControlError';
}

async function readHoldLines(store: ObjectStore): Promise<readonly HoldLine[]> {
  const { objects } = await listAll(store, { prefix: HOLDS });
  const files = objects.filter(({ key }) => key.toLowerCase().endsWith('.csv'));
  if (files.length > MAX_HOLD_FILES) throw new UnreadableControlError('too many hold files');
  const lines = await mapLimited(files, READS_AT_ONCE, (file) => readHolds(store, file));
  return lines.flat();
}

async function readHolds(store: ObjectStore, { key }: ObjectVersion): Promise<readonly HoldLine[]> {
  const read = await store.read({ key, maxBytes: HOLD_MAX_BYTES });
  if (read.kind === 'missing') return []; // removed since it was listed: that is how a hold ends
  if (read.kind !== 'found') throw new UnreadableControlError('a hold file is too large or changing');
  return readHoldFile(textOf(read.bytes), key);
}

/** UTF-8 or UTF-16; serials are ASCII in everything else people save. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le');
  return bytes.toString('utf8');
}

/** `control/release/<instance>/<caSerial>/<sweepId>` lets through what was vetoed in that sweep; the newest counts. */
async function readReleases(store: ObjectStore): Promise<ReadonlyMap<string, Release>> {
  const { objects, serverNow } = await listAll(store, { prefix: RELEASES });
  const releases = new Map<string, Release>();
  for (const { key, lastModified } of objects) {
    const [instance = '', caText = '', idText = ''] = key.slice(RELEASES.length).split('/');
    const [ca, sweepId] = [parseCaSerial(caText), parseSweepId(idText)];
    if (ca === undefined || sweepId === undefined || serverNow - lastModified >= RELEASE_LIFE) continue;
    const decision = await readCaDecision(store, sweepId, { instance: instance as InstanceId, ca });
    if (decision === undefined) continue;
    const devices = decision.vetoed.filter(({ veto }) => veto === 'breaker' || veto === 'flapping');
    releases.set(`${instance}/${ca}`, { sweepId, devices: new Set(devices.map(({ device }) => device)) });
  }
  return releases;
}
