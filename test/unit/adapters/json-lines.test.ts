import { expect, test } from 'vitest';
import { jsonLines } from '../../../shared/adapters/json-lines.ts';
import type { RunLine } from '../../../shared/ports/run-log.ts';

const AT = '2026-01-02T03:04:05.678Z';

function printed(line: RunLine): string[] {
  const lines: string[] = [];
  jsonLines(
    () => AT,
    (text) => lines.push(text),
  ).write(line);
  return lines;
}

test('a line is one JSON object with the moment first', () => {
  expect(
    printed({
      durationMs: 12,
      event: 'drop-done',
      instance: 'post-cn-aaaa1111',
      id: '00ff',
      kind: 'ca-registered',
      count: 1,
    }),
  ).toEqual([
    `{"at":"${AT}","event":"drop-done","instance":"post-cn-aaaa1111","id":"00ff","kind":"ca-registered","count":1,"durationMs":12}`,
  ]);
});

test('what is not on the list of fields is not printed, whatever it is', () => {
  const line = { event: 'failed', code: 'TypeError', error: new Error('secret'), body: 'PEM', at: 'forged' };
  expect(printed(line)).toEqual([`{"at":"${AT}","event":"failed","code":"TypeError"}`]);
});

test('a field of another type than it should have is not printed', () => {
  const line = { event: 'failed', code: { toJSON: () => 'secret' }, count: Number.NaN } as unknown as RunLine;
  expect(printed(line)).toEqual([`{"at":"${AT}","event":"failed"}`]);
});

test('a line stays one line and short', () => {
  const [line] = printed({ event: 'x\ny', code: 'z'.repeat(500) });
  expect(line).not.toContain('\n');
  expect(JSON.parse(line ?? '')).toEqual({ at: AT, event: 'x\ny', code: 'z'.repeat(200) });
});

test('a printer that breaks breaks nothing else', () => {
  const broken = jsonLines(
    () => AT,
    () => {
      throw new Error('EPIPE');
    },
  );
  expect(() => broken.write({ event: 'x' })).not.toThrow();
});
