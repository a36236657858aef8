/** Controls, format characters (bidi, zero-width), lone surrogates, private use and line separators. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Makes a sentence of ours that may hold foreign names safe for a terminal: one line, no escape sequence, nothing that
 * turns text around. Punctuation stays (it means nothing to a terminal), so our own sentences read as written; text that
 * is foreign as a whole goes through `displayText` instead.
 *
 * @param maxCharacters - Longer text ends in `…`.
 */
export function terminalText(text: string, maxCharacters = 400): string {
  const shown = Array.from(text.slice(0, maxCharacters * 4).replace(HIDDEN, '\u{FFFD}'));
  return shown.length <= maxCharacters ? shown.join('') : `${shown.slice(0, maxCharacters - 1).join('')}…`;
}

/** Pads to a number of columns; characters that a terminal draws twice as wide (CJK, full-width) count as two. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** How many columns a terminal uses for a text without escape sequences. */
export function columnsOf(text: string): number {
  const wide = text.match(
    /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/gu,
  );
  const marks = text.match(/\p{M}/gu);
  return Array.from(text).length + (wide?.length ?? 0) - (marks?.length ?? 0);
}

/**
 * Breaks a text into lines of at most `columns` columns, at blanks; a word that is longer than a line keeps its own, so
 * that paths and serials can still be copied.
 */
export function wrapColumns(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
