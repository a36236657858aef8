import { InvalidArgumentError } from 'commander';
import type { Bilingual } from '../../shared/core/openapi-code.ts';

/** Which of the operators' languages a report is written in. */
export type Language = 'zh' | 'en' | 'both';

/** Reads `--lang`. */
export function parseLanguage(value: string): Language {
  if (value === 'zh' || value === 'en' || value === 'both') return value;
  throw new InvalidArgumentError('Choose one of zh, en, both.');
}

/** The sentence in the wanted language or languages, Chinese first, as in `reason.txt`. */
export function sentencesIn(language: Language, sentence: Bilingual): readonly string[] {
  if (language === 'both') return [sentence.zh, sentence.en];
  return [sentence[language]];
}

/** The language of the person at the terminal, by `LC_ALL`, `LC_MESSAGES` and `LANG` in this order; English unless it is Chinese. */
export function readersLanguage(env: Readonly<Record<string, string | undefined>>): 'zh' | 'en' {
  const set = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value !== undefined && value !== '');
  return set?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en';
}
