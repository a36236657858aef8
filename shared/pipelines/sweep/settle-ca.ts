import type { DeviceSerial } from '../../core/serial.ts';
import { countClasses, countInputs, type DeviceCounts } from '../../core/sweep/counts.ts';
import { type CaVerdict, decideCa } from '../../core/sweep/decide-ca.ts';
import { type DeviceNews, memoryByte, newsAfter, readMemory } from '../../core/sweep/device-memory.ts';
import { countOf, deviceAt, indexOfDevice } from '../../core/sweep/packed-serials.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { EpochMs } from '../../core/time.ts';
import { actOnSurvivors } from './act.ts';
import type { ActResult, Intent } from './acts.ts';
import { type CaDecision, readCaDecision, type VetoedDevice, writeCaDecision } from './ca-decision.ts';
import { type SweepContext, type SweptCa, tell } from './context.ts';
import { type KnownDevices, readKnownDevices, writeKnownDevices } from './device-memory-store.ts';
import { readDevices } from './read-devices.ts';
import type { ReadProgress } from './read-progress.ts';

/** One CA with the devices that are watched under it. */
export interface CaToSettle {
  readonly swept: SweptCa;
  /** Packed, sorted. */
  readonly devices: Uint8Array;
  /** 1 where the watch list asks for reactivation. */
  readonly reactivate: Uint8Array;
  /** Intents of this sweep and CA without a result, and the results that are known. */
  readonly open: readonly Intent[];
  readonly settled: ReadonlyMap<DeviceSerial, ActResult>;
  /** Lasting trouble is told again in this sweep. */
  readonly isDaily: boolean;
  /** Where the reading stands; filled in while it goes on. */
  readonly progressOf: (known: KnownDevices) => ReadProgress;
}

/** What a CA's summary counts. */
export interface CaCounts {
  readonly devices: DeviceCounts;
  readonly reactivated: number;
}

/**
 * Sweeps the devices of one CA: reads, decides (once, in writing), tells, acts, remembers. Whoever settles it again
 * after a crash finds the decision and carries it on; every outcome has the same id then.
 *
 * @throws OutOfTimeError, ServiceSilentError, InstanceBlockedError, LeaseLostError.
 */
export async function settleCa(context: SweepContext, ca: CaToSettle): Promise<CaCounts> {
  const { deps, sweep } = context;
  const watched = { instance: ca.swept.instance, ca: ca.swept.ca, devices: ca.devices };
  const known = await readKnownDevices(deps.store, sweep.id, watched);
  const standing = await readCaDecision(deps.store, sweep.id, ca.swept);
  const decision = standing ?? (await readAndDecide(context, ca, known));
  await tell(context, deviceNews(context, ca, known, decision));
  const results =
    decision.mode === 'act' && ca.swept.caState === 'active'
      ? await actOnSurvivors(context, ca.swept, { survivors: decision.survivors, open: ca.open, settled: ca.settled })
      : new Map<DeviceSerial, ActResult>();
  const memory = withResults(ca.devices, decision.next, results);
  const counts = { devices: countClasses(memory), reactivated: countReactivated(results) };
  await tell(context, [summaryOf(context, ca.swept, counts)]);
  await writeKnownDevices(deps.store, sweep.id, watched, {
    memory,
    inactiveSince: waitingSince(context, known, decision),
  });
  return counts;
}

async function readAndDecide(context: SweepContext, ca: CaToSettle, known: KnownDevices): Promise<CaDecision> {
  const { calls, deps, sweep, window } = context;
  const { ca: serial, caSpelling, caState, instance } = ca.swept;
  const progress = ca.progressOf(known);
  await readDevices(deps, calls, {
    instance,
    caSpelling,
    devices: ca.devices,
    before: known.memory,
    now: sweep.startedAt,
    progress,
  });
  const verdict: CaVerdict = decideCa(
    {
      instance,
      ca: serial,
      devices: ca.devices,
      reactivate: ca.reactivate,
      before: known.memory,
      next: progress.next,
      inactive: progress.inactive,
      inactiveSince: (device) => known.inactiveSince.get(device) ?? sweep.startedAt,
      lastActivatedAt: (device) => window.lastActivatedAt(instance, serial, device),
      actedUnderCa: window.actedUnderCa(instance, serial),
      actedOnInstance: window.actedOnInstance(instance),
    },
    {
      now: sweep.startedAt,
      controls: await context.controls(),
      caState,
      firstSight: deps.settings.firstSight,
      reactivateAfter: deps.settings.reactivateAfter,
    },
  );
  return writeCaDecision(deps.store, sweep.id, ca.swept, {
    ...verdict,
    next: progress.next,
    isDaily: ca.isDaily,
    mode: deps.settings.reactivate,
  });
}

