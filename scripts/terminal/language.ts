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
