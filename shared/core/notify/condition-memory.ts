import type { CauseId } from '../alert-key.ts';
import type { EventId, OutcomeRecord } from '../outcome-record.ts';
import type { OutcomeKind, Severity } from '../outcome-table.ts';
import { type EpochMs, hours, minutes } from '../time.ts';
import { type EndProof, proofOf, rememberedProofs } from './end-proof.ts';
import type { MessageId } from './notify-layout.ts';

/** A condition that people were told of and that nobody said is over. */
export interface KnownCondition {
  readonly causeId: CauseId;
  readonly kind: OutcomeKind;
  readonly severity: Severity;
  /** Of its first event that was told. */
  readonly since: EpochMs;
  /** Of its newest event. */
  readonly lastAt: EpochMs;
  /** When an alert of it was seen last, by the teller's clock. */
  readonly lastSeenAt: EpochMs;
  readonly lastToldAt: EpochMs;
  /** Events since then, that were counted and not told. */
  readonly untold: number;
  /** Newest last, at most {@link EVENTS_KEPT}. */
  readonly events: readonly EventId[];
  /** For repeating it when nothing new was reported. */
  readonly sample: OutcomeRecord | undefined;
  /** Something else proved that it is over since then, and that is still to be told. */
  readonly overSince: EpochMs | undefined;
}

/** A condition that ended: an alert of it that comes late is no new one. */
export interface EndedCondition {
  readonly causeId: CauseId;
  /** By the teller's clock. */
  readonly forgottenAt: EpochMs;
  /** Of the event that ended it. */
  readonly endedAt: EpochMs;
  readonly events: readonly EventId[];
}

/** A critical cause that was told, so that one cause alone can not flood; the end of a condition does not count. */
export interface ToldCause {
  readonly causeId: CauseId;
  readonly kind: OutcomeKind;
  readonly at: EpochMs;
}

/** What the teller remembers from run to run. */
export interface NotifyMemory {
  readonly conditions: ReadonlyMap<CauseId, KnownCondition>;
  readonly ended: readonly EndedCondition[];
  /** Events that were told, newest last: a twin's second alert is not told again. */
  readonly told: ReadonlySet<EventId>;
  /** Critical causes of the last hour. */
  readonly critical: readonly ToldCause[];
  /** Messages whose effects are in here, newest last. */
  readonly applied: readonly MessageId[];
  /** What proves conditions to be over, also those whose beginning is still to be told. */
  readonly proofs: readonly EndProof[];
  /** Names of what was said about lines of mutes, newest last. */
  readonly muteLines: readonly string[];
}

/** What telling one message, or clearing alerts away without one, changes in the memory; by value, so that it can be done late. */
export interface Effects {
  /** Told events that happened once, newest last. */
  readonly told: readonly EventId[];
  readonly critical: readonly Omit<ToldCause, 'at'>[];
  readonly conditions: readonly ConditionEffect[];
  readonly proofs: readonly EndProof[];
}

/** `told`: began, or more of it; `counted`: more of it, not told; `ended`. */
export interface ConditionEffect {
  readonly causeId: CauseId;
  readonly kind: OutcomeKind;
  readonly severity: Severity;
  readonly change: 'told' | 'counted' | 'ended';
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  /** Events that were not known before. */
  readonly count: number;
  /** Newest last. */
  readonly events: readonly EventId[];
  readonly sample: OutcomeRecord | undefined;
}

/** Nothing was ever told. */
export const NOTHING_KNOWN: NotifyMemory = {
  conditions: new Map(),
  ended: [],
  told: new Set(),
  critical: [],
  applied: [],
  proofs: [],
  muteLines: [],
};

