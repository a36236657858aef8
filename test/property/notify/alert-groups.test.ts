import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AlertName, alertKey, type CauseId } from '../../../shared/core/alert-key.ts';
import { tallyOf } from '../../../shared/core/notify/alert-groups.ts';
import { NOTHING_KNOWN, type NotifyMemory, withEffects } from '../../../shared/core/notify/condition-memory.ts';
import { judgeAlert } from '../../../shared/core/notify/judge-alert.ts';
import { conditionsToTell, unreportedConditions } from '../../../shared/core/notify/lasting-conditions.ts';
import type { EventId } from '../../../shared/core/outcome-record.ts';
import type { OutcomeKind } from '../../../shared/core/outcome-table.ts';
import { epochMs, minutes } from '../../../shared/core/time.ts';

const START = 1_767_225_600_000;
const HOUR = 3_600_000;

const ALERT = fc.record({
  kind: fc.constantFrom<OutcomeKind>('pair-rejected', 'registration-blocked', 'device-inactive'),
  cause: fc.integer({ min: 0, max: 30 }),
  event: fc.integer({ min: 0, max: 500 }),
  late: fc.integer({ min: 0, max: 1000 }),
});

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

function nameOf({
  cause,
  event,
  kind,
  late,
}: {
  cause: number;
  event: number;
  kind: OutcomeKind;
  late: number;
}): AlertName {
  const causeId: CauseId = `${kind}.${hex(cause, 16)}`;
  const eventId = hex(event * 1000 + cause, 32) as EventId;
  return { severity: 'warning', causeId, kind, at: epochMs(START + late), eventId, isEnd: false };
}

const listed = (names: readonly AlertName[]) =>
  names.map((name) => ({ name, key: alertKey(name), writtenAt: name.at })).sort((a, b) => (a.key < b.key ? -1 : 1));

test('every event of a listing is counted once, in a group or in the rest', () => {
  fc.assert(
    fc.property(fc.array(ALERT, { maxLength: 300 }), fc.integer({ min: 1, max: 12 }), (alerts, groups) => {
      const names = alerts.map(nameOf);
      const tally = tallyOf({ memory: NOTHING_KNOWN, now: epochMs(START), groups, isDue: () => true });
      for (const alert of listed(names)) tally.add(alert);
      const { due, problems, rest, top } = tally.finish();
      const events = new Set(names.map(({ causeId, eventId }) => `${causeId} ${eventId}`));
      const causes = new Set(names.map(({ causeId }) => causeId));
      expect(top.reduce((sum, { problem }) => sum + problem.count, rest.events)).toBe(events.size);
      expect(top.length + rest.problems).toBe(causes.size);
      expect([problems, due]).toEqual([causes.size, causes.size]);
      expect(top.length).toBe(Math.min(groups, causes.size));
    }),
  );
});

test('over any course of time every event of a condition is told or counted in exactly one telling', () => {
  const step = fc.record({
    wait: fc.integer({ min: 60_000, max: 8 * HOUR }),
    alerts: fc.array(ALERT, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let memory: NotifyMemory = NOTHING_KNOWN;
      let now = START;
      let id = 0;
      let told = 0;
      let event = 0;
      const once = (effects: Parameters<typeof withEffects>[2]): void => {
        id += 1;
        memory = withEffects(memory, hex(id, 32), effects, epochMs(now));
        const again = withEffects(memory, hex(id, 32), effects, epochMs(now + 1));
        expect(again).toBe(memory); // a second time changes nothing
      };
      const pass = (names: readonly AlertName[]): void => {
        const tally = tallyOf({ memory, now: epochMs(now), groups: 100, isDue: () => true });
        for (const alert of listed(names)) {
          const verdict = judgeAlert(memory, alert.name, epochMs(now));
          if (verdict === 'tell') tally.add(alert);
          if (verdict !== 'count') continue;
          const { at, causeId, eventId, kind, severity } = alert.name;
          const effect = {
            causeId,
            kind,
            severity,
            change: 'counted',
            firstAt: at,
            lastAt: at,
            count: 1,
            events: [eventId],
          } as const;
          once({ told: [], critical: [], conditions: [{ ...effect, sample: undefined }], proofs: [] });
        }
        for (const known of conditionsToTell(memory, epochMs(now), minutes(10))) tally.addRemembered(known);
        const { effects, rest, top } = tally.finish();
        told += top.reduce((sum, { problem }) => sum + problem.count, rest.events);
        if (top.length > 0) once(effects);
      };
      for (const { alerts, wait } of steps) {
        now += wait;
        pass(
          alerts.map((alert) => {
            event += 1;
            return nameOf({ ...alert, kind: 'device-inactive', event, late: now - START });
          }),
        );
      }
      for (let hour = 0; hour < 60; hour += 1) {
        now += HOUR;
        pass([]);
      }
      expect(told).toBe(event);
      expect([...memory.conditions.values()].every(({ untold }) => untold === 0)).toBe(true);
      expect(unreportedConditions(memory, epochMs(now), minutes(10))).toHaveLength(memory.conditions.size);
    }),
    { numRuns: 50 },
  );
});
