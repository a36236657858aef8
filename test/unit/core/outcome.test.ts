import { expect, test } from 'vitest';
import { displayText } from '../../../shared/core/display-text.ts';
import { parseDropId } from '../../../shared/core/drop-identity.ts';
import type { DropSource } from '../../../shared/core/drop-source.ts';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { NOTIFY_OUTCOME_KINDS } from '../../../shared/core/notify/notify-outcome-table.ts';
import { etagOf, objectKey } from '../../../shared/core/object-version.ts';
import { causeIdOf, eventIdOf, type Outcome, type RunFacts, recordOf } from '../../../shared/core/outcome.ts';
import { RECORD_FIELDS } from '../../../shared/core/outcome-record.ts';
import { fillSentence, OUTCOME_KINDS } from '../../../shared/core/outcome-table.ts';
import { parseCaSerial } from '../../../shared/core/serial.ts';
import { SWEEP_OUTCOME_KINDS } from '../../../shared/core/sweep/sweep-outcome-table.ts';
import { WATCH_OUTCOME_KINDS } from '../../../shared/core/sweep/watch-outcome-table.ts';
import { epochMs } from '../../../shared/core/time.ts';

const instance = parseInstanceId('post-cn-aaaa1111');
const elsewhere = parseInstanceId('post-cn-bbbb2222');
const dropId = parseDropId('0123456789abcdef');
const serial = parseCaSerial('5f01');
if (instance === undefined || elsewhere === undefined || dropId === undefined || serial === undefined) {
  throw new Error('the fixtures must be readable');
}
const AT = epochMs(1_767_225_600_000);
const RUN: RunFacts = {
  functionName: 'register-ca',
  functionRequestId: 'r-1',
  configDigest: 'c0ffee',
  version: '1.2.3',
};
const SOURCE: DropSource = { kind: 'folder', instance, caName: 'line-7' };
const DROP = { source: SOURCE, dropId };
const CA = { serial, fingerprint: 'ab'.repeat(32) };
const REGISTERED: Outcome = {
  kind: 'ca-registered',
  drop: { ...DROP, claims: { actor: 'RAM:*me*', sourceIp: '203.0.113.9' } },
  ca: CA,
  service: { code: '', requestId: 'REQ-1' },
  state: 'active, valid until 2036-01-01T00:00:00.000Z',
  warnings: ['extra-certificate', 'ca-ends-soon'],
};

test('a record is text only, without empty fields, with everything about what, where and by whom', () => {
  expect(recordOf(REGISTERED, AT, RUN)).toEqual({
    schema: '1',
    event_id: eventIdOf(REGISTERED),
    kind: 'ca-registered',
    severity: 'notice',
    at: '2026-01-01T00:00:00.000Z',
    instance: 'post-cn-aaaa1111',
    ca_sn: '5f01',
    name: 'line-7',
    correlation_id: '0123456789abcdef',
    request_id: 'REQ-1',
    reason: 'extra-certificate,ca-ends-soon',
    detail:
      'CA line-7 (serial 5f01) is registered on instance post-cn-aaaa1111, read back: active, valid until 2036-01-01T00:00:00.000Z.',
    fix: 'If nobody you trust did this, deactivate the CA at once: aliyun onsmqtt InactivateCaCertificate --MqttInstanceId post-cn-aaaa1111 --Sn 5f01.',
    cert_sha256: 'ab'.repeat(32),
    actor: 'RAM:＊me＊',
    source_ip: '203.0.113.9',
    function: 'register-ca',
    function_request_id: 'r-1',
    config_digest: 'c0ffee',
    version: '1.2.3',
  });
});

test('an outcome has one id, whoever tells it, when, and however it is worded', () => {
  const later = recordOf({ ...REGISTERED, warnings: [] }, epochMs(AT + 1), { ...RUN, functionRequestId: 'r-2' });
  expect(later.event_id).toBe(recordOf(REGISTERED, AT, RUN).event_id);
  expect(later.event_id).toMatch(/^[0-9a-f]{32}$/);
});

