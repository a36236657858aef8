import { expect, test } from 'vitest';
import { benchText } from '../../../scripts/bench/report.ts';

test('a report shows every figure with its unit, ratios, and each goal as met or missed', () => {
  const text = benchText({
    name: 'drops',
    rows: [
      { label: 'median', value: 34.527, unit: 'ms', ratio: 3.1459 },
      { label: 'all of them', value: 1234.5, unit: 'ms' },
    ],
    goals: [
      { text: 'median under 150 ms (35 ms)', met: true },
      { text: 'nothing is slow (1,234 ms)', met: false },
    ],
  });
  expect(text.split('\n')).toEqual([
    'drops',
    '  median               34.5 ms  (x 3.15)',
    '  all of them          1235 ms',
    '  met: median under 150 ms (35 ms)',
    '  MISSED: nothing is slow (1,234 ms)',
  ]);
});

test('a table has a column for each size and a line for each figure', () => {
  const text = benchText({
    name: 'alerts',
    rows: [],
    tables: [
      {
        title: 'alerts in the outbox',
        columns: ['10', '100,000'],
        rows: [
          { label: 'time', unit: 's', values: [2.4567, 43.21] },
          { label: 'requests', unit: '', values: [128, 680] },
        ],
      },
    ],
    goals: [{ text: 'nothing is left', met: true }],
  });
  expect(text.split('\n')).toEqual([
    'alerts',
    '  alerts in the outbox         10   100,000',
    '  time                       2.46      43.2 s',
    '  requests                    128       680',
    '  met: nothing is left',
  ]);
});
