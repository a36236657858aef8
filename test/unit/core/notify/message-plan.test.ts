import { expect, test } from 'vitest';
import type { CauseId } from '../../../../shared/core/alert-key.ts';
import type { AlertGroup } from '../../../../shared/core/notify/alert-groups.ts';
import { NOTHING_KNOWN, type NotifyMemory, type ToldCause } from '../../../../shared/core/notify/condition-memory.ts';
import { type Budget, NO_SENDS, withSend } from '../../../../shared/core/notify/message-budget.ts';
import {
  isCriticalDue,
  isOtherDue,
  planCritical,
  planOthers,
  type SeveritySurvey,
} from '../../../../shared/core/notify/message-plan.ts';
import type { Severity } from '../../../../shared/core/outcome-table.ts';
import { epochMs } from '../../../../shared/core/time.ts';

const NOW = 1_767_225_600_000;
const MINUTE = 60_000;

function group(severity: Severity, n: number, waited = MINUTE): AlertGroup {
  const causeId: CauseId = `pair-rejected.${n.toString(16).padStart(16, '0')}`;
  const moment = epochMs(NOW - waited);
  return {
    problem: {
      ...{ causeId, kind: 'pair-rejected', severity, count: 1 },
      ...{ firstAt: moment, lastAt: moment, since: moment, phase: 'new' },
    },
    sampleKeys: [],
    waitsSince: moment,
  };
}

function survey(severity: Severity, problems: number, due = problems, waited = MINUTE): SeveritySurvey {
  const top = Array.from({ length: Math.min(problems, 3) }, (_, n) => group(severity, n, waited));
  return { severity, tally: { problems, due, top, waitsSince: problems > 0 ? epochMs(NOW - waited) : undefined } };
}

function told(severity: Severity, minutesAgo: number, budget: Budget = NO_SENDS): Budget {
  const id = minutesAgo.toString(16).padStart(32, '0');
  return withSend(budget, { at: epochMs(NOW - minutesAgo * MINUTE), id, severity, channel: 'first' });
}

function planned(surveys: readonly SeveritySurvey[], budget: Budget = NO_SENDS, sent = 0) {
  const plan = planOthers({ surveys, budget, sent, now: epochMs(NOW), serverNow: epochMs(NOW) });
  return { ...plan, messages: plan.messages.map(({ kind, severity }) => `${kind} ${severity}`) };
}

test('up to three problems are told one by one, more in a digest for each severity', () => {
  expect(planned([survey('warning', 2), survey('notice', 1)]).messages).toEqual([
    ...['single warning', 'single warning', 'single notice'],
  ]);
  expect(planned([survey('warning', 3), survey('notice', 1)]).messages).toEqual(['digest warning', 'single notice']);
  expect(planned([survey('warning', 900), survey('notice', 7), survey('info', 2)]).messages).toEqual([
    ...['digest warning', 'digest notice', 'digest info'],
  ]);
});

test('nothing is told while only the quiet lane waits, and all of a severity with the first that is due', () => {
  expect(planned([survey('notice', 2, 0)]).messages).toEqual([]);
  expect(planned([survey('notice', 2, 1)]).messages).toEqual(['single notice', 'single notice']);
  const quiet = {
    ...group('notice', 1, 299_999),
    problem: { ...group('notice', 1).problem, kind: 'ca-registered' as const },
  };
  expect(isOtherDue(quiet, epochMs(NOW))).toBe(false);
  expect(isOtherDue({ ...quiet, waitsSince: epochMs(NOW - 300_000) }, epochMs(NOW))).toBe(true);
});

test('three messages in ten minutes, then a digest of each severity once an hour until the rush is over', () => {
  const three = told('warning', 1, told('warning', 5, told('warning', 9)));
  expect(planned([survey('warning', 1)], three)).toEqual({ messages: [], isCrowded: true });
  expect(planned([survey('warning', 1), survey('notice', 4)], three).messages).toEqual(['digest notice']);
  const crowded: Budget = { ...told('warning', 59), crowdedSince: epochMs(NOW - 59 * MINUTE) };
  expect(planned([survey('warning', 9)], crowded)).toEqual({ messages: [], isCrowded: true });
  const hourAgo: Budget = { ...NO_SENDS, crowdedSince: epochMs(NOW - 61 * MINUTE) };
  expect(planned([survey('warning', 9)], hourAgo)).toEqual({ messages: ['digest warning'], isCrowded: true });
  expect(planned([survey('warning', 0)], crowded)).toEqual({ messages: [], isCrowded: false });
  expect(planned([survey('warning', 0)], { ...told('warning', 9), crowdedSince: epochMs(NOW) }).isCrowded).toBe(true);
});

test('what is critical leaves room for three messages in a pass altogether, but starves nobody', () => {
  expect(planned([survey('warning', 9), survey('notice', 9)], NO_SENDS, 2).messages).toEqual(['digest warning']);
  expect(planned([survey('warning', 9)], NO_SENDS, 3).messages).toEqual([]);
  expect(planned([survey('warning', 9, 9, 11 * MINUTE)], NO_SENDS, 3).messages).toEqual(['digest warning']);
  const calm = { isDue: () => true, isRushed: () => false };
  expect(planCritical(survey('critical', 3), calm)).toHaveLength(3);
  expect(planCritical(survey('critical', 4), calm)).toEqual([{ kind: 'digest', severity: 'critical' }]);
  expect(planCritical(survey('critical', 4, 0), calm)).toEqual([]);
});

function toldBefore(times: number, of: Partial<ToldCause> = {}): NotifyMemory {
  const { causeId, kind } = group('critical', 1).problem;
  const critical = Array.from({ length: times }, (_, n) => ({ causeId, kind, at: epochMs(NOW - n * MINUTE), ...of }));
  return { ...NOTHING_KNOWN, critical };
}

test('a critical cause is told three times in an hour, and a kind ten times, but a cause not told yet at once', () => {
  const isDue = (memory: NotifyMemory): boolean => isCriticalDue(group('critical', 1), memory, epochMs(NOW));
  const other: CauseId = 'pair-rejected.000000000000beef';
  expect(isDue(toldBefore(2))).toBe(true);
  expect(isDue(toldBefore(3))).toBe(false);
  expect(isDue(toldBefore(3, { at: epochMs(NOW - 60 * MINUTE) }))).toBe(true);
  const ten = toldBefore(10, { causeId: other }).critical;
  expect(isDue({ ...NOTHING_KNOWN, critical: ten })).toBe(true);
  expect(isDue({ ...NOTHING_KNOWN, critical: [...ten, ...toldBefore(1).critical] })).toBe(false);
  expect(isDue({ ...NOTHING_KNOWN, critical: [...ten.slice(2), ...toldBefore(1).critical] })).toBe(true);
});

test('several causes of a critical kind that was told ten times in an hour share a digest', () => {
  const rushed = { isDue: () => true, isRushed: () => true };
  expect(planCritical(survey('critical', 2), rushed)).toEqual([{ kind: 'digest', severity: 'critical' }]);
  expect(planCritical(survey('critical', 1), rushed)).toMatchObject([{ kind: 'single' }]);
});
