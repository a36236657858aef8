import { expect, test } from 'vitest';
import { channelRefused, channelRestored, keyDropped } from '../support/alert-samples.ts';
import { INSTANCE, type NotifyWorld, notifyWorld } from '../support/notify-world.ts';

/** How many minutes it takes until a message after the first so many names something. */
async function minutesUntilNamed(world: NotifyWorld, name: string, before: number): Promise<number> {
  for (let minute = 1; minute <= 60; minute += 1) {
    await world.minutes(1);
    if (textsSince(world, before).some((text) => text.includes(name))) return minute;
  }
  return Number.POSITIVE_INFINITY;
}

function textsSince(world: NotifyWorld, before: number): readonly string[] {
  return world.robot
    .messages()
    .slice(before)
    .map(({ text }) => text);
}

test('something critical of another kind is named at once, however many causes somebody floods with', async () => {
  const world = await notifyWorld();
  for (let minute = 0; minute < 15; minute += 1) {
    const causes = Array.from({ length: 11 }, (_, n) => `reason-${String(n)}`);
    await world.report(
      ...causes.flatMap((reason) => [
        keyDropped(`a-${String(minute)}-${reason}`, reason),
        keyDropped(`b-${String(minute)}-${reason}`, reason),
      ]),
    );
    if (minute !== 12) await world.minutes(1);
    else {
      await world.report(channelRefused('2026-01-01', 1));
      expect(await minutesUntilNamed(world, 'slack', world.titles().length)).toBe(1);
    }
  }
});

test('in a digest a cause nobody was told of stands before the flood of those that were', async () => {
  const world = await notifyWorld();
  const flood = Array.from({ length: 12 }, (_, n) => `post-cn-flood${String(n).padStart(5, '0')}`);
  const drop = (round: number) =>
    flood.flatMap((instance) =>
      [0, 1].map((n) => keyDropped(`${instance}-${String(round)}-${String(n)}`, 'private-key-ec', instance)),
    );
  await world.report(...drop(0));
  await world.minutes(1);
  const before = world.titles().length;
  await world.report(...drop(1), keyDropped('leaked'));
  expect(await minutesUntilNamed(world, INSTANCE, before)).toBe(1);
});

test('a key on an instance nobody was told of is told at once after forty minutes of keys on five others', async () => {
  const world = await notifyWorld();
  for (let minute = 0; minute < 40; minute += 1) {
    const instance = `post-cn-attack000${String(minute % 5)}`;
    await world.report(keyDropped(`f-${String(minute)}`, 'private-key-ec', instance));
    await world.minutes(1);
  }
  const before = world.titles().length;
  expect(before).toBeLessThanOrEqual(15);
  await world.report(keyDropped('leaked', 'private-key-ec'));
  expect(await minutesUntilNamed(world, INSTANCE, before)).toBe(1);
});

test('a condition that begins and ends all hour long is no flood, and its last word is true', async () => {
  const world = await notifyWorld();
  for (let minute = 0; minute < 60; minute += 1) {
    const now = world.clock.now();
    await world.report(minute % 2 === 0 ? channelRefused('2026-01-01', now) : channelRestored(now));
    await world.minutes(1);
  }
  const critical = (): number => world.titles().filter((title) => title.includes('严重')).length;
  expect(critical()).toBeLessThanOrEqual(4);
  await world.minutes(61);
  expect(critical()).toBeLessThanOrEqual(6);
  expect(world.titles().at(-1)).toContain('恢复');
  expect(await world.keys('outbox/alerts/')).toEqual([]);
  expect(world.facts()?.openConditions).toBe(0);
});
