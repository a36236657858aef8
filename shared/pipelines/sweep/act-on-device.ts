import { backoffDelay } from '../../core/backoff.ts';
import type { DeviceReading } from '../../core/device-reading.ts';
import { isThrottled, remedyOf } from '../../core/openapi-code.ts';
import type { DeviceSerial } from '../../core/serial.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import type { ActResult } from '../../core/sweep/act-window.ts';
import { type Sent, sentInputs } from '../../core/sweep/act-words.ts';
import type { Controls } from '../../core/sweep/controls.ts';
import { lastVetoFor } from '../../core/sweep/guardrails.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { CallAnswer } from '../../ports/mqtt-certificates.ts';
import type { SweepContext, SweptCa } from './context.ts';
import { InstanceBlockedError } from './patient-calls.ts';
import { findDevice } from './read-devices.ts';

/** A write that brought no answer is looked into, and sent again at most this often. */
const MAX_SENDS = 3;
/** One that was throttled was not carried out; waiting for a minute or two must not make it a failure. */
const MAX_THROTTLED = 30;
const BACKOFF = { baseMs: 1000, capMs: 5000 } as const;

/** What has been sent for one device; kept by the caller, who may have to write it down when the run is cut short. */
export interface Attempt {
  readonly device: DeviceSerial;
  /** Only a release let it through. */
  readonly isByRelease: boolean;
  /** `no` while it is certain that nothing was sent that could have worked. */
  sent: Sent | 'no';
}

/** What became of a device, and what is told about it. */
export interface Done {
  readonly result: ActResult;
  readonly outcome: SweepOutcome | undefined;
}

/** What an outcome about a device says in any case. */
export type AboutDevice = Pick<SweepOutcome, 'sweepId' | 'instance' | 'ca'> & { readonly device: DeviceSerial };

/**
 * One device: look, ask the guardrails, act, look again. An activation whose answer was lost, or that was throttled, is
 * sent again only after another whole look: in between somebody may have put the device on hold.
 *
 * @throws InstanceBlockedError, ServiceSilentError, OutOfTimeError; `attempt` says what was sent by then.
 */
export async function actOn(context: SweepContext, swept: SweptCa, attempt: Attempt): Promise<Done> {
  const { device } = attempt;
  const { ca, instance } = swept;
  const about = { sweepId: context.sweep.id, instance, ca, device };
  const tries = { sends: 0, throttled: 0 };
  for (let answer: CallAnswer<string> | undefined; ; ) {
    const found = await findDevice(context.deps, context.calls, swept, device);
    if (found.kind === 'not-found') return doneWith(device, 'missing', { kind: 'device-missing', ...about });
    if (found.kind === 'failed') return notSeen(about, found.code, attempt);
    const look = found.reading;
    if (typeof look.status !== 'string') return notSeen(about, 'UnknownStatus', attempt);
    if (look.status === 'active') return foundActive(about, look, attempt.sent, answer);
    // Answered and not active, or refused for good: sending it again would not help.
    const isTried = tries.sends >= MAX_SENDS || tries.throttled >= MAX_THROTTLED;
    if (isTried || (answer !== undefined && !isWorthSendingAgain(answer))) return failed(about, look, answer);
    const veto = lastVetoFor(
      { instance, ca, device, reading: look, isByRelease: attempt.isByRelease },
      {
        now: context.deps.clock.now(),
        controls: await controlsNow(context, swept, answer === undefined ? undefined : 'anew'),
        caState: swept.caState,
      },
    );
    if (veto !== undefined) {
      const { inputs, kind: reason } = veto;
      const outcome = { kind: 'device-inactive' as const, ...about, name: look.name, reason, inputs };
      // What may have been sent before has to weigh, whatever stands in its way now.
      return doneWith(device, attempt.sent === 'no' ? 'untouched' : 'unknown', outcome);
    }
    answer = await send(context, swept, look, attempt);
    tries[isThrottledAnswer(answer) ? 'throttled' : 'sends'] += 1;
    if (isWorthSendingAgain(answer) && answer.kind === 'refused') {
      const delay = backoffDelay(tries.sends + tries.throttled, context.deps.clock.random(), BACKOFF);
      await context.deps.clock.sleep(delay);
    }
  }
}

