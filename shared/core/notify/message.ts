import type { CauseId } from '../alert-key.ts';
import type { OutcomeKind, Severity } from '../outcome-table.ts';
import { NOTHING_UNNAMED, type Problem, type UnnamedProblems } from './problem.ts';

/** In which languages people are told. `both`: Chinese first, then English. */
export type MessageLanguage = 'zh' | 'en' | 'both';

/**
 * One part of a message. All texts are single lines without markup of any chat: what came from outside went through
 * `displayText`, and each channel turns the parts into its own markup.
 */
export type MessagePart =
  | { readonly kind: 'paragraph'; readonly text: string }
  /** A list of `label: value` lines. */
  | { readonly kind: 'facts'; readonly facts: readonly { readonly label: string; readonly value: string }[] }
  /** Plain list items, for digests. */
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** A command to copy, without anything around it. */
  | { readonly kind: 'command'; readonly text: string };

/** One problem that a message tells, for receivers that are programs. */
export interface ToldProblem {
  readonly causeId: CauseId;
  readonly kind: OutcomeKind;
  readonly phase: Problem['phase'];
  /** Events since it was last told. */
  readonly count: number;
}

/** What a message is about, for receivers that are programs. */
export interface MessageAbout {
  /** The first ones, at most 20; none when it is about the telling itself. */
  readonly problems: readonly ToldProblem[];
  /** How many problems it tells altogether. */
  readonly problemCount: number;
  /** How many events it tells altogether. */
  readonly eventCount: number;
}

/** So many problems are named one by one; the others are counted. */
const TOLD_PROBLEMS_MAX = 20;

/** A message as people are told, before any channel's markup. */
export interface Message {
  readonly severity: Severity;
  /** The line in the list of chats: `【严重】…`, at most 100 characters. */
  readonly title: string;
  /** Most important first: a channel with little room leaves out the last ones and says so. */
  readonly parts: readonly MessagePart[];
  readonly about: MessageAbout;
}

/** What a message that tells these problems is about; `others` were only counted. */
export function aboutOf(
  problems: readonly Problem[],
  others: Omit<UnnamedProblems, 'ended'> = NOTHING_UNNAMED,
): MessageAbout {
  return {
    problems: problems
      .slice(0, TOLD_PROBLEMS_MAX)
      .map(({ causeId, count, kind, phase }) => ({ causeId, kind, phase, count })),
    problemCount: problems.length + others.problems,
    eventCount: problems.reduce((sum, { count }) => sum + count, others.events),
  };
}
