import fc from 'fast-check';
import { expect, test } from 'vitest';
import { budgetAt, freeMessages, maySend, NO_SENDS, withSend } from '../../../shared/core/notify/message-budget.ts';
import { epochMs } from '../../../shared/core/time.ts';
import { BUDGET_STATE } from '../../../shared/pipelines/notify/budget-state.ts';

const START = 1_767_225_600_000;

/** One wish to send, some time after the one before; a restart reads the budget back from its bytes. */
const WISH = fc.record({
  wait: fc.integer({ min: 0, max: 15_000 }),
  severity: fc.constantFrom('critical', 'warning', 'notice', 'info'),
  channel: fc.constantFrom('first', 'second'),
  isRestart: fc.boolean(),
  underWay: fc.integer({ min: 0, max: 8000 }),
});

test('no minute of a channel holds more than 18 messages or more than 12 that are not critical, restarts or not', () => {
  fc.assert(
    fc.property(fc.array(WISH, { minLength: 30, maxLength: 200 }), (wishes) => {
      let budget = NO_SENDS;
      let now = START;
      const arrived: { at: number; severity: string; channel: string }[] = [];
      for (const [index, { channel, isRestart, severity, underWay, wait }] of wishes.entries()) {
        now += wait;
        if (isRestart) budget = BUDGET_STATE.parse(BUDGET_STATE.format(budget)) ?? NO_SENDS;
        if (!maySend(budget, { channel, severity }, epochMs(now))) continue;
        budget = withSend(budget, { at: epochMs(now), id: index.toString(16).padStart(32, '0'), severity, channel });
        arrived.push({ at: now + underWay, severity, channel });
      }
      for (const { at, channel } of arrived) {
        const minute = arrived.filter((one) => one.channel === channel && one.at >= at && one.at < at + 60_000);
        expect(minute.length).toBeLessThanOrEqual(18);
        expect(minute.filter(({ severity }) => severity !== 'critical').length).toBeLessThanOrEqual(12);
      }
    }),
  );
});

test('six places of every minute are left for what is critical', () => {
  let budget = NO_SENDS;
  const now = epochMs(START);
  let sent = 0;
  for (let n = 0; n < 30; n += 1) {
    if (!maySend(budget, { channel: 'first', severity: 'warning' }, now)) continue;
    budget = withSend(budget, { at: now, id: n.toString(16).padStart(32, '0'), severity: 'warning', channel: 'first' });
    sent += 1;
  }
  expect(sent).toBe(12);
  expect(maySend(budget, { channel: 'first', severity: 'critical' }, now)).toBe(true);
  expect(maySend(budget, { channel: 'second', severity: 'warning' }, now)).toBe(true);
});

test('a message that is tried again counts once among what people read', () => {
  const id = '0'.repeat(32);
  let budget = NO_SENDS;
  for (let minute = 0; minute < 5; minute += 1) {
    budget = withSend(budget, { at: epochMs(START + minute * 60_000), id, severity: 'warning', channel: 'first' });
  }
  expect(freeMessages(budget, epochMs(START + 300_000))).toBe(2);
});

test('after a clock went back, sending goes on within two minutes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (back) => {
      let budget = NO_SENDS;
      for (let n = 0; n < 18; n += 1) {
        budget = withSend(budget, {
          at: epochMs(START),
          id: n.toString(16).padStart(32, '0'),
          severity: 'critical',
          channel: 'first',
        });
      }
      const now = START - back;
      budget = budgetAt(budget, epochMs(now));
      expect(maySend(budget, { channel: 'first', severity: 'critical' }, epochMs(now + 1))).toBe(false);
      expect(maySend(budget, { channel: 'first', severity: 'critical' }, epochMs(now + 120_000))).toBe(true);
    }),
  );
});
