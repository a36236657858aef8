import { expect, test } from 'vitest';
import { readHeader, separatorHint, type WatchColumns } from '../../../shared/core/sweep/watch-header.ts';
import { readWatchLine } from '../../../shared/core/sweep/watch-line.ts';

const CA = 'ca00000000000001';

function columns(...cells: string[]): WatchColumns {
  const header = readHeader(cells);
  if (header.kind !== 'header') throw new Error(header.problem);
  return header.columns;
}
const FULL = columns('device_sn', 'ca_sn', 'name', 'reactivate');
const SHORT = columns('device_sn', 'ca_sn');

test.each([
  [['device_sn', 'ca_sn']],
  [['Device SN', 'CA-SN', 'Name']],
  [['\ufeffDeviceSn', 'CaSn', 'Device Name', 'REACTIVATE']],
  [['reactivate', 'ca_sn', 'device_sn']],
  [['device_sn', 'ca_sn', '', '']],
])('%j is a header', (cells) => {
  expect(readHeader(cells).kind).toBe('header');
});

test.each([
  [['00f26900ba87aa', CA], 'header-missing'],
  [['*', CA], 'header-missing'],
  [['356217374433', 'x'], 'header-missing'],
  [['1.2E+15', 'x'], 'header-missing'],
  [['device_sn', 'ca'], 'column-missing'],
  [['serial', 'ca'], 'header-unreadable'],
  [['device_sn', 'ca_sn', 'DeviceSn'], 'column-twice'],
  [[''], 'header-unreadable'],
])('%j is no header: %s', (cells, problem) => {
  expect(readHeader(cells)).toEqual({ kind: 'problem', problem });
});

test("Excel's separator line is known", () => {
  expect([separatorHint('sep=;'), separatorHint('"SEP=,"'), separatorHint('sep=|'), separatorHint('a;b')]).toEqual([
    ';',
    ',',
    undefined,
    undefined,
  ]);
});

test('a named device may be reactivated unless the line says no; a whole CA only when it says yes', () => {
  const asked = (device: string, word?: string) => {
    const line = readWatchLine([device, CA, '', ...(word === undefined ? [] : [word])], FULL, ',');
    return line.kind === 'entry' && line.problem === undefined ? line.entry.reactivate : line;
  };
  expect([asked('ab'), asked('ab', ''), asked('ab', 'yes'), asked('ab', 'No'), asked('ab', '否')]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect([asked('*'), asked('*', ' '), asked('*', 'TRUE'), asked('*', 'n'), asked('*', '是')]).toEqual([
    false,
    false,
    true,
    false,
    true,
  ]);
});

test('what is neither yes nor no counts as no, and the device is watched all the same', () => {
  expect(readWatchLine(['ab', CA, 'pump', 'maybe'], FULL, ',')).toEqual({
    kind: 'entry',
    entry: { ca: CA, device: 'ab', reactivate: false },
    problem: { code: 'reactivate-unreadable', cell: 'maybe' },
  });
});

test('a column nobody knows may have meant reactivate: then nothing is reactivated', () => {
  const line = readWatchLine(['ab', CA, 'yes'], columns('device_sn', 'ca_sn', 'reactivat'), ',');
  expect(line).toEqual({ kind: 'entry', entry: { ca: CA, device: 'ab', reactivate: false } });
  const beside = readWatchLine(['ab', CA, 'hall 7', ''], columns('device_sn', 'ca_sn', 'site', 'reactivate'), ',');
  expect(beside).toEqual({ kind: 'entry', entry: { ca: CA, device: 'ab', reactivate: true } });
});

test.each([
  [['', CA], 'device-empty', ''],
  [['ab', ' '], 'ca-empty', ''],
  [['ab'], 'ca-empty', ''],
  [['ab;cd'], 'other-separator', 'ab;cd'],
  [['ab，cd'], 'other-separator', 'ab，cd'],
  [['ab', '*'], 'ca-star', '*'],
  [['*', '*'], 'ca-star', '*'],
  [['123', CA], 'digits-only', '123'],
  [['ab', '1.2E+15'], 'excel-number', '1.2E+15'],
  [['ab', CA, 'left', 'no'], 'too-many-cells', 'left'],
])('%j is a bad line: %s', (cells, code, cell) => {
  expect(readWatchLine(cells, SHORT, ',')).toEqual({ kind: 'bad', problem: { code, cell } });
});

test('empty cells at the end of a line are nothing, and a line of them is blank', () => {
  expect(readWatchLine(['ab', CA, '', ' '], SHORT, ',')).toMatchObject({ kind: 'entry' });
  expect(readWatchLine(['', ' ', ''], SHORT, ',')).toEqual({ kind: 'blank' });
});
