import { expect, test } from 'vitest';
import { NOTHING_KNOWN, withMuteLines } from '../../../../shared/core/notify/condition-memory.ts';
import { readMuteFile } from '../../../../shared/core/notify/mute-line.ts';
import { type MuteFile, muteComplaints } from '../../../../shared/core/notify/mutes.ts';
import { etagOf, objectKey } from '../../../../shared/core/object-version.ts';
import { epochMs } from '../../../../shared/core/time.ts';

const NOON = Date.parse('2026-01-10T12:00:00Z');

function file(name: string, lines: readonly string[], now = NOON, etag = 'A'): MuteFile {
  const version = { key: objectKey(`control/mutes/${name}`), etag: etagOf(etag.repeat(32)) };
  return { version, lines: readMuteFile(lines.join('\n'), epochMs(now)) };
}

const namesOf = (...files: readonly MuteFile[]): readonly string[] => muteComplaints(files).map(({ name }) => name);

test('lines of a file that are wrong in the same way are one complaint, which counts them and names the first', () => {
  const lines = ['# note', 'what,,Li,known,2026-01-11', 'ca-inactive,,,known,2026-01-11', 'what,,Li,,2026-01-11'];
  expect(muteComplaints([file('a.csv', lines)])).toMatchObject([
    { outcome: { kind: 'mute-invalid', reason: 'unknown-kind', lines: 2, mute: { line: 2 } } },
    { outcome: { kind: 'mute-invalid', reason: 'no-owner', lines: 1, mute: { line: 3 } } },
  ]);
});

test('of lines that ended the last is named; when another one ends, that is said too', () => {
  const lines = ['ca-inactive,,Li,known,2026-01-10T10:00:00Z', 'ca-expired,,Ann,known,2026-01-10T13:00:00Z'];
  const [before, after] = [file('a.csv', lines), file('a.csv', lines, NOON + 7_200_000)];
  expect(muteComplaints([before])).toMatchObject([{ outcome: { kind: 'mute-expired', owner: 'Li', lines: 1 } }]);
  expect(muteComplaints([after])).toMatchObject([{ outcome: { kind: 'mute-expired', owner: 'Ann', lines: 2 } }]);
  expect(namesOf(before)).not.toEqual(namesOf(after));
  expect(namesOf(after)).toEqual(namesOf(file('a.csv', lines, NOON + 9_000_000)));
});

test('a file that was changed is complained of again', () => {
  expect(namesOf(file('a.csv', ['what']))).not.toEqual(namesOf(file('a.csv', ['what'], NOON, 'B')));
});

test('what was said is remembered as long as there is something to say, whatever was said before', () => {
  const bad = ['what,,Li,known,2026-01-11', 'ca-inactive,,,known,2026-01-11', 'ca-inactive,,Li,,2026-01-11'];
  const worse = [...bad, 'ca-inactive,,Li,known,', 'ca-inactive,,Li,known,2027-01-11', 'ca-inactive,,Li,a,b,c,d'];
  const files = Array.from({ length: 500 }, (_, n) =>
    file(`${String(n)}.csv`, [...worse, 'ca-inactive,,Li,a,2026-01-01']),
  );
  const names = namesOf(...files);
  expect(names).toHaveLength(3500);
  const old = withMuteLines(
    NOTHING_KNOWN,
    new Set(namesOf(...files.map((one) => ({ ...one, version: { ...one.version, etag: etagOf('B'.repeat(32)) } })))),
  );
  const { muteLines } = withMuteLines(old, new Set(names));
  expect(new Set(muteLines)).toEqual(new Set([...old.muteLines.slice(-500), ...names]));
});
