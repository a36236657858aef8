import { isTestOf, type PlannedMessage, TESTS_IN_A_PASS } from '../../core/notify/message-plan.ts';
import { seconds } from '../../core/time.ts';
import { collect, type OpenMessage } from './collect.ts';
import { deliver } from './deliver.ts';
import type { Survey } from './survey.ts';
import { hasTime, type Teller } from './teller.ts';

/** With less time left no more messages are made. */
const TIME_TO_MAKE = seconds(20);

/** Whether a message is a test: what it tells has not happened. */
export function isTest({ record }: OpenMessage): boolean {
  return isTestOf(record.problems);
}

/**
 * Tells tests, one message each, after everything that is real: somebody waits for them and wants to see each of them.
 * They are bounded by what the robot takes, and by a number in a pass.
 *
 * @param given.unsent - Tests that are written down whole.
 * @param given.isQuiet - Only what is critical is told now.
 */
export async function drainTests(
  teller: Teller,
  surveys: readonly Survey[],
  { isQuiet, unsent }: { readonly unsent: readonly OpenMessage[]; readonly isQuiet: boolean },
): Promise<void> {
  let left = TESTS_IN_A_PASS;
  for (const open of unsent) {
    if (isQuiet && open.record.severity !== 'critical') continue;
    if (left === 0 || (await deliver(teller, open)) !== 'told') return;
    left -= 1;
  }
  for (const from of surveys) {
    if (isQuiet && from.severity !== 'critical') continue;
    for (const planned of testsIn(from)) {
      if (left === 0 || !hasTime(teller, TIME_TO_MAKE)) return;
      const open = await collect(teller, planned, from);
      if (open === undefined) continue;
      if ((await deliver(teller, open)) !== 'told') return;
      left -= 1;
    }
  }
}

function testsIn({ severity, tests }: Survey): readonly PlannedMessage[] {
  return tests.map((causeId) => ({ kind: 'single', severity, causeId, phase: 'new', source: 'outbox' }));
}
