import { expect, test } from 'vitest';
import { readMuteFile } from '../../../../shared/core/notify/mute-line.ts';
import { epochMs } from '../../../../shared/core/time.ts';

const NOW = epochMs(Date.parse('2026-01-10T00:00:00Z'));
const read = (text: string) => readMuteFile(text, NOW);
const valid = (line: string): boolean => read(line)[0]?.kind === 'valid';

test('a mute names what it mutes, who wants that and why, and an end within 90 days', () => {
  expect(read('kind,instance,owner,reason,until\nca-inactive,post-cn-a,Li,"moved, known",2026-01-11\n')).toEqual([
    {
      kind: 'valid',
      mute: {
        ...{ line: 2, what: 'ca-inactive', instance: 'post-cn-a', owner: 'Li', reason: 'moved, known' },
        until: Date.parse('2026-01-12T11:59:59.999Z'),
      },
    },
  ]);
  expect(valid('ca-inactive.0123456789abcdef,,Li,known,2026-04-10T00:00:00Z')).toBe(true);
});

test.each([
  ['no-such-kind,,Li,known,2026-01-11', 'unknown-kind'],
  ['*,,Li,known,2026-01-11', 'unknown-kind'],
  ['ca-inactive.0123,,Li,known,2026-01-11', 'unknown-kind'],
  ['toString,,Li,known,2026-01-11', 'unknown-kind'],
  ['ca-inactive,,,known,2026-01-11', 'no-owner'],
  ['ca-inactive,,Li,,2026-01-11', 'no-reason'],
  ['ca-inactive,,Li,known,', 'no-until'],
  ['ca-inactive,,Li,known,tomorrow', 'no-until'],
  ['ca-inactive,,Li,known,2026-02-30', 'no-until'],
  ['ca-inactive,,Li,known,2026-04-10T00:00:00.001Z', 'until-too-far'],
  ['ca-inactive,,Li,moved, known,2026-01-11', 'too-many-columns'],
])('%s mutes nothing', (line, reason) => {
  expect(read(line)).toEqual([{ kind: 'invalid', line: 1, reason }]);
});

test('a mute ends at its moment', () => {
  expect(valid('ca-inactive,,Li,known,2026-01-10T00:00:00.001Z')).toBe(true);
  expect(read('ca-inactive,,Li,known,2026-01-10T00:00:00Z')).toMatchObject([{ kind: 'expired' }]);
});

test('blank lines, notes, byte order marks and semicolons are what spreadsheets make of it', () => {
  const text =
    '\uFEFFkind;instance;owner;reason;until\r\n\r\n# note\r\nca-inactive;;Li;"say ""yes""";2026-01-11\r\n;;;;\r\n';
  expect(read(text)).toMatchObject([{ kind: 'valid', mute: { line: 4, reason: 'say ＂yes＂' } }]);
});
