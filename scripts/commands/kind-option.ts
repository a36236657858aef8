import { InvalidArgumentError } from 'commander';
import { OUTCOME_KINDS, type OutcomeKind } from '../../shared/core/outcome-table.ts';

const KINDS = Object.keys(OUTCOME_KINDS) as readonly OutcomeKind[];
/** Two slips of the finger; more is another word. */
const MAX_SLIPS = 3;

/** Reads a kind of outcome; an unknown one is refused with the nearest that exists. */
export function parseKind(value: string): OutcomeKind {
  const name = value.trim();
  const kind = KINDS.find((known) => known === name);
  if (kind !== undefined) return kind;
  const near = nearestKind(name);
  throw new InvalidArgumentError(
    near === undefined ? 'docs/outcomes.md lists every kind of outcome.' : `Did you mean ${near}?`,
  );
}

/** Reads a kind that people are told of. */
export function parseTold(value: string): OutcomeKind {
  const kind = parseKind(value);
  if (OUTCOME_KINDS[kind].told) return kind;
  throw new InvalidArgumentError(`Nobody is told of ${kind}: it is only in the log store.`);
}

/** Reads what a mute is about: a told kind, or one cause of such a kind. */
export function parseMuted(value: string): string {
  const text = value.trim();
  const [, name = text] = /^([a-z-]+)\.[0-9a-f]{16}$/.exec(text) ?? [];
  parseTold(name);
  return text;
}

/** The kind a mistyped name was most likely meant to be; `undefined` when nothing is near. */
export function nearestKind(name: string): OutcomeKind | undefined {
  if (name === '' || name.length > 64) return undefined;
  const part = KINDS.filter((kind) => kind.includes(name));
  if (part.length === 1) return part[0];
  const [nearest] = KINDS.map((kind) => ({ kind, slips: slipsBetween(name, kind) })).sort((a, b) => a.slips - b.slips);
  return nearest !== undefined && nearest.slips <= MAX_SLIPS ? nearest.kind : undefined;
}

/** Levenshtein distance: how many characters must be added, left out or replaced. */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
