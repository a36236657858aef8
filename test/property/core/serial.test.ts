import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCaSerial, parseDeviceSerial, serviceSpellings } from '../../../shared/core/serial.ts';

/** A positive number of at most 20 octets. */
const serials = fc.bigInt({ min: 1n, max: 2n ** 160n - 1n });

/** How people and tools write a number in hex. */
const spellings = fc.record({
  zeros: fc.integer({ min: 0, max: 6 }),
  upper: fc.boolean(),
  separator: fc.constantFrom('', ':', ' '),
});

test('a serial has one value in every spelling', () => {
  fc.assert(
    fc.property(serials, spellings, (number, { zeros, upper, separator }) => {
      const digits = '0'.repeat(zeros) + number.toString(16);
      const separated = (digits.length % 2 === 0 ? digits : `0${digits}`).replace(/..(?=.)/g, `$&${separator}`);
      const text = upper ? separated.toUpperCase() : separated;
      expect(parseCaSerial(text)).toBe(number.toString(16));
      expect(parseDeviceSerial(text)).toBe(number.toString(16));
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('every spelling for the service reads as the serial again, differs from the others and fits 128 bytes', () => {
  fc.assert(
    fc.property(serials, (number) => {
      const serial = parseCaSerial(number.toString(16));
      if (serial === undefined) throw new Error('refused');
      const tried = serviceSpellings(serial);
      expect(new Set(tried).size).toBe(tried.length);
      expect(tried.length).toBeLessThanOrEqual(4);
      for (const spelling of tried) {
        expect(spelling.length).toBeLessThanOrEqual(128);
        expect(parseCaSerial(spelling)).toBe(serial);
      }
      // DER: an even number of digits, and a first octet below 0x80.
      expect(tried[0]).toMatch(/^[0-7][0-9a-f](?:[0-9a-f]{2})*$/);
    }),
    { numRuns: 2000, seed: 2 },
  );
});

test('no text makes the reader throw, and what it accepts is canonical', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.stringMatching(/^[0-9a-fA-F: ]*$/)),
      (text) => {
        const serial = parseCaSerial(text);
        if (serial !== undefined) expect(serial).toMatch(/^[1-9a-f][0-9a-f]{0,39}$/);
      },
    ),
    { numRuns: 3000, seed: 3 },
  );
});
