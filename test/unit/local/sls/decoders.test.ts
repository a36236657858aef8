import { createRequire } from 'node:module';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { decodeLogGroup, LOG_GROUP_LIMITS } from '../../../../local/sls/log-group.ts';
import { decompressLz4Block, Lz4Error } from '../../../../local/sls/lz4.ts';
import { ProtobufError, readFields } from '../../../../local/sls/protobuf.ts';

const NOW = 1_700_000_000_000;
const GOLDEN = '0a1a0880e2cfaa06120d0a076f7574636f6d6512026f6b25404b4c001a0174220173320a0a03656e761203646576';

const PROTO = `
syntax = "proto2";
message Pair { required string Key = 1; required string Value = 2; }
message Log { required uint32 Time = 1; repeated Pair Contents = 2; optional fixed32 TimeNs = 4; }
message LogGroup {
  repeated Log Logs = 1; optional string Reserved = 2; optional string Topic = 3; optional string Source = 4;
  optional string MachineUUID = 5; repeated Pair LogTags = 6;
}`;
const GROUP = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('LogGroup');

function encode(group: object): Buffer {
  return Buffer.from(GROUP.encode(GROUP.fromObject(group)).finish());
}

interface Lz4 {
  makeBuffer(size: number): Uint8Array;
  compressBound(size: number): number;
  compressBlock(source: Uint8Array, target: Uint8Array, from: number, size: number, table: Uint32Array): number;
}
const lz4 = createRequire(import.meta.url)('lz4js') as Lz4;

function compress(raw: Buffer): Buffer {
  const target = lz4.makeBuffer(lz4.compressBound(raw.length));
  const size = lz4.compressBlock(raw, target, 0, raw.length, new Uint32Array(65_536));
  return Buffer.from(target.subarray(0, size));
}

test('the golden group is read field by field', () => {
  expect(decodeLogGroup(Buffer.from(GOLDEN, 'hex'), [NOW])).toEqual({
    ok: true,
    logs: [
      {
        time: 1_700_000_000,
        timeNs: 5_000_000,
        topic: 't',
        source: 's',
        fields: { outcome: 'ok', '__tag__:env': 'dev' },
      },
    ],
  });
});

test('whatever protobufjs writes is read back', () => {
  const text = '证书 ✓ "quoted"\n';
  const body = encode({
    Logs: Array.from({ length: 300 }, (_, index) => ({
      Time: 1_700_000_000 - index,
      Contents: [
        { Key: 'n', Value: String(index) },
        { Key: '键', Value: text.repeat(index % 40) },
        { Key: '__proto__', Value: 'plain' },
      ],
    })),
    Reserved: 'x',
    Topic: 'sweep',
    Source: '10.0.0.1',
    MachineUUID: 'u',
  });
  const group = decodeLogGroup(body, [NOW]);
  expect(group.ok && group.logs).toHaveLength(300);
  expect(group.ok && group.logs[299]).toMatchObject({ time: 1_699_999_701, topic: 'sweep', source: '10.0.0.1' });
  expect(group.ok && Object.entries(group.logs[39]?.fields ?? {})).toEqual([
    ['n', '39'],
    ['键', text.repeat(39)],
    ['__proto__', 'plain'],
  ]);
});

