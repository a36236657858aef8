import type { DeviceSerial } from '../../core/serial.ts';
import type { ActResult } from '../../core/sweep/act-window.ts';
import type { CaFindings } from '../../core/sweep/ca-findings.ts';
import type { OpenConditions } from '../../core/sweep/conditions.ts';
import { countClasses, countInputs, type DeviceCounts } from '../../core/sweep/counts.ts';
import { decideCa } from '../../core/sweep/decide-ca.ts';
import { memoryByte, readMemory } from '../../core/sweep/device-memory.ts';
import { inactiveMemoryAfter, inactiveSince } from '../../core/sweep/inactive-memory.ts';
import { deviceAt } from '../../core/sweep/packed-serials.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import { eachVetoed } from '../../core/sweep/vetoed-devices.ts';
import type { CompiledCa } from '../../core/sweep/watch-list.ts';
import type { EpochMs } from '../../core/time.ts';
import { actOnSurvivors } from './act.ts';
import { type CaDecision, readCaDecision, writeCaDecision } from './ca-decision.ts';
import { findingsAfter } from './ca-findings-of.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { closeStrays } from './close-strays.ts';
import { type SweepContext, type SweptCa, tell } from './context.ts';
import { writeKnownDevices } from './device-memory-store.ts';
import { deviceNews } from './device-news.ts';
import { OutOfTimeError, ServiceSilentError } from './patient-calls.ts';
import { type DevicesToRead, readDevices } from './read-devices.ts';
import { newProgress } from './read-progress.ts';
import { writeRoster } from './roster.ts';
import { tellNews } from './tell-news.ts';
import { noteReleases } from './used-releases.ts';
import { absorbOthers, askedFor, digestOf, noteFinding, type WatchedDevices } from './watched-devices.ts';
import { watchedOf } from './watched-list.ts';

/** One CA with the devices that are watched under it. */
export interface CaToSettle {
  readonly swept: SweptCa;
  readonly list: CompiledCa;
  /** What stood open on the instance before this sweep. */
  readonly open: OpenConditions;
  readonly onListRefused: DevicesToRead['onListRefused'];
}

/** What a CA's summary counts. */
export interface CaCounts {
  readonly devices: DeviceCounts;
  readonly reactivated: number;
  /** What conditions follow from. */
  readonly findings: CaFindings;
}

/**
 * Sweeps the devices of one CA: reads, decides (once, in writing), tells, acts, remembers. Whoever settles it again
 * after a crash finds the decision and carries it on; every outcome has the same id then.
 *
 * @throws OutOfTimeError, ServiceSilentError, InstanceBlockedError, LeaseLostError.
 */
export async function settleCa(context: SweepContext, ca: CaToSettle): Promise<CaCounts> {
  const { deps, sweep, window } = context;
  const { list, swept } = ca;
  await closeStrays(context, swept);
  const known = await watchedOf(context, ca);
  const { inactive, repeatedAt, watched } = known;
  const standing = await readCaDecision(deps.store, sweep.id, swept);
  const digest = digestOf(watched.devices, askedFor(list, watched.devices));
  const decision = standing?.digest === digest ? standing : await readAndDecide(context, ca, { ...known, digest });
  const { before, devices } = watched;
  await tellNews(
    context,
    swept,
    decision.digest,
    deviceNews(context, { swept, devices, before, inactive, decision, open: ca.open }),
  );
  const results = await actOnSurvivors(context, swept, {
    survivors: decision.mode === 'act' ? decision.survivors : [],
    inputs: decision.breaker.inputs,
    ...window.ofSweep(sweep.id, swept.instance, swept.ca),
  });
  const memory = withResults(devices, decision.next, results);
  const counts = {
    devices: countClasses(memory),
    reactivated: countReactivated(results),
    findings: findingsAfter(decision, results),
  };
  await tell(context, [summaryOf(context, swept, counts)]);
  const isWaiting = deps.settings.reactivateAfter > 0;
  const flapping = flappingOf(decision);
  await writeKnownDevices(deps.store, sweep.id, swept, {
    memory,
    repeatedAt: decision.isDaily ? sweep.startedAt : repeatedAt,
    inactive: inactiveMemoryAfter(inactive, { devices, memory, flapping, isWaiting }, sweep.startedAt),
  });
  return counts;
}