/** More conditions at once are told like events: once, and then forgotten. */
export const CONDITIONS_KEPT = 2000;
/** Told events that are remembered. */
export const TOLD_KEPT = 2000;
/** Events of one condition that are remembered. */
export const EVENTS_KEPT = 200;
/** The same of all conditions together, so that the memory stays a few megabytes; each keeps {@link EVENTS_KEPT_EACH}. */
export const EVENTS_KEPT_OF_ALL = 50_000;
/** Of so many a condition is sure: more than one sweep or one registration reports of it at a time. */
export const EVENTS_KEPT_EACH = 16;
/** Critical causes that are remembered. */
export const CRITICAL_KEPT = 500;
const APPLIED_KEPT = 200;
const ENDED_KEPT = 500;
/** More than there can be to say at one time: 500 files, each with lines wrong in six ways, and with lines that ended. */
const MUTE_LINES_KEPT = 4000;
/** While one of these lasts, sweeps do not report what they would find. */
export const SWEEP_STOPPERS: ReadonlySet<OutcomeKind> = new Set(['sweep-overdue', 'service-silent']);
/** What two workers report of one happening is minutes apart. */
const TWINS_APART = minutes(10);

/** The memory after a message (or a silent clearing) took effect at a moment; a second time changes nothing. */
export function withEffects(memory: NotifyMemory, id: MessageId, effects: Effects, at: EpochMs): NotifyMemory {
  if (memory.applied.includes(id)) return memory;
  const conditions = new Map(memory.conditions);
  let { ended } = memory;
  for (const effect of effects.conditions) {
    const known = conditions.get(effect.causeId);
    if (effect.change === 'ended') {
      conditions.delete(effect.causeId);
      ended = [...ended, endedBy(effect, known, at)];
    } else {
      conditions.set(effect.causeId, changedBy(effect, known, at));
    }
  }
  const proofs = rememberedProofs([...memory.proofs, ...effects.proofs], at);
  for (const known of conditions.values()) {
    const proof = proofOf(proofs, { ...known, instance: known.sample?.instance });
    if (proof !== undefined) conditions.set(known.causeId, { ...known, overSince: proof.at });
  }
  return {
    conditions: withFewerEvents(newest(conditions)),
    ended: ended.filter((one) => matters(one, at)).slice(-ENDED_KEPT),
    told: new Set([...memory.told, ...effects.told].slice(-TOLD_KEPT)),
    critical: [
      ...memory.critical.filter((one) => at - one.at < hours(1)),
      ...effects.critical.map((one) => ({ ...one, at })),
    ].slice(-CRITICAL_KEPT),
    applied: [...memory.applied, id].slice(-APPLIED_KEPT),
    proofs,
    muteLines: memory.muteLines,
  };
}

function changedBy(effect: ConditionEffect, known: KnownCondition | undefined, at: EpochMs): KnownCondition {
  const { causeId, change, count, events, firstAt, kind, lastAt, sample, severity } = effect;
  const isTold = change === 'told';
  return {
    causeId,
    kind,
    severity,
    since: known?.since ?? firstAt,
    lastAt: known !== undefined && known.lastAt > lastAt ? known.lastAt : lastAt,
    // A mere repetition of what is known says nothing about whether it still is so.
    lastSeenAt: events.length === 0 && known !== undefined ? known.lastSeenAt : at,
    lastToldAt: isTold ? at : (known?.lastToldAt ?? at),
    untold: isTold ? 0 : (known?.untold ?? 0) + count,
    events: [...new Set([...(known?.events ?? []), ...events])].slice(-EVENTS_KEPT),
    sample: sample ?? known?.sample,
    overSince: known?.overSince !== undefined && known.overSince >= lastAt ? known.overSince : undefined,
  };
}

function endedBy(effect: ConditionEffect, known: KnownCondition | undefined, at: EpochMs): EndedCondition {
  return { causeId: effect.causeId, forgottenAt: at, endedAt: effect.lastAt, events: known?.events ?? [] };
}

/** The most recently seen ones, when there are too many. */
function newest(conditions: ReadonlyMap<CauseId, KnownCondition>): ReadonlyMap<CauseId, KnownCondition> {
  if (conditions.size <= CONDITIONS_KEPT) return conditions;
  const sorted = [...conditions].sort(([, a], [, b]) => b.lastSeenAt - a.lastSeenAt);
  return new Map(sorted.slice(0, CONDITIONS_KEPT));
}

