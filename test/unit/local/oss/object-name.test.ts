import { expect, test } from 'vitest';
import { isEditorTempName, isObjectName, plainSegmentsOf } from '../../../../local/oss/object-name.ts';

test('a key has 1 to 1,023 bytes of UTF-8 and does not begin with a slash', () => {
  expect([isObjectName(''), isObjectName('a'), isObjectName('n'.repeat(1023)), isObjectName('n'.repeat(1024))]).toEqual(
    [false, true, true, false],
  );
  expect([isObjectName('😀'.repeat(255)), isObjectName('😀'.repeat(256))]).toEqual([true, false]);
  expect([isObjectName('/a'), isObjectName('\\a'), isObjectName('a/'), isObjectName('a\\')]).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(isObjectName('\ud800')).toBe(false);
});

test('a plain path has only names that a disk can hold', () => {
  expect(plainSegmentsOf('inbox/i/ca.pem')).toEqual(['inbox', 'i', 'ca.pem']);
  expect(plainSegmentsOf(`${'s'.repeat(255)}/😀`)).toEqual(['s'.repeat(255), '😀']);
  for (const key of ['..', 'a/../b', './a', 'a//b', 'a/', 's'.repeat(256), '😀'.repeat(64), 'a\u0000', 'a\\b', 'a~']) {
    expect([key, plainSegmentsOf(key)]).toEqual([key, undefined]);
  }
});

test('only editors write names that are taken for theirs', () => {
  for (const name of ['.ca.pem.swp', '.ca.pem.swx', 'ca.pem~', '#ca.pem#', '.#ca.pem', '4913', 'x___jb_tmp___']) {
    expect([name, isEditorTempName(name)]).toEqual([name, true]);
  }
  for (const name of ['ca.pem', '.DS_Store', '._ca.pem', 'Thumbs.db', 'ca.swp', '49130', '#1', 'a.tmp']) {
    expect([name, isEditorTempName(name)]).toEqual([name, false]);
  }
});
