import { expect, test } from 'vitest';
import { isCaName, placeOf } from '../../../shared/core/drop-source.ts';
import { type InstanceId, parseInstanceId } from '../../../shared/core/instance.ts';
import { objectKey } from '../../../shared/core/object-version.ts';

const INSTANCES = ['post-cn-aaaa1111'].map(parseInstanceId).filter((id): id is InstanceId => id !== undefined);
const place = (key: string) => placeOf(objectKey(key), INSTANCES);

test('a file in a CA folder of a known instance belongs to that drop', () => {
  expect(place('inbox/post-cn-aaaa1111/line 7/ca.pem')).toEqual({
    kind: 'folder',
    instance: 'post-cn-aaaa1111',
    caName: 'line 7',
  });
});

test.each([
  ['inbox/ca.pem', 'no-folder'],
  ['inbox/post-cn-aaaa1111/ca.pem', 'no-folder'],
  ['inbox/post-cn-other/line-7/ca.pem', 'unknown-instance'],
  ['inbox/post-cn-aaaa1111/line-7/old/ca.pem', 'nested'],
  ['inbox/post-cn-aaaa1111/../ca.pem', 'folder-name'],
  ['inbox/post-cn-aaaa1111//ca.pem', 'folder-name'],
  ['inbox/post-cn-aaaa1111/a\\b/ca.pem', 'folder-name'],
  ['inbox/post-cn-aaaa1111/a\nb/ca.pem', 'folder-name'],
  ['inbox/post-cn-aaaa1111/a%2Fb/ca.pem', 'folder-name'],
  ['inbox/../watch/ca.pem', 'unknown-instance'],
])('%s is misplaced: %s', (key, reason) => {
  expect(place(key)).toEqual({ kind: 'misplaced', key, reason });
});

test.each(['inbox/', 'inbox/post-cn-aaaa1111/', 'inbox/x/.DS_Store', 'inbox/x/y/._ca.pem', 'inbox/x/y/Thumbs.db'])(
  '%s is what computers leave behind and is passed over',
  (key) => {
    expect(place(key)).toEqual({ kind: 'silent' });
  },
);

test('a key outside the inbox is none of our business', () => {
  expect(place('watch/list.csv')).toEqual({ kind: 'outside' });
  expect(place('inboxes/post-cn-aaaa1111/a/ca.pem')).toEqual({ kind: 'outside' });
});

test('a CA may be called by its name in any script, up to 64 characters, and by nothing that could be markup', () => {
  expect(['a', '一号工厂', 'Werk Süd', 'line_7-b.2', `x${'y'.repeat(63)}`].map(isCaName)).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(
    ['', '.', '..', ' a', 'a ', 'a.', `x${'y'.repeat(64)}`, 'a*b', 'a\u202eb', '_hidden', 'u\u0308ber'].map(isCaName),
  ).toEqual(Array.from({ length: 11 }, () => false));
});
