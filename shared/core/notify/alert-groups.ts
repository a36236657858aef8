import type { AlertName, CauseId } from '../alert-key.ts';
import type { ObjectKey } from '../object-version.ts';
import type { EventId } from '../outcome-record.ts';
import { factsOf } from '../outcome-table.ts';
import type { EpochMs } from '../time.ts';
import {
  CONDITIONS_KEPT,
  type ConditionEffect,
  CRITICAL_KEPT,
  causesToldLately,
  type Effects,
  EVENTS_KEPT,
  EVENTS_KEPT_EACH,
  EVENTS_KEPT_OF_ALL,
  type KnownCondition,
  type NotifyMemory,
  TOLD_KEPT,
  type ToldCause,
} from './condition-memory.ts';
import { bearsOnProofs } from './end-proof.ts';
import { type GroupRanking, groupRanking } from './group-ranking.ts';
import type { Problem, UnnamedProblems } from './problem.ts';

/** One alert as a listing shows it. */
export interface ListedAlert {
  readonly name: AlertName;
  readonly key: ObjectKey;
  /** By the store's clock. */
  readonly writtenAt: EpochMs;
}

/** Alerts of one cause that are told together, or the repetition of a condition. */
export interface AlertGroup {
  readonly problem: Omit<Problem, 'samples'>;
  /** The newest ones, newest first, at most {@link SAMPLES}. */
  readonly sampleKeys: readonly ObjectKey[];
  /** When the first of them was written; `undefined` for a mere repetition. */
  readonly waitsSince: EpochMs | undefined;
}

/** What a stream of alerts comes to; its size does not grow with their number. */
export interface Tally {
  readonly problems: number;
  /** How many of them are due. */
  readonly due: number;
  /** When the first of all alerts was written. */
  readonly waitsSince: EpochMs | undefined;
  /** The groups that a message names, in their order; at most as many as were asked for. */
  readonly top: readonly AlertGroup[];
  /** The others. */
  readonly rest: UnnamedProblems;
  readonly effects: Effects;
  /** The newest alert of each group that is not among the top and whose record changes what is remembered, at most 2,000. */
  readonly toRead: readonly ObjectKey[];
  /** Conditions that were told before and have a group here. */
  readonly knownCauses: ReadonlySet<CauseId>;
}

/** Adds up alerts that come in the order of their keys, so that those of one cause follow each other. */
export interface AlertTally {
  readonly add: (alert: ListedAlert) => void;
  /** A condition that is told although no alert of it waits: a repetition, or an end that something else proved. */
  readonly addRemembered: (known: KnownCondition) => void;
  readonly finish: () => Tally;
}

/** How many alerts of one cause are read. */
const SAMPLES = 3;

/** What two workers report of one happening has names close to each other. */
const EVENTS_COMPARED = 5000;

interface OpenGroup {
  readonly first: AlertName;
  readonly events: Set<EventId>;
  count: number;
  lastAt: EpochMs;
  waitsSince: EpochMs;
  sampleKeys: readonly ObjectKey[];
}

interface Sums {
  readonly ranking: GroupRanking;
  readonly told: EventId[];
  readonly critical: Omit<ToldCause, 'at'>[];
  readonly conditions: ConditionEffect[];
  readonly knownCauses: Set<CauseId>;
  readonly toRead: ObjectKey[];
  /** How many events of conditions there is still room for. */
  eventsLeft: number;
  problems: number;
  due: number;
  waitsSince: EpochMs | undefined;
}

/**
 * Begins to add up.
 *
 * @param about.groups - How many groups are kept whole; at least 1.
 * @param about.isDue - Whether a group is worth a message now.
 */
export function tallyOf(about: {
  readonly memory: NotifyMemory;
  readonly now: EpochMs;
  readonly groups: number;
  readonly isDue: (group: AlertGroup) => boolean;
}): AlertTally {
  const { groups, isDue, memory, now } = about;
  const sums: Sums = {
    ...{
      ranking: groupRanking({ places: groups, toldLately: causesToldLately(memory, now) }),
      told: [],
      critical: [],
      conditions: [],
      knownCauses: new Set(),
    },
    ...{ toRead: [], eventsLeft: EVENTS_KEPT_OF_ALL, problems: 0, due: 0, waitsSince: undefined },
  };
  // The beginning and the end of one condition may both wait, in any order of time.
  let open: { begin?: OpenGroup; end?: OpenGroup } = {};

  const closeOne = (group: OpenGroup): void => {
    const known = memory.conditions.get(group.first.causeId);
    if (known !== undefined) sums.knownCauses.add(known.causeId);
    const closed = groupOf(group, known);
    if (isDue(closed)) sums.due += 1;
    rank(sums, closed);
    remember(sums, group);
  };
  const close = (): void => {
    if (open.begin !== undefined) closeOne(open.begin);
    if (open.end !== undefined) closeOne(open.end);
    open = {};
  };

  return {
    add: (alert) => {
      const cause = (open.begin ?? open.end)?.first.causeId;
      if (cause !== undefined && cause !== alert.name.causeId) close();
      const side = alert.name.isEnd ? 'end' : 'begin';
      const group = open[side] ?? opened(alert);
      open[side] = group;
      join(group, alert);
    },
    addRemembered: (known) => {
      close();
      sums.due += 1;
      rank(sums, rememberedGroup(known));
      if (sums.conditions.length < CONDITIONS_KEPT) sums.conditions.push(rememberedEffect(known));
    },
    finish: () => {
      close();
      const { conditions, critical, due, knownCauses, problems, ranking, told, waitsSince } = sums;
      const { rest, top } = ranking.finish();
      const named = new Set(top.flatMap(({ sampleKeys }) => sampleKeys));
      const toRead = sums.toRead.filter((key) => !named.has(key));
      return {
        due,
        knownCauses,
        problems,
        waitsSince,
        toRead,
        top,
        rest,
        effects: { told, critical, conditions, proofs: [] },
      };
    },
  };
}

