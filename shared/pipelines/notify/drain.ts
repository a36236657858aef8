import { ALERTS, SEVERITIES } from '../../core/alert-key.ts';
import type { AlertGroup } from '../../core/notify/alert-groups.ts';
import { isRushed, type PlannedMessage, planCritical, planOthers } from '../../core/notify/message-plan.ts';
import { isQuiet } from '../../core/notify/quiet-hours.ts';
import type { Severity } from '../../core/outcome-table.ts';
import { seconds } from '../../core/time.ts';
import type { ObjectPage } from '../../ports/object-store.ts';
import { isStrange, overviewOf } from './alert-pages.ts';
import { collect, type OpenMessage } from './collect.ts';
import { deliver } from './deliver.ts';
import { park } from './park.ts';
import { clearUnmatchedEnds, type Survey, survey } from './survey.ts';
import { hasTime, type Teller } from './teller.ts';

const OTHERS = ['warning', 'notice', 'info'] as const satisfies readonly Severity[];
/** With less time left nothing more is looked at: what was seen can still be told. */
const TIME_TO_LOOK = seconds(30);
/** With less time left no more messages are made. */
const TIME_TO_MAKE = seconds(20);

/** How far a part of the draining came. */
interface Drained {
  readonly sent: number;
  readonly surveys: readonly Survey[];
}

/** What is left to do once the messages of earlier runs are on their way. */
interface Resumed {
  readonly sent: number;
  /** Whether messages of this sort had to stay: what they cover still lies in the outbox and must not be told twice. */
  readonly isCriticalStuck: boolean;
  readonly areOthersStuck: boolean;
}

/**
 * Tells what waits: first what earlier runs left unsent, then what is critical, whatever the hour, then the others as fast
 * as people can follow.
 *
 * @param unsent - Messages that are written down whole, oldest first.
 * @returns Whether everything that waits was looked at.
 */
export async function drain(teller: Teller, unsent: readonly OpenMessage[]): Promise<boolean> {
  const resumed = await resume(teller, unsent);
  // Only now: what those messages covered is gone.
  const overview = await overviewOf(teller.deps.store);
  const critical = resumed.isCriticalStuck ? NOTHING : await drainCritical(teller, overview);
  const sent = resumed.sent + critical.sent;
  const others = resumed.areOthersStuck ? NOTHING : await drainOthers(teller, overview, sent);
  const surveys = [...critical.surveys, ...others.surveys];
  const isAllSeen = surveys.length === 1 + OTHERS.length && surveys.every(({ isWhole }) => isWhole);
  if (isAllSeen) await clearUnmatchedEnds(teller, surveys);
  if (overview !== undefined) await parkStrangers(teller, overview);
  return isAllSeen;
}

/** What lies under no severity is seen by no survey. */
async function parkStrangers(teller: Teller, overview: ObjectPage): Promise<void> {
  const isKnown = (key: string): boolean => SEVERITIES.some((severity) => key.startsWith(`${ALERTS}${severity}/`));
  const strangers = overview.objects.filter((object) => !isKnown(object.key) && isStrange(object, overview));
  for (const object of strangers) await park(teller, object, 'unreadable-name');
}

const NOTHING: Drained = { sent: 0, surveys: [] };

async function resume(teller: Teller, unsent: readonly OpenMessage[]): Promise<Resumed> {
  const isCritical = ({ record }: OpenMessage): boolean => record.severity === 'critical';
  const critical = unsent.filter(isCritical);
  const others = unsent.filter((open) => !isCritical(open));
  const criticalSent = await deliverAll(teller, critical);
  const othersSent = isHeldBack(teller) ? 0 : await deliverAll(teller, others);
  return {
    sent: criticalSent + othersSent,
    isCriticalStuck: criticalSent < critical.length,
    areOthersStuck: othersSent < others.length,
  };
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

/** Sends messages in their order, up to the first that has to stay; how many were sent. */
async function deliverAll(teller: Teller, messages: readonly OpenMessage[]): Promise<number> {
  let sent = 0;
  for (const open of messages) {
    if ((await deliver(teller, open)) === 'stays') break;
    sent += 1;
  }
  return sent;
}

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
    if ((await deliver(teller, open)) === 'stays') break;
    sent += 1;
  }
  return sent;
}
