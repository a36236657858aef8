// Controls, line separators, bidi and zero-width characters, tags and unpaired surrogates: JSON allows most of them
// raw, and whoever prints the file would obey them.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** JSON that keeps every character of foreign text and shows none of it raw that a terminal or a page would obey. */
export function safeJson(value: unknown, indent: 0 | 2 = 0): string {
  return JSON.stringify(value, undefined, indent).replaceAll(HIDDEN, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  let text = '';
  for (let unit = 0; unit < character.length; unit += 1) {
    text += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`;
  }
  return text;
}
