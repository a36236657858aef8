import { expect, test } from 'vitest';
import { createCaTable, createWatchRows } from '../../../shared/core/sweep/watch-rows.ts';
import { ca, compileTexts, shownList } from '../../support/watch-lists.ts';

const HEADER = 'device_sn,ca_sn,name,reactivate\n';

test('devices are ordered by CA and then by their numbers, each once, however they are spelled', () => {
  const { list, bad } = compileTexts(
    `${HEADER}ff,ca02\n0x0100,ca02\n00FF,ca02\n0xaa,ca02\n`,
    `device_sn;ca_sn\nAA;cA:02\nb;a1\n${'f'.repeat(40)};a1\n`,
  );
  expect(shownList(list)).toEqual({ 'ca a1': `b+ ${'f'.repeat(40)}+`, 'ca ca02': 'aa+ ff+ 100+' });
  expect(list.cas.map((one) => one.ca)).toEqual(['a1', 'ca02']);
  expect(bad).toEqual([[], []]);
  expect(list.files).toMatchObject([
    { key: 'watch/post-cn-watch00001/a.csv', lines: 4, bad: 0 },
    { key: 'watch/post-cn-watch00001/b.csv', lines: 3, bad: 0 },
  ]);
});

test('lines that contradict each other are told where the later one stands, and no wins', () => {
  const { list, bad } = compileTexts(
    `${HEADER}ab,c1,,no\nab,c1\nab,c1,x,yes\nac,c1\n*,c1,,yes\n`,
    `${HEADER}\nac,c1,,no\nac,c1,,no\n*,c1\n`,
  );
  expect(shownList(list)).toEqual({ 'ca c1': 'ab- ac- *-' });
  expect(bad).toEqual([
    ['3 contradictory ab, line 2'],
    ['3 contradictory ac, line 5 of a.csv', '5 contradictory ＊, line 6 of a.csv'],
  ]);
  expect(list.files.map((file) => file.bad)).toEqual([1, 2]);
});

test('a device named beside a star keeps its own word', () => {
  expect(shownList(compileTexts(`${HEADER}*,c1\nab,c1\nac,c1,,no\n*,c2,,yes\n`).list)).toEqual({
    'ca c1': 'ab+ ac- *-',
    'ca c2': '*+',
  });
});

test('the digest follows what is watched and how, not the files it stands in', () => {
  const digest = (...texts: readonly string[]): string => compileTexts(...texts).list.digest;
  const one = digest(`${HEADER}ab,c1\nac,c1\n`);
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(digest('ca_sn;device_sn\nc1;AC\n', `${HEADER}00ab,c1,pump 7,yes\n`)).toBe(one);
  const others = [
    digest(`${HEADER}ab,c1\n`),
    digest(`${HEADER}ab,c1\nac,c1,,no\n`),
    digest(`${HEADER}ab,c1\nac,c2\n`),
    digest(`${HEADER}ab,c1\nac,c1\n*,c1\n`),
    digest(`${HEADER}ab,c1\nac,c1\n*,c1,,yes\n`),
    digest(),
  ];
  expect(new Set([one, ...others]).size).toBe(7);
});

test('an instance has at most 10,000 CAs; lines under further ones are bad, lines under known ones are not', () => {
  const table = createCaTable();
  const rows = createWatchRows(table);
  const add = (number: number): boolean =>
    rows.add({ ca: ca(number.toString(16)), device: '*', reactivate: false }, number);
  for (let number = 1; number <= 10_000; number += 1) expect(add(number)).toBe(true);
  expect(add(10_001)).toBe(false);
  expect(add(1)).toBe(true);
});
