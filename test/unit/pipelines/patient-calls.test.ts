import { expect, test } from 'vitest';
import { epochMs } from '../../../shared/core/time.ts';
import type { SweepDeps } from '../../../shared/pipelines/sweep/deps.ts';
import { InstanceBlockedError, patientCalls } from '../../../shared/pipelines/sweep/patient-calls.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { CallAnswer } from '../../../shared/ports/mqtt-certificates.ts';

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const BROKEN: CallAnswer<string> = { kind: 'refused', code: 'InternalError', status: 500, requestId: 'r' };
const FINE: CallAnswer<string> = { kind: 'answered', value: 'x', requestId: 'r' };

/** A clock on which waits pass side by side: when nothing else is left to do, the nearest of them is over. */
function sharedClock(): Clock & { readonly passed: () => number } {
  let now = START;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const wakeNext = (): void => {
    sleepers.sort((one, other) => one.at - other.at);
    const next = sleepers.shift();
    if (next === undefined) return;
    now = Math.max(now, next.at);
    next.wake();
  };
  return {
    passed: () => now - START,
    now: () => epochMs(now),
    random: () => 0.5,
    sleep: (duration) =>
      new Promise((resolve) => {
        sleepers.push({ at: now + duration, wake: resolve });
        setImmediate(wakeNext);
      }),
  };
}

/** Calls of a lap without end; the service is broken for so long. */
function failingFor(brokenMs: number) {
  const clock = sharedClock();
  const calls = patientCalls({ clock, deadline: epochMs(START + 1_000 * MINUTE) } as unknown as SweepDeps);
  const read = () => calls.read(() => Promise.resolve(clock.passed() < brokenMs ? BROKEN : FINE));
  /** Workers that read one after the other until one is stopped. */
  const sideBySide = async (workers: number, each: number): Promise<readonly string[]> => {
    const kinds: string[] = [];
    const work = async (): Promise<void> => {
      for (let done = 0; done < each; done += 1) kinds.push((await read()).kind);
    };
    await Promise.all(Array.from({ length: workers }, work));
    return kinds;
  };
  return { clock, read, sideBySide };
}

test('350 calls side by side that fail of one outage are one cause, and none of them blocks the instance', async () => {
  const { sideBySide } = failingFor(MINUTE);
  const kinds = await sideBySide(350, 3);
  expect(kinds.filter((kind) => kind === 'answered').length).toBeGreaterThan(500);
  expect(kinds).toHaveLength(1050);
});

test('calls side by side that all fail for minutes block the instance', async () => {
  const { clock, sideBySide } = failingFor(1_000 * MINUTE);
  await expect(sideBySide(350, 30)).rejects.toMatchObject({ name: 'InstanceBlockedError', why: 'failing' });
  expect(clock.passed() / MINUTE).toBeGreaterThan(1.5);
  expect(clock.passed() / MINUTE).toBeLessThan(5);
});

test('of calls one after the other thirty in a row block the instance, and not one before', async () => {
  const { read } = failingFor(1_000 * MINUTE);
  for (let call = 1; call < 30; call += 1) expect(await read()).toMatchObject({ kind: 'failed' });
  await expect(read()).rejects.toBeInstanceOf(InstanceBlockedError);
});
