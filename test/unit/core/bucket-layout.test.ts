import { expect, test } from 'vitest';
import {
  archivedName,
  blockedKey,
  codeHashKey,
  destinationPrefix,
  dropStateKey,
  fileNameOf,
  inboxPrefix,
  leasePrefix,
  statePrefix,
} from '../../../shared/core/bucket-layout.ts';
import { parseDropId } from '../../../shared/core/drop-identity.ts';
import type { DropSource } from '../../../shared/core/drop-source.ts';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { objectKey } from '../../../shared/core/object-version.ts';

const instance = parseInstanceId('post-cn-aaaa1111');
const dropId = parseDropId('0123456789abcdef');
if (instance === undefined || dropId === undefined) throw new Error('the fixtures must be readable');
const FOLDER: DropSource = { kind: 'folder', instance, caName: 'line 7' };
const STRAY: DropSource = { kind: 'misplaced', key: objectKey('inbox/ca.pem'), reason: 'no-folder' };

test('every key of a drop lies where the layout says', () => {
  expect(inboxPrefix(FOLDER)).toBe('inbox/post-cn-aaaa1111/line 7/');
  expect(destinationPrefix('registered', FOLDER, dropId)).toBe('registered/post-cn-aaaa1111/line 7/0123456789abcdef/');
  expect(statePrefix(FOLDER)).toBe('state/register/post-cn-aaaa1111/line 7/');
  expect(leasePrefix(FOLDER)).toBe('state/register/post-cn-aaaa1111/line 7/lease/');
  expect(dropStateKey(FOLDER, dropId, 'decision')).toBe(
    'state/register/post-cn-aaaa1111/line 7/0123456789abcdef/decision.json',
  );
  expect(blockedKey(FOLDER, dropId, 2)).toBe('state/register/post-cn-aaaa1111/line 7/0123456789abcdef/blocked-2.json');
  expect(codeHashKey({ instance, caName: 'line 7' }, 'ab'.repeat(32))).toBe(
    `state/register/post-cn-aaaa1111/line 7/codes/${'ab'.repeat(32)}.json`,
  );
});

test('a misplaced file has a place of its own, whatever its key looks like', () => {
  expect(destinationPrefix('rejected', STRAY, dropId)).toBe('rejected/_misplaced/0123456789abcdef/');
  expect(statePrefix(STRAY)).toMatch(/^state\/register\/_misplaced\/[0-9a-f]{16}\/$/);
  expect(fileNameOf(STRAY, objectKey('inbox/ca.pem'))).toBe('inbox/ca.pem');
});

test("a person's file name is archived as safe characters and a hash that keeps names apart", () => {
  expect(archivedName('ca.pem')).toBe('ca.pem-8e0ee992');
  expect(archivedName('../../etc/passwd')).toMatch(/^\.\._\.\._etc_passwd-[0-9a-f]{8}$/);
  expect(archivedName('\u001b[31m*x*')).toMatch(/^__31m_x_-[0-9a-f]{8}$/);
  expect(archivedName('x'.repeat(1023))).toHaveLength(73);
  expect(archivedName('a b')).not.toBe(archivedName('a_b'));
});
