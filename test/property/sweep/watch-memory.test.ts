import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CaSerial, DeviceSerial } from '../../../shared/core/serial.ts';
import { listMemoryOf, mergeMemory, murmur32 } from '../../../shared/core/sweep/list-index.ts';
import { decodeListMemory, encodeListMemory } from '../../../shared/core/sweep/list-memory-bytes.ts';
import { packSerials } from '../../../shared/core/sweep/packed-serials.ts';
import { sortPacked } from '../../../shared/core/sweep/packed-sort.ts';
import { ca, device } from '../../support/watch-lists.ts';

const serials = fc
  .oneof(fc.bigInt({ min: 1n, max: 2n ** 160n - 1n }), fc.bigInt({ min: 1n, max: 60n }))
  .map((number) => device(`0${number.toString(16)}`));
const cas = fc.constantFrom(ca('c1'), ca('c2'), ca('c3'));

/** A byte for each device of each CA. */
type Fleet = ReadonlyMap<CaSerial, ReadonlyMap<DeviceSerial, number>>;

const fleets: fc.Arbitrary<Fleet> = fc
  .array(fc.tuple(cas, fc.array(fc.tuple(serials, fc.integer({ min: 1, max: 255 })), { maxLength: 40 })))
  .map((entries) => new Map(entries.map(([serial, devices]) => [serial, new Map(devices)])));

function sorted(devices: Iterable<DeviceSerial>): Uint8Array {
  const packed = packSerials([...devices]);
  sortPacked(packed);
  return packed;
}

/** The memory of a fleet in list order. */
function remembered(fleet: Fleet) {
  const lists = [...fleet].map(([serial, devices]) => {
    const names = [...devices.keys()].sort((a, b) => (BigInt(`0x${a}`) < BigInt(`0x${b}`) ? -1 : 1));
    return {
      ca: serial,
      devices: packSerials(names),
      memory: Uint8Array.from(names, (name) => devices.get(name) ?? 0),
    };
  });
  return listMemoryOf('0123456789abcdef', lists);
}

test('when a list changes, who stays keeps their byte, who is new has none, and who left is forgotten', () => {
  fc.assert(
    fc.property(fleets, fleets, fc.boolean(), (before, changes, keepsMost) => {
      // A list that changed a little, or one that has next to nothing in common with the one before.
      const names = new Set([...(keepsMost ? before.keys() : []), ...changes.keys()]);
      const after = [...names].map((serial) => {
        const kept = keepsMost ? [...(before.get(serial)?.keys() ?? [])].filter((_, index) => index % 5 !== 3) : [];
        return { ca: serial, devices: new Set([...kept, ...(changes.get(serial)?.keys() ?? [])]) };
      });
      const merged = mergeMemory(
        remembered(before),
        after.map(({ ca: serial, devices }) => ({ ca: serial, devices: sorted(devices) })),
      );
      const model = after.map(({ ca: serial, devices }) =>
        [...devices]
          .sort((a, b) => (BigInt(`0x${a}`) < BigInt(`0x${b}`) ? -1 : 1))
          .map((name) => before.get(serial)?.get(name) ?? 0),
      );
      expect(merged.map((bytes) => [...bytes])).toEqual(model);
    }),
    { numRuns: 500 },
  );
});

test('memory is read back as it was written, and not at all when anything is missing from it or too much', () => {
  fc.assert(
    fc.property(fleets, fc.nat(), (fleet, at) => {
      const memory = remembered(fleet);
      const bytes = encodeListMemory(memory);
      expect(decodeListMemory(bytes)).toEqual(memory);
      expect(decodeListMemory(bytes.subarray(0, at % bytes.length))).toBeUndefined();
      expect(decodeListMemory(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeUndefined();
    }),
  );
});

test('no octets make the reader of memory throw', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), (octets, text) => {
      decodeListMemory(Buffer.from(octets));
      decodeListMemory(Buffer.from(`${text}\n`));
      const cas = [null, 1, { ca: 'c1' }, { ca: 'zz', count: 1 }, { ca: 'c1', count: -1 }, { ca: 'c1', count: 0.5 }];
      for (const entry of cas) {
        const header = JSON.stringify({ schema: 1, digest: text, cas: [entry] });
        expect(decodeListMemory(Buffer.from(`${header}\n`))).toBeUndefined();
      }
    }),
  );
});

test('another version of the format is not read', () => {
  const bytes = encodeListMemory(remembered(new Map([[ca('c1'), new Map([[device('ab'), 7]])]])));
  expect(bytes.toString('latin1')).toMatch(/^\{"schema":1,/);
  expect(decodeListMemory(Buffer.from(bytes.toString('latin1').replace('"schema":1', '"schema":2'), 'latin1'))).toBe(
    undefined,
  );
});

test('200,000 devices are remembered in nine octets each', () => {
  const devices = new Uint8Array(200_000 * 20);
  new DataView(devices.buffer).setUint8(0, 1);
  for (let index = 0; index < 200_000; index += 1) new DataView(devices.buffer).setUint32(index * 20 + 16, index);
  const memory = new Uint8Array(200_000).fill(3);
  const bytes = encodeListMemory(listMemoryOf('d', [{ ca: ca('c1'), devices, memory }]));
  expect(bytes.length).toBe(200_000 * 9 + '{"schema":1,"digest":"d","cas":[{"ca":"c1","count":200000}]}\n'.length);
  const [merged] = mergeMemory(decodeListMemory(bytes), [{ ca: ca('c1'), devices: devices.subarray(20) }]);
  expect(merged?.length).toBe(199_999);
  expect(merged?.every((byte) => byte === 3)).toBe(true);
});

test.each([
  ['', 0, 0x00000000],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['test', 0, 0xba6bd213],
  ['test', 0x9747b28c, 0x704b81dc],
  ['aaaa', 0x9747b28c, 0x5a97808a],
])('the hash of %j with seed %i is the reference’s', (text, seed, hash) => {
  expect(murmur32(Buffer.from(text), seed)).toBe(hash);
});
