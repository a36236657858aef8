import { type DisplayText, displayText } from './display-text.ts';

/** GetRegisterCode's example: a UUID followed directly by further characters. X.509 allows a common name 64. */
const CODE_SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[0-9a-z_-]{0,28}$/i;

/** Looks like a registration code. The service documents no format, so this may warn and never refuse. */
export function isCodeShaped(commonName: string): boolean {
  return CODE_SHAPE.test(commonName);
}

/** A code inside other text, such as a printed subject or a file name. */
const CODE_ANYWHERE = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[0-9a-z_-]*/gi;

/** Cuts everything shaped like a registration code to its first eight digits. */
export function maskCodes(text: string): string {
  return text.replace(CODE_ANYWHERE, '$1…');
}

/** How much of a common name may be shown: it may be a registration code, which no log keeps. */
const SHOWN_CHARACTERS = 8;

/** The first eight characters of a common name and its length, such as `1f2e3d4c…, 40 characters`. */
export function maskedCommonName(commonName: string): DisplayText {
  const length = Array.from(commonName).length;
  if (length <= SHOWN_CHARACTERS) return displayText(commonName);
  return displayText(`${displayText(commonName, SHOWN_CHARACTERS + 1)}, ${length} characters`);
}
