import { expect, test } from 'vitest';
import { readHoldFile } from '../../../shared/core/sweep/hold-line.ts';

test('without a header only a row of all six columns restricts its hold to a CA: owners can look like serials', () => {
  const rows = 'mqtt-cn-1,1a2b3c4d,Ada,maintenance,2027-01-01\nmqtt-cn-1,1a2b3c4d,100234,stolen,2027-01-01\n';
  expect(readHoldFile(rows, 'control/holds/a.csv').map(({ cas, devices, owner }) => ({ cas, devices, owner }))).toEqual(
    [
      { cas: [], devices: ['1a2b3c4d'], owner: 'Ada' },
      { cas: [], devices: ['1a2b3c4d'], owner: '100234' },
    ],
  );
  const [whole] = readHoldFile('mqtt-cn-1,1a2b3c4d,00ca,Ada,maintenance,2027-01-01', 'control/holds/a.csv');
  expect(whole).toMatchObject({ cas: ['ca'], owner: 'Ada' });
});
