import type { DeviceReading } from '../device-reading.ts';
import type { InstanceId } from '../instance.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import { type DurationMs, type EpochMs, isoOf } from '../time.ts';
import { FLAP_WINDOW } from './act-window.ts';
import type { Controls } from './controls.ts';
import type { SweepId } from './sweep-id.ts';
import type { RuleInputs } from './sweep-outcome.ts';

/** Why an inactive device is left as it is; in the order in which the rules are asked. */
export type VetoKind =
  | 'paused'
  | 'controls-unreadable'
  | 'held'
  | 'hold-expired'
  | 'device-expired'
  | 'device-not-yet-valid'
  | 'ca-not-active'
  | 'not-asked'
  | 'first-sight'
  | 'flapping'
  | 'waiting'
  | 'breaker';

/** A guardrail that said no, and what it looked at. */
export interface Veto {
  readonly kind: VetoKind;
  readonly inputs: RuleInputs;
}

/** An inactive watched device that might be reactivated. */
export interface Candidate {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  readonly device: DeviceSerial;
  readonly reading: DeviceReading;
  /** The watch list asks for it by name, and not with `reactivate=no`. */
  readonly isAskedFor: boolean;
  readonly wasSeenActive: boolean;
  /** When this deployment last set out to reactivate it, as far as the windows reach back. */
  readonly lastActivatedAt: EpochMs | undefined;
  /** When this deployment first found it inactive this time. */
  readonly inactiveSince: EpochMs;
}

/** Everything besides the device that the rules look at. */
export interface GuardContext {
  readonly now: EpochMs;
  readonly controls: Controls;
  /** As read in this sweep. */
  readonly caState: 'active' | 'inactive' | 'expired' | 'missing' | 'unreadable';
  readonly firstSight: 'act' | 'ask';
  readonly reactivateAfter: DurationMs;
}

type Guardrail = (candidate: Candidate, context: GuardContext) => Veto | undefined;

/** In the order of the rules; the first no stands. Whatever is not known is a no. */
const GUARDRAILS: readonly Guardrail[] = [
  paused, // is anything to be written at all?
  unreadableControls, // do we know what people said?
  held, // did somebody say "never this one"?
  outOfDate, // would the broker take it?
  caNotActive, // is its CA trusted today?
  notAsked, // did somebody ask for this device by name?
  firstSight, // did it ever work?
  flapping, // is somebody switching it off again and again?
  waiting, // has the announced time passed?
];

/**
 * Asks every guardrail but the breaker, which looks at all devices of a CA together.
 *
 * A release lets a device through `flapping` and the breaker, and through nothing else: hold, pause, expiry and an
 * inactive CA stand whatever was released.
 */
export function vetoFor(candidate: Candidate, context: GuardContext): Veto | undefined {
  for (const guardrail of GUARDRAILS) {
    const veto = guardrail(candidate, context);
    if (veto !== undefined) return veto;
  }
  return undefined;
}

/** Every guardrail that says no, whatever those before it say. */
export function vetoesFor(candidate: Candidate, context: GuardContext): readonly VetoKind[] {
  return GUARDRAILS.flatMap((guardrail) => guardrail(candidate, context)?.kind ?? []);
}

/** The rules that are asked again right before the act, with controls and a reading of that moment. */
const LAST_LOOK = [paused, unreadableControls, held, outOfDate, caNotActive, releaseWithdrawn];

/** What is asked again about a device that was decided to be activated. */
export type LastCandidate = Pick<Candidate, 'instance' | 'ca' | 'device' | 'reading'> & {
  /** Only a release let it through. */
  readonly isByRelease: boolean;
};

/** Asks what may have changed since the decision: pause, holds, validity, the CA, and the release it was given. */
export function lastVetoFor(candidate: LastCandidate, context: LastContext): Veto | undefined {
  for (const guardrail of LAST_LOOK) {
    const veto = guardrail(candidate, context);
    if (veto !== undefined) return veto;
  }
  return undefined;
}

/** What the last look needs to know besides the device. */
export type LastContext = Pick<GuardContext, 'now' | 'controls' | 'caState'>;
type Named = Pick<Candidate, 'instance' | 'ca' | 'device'>;

function paused(_: Named, { controls }: LastContext): Veto | undefined {
  if (controls.paused === 'yes') return { kind: 'paused', inputs: { by: 'control/paused' } };
  return controls.paused === 'observing' ? { kind: 'paused', inputs: { by: 'MQTT_CERTS_REACTIVATE' } } : undefined;
}