test('each broken rule of a group has its code, and one bad log refuses the group', () => {
  const seconds = NOW / 1000;
  const one = (log: object, group: object = {}): string => {
    const good = { Time: seconds, Contents: [{ Key: 'k', Value: 'v' }] };
    const decoded = decodeLogGroup(encode({ Logs: [good, { ...good, ...log }], ...group }), [NOW]);
    return decoded.ok ? 'ok' : decoded.code;
  };
  const key = (Key: string): object => ({ Contents: [{ Key, Value: 'v' }] });
  expect(one({})).toBe('ok');
  expect([one({ Time: seconds - 168 * 3600 }), one({ Time: seconds - 168 * 3600 - 1 })]).toEqual([
    'ok',
    'InvalidTimestamp',
  ]);
  expect([one({ Time: seconds + 900 }), one({ Time: seconds + 901 })]).toEqual(['ok', 'InvalidTimestamp']);
  expect([one(key('k'.repeat(128))), one(key('k'.repeat(129))), one(key(''))]).toEqual([
    'ok',
    'InvalidKey',
    'InvalidKey',
  ]);
  expect([one(key('键'.repeat(43))), one(key('__time__'))]).toEqual(['InvalidKey', 'InvalidKey']);
  expect(one({ Contents: [{ Key: 'k', Value: 'v'.repeat(1024 * 1024 + 1) }] })).toBe('PostBodyInvalid');
  expect([one({}, { Topic: 't'.repeat(128) }), one({}, { Source: 's'.repeat(129) })]).toEqual([
    'ok',
    'PostBodyInvalid',
  ]);
  expect(one({ TimeNs: 1_000_000_000 })).toBe('PostBodyInvalid');
});

test('4096 logs fit a group and one more does not', () => {
  const log = { Time: NOW / 1000 };
  const code = (count: number): string => {
    const decoded = decodeLogGroup(encode({ Logs: Array.from({ length: count }, () => log) }), [NOW]);
    return decoded.ok ? 'ok' : decoded.code;
  };
  expect([code(LOG_GROUP_LIMITS.logs), code(LOG_GROUP_LIMITS.logs + 1)]).toEqual(['ok', 'PostBodyInvalid']);
});

test('text that is not UTF-8, a log without a time and cut-off bytes are refused', () => {
  const code = (hex: string): string => {
    const decoded = decodeLogGroup(Buffer.from(hex, 'hex'), [NOW]);
    return decoded.ok ? 'ok' : decoded.code;
  };
  expect(code(GOLDEN.replace('6f7574636f6d65', '6f7574ff6f6d65'))).toBe('InvalidEncoding');
  expect(code('0a00')).toBe('PostBodyInvalid');
  for (let length = 2; length < GOLDEN.length; length += 2) {
    expect(['ok', 'PostBodyInvalid']).toContain(code(GOLDEN.slice(0, length)));
  }
  expect(() => [...readFields(Buffer.from('ffffffffffffffffffffff', 'hex'))]).toThrow(ProtobufError);
  expect(() => [...readFields(Buffer.from('0b', 'hex'))]).toThrow(ProtobufError);
});

test('whatever lz4js compresses is expanded, short and long literals and matches alike', () => {
  const samples = [
    'abcabcabcabcabcabcabcabcabcabcabcabcabcabc end',
    'x'.repeat(100_000),
    Array.from({ length: 5000 }, (_, index) => `line ${String(index % 97)} of ${String(index)}\n`).join(''),
    `${Array.from({ length: 400 }, (_, index) => String.fromCharCode(32 + ((index * 7919) % 90))).join('')}${'y'.repeat(300)}`,
  ];
  for (const sample of samples) {
    const raw = Buffer.from(sample);
    const packed = compress(raw);
    expect(packed.length).toBeGreaterThan(0);
    expect(decompressLz4Block(packed, raw.length).equals(raw)).toBe(true);
  }
});

test('a block of literals alone is its bytes, and a block that lies about itself is refused', () => {
  expect(decompressLz4Block(Buffer.from('30616263', 'hex'), 3).toString()).toBe('abc');
  expect(decompressLz4Block(Buffer.from('00', 'hex'), 0)).toHaveLength(0);
  const packed = compress(Buffer.from('x'.repeat(100_000)));
  expect(() => decompressLz4Block(packed, 99_999)).toThrow(Lz4Error);
  expect(() => decompressLz4Block(packed, 100_001)).toThrow(Lz4Error);
  for (const hex of ['', '10', 'f0', 'f0ff', '1061ff', '10610000', '1061020000', '1f6101']) {
    expect(() => decompressLz4Block(Buffer.from(hex, 'hex'), 10)).toThrow(Lz4Error);
  }
});