/** The newest events of each condition, when all of them together are too many. */
function withFewerEvents(conditions: ReadonlyMap<CauseId, KnownCondition>): ReadonlyMap<CauseId, KnownCondition> {
  const kept = Math.max(EVENTS_KEPT_EACH, Math.floor(EVENTS_KEPT_OF_ALL / Math.max(1, conditions.size)));
  if (kept >= EVENTS_KEPT) return conditions;
  return new Map([...conditions].map(([cause, known]) => [cause, { ...known, events: known.events.slice(-kept) }]));
}

/** Late alerts are minutes late; but how long sweeps have been going again must be known for as long as they are waited for. */
function matters({ causeId, forgottenAt }: EndedCondition, now: EpochMs): boolean {
  return now - forgottenAt < TWINS_APART || SWEEP_STOPPERS.has(kindOf(causeId));
}

/** The kind that the name of a cause begins with. */
export function kindOf(causeId: CauseId): OutcomeKind {
  return causeId.slice(0, causeId.lastIndexOf('.')) as OutcomeKind; // that is how it is made
}

/** The memory without some conditions. */
export function withoutConditions(memory: NotifyMemory, causes: readonly CauseId[]): NotifyMemory {
  const conditions = new Map(memory.conditions);
  for (const cause of causes) conditions.delete(cause);
  return { ...memory, conditions };
}

/** When critical causes were told in the last hour. */
export function criticalLately({ critical }: NotifyMemory, now: EpochMs): readonly ToldCause[] {
  return critical.filter(({ at }) => now - at < hours(1));
}

/** The critical causes that were told in the last hour. */
export function causesToldLately(memory: NotifyMemory, now: EpochMs): ReadonlySet<CauseId> {
  return new Set(criticalLately(memory, now).map(({ causeId }) => causeId));
}

/**
 * Remembers what was said about lines of mutes.
 *
 * @param names - Of everything there is to say now and that was said; these are the last to be forgotten.
 */
export function withMuteLines(memory: NotifyMemory, names: ReadonlySet<string>): NotifyMemory {
  const others = memory.muteLines.filter((name) => !names.has(name));
  return { ...memory, muteLines: [...others, ...names].slice(-MUTE_LINES_KEPT) };
}

/** Whether an alert is one that was on its way when its condition ended. */
export function cameLate(
  { ended }: NotifyMemory,
  alert: { readonly causeId: CauseId; readonly eventId: EventId; readonly at: EpochMs },
  now: EpochMs,
): boolean {
  return ended.some(
    (one) =>
      one.causeId === alert.causeId &&
      alert.at <= one.endedAt &&
      now - one.forgottenAt < TWINS_APART &&
      one.events.includes(alert.eventId),
  );
}

/**
 * The same memory for a clock that went back: what seems to come from the future happened at the latest now. The same
 * object when nothing seems to.
 */
export function memoryAt(memory: NotifyMemory, now: EpochMs): NotifyMemory {
  if (!momentsOf(memory).some((at) => at > now)) return memory;
  const past = (at: EpochMs): EpochMs => (at > now ? now : at);
  return {
    ...memory,
    conditions: new Map(
      [...memory.conditions].map(([causeId, known]) => [
        causeId,
        { ...known, lastSeenAt: past(known.lastSeenAt), lastToldAt: past(known.lastToldAt) },
      ]),
    ),
    ended: memory.ended.map((one) => ({ ...one, forgottenAt: past(one.forgottenAt) })),
    critical: memory.critical.map((one) => ({ ...one, at: past(one.at) })),
  };
}

function momentsOf({ conditions, critical, ended }: NotifyMemory): readonly EpochMs[] {
  return [
    ...[...conditions.values()].flatMap(({ lastSeenAt, lastToldAt }) => [lastSeenAt, lastToldAt]),
    ...ended.map(({ forgottenAt }) => forgottenAt),
    ...critical.map(({ at }) => at),
  ];
}
