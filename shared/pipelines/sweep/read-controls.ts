import { PAUSED_KEY } from '../../core/bucket-layout.ts';
import { parseInstanceId } from '../../core/instance.ts';
import { type CaSerial, type DeviceSerial, parseCaSerial } from '../../core/serial.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { RELEASES } from '../../core/sweep/control-changes.ts';
import type { Controls, Release } from '../../core/sweep/controls.ts';
import { holdSetOf } from '../../core/sweep/hold-set.ts';
import { parseSweepId, type SweepId } from '../../core/sweep/sweep-id.ts';
import { type DurationMs, hours, seconds } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readCaDecision } from './ca-decision.ts';
import type { SweepDeps } from './deps.ts';
import { type HoldFiles, UnreadableControlError } from './hold-files.ts';
import { letThroughBefore } from './used-releases.ts';

/** What was read is believed for so long. */
const MAX_AGE: DurationMs = seconds(10);
/** A release is good for so long. */
const RELEASE_LIFE: DurationMs = hours(24);
/** Nobody writes so many by hand in a day; beyond them nobody knows what is meant. */
const MAX_RELEASES = 1000;

/** What the controls of one lap are read for. */
export interface ControlsOf {
  /** A release that this sweep itself has used is still good for it. */
  readonly sweepId: SweepId;
  readonly intents: Controls['intents'];
  readonly holdFiles: HoldFiles;
}

/** Gives the controls: as read within the last 10 seconds, or `anew`. */
export type ControlsReader = (age?: 'anew') => Promise<Controls>;

/** Reads the controls when they are asked for, and again when what was read is too old. */
export function controlsReader(deps: SweepDeps, of: ControlsOf): ControlsReader {
  let last: Controls | undefined;
  return async (age) => {
    const isFresh = last !== undefined && age === undefined && isWithin(last.readAt, deps.clock.now());
    if (!isFresh || last === undefined) last = await readControls(deps, of);
    return last;
  };
}

/** A clock that was set back makes nothing fresh. */
function isWithin(readAt: number, now: number): boolean {
  return now >= readAt && now - readAt < MAX_AGE;
}

/**
 * Reads what people have said. Fails closed: anything but a readable object or a clean "there is none" is `unreadable`,
 * which the guardrails take for a no.
 */
async function readControls({ clock, settings, store }: SweepDeps, of: ControlsOf): Promise<Controls> {
  const readAt = clock.now();
  const [paused, files, releases] = await Promise.all([
    orUnreadable(async () => ((await store.head(PAUSED_KEY)) === undefined ? ('no' as const) : ('yes' as const))),
    orUnreadable(of.holdFiles),
    orUnreadable(() => readReleases(store, of.sweepId)),
  ]);
  const lines = files === 'unreadable' ? files : files.flatMap((file) => file.lines);
  return {
    readAt,
    paused,
    intents: of.intents,
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

/**
 * `control/release/<instance>/<caSerial>/<sweepId>` lets through what the breaker or the flap latch stopped in that
 * sweep, each device once.
 */
async function readReleases(store: ObjectStore, by: SweepId): Promise<ReadonlyMap<string, Release>> {
  const { objects, serverNow } = await listAll(store, { prefix: RELEASES, maxPages: 2 });
  const fresh = objects.filter(({ lastModified }) => serverNow - lastModified < RELEASE_LIFE);
  if (fresh.length > MAX_RELEASES) throw new UnreadableControlError(RELEASES);
  const releases = new Map<string, Map<DeviceSerial, SweepId>>();
  for (const { key } of fresh) {
    const place = placeOf(key);
    if (place === undefined) continue; // it names no CA or no sweep, and so lets nobody through
    const { ca, instance, sweepId } = place;
    const decision = await readCaDecision(store, sweepId, place);
    if (decision === undefined) continue;
    const before = await letThroughBefore(store, place, by);
    const stopped = decision.vetoed.filter(({ veto }) => veto === 'breaker' || veto === 'flapping');
    const left = stopped.filter(({ device }) => !before.has(device));
    const known = releases.get(`${instance}/${ca}`) ?? [];
    releases.set(`${instance}/${ca}`, new Map([...known, ...left.map(({ device }) => [device, sweepId] as const)]));
  }
  return releases;
}

function placeOf(key: string):
  | {
      readonly instance: NonNullable<ReturnType<typeof parseInstanceId>>;
      readonly ca: CaSerial;
      readonly sweepId: SweepId;
    }
  | undefined {
  const [instanceText = '', caText = '', idText = '', ...more] = key.slice(RELEASES.length).split('/');
  const [instance, ca, sweepId] = [parseInstanceId(instanceText), parseCaSerial(caText), parseSweepId(idText)];
  if (instance === undefined || ca === undefined || sweepId === undefined || more.length > 0) return undefined;
  return { instance, ca, sweepId };
}
