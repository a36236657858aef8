import type { DeviceReading } from '../../core/device-reading.ts';
import { nameOf } from '../../core/digest.ts';
import type { ServiceWord } from '../../core/outcome.ts';
import { type DeviceSerial, serviceSpellings } from '../../core/serial.ts';
import { type GuardContext, lastVetoFor } from '../../core/sweep/guardrails.ts';
import { intentKey } from '../../core/sweep/sweep-layout.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import { durationMs } from '../../core/time.ts';
import type { CallAnswer } from '../../ports/mqtt-certificates.ts';
import { type ActResult, type Intent, intentBytes, writeResults } from './acts.ts';
import type { Survivor } from './ca-decision.ts';
import { type SweepContext, type SweptCa, tell } from './context.ts';
import { OutOfTimeError } from './patient-calls.ts';

/** No batch is larger, so that a stale holder of the lease can do no more than this. */
const BATCH = 20;
/** What one batch may take: look, act and look again for each device, at the slowest pace. */
const BATCH_ALLOWANCE_MS = 30_000;
/** A write that brought no answer is looked into, and sent again at most this often. */
const MAX_SENDS = 3;

/** The right to act was lost: another run holds the lease. Nothing more is done by this one. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/**
 * Activates the devices that passed every guardrail, in small batches: controls read again, lease looked at, intent
 * written, then for each device a last look, the act, and a read-back. No intent, no act.
 *
 * @param open - Intents of this sweep and CA whose run died; they are finished first, by the same steps.
 * @param settled - Devices of this sweep and CA whose result is known already.
 * @returns What became of every device that has a result now.
 */
export async function actOnSurvivors(
  context: SweepContext,
  swept: SweptCa,
  request: {
    readonly survivors: readonly Survivor[];
    readonly open: readonly Intent[];
    readonly settled: ReadonlyMap<DeviceSerial, ActResult>;
  },
): Promise<ReadonlyMap<DeviceSerial, ActResult>> {
  const results = new Map(request.settled);
  for (const intent of request.open) {
    for (const result of await carryOutIntent(context, swept, intent, 'resumed')) results.set(result.device, result);
  }
  const left = request.survivors.filter(({ device }) => !results.has(device));
  for (let start = 0; start < left.length; start += BATCH) {
    const batch = left.slice(start, start + BATCH).map(({ device }) => device);
    const intent = await writeIntent(context, swept, batch);
    for (const result of await carryOutIntent(context, swept, intent, 'fresh')) results.set(result.device, result);
  }
  return results;
}

async function writeIntent(
  { deps, sweep }: SweepContext,
  { ca, instance }: SweptCa,
  devices: readonly DeviceSerial[],
): Promise<Intent> {
  if (deps.clock.now() + BATCH_ALLOWANCE_MS > deps.deadline) throw new OutOfTimeError();
  if (!(await sweep.lease.isStillOurs())) throw new LeaseLostError();
  const at = deps.clock.now();
  const key = intentKey(at, sweep.id, nameOf([instance, ca, ...devices], 16));
  const intent: Intent = { key, at, sweepId: sweep.id, instance, ca, devices };
  const { key: _, ...written } = intent;
  await deps.store.create({ key, bytes: intentBytes(written), contentType: 'application/json' });
  return intent;
}

async function carryOutIntent(
  context: SweepContext,
  swept: SweptCa,
  intent: Intent,
  origin: 'fresh' | 'resumed',
): Promise<readonly ActResult[]> {
  const done: { readonly result: ActResult; readonly outcome: SweepOutcome | undefined }[] = [];
  for (const device of intent.devices) done.push(await actOn(context, swept, device, origin));
  // Told before the result is written: a result without its outcome would never be told.
  await tell(
    context,
    done.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome])),
  );
  const results = done.map(({ result }) => result);
  await writeResults(context.deps.store, intent, results);
  return results;
}

interface Done {
  readonly result: ActResult;
  readonly outcome: SweepOutcome | undefined;
}

