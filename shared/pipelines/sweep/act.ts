import { backoffDelay } from '../../core/backoff.ts';
import type { DeviceReading } from '../../core/device-reading.ts';
import { nameOf } from '../../core/digest.ts';
import { remedyOf } from '../../core/openapi-code.ts';
import type { ServiceWord } from '../../core/outcome.ts';
import type { DeviceSerial } from '../../core/serial.ts';
import type { ActResult, Intent } from '../../core/sweep/act-window.ts';
import { caStateOf } from '../../core/sweep/ca-memory.ts';
import type { Controls } from '../../core/sweep/controls.ts';
import type { Survivor } from '../../core/sweep/decide-ca.ts';
import { lastVetoFor } from '../../core/sweep/guardrails.ts';
import { intentKey } from '../../core/sweep/sweep-layout.ts';
import type { RuleInputs, SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { CallAnswer } from '../../ports/mqtt-certificates.ts';
import { writeIntent, writeResults } from './acts.ts';
import { type SweepContext, type SweptCa, tell } from './context.ts';
import { InstanceBlockedError, OutOfTimeError } from './patient-calls.ts';
import { findDevice } from './read-devices.ts';

/** No batch is larger, so that a stale holder of the lease can do no more than this. */
const BATCH = 20;
/** What one batch may take: look, act and look again for each device, at the slowest pace. */
const BATCH_ALLOWANCE_MS = 30_000;
/** A write that brought no answer is looked into, and sent again at most this often. */
const MAX_SENDS = 3;
const BACKOFF = { baseMs: 1000, capMs: 5000 } as const;

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
  readonly open: readonly Intent[];
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
  for (const intent of open) {
    const now = await asOfNow(context, swept);
    for (const one of await carryOut(context, now, { intent, released, origin: 'resumed' })) {
      results.set(one.device, one);
    }
  }
  const left = survivors.filter(({ device }) => !results.has(device));
  for (let start = 0; start < left.length; start += BATCH) {
    const batch = left.slice(start, start + BATCH).map(({ device }) => device);
    const now = await asOfNow(context, swept);
    const intent = await setOut(context, now, batch, inputs);
    for (const one of await carryOut(context, now, { intent, released, origin: 'fresh' })) results.set(one.device, one);
  }
  return results;
}

