import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWatchFileReader } from '../../../shared/core/sweep/watch-file.ts';
import { SEPARATORS } from '../../../shared/core/sweep/watch-header.ts';
import { createCaTable } from '../../../shared/core/sweep/watch-rows.ts';
import { readSerialCell, watchSpelling } from '../../../shared/core/sweep/watch-serial.ts';
import { createLineScanner } from '../../../shared/core/sweep/watch-text.ts';
import { splitCells } from '../../../shared/pipelines/sweep/watch-cells.ts';
import { device } from '../../support/watch-lists.ts';

function linesOf(parts: readonly Uint8Array[]): readonly string[] {
  const lines: string[] = [];
  const scanner = createLineScanner(({ number, text }) => lines.push(`${String(number)} ${text ?? '(long)'}`));
  for (const part of parts) scanner.push(part);
  scanner.end();
  return lines;
}

/** The octets cut at any places. */
function cut(octets: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [...new Set([0, ...places.map((place) => place % (octets.length + 1)), octets.length])].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, index) => octets.subarray(at[index], end));
}

const words = fc.constantFrom('a', 'bc', '七号泵', '\r', '\n', '\r\n', ',', '"', ' ', 'ä', '𝒳', 'x'.repeat(5000));
const texts = fc.array(words, { maxLength: 40 }).map((parts) => parts.join(''));

test('lines are the same wherever the octets are cut, in every encoding', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 8 }), (text, places) => {
      // The first characters tell UTF-16 without a mark, so they are ASCII, as a header is.
      const utf8 = Buffer.from(`head${text}`);
      const utf16 = Buffer.from(`head${text}`, 'utf16le');
      const swapped = Buffer.from(utf16).swap16();
      const expected = linesOf([utf8]);
      for (const octets of [utf8, utf16, swapped]) expect(linesOf(cut(octets, places))).toEqual(expected);
      expect(linesOf(cut(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), utf8]), places))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('lines are what a split at line ends gives', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const lines = `head${text}`.split(/\r\n|\r|\n/).map((line, index) => ({ line, number: index + 1 }));
      const expected = lines
        .filter(({ line }) => line !== '')
        .map(({ line, number }) => `${String(number)} ${Buffer.byteLength(line) > 4096 ? '(long)' : line}`);
      expect(linesOf([Buffer.from(`head${text}`)])).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('any octets at all make an answer, and the same one however they are cut', () => {
  const read = (parts: readonly Uint8Array[]): unknown => {
    const reader = createWatchFileReader({ table: createCaTable(), split: splitCells, maxLines: 20 });
    for (const part of parts) if (!reader.push(part)) break;
    const file = reader.end();
    if (file.kind === 'refused') return file.problem;
    return [file.lines, file.rows.named(), file.rows.stars(), file.bad(), file.encoding];
  };
  const header = fc.constantFrom('', 'device_sn,ca_sn\n', 'device_sn;ca_sn;reactivate\r\nab;c1;x\r\n*;c1\n');
  fc.assert(
    fc.property(
      header,
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      (text, junk, places) => {
        const octets = Buffer.concat([Buffer.from(text), junk]);
        expect(read(cut(octets, places))).toEqual(read([octets]));
      },
    ),
    { numRuns: 500 },
  );
});

test('cells come back as they were quoted, and one bad line takes no other along', () => {
  const cell = fc.stringMatching(/^[a-z0-9 ,;"\t七-]{0,12}$/).map((text) => text.trim());
  const good = fc.array(cell, { minLength: 1, maxLength: 5 }).filter((cells) => cells.join('') !== '');
  const bad = fc.constantFrom('"open', 'a"b"', '"a"b,c', '"a""', '""b', 'x,"y"z",');
  const row = fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: bad });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), fc.constantFrom(...SEPARATORS), (rows, separator) => {
      const quoted = (cells: readonly string[]): string =>
        cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(separator);
      const lines = rows.map((one) => (typeof one === 'string' ? one.replaceAll(',', separator) : quoted(one)));
      expect(splitCells(lines, separator)).toEqual(rows.map((one) => (typeof one === 'string' ? undefined : one)));
    }),
    { numRuns: 300 },
  );
});

test('the spelling a list is written in is read back as the same serial', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 160n - 1n }), (number) => {
      const serial = device(`0${number.toString(16)}`);
      expect(readSerialCell(watchSpelling(serial))).toEqual({ kind: 'serial', serial });
    }),
  );
});
