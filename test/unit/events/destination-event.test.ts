import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outcomeOfLostCall } from '../../../shared/core/lost-call.ts';
import { decodeDestinationEvent } from '../../../shared/events/destination-event.ts';

const ID = '1-69a7c0ff-00112233445566778899aabb';
const ARN = 'acs:fc:cn-hangzhou:1234567890123456:functions/fleet-register-ca';
const UPLOAD = {
  events: [
    {
      oss: {
        bucket: { name: 'plant-certs' },
        object: { key: 'inbox/post-cn-aaaa1111/line 7/ca.pem', eTag: '0123456789ABCDEF0123456789ABCDEF' },
      },
      requestParameters: { sourceIPAddress: '203.0.113.7' },
      userIdentity: { principalId: '298765432109876543' },
    },
  ],
};
const TICK = { triggerTime: '2026-03-04T05:00:00Z', triggerName: 'every-10-minutes', payload: '' };
const ERROR = {
  errorMessage: 'POST /?CaContent=-----BEGIN failed',
  errorType: 'RegistrationPostponedError',
  stackTrace: [],
};

const NOTICE = {
  timestamp: 1772600767123,
  requestContext: {
    requestId: ID,
    condition: 'UnhandledInvocationError',
    functionArn: ARN,
    approximateInvokeCount: 4,
  },
  requestPayload: JSON.stringify(UPLOAD),
  responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
  responsePayload: JSON.stringify(ERROR),
};

const decode = (notice: unknown) => decodeDestinationEvent(Buffer.from(JSON.stringify(notice)));
const sentenceOf = (notice: unknown): string => {
  const outcome = outcomeOfLostCall(decode(notice));
  return 'sentence' in outcome ? outcome.sentence : '';
};

test('a given-up upload is named with its function, its object and how it ended', () => {
  expect(outcomeOfLostCall(decode(NOTICE))).toEqual({
    kind: 'event-lost',
    functionName: 'fleet-register-ca',
    callId: ID,
    reason: 'failed',
    sentence:
      'the upload of inbox/post-cn-aaaa1111/line 7/ca.pem failed 4 times, at last with RegistrationPostponedError.',
    object: { key: 'inbox/post-cn-aaaa1111/line 7/ca.pem', etag: '0123456789ABCDEF0123456789ABCDEF' },
    claims: { actor: '298765432109876543', sourceIp: '203.0.113.7' },
  });
  expect(decode(NOTICE).at).toBe(1772600767123);
});

test.each([
  ['payloads as objects', { ...NOTICE, requestPayload: UPLOAD, responsePayload: ERROR }],
  ['the time as ISO 8601', { ...NOTICE, timestamp: '2026-03-04T05:06:07.123Z' }],
  ['nothing but the verdict in the response context', { ...NOTICE, responseContext: null }],
])('it reads the same with %s', (_, notice) => {
  expect(decode(notice)).toEqual(decode(NOTICE));
});

test.each([
  ['the condition', { condition: 'Expired' }, {}],
  ['the function error', { condition: '' }, { functionError: 'EventAgeExceeded' }],
])('an aged-out tick is known by %s and is no lost event', (_, context, response) => {
  const notice = {
    ...NOTICE,
    requestContext: { ...NOTICE.requestContext, approximateInvokeCount: 0, ...context },
    requestPayload: JSON.stringify(TICK),
    responseContext: response,
    responsePayload: '',
  };
  expect(outcomeOfLostCall(decode(notice))).toMatchObject({
    kind: 'tick-expired',
    reason: 'expired',
    sentence: 'the tick of 2026-03-04T05:00:00.000Z was never run.',
  });
});

