import { expect, test } from 'vitest';
import { decodeSweepEvent } from '../../../shared/events/sweep-event.ts';

const decode = (text: string) => decodeSweepEvent(Buffer.from(text));

test('a tick and a lap are told apart', () => {
  expect(decode('{"triggerTime":"2026-03-04T05:00:00Z","triggerName":"every-10-minutes","payload":""}')).toEqual({
    kind: 'tick',
    triggerTime: 1772600400000,
    triggerName: 'every-10-minutes',
  });
  expect(decode('{"sweepId":"20260304T050000Z","lap":2}')).toEqual({
    kind: 'lap',
    sweepId: '20260304T050000Z',
    lap: 2,
  });
});

test.each([
  '{"sweepId":"20260304T050000Z","lap":0}',
  '{"sweepId":"20260304T050000Z","lap":1.5}',
  '{"sweepId":"20260304T050000Z","lap":1000001}',
  '{"sweepId":"20260304T050000Z","lap":"2"}',
  '{"sweepId":"../../control","lap":2}',
  '{"sweepId":"20260304T050000Z","lap":2,"devices":[]}', // a self-call carries nothing else
  '{"events":[]}',
  'null',
])('%s is no call of the sweep', (text) => {
  expect(decode(text)).toMatchObject({ kind: 'unreadable', reason: 'unknown-shape' });
});

test('what is not JSON is named so', () => {
  expect(decode('')).toMatchObject({ kind: 'unreadable', reason: 'not-json' });
});
