import { nameOf } from '../digest.ts';
import { days, type EpochMs, isoOf } from '../time.ts';
import type { HoldLine } from './hold-line.ts';
import type { SweepId } from './sweep-id.ts';
import type { SweepOutcome } from './sweep-outcome.ts';

/**
 * What the owner of a hold is to be reminded of now: 7 and 1 days before its end, at its end, and every week after it.
 * A hold that was written late begins with the reminder of today.
 */
export function reminderOf(until: EpochMs, now: EpochMs): string | undefined {
  const left = until - now;
  if (left > days(7)) return undefined;
  if (left > days(1)) return 'ends-within-7-days';
  if (left >= 0) return 'ends-within-1-day';
  const weeks = Math.floor(-left / days(7));
  return weeks === 0 ? 'ended' : `ended-${String(weeks)}-weeks-ago`;
}

/** A reminder, and the name under which it is remembered that it was given. */
export interface HoldReminder {
  readonly name: string;
  readonly outcome: SweepOutcome;
}

/** The reminders of today for all hold lines, given already or not. */
export function holdReminders(lines: readonly HoldLine[], sweepId: SweepId, now: EpochMs): readonly HoldReminder[] {
  return lines.flatMap(({ file, line, owner, until }): HoldReminder[] => {
    if (until === undefined) return [];
    const reason = reminderOf(until, now);
    if (reason === undefined) return [];
    const inputs = { owner: owner === '' ? 'nobody named' : owner, until: isoOf(until) };
    const outcome = { kind: 'hold-ending' as const, sweepId, objectKey: file, line, reason, inputs };
    return [{ name: nameOf([file, String(line), isoOf(until), reason], 16), outcome }];
  });
}
