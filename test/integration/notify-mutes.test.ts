import { expect, test } from 'vitest';
import { blocked, pairRejected } from '../support/alert-samples.ts';
import { INSTANCE, type NotifyWorld, notifyWorld } from '../support/notify-world.ts';
import type { CallWatch } from '../support/service-world.ts';

const DAY = 86_400_000;
const tomorrow = (world: NotifyWorld): string => new Date(world.clock.now() + DAY).toISOString();

test('what is muted is in no message, however many causes the mute covers and whatever else is told', async () => {
  const world = await notifyWorld();
  await world.put('control/mutes/m.csv', `pair-rejected,${INSTANCE},Li,known,${tomorrow(world)}\n`);
  await world.report(
    ...Array.from({ length: 150 }, (_, n) => pairRejected(`n${String(n)}`, `reason-${String(n)}`)),
    ...[1, 2, 3, 4].map((n) => blocked(`q${String(n)}`, `Code${String(n)}`)),
  );
  await world.minutes(3);
  expect(world.titles()).toEqual([expect.stringMatching(/^【警告】4 个问题/)]);
  expect(world.outcomes('alerts-muted')).toHaveLength(150);
  expect(await world.keys('outbox/alerts/')).toEqual([]);
});

test('what was cleared away while it was looked at is in no message that is made from the same look', async () => {
  const world = await notifyWorld();
  await world.report(blocked('first'));
  await world.minutes(1);
  // More of it than is remembered by its ids, a while before it would be told again.
  world.clock.advance(3_480_000);
  await world.report(
    ...Array.from({ length: 300 }, (_, n) => blocked(`more-${String(n)}`)),
    ...[1, 2, 3, 4].map((n) => pairRejected(`plant-${String(n)}`, `reason-${String(n)}`)),
  );
  const watch: CallWatch = (moment, call) => {
    if (moment === 'after' && call === 'delete 300 keys') world.clock.advance(180_000);
  };
  await world.tell({ watch, timeoutMs: 500_000 });
  expect(world.titles()).toEqual([expect.anything(), expect.stringMatching(/4 个问题，共 4 起事件/)]);
});

test('three thousand bad lines of a mute file are one complaint, made once', async () => {
  const world = await notifyWorld();
  const lines = Array.from({ length: 3000 }, (_, n) => `no-such-kind-${String(n)},,Li,known,2026-01-01`);
  await world.put('control/mutes/bad.csv', ['kind,instance,owner,reason,until', ...lines].join('\n'));
  await world.minutes(5);
  const complaints = world.outcomes('mute-invalid');
  expect(complaints).toEqual([expect.objectContaining({ reason: 'unknown-kind' })]);
  expect(JSON.parse(complaints[0]?.['rule_inputs'] ?? '')).toMatchObject({ line: 2, lines: 3000 });
  expect(world.titles()).toEqual([expect.stringMatching(/bad\.csv/)]);
});
