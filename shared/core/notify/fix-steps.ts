import { isPlainLine } from './plain-line.ts';
import { fillWhole } from './record-values.ts';

/** One step of what to do: a sentence in each language, and the command to copy, where there is one. */
export interface FixStep {
  readonly zh: string;
  readonly en: string;
  readonly command: string | undefined;
}

/** What stands in a command: ids, serials, and words of our own. Nothing that a shell would read as more than a word. */
const COMMAND_VALUE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/**
 * The steps of a fix of the table, in both languages side by side. A command stands in backticks there and is the same in
 * both. A step whose values are not known, or that could not be pasted as it is, is left out.
 */
export function fixSteps(
  fix: { readonly zh: string; readonly en: string },
  values: Readonly<Record<string, string>>,
): readonly FixStep[] {
  const zh = piecesOf(fix.zh, values);
  const en = piecesOf(fix.en, values);
  return Array.from({ length: Math.max(zh.length, en.length) }, (_, index) => stepOf(zh, en, index)).filter(
    (step) => step !== undefined,
  );
}

function stepOf(zh: Pieces, en: Pieces, index: number): FixStep | undefined {
  const [ofZh, ofEn] = [zh.length > index ? zh[index] : NOTHING, en.length > index ? en[index] : NOTHING];
  if (ofZh === undefined || ofEn === undefined) return undefined;
  const command = ofEn.command ?? ofZh.command;
  const isEmpty = ofZh.text === '' && ofEn.text === '' && command === undefined;
  return isEmpty ? undefined : { zh: ofZh.text, en: ofEn.text, command };
}

type Pieces = readonly (Piece | undefined)[];
const NOTHING: Piece = { text: '', command: undefined };

/** Words, options and simple values: nothing of it means more than itself to a shell. */
const COMMAND = /^(?:mqtt-certs|aliyun)(?: [A-Za-z0-9._:=-]+)+$/;

interface Piece {
  readonly text: string;
  readonly command: string | undefined;
}

/** The pieces of a fix, each a text and the command behind it; `undefined` for one whose values are not known. */
function piecesOf(fix: string, values: Readonly<Record<string, string>>): readonly (Piece | undefined)[] {
  const parts = fix.split('`');
  const pieces: (Piece | undefined)[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const text = fillWhole(parts[index] ?? '', values);
    const marked = parts[index + 1];
    const command = marked === undefined ? undefined : commandWith(marked, values);
    const isWhole = text !== undefined && (marked === undefined || command !== undefined);
    if (!isWhole) pieces.push(undefined);
    else pieces.push(...ownPieces(text, command));
  }
  return pieces;
}

/** A value can bring a command of its own: what to do depends on why. */
function ownPieces(text: string, command: string | undefined): readonly Piece[] {
  const parts = text.split('`');
  const pieces: Piece[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const isLast = index + 1 >= parts.length;
    const own = isLast ? command : parts[index + 1];
    pieces.push({
      text: trimmed(parts[index] ?? ''),
      command: own !== undefined && COMMAND.test(own) ? own : undefined,
    });
  }
  return pieces;
}

/** Between two commands stands `；` or the end of a sentence. */
function trimmed(text: string): string {
  return text.replace(/^[；;。.，,\s]+/u, '').trim();
}

function commandWith(command: string, values: Readonly<Record<string, string>>): string | undefined {
  const words = Object.entries(values).filter(([, value]) => COMMAND_VALUE.test(value) && isPlainLine(value));
  return fillWhole(command, Object.fromEntries(words));
}
