import type { CauseId } from '../alert-key.ts';
import type { CaSerial } from '../serial.ts';
import { type EpochMs, hours } from '../time.ts';
import {
  type CaFindings,
  type LastingReasons,
  LEFT_REASONS,
  type LeftReason,
  MANY,
  MANY_KINDS,
  type ManyKind,
} from './ca-findings.ts';
import type { CaState } from './ca-memory.ts';
import type { DeviceCounts } from './counts.ts';
import type { SWEEP_OUTCOME_KINDS, SweepOutcomeKind } from './sweep-outcome-table.ts';

type Facts = typeof SWEEP_OUTCOME_KINDS;
type ToldCondition = {
  [Kind in SweepOutcomeKind]: Facts[Kind] extends { readonly told: true; readonly lifetime: 'condition' }
    ? Kind
    : never;
}[SweepOutcomeKind];

/** Every condition that a sweep tells, and so has to end; `service-silent` ends with the sweep itself. */
export type ConditionKind = Exclude<ToldCondition, 'service-silent'> | 'watch-refused';

/** A condition that stands in a sweep. */
export interface StandingCondition {
  readonly kind: ConditionKind;
  readonly causeId: CauseId;
  readonly ca?: CaSerial;
  /** What tells conditions of one kind and CA apart: a veto, a kind that is counted, an object. */
  readonly reason?: string;
  readonly objectKey?: string;
  /** How many devices it is about; 1 for what is not counted. */
  readonly count: number;
}

/** A condition that was told and whose end was not. */
export interface OpenCondition extends StandingCondition {
  /** When it was told last, as far as it is told by {@link isDue}. */
  readonly toldAt: EpochMs;
}

/** The conditions that stood open before a sweep. */
export type OpenConditions = ReadonlyMap<CauseId, OpenCondition>;

/** Why a condition is not open any more. */
export type EndReason =
  | 'over'
  /** Its subject is gone, which is told by itself. */
  | 'gone'
  /** Nobody watches its subject any more. */
  | 'not-watched';

/** A condition that ended in a sweep. */
export interface EndedCondition {
  readonly condition: OpenCondition;
  readonly why: EndReason;
}

/** Lasting trouble is told again after so long, so that the teller knows that it still stands. */
const AGAIN_AFTER = hours(24);

/** Whether a condition that stands is to be told now: when it is new, has grown, or was not told for a day. */
export function isDue(
  open: OpenConditions,
  { causeId, count }: Pick<StandingCondition, 'causeId' | 'count'>,
  now: EpochMs,
): boolean {
  const before = open.get(causeId);
  return before === undefined || count > before.count || now - before.toldAt >= AGAIN_AFTER;
}

/** What stands open after a sweep, and what ended in it. */
export interface ConditionsAfter {
  readonly open: readonly OpenCondition[];
  readonly ended: readonly EndedCondition[];
}

/**
 * Compares what was open with what this sweep found. Nothing ends that could not be looked at.
 *
 * @param endOf - Why an open condition that does not stand now has ended; `undefined` when that is not known.
 */
export function conditionsAfter(
  before: OpenConditions,
  standing: readonly StandingCondition[],
  endOf: (condition: OpenCondition) => EndReason | undefined,
  now: EpochMs,
): ConditionsAfter {
  const open = new Map<CauseId, OpenCondition>();
  for (const one of standing) {
    const known = before.get(one.causeId);
    // One that became smaller is told again as soon as it grows.
    open.set(
      one.causeId,
      known === undefined || isDue(before, one, now) ? { ...one, toldAt: now } : { ...one, toldAt: known.toldAt },
    );
  }
  const ended: EndedCondition[] = [];
  for (const condition of before.values()) {
    if (open.has(condition.causeId)) continue;
    const why = endOf(condition);
    if (why === undefined) open.set(condition.causeId, condition);
    else ended.push({ condition, why });
  }
  return { open: [...open.values()], ended };
}

