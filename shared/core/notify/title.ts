import type { Bilingual } from '../openapi-code.ts';
import type { MessageLanguage } from './message.ts';
import { inOne, MARKS, type Mark } from './message-words.ts';
import { plainLine } from './plain-line.ts';

/** How many characters the line in the list of chats has. */
const TITLE_MAX_CHARACTERS = 100;

/**
 * A title: marks first (`【补发】【严重】`), then the keyword, then what happened and to whom. The end of a long one is cut,
 * never the marks or the keyword.
 */
export function titleOf(
  { keyword, language }: { readonly keyword: string; readonly language: MessageLanguage },
  said: {
    readonly marks: readonly Mark[];
    readonly text: Bilingual;
    readonly subject?: string;
    /** Told when it is more than one. */
    readonly count?: number;
  },
): string {
  const { count = 1, marks, subject = '', text } = said;
  const head = marks.map((mark) => inOne(language, MARKS[mark])).join('') + (keyword === '' ? '' : `${keyword} `);
  const words = inOne(language, text) + (count > 1 ? ` ×${count}` : '') + (subject === '' ? '' : ` · ${subject}`);
  return plainLine(head + words, TITLE_MAX_CHARACTERS);
}
