import { expect, test } from 'vitest';
import { createPainter } from '../../../scripts/terminal/colour.ts';
import { counted, renderTable } from '../../../scripts/terminal/table.ts';

test('columns are as wide as their widest cell on a terminal, wide characters counted as two', () => {
  const text = renderTable(
    ['name', 'state', 'owner'],
    [
      ['王小明', 'held', 'ann'],
      ['b', 'expired', ''],
    ],
    createPainter(false),
  );
  expect(text).toBe('name    state    owner\n王小明  held     ann\nb       expired\n');
});

test('one is one, and thousands can be read', () => {
  expect([counted(1, 'device'), counted(0, 'device'), counted(12_345, 'device')]).toEqual([
    '1 device',
    '0 devices',
    '12,345 devices',
  ]);
  expect(counted(2, 'veto', 'vetoes')).toBe('2 vetoes');
});
