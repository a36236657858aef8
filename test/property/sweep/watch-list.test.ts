import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeviceSerial } from '../../../shared/core/serial.ts';
import {
  countOf,
  deviceAt,
  indexOfDevice,
  packSerials,
  SERIAL_OCTETS,
  unionOf,
} from '../../../shared/core/sweep/packed-serials.ts';
import { sortPacked } from '../../../shared/core/sweep/packed-sort.ts';
import { ca, compileTexts, device, shownList } from '../../support/watch-lists.ts';

/** Serials of every length, many of them alike in front: what a radix sort can get wrong. */
const serials = fc
  .oneof(
    fc.bigInt({ min: 1n, max: 2n ** 160n - 1n }),
    fc.bigInt({ min: 1n, max: 300n }),
    fc.bigInt({ min: 0n, max: 300n }).map((low) => 2n ** 159n + low),
  )
  .map((number) => device(`0${number.toString(16)}`));

const byNumber = (a: DeviceSerial, b: DeviceSerial): number => {
  const left = BigInt(`0x${a}`);
  const right = BigInt(`0x${b}`);
  return left < right ? -1 : left > right ? 1 : 0;
};

test('packed serials come back as they went in', () => {
  fc.assert(
    fc.property(fc.array(serials), (list) => {
      const packed = packSerials(list);
      expect(countOf(packed)).toBe(list.length);
      expect(list.map((_, index) => deviceAt(packed, index))).toEqual(list);
    }),
  );
});

test('sorting packed serials is sorting numbers, and what stands beside them moves along', () => {
  fc.assert(
    fc.property(fc.array(serials, { maxLength: 300 }), (list) => {
      const packed = packSerials(list);
      const places = Uint32Array.from(list.keys());
      sortPacked(packed, [places]);
      const sorted = [...list].sort(byNumber);
      expect(sorted.map((_, index) => deviceAt(packed, index))).toEqual(sorted);
      expect([...places].map((place) => list[place])).toEqual(sorted);
      expect([...places].sort((a, b) => a - b)).toEqual([...list.keys()]);
    }),
    { numRuns: 300 },
  );
});

test('every serial of a sorted list is found at its place, and no other serial is', () => {
  fc.assert(
    fc.property(fc.uniqueArray(serials), serials, (list, other) => {
      const sorted = [...list].sort(byNumber);
      const packed = packSerials(sorted);
      expect(sorted.map((serial) => indexOfDevice(packed, serial))).toEqual([...sorted.keys()]);
      expect(indexOfDevice(packed, other)).toBe(sorted.indexOf(other));
    }),
  );
});

test('the union of two sorted lists holds what either holds, once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(serials), fc.uniqueArray(serials), (left, right) => {
      const sorted = (list: readonly DeviceSerial[]): Uint8Array => packSerials([...list].sort(byNumber));
      expect(unionOf(sorted(left), sorted(right))).toEqual(sorted([...new Set([...left, ...right])]));
    }),
  );
});

const cas = fc.constantFrom(ca('c1'), ca('ca02'), ca('f'.repeat(40)));
const lines = fc.record({
  ca: cas,
  device: fc.oneof({ weight: 9, arbitrary: serials }, { weight: 1, arbitrary: fc.constant('*' as const) }),
  reactivate: fc.constantFrom(undefined, true, false),
  spelling: fc.nat(3),
});
type Line = typeof lines extends fc.Arbitrary<infer Value> ? Value : never;

function spelled(serial: string, spelling: number): string {
  const octets = serial.length % 2 === 0 ? serial : `0${serial}`;
  if (spelling === 0) return `0x${serial}`;
  if (spelling === 1) return `dec:${BigInt(`0x${serial}`).toString()}`;
  if (spelling === 2) return `00:${(octets.toUpperCase().match(/../g) ?? []).join(':')}`;
  return `" 0x00${octets} "`;
}

/** The same in words nobody has to trust: a Map, and no wins. */
function modelOf(all: readonly Line[]): Readonly<Record<string, string>> {
  const said = new Map<string, Map<Line['device'], boolean>>();
  for (const line of all) {
    const devices = said.get(line.ca) ?? new Map<Line['device'], boolean>();
    said.set(line.ca, devices);
    devices.set(line.device, (devices.get(line.device) ?? true) && (line.reactivate ?? line.device !== '*'));
  }
  const word = ([serial, yes]: readonly [string, boolean]): string => `${serial}${yes ? '+' : '-'}`;
  return Object.fromEntries(
    [...said].map(([name, devices]) => {
      const named = [...devices].filter((entry): entry is [DeviceSerial, boolean] => entry[0] !== '*');
      const star = [...devices].filter(([serial]) => serial === '*');
      const sorted = named.sort(([a], [b]) => byNumber(a, b));
      return [`ca ${name}`, [...sorted, ...star].map(word).join(' ')];
    }),
  );
}

test('any lines in any files, order and spelling compile to what a map of them says', () => {
  fc.assert(
    fc.property(fc.array(fc.array(lines, { maxLength: 60 }), { minLength: 1, maxLength: 4 }), (files) => {
      const texts = files.map((file) => {
        const rows = file.map((line) => {
          const serial = line.device === '*' ? '*' : spelled(line.device, line.spelling);
          const word = line.reactivate === undefined ? '' : line.reactivate ? 'yes' : 'no';
          return `${serial},${line.ca},${word}`;
        });
        return ['device_sn,ca_sn,reactivate', ...rows].join('\n');
      });
      expect(shownList(compileTexts(...texts).list)).toEqual(modelOf(files.flat()));
    }),
    { numRuns: 300 },
  );
});

test('200,000 devices keep 21 octets each, in order', () => {
  const rows = Array.from({ length: 200_000 }, (_, n) => `0x${((n * 7919) % 200_003).toString(16)}1,c1`);
  const { list } = compileTexts(`device_sn,ca_sn\n${rows.join('\n')}\n`);
  const [compiled] = list.cas;
  const devices = compiled?.devices ?? new Uint8Array();
  expect(devices.length + (compiled?.reactivate.length ?? 0)).toBe(200_000 * (SERIAL_OCTETS + 1));
  expect(devices.buffer.byteLength).toBe(devices.length); // nothing else is kept alive by it
  expect(deviceAt(devices, 0)).toBe('1');
  for (let index = 1; index < countOf(devices); index += 1) {
    expect(Buffer.compare(at(devices, index - 1), at(devices, index))).toBe(-1);
  }
});

function at(devices: Uint8Array, index: number): Uint8Array {
  return devices.subarray(index * SERIAL_OCTETS, (index + 1) * SERIAL_OCTETS);
}
