import type { MqttSettings } from './settings.ts';

type Spelling = Pick<MqttSettings, 'serialZeros' | 'serialLetters'>;

/** One spelling for every way to write the same number: lower case, no separators, no leading zeros. */
export function canonicalSerial(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[:\s]/gu, '')
    .replace(/^0+(?=.)/u, '');
}

/** Writes a serial (its DER bytes in hex) the way the service is set to write it; pairs of digits stay pairs. */
export function spellSerial(serialHex: string, spelling: Spelling): string {
  const zeros = spelling.serialZeros === 'stripped' ? serialHex.replace(/^(?:00)+(?=..)/u, '') : serialHex;
  return spelling.serialLetters === 'upper' ? zeros.toUpperCase() : zeros;
}
