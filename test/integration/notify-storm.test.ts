import { expect, test } from 'vitest';
import { blocked, keyDropped, misplaced, pairRejected } from '../support/alert-samples.ts';
import { notifyWorld } from '../support/notify-world.ts';

/** The events that a digest or a message says it tells. */
function eventsIn(title: string): number {
  const [, digest, single] = /共 (\d+) 起事件|×(\d+)/u.exec(title) ?? [];
  return Number(digest ?? single ?? 1);
}

test('ten thousand alerts at once are three messages in the first minute, and each is counted in one', async () => {
  const world = await notifyWorld();
  const first = world.clock.now() - 60_000;
  const records = Array.from({ length: 10_000 }, (_, n) => {
    const name = `plant-${String(n)}`;
    const kinds = [
      () => keyDropped(name, `reason-${String(n % 40)}`),
      () => pairRejected(name, `reason-${String(n % 700)}`),
      () => misplaced(name),
      () => blocked(name, `Code${String(n % 9)}`),
    ];
    return world.recordOf((kinds[n % 4] ?? kinds[0])?.() ?? misplaced(name), first + n);
  });
  await world.writeAlerts(records);
  let requests = 0;
  const watch = (moment: string): void => {
    if (moment === 'before') requests += 1;
  };
  await world.tell({ watch });
  expect(world.titles().length).toBeLessThanOrEqual(3);
  expect(requests).toBeLessThan(150);
  await world.minutes(3);
  expect(world.titles().reduce((sum, title) => sum + eventsIn(title), 0)).toBe(10_000);
  expect(await world.keys('outbox/')).toEqual([]);
  expect(await world.keys('state/notify/messages/')).toEqual([]);
});

test('odd drops all hour long are a handful of messages, and something critical still comes through at once', async () => {
  const world = await notifyWorld();
  for (let minute = 0; minute < 60; minute += 1) {
    const names = Array.from({ length: 10 }, (_, n) => `odd-${String(minute)}-${String(n)}`);
    await world.report(
      ...names.map((name, n) => (n % 2 === 0 ? pairRejected(name, `r${String(n)}`) : misplaced(name))),
    );
    if (minute === 40) await world.report(keyDropped('plant-1'));
    await world.minutes(1);
    if (minute === 40) expect(world.titles().at(-1)).toMatch(/^【严重】/);
  }
  expect(world.titles().length).toBeLessThanOrEqual(6);
  await world.minutes(70);
  expect(world.titles().reduce((sum, title) => sum + eventsIn(title), 0)).toBe(601);
});

test('one who drops a private key every minute is no flood either', async () => {
  const world = await notifyWorld();
  for (let minute = 0; minute < 60; minute += 1) {
    await world.report(keyDropped(`key-${String(minute)}`));
    await world.minutes(1);
  }
  expect(world.titles().length).toBeLessThanOrEqual(4);
  await world.minutes(61);
  expect(world.titles().reduce((sum, title) => sum + eventsIn(title), 0)).toBe(60);
});

test('a robot is never asked for more than it takes in a minute, however often the teller is called', async () => {
  const world = await notifyWorld();
  for (let call = 0; call < 20; call += 1) {
    const names = [0, 1, 2].map((n) => `${String(call)}-${String(n)}`);
    await world.report(...names.map((name) => keyDropped(`plant-${name}`, `reason-${name}`)));
    await world.tell();
  }
  // Without a limit it were 28: three in each of the first calls, and a digest in each of the others.
  expect(world.titles()).toHaveLength(18);
  await world.minutes(3);
  const moments = world.robot.messages().map(({ at }) => at);
  for (const at of moments) {
    expect(moments.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(18);
  }
  expect(world.titles().reduce((sum, title) => sum + eventsIn(title), 0)).toBe(60);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('what a run has no time to clear away is left to the next one, and not told again', async () => {
  const world = await notifyWorld();
  const first = world.clock.now() - 60_000;
  const records = Array.from({ length: 5500 }, (_, n) => world.recordOf(misplaced(`plant-${String(n)}`), first + n));
  await world.writeAlerts(records);
  let isLate = false;
  const watch = (moment: 'before' | 'after', call: string): void => {
    if (isLate || moment === 'before' || call !== 'delete 1000 keys') return;
    isLate = true;
    world.clock.advance(43_000);
  };
  await world.tell({ watch });
  expect(world.titles().map(eventsIn)).toEqual([5500]);
  expect(await world.keys('outbox/')).not.toEqual([]);
  const kept = (await world.keys('state/notify/messages/')).map((key) => key.split('/').at(-1));
  expect(kept).toEqual(['keys-0004.json', 'keys-0005.json', 'record.json', 'sent.json']);

  // Even when nothing but the keys can be read any more.
  const [record = ''] = (await world.keys('state/notify/messages/')).filter((key) => key.endsWith('/record.json'));
  await world.put(record, '{');
  await world.minutes(1);
  expect(world.titles().map(eventsIn)).toEqual([5500, 1]);
  expect(world.titles().at(-1)).not.toContain('文件放错位置');
  await world.minutes(1);
  expect(await world.keys('outbox/alerts/')).toEqual([]);
  expect(await world.keys('state/notify/messages/')).toEqual([]);
});