/** Why the condition of a CA has ended; `state` is `undefined` for one that is neither listed nor watched. */
export function endOfCa(
  kind: 'ca-inactive' | 'ca-expired' | 'ca-missing',
  state: CaState | undefined,
): EndReason | undefined {
  if (state === 'unreadable') return undefined;
  if (state === 'active') return 'over';
  if (kind === 'ca-missing') return state === undefined ? 'not-watched' : state === 'missing' ? undefined : 'over';
  if (state === undefined || state === 'missing') return 'gone';
  return kind === 'ca-expired' && state === 'inactive' ? 'over' : undefined;
}

/**
 * Whether nothing of a condition of a CA's devices is left, as far as all of them could be looked at: whichever guardrail
 * was asked first, and whether one is switched off or not.
 */
export function hasEnded(
  { kind, reason = '' }: Pick<StandingCondition, 'kind' | 'reason'>,
  { byClass }: DeviceCounts,
  findings: CaFindings,
): boolean {
  if (findings.isCaMissing || byClass.unreadable > 0) return false;
  const { lasting, vetoes } = findings;
  // Nothing that might be activated was kept from coming as far as that.
  const isTried = (vetoes.breaker ?? 0) === 0 && lasting.masked === 0;
  switch (kind) {
    case 'device-missing':
    case 'device-expired':
    case 'device-flapping':
      return MANY_KINDS.every((many) => many !== kind || lastingOfMany(many, { byClass }, lasting) === 0);
    case 'breaker-open':
      return isTried;
    case 'reactivation-failed':
      return (
        isTried &&
        findings.observed === 0 &&
        findings.unsettled === 0 &&
        !findings.failures.includes(reason) &&
        !lasting.failures.includes(reason)
      );
    case 'devices-many':
      return MANY_KINDS.every((many) => many !== reason || lastingOfMany(many, { byClass }, lasting) <= MANY);
    case 'devices-left-inactive':
      return LEFT_REASONS.every((left) => left !== reason || isLeftNoMore(left, findings));
    case 'ca-inactive':
    case 'ca-expired':
    case 'ca-missing':
    case 'instance-blocked':
    case 'list-refused':
    case 'acts-stopped':
    case 'watch-refused':
      return false; // not of devices
  }
}

/** How many devices are in a state of which at most {@link MANY} are told one by one. */
export function countOfMany(
  kind: ManyKind,
  { byClass }: Pick<DeviceCounts, 'byClass'>,
  { vetoes }: Pick<CaFindings, 'vetoes'>,
): number {
  switch (kind) {
    case 'device-missing':
      return byClass.missing;
    case 'device-expired':
      return byClass.expired;
    case 'device-flapping':
      return vetoes.flapping ?? 0;
  }
}

/** The same, with those that are so behind another reason. */
function lastingOfMany(kind: ManyKind, { byClass }: Pick<DeviceCounts, 'byClass'>, { all }: LastingReasons): number {
  switch (kind) {
    case 'device-missing':
      return byClass.missing;
    case 'device-expired':
      return byClass.expired + (all['device-expired'] ?? 0);
    case 'device-flapping':
      return all.flapping ?? 0;
  }
}

/** How many inactive devices are left so for one reason. */
export function countOfLeft(reason: LeftReason, { observed, vetoes }: Pick<CaFindings, 'observed' | 'vetoes'>): number {
  return reason === 'observed-only' ? observed : (vetoes[reason] ?? 0);
}

/** Whether no inactive device is left so for one reason, be it behind another one; a hold is a reason of its own. */
function isLeftNoMore(reason: LeftReason, { isObserving, lasting, observed, vetoes }: CaFindings): boolean {
  if (reason !== 'observed-only') return (lasting.notHeld[reason] ?? 0) === 0;
  return observed === 0 && !(isObserving && lasting.masked + (vetoes.breaker ?? 0) > 0);
}
