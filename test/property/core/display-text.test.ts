import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell, displayText } from '../../../shared/core/display-text.ts';

/** Any text, thick with what must not get through. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '\u001b[31m',
        '\u202e',
        '\u200b',
        '\n',
        '\r',
        '://',
        'www.',
        '<b>',
        '[x](y)',
        '`',
        '=',
        '\u0301',
        '\ud800',
        ':',
        '//',
        'w',
        '.',
      ),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

const FORBIDDEN =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}*_~`#<>&[\]()!|\\"'@]|:\/\/|www\.|(?! )\p{Zs}|\p{M}{3}/iu;

test('nothing invisible, no markup and no link survives', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(displayText(text)).not.toMatch(FORBIDDEN);
    }),
    { numRuns: 5000, seed: 1 },
  );
});

test('showing what is shown already changes nothing', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 100 }), (text, limit) => {
      const once = displayText(text, limit);
      expect(displayText(once, limit)).toBe(once);
    }),
    { numRuns: 5000, seed: 2 },
  );
});

test('no text gets longer than its limit', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 100 }), (text, limit) => {
      expect(Array.from(displayText(text, limit)).length).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 5000, seed: 3 },
  );
});

test('text is cut only at the end: what is shown of a long text is shown of its beginning', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const shown = displayText(text);
      const isCut = shown.endsWith('…') && Array.from(displayText(text, 10_000)).length > 80;
      if (isCut) expect(displayText(text, 10_000).startsWith(shown.slice(0, -1))).toBe(true);
    }),
    { numRuns: 3000, seed: 4 },
  );
});

test('no cell starts a formula, and a quoted cell is one cell', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const cell = csvCell(displayText(text));
      expect(cell).not.toMatch(/^"?\s*[=+\-@＝＋－＠]/u);
      if (/[",;]/.test(cell)) expect(cell).toMatch(/^"(?:[^"]|"")*"$/);
    }),
    { numRuns: 5000, seed: 5 },
  );
});
