import { expect, test } from 'vitest';
import { createCallLimits } from '../../../../local/mqtt/call-limits.ts';
import { DEFAULT_MQTT_SETTINGS } from '../../../../local/mqtt/settings.ts';

const settings = { ...DEFAULT_MQTT_SETTINGS, callsPerSecond: 2, callsPerSecondPerSource: 3, blockMs: 5000 };

test('the account gets its calls in any sliding second and is told when to come back', () => {
  const limits = createCallLimits(() => settings);
  expect(limits.call(0)).toEqual({ kind: 'go' });
  expect(limits.call(400)).toEqual({ kind: 'go' });
  expect(limits.call(999)).toEqual({ kind: 'throttled', retryAfterMs: 1 });
  expect(limits.call(1000)).toEqual({ kind: 'go' });
  expect(limits.call(1100)).toEqual({ kind: 'throttled', retryAfterMs: 300 });
  expect(limits.call(1400)).toEqual({ kind: 'go' });
});

test('an address over its limit is blocked for the set time, and no other address with it', () => {
  const limits = createCallLimits(() => settings);
  expect([0, 1, 2, 3].map((at) => limits.arrive('127.0.0.1', at).kind)).toEqual(['go', 'go', 'go', 'blocked']);
  expect(limits.arrive('127.0.0.2', 4).kind).toBe('go');
  expect(limits.arrive('127.0.0.1', 5002).kind).toBe('blocked');
  expect(limits.arrive('127.0.0.1', 5003).kind).toBe('go');
});

test('an address that stays at its limit is never blocked', () => {
  const limits = createCallLimits(() => settings);
  const kinds = Array.from({ length: 30 }, (_, index) => limits.arrive('127.0.0.1', index * 334).kind);
  expect(new Set(kinds)).toEqual(new Set(['go']));
});
