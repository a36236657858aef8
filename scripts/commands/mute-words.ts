import { headlineOf } from '../../shared/core/notify/headline-table.ts';
import { factsOf, type OutcomeKind } from '../../shared/core/outcome-table.ts';

/** What a mute of a kind, or of one cause, is about, in words: `ca-inactive (CA is inactive)`. */
export function mutedWords(what: string): string {
  return `${what} (${headlineOf(kindOf(what)).en})`;
}

/** Whether alerts of a kind, or of one cause, are critical. */
export function isCritical(what: string): boolean {
  return factsOf(kindOf(what)).severity === 'critical';
}

function kindOf(what: string): OutcomeKind {
  return (what.split('.')[0] ?? '') as OutcomeKind;
}
