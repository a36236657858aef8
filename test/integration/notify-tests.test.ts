import { expect, test } from 'vitest';
import { displayText } from '../../shared/core/display-text.ts';
import type { OutcomeRecord } from '../../shared/core/outcome-record.ts';
import { factsOf, OUTCOME_KINDS, type OutcomeKind } from '../../shared/core/outcome-table.ts';
import { epochMs } from '../../shared/core/time.ts';
import { type NotifyWorld, notifyWorld } from '../support/notify-world.ts';

const TOLD = (Object.keys(OUTCOME_KINDS) as readonly OutcomeKind[]).filter((kind) => factsOf(kind).told).slice(0, 30);

/** Tests of so many kinds, each with its kind's severity, as `alert test --all` writes them. */
async function ask(world: NotifyWorld, kinds: readonly OutcomeKind[], testId = 't-1'): Promise<void> {
  const records = kinds.map((about): OutcomeRecord => {
    const record = world.recordOf({ kind: 'test-alert', testId, about, actor: displayText('ann') });
    return { ...record, severity: factsOf(about).severity };
  });
  await world.writeAlerts(records);
}

const misplaced = (name: string) =>
  ({
    kind: 'event-refused',
    reason: 'not-json',
    sentence: `The event ${name} is none.`,
    payloadHash: name,
  }) as const;

test('tests are told one message each, six in a pass, and all of them once', async () => {
  const world = await notifyWorld();
  await ask(world, TOLD);
  await world.tell();
  expect(world.titles().length).toBe(6);
  await world.minutes(4);
  expect(world.titles().length).toBe(30);
  expect(world.titles().filter((title) => !title.startsWith('【测试】'))).toEqual([]);
  expect(new Set(world.robot.messages().map(({ text }) => text)).size).toBe(30);
  expect(await world.keys('outbox/alerts/')).toEqual([]);
  await world.minutes(2);
  expect(world.titles().length).toBe(30);
});

test('in passes that follow each other at once, tests stop where the share of what is critical begins', async () => {
  const world = await notifyWorld();
  await ask(world, TOLD);
  for (let pass = 0; pass < 4; pass += 1) await world.tell();
  expect(world.titles().length).toBe(12);
  const since = epochMs(world.clock.now());
  await world.report({ kind: 'sweep-overdue', since, reason: 'no-progress', intervalMinutes: 10, repeat: 0 });
  await world.tell();
  expect(world.titles().length).toBe(13);
});

test('what is real is told before tests, one by one as ever, and is not crowded by them', async () => {
  const world = await notifyWorld();
  await ask(world, TOLD);
  await world.tell();
  for (const name of ['a', 'b', 'c']) await world.report(misplaced(name));
  await world.minutes(1);
  const [, , , , , , first = '', ...others] = world.titles();
  expect(first).not.toContain('【测试】');
  expect(others.every((title) => title.startsWith('【测试】'))).toBe(true);
  expect(await world.keys('outbox/alerts/warning/event-refused')).toEqual([]);
});
