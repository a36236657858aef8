import { expect, test } from 'vitest';
import { readersLanguage } from '../../../scripts/terminal/language.ts';

test("the reader's language is Chinese where the locale says so, the strongest variable first, and English otherwise", () => {
  expect(readersLanguage({})).toBe('en');
  expect(readersLanguage({ LANG: 'zh_CN.UTF-8' })).toBe('zh');
  expect(readersLanguage({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(readersLanguage({ LANG: 'en_GB.UTF-8', LC_MESSAGES: 'zh_TW' })).toBe('zh');
  expect(readersLanguage({ LANG: 'zh_CN', LC_ALL: '' })).toBe('zh');
  expect(readersLanguage({ LANG: 'de_DE.UTF-8' })).toBe('en');
});
