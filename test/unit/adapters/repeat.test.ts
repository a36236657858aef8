import { expect, test } from 'vitest';
import { type RepeatPolicy, repeat } from '../../../shared/adapters/repeat.ts';
import { ServiceFailure } from '../../../shared/core/service-failure.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const failure = (code: string) => new ServiceFailure({ service: 'sls', code, status: 500, requestId: '' });

function policy(changes: Partial<RepeatPolicy> = {}) {
  const clock = virtualClock(0);
  const defaults: RepeatPolicy = {
    service: 'sls',
    clock,
    deadline: clock.in(10_000),
    attemptMs: 3000,
    maxAttempts: 3,
    backoff: { baseMs: 200, capMs: 2000 },
    isWorthRepeating: ({ code }) => code === 'ServerBusy',
  };
  return { clock, policy: { ...defaults, ...changes } };
}

/** Fails with each error in turn, then answers; notes the time each attempt may take. */
function failing(...errors: Error[]) {
  const timeouts: number[] = [];
  const attempt = (timeoutMs: number) => {
    timeouts.push(timeoutMs);
    const error = errors.shift();
    return error === undefined ? Promise.resolve('done') : Promise.reject(error);
  };
  return { timeouts, attempt };
}

test('a passing failure is repeated after a growing wait', async () => {
  const { clock, policy: rules } = policy();
  expect(await repeat(rules, failing(failure('ServerBusy'), failure('ServerBusy')).attempt)).toBe('done');
  expect(clock.waits).toEqual([100, 200]);
});

test('the last failure is thrown when the attempts are used up', async () => {
  const calls = failing(failure('ServerBusy'), failure('ServerBusy'), failure('ServerBusy'), failure('ServerBusy'));
  await expect(repeat(policy().policy, calls.attempt)).rejects.toThrow('sls: ServerBusy');
  expect(calls.timeouts).toHaveLength(3);
});

test('other failures and defects are not repeated', async () => {
  for (const error of [failure('Unauthorized'), new TypeError('a defect'), new Error('a simulated crash')]) {
    const calls = failing(error);
    await expect(repeat(policy().policy, calls.attempt)).rejects.toBe(error);
    expect(calls.timeouts).toHaveLength(1);
  }
});

test('no attempt may take longer than what is left, none begins at the deadline, no wait ends after it', async () => {
  const tight = policy({ deadline: virtualClock(0).in(250) });
  const calls = failing(failure('ServerBusy'), failure('ServerBusy'));
  await expect(repeat(tight.policy, calls.attempt)).rejects.toThrow('sls: ServerBusy');
  expect(calls.timeouts).toEqual([250, 150]);
  const late = failing();
  await expect(repeat(policy({ deadline: virtualClock(0).in(0) }).policy, late.attempt)).rejects.toThrow(
    'sls: Timeout',
  );
  expect(late.timeouts).toEqual([]);
});
