import type { CauseId } from '../alert-key.ts';
import { type DisplayText, displayText } from '../display-text.ts';
import { OUTCOME_KINDS, type OutcomeKind } from '../outcome-table.ts';
import { days, type EpochMs, epochMs, parseIso } from '../time.ts';

/** What is not told, and until when. */
export interface Mute {
  /** From 1. */
  readonly line: number;
  /** A kind of outcome, or one cause. */
  readonly what: OutcomeKind | CauseId;
  /** Empty: every instance. */
  readonly instance: string;
  readonly owner: DisplayText;
  readonly reason: DisplayText;
  readonly until: EpochMs;
}

/** What one line of a mute file says. Only a valid one mutes. */
export type MuteLine =
  | { readonly kind: 'valid'; readonly mute: Mute }
  | { readonly kind: 'expired'; readonly mute: Mute }
  | { readonly kind: 'invalid'; readonly line: number; readonly reason: MuteFault };

/** Why a line mutes nothing. */
export type MuteFault = 'unknown-kind' | 'no-owner' | 'no-reason' | 'no-until' | 'until-too-far' | 'too-many-columns';

/** The columns of a mute file, in their order; a first line that names them is passed over. */
export const MUTE_COLUMNS = ['kind', 'instance', 'owner', 'reason', 'until'] as const;

/** Nobody may be deaf for longer without saying so again. */
export const MUTE_MAX = days(90);

const CAUSE = /^(?<kind>[a-z-]+)\.[0-9a-f]{16}$/;

/**
 * Reads a mute file. Blank lines and lines that begin with `#` say nothing.
 *
 * @param text - The decoded file.
 */
export function readMuteFile(text: string, now: EpochMs): readonly MuteLine[] {
  const rows = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const first = rows.findIndex((row) => !isSilent(row));
  return rows.flatMap((row, index) => {
    if (isSilent(row)) return [];
    const cells = cellsOf(row);
    return index === first && isHeader(cells) ? [] : [readLine(cells, index + 1, now)];
  });
}

function isSilent(row: string): boolean {
  return /^[\s,;]*$/.test(row) || row.trimStart().startsWith('#');
}

function isHeader(cells: readonly string[]): boolean {
  return /^(?:kind|cause|kind or cause)$/i.test(cells[0] ?? '') && /^until$/i.test(cells[4] ?? '');
}

/** Splits at what ends the first cell; a quoted cell keeps its separators, and two quotes in it are one. */
function cellsOf(row: string): readonly string[] {
  const [separator = ','] = /[,;\t]/.exec(row) ?? []; // no kind or cause has one in it
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let index = 0; index < row.length; index += 1) {
    const character = row[index] ?? '';
    if (character === '"' && isQuoted && row[index + 1] === '"') {
      cell += '"';
      index += 1;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...cells, cell.trim()];
}

function readLine(cells: readonly string[], line: number, now: EpochMs): MuteLine {
  const [whatCell = '', instance = '', ownerCell = '', reasonCell = '', untilCell = '', ...others] = cells;
  const invalid = (reason: MuteFault): MuteLine => ({ kind: 'invalid', line, reason });
  if (others.some((cell) => cell !== '')) return invalid('too-many-columns');
  const what = whatOf(whatCell);
  const owner = displayText(ownerCell);
  const reason = displayText(reasonCell);
  const until = dateOf(untilCell);
  if (what === undefined) return invalid('unknown-kind');
  if (owner === '') return invalid('no-owner');
  if (reason === '') return invalid('no-reason');
  if (until === undefined) return invalid('no-until');
  if (until - now > MUTE_MAX) return invalid('until-too-far');
  return { kind: until > now ? 'valid' : 'expired', mute: { line, what, instance, owner, reason, until } };
}

function whatOf(cell: string): OutcomeKind | CauseId | undefined {
  if (isKind(cell)) return cell;
  const kind = CAUSE.exec(cell)?.groups?.['kind'];
  return kind !== undefined && isKind(kind) ? (cell as CauseId) : undefined;
}

function isKind(text: string): text is OutcomeKind {
  return Object.hasOwn(OUTCOME_KINDS, text);
}

/** A day, meant to its end in every time zone, or a full moment. */
function dateOf(cell: string): EpochMs | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(cell)) return parseIso(cell);
  const start = parseIso(`${cell}T00:00:00-12:00`);
  return start === undefined ? undefined : epochMs(start + days(1) - 1);
}