test('a tick that failed is a lost event, as are an aged-out upload and an aged-out lap', () => {
  const expired = { ...NOTICE.requestContext, condition: 'Expired' };
  const lap = { sweepId: '20260304T050000Z', lap: 3 };
  expect(sentenceOf({ ...NOTICE, requestPayload: JSON.stringify(TICK) })).toBe(
    'the tick of 2026-03-04T05:00:00.000Z failed 4 times, at last with RegistrationPostponedError.',
  );
  expect(outcomeOfLostCall(decode({ ...NOTICE, requestContext: expired }))).toMatchObject({
    kind: 'event-lost',
    reason: 'expired',
  });
  expect(
    outcomeOfLostCall(decode({ ...NOTICE, requestContext: expired, requestPayload: JSON.stringify(lap) })),
  ).toMatchObject({
    kind: 'event-lost',
    sweepId: '20260304T050000Z',
    sentence: 'lap 3 of the sweep 20260304T050000Z was never run.',
  });
});

test('a crash has no error type, and one try is once', () => {
  const notice = {
    ...NOTICE,
    requestContext: { ...NOTICE.requestContext, approximateInvokeCount: 1 },
    responsePayload: JSON.stringify({ errorMessage: 'Process exited unexpectedly' }),
  };
  expect(sentenceOf(notice)).toBe('the upload of inbox/post-cn-aaaa1111/line 7/ca.pem failed once.');
});

test('nothing of an error but the name of its class is kept', () => {
  const leak = { ...NOTICE, responsePayload: { errorMessage: 'secret', errorType: 'secret at http://x/?Signature=1' } };
  expect(JSON.stringify(decode(leak))).not.toContain('secret');
  expect(JSON.stringify(decode(NOTICE))).not.toContain('CaContent');
});

test('a key that would deceive a reader is shown harmless', () => {
  const [event] = UPLOAD.events;
  const events = [
    { ...event, oss: { ...event?.oss, object: { key: 'inbox/\u202egpj.exe\n**now** http://x' } } },
    event,
  ];
  expect(sentenceOf({ ...NOTICE, requestPayload: { events } })).toBe(
    'the uploads of inbox/�gpj.exe␊＊＊now＊＊ http:／／x and 1 more failed 4 times, at last with RegistrationPostponedError.',
  );
});

test.each([
  ['not JSON', Buffer.from('{'), 'not-json'],
  ['another shape', Buffer.from('{"requestContext":7}'), 'unknown-shape'],
  ['too large', Buffer.alloc(1024 * 1024 + 1, 0x20), 'too-large'],
])('what is no notice (%s) is a lost event too, told once', (_, raw, reason) => {
  const call = decodeDestinationEvent(raw);
  expect(call).toMatchObject({ functionName: '', cause: 'unreadable', event: { kind: 'unreadable', reason } });
  expect(call.callId).toMatch(/^[0-9a-f]{32}$/);
  expect(decodeDestinationEvent(raw).callId).toBe(call.callId);
});

test('a notice about an event that can not be read still names the call', () => {
  expect(outcomeOfLostCall(decode({ ...NOTICE, requestPayload: 'hello' }))).toMatchObject({
    callId: ID,
    sentence:
      'an event that can not be read (not-json, SHA-256 2cf24dba5fb0a30e) failed 4 times, at last with RegistrationPostponedError.',
  });
});

test('a function of FC 2.0 is named as well', () => {
  const functionArn = 'acs:fc:cn-hangzhou:1:services/certs.LATEST/functions/register-ca';
  expect(decode({ ...NOTICE, requestContext: { ...NOTICE.requestContext, functionArn } }).functionName).toBe(
    'register-ca',
  );
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.json().map((text) => Buffer.from(text)),
        fc
          .record({ timestamp: fc.jsonValue(), requestContext: fc.jsonValue(), requestPayload: fc.jsonValue() })
          .map((value) => Buffer.from(JSON.stringify(value))),
        fc
          .record({
            requestContext: fc.constant(NOTICE.requestContext),
            requestPayload: fc.jsonValue(),
            responsePayload: fc.jsonValue(),
            timestamp: fc.jsonValue(),
          })
          .map((value) => Buffer.from(JSON.stringify(value))),
      ),
      (raw) => {
        const outcome = outcomeOfLostCall(decodeDestinationEvent(raw));
        expect(['event-lost', 'tick-expired']).toContain(outcome.kind);
      },
    ),
    { seed: 20260304, numRuns: 2000 },
  );
});
