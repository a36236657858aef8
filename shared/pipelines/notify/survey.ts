import { ALERTS, type CauseId } from '../../core/alert-key.ts';
import { type AlertGroup, type ListedAlert, type Tally, tallyOf } from '../../core/notify/alert-groups.ts';
import { conditionsToTell } from '../../core/notify/lasting-conditions.ts';
import { isCriticalDue, isOtherDue, isTestKind, PROBLEMS_ONE_BY_ONE } from '../../core/notify/message-plan.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import { factsOf, type Severity } from '../../core/outcome-table.ts';
import { type EpochMs, seconds } from '../../core/time.ts';
import type { ObjectPage } from '../../ports/object-store.ts';
import { type Absorber, absorber } from './absorb.ts';
import { alertPages, readPage } from './alert-pages.ts';
import { alertJudge, muteOfKnown } from './judge.ts';
import { park } from './park.ts';
import { hasTime, type Teller } from './teller.ts';

/** What waits to be told of one severity. */
export interface Survey {
  readonly severity: Severity;
  readonly tally: Tally;
  /** Whether a group of it is worth a message now. */
  readonly isDue: (group: AlertGroup) => boolean;
  /** Everything that is to be told, when it is on one page: it need not be listed again. */
  readonly onlyPage: ObjectPage | undefined;
  /** The store's time when it began. */
  readonly serverNow: EpochMs;
  /** There was time to see everything. */
  readonly isWhole: boolean;
  /** Ends of what was not told, to be cleared away unless their beginning turns up. */
  readonly unmatchedEnds: readonly ListedAlert[];
  /** Tests that people asked for: told one by one, and part of no sum. */
  readonly tests: readonly CauseId[];
}

/** With less time than this left, looking around ends: what was seen is still to be told. */
const TIME_TO_TELL = seconds(30);
const UNMATCHED_KEPT = 1000;
const STRANGE_KEPT = 100;
const TESTS_KEPT = 100;

/**
 * Looks through the alerts of one severity. What need not be told is cleared away on the way; of the rest only sums are
 * kept, so that a hundred thousand of them take no more memory than ten.
 */
export async function survey(teller: Teller, severity: Severity, overview: ObjectPage | undefined): Promise<Survey> {
  const look = beginLook(teller, severity);
  for await (const page of alertPages(teller.deps.store, `${ALERTS}${severity}/`, overview)) {
    await look.page(page);
    if (!hasTime(teller, TIME_TO_TELL)) break;
  }
  return look.finish();
}

interface Look {
  readonly page: (page: ObjectPage) => Promise<void>;
  readonly finish: () => Promise<Survey>;
}

function beginLook(teller: Teller, severity: Severity): Look {
  const judge = alertJudge(teller);
  const clearing: Absorber = absorber(teller, severity);
  const unmatchedEnds: ListedAlert[] = [];
  const strange: ObjectVersion[] = [];
  const tests = new Set<CauseId>();
  const seen = { pages: 0, page: undefined as ObjectPage | undefined };
  // Of the first page: a message is made from what is left of it, and must not tell what is cleared away.
  const cleared = new Set<ObjectKey>();
  const isDue = (group: AlertGroup): boolean => isDueNow(teller, group, seen.page?.serverNow);
  const now = teller.deps.clock.now();
  const tally = tallyOf({ memory: teller.memory.get(), now, groups: PROBLEMS_ONE_BY_ONE, isDue });

  const look = async (alert: ListedAlert): Promise<void> => {
    const judgement = await judge(alert);
    if (judgement.kind === 'tell' && isTestKind(alert.name.kind)) {
      if (tests.size < TESTS_KEPT) tests.add(alert.name.causeId);
    } else if (judgement.kind === 'tell') {
      const { causeId, isEnd, kind } = alert.name;
      if (!isEnd && factsOf(kind).lifetime === 'condition') teller.pendingBegins.add(causeId);
      tally.add(alert);
    } else if (judgement.kind === 'unmatched-end') {
      if (unmatchedEnds.length < UNMATCHED_KEPT) unmatchedEnds.push(alert);
    } else if (judgement.kind !== 'wait') {
      if (seen.pages === 1) cleared.add(alert.key);
      await clearing.add(alert, judgement);
    }
  };

  return {
    page: async (page) => {
      seen.pages += 1;
      seen.page = page;
      const { alerts, strange: others } = readPage(page);
      strange.push(...others.slice(0, STRANGE_KEPT - strange.length));
      for (const alert of alerts) await look(alert);
    },
    finish: async () => {
      await clearing.finish();
      for (const object of strange) await park(teller, object, 'unreadable-name');
      for (const known of rememberedProblems(teller, severity)) tally.addRemembered(known);
      const last = seen.page;
      return {
        ...{ severity, tally: tally.finish(), isDue, unmatchedEnds, tests: [...tests] },
        onlyPage:
          seen.pages === 1 && last !== undefined && last.next === undefined ? without(last, cleared) : undefined,
        serverNow: last?.serverNow ?? teller.deps.clock.now(),
        isWhole: last?.next === undefined,
      };
    },
  };
}

function without(page: ObjectPage, keys: ReadonlySet<ObjectKey>): ObjectPage {
  return { ...page, objects: page.objects.filter(({ key }) => !keys.has(key)) };
}

function isDueNow(teller: Teller, group: AlertGroup, serverNow: EpochMs | undefined): boolean {
  const now = teller.deps.clock.now();
  if (group.problem.severity === 'critical') return isCriticalDue(group, teller.memory.get(), now);
  return isOtherDue(group, serverNow ?? now);
}

/** What is to be told of a severity although no alert of it waits. */
export function rememberedProblems(teller: Teller, severity: Severity): ReturnType<typeof conditionsToTell> {
  const { clock, settings } = teller.deps;
  return conditionsToTell(teller.memory.get(), clock.now(), settings.sweepInterval).filter(
    (known) =>
      known.severity === severity &&
      muteOfKnown(teller, known) === undefined &&
      !teller.pendingBegins.mayHave(known.causeId),
  );
}

/** Clears away the ends of what nobody was told of; everything was looked at, so no unseen beginning of theirs waits. */
export async function clearUnmatchedEnds(teller: Teller, surveys: readonly Survey[]): Promise<void> {
  for (const { severity, unmatchedEnds } of surveys) {
    const clearing = absorber(teller, severity);
    for (const alert of unmatchedEnds) {
      if (!teller.pendingBegins.mayHave(alert.name.causeId)) await clearing.add(alert, { kind: 'unmatched-end' });
    }
    await clearing.finish();
  }
}