const CLASS_REASONS: Partial<Record<DeviceNews, string>> = { 'device-inactive': 'to-be-activated' };

/** What is told about single devices: changes, stages, and once a day whatever lasts. */
function* deviceNews(
  { sweep }: SweepContext,
  ca: CaToSettle,
  known: KnownDevices,
  decision: CaDecision,
): Generator<SweepOutcome> {
  const vetoes = new Map(decision.vetoed.map((vetoed) => [vetoed.device, vetoed]));
  const about = { sweepId: sweep.id, instance: ca.swept.instance, ca: ca.swept.ca };
  for (let index = 0; index < countOf(ca.devices); index += 1) {
    const before = readMemory(known.memory[index] ?? 0);
    const after = readMemory(decision.next[index] ?? 0);
    const news = newsAfter(before, after, decision.isDaily);
    if (news === 'none') continue;
    const device = deviceAt(ca.devices, index);
    yield { ...about, device, ...newsOf(news, after.announced, vetoes.get(device)) };
  }
  if (decision.breaker !== undefined) yield { kind: 'breaker-open', ...about, inputs: decision.breaker };
  for (const { device, inputs, veto } of decision.vetoed) {
    if (veto === 'flapping' && (decision.isDaily || !isInactiveBefore(ca, known, device))) {
      yield { kind: 'device-flapping', ...about, device, inputs };
    }
  }
  if (decision.mode === 'observe') {
    for (const { device } of decision.survivors) yield { kind: 'would-reactivate', ...about, device };
  }
}

function newsOf(
  news: Exclude<DeviceNews, 'none'>,
  stage: number | undefined,
  vetoed: VetoedDevice | undefined,
): Pick<SweepOutcome, 'kind' | 'reason' | 'inputs'> {
  if (news === 'device-inactive' && vetoed !== undefined) {
    return { kind: news, reason: vetoed.veto, inputs: vetoed.inputs };
  }
  if (news === 'device-expiring') return { kind: news, reason: `stage-${String(stage)}`, inputs: { days: stage ?? 0 } };
  const reason = CLASS_REASONS[news];
  return { kind: news, ...(reason === undefined ? {} : { reason }) };
}

function isInactiveBefore(ca: CaToSettle, known: KnownDevices, device: DeviceSerial): boolean {
  const index = indexOfDevice(ca.devices, device);
  return index >= 0 && readMemory(known.memory[index] ?? 0).class === 'inactive';
}

/** A device that was read back active is healthy for the next sweep, so that it is not told to have recovered. */
function withResults(devices: Uint8Array, next: Uint8Array, results: ReadonlyMap<DeviceSerial, ActResult>): Uint8Array {
  if (results.size === 0) return next;
  const memory = Uint8Array.from(next);
  for (let index = 0; index < memory.length; index += 1) {
    if (readMemory(memory[index] ?? 0).class !== 'inactive') continue;
    if (results.get(deviceAt(devices, index))?.result !== 'reactivated') continue;
    memory[index] = memoryByte({ ...readMemory(memory[index] ?? 0), class: 'healthy', seenActive: true });
  }
  return memory;
}

function waitingSince(
  { sweep }: SweepContext,
  known: KnownDevices,
  decision: CaDecision,
): ReadonlyMap<DeviceSerial, EpochMs> {
  const waiting = decision.vetoed.filter(({ veto }) => veto === 'waiting');
  return new Map(waiting.map(({ device }) => [device, known.inactiveSince.get(device) ?? sweep.startedAt]));
}

function countReactivated(results: ReadonlyMap<DeviceSerial, ActResult>): number {
  return [...results.values()].filter(({ result }) => result === 'reactivated').length;
}

function summaryOf(context: SweepContext, { ca, instance }: SweptCa, counts: CaCounts): SweepOutcome {
  return {
    kind: 'ca-summary',
    sweepId: context.sweep.id,
    instance,
    ca,
    inputs: { ...countInputs(counts.devices), reactivated: counts.reactivated },
  };
}
