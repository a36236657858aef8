import { expect, test } from 'vitest';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { parseCaSerial, parseDeviceSerial } from '../../../shared/core/serial.ts';
import { controlKindOf, statedOwner } from '../../../shared/core/sweep/control-changes.ts';
import { readHoldFile } from '../../../shared/core/sweep/hold-line.ts';
import { holdSetOf } from '../../../shared/core/sweep/hold-set.ts';
import { epochMs } from '../../../shared/core/time.ts';

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the test names something that can not be read');
  return value;
}

const INSTANCE = need(parseInstanceId('post-cn-holds00001'));
const OTHER = need(parseInstanceId('post-cn-holds00002'));
const CA = need(parseCaSerial('5f01'));
const DEVICE = need(parseDeviceSerial('1a2b'));
const NOW = epochMs(Date.UTC(2026, 5, 1));
const NEVER = need(parseDeviceSerial('ffff'));

const setOf = (text: string) => holdSetOf(readHoldFile(text, 'control/holds/a.csv'), [INSTANCE, OTHER], NOW);
const find = (text: string, device = DEVICE, instance = INSTANCE) => setOf(text).find(instance, CA, device)?.kind;

test.each(['1a2b', '1A2B', '0x1a2b', '001A2B', '1a:2b', ' 1a 2b ', '"1a2b"', '="1a2b"', "'1a2b", '１ａ２ｂ'])(
  'the spelling %s holds the device',
  (spelling) => {
    expect(find(`${INSTANCE},${spelling},,ann,lost,`)).toBe('held');
    expect(find(`${INSTANCE},${spelling},,ann,lost,`, NEVER)).toBeUndefined();
  },
);

test('digits alone may be hex or decimal, so both are held', () => {
  const [hex, decimal] = ['6699', '1a2b'].map((text) => need(parseDeviceSerial(text)));
  expect([hex, decimal].map((device) => find(',6699,,ann,lost,', device))).toEqual(['held', 'held']);
  expect([hex, decimal].map((device) => find(',dec:6699,,ann,lost,', device))).toEqual([undefined, 'held']);
  expect([hex, decimal].map((device) => find(',0x6699,,ann,lost,', device))).toEqual(['held', undefined]);
});

test.each([
  ['no instance', ',1a2b,,ann,lost,'],
  ['an instance nobody knows', 'post-cn-typo,1a2b,,ann,lost,'],
  ['an unreadable CA', `${INSTANCE},1a2b,what,ann,lost,`],
  ['no owner, reason or end', `${INSTANCE},1a2b`],
  ['a date that is none', `${INSTANCE},1a2b,,ann,lost,31/12/2026`],
  ['semicolons', `${INSTANCE};1a2b;5f01;ann;lost;`],
  ['tabs', `${INSTANCE}\t1a2b\t5F:01\tann\tlost\t`],
  ['its columns in another order', `device_sn,owner,instance\n1a2b,ann,${INSTANCE}`],
  ['every device of the CA', `${INSTANCE},*,5f01,ann,lost,`],
])('a line with %s holds all the same', (_, text) => {
  expect(find(text)).toBe('held');
});

test('a line that means another device, CA or instance holds nobody else', () => {
  expect(find(`${INSTANCE},1a2c,,ann,lost,`)).toBeUndefined();
  expect(find(`${INSTANCE},1a2b,0x5f02,ann,lost,`)).toBeUndefined();
  expect(find(`${OTHER},1a2b,,ann,lost,`)).toBeUndefined();
});

test.each(['1.23E+20', '???', 'pump 7', ''])('a line whose device is %s names nobody, and may mean anybody', (cell) => {
  expect(setOf(`${INSTANCE},${cell},,ann,lost,`).anonymous).toMatchObject([{ file: 'control/holds/a.csv', line: 1 }]);
});

test('comments, blank lines and a header are no holds', () => {
  expect(setOf('\uFEFFinstance,device_sn,ca_sn\n\n# a note, with commas\n,,,\n').count).toBe(0);
});

test.each([
  ['2026-06-01', 'held'], // the day ends last where the sun sets last
  ['2026-05-31', 'held'],
  ['2026-05-30', 'hold-expired'],
  ['2026-06-01T00:00:00Z', 'held'],
  ['2026-05-31T23:59:59Z', 'hold-expired'],
])('a hold until %s is %s, and holds in either case', (until, kind) => {
  expect(find(`${INSTANCE},1a2b,,ann,lost,${until}`)).toBe(kind);
});

test('of two holds the one that still runs is named', () => {
  expect(find(`,1a2b,,ann,lost,2020-01-01\n,1a2b,,bob,lost,2030-01-01`)).toBe('held');
});

test('of two holds that have both ended the later end is named, wherever they lie', () => {
  const text = `,*,,ann,lost,2020-01-01\n,1a2b,,bob,lost,2021-01-01\n${INSTANCE},1a2b,5f01,eve,lost,2019-01-01`;
  expect(setOf(text).find(INSTANCE, CA, DEVICE)).toMatchObject({ kind: 'hold-expired', owner: 'bob', line: 2 });
});

// 200,000 times 200,000 steps would take hours, and that is what the limit is there for.
test('200,000 holds, all of one device or all of one CA, are looked at in a few steps', { timeout: 120_000 }, () => {
  for (const line of [`${INSTANCE},1a2b,5f01,ann,lost,`, `${INSTANCE},*,5f01,ann,lost,`]) {
    const holds = setOf(`${line}\n`.repeat(200_000));
    expect(holds.count).toBe(200_000);
    for (let times = 0; times < 200_000; times += 1) holds.find(INSTANCE, CA, DEVICE);
    expect(holds.find(INSTANCE, CA, DEVICE)).toMatchObject({ kind: 'held', line: 1 });
  }
});

test('what lies under control/ is known by its place, and an unknown place is said to be one', () => {
  const keys = ['holds/a.csv', 'holds/a.csv.txt', 'holds/', 'holds/.DS_Store', 'paused', 'paused.txt', 'hold/a.csv'];
  const kinds = [...keys, 'release/x/y/z', 'mutes/a.csv'].map((key) => controlKindOf(`control/${key}`));
  expect(kinds).toEqual(['hold', 'hold', undefined, undefined, 'pause', 'unknown', 'unknown', 'release', undefined]);
});

test('the owner of a pause is whom it names', () => {
  expect(statedOwner('owner: me, reason: maintenance')).toBe('me');
  expect(statedOwner('reason: x\nOwner = Ann B.\n')).toBe('Ann B.');
  expect(statedOwner('nobody')).toBe('');
});
