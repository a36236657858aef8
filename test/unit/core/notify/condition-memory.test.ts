import { expect, test } from 'vitest';
import type { CauseId } from '../../../../shared/core/alert-key.ts';
import {
  type ConditionEffect,
  NOTHING_KNOWN,
  type NotifyMemory,
  withEffects,
} from '../../../../shared/core/notify/condition-memory.ts';
import { judgeAlert } from '../../../../shared/core/notify/judge-alert.ts';
import { conditionsToTell, unreportedConditions } from '../../../../shared/core/notify/lasting-conditions.ts';
import type { EventId } from '../../../../shared/core/outcome-record.ts';
import type { OutcomeKind } from '../../../../shared/core/outcome-table.ts';
import { epochMs, hours, minutes } from '../../../../shared/core/time.ts';

const START = 1_767_225_600_000;
const HOUR = 3_600_000;
const INTERVAL = minutes(10);

const at = (hour: number) => epochMs(START + hour * HOUR);
const causeOf = (kind: OutcomeKind, n = 1): CauseId => `${kind}.${n.toString(16).padStart(16, '0')}`;
const eventOf = (n: number) => n.toString(16).padStart(32, '0') as EventId;

let messages = 0;

function changed(memory: NotifyMemory, hour: number, effect: Partial<ConditionEffect> & { kind: OutcomeKind }) {
  messages += 1;
  const whole: ConditionEffect = {
    ...{ causeId: causeOf(effect.kind), severity: 'warning', change: 'told', count: 1, events: [eventOf(messages)] },
    ...{ firstAt: at(hour), lastAt: at(hour), sample: undefined },
    ...effect,
  };
  const effects = { told: [], critical: [], conditions: [whole], proofs: [] };
  return withEffects(memory, messages.toString(16).padStart(32, '0'), effects, at(hour));
}

const unreported = (memory: NotifyMemory, hour: number, interval = INTERVAL): readonly string[] =>
  unreportedConditions(memory, at(hour), interval).map(({ kind }) => kind);

test('what is reported once a day is not given up before two sweeps could have reported it, however rare they are', () => {
  const memory = changed(NOTHING_KNOWN, 0, { kind: 'ca-inactive' });
  expect(unreported(memory, 26)).toEqual([]);
  expect(unreported(memory, 26.1)).toEqual(['ca-inactive']);
  expect(unreported(memory, 48, hours(12))).toEqual([]);
  expect(unreported(memory, 48.1, hours(12))).toEqual(['ca-inactive']);
});

test.each(['sweep-overdue', 'service-silent'] as const)(
  'nothing that a sweep reports is given up while %s lasts, nor before the sweep could report it again',
  (kind) => {
    let memory = changed(NOTHING_KNOWN, 0, { kind: 'ca-inactive' });
    memory = changed(memory, 0, { kind: 'registration-blocked' });
    memory = changed(memory, 20, { kind });
    expect(unreported(memory, 30)).toEqual(['registration-blocked']);
    memory = changed(memory, 40, { kind, change: 'ended' });
    expect(unreported(memory, 66)).toEqual(['registration-blocked']);
    expect(unreported(memory, 66.1)).toEqual(['ca-inactive', 'registration-blocked']);
  },
);

test('what keeps a sweep from reporting is itself given up when nobody reports it', () => {
  const memory = changed(NOTHING_KNOWN, 0, { kind: 'service-silent' });
  expect(unreported(memory, 27)).toEqual(['service-silent']);
});

test('a condition is repeated after a day only while it is still reported', () => {
  const memory = changed(NOTHING_KNOWN, 0, { kind: 'ca-inactive' });
  const repeated = (hour: number, interval = INTERVAL): number => conditionsToTell(memory, at(hour), interval).length;
  expect([repeated(23.9), repeated(24), repeated(26), repeated(26.1)]).toEqual([0, 1, 1, 0]);
  expect(repeated(48, hours(12))).toBe(1);
});

test('two hundred events of a condition are known again, and only new ones are told, at most once an hour', () => {
  const events = Array.from({ length: 200 }, (_, n) => eventOf(n + 1000));
  const memory = changed(NOTHING_KNOWN, 0, { kind: 'registration-blocked', events, count: 200 });
  const verdict = (n: number, hour: number): string => {
    const alert = { severity: 'warning', kind: 'registration-blocked', eventId: eventOf(n), isEnd: false } as const;
    return judgeAlert(memory, { ...alert, causeId: causeOf('registration-blocked'), at: at(hour) }, at(hour));
  };
  expect([verdict(1000, 5), verdict(1199, 5)]).toEqual(['repeated', 'repeated']);
  expect([verdict(1, 0.9), verdict(1, 1)]).toEqual(['count', 'tell']);
});

test('the events of all conditions together do not grow without end', () => {
  let memory = NOTHING_KNOWN;
  for (let n = 0; n < 1000; n += 1) {
    const events = Array.from({ length: 200 }, (_, event) => eventOf(n * 1000 + event));
    memory = changed(memory, 0, { kind: 'ca-inactive', causeId: causeOf('ca-inactive', n), events, count: 200 });
  }
  const kept = [...memory.conditions.values()].map((known) => known.events.length);
  expect(kept.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(50_000);
  expect(Math.min(...kept)).toBeGreaterThanOrEqual(16);
});