/** Whoever switches to observing means the acts that were decided before as well. */
async function controlsNow(context: SweepContext, swept: SweptCa, age: 'anew' | undefined): Promise<Controls> {
  const controls = await context.controls.under(swept, age);
  const isObserving = context.deps.settings.reactivate === 'observe' && controls.paused === 'no';
  return isObserving ? { ...controls, paused: 'observing' } : controls;
}

async function send(
  { calls, deps }: SweepContext,
  { ca, caSpelling = ca, instance }: SweptCa,
  look: DeviceReading,
  attempt: Attempt,
): Promise<CallAnswer<string>> {
  const before = attempt.sent;
  attempt.sent = 'not-answered'; // until an answer says otherwise
  const answer = await deps.mqtt.activateDevice({ instance, caSpelling, deviceSpelling: look.serialAsReceived });
  if (answer.kind === 'answered') attempt.sent = 'answered';
  else if (isCertainlyUndone(answer)) attempt.sent = before;
  calls.heard(answer);
  // Permission, owner, credentials: the same answer for every device of the instance, told once for all of them.
  const remedy = answer.kind === 'refused' ? remedyOf(answer.code) : undefined;
  if (remedy === 'fix-configuration' || remedy === 'refresh-credentials')
    throw new InstanceBlockedError(wordOf(answer), 'refused');
  return answer;
}

/** Refused by a code that says why. One that asks to try again may have come after the work was done. */
function isCertainlyUndone(answer: CallAnswer<string>): boolean {
  if (answer.kind !== 'refused') return false;
  const remedy = remedyOf(answer.code);
  return isThrottled(answer.code) || (remedy !== 'retry' && remedy !== 'unknown');
}

function isThrottledAnswer(answer: CallAnswer<string>): boolean {
  return answer.kind === 'refused' && isThrottled(answer.code);
}

function isWorthSendingAgain(answer: CallAnswer<string>): boolean {
  return answer.kind === 'no-answer' || (answer.kind === 'refused' && remedyOf(answer.code) === 'retry');
}

/** Not readable before anything was sent: left alone. Not readable afterwards: nobody knows. */
function notSeen(about: AboutDevice, code: string, { sent }: Attempt): Done {
  const unreadable = { kind: 'device-unreadable' as const, ...about, service: { code, requestId: '' } };
  if (sent === 'no') return doneWith(about.device, 'untouched', { ...unreadable, reason: 'not-read' });
  return doneWith(about.device, 'unconfirmed', { ...unreadable, reason: 'not-read-back' });
}

function failed(about: AboutDevice, { name }: DeviceReading, answer: CallAnswer<string> | undefined): Done {
  const service = wordOf(answer);
  const reason = service.code === '' ? 'not-active-when-read-back' : service.code;
  const outcome = { kind: 'reactivation-failed' as const, ...about, name, reason, service };
  return { result: { device: about.device, result: 'failed', code: service.code }, outcome };
}

/** Active now: by our call, perhaps by our call, or before anything was sent. */
export function foundActive(
  about: AboutDevice,
  { name }: DeviceReading,
  sent: Attempt['sent'],
  answer?: CallAnswer<string>,
): Done {
  if (sent === 'no') return doneWith(about.device, 'recovered', { kind: 'device-recovered', ...about, name });
  const service = { code: '', requestId: wordOf(answer).requestId };
  const outcome = { kind: 'device-reactivated' as const, ...about, name, service, inputs: sentInputs(sent) };
  return doneWith(about.device, sent === 'unknown' ? 'found-active' : 'reactivated', outcome);
}

/** A result with what is told about it. */
export function doneWith(device: DeviceSerial, result: ActResult['result'], outcome: SweepOutcome | undefined): Done {
  return { result: { device, result }, outcome };
}

function wordOf(answer: CallAnswer<string> | undefined): ServiceWord {
  if (answer === undefined) return { code: '', requestId: '' };
  if (answer.kind === 'answered') return { code: '', requestId: answer.requestId };
  return { code: answer.code, requestId: answer.kind === 'refused' ? answer.requestId : '' };
}
