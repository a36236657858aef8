import type { Bilingual } from '../openapi-code.ts';
import type { Severity } from '../outcome-table.ts';
import type { Mark } from './message-words.ts';
import type { Problem, UnnamedProblems } from './problem.ts';

/** What several problems come to, with those that are only counted. */
export function totalsOf(problems: readonly Problem[], rest: UnnamedProblems): UnnamedProblems {
  return {
    problems: problems.length + rest.problems,
    events: problems.reduce((sum, { count }) => sum + count, rest.events),
    ended: problems.filter(({ phase }) => phase === 'ended').length + rest.ended,
  };
}

/** The mark of a message about several problems: how bad they are, unless all of them are over. */
export function markOfAll(severity: Severity, { ended, problems }: UnnamedProblems): Mark {
  return ended === problems ? 'ended' : severity;
}

/**
 * How many problems, how many of them are over, and with how many events; without a full stop. An end that something else
 * proved has no event.
 */
export function totalsWords(totals: UnnamedProblems): Bilingual {
  const { ended, events, problems } = totals;
  const zhEvents = `，共 ${events} 起事件`;
  if (ended === problems) {
    return {
      zh: `${problems} 个问题已恢复${events === 0 ? '' : zhEvents}`,
      en: `${problemsEn(problems)} ${problems === 1 ? 'is' : 'are'} over${events === 0 ? '' : `, with ${eventsEn(events)}`}`,
    };
  }
  return {
    zh: `${problems} 个问题${endedZh(totals)}${zhEvents}`,
    en: `${problemsEn(problems)}${endedEn(totals)} with ${eventsEn(events)}`,
  };
}

/** The same about problems that are told without being named. */
export function unnamedWords(totals: UnnamedProblems): Bilingual {
  const { events, problems } = totals;
  return {
    zh: `另有 ${problems} 个问题${endedZh(totals)}，共 ${events} 起事件，见日志库。`,
    en: `And ${problems} more problem${problems === 1 ? '' : 's'}${endedEn(totals)} with ${eventsEn(events)}; see the log store.`,
  };
}

function problemsEn(problems: number): string {
  return `${problems} problem${problems === 1 ? '' : 's'}`;
}

function eventsEn(events: number): string {
  return `${events} event${events === 1 ? '' : 's'}`;
}

function endedZh({ ended, problems }: UnnamedProblems): string {
  if (ended === 0) return '';
  return ended === problems ? '（已恢复）' : `（其中 ${ended} 个已恢复）`;
}

function endedEn({ ended, problems }: UnnamedProblems): string {
  if (ended === 0) return '';
  return ended === problems ? ' (over)' : ` (${ended} of them over)`;
}
