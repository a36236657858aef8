import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { encodedLogBytes, encodeLogGroup } from '../../../shared/core/sls-log-group.ts';

const LOG = { seconds: 1_700_000_000, nanoseconds: 5_000_000, fields: [['outcome', 'ok']] as const };

/** The vendor's own description of the format, read by an independent library. */
const proto = readFileSync(createRequire(import.meta.url).resolve('@alicloud/log/lib/sls.proto'), 'utf8');
const LogGroup = protobuf.parse(proto, { keepCase: true }).root.lookupType('LogGroup');

test('a group has the bytes the vendor SDK gives it', () => {
  const bytes = encodeLogGroup({ logs: [LOG], topic: 't', source: 's' });
  expect(bytes.toString('hex')).toBe('0a1a0880e2cfaa06120d0a076f7574636f6d6512026f6b25404b4c001a0174220173');
});

test('the size of a log is known before its group is encoded', () => {
  expect(encodedLogBytes(LOG)).toBe(28);
  const empty = encodeLogGroup({ logs: [], topic: '', source: '' }).length;
  const long = { ...LOG, fields: [['detail', '长'.repeat(50_000)]] as const };
  expect(encodeLogGroup({ logs: [LOG, long], topic: '', source: '' })).toHaveLength(
    empty + encodedLogBytes(LOG) + encodedLogBytes(long),
  );
});

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const log = fc.record({
  seconds: fc.integer({ min: 0, max: 4_294_967_295 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  fields: fc.array(fc.tuple(text, text), { maxLength: 8 }),
});

test('an independent reader finds in the bytes what was put there', () => {
  fc.assert(
    fc.property(fc.array(log, { maxLength: 5 }), text, text, (logs, topic, source) => {
      const read = LogGroup.toObject(LogGroup.decode(encodeLogGroup({ logs, topic, source })), { arrays: true });
      expect(read).toMatchObject({
        Logs: logs.map(({ seconds, nanoseconds, fields }) => ({
          Time: seconds,
          TimeNs: nanoseconds,
          Contents: fields.map(([Key, Value]) => ({ Key, Value })),
        })),
        Topic: topic,
        Source: source,
      });
    }),
    { numRuns: 300 },
  );
});