/** One device: a last look, the act, the read-back. */
async function actOn(
  context: SweepContext,
  swept: SweptCa,
  device: DeviceSerial,
  origin: 'fresh' | 'resumed',
): Promise<Done> {
  const { ca, instance } = swept;
  const about = { sweepId: context.sweep.id, instance, ca, device };
  const look = await lookAt(context, swept, device);
  if (look === undefined || typeof look.status !== 'string') return untouched(device, undefined);
  if (look.status === 'active') {
    // A resumed intent found done was most likely done by the run that died: it is told, never claimed as more.
    if (origin === 'resumed') return reactivated(about, look);
    return untouched(device, { kind: 'device-recovered', ...about, name: look.name });
  }
  const veto = lastVetoFor(
    {
      instance,
      ca,
      device,
      reading: look,
      isAskedFor: true,
      wasSeenActive: true,
      lastActivatedAt: undefined,
      inactiveSince: context.sweep.startedAt,
    },
    await guardContext(context, swept),
  );
  if (veto !== undefined) {
    const outcome = {
      kind: 'device-inactive' as const,
      ...about,
      name: look.name,
      reason: veto.kind,
      inputs: veto.inputs,
    };
    return untouched(device, outcome);
  }
  return activate(context, swept, look, about);
}

interface About {
  readonly sweepId: SweepOutcome['sweepId'];
  readonly instance: SweptCa['instance'];
  readonly ca: SweptCa['ca'];
  readonly device: DeviceSerial;
}

async function activate(context: SweepContext, swept: SweptCa, look: DeviceReading, about: About): Promise<Done> {
  const address = {
    instance: swept.instance,
    caSpelling: swept.caSpelling,
    deviceSpelling: look.serialAsReceived,
  };
  let service: ServiceWord = { code: '', requestId: '' };
  for (let sent = 1; sent <= MAX_SENDS; sent += 1) {
    const answer: CallAnswer<string> = await context.deps.mqtt.activateDevice(address);
    context.calls.heard(answer);
    service = wordOf(answer);
    const after = await lookAt(context, swept, about.device);
    if (after?.status === 'active') return reactivated(about, after, service.requestId);
    // Answered and not active, or refused: sending it again would not help. Without an answer it may not have arrived.
    if (answer.kind !== 'no-answer') break;
  }
  const reason = service.code === '' ? 'not-active-when-read-back' : service.code;
  return {
    result: { device: about.device, result: 'failed' },
    outcome: { kind: 'reactivation-failed', ...about, name: look.name, reason, service },
  };
}

function reactivated(about: About, reading: DeviceReading, requestId = ''): Done {
  return {
    result: { device: about.device, result: 'reactivated' },
    outcome: { kind: 'device-reactivated', ...about, name: reading.name, service: { code: '', requestId } },
  };
}

function untouched(device: DeviceSerial, outcome: SweepOutcome | undefined): Done {
  return { result: { device, result: 'untouched' }, outcome };
}

async function lookAt(context: SweepContext, swept: SweptCa, device: DeviceSerial): Promise<DeviceReading | undefined> {
  const { caSpelling, instance } = swept;
  for (const deviceSpelling of serviceSpellings(device)) {
    const answer = await context.calls.read(() =>
      context.deps.mqtt.getDevice({ instance, caSpelling, deviceSpelling }),
    );
    if (answer.kind === 'answered') return answer.value;
    if (answer.kind === 'failed') return undefined;
  }
  return undefined;
}

async function guardContext(context: SweepContext, { caState }: SweptCa): Promise<GuardContext> {
  return {
    now: context.deps.clock.now(),
    controls: await context.controls(),
    caState,
    firstSight: 'act',
    reactivateAfter: durationMs(0),
  };
}

function wordOf(answer: CallAnswer<string>): ServiceWord {
  if (answer.kind === 'answered') return { code: '', requestId: answer.requestId };
  return { code: answer.code, requestId: answer.kind === 'refused' ? answer.requestId : '' };
}