function rank(sums: Sums, group: AlertGroup): void {
  sums.problems += 1;
  sums.waitsSince = earlier(sums.waitsSince, group.waitsSince);
  sums.ranking.add(group);
}

function remember(sums: Sums, group: OpenGroup): void {
  const { conditions, critical, told, toRead } = sums;
  const { causeId, isEnd, kind, severity } = group.first;
  const [newest] = group.sampleKeys;
  if (newest !== undefined && !isEnd && bearsOnProofs(kind) && toRead.length < CONDITIONS_KEPT) toRead.push(newest);
  if (severity === 'critical' && !isEnd && critical.length < CRITICAL_KEPT) critical.push({ causeId, kind });
  if (factsOf(kind).lifetime === 'condition') {
    if (conditions.length >= CONDITIONS_KEPT) return;
    const events = [...group.events].slice(-Math.max(EVENTS_KEPT_EACH, Math.min(EVENTS_KEPT, sums.eventsLeft)));
    sums.eventsLeft -= events.length;
    conditions.push(effectOf(group, isEnd ? 'ended' : 'told', events));
    return;
  }
  told.push(...[...group.events].slice(-TOLD_KEPT));
  told.splice(0, told.length - TOLD_KEPT);
}

function earlier(a: EpochMs | undefined, b: EpochMs | undefined): EpochMs | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function opened({ name, writtenAt }: ListedAlert): OpenGroup {
  return { first: name, events: new Set(), count: 0, lastAt: name.at, waitsSince: writtenAt, sampleKeys: [] };
}

function join(group: OpenGroup, { key, name, writtenAt }: ListedAlert): void {
  if (writtenAt < group.waitsSince) group.waitsSince = writtenAt;
  if (group.events.has(name.eventId)) return;
  group.events.add(name.eventId);
  if (group.events.size > EVENTS_COMPARED) {
    const [oldest] = group.events;
    if (oldest !== undefined) group.events.delete(oldest);
  }
  group.count += 1;
  group.lastAt = name.at;
  group.sampleKeys = [key, ...group.sampleKeys].slice(0, SAMPLES);
}

function groupOf({ count, first, lastAt, sampleKeys, waitsSince }: OpenGroup, known?: KnownCondition): AlertGroup {
  const { at: firstAt, causeId, isEnd, kind, severity } = first;
  const phase = isEnd ? 'ended' : known === undefined ? 'new' : 'again';
  const untold = known?.untold ?? 0;
  const since = known?.since ?? firstAt;
  return {
    problem: { causeId, kind, severity, count: count + untold, firstAt, lastAt, phase, since },
    sampleKeys,
    waitsSince,
  };
}

function effectOf(
  { count, first, lastAt }: OpenGroup,
  change: 'told' | 'ended',
  events: readonly EventId[],
): ConditionEffect {
  const { at: firstAt, causeId, kind, severity } = first;
  return { causeId, kind, severity, change, firstAt, lastAt, count, events, sample: undefined };
}

function rememberedGroup({ causeId, kind, lastAt, overSince, severity, since, untold }: KnownCondition): AlertGroup {
  const phase = overSince === undefined ? 'standing' : 'ended';
  return {
    problem: { causeId, kind, severity, count: untold, firstAt: since, lastAt: overSince ?? lastAt, phase, since },
    sampleKeys: [],
    waitsSince: undefined,
  };
}

function rememberedEffect({ causeId, kind, lastAt, overSince, severity, since }: KnownCondition): ConditionEffect {
  const change = overSince === undefined ? 'told' : 'ended';
  return {
    ...{ causeId, kind, severity, change, firstAt: since, lastAt: overSince ?? lastAt, count: 0 },
    events: [],
    sample: undefined,
  };
}
