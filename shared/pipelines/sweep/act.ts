import { nameOf } from '../../core/digest.ts';
import type { DeviceSerial } from '../../core/serial.ts';
import type { ActResult, Intent, OpenIntent } from '../../core/sweep/act-window.ts';
import { caStateOf } from '../../core/sweep/ca-memory.ts';
import type { Survivor } from '../../core/sweep/decide-ca.ts';
import { intentKey } from '../../core/sweep/sweep-layout.ts';
import type { RuleInputs } from '../../core/sweep/sweep-outcome.ts';
import { type Attempt, actOn, type Done, doneWith } from './act-on-device.ts';
import { writeIntent, writeResults } from './acts.ts';
import { type SweepContext, type SweptCa, tell } from './context.ts';
import { InstanceBlockedError, OutOfTimeError, ServiceSilentError } from './patient-calls.ts';
import { readWatchedCa } from './read-cas.ts';

/** No batch is larger, so that a stale holder of the lease can do no more than this. */
const BATCH = 20;
/** What one batch may take: look, act and look again for each device, at the slowest pace. */
const BATCH_ALLOWANCE_MS = 30_000;

/** The right to act was lost: another run holds the lease. Nothing more is done by this one. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** What is to be carried out under one CA. */
export interface ActRequest {
  readonly survivors: readonly Survivor[];
  /** What the breaker weighed; written into the intents. */
  readonly inputs: RuleInputs;
  /** Intents of this sweep and CA whose run died; they are finished first, by the same steps. */
  readonly open: readonly OpenIntent[];
  /** Devices of this sweep and CA whose result is known already. */
  readonly settled: ReadonlyMap<DeviceSerial, ActResult>;
}

/**
 * Activates the devices that passed every guardrail, in small batches: controls read again, lease looked at, intent
 * written, then for each device a last look, the act, and a read-back. No intent, no act.
 *
 * @returns What became of every device that has a result now.
 */
export async function actOnSurvivors(
  context: SweepContext,
  swept: SweptCa,
  { inputs, open, settled, survivors }: ActRequest,
): Promise<ReadonlyMap<DeviceSerial, ActResult>> {
  const results = new Map(settled);
  const released = new Set(survivors.filter(({ release }) => release !== undefined).map(({ device }) => device));
  const carry = async (now: SweptCa, one: OpenIntent, origin: Carried['origin']): Promise<void> => {
    const became = await carryOut(context, now, { ...one, released, origin });
    for (const result of became) results.set(result.device, result);
  };
  for (const one of open) await carry(await asOfNow(context, swept), one, 'resumed');
  const left = survivors.filter(({ device }) => !results.has(device));
  for (let start = 0; start < left.length; start += BATCH) {
    const batch = left.slice(start, start + BATCH).map(({ device }) => device);
    const now = await asOfNow(context, swept);
    const intent = await setOut(context, now, batch, inputs);
    await carry(now, { intent, results: [] }, 'fresh');
  }
  return results;
}

/** The CA as it is right before a batch: somebody may have switched it off to stop exactly this. */
async function asOfNow({ calls, deps }: SweepContext, swept: SweptCa): Promise<SweptCa> {
  const { ca, caSpelling, instance } = swept;
  const known = caSpelling === undefined ? undefined : { serialAsReceived: caSpelling };
  const finding = await readWatchedCa(deps, calls, instance, ca, known);
  if (finding.kind === 'read') return { ...swept, caState: caStateOf(finding.reading, deps.clock.now()) };
  return { ...swept, caState: finding.kind };
}

async function setOut(
  context: SweepContext,
  swept: SweptCa,
  devices: readonly DeviceSerial[],
  inputs: RuleInputs,
): Promise<Intent> {
  const { ca, caState, instance } = swept;
  const { deps, sweep, window } = context;
  if (deps.clock.now() + BATCH_ALLOWANCE_MS > deps.deadline) throw new OutOfTimeError();
  const { holds, paused } = await context.controls.under(swept, 'anew');
  if (!(await sweep.lease.isStillOurs())) throw new LeaseLostError();
  const at = deps.clock.now();
  const key = intentKey(at, sweep.id, nameOf([instance, ca, ...devices], 16));
  const intent: Intent = { key, at, sweepId: sweep.id, instance, ca, devices };
  const said = { paused, holds: holds === 'unreadable' ? holds : holds.count, caState };
  await writeIntent(deps.store, intent, { lap: sweep.lap, inputs: { ...inputs, ...said } });
  window.note({ intent, results: undefined });
  return intent;
}

interface Carried extends OpenIntent {
  /** Devices that only a release let through. */
  readonly released: ReadonlySet<DeviceSerial>;
  /** `resumed`: the run that wrote the intent died, and what it sent nobody knows. */
  readonly origin: 'fresh' | 'resumed';
}

/**
 * Carries out an intent, as far as it has no results. Where the lap is cut short, what is known by then is written down:
 * a device for which nothing was sent is taken up again, and weighs nothing.
 */
async function carryOut(context: SweepContext, swept: SweptCa, carried: Carried): Promise<readonly ActResult[]> {
  const { intent, origin, released, results: known } = carried;
  const attempts = intent.devices
    .filter((device) => !known.some((one) => one.device === device))
    .map((device): Attempt => {
      return { device, isByRelease: released.has(device), sent: origin === 'fresh' ? 'no' : 'unknown' };
    });
  const done: Done[] = [];
  try {
    for (const attempt of attempts) done.push(await actOn(context, swept, attempt));
  } catch (error) {
    if (!isCutShort(error)) throw error;
    const unsent = attempts.slice(done.length).filter(({ sent }) => sent === 'no');
    await close(context, carried, [...done, ...unsent.map(({ device }) => doneWith(device, 'unsent', undefined))]);
    throw error;
  }
  return close(context, carried, done);
}

/** The lap ends here, and this run still knows what it did. */
function isCutShort(error: unknown): boolean {
  return (
    error instanceof InstanceBlockedError || error instanceof ServiceSilentError || error instanceof OutOfTimeError
  );
}

/** Told before the results are written: a result without its outcome would never be told. */
async function close(
  context: SweepContext,
  { intent, results: known }: OpenIntent,
  done: readonly Done[],
): Promise<readonly ActResult[]> {
  await tell(
    context,
    done.flatMap(({ outcome }) => outcome ?? []),
  );
  const results = [...known, ...done.map(({ result }) => result)];
  if (results.length > 0) await writeResults(context.deps.store, intent, results);
  context.window.note({ intent, results });
  return results;
}
