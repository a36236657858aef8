import type { CauseId } from '../alert-key.ts';
import { factsOf, type OutcomeKind, type Severity } from '../outcome-table.ts';
import { type EpochMs, minutes } from '../time.ts';
import type { AlertGroup, Tally } from './alert-groups.ts';
import { criticalLately, type NotifyMemory } from './condition-memory.ts';
import { type Budget, freeMessages, isCalm, isDigestDue } from './message-budget.ts';
import type { Problem } from './problem.ts';

/** What waits of one severity. */
export interface SeveritySurvey {
  readonly severity: Severity;
  readonly tally: Pick<Tally, 'problems' | 'due' | 'top' | 'waitsSince'>;
}

/** One message to be made: of one problem, or of everything of a severity. */
export type PlannedMessage =
  | {
      readonly kind: 'single';
      readonly severity: Severity;
      readonly causeId: CauseId;
      readonly phase: Problem['phase'];
      /** `memory`: no alert of it waits. */
      readonly source: 'outbox' | 'memory';
    }
  | { readonly kind: 'digest'; readonly severity: Severity };

/** With more problems than this at once, people are told in digests. */
export const PROBLEMS_ONE_BY_ONE = 3;

/** At most so many messages in one pass, whatever happens. */
export const MESSAGES_IN_A_PASS = 3;

/**
 * Tests that one pass tells beside those: somebody asked for them and waits. Half of what the robot takes in a minute of
 * what is not critical, so that passes that follow each other always find room.
 */
export const TESTS_IN_A_PASS = 6;

/** Whether an alert is a test that a person asked for. */
export function isTestKind(kind: OutcomeKind): boolean {
  return kind === 'test-alert';
}

/** Whether problems are all tests. */
export function isTestOf(problems: readonly Pick<Problem, 'kind'>[]): boolean {
  return problems.length > 0 && problems.every(({ kind }) => isTestKind(kind));
}

/** So long alerts of the quiet lane wait for others of their kind. */
const QUIET_LANE_WAIT = minutes(5);
/** Messages of one critical cause, and of one critical kind, in an hour: more of a cause waits and is counted. */
const CRITICAL_OF_ONE_CAUSE = 3;
const CRITICAL_OF_ONE_KIND = 10;
/** Nothing waits longer than this for a pass in which critical problems leave room. */
const STARVED_AFTER = minutes(10);

/**
 * Whether a group is worth a message now: repetitions and the normal lane are, the quiet lane when it has waited.
 *
 * @param serverNow - The store's time: alerts were written by its clock.
 */
export function isOtherDue({ problem, waitsSince }: AlertGroup, serverNow: EpochMs): boolean {
  if (waitsSince === undefined || factsOf(problem.kind).lane === 'normal') return true;
  return serverNow - waitsSince >= QUIET_LANE_WAIT;
}

/**
 * Whether a critical group may be told now: at once, unless it is one cause coming again and again, or one kind. A cause
 * that was not told in the last hour never waits for others of its kind: it may be the real one. What more there is of a
 * condition is told after an hour at the earliest anyway, and its end as soon as its beginning was.
 */
export function isCriticalDue({ problem }: AlertGroup, memory: NotifyMemory, now: EpochMs): boolean {
  if (factsOf(problem.kind).lifetime === 'condition' && problem.phase !== 'new') return true;
  const ofCause = criticalLately(memory, now).filter(({ causeId }) => causeId === problem.causeId);
  if (ofCause.length === 0) return true;
  return ofCause.length < CRITICAL_OF_ONE_CAUSE && !isRushed(problem.kind, memory, now);
}

/** Whether a critical kind was told so often in an hour that its causes share a digest from now on. */
export function isRushed(kind: OutcomeKind, memory: NotifyMemory, now: EpochMs): boolean {
  const ofKind = criticalLately(memory, now).filter((one) => one.kind === kind);
  // A digest tells many causes in one message.
  return new Set(ofKind.map(({ at }) => at)).size >= CRITICAL_OF_ONE_KIND;
}

/** What to tell of what is critical: each problem by itself, or all in one digest. */
export function planCritical(
  { severity, tally }: SeveritySurvey,
  about: {
    readonly isDue: (group: AlertGroup) => boolean;
    /** Whether the kind of a group was told too often for messages of their own. */
    readonly isRushed: (group: AlertGroup) => boolean;
  },
): readonly PlannedMessage[] {
  if (tally.due === 0) return [];
  if (tally.problems > PROBLEMS_ONE_BY_ONE) return [{ kind: 'digest', severity }];
  const due = tally.top.filter(about.isDue);
  return due.length > 1 && due.some(about.isRushed) ? [{ kind: 'digest', severity }] : due.map(singleOf);
}

/** What to tell of the others, and whether more is to be told than people can follow. */
export function planOthers(request: {
  /** Most severe first. */
  readonly surveys: readonly SeveritySurvey[];
  readonly budget: Budget;
  /** How many messages this pass has sent already. */
  readonly sent: number;
  readonly now: EpochMs;
  /** The store's time. */
  readonly serverNow: EpochMs;
}): { readonly messages: readonly PlannedMessage[]; readonly isCrowded: boolean } {
  const { budget, now, surveys } = request;
  const due = surveys.filter(({ tally }) => tally.due > 0);
  const free = freeMessages(budget, now);
  const isRushOver = surveys.every(({ tally }) => tally.problems === 0) && isCalm(budget, now);
  const isCrowded = due.length > 0 && free === 0 ? true : budget.crowdedSince !== undefined && !isRushOver;
  const room = roomIn(request);
  if (isCrowded) {
    const timely = due.filter(({ severity }) => isDigestDue(budget, severity, now));
    return { messages: timely.slice(0, room).map(digestOf), isCrowded };
  }
  return { messages: planFew(due, Math.min(room, free)), isCrowded };
}

function planFew(due: readonly SeveritySurvey[], room: number): readonly PlannedMessage[] {
  const problems = due.reduce((sum, { tally }) => sum + tally.problems, 0);
  if (problems <= Math.min(PROBLEMS_ONE_BY_ONE, room)) return due.flatMap(({ tally }) => tally.top.map(singleOf));
  return due.slice(0, room).map(digestOf);
}

function roomIn({
  sent,
  serverNow,
  surveys,
}: {
  readonly sent: number;
  readonly serverNow: EpochMs;
  readonly surveys: readonly SeveritySurvey[];
}): number {
  const isStarved = surveys.some(
    ({ tally }) => tally.waitsSince !== undefined && serverNow - tally.waitsSince > STARVED_AFTER,
  );
  return Math.max(MESSAGES_IN_A_PASS - sent, isStarved ? 1 : 0);
}

function singleOf({ problem, waitsSince }: AlertGroup): PlannedMessage {
  const { causeId, phase, severity } = problem;
  return { kind: 'single', severity, causeId, phase, source: waitsSince === undefined ? 'memory' : 'outbox' };
}

function digestOf({ severity, tally }: SeveritySurvey): PlannedMessage {
  const [only] = tally.top;
  return tally.problems === 1 && only !== undefined ? singleOf(only) : { kind: 'digest', severity };
}