function unreadableControls(_: Named, { controls }: LastContext): Veto | undefined {
  const { holds, intents, paused } = controls;
  const isReleaseRead = controls.release !== 'unreadable';
  if (paused === 'unreadable' || holds === 'unreadable' || intents === 'unreadable' || !isReleaseRead) {
    const releases = isReleaseRead ? 'read' : 'unreadable';
    const inputs = { paused, holds: holds === 'unreadable' ? holds : 'read', releases, intents };
    return { kind: 'controls-unreadable', inputs };
  }
  // A hold that names nobody may mean anybody.
  const [anonymous] = holds.anonymous;
  if (anonymous === undefined) return undefined;
  return { kind: 'controls-unreadable', inputs: { file: anonymous.file, line: anonymous.line } };
}

function held(candidate: Named, { controls }: LastContext): Veto | undefined {
  if (controls.holds === 'unreadable') return undefined; // said by the rule before
  const hold = controls.holds.find(candidate.instance, candidate.ca, candidate.device);
  if (hold === undefined) return undefined;
  const until = hold.until === undefined ? 'not readable' : isoOf(hold.until);
  return { kind: hold.kind, inputs: { owner: hold.owner, until, file: hold.file, line: hold.line } };
}

function outOfDate({ reading }: { readonly reading: DeviceReading }, { now }: LastContext): Veto | undefined {
  const { validFrom, validUntil } = reading;
  // Without a readable end nobody knows whether it has ended.
  if (validUntil === undefined) return { kind: 'device-expired', inputs: { validUntil: 'not readable' } };
  if (now > validUntil) return { kind: 'device-expired', inputs: { validUntil: isoOf(validUntil) } };
  if (validFrom === undefined) return { kind: 'device-not-yet-valid', inputs: { validFrom: 'not readable' } };
  if (now < validFrom) return { kind: 'device-not-yet-valid', inputs: { validFrom: isoOf(validFrom) } };
  return undefined;
}

function caNotActive(_: Named, { caState }: LastContext): Veto | undefined {
  return caState === 'active' ? undefined : { kind: 'ca-not-active', inputs: { ca: caState } };
}

function notAsked({ isAskedFor }: Candidate): Veto | undefined {
  return isAskedFor ? undefined : { kind: 'not-asked', inputs: { reactivate: 'no' } };
}

function firstSight(candidate: Candidate, context: GuardContext): Veto | undefined {
  if (context.firstSight === 'act' || candidate.wasSeenActive) return undefined;
  return { kind: 'first-sight', inputs: { setting: 'ask' } };
}

function flapping(candidate: Candidate, { controls, now }: GuardContext): Veto | undefined {
  const { lastActivatedAt } = candidate;
  if (lastActivatedAt === undefined || !isFlapping(lastActivatedAt, now)) return undefined;
  if (isReleased(candidate, controls)) return undefined;
  return { kind: 'flapping', inputs: { activatedAt: isoOf(lastActivatedAt) } };
}

function waiting({ inactiveSince }: Candidate, { now, reactivateAfter }: GuardContext): Veto | undefined {
  // A clock that was set back has waited for nothing yet; where nothing is to be waited for, that is enough.
  if (Math.max(0, now - inactiveSince) >= reactivateAfter) return undefined;
  return { kind: 'waiting', inputs: { since: isoOf(inactiveSince), waitMs: reactivateAfter } };
}

function releaseWithdrawn(candidate: LastCandidate, { controls }: LastContext): Veto | undefined {
  if (!candidate.isByRelease || isReleased(candidate, controls)) return undefined;
  return { kind: 'breaker', inputs: { release: 'withdrawn' } };
}

/** Whether an inactive device was switched off again, released or not. */
export function isFlapping(lastActivatedAt: EpochMs | undefined, now: EpochMs): boolean {
  return lastActivatedAt !== undefined && now - lastActivatedAt < FLAP_WINDOW;
}

/** Whether a release names this device: it lets exactly the devices vetoed in one sweep through, once. */
export function isReleased(candidate: Named, controls: Controls): boolean {
  return releaseOf(candidate, controls) !== undefined;
}

/** The sweep in which a released device was vetoed; `undefined` for one that is not released. */
export function releaseOf({ device }: Named, { release }: Controls): SweepId | undefined {
  return typeof release === 'object' ? release.get(device) : undefined;
}
