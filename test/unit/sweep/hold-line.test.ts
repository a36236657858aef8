import { expect, test } from 'vitest';
import { readHoldFile } from '../../../shared/core/sweep/hold-line.ts';

test('without a header a row of five cells names no CA: owners can look like serials', () => {
  const rows = 'mqtt-cn-1,1a2b3c4d,Ada,maintenance,2027-01-01\nmqtt-cn-1,1a2b3c4d,100234,stolen,2027-01-01\n';
  expect(readHoldFile(rows, 'control/holds/a.csv').map(({ cas, devices, owner }) => ({ cas, devices, owner }))).toEqual(
    [
      { cas: [], devices: ['1a2b3c4d'], owner: 'Ada' },
      { cas: [], devices: ['1a2b3c4d'], owner: '100234' },
    ],
  );
});

test.each([
  ['an owner like a serial and a comma in the reason', 'ada,stolen, really', [], 'stolen'],
  ['a number of staff and a comma in the reason', '1234567890123456,stolen, really', [], 'stolen'],
  ['a short CA', '00ca,Ada,maintenance', [], 'Ada'],
  ['a CA', '5f0000000000000001,Ada,maintenance', ['5f0000000000000001'], 'Ada'],
  ['a CA with colons', '5F:00:00:00:00:00:00:00:01,Ada,maintenance', ['5f0000000000000001'], 'Ada'],
  ['a CA that is said to be a serial', '0x4a,Ada,maintenance', ['4a'], 'Ada'],
  ['a blank CA', ',Ada,maintenance', [], 'Ada'],
  ['an owner like no serial and a comma in the reason', 'Zoe,stolen, really', [], 'Zoe'],
])('of six cells without a header, with %s, only what can be nothing else is a CA', (_, cells, cas, owner) => {
  const lines = readHoldFile(`mqtt-cn-1,1a2b3c4d,${cells},2027-01-01`, 'control/holds/a.csv');
  expect(lines).toMatchObject([{ instance: 'mqtt-cn-1', devices: ['1a2b3c4d'], cas, owner }]);
});

test('with a header a CA is what its column says, however short', () => {
  const text = 'instance,device_sn,ca_sn,owner,reason,until\nmqtt-cn-1,1a2b3c4d,00ca,Ada,maintenance,2027-01-01';
  expect(readHoldFile(text, 'control/holds/a.csv')).toMatchObject([{ cas: ['ca'], owner: 'Ada' }]);
});

test.each([
  ['many semicolons in the reason', 'mqtt-cn-1,1a2b,,ann,see b;c;d;e;f;a;b;c,'],
  ['tabs in the reason', 'mqtt-cn-1,1a2b,,ann,b\tc\td\te\tf\ta,'],
  ['many commas in the reason of a file with semicolons', 'mqtt-cn-1;1a2b;;ann;see b,c,d,e,f,a,b;'],
  [
    'a header and many semicolons',
    'instance,device_sn,owner,reason,until\nmqtt-cn-1,1a2b,ann,b;c;d;e;f;a;b,2027-01-01',
  ],
  ['a reason that comes first', 'reason,device_sn,owner\nb;c;d;e;f,1a2b,ann'],
  ['another separator than its header', 'instance,device_sn,ca_sn,owner,reason\nmqtt-cn-1;1a2b;;ann;lost, b, c, d'],
  ['an instance in quotes', '"mqtt;cn,1";1a2b;;ann;lost;'],
])('a line with %s holds the device it names', (_, text) => {
  const [line, ...more] = readHoldFile(text, 'control/holds/a.csv');
  expect(more).toEqual([]);
  expect(line?.devices).toContain('1a2b');
  expect(line?.cas).toEqual([]);
});

test('a line that can be read in two ways holds what either names, on every instance and without an end', () => {
  const text = 'instance,device_sn,ca_sn,owner,reason,until\nmqtt-cn-1;1a2b;00ca;ann;stop,ab,00cb,x,y,2020-01-01';
  expect(readHoldFile(text, 'control/holds/a.csv')).toMatchObject([
    { devices: ['ab', '1a2b'], instance: '', cas: [], until: undefined },
  ]);
});
