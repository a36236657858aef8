import { expect, test } from 'vitest';
import { parseDeviceSerial } from '../../../shared/core/serial.ts';
import { readSerialCell, watchSpelling } from '../../../shared/core/sweep/watch-serial.ts';

test.each([
  ['00f26900ba87aa', 'f26900ba87aa'],
  ['F2:69:00:BA:87:AA', 'f26900ba87aa'],
  ['f2 69 00 ba 87 aa', 'f26900ba87aa'],
  ['0xF26900BA87AA', 'f26900ba87aa'],
  ['  f26900ba87aa\u00a0', 'f26900ba87aa'],
  ['\ufefff26900ba87aa', 'f26900ba87aa'],
  ['ｆ２６９００ｂａ８７ａａ', 'f26900ba87aa'],
  ['="00f26900ba87aa"', 'f26900ba87aa'],
  ["'00f26900ba87aa", 'f26900ba87aa'],
  ['0x356217374433', '356217374433'],
  ['35:62:17:37:44:33', '356217374433'],
  ['dec:58695412565043', '356217374433'],
  ['DEC: 58695412565043', '356217374433'],
  ['1e15', '1e15'],
  ['ff'.repeat(20), 'ff'.repeat(20)],
])('%j is the serial %s', (cell, serial) => {
  expect(readSerialCell(cell)).toEqual({ kind: 'serial', serial });
});

test.each([
  ['356217374433', 'digits-only'],
  ['35 62 17', 'digits-only'],
  ['5', 'digits-only'],
  ['1.2E+15', 'excel-number'],
  ['1,2E+15', 'excel-number'],
  ['3.56217E15', 'excel-number'],
  ['4E-7', 'excel-number'],
  ['1E+15', 'excel-number'],
  ['356217374433.0', 'excel-decimal'],
  ['356217374433,00', 'excel-decimal'],
  ['########', 'excel-hashes'],
  ['-f269', 'serial-negative'],
  ['0', 'serial-zero'],
  ['0x0', 'serial-zero'],
  ['00:00', 'serial-zero'],
  ['dec:0', 'serial-zero'],
  ['dec:f2', 'serial-not-hex'],
  ['dec:', 'serial-not-hex'],
  ['0x', 'serial-not-hex'],
  ['pump 7', 'serial-not-hex'],
  ['-----BEGIN CERTIFICATE-----', 'serial-not-hex'],
  [`a${'0'.repeat(40)}`, 'serial-too-long'],
  ['f'.repeat(200), 'serial-too-long'],
  [`dec:${'9'.repeat(60)}`, 'serial-too-long'],
])('%j is no serial: %s', (cell, problem) => {
  expect(readSerialCell(cell)).toEqual({ kind: 'problem', problem });
});

test('an empty cell and a star are neither', () => {
  expect(readSerialCell(' \u200b ')).toEqual({ kind: 'empty' });
  expect(readSerialCell(' * ')).toEqual({ kind: 'star' });
});

test('a serial is written so that it is read back, and so that no spreadsheet takes it for a number', () => {
  const written = ['356217374433', '12e5', 'f269', '5'].map((text) => watchSpelling(parseDeviceSerial(text) ?? fail()));
  expect(written).toEqual(['0x356217374433', '0x12e5', 'f269', '0x5']);
});

function fail(): never {
  throw new Error('the fixture must be readable');
}
