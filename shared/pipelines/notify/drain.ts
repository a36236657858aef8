import { ALERTS, SEVERITIES } from '../../core/alert-key.ts';
import type { AlertGroup } from '../../core/notify/alert-groups.ts';
import { lastTryOf } from '../../core/notify/channel-health.ts';
import { isRushed, type PlannedMessage, planCritical, planOthers } from '../../core/notify/message-plan.ts';
import { isQuiet } from '../../core/notify/quiet-hours.ts';
import type { Severity } from '../../core/outcome-table.ts';
import { seconds } from '../../core/time.ts';
import type { ObjectPage } from '../../ports/object-store.ts';
import { isStrange, overviewOf } from './alert-pages.ts';
import { collect, type OpenMessage } from './collect.ts';
import { coverAll } from './cover.ts';
import { deliver } from './deliver.ts';
import { drainTests, isTest } from './drain-tests.ts';
import { park } from './park.ts';
import { clearUnmatchedEnds, type Survey, survey } from './survey.ts';
import { hasTime, type Teller } from './teller.ts';

const OTHERS = ['warning', 'notice', 'info'] as const satisfies readonly Severity[];
/** With less time left nothing more is looked at: what was seen can still be told. */
const TIME_TO_LOOK = seconds(30);
/** With less time left no more messages are made. */
const TIME_TO_MAKE = seconds(20);

/** With so many messages that no channel takes, no more are made: it is the channel. */
const MOST_CRITICAL_OPEN = 3;
const MOST_OTHERS_OPEN = 2;

/** How far a part of the draining came. */
interface Drained {
  readonly sent: number;
  readonly surveys: readonly Survey[];
}

/** How far the messages of earlier runs came. */
interface Resumed {
  readonly sent: number;
  /** What could not be sent, the first of them because no channel took it, or because there is none now. */
  readonly left: readonly OpenMessage[];
  readonly hasToWait: boolean;
}

/**
 * Tells what waits: first what earlier runs left unsent, then what is critical, whatever the hour, then the others as fast
 * as people can follow. A message that no channel takes is no reason to hold back the others: what passes beside it shows
 * whether it is at fault itself.
 *
 * @param unsent - Messages that are written down whole.
 * @returns Whether everything that waits was looked at.
 */
export async function drain(teller: Teller, unsent: readonly OpenMessage[]): Promise<boolean> {
  const tests = unsent.filter(isTest);
  const inTurn = inTheirTurn(
    teller,
    unsent.filter((open) => !isTest(open)),
  );
  const before = await resume(teller, inTurn.filter(isCritical));
  const beforeOthers = await resumeOthers(
    teller,
    inTurn.filter((open) => !isCritical(open)),
  );
  const left = [...before.left, ...beforeOthers.left];
  const isCovered = await coverAll(teller, [...left, ...tests]);
  // Only now: what the messages that were sent covered is gone.
  const overview = await overviewOf(teller.deps.store);
  const mayMake = ({ hasToWait, left: own }: Resumed, most: number): boolean =>
    isCovered && !hasToWait && own.length < most;
  const critical = mayMake(before, MOST_CRITICAL_OPEN) ? await drainCritical(teller, overview) : NOTHING;
  const sent = before.sent + beforeOthers.sent + critical.sent;
  const others = mayMake(beforeOthers, MOST_OTHERS_OPEN) ? await drainOthers(teller, overview, sent) : NOTHING;
  await resumeRest(teller, isHeldBack(teller) ? before.left : left);
  const surveys = [...critical.surveys, ...others.surveys];
  await drainTests(teller, surveys, { unsent: tests, isQuiet: isHeldBack(teller) });
  const isAllSeen = surveys.length === 1 + OTHERS.length && surveys.every(({ isWhole }) => isWhole);
  if (isAllSeen) await clearUnmatchedEnds(teller, surveys);
  if (overview !== undefined) await parkStrangers(teller, overview);
  return isAllSeen;
}

function isCritical({ record }: OpenMessage): boolean {
  return record.severity === 'critical';
}

