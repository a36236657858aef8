import { expect, test } from 'vitest';
import { blocked, keyDropped, misplaced, pairRejected, registered } from '../support/alert-samples.ts';
import { notifyWorld } from '../support/notify-world.ts';

test('what waits is told, once, and nothing is left of it', async () => {
  const world = await notifyWorld();
  await world.report(keyDropped('plant-1'), pairRejected('plant-2'));
  await world.minutes(3);
  expect(world.titles()).toHaveLength(2);
  expect(await world.keys('outbox/')).toEqual([]);
  expect(await world.keys('state/notify/messages/')).toEqual([]);
  expect(world.lines).toEqual([]);
});

test('alerts of one cause are one message that counts them', async () => {
  const world = await notifyWorld();
  await world.report(pairRejected('plant-1'), pairRejected('plant-2'), pairRejected('plant-3'));
  await world.minutes(1);
  expect(world.titles()).toEqual([expect.stringContaining('3')]);
});

test('a condition is told when it begins, counted for an hour, told again, and its end is told', async () => {
  const world = await notifyWorld();
  await world.report(blocked('plant-1'));
  await world.minutes(1);
  expect(world.titles()).toHaveLength(1);
  await world.report(blocked('plant-2'), blocked('plant-3'));
  await world.minutes(2);
  expect(world.titles()).toHaveLength(1);
  expect(await world.keys('outbox/')).toEqual([]);
  world.clock.advance(3_600_000);
  await world.report(blocked('plant-4'));
  await world.minutes(1);
  expect(world.titles()).toHaveLength(2);
  expect(world.robot.messages()[1]?.text).toMatch(/3/);
  await world.report(registered('plant-1'));
  await world.minutes(7);
  expect(world.titles().slice(2)).toEqual([expect.stringMatching(/CA/), expect.stringMatching(/恢复/)]);
  expect(world.facts()?.openConditions).toBe(0);
});

test('more than three problems at once are one digest for each severity', async () => {
  const world = await notifyWorld();
  await world.report(
    keyDropped('a'),
    keyDropped('b', 'unreadable-file'),
    pairRejected('c', 'r1'),
    pairRejected('d', 'r2'),
    pairRejected('e', 'r3'),
    pairRejected('f', 'r4'),
    misplaced('g'),
  );
  await world.minutes(1);
  expect(world.titles()).toHaveLength(3);
});