/** The list may grow while it is read, where every device of the CA is watched. */
async function readAndDecide(
  context: SweepContext,
  ca: CaToSettle,
  known: Awaited<ReturnType<typeof watchedOf>> & { readonly digest: string },
): Promise<CaDecision> {
  const { deps, sweep, window } = context;
  const { list, swept } = ca;
  const { instance } = swept;
  const { inactive, watched } = known;
  if (sweep.lap > 1) {
    const checkpoint = await readCheckpoint(deps.store, sweep.id, { instance, ca: swept.ca, digest: known.digest });
    watched.progress = checkpoint ?? watched.progress;
  }
  await readOrCheckpoint(context, ca, watched);
  const asked = askedFor(list, watched.devices);
  const digest = digestOf(watched.devices, asked);
  if (list.star !== undefined && (known.hasForgotten || digest !== known.digest))
    await keepRoster(context, ca, watched);
  const { before, devices } = watched;
  const verdict = decideCa(
    {
      instance,
      ca: swept.ca,
      devices,
      reactivate: asked,
      before,
      next: watched.progress.next,
      dates: watched.progress.inactive,
      inactiveSince: (device) => inactiveSince(inactive, device) ?? sweep.startedAt,
      lastActivatedAt: (device) => window.lastActivatedAt(instance, swept.ca, device),
      lastFailure: (device) => window.lastFailure(instance, swept.ca, device),
      actedUnderCa: window.actedUnderCa(instance, swept.ca),
      actedOnInstance: window.actedOnInstance(instance),
    },
    {
      now: sweep.startedAt,
      controls: await context.controls.under(swept),
      caState: swept.caState,
      firstSight: deps.settings.firstSight,
      reactivateAfter: deps.settings.reactivateAfter,
    },
  );
  const mode = deps.settings.reactivate;
  if (mode === 'act') await noteReleases(deps.store, swept, sweep, verdict.survivors);
  const { failures, listed, next } = watched.progress;
  const isCaMissing = swept.caState === 'missing';
  const decision: CaDecision = {
    ...verdict,
    digest,
    next,
    failures,
    isDaily: known.isDaily,
    isCaMissing,
    list: listed,
    mode,
  };
  await writeCaDecision(deps.store, sweep.id, swept, decision);
  return decision;
}

async function readOrCheckpoint(context: SweepContext, ca: CaToSettle, watched: WatchedDevices): Promise<void> {
  const { calls, deps, sweep } = context;
  const { caSpelling, caState, instance } = ca.swept;
  const now = sweep.startedAt;
  if (caState === 'missing' || caSpelling === undefined) {
    findAll(watched, caState === 'missing' ? { kind: 'not-found' } : { kind: 'failed', code: 'CaNotRead' }, now);
    return;
  }
  try {
    const isWholeCa = ca.list.star !== undefined;
    await readDevices(deps, calls, {
      instance,
      caSpelling,
      watched,
      isWholeCa,
      now,
      onListRefused: ca.onListRefused,
    });
  } catch (error) {
    const isGoneOnWith = error instanceof OutOfTimeError || error instanceof ServiceSilentError;
    if (isGoneOnWith) await keepProgress(context, ca, watched);
    throw error;
  }
}

/** Without its CA no device can be asked for: a missing one took them along, of an unreadable one nobody knows. */
function findAll(watched: WatchedDevices, finding: Parameters<typeof noteFinding>[2], now: EpochMs): void {
  watched.progress = newProgress(watched.before);
  for (let index = 0; index < watched.before.length; index += 1) noteFinding(watched, index, finding, now);
}

async function keepProgress(context: SweepContext, ca: CaToSettle, watched: WatchedDevices): Promise<void> {
  const { deps, sweep } = context;
  absorbOthers(watched, sweep.startedAt);
  if (ca.list.star !== undefined) await keepRoster(context, ca, watched);
  const digest = digestOf(watched.devices, askedFor(ca.list, watched.devices));
  const place = { instance: ca.swept.instance, ca: ca.swept.ca, digest };
  await writeCheckpoint(deps.store, sweep.id, { epoch: sweep.lease.epoch, sequence: 1 }, place, watched.progress);
}

async function keepRoster({ deps, sweep }: SweepContext, ca: CaToSettle, watched: WatchedDevices): Promise<void> {
  await writeRoster(deps.store, ca.swept, sweep, watched.devices);
}

/** A device that was read back active is healthy for the next sweep, so that it is not told to have recovered. */
function withResults(devices: Uint8Array, next: Uint8Array, results: ReadonlyMap<DeviceSerial, ActResult>): Uint8Array {
  if (results.size === 0) return next;
  const memory = Uint8Array.from(next);
  for (let index = 0; index < memory.length; index += 1) {
    const before = readMemory(memory[index] ?? 0);
    if (before.class !== 'inactive') continue;
    const result = results.get(deviceAt(devices, index))?.result;
    if (result === 'reactivated' || result === 'found-active' || result === 'recovered') {
      memory[index] = memoryByte({ ...before, class: 'healthy', seenActive: true });
    } else if (result === 'missing') memory[index] = memoryByte({ ...before, class: 'missing' });
  }
  return memory;
}

function* flappingOf({ vetoed }: CaDecision): Generator<DeviceSerial> {
  for (const { device } of eachVetoed(vetoed, ['flapping'])) yield device;
}

function countReactivated(results: ReadonlyMap<DeviceSerial, ActResult>): number {
  return [...results.values()].filter(({ result }) => result === 'reactivated').length;
}

function summaryOf(context: SweepContext, { ca, instance }: SweptCa, counts: CaCounts): SweepOutcome {
  const inputs = { ...countInputs(counts.devices), reactivated: counts.reactivated };
  return { kind: 'ca-summary', sweepId: context.sweep.id, instance, ca, inputs };
}