test('what happened to another drop, or another thing that happened to this one, has another id', () => {
  const service = { code: 'CaNumExceed', requestId: '' };
  const outcomes: readonly Outcome[] = [
    REGISTERED,
    { ...REGISTERED, drop: { ...DROP, source: { ...SOURCE, caName: 'line-8' } } },
    { ...REGISTERED, drop: { ...DROP, source: { ...SOURCE, instance: elsewhere } } },
    { ...REGISTERED, drop: { ...DROP, dropId: parseDropId('0123456789abcdee') ?? dropId } },
    { kind: 'ca-already-registered', drop: DROP, ca: CA, service },
    { kind: 'registration-blocked', drop: DROP, ca: CA, service, day: '2026-01-02' },
    { kind: 'registration-blocked', drop: DROP, ca: CA, service, day: '2026-01-03' },
    {
      kind: 'registration-blocked',
      drop: DROP,
      ca: CA,
      service: { code: 'PermissionCheckFailed', requestId: '' },
      day: '2026-01-02',
    },
    { kind: 'drop-failed', drop: DROP, errorCode: 'oss-AccessDenied' },
    { kind: 'drop-failed', drop: DROP, errorCode: 'oss-NoSuchBucket' },
    { kind: 'drop-too-many', drop: DROP, day: '2026-01-01', limit: 20 },
    { kind: 'drop-too-many', drop: DROP, day: '2026-01-02', limit: 20 },
    { kind: 'event-refused', reason: 'not-json', sentence: '', payloadHash: 'a' },
    { kind: 'event-refused', reason: 'not-json', sentence: '', payloadHash: 'b' },
    { kind: 'configuration-invalid', problems: ['a', 'b'] },
    { kind: 'foreign-deployment', owner: displayText('1/cn-hangzhou/'), intruder: '1/cn-hangzhou/a-' },
    { kind: 'foreign-deployment', owner: displayText('1/cn-hangzhou/'), intruder: '1/cn-hangzhou/b-' },
  ];
  expect(new Set(outcomes.map(eventIdOf)).size).toBe(outcomes.length);
});

test('a misplaced file is the same mistake for the same key and content, whenever it is made', () => {
  const source: DropSource = { kind: 'misplaced', key: objectKey('inbox/ca.pem'), reason: 'no-folder' };
  const misplaced = (id: string, etag: string): Outcome => ({
    kind: 'drop-misplaced',
    drop: { source, dropId: parseDropId(id) ?? dropId },
    etag: etagOf(etag),
    reason: 'no-folder',
    sentence: 'The file is in no CA folder.',
  });
  expect(eventIdOf(misplaced('0123456789abcdef', 'AA'))).toBe(eventIdOf(misplaced('fedcba9876543210', 'AA')));
  expect(eventIdOf(misplaced('0123456789abcdef', 'AA'))).not.toBe(eventIdOf(misplaced('0123456789abcdef', 'BB')));
});

test('the instance and the code make a blocked registration one problem, not the CA or the drop', () => {
  const blocked = (caName: string, code: string, on = instance) =>
    causeIdOf(
      recordOf(
        {
          kind: 'registration-blocked',
          drop: { source: { kind: 'folder', instance: on, caName }, dropId },
          ca: CA,
          service: { code, requestId: caName },
          day: '2026-01-02',
        },
        AT,
        RUN,
      ),
    );
  expect(blocked('a', 'CaNumExceed')).toBe(blocked('b', 'CaNumExceed'));
  expect(blocked('a', 'CaNumExceed')).not.toBe(blocked('a', 'PermissionCheckFailed'));
  expect(blocked('a', 'CaNumExceed')).not.toBe(blocked('a', 'CaNumExceed', elsewhere));
  expect(blocked('a', 'CaNumExceed')).toMatch(/^registration-blocked\.[0-9a-f]{16}$/);
});

test('a long sentence is cut to 400 characters, never inside one', () => {
  const record = recordOf({ kind: 'drop-waiting', drop: DROP, missing: 'ca', sentence: '😀'.repeat(400) }, AT, RUN);
  expect(record.detail?.length).toBeLessThanOrEqual(400);
  expect(record.detail?.endsWith('😀…')).toBe(true);
});

test('what a quarantine names is the key, as people may see it', () => {
  const told = recordOf(
    { kind: 'drop-quarantined', drop: DROP, reason: 'private-key-ec', fileName: 'ca.key' },
    AT,
    RUN,
  );
  expect(told.object_key).toBe('inbox/post-cn-aaaa1111/line-7/ca.key');
});

const FIELD = /\{([^}]*)\}/g;

const OF_DROPS = Object.entries(OUTCOME_KINDS).filter(
  ([kind]) => !(kind in SWEEP_OUTCOME_KINDS) && !(kind in WATCH_OUTCOME_KINDS) && !(kind in NOTIFY_OUTCOME_KINDS),
);

test.each(OF_DROPS)('%s: its sentences and its cause name fields that exist', (_, facts) => {
  const named = [facts.zh, facts.en].flatMap((text) => [...text.matchAll(FIELD)].map(([, name]) => name));
  for (const name of named) expect(RECORD_FIELDS).toContain(name);
  for (const field of facts.cause) expect(RECORD_FIELDS).toContain(field);
  // Text that an outsider chooses would let them make a cause of their own for every upload.
  for (const field of ['detail', 'object_key', 'actor', 'source_ip']) expect(facts.cause).not.toContain(field);
  for (const text of [facts.zh, facts.en, facts.fixZh, facts.fixEn]) expect(text).not.toBe('');
});

test('a field that is not there reads as a question mark, and braces in a value stay', () => {
  expect(fillSentence('{name} on {instance}', { name: '{kind}' })).toBe('{kind} on ?');
});
