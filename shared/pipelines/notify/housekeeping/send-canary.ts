import type { NotifyOutcome } from '../../../core/notify/notify-outcome.ts';
import { SPOOLED_OUTCOMES } from '../../../core/notify/outbox-layout.ts';
import { type LocalTime, localTimeOf } from '../../../core/notify/quiet-hours.ts';
import { recordOf } from '../../../core/outcome.ts';
import { ServiceFailure } from '../../../core/service-failure.ts';
import { HEARTBEAT_KEY } from '../../../core/sweep/sweep-layout.ts';
import { type EpochMs, epochMs, minutes } from '../../../core/time.ts';
import { createReporter } from '../../report.ts';
import type { PassFacts } from '../deps.ts';
import type { HousekeepingDeps } from './deps.ts';
import type { HousekeepingMemory } from './memory.ts';

const NINE_O_CLOCK = 9 * 60;
const MONDAY = 1;
const PAGE = 1000;

/**
 * Sends the canary once after 09:00 of its day: an alert through the whole way, which says what else was found. A day on
 * which no run came after 09:00 has none, and neither has the day on which the teller runs for the first time after it.
 */
export async function sendCanary(
  deps: HousekeepingDeps,
  memory: HousekeepingMemory,
  facts: PassFacts,
): Promise<HousekeepingMemory> {
  const { canary, timeZone } = deps.settings;
  const now = deps.clock.now();
  const local = localTimeOf(now, timeZone);
  if (canary === 'off' || local.minuteOfDay < NINE_O_CLOCK || memory.canaryDay === local.day) {
    return memory.canaryDay === undefined ? { ...memory, canaryDay: dayBefore(now, timeZone) } : memory;
  }
  const next = { ...memory, canaryDay: local.day };
  const isItsDay = canary === 'daily' || local.weekday === MONDAY;
  if (memory.canaryDay !== undefined && isItsDay) await send(deps, facts, local, now);
  return next;
}

function dayBefore(now: EpochMs, timeZone: string): string {
  return localTimeOf(epochMs(now - 24 * minutes(60)), timeZone).day;
}

async function send(deps: HousekeepingDeps, facts: PassFacts, local: LocalTime, now: EpochMs): Promise<void> {
  const [heartbeat, waiting] = await Promise.all([
    deps.store.list({ prefix: HEARTBEAT_KEY, limit: 1 }),
    deps.store.list({ prefix: SPOOLED_OUTCOMES, limit: PAGE }),
  ]);
  const found = {
    kind: 'canary',
    date: local.day,
    lastSweep: heartbeat.objects[0]?.lastModified,
    openProblems: facts.openConditions,
    batchesWaiting: waiting.objects.length,
    hasSecond: deps.hasSecondChannel,
  } as const;
  // Dated to nine o'clock: killed and begun again it writes the same alert, and one that comes late says so.
  const at = epochMs(Math.floor(now / minutes(1) - (local.minuteOfDay - NINE_O_CLOCK)) * minutes(1));
  const record = (logCode: string) => recordOf({ ...found, logCode } satisfies NotifyOutcome, at, deps.run);
  const taken = record('');
  const failure = await deps.log.append([taken]).then(() => undefined, failureOf);
  // The log store has had its say: the reporter is to leave the alert, and what was not taken, in the bucket.
  const log = { append: () => (failure === undefined ? Promise.resolve() : Promise.reject(failure)) };
  const { runLog, store } = deps;
  const said = failure === undefined ? taken : record(failure.facts.code);
  await createReporter({ store, log, runLog }).report([said]);
}

function failureOf(error: unknown): ServiceFailure {
  if (error instanceof ServiceFailure) return error;
  throw error;
}
