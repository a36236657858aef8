import type { AlertGroup } from '../../shared/core/notify/alert-groups.ts';
import type { NotifyMemory } from '../../shared/core/notify/condition-memory.ts';
import { type Budget, isThrottled } from '../../shared/core/notify/message-budget.ts';
import { isCriticalDue, isOtherDue, isTestKind } from '../../shared/core/notify/message-plan.ts';
import { isQuiet, isTimeZone, parseQuietHours } from '../../shared/core/notify/quiet-hours.ts';
import { type EpochMs, isoOf, plus } from '../../shared/core/time.ts';

/** What there is to know about why something is not told yet. */
export interface Circumstances {
  readonly budget: Budget;
  readonly memory: NotifyMemory;
  readonly now: EpochMs;
  readonly serverNow: EpochMs;
  /** `unknown`: a setting of `notify` that is not set where this command runs. */
  readonly quiet: 'yes' | 'no' | 'unknown';
}

/** Whether it is quiet now, as far as the settings are known here. */
export function quietNow(
  env: Readonly<Record<string, string | undefined>>,
  now: EpochMs,
): { readonly quiet: Circumstances['quiet'] } {
  const hours = parseQuietHours(env['MQTT_CERTS_QUIET_HOURS'] ?? '');
  if (hours === undefined) return { quiet: 'unknown' };
  const named = env['MQTT_CERTS_TIME_ZONE'] ?? '';
  return { quiet: isQuiet(hours, isTimeZone(named) ? named : 'Asia/Shanghai', now) ? 'yes' : 'no' };
}

/** Why a group waits, and for what. */
export function whyWaiting(group: AlertGroup, about: Circumstances): string {
  const { budget, memory, now, quiet, serverNow } = about;
  const isCritical = group.problem.severity === 'critical';
  const stuck = channelWords(budget, now);
  if (stuck !== undefined) return stuck;
  if (isCritical)
    return isCriticalDue(group, memory, now) ? 'next pass' : 'told often lately; counted until the hour is over';
  if (quiet === 'yes') return 'quiet hours';
  if (isTestKind(group.problem.kind)) return 'next pass';
  if (!isOtherDue(group, serverNow)) return 'collected for 5 minutes';
  if (budget.crowdedSince !== undefined) return `hourly digest (crowded since ${timeOf(budget.crowdedSince)})`;
  return 'next pass';
}

const SAID = { refused: 'refuses', silent: 'gives no answer', unsuitable: 'finds messages unsuitable' } as const;

/** What keeps the first channel from taking messages; `undefined` when nothing is known to. */
export function channelWords(budget: Budget, now: EpochMs): string | undefined {
  const { throttled, troubles } = budget;
  const trouble = troubles.first;
  if (trouble !== undefined && trouble.reason !== 'busy')
    return `the robot ${SAID[trouble.reason]} since ${timeOf(trouble.since)} (${trouble.code})`;
  if (throttled.first === undefined || !isThrottled(budget, 'first', now)) return undefined;
  return `the robot takes no more messages until ${timeOf(plus(throttled.first.since, throttled.first.retryAfter))}`;
}

/** A moment as the command line shows it, UTC to the minute. */
export function timeOf(moment: EpochMs): string {
  return `${isoOf(moment).slice(0, 16).replace('T', ' ')}Z`;
}
