import { expect, test } from 'vitest';
import { parseCaSerial, parseDeviceSerial, serviceSpellings } from '../../../shared/core/serial.ts';

test('every hex spelling of a serial reads as the same canonical one', () => {
  const spellings = ['00f26900ba87', 'F26900BA87', 'f2:69:00:ba:87', ' 00 F2 69 00 BA 87 ', '0000f26900ba87'];
  for (const spelling of spellings) expect(parseCaSerial(spelling)).toBe('f26900ba87');
});

test('a serial keeps its odd number of digits', () => {
  expect(parseCaSerial('0a0b0c')).toBe('a0b0c');
  expect(parseDeviceSerial('0A:0B:0C')).toBe('a0b0c');
});

test('what is no positive serial is refused', () => {
  for (const text of ['', ' ', '0', '00:00', '-0f', '0x0f', 'f2g9', '12.5', 'f26900ba87…', '１２']) {
    expect(parseCaSerial(text)).toBeUndefined();
  }
});

test('20 octets are the longest serial', () => {
  expect(parseCaSerial('ff'.repeat(19))).toBe('ff'.repeat(19));
  expect(parseCaSerial('ff'.repeat(20))).toBe('ff'.repeat(20));
  expect(parseCaSerial(`00${'ff'.repeat(20)}`)).toBe('ff'.repeat(20));
  expect(parseCaSerial(`1${'ff'.repeat(20)}`)).toBeUndefined();
});

test('128 bytes are the longest text of a serial', () => {
  expect(parseCaSerial(`${'0'.repeat(126)}1f`)).toBe('1f');
  expect(parseCaSerial(`${'0'.repeat(127)}1f`)).toBeUndefined();
});

test('the service is asked with the DER bytes first, then without and with a sign octet, then canonically', () => {
  expect(serviceSpellings(serial('f26900ba87'))).toEqual(['00f26900ba87', 'f26900ba87']);
  expect(serviceSpellings(serial('72690048'))).toEqual(['72690048', '0072690048']);
  expect(serviceSpellings(serial('a0b0c'))).toEqual(['0a0b0c', '000a0b0c', 'a0b0c']);
});

function serial(text: string): NonNullable<ReturnType<typeof parseCaSerial>> {
  const parsed = parseCaSerial(text);
  if (parsed === undefined) throw new Error(`no serial: ${text}`);
  return parsed;
}
