import { displayText } from '../../shared/core/display-text.ts';
import type { DropFacts, DropOutcome } from '../../shared/core/drop-outcome.ts';
import { etagOf, objectKey } from '../../shared/core/object-version.ts';
import type { OutcomeSamples } from './outcome-samples.ts';
import { SAMPLE, SAMPLE_CA, SAMPLE_DROP } from './sample-values.ts';

const { instance, requestId, sweepId } = SAMPLE;
const [drop, ca] = [SAMPLE_DROP, SAMPLE_CA];
const ETAG = etagOf('9B2CF535F27731C974343645A3985328');
const NO_CODE = { code: '', requestId };
const MISPLACED: DropFacts = {
  ...drop,
  source: { kind: 'misplaced', key: objectKey('inbox/ca.pem'), reason: 'no-folder' },
};
const OBJECT = { key: objectKey(`inbox/${instance}/plant-7/ca.pem`), etag: ETAG };

/** What can become of uploads, events and configurations. */
export const DROP_SAMPLES: OutcomeSamples<DropOutcome> = {
  'ca-registered': [
    {
      kind: 'ca-registered',
      drop,
      ca,
      service: NO_CODE,
      state: 'active, valid until 2036-01-01T00:00:00.000Z',
      warnings: ['ca-ends-soon'],
    },
    { kind: 'ca-registered', drop, ca, service: { code: 'SnNotUnique', requestId }, state: 'active', warnings: [] },
  ],
  'ca-already-registered': [
    { kind: 'ca-already-registered', drop, ca, service: { code: 'SnNotUnique', requestId } },
    { kind: 'ca-already-registered', drop, ca, service: NO_CODE },
  ],
  'serial-taken': [{ kind: 'serial-taken', drop, ca, service: { code: 'SnNotUnique', requestId } }],
  'registration-unconfirmed': [
    { kind: 'registration-unconfirmed', drop, ca, service: { code: 'InternalError', requestId } },
  ],
  'registration-blocked': [
    { kind: 'registration-blocked', drop, ca, service: { code: 'CaNumExceed', requestId }, day: '2026-01-01' },
  ],
  'registration-postponed': [
    { kind: 'registration-postponed', drop, ca, service: { code: 'SystemOverFlow', requestId }, day: '2026-01-01' },
  ],
  'pair-rejected': [
    {
      kind: 'pair-rejected',
      drop,
      ca,
      service: { code: 'RegisterCodeError', requestId },
      reasons: ['RegisterCodeError'],
      sentence: 'The registration code in the verification certificate is not the one the service gave last.',
      fix: 'Ask for a new code and make the verification certificate again.',
    },
  ],
  'drop-waiting': [
    {
      kind: 'drop-waiting',
      drop,
      missing: 'verification',
      sentence: 'The verification certificate is missing. There is ca.pem: a CA certificate.',
    },
  ],
  'drop-paused': [{ kind: 'drop-paused', drop, why: 'control-paused' }],
  'drop-too-many': [{ kind: 'drop-too-many', drop, day: '2026-01-01', limit: 20 }],
  'drop-quarantined': [
    { kind: 'drop-quarantined', drop, reason: 'private-key-ec', fileName: 'ca.key' },
    { kind: 'drop-quarantined', drop: MISPLACED, reason: 'private-key-ec', fileName: 'inbox/ca.key' },
  ],
  'drop-misplaced': [
    {
      kind: 'drop-misplaced',
      drop: MISPLACED,
      etag: ETAG,
      reason: 'no-folder',
      sentence: 'The file is in no CA folder.',
    },
  ],
  'drop-failed': [
    { kind: 'drop-failed', drop, errorCode: 'oss-AccessDenied' },
    { kind: 'drop-failed', drop: MISPLACED, errorCode: 'oss-AccessDenied' },
  ],
  'drop-vanished': [
    {
      kind: 'drop-vanished',
      object: OBJECT,
      source: drop.source,
      claims: { actor: 'RAM:operator', sourceIp: '203.0.113.9' },
    },
  ],
  'event-refused': [
    {
      kind: 'event-refused',
      reason: 'foreign-bucket',
      sentence: 'The event is about another bucket.',
      payloadHash: 'cd34'.repeat(16),
    },
  ],
  'event-lost': [
    {
      kind: 'event-lost',
      functionName: 'register-ca',
      callId: requestId,
      reason: 'failed',
      sentence: `the upload of ${OBJECT.key} failed 4 times, at last with ServiceFailure.`,
      object: OBJECT,
      claims: { actor: 'RAM:operator', sourceIp: '203.0.113.9' },
    },
    {
      kind: 'event-lost',
      functionName: 'sweep',
      callId: requestId,
      reason: 'failed',
      sentence: `lap 2 of the sweep ${sweepId} failed every time.`,
      sweepId,
    },
  ],
  'tick-expired': [
    {
      kind: 'tick-expired',
      functionName: 'sweep',
      callId: requestId,
      reason: 'expired',
      sentence: 'the tick of 2026-01-01T06:00:00.000Z was never run.',
    },
  ],
  'configuration-invalid': [{ kind: 'configuration-invalid', problems: ['MQTT_CERTS_REGION is not set'] }],
  'configuration-suspicious': [
    { kind: 'configuration-suspicious', problems: ['MQTT_CERTS_REGOIN is no variable of ours'] },
  ],
  'configuration-defaulted': [
    { kind: 'configuration-defaulted', problems: ['MQTT_CERTS_LANGUAGE must be one of zh, en, both'] },
  ],
  'foreign-deployment': [
    {
      kind: 'foreign-deployment',
      owner: displayText('1234567890123456/cn-hangzhou/'),
      intruder: '1234567890123456/cn-hangzhou/test-',
    },
  ],
};
