import { expect, test } from 'vitest';
import { blocked, pairRejected, registered } from '../support/alert-samples.ts';
import { notifyWorld } from '../support/notify-world.ts';

const OTHER = 'post-cn-notify0002';
const many = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

test('a registration ends whatever blocked its instance, also what a digest did not name', async () => {
  const world = await notifyWorld();
  await world.report(
    ...many(30).map((n) => blocked(`b${String(n)}`, `Code${String(n)}`)),
    blocked('other', 'X', OTHER),
  );
  await world.minutes(1);
  expect(world.titles()).toEqual(['【警告】31 个问题，共 31 起事件']);
  expect(world.facts()?.openConditions).toBe(31);
  // The one of this instance is the oldest of many registrations: no digest names it.
  await world.report(registered('b0'));
  await world.minutes(1);
  await world.report(...many(20).map((n) => registered(`elsewhere-${String(n)}`, 'post-cn-notify0003')));
  await world.minutes(6);
  expect(world.titles().slice(1)).toEqual(['【通知】21 个事项，共 21 起事件', '【恢复】30 个问题已恢复']);
  await world.minutes(5);
  expect(world.facts()?.openConditions).toBe(1);
});

test('a registration that is muted proves no less', async () => {
  const world = await notifyWorld();
  const until = new Date(world.clock.now() + 86_400_000).toISOString();
  await world.put('control/mutes/m.csv', `ca-registered,,Li,every day,${until}\n`);
  await world.report(blocked('plant-1'), blocked('plant-2', 'X', OTHER));
  await world.minutes(1);
  await world.report(registered('plant-1'));
  await world.minutes(7);
  expect(world.titles().slice(2)).toEqual([expect.stringMatching(/^【恢复】/)]);
  expect(world.facts()?.openConditions).toBe(1);
});

test('what blocked an instance ends although people hear of the registration first', async () => {
  const world = await notifyWorld();
  // So many warnings that they wait for the digest of the next hour.
  for (const n of many(4)) {
    await world.report(pairRejected(`p${String(n)}`, `r${String(n)}`));
    await world.minutes(1);
  }
  const began = world.clock.now();
  await world.writeAlerts([
    world.recordOf(blocked('plant-1'), began),
    world.recordOf(registered('plant-1'), began + 1000),
  ]);
  await world.minutes(130);
  // The digest of the notices was due at once, that of the warnings after an hour, and that of their end an hour later.
  expect(world.titles().slice(3)).toEqual([
    expect.stringMatching(/注册/),
    expect.stringMatching(/2 个问题，共 2 起事件$/),
    expect.stringMatching(/^【恢复】/),
  ]);
  expect(world.facts()?.openConditions).toBe(0);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('without anything to end, no registration is read that no message names', async () => {
  const world = await notifyWorld();
  await world.report(...many(40).map((n) => registered(`r${String(n)}`)));
  world.clock.advance(400_000);
  const calls: string[] = [];
  await world.tell({ watch: (moment, call) => moment === 'before' && calls.push(call) });
  expect(world.titles()).toEqual(['【通知】40 个事项，共 40 起事件']);
  expect(calls.filter((call) => call.startsWith('get outbox/alerts/'))).toHaveLength(10);
});
