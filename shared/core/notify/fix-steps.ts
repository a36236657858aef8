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
  const zh = piecesOf(fix.zh);
  const en = piecesOf(fix.en);
  const steps: FixStep[] = [];
  for (let index = 0; index < Math.max(zh.length, en.length); index += 1) {
    const texts = { zh: fillWhole(zh[index]?.text ?? '', values), en: fillWhole(en[index]?.text ?? '', values) };
    if (texts.zh === undefined || texts.en === undefined) continue;
    const wanted = en[index]?.command ?? zh[index]?.command;
    const command = wanted === undefined ? undefined : commandWith(wanted, values);
    if (wanted !== undefined && command === undefined) continue;
    if (texts.zh !== '' || texts.en !== '' || command !== undefined)
      steps.push({ zh: texts.zh, en: texts.en, command });
  }
  return steps;
}

/** A fix in one line, for the record and the terminal. */
export function withoutMarks(fix: string): string {
  return fix.replaceAll('`', '');
}

interface Piece {
  readonly text: string;
  readonly command: string | undefined;
}

function piecesOf(fix: string): readonly Piece[] {
  const parts = fix.split('`');
  const pieces: Piece[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    pieces.push({ text: trimmed(parts[index] ?? ''), command: parts[index + 1] });
  }
  return pieces;
}

/** Between two commands stands `；` or the end of a sentence. */
function trimmed(text: string): string {
  return text.replace(/^[；;。.，,\s]+/u, '').trim();
}

function commandWith(command: string, values: Readonly<Record<string, string>>): string | undefined {
  const words = Object.entries(values).filter(([, value]) => COMMAND_VALUE.test(value));
  return fillWhole(command, Object.fromEntries(words));
}
