import { expect, test } from 'vitest';
import { readSearch, searchLogs } from '../../../../local/sls/get-logs.ts';
import { EVERYTHING } from '../../../../local/sls/index-definition.ts';
import { compileQuery } from '../../../../local/sls/query-match.ts';
import { parseQuery } from '../../../../local/sls/query-parse.ts';
import { QueryError } from '../../../../local/sls/query-tokens.ts';
import type { StoredLog } from '../../../../local/sls/stored-log.ts';

const log = (fields: Readonly<Record<string, string>>, more: Partial<StoredLog> = {}): StoredLog => ({
  time: 1000,
  timeNs: 0,
  topic: 'sweep',
  source: 'fc',
  fields,
  ...more,
});

const LOGS = {
  ok: log({ kind: 'ca-registered', instance: 'post-cn-a', ms: '120', note: 'CA Works registered, all good' }),
  bad: log({ kind: 'pair-rejected', instance: 'post-cn-a', ms: '99.5', note: 'wrong code; see runbook' }),
  odd: log({ kind: 'sweep-skipped', instance: 'post-cn-b', '__tag__:env': 'dev', url: 'a:b' }, { topic: 'register' }),
};

const found = (query: string): string[] => {
  const matches = compileQuery(parseQuery(query));
  return Object.entries(LOGS).flatMap(([name, entry]) => (matches(entry) ? [name] : []));
};

test.each([
  ['', ['ok', 'bad', 'odd']],
  ['*', ['ok', 'bad', 'odd']],
  ['registered', ['ok']],
  ['REGISTERED', ['ok']],
  ['register', []],
  ['regist*', ['ok']],
  ['re?istered', ['ok']],
  ['good works', ['ok']],
  ['"works good"', ['ok']],
  ['kind: ca-registered', ['ok']],
  ['kind:ca', []],
  ['kind:ca-*', ['ok']],
  ['kind: "pair-rejected"', ['bad']],
  ['url: "a:b"', ['odd']],
  ['url:*', ['odd']],
  ['instance: post-cn-a and not kind: ca-registered', ['bad']],
  ['kind: ca-registered OR kind: sweep-skipped', ['ok', 'odd']],
  ['not instance: post-cn-b', ['ok', 'bad']],
  ['not (instance: post-cn-b or ms > 100)', ['bad']],
  ['instance: post-cn-a not ms < 100', ['ok']],
  ['* not kind: ca-registered and instance: post-cn-a', ['bad', 'odd']],
  ['ms >= 120', ['ok']],
  ['ms > 120', []],
  ['ms < 120', ['bad']],
  ['ms <= 99.5', ['bad']],
  ['ms = 120', ['ok']],
  ['ms in [99.5 120)', ['bad']],
  ['ms in (99.5 120]', ['ok']],
  ['__topic__: register', ['odd']],
  ['__source__: fc', ['ok', 'bad', 'odd']],
  ['__tag__:env:dev', ['odd']],
  ['constructor: *', []],
  ['"and"', []],
] as const)('%s finds %j', (query, expected) => {
  expect(found(query)).toEqual(expected);
});

test.each([
  '(a',
  'a)',
  'and a',
  'a or',
  'a and',
  '"open',
  'a: ',
  'a: > 1',
  '*head',
  'ms > x',
  'ms in [1',
  '* | select 1',
  ')(',
])('%s cannot be read', (query) => {
  expect(() => parseQuery(query)).toThrow(QueryError);
});

test('a query has 30 words, 10,000 characters and a bounded depth at most', () => {
  expect(() => parseQuery('a '.repeat(30))).not.toThrow();
  expect(() => parseQuery('a '.repeat(31))).toThrow(QueryError);
  expect(() => parseQuery('a'.repeat(10_001))).toThrow(QueryError);
  expect(() => parseQuery(`${'('.repeat(4000)}a${')'.repeat(4000)}`)).toThrow(QueryError);
});

test('from is inside, to is outside, order is by nanosecond, and pages are cut last', () => {
  const logs = [
    log({ n: '3' }, { timeNs: 7 }),
    log({ n: '1' }, { time: 999 }),
    log({ n: '2' }, { timeNs: 5 }),
    log({ n: '4' }, { time: 1001 }),
  ];
  const numbers = (parameters: Readonly<Record<string, string>>): (string | undefined)[] => {
    const search = readSearch(new Map(Object.entries({ from: '999', to: '1001', ...parameters })));
    return search.ok
      ? searchLogs([{ index: EVERYTHING, logs }], search).map((entry) => entry.fields['n'])
      : [search.code];
  };
  expect(numbers({})).toEqual(['1', '2', '3']);
  expect(numbers({ reverse: 'true' })).toEqual(['3', '2', '1']);
  expect(numbers({ line: '1', offset: '1' })).toEqual(['2']);
  expect(numbers({ line: '0' })).toEqual([]);
  expect(numbers({ topic: 'other' })).toEqual([]);
  expect(numbers({ to: '999' })).toEqual(['InvalidTimeRange']);
  expect([numbers({ line: '101' }), numbers({ from: 'x' }), numbers({ query: '(' })]).toEqual([
    ['ParameterInvalid'],
    ['ParameterInvalid'],
    ['InvalidQueryString'],
  ]);
});