/** The CA as it is right before a batch: somebody may have switched it off to stop exactly this. */
async function asOfNow({ calls, deps }: SweepContext, swept: SweptCa): Promise<SweptCa> {
  const { ca, caSpelling = ca, instance } = swept;
  const answer = await calls.read(() => deps.mqtt.getCa(instance, caSpelling));
  if (answer.kind === 'answered') return { ...swept, caState: caStateOf(answer.value, deps.clock.now()) };
  return { ...swept, caState: answer.kind === 'not-found' ? 'missing' : 'unreadable' };
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

interface Carried {
  readonly intent: Intent;
  /** Devices that only a release let through. */
  readonly released: ReadonlySet<DeviceSerial>;
  readonly origin: 'fresh' | 'resumed';
}

async function carryOut(context: SweepContext, swept: SweptCa, carried: Carried): Promise<readonly ActResult[]> {
  const { intent } = carried;
  const done: Done[] = [];
  for (const device of intent.devices) done.push(await actOn(context, swept, device, carried));
  // Told before the result is written: a result without its outcome would never be told.
  await tell(
    context,
    done.flatMap(({ outcome }) => outcome ?? []),
  );
  const results = done.map(({ result }) => result);
  await writeResults(context.deps.store, intent, results);
  context.window.note({ intent, results });
  return results;
}

interface Done {
  readonly result: ActResult;
  readonly outcome: SweepOutcome | undefined;
}

/** What the last send of an activation came to; `undefined` while nothing was sent. */
type Sent = CallAnswer<string> | undefined;

/**
 * One device: look, ask the guardrails, act, look again. An activation whose answer was lost, or that was throttled, is
 * sent again only after another whole look: in between somebody may have put the device on hold.
 */
async function actOn(
  context: SweepContext,
  swept: SweptCa,
  device: DeviceSerial,
  { origin, released }: Carried,
): Promise<Done> {
  const { ca, instance } = swept;
  const about = { sweepId: context.sweep.id, instance, ca, device };
  let sent: Sent;
  for (let sends = 0; ; sends += 1) {
    const found = await findDevice(context.deps, context.calls, swept, device);
    if (found.kind === 'not-found') return done(device, 'missing', { kind: 'device-missing', ...about });
    if (found.kind === 'failed') return notSeen(about, found.code, sent);
    const look = found.reading;
    if (typeof look.status !== 'string') return notSeen(about, 'UnknownStatus', sent);
    if (look.status === 'active') {
      // A resumed intent found done was most likely done by the run that died: it is told, never claimed as more.
      if (sent !== undefined || origin === 'resumed') return reactivated(about, look, sent);
      return done(device, 'recovered', { kind: 'device-recovered', ...about, name: look.name });
    }
    // Answered and not active, or refused for good: sending it again would not help.
    if (sends >= MAX_SENDS || (sent !== undefined && !isWorthSendingAgain(sent))) return failed(about, look, sent);
    const veto = lastVetoFor(
      { instance, ca, device, reading: look, isByRelease: released.has(device) },
      { now: context.deps.clock.now(), controls: await controlsNow(context, swept), caState: swept.caState },
    );
    if (veto !== undefined) {
      const { inputs, kind: reason } = veto;
      return done(device, 'untouched', { kind: 'device-inactive', ...about, name: look.name, reason, inputs });
    }
    sent = await send(context, swept, look);
  }
}

type About = Pick<SweepOutcome, 'sweepId' | 'instance' | 'ca'> & { readonly device: DeviceSerial };

/** Whoever switches to observing means the acts that were decided before as well. */
async function controlsNow(context: SweepContext, swept: SweptCa): Promise<Controls> {
  const controls = await context.controls.under(swept);
  return context.deps.settings.reactivate === 'observe' ? { ...controls, paused: 'yes' } : controls;
}

async function send(context: SweepContext, swept: SweptCa, look: DeviceReading): Promise<CallAnswer<string>> {
  const { calls, deps } = context;
  const { ca, caSpelling = ca, instance } = swept;
  const answer = await deps.mqtt.activateDevice({ instance, caSpelling, deviceSpelling: look.serialAsReceived });
  calls.heard(answer);
  if (answer.kind !== 'refused') return answer;
  const remedy = remedyOf(answer.code);
  // Permission, owner, instance: the same answer for every device of the instance, told once for all of them.
  if (remedy === 'fix-configuration') throw new InstanceBlockedError(wordOf(answer), 'refused');
  if (remedy === 'retry') await deps.clock.sleep(backoffDelay(1, deps.clock.random(), BACKOFF));
  return answer;
}

function isWorthSendingAgain(sent: CallAnswer<string>): boolean {
  return sent.kind === 'no-answer' || (sent.kind === 'refused' && remedyOf(sent.code) === 'retry');
}

/** Not readable before anything was sent: left alone. Not readable afterwards: nobody knows. */
function notSeen(about: About, code: string, sent: Sent): Done {
  const outcome = unreadable(about, code);
  if (sent === undefined) return done(about.device, 'untouched', outcome);
  return done(about.device, 'unconfirmed', { ...outcome, reason: 'not-read-back' });
}

function failed(about: About, { name }: DeviceReading, sent: Sent): Done {
  const service = sent === undefined ? { code: '', requestId: '' } : wordOf(sent);
  const reason = service.code === '' ? 'not-active-when-read-back' : service.code;
  return done(about.device, 'failed', { kind: 'reactivation-failed', ...about, name, reason, service });
}

function reactivated(about: About, { name }: DeviceReading, sent: Sent): Done {
  const service = { code: '', requestId: sent === undefined ? '' : wordOf(sent).requestId };
  return done(about.device, 'reactivated', { kind: 'device-reactivated', ...about, name, service });
}

function unreadable(about: About, code: string): SweepOutcome {
  return { kind: 'device-unreadable', ...about, reason: 'not-read', service: { code, requestId: '' } };
}

function done(device: DeviceSerial, result: ActResult['result'], outcome: SweepOutcome | undefined): Done {
  return { result: { device, result }, outcome };
}

function wordOf(answer: CallAnswer<string>): ServiceWord {
  if (answer.kind === 'answered') return { code: '', requestId: answer.requestId };
  return { code: answer.code, requestId: answer.kind === 'refused' ? answer.requestId : '' };
}

/**
 * Closes intents of sweeps that nobody will take up any more: what is active now was most likely activated by them and
 * is told so; of the rest nobody knows, so the flap latch counts them. One that can not be read stays open.
 */
export async function closeStrays(context: SweepContext, swept: SweptCa): Promise<void> {
  const { ca, instance } = swept;
  const strays = context.window.strays(context.sweep.id);
  for (const { intent, results: known = [] } of strays) {
    if (intent.instance !== instance || intent.ca !== ca) continue;
    const closed: Done[] = [];
    for (const device of intent.devices) {
      const result = known.find((one) => one.device === device)?.result ?? 'unconfirmed';
      if (result !== 'unconfirmed') {
        closed.push(done(device, result, undefined));
        continue;
      }
      const about = { sweepId: intent.sweepId, instance, ca, device };
      const found = await findDevice(context.deps, context.calls, swept, device);
      if (found.kind === 'failed') break;
      const isActive = found.kind === 'read' && found.reading.status === 'active';
      if (isActive) closed.push(reactivated(about, found.reading, undefined));
      else closed.push(done(device, found.kind === 'not-found' ? 'missing' : 'unknown', undefined));
    }
    if (closed.length < intent.devices.length) continue;
    await tell(
      context,
      closed.flatMap(({ outcome }) => outcome ?? []),
    );
    const results = closed.map(({ result }) => result);
    await writeResults(context.deps.store, intent, results);
    context.window.note({ intent, results });
  }
}
