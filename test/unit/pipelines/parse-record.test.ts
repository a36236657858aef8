import { expect, test } from 'vitest';
import { parseRecord } from '../../../shared/pipelines/parse-record.ts';

const RECORD = {
  schema: '1',
  event_id: '0123456789abcdef0123456789abcdef',
  kind: 'ca-registered',
  severity: 'notice',
  at: '2026-01-01T00:00:00.000Z',
  name: 'line-7',
  resolves: 'registration-blocked.0123456789abcdef',
};

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('a record reads back as it was written, from bytes and from what was parsed already', () => {
  expect(parseRecord(bytes(RECORD))).toEqual(RECORD);
  expect(parseRecord(RECORD)).toEqual(RECORD);
});

test('what a newer version or the log store adds is left out, and so are empty fields', () => {
  const row = { ...RECORD, name: '', __time__: '1767225600', __source__: 'sweep', mood: 'fine', nested: { a: 1 } };
  const { name, ...rest } = RECORD;
  expect(name).toBe('line-7');
  expect(parseRecord(row)).toEqual(rest);
  expect(Object.keys(parseRecord(JSON.parse(`{"__proto__":{"a":1},${JSON.stringify(RECORD).slice(1)}`)) ?? {})).toEqual(
    Object.keys(RECORD),
  );
});

test('a kind of a newer version is still a record', () => {
  expect(parseRecord({ ...RECORD, kind: 'comet-landed' })?.kind).toBe('comet-landed');
});

test.each([
  ['no JSON', Buffer.from('{"schema":"1"')],
  ['nothing', Buffer.alloc(0)],
  ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
  ['a list', bytes([RECORD])],
  ['null', bytes(null)],
  ['no value at all', undefined],
  ['another schema', { ...RECORD, schema: '2' }],
  ['a number where a text should be', { ...RECORD, name: 7 }],
  ['no event id', { ...RECORD, event_id: 'x' }],
  ['a severity that does not exist', { ...RECORD, severity: 'fatal' }],
  ['a day that does not exist', { ...RECORD, at: '2026-02-30T00:00:00.000Z' }],
  ['a kind that is no name', { ...RECORD, kind: '../etc' }],
  ['an end of nothing that has a name', { ...RECORD, resolves: 'everything' }],
  ['a field longer than any of ours', { ...RECORD, detail: 'x'.repeat(16_385) }],
  ['more bytes than any of ours', bytes({ ...RECORD, more: 'x'.repeat(131_072) })],
])('%s is no record', (_, source) => {
  expect(parseRecord(source)).toBeUndefined();
});

test('no field breaks a line, hides something or turns text around', () => {
  const read = parseRecord({ ...RECORD, name: 'a\nb\u202ec\u200bd\u001be\ud800f', detail: '中文 ok!' });
  expect(read?.name).toBe('a�b�c�d�e�f');
  expect(read?.detail).toBe('中文 ok!');
});
