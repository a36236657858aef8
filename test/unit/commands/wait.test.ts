import { expect, test } from 'vitest';
import { waitFor } from '../../../scripts/play/wait.ts';

const EXPECTED = { step: 'ec-ca-registered', what: 'the drop p ends as ca-registered', where: 'Look into the log.' };

/** A world in which every pause takes as long as it may. */
function world(limitMs: number) {
  const stop = new AbortController();
  let time = 0;
  let pauses = 0;
  return {
    stop,
    pauses: () => pauses,
    now: () => time,
    limitMs,
    stopped: stop.signal,
    pause: (ms: number) => {
      time += ms;
      pauses += 1;
      return Promise.resolve();
    },
  };
}

test('what is there at once is found without waiting', async () => {
  const here = world(1_000);
  expect(await waitFor(EXPECTED, () => Promise.resolve('it'), here)).toBe('it');
  expect(here.pauses()).toBe(0);
});

test('what comes on the last look still counts', async () => {
  const here = world(1_000);
  expect(await waitFor(EXPECTED, () => Promise.resolve(here.now() === 1_000 ? 'it' : undefined), here)).toBe('it');
});

test('what never comes is named, with the place to look', async () => {
  await expect(waitFor(EXPECTED, () => Promise.resolve(undefined), world(1_000))).rejects.toMatchObject({
    exitCode: 1,
    code: 'missing-ec-ca-registered',
    message: 'the play expected that the drop p ends as ca-registered, but nothing of the kind was seen within 1 s',
    next: 'Look into the log.',
  });
});

test('a person who stops the command does not have to wait for the limit', async () => {
  const here = world(1_000_000);
  here.stop.abort();
  await expect(waitFor(EXPECTED, () => Promise.resolve(undefined), here)).rejects.toMatchObject({
    message: 'the play expected that the drop p ends as ca-registered, but it was stopped before',
  });
  expect(here.pauses()).toBe(0);
});
