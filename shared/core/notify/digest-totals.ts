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

/** What is told one by one: news of the lower severities, such as a registration that went well, is no problem. */
export function isNews(severity: Severity): boolean {
  return severity === 'notice' || severity === 'info';
}

/**
 * How many problems (of the lower severities: items), how many of them are over, and with how many events; without a full
 * stop. An end that something else proved has no event.
 */
export function totalsWords(severity: Severity, totals: UnnamedProblems): Bilingual {
  const { ended, events, problems } = totals;
  const { en, zh } = countedNouns(severity, problems);
  const zhEvents = `，共 ${events} 起事件`;
  if (ended === problems) {
    return {
      zh: `${zh}已恢复${events === 0 ? '' : zhEvents}`,
      en: `${problems} ${en} ${problems === 1 ? 'is' : 'are'} over${events === 0 ? '' : `, with ${eventsEn(events)}`}`,
    };
  }
  return {
    zh: `${zh}${endedZh(totals)}${zhEvents}`,
    en: `${problems} ${en}${endedEn(totals)} with ${eventsEn(events)}`,
  };
}

/** The same about problems that are told without being named. */
export function unnamedWords(severity: Severity, totals: UnnamedProblems): Bilingual {
  const { events, problems } = totals;
  const { en, zh } = countedNouns(severity, problems);
  return {
    zh: `另有 ${zh}${endedZh(totals)}，共 ${events} 起事件，见日志库。`,
    en: `And ${problems} more ${en}${endedEn(totals)} with ${eventsEn(events)}; see the log store.`,
  };
}

/** In Chinese with the number; in English the noun alone, which "more" may come before. */
function countedNouns(severity: Severity, count: number): Bilingual {
  const [zh, en] = isNews(severity) ? ['事项', 'item'] : ['问题', 'problem'];
  return { zh: `${count} 个${zh}`, en: `${en}${count === 1 ? '' : 's'}` };
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
