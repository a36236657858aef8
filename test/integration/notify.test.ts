import { expect, test } from 'vitest';
import type { Outcome } from '../../shared/core/outcome.ts';
import { hours } from '../../shared/core/time.ts';
import {
  blocked,
  channelRefused,
  channelRestored,
  keyDropped,
  misplaced,
  pairRejected,
  registered,
} from '../support/alert-samples.ts';
import { INSTANCE, notifyWorld } from '../support/notify-world.ts';

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

test('of a condition that began and ended before anyone was told, both are told, in that order', async () => {
  const world = await notifyWorld();
  const since = world.clock.now();
  await world.report(channelRefused('2026-01-31', since), channelRestored(since));
  await world.minutes(3);
  expect(world.titles()).toEqual([expect.stringMatching(/^【严重】/), expect.stringMatching(/^【恢复】/)]);
  expect(await world.keys('outbox/')).toEqual([]);
  expect(world.facts()?.openConditions).toBe(0);
});

test('the end of what nobody was told of is told to nobody', async () => {
  const world = await notifyWorld();
  await world.report(channelRestored(1));
  await world.minutes(2);
  expect(world.titles()).toEqual([]);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('a condition is repeated after a day, and given up with a notice when nobody reports it any more', async () => {
  const world = await notifyWorld();
  await world.report(blocked('plant-1'));
  await world.minutes(1);
  await world.report(blocked('plant-2'));
  await world.minutes(2);
  expect(world.titles()).toHaveLength(1);
  world.clock.advance(24 * 3_600_000);
  await world.minutes(1);
  expect(world.titles()).toHaveLength(2);
  world.clock.advance(3 * 3_600_000);
  await world.minutes(8);
  expect(world.outcomes('condition-unreported')).toEqual([
    expect.objectContaining({ reason: 'registration-blocked', instance: INSTANCE }),
  ]);
  expect(world.titles()).toHaveLength(3);
  expect(world.facts()?.openConditions).toBe(0);
});

test("a twin's alert of the same event is not told again", async () => {
  const world = await notifyWorld();
  const [event, condition] = [pairRejected('plant-1'), blocked('plant-2')];
  await world.report(event, condition);
  await world.minutes(1);
  await world.report(event, condition);
  await world.minutes(62);
  expect(world.titles()).toHaveLength(2);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('what is muted is counted in the log store and told to nobody; a mute that is not valid mutes nothing', async () => {
  const world = await notifyWorld();
  const until = new Date(world.clock.now() + 86_400_000).toISOString();
  await world.put('control/mutes/a.csv', `pair-rejected,${INSTANCE},Li,known,${until}\n`);
  await world.put('control/mutes/b.csv', `drop-misplaced,,,no owner,${until}\n`);
  await world.report(pairRejected('plant-1'), pairRejected('plant-2'), misplaced('file'));
  await world.minutes(3);
  expect(world.outcomes('alerts-muted').map((fields) => fields['rule_inputs'])).toEqual([
    expect.stringMatching(/"count":2/),
  ]);
  expect(world.outcomes('mute-invalid')).toEqual([expect.objectContaining({ reason: 'no-owner' })]);
  expect(world.titles()).toHaveLength(2);
  expect(world.titles().some((title) => title.includes('plant'))).toBe(false);
  await world.put('control/mutes/huge.csv', 'x'.repeat(300_000));
  await world.report(pairRejected('plant-3'));
  await world.minutes(1);
  expect(world.titles().at(-1)).toMatch(/plant-3/);
});

test('an alert that comes while a message is on its way is neither deleted nor forgotten', async () => {
  const world = await notifyWorld();
  await world.report(pairRejected('plant-1'));
  world.clock.advance(60_000);
  let isDone = false;
  await world.tell({
    watch: async (moment, call) => {
      if (moment !== 'before' || call !== 'send' || isDone) return;
      isDone = true;
      await world.report(pairRejected('plant-2'));
    },
  });
  expect(world.titles()).toEqual([expect.stringMatching(/plant-1/)]);
  await world.minutes(1);
  expect(world.titles()[1]).toMatch(/plant-2/);
});

test('a condition that is reported once in thirty hours is one condition, where sweeps are twelve hours apart', async () => {
  const world = await notifyWorld();
  const settings = { sweepInterval: hours(12) };
  for (let day = 1; day <= 3; day += 1) {
    await world.report({ ...blocked('plant-1'), day: `2026-01-0${String(day)}` } as Outcome);
    for (let hour = 0; hour < 30; hour += 1) {
      world.clock.advance(3_540_000);
      await world.minutes(1, { settings });
    }
  }
  expect(world.outcomes('condition-unreported')).toEqual([]);
  expect(world.facts()?.openConditions).toBe(1);
});

test('retries of a hundred drops that people know of are not news', async () => {
  const world = await notifyWorld();
  const drops = Array.from({ length: 100 }, (_, n) => blocked(`plant-${String(n)}`));
  await world.report(...drops);
  await world.minutes(1);
  world.clock.advance(3_660_000);
  await world.report(...drops);
  await world.minutes(2);
  expect(world.titles()).toHaveLength(1);
  await world.report(blocked('another'));
  await world.minutes(1);
  expect(world.titles()[1]).not.toMatch(/×/);
  expect(world.titles()).toHaveLength(2);
});