/** Those that were not tried yet, then the one whose last try is longest ago: each has its turn. */
function inTheirTurn({ budget }: Teller, unsent: readonly OpenMessage[]): readonly OpenMessage[] {
  const lastTry = ({ record }: OpenMessage): number => lastTryOf(budget.get(), record.id) ?? 0;
  return [...unsent].sort((a, b) => lastTry(a) - lastTry(b));
}

/** What lies under no severity is seen by no survey. */
async function parkStrangers(teller: Teller, overview: ObjectPage): Promise<void> {
  const isKnown = (key: string): boolean => SEVERITIES.some((severity) => key.startsWith(`${ALERTS}${severity}/`));
  const strangers = overview.objects.filter((object) => !isKnown(object.key) && isStrange(object, overview));
  for (const object of strangers) await park(teller, object, 'unreadable-name');
}

const NOTHING: Drained = { sent: 0, surveys: [] };

/** Sends messages in their order, up to the first that has to stay. */
async function resume(teller: Teller, messages: readonly OpenMessage[]): Promise<Resumed> {
  for (const [sent, open] of messages.entries()) {
    const delivered = await deliver(teller, open);
    if (delivered !== 'told') return { sent, left: messages.slice(sent), hasToWait: delivered === 'waits' };
  }
  return { sent: messages.length, left: [], hasToWait: false };
}

async function resumeOthers(teller: Teller, messages: readonly OpenMessage[]): Promise<Resumed> {
  return isHeldBack(teller) ? { sent: 0, left: messages, hasToWait: false } : resume(teller, messages);
}

/** What stood behind a message that failed, now that others had their turn. */
async function resumeRest(teller: Teller, left: readonly OpenMessage[]): Promise<void> {
  for (const open of left) {
    if (teller.attempts.hadTurn(open.record.id)) continue;
    if ((await deliver(teller, open)) === 'waits') return;
  }
}

function isHeldBack({ deps }: Teller): boolean {
  return isQuiet(deps.settings.quietHours, deps.settings.timeZone, deps.clock.now());
}

async function drainCritical(teller: Teller, overview: ObjectPage | undefined): Promise<Drained> {
  if (!hasTime(teller, TIME_TO_LOOK)) return NOTHING;
  const seen = await survey(teller, 'critical', overview);
  const isRushedNow = ({ problem }: AlertGroup): boolean =>
    isRushed(problem.kind, teller.memory.get(), teller.deps.clock.now());
  const planned = planCritical(seen, { isDue: seen.isDue, isRushed: isRushedNow });
  const sent = await makeAndDeliver(teller, planned, [seen]);
  return { sent, surveys: [seen] };
}

async function drainOthers(teller: Teller, overview: ObjectPage | undefined, sent: number): Promise<Drained> {
  const { budget, deps } = teller;
  const surveys: Survey[] = [];
  for (const severity of OTHERS) {
    if (!hasTime(teller, TIME_TO_LOOK)) break;
    surveys.push(await survey(teller, severity, overview));
  }
  // In the quiet hours only what need not be told is cleared away.
  if (isHeldBack(teller)) return { sent: 0, surveys };
  const now = deps.clock.now();
  const serverNow = surveys[0]?.serverNow ?? now;
  const { isCrowded, messages } = planOthers({ surveys, budget: budget.get(), sent, now, serverNow });
  const wasCrowded = budget.get().crowdedSince !== undefined;
  if (isCrowded !== wasCrowded) await budget.set({ ...budget.get(), crowdedSince: isCrowded ? now : undefined });
  return { sent: await makeAndDeliver(teller, messages, surveys), surveys };
}

/** Makes messages and sends them; how many were sent. */
async function makeAndDeliver(
  teller: Teller,
  planned: readonly PlannedMessage[],
  surveys: readonly Survey[],
): Promise<number> {
  let sent = 0;
  for (const message of planned) {
    const from = surveys.find(({ severity }) => severity === message.severity);
    if (from === undefined || !hasTime(teller, TIME_TO_MAKE)) break;
    const open = await collect(teller, message, from);
    if (open === undefined) continue;
    const delivered = await deliver(teller, open);
    if (delivered === 'waits') break;
    if (delivered === 'told') sent += 1;
  }
  return sent;
}
