import { expect, test } from 'vitest';
import { parseQuietHours as quiet } from '../../shared/core/notify/quiet-hours.ts';
import { blocked, keyDropped, misplaced, pairRejected } from '../support/alert-samples.ts';
import { type NotifyWorld, notifyWorld } from '../support/notify-world.ts';

/** How often each text is shown in the group. */
const shown = (world: NotifyWorld, part: string): number =>
  world.titles().filter((title) => title.includes(part)).length;

test('a robot that was down for an hour tells everything afterwards, once, and says that it is late', async () => {
  const world = await notifyWorld();
  world.robot.holdFault('down');
  await world.report(keyDropped('plant-1'), pairRejected('plant-2'));
  await world.minutes(60);
  expect(world.titles()).toEqual([]);
  world.robot.holdFault(undefined);
  await world.minutes(20);
  expect(shown(world, 'plant-1')).toBe(1);
  expect(shown(world, 'plant-2')).toBe(1);
  for (const name of ['plant-1', 'plant-2']) {
    expect(world.titles().find((title) => title.includes(name))).toMatch(/^【补发】/);
  }
  // The outage itself was noticed, and its end too.
  expect(world.outcomes('channel-refused')).toHaveLength(1);
  expect(world.outcomes('channel-restored')).toHaveLength(1);
  expect(await world.keys('outbox/')).toEqual([]);
  expect(world.facts()?.openConditions).toBe(0);
});

test('a message whose answer was lost is not shown twice', async () => {
  const world = await notifyWorld();
  world.robot.setFaults([{ fault: 'answer-lost', times: 1 }]);
  await world.report(keyDropped('plant-1'));
  await world.minutes(3);
  expect(world.titles()).toHaveLength(1);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('what the first channel refuses goes through the second one at once, and says why', async () => {
  const world = await notifyWorld();
  world.robot.holdFault('refused');
  await world.report(keyDropped('plant-1'), pairRejected('plant-2'));
  await world.minutes(2, { withSecond: true });
  const titles = world.second.messages().map(({ title }) => title);
  expect(titles.filter((title) => title.includes('plant'))).toHaveLength(2);
  expect(titles.filter((title) => title.includes('渠道'))).toHaveLength(1);
  expect(world.second.messages()[0]?.text).toMatch(/备用渠道/);
  world.robot.holdFault(undefined);
  await world.report(pairRejected('plant-3'));
  await world.minutes(12, { withSecond: true });
  expect(shown(world, 'plant-3')).toBe(1);
  expect(world.outcomes('channel-restored')).toHaveLength(1);
});

test('a first channel that gives no answer is passed over after five minutes, not before', async () => {
  const world = await notifyWorld();
  world.robot.holdFault('html');
  await world.report(keyDropped('plant-1'));
  await world.minutes(5, { withSecond: true });
  expect(world.second.messages()).toEqual([]);
  await world.minutes(2, { withSecond: true });
  expect(world.second.messages().filter(({ title }) => title.includes('plant-1'))).toHaveLength(1);
});

test('a robot that is throttled is left alone for as long as it says', async () => {
  const world = await notifyWorld();
  world.robot.setFaults([{ fault: 'throttled', times: 1 }]);
  let sends = 0;
  const watch = (moment: string, call: string): void => {
    if (moment === 'before' && call === 'send') sends += 1;
  };
  await world.report(keyDropped('plant-1'));
  await world.minutes(9, { watch });
  expect(sends).toBe(1);
  expect(world.titles()).toEqual([]);
  await world.minutes(3, { watch });
  expect(shown(world, 'plant-1')).toBe(1);
  expect(sends).toBe(2);
});

test('a text that is not acceptable is sent once more without its words', async () => {
  const world = await notifyWorld();
  world.robot.setFaults([{ fault: 'content-refused', times: 1 }]);
  await world.report(keyDropped('plant-1'));
  await world.minutes(1);
  expect(world.titles()).toEqual([expect.stringContaining('drop-quarantined')]);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('a robot that takes no text at all is out of order: nothing is parked, and everything is told when it is well', async () => {
  const world = await notifyWorld();
  world.robot.holdFault('content-refused');
  await world.report(keyDropped('plant-1'));
  await world.minutes(15);
  expect(world.outcomes('channel-refused')).toHaveLength(1);
  expect(world.outcomes('outbox-damaged')).toEqual([]);
  expect(await world.keys('outbox/unwritable/')).toEqual([]);
  world.robot.holdFault(undefined);
  await world.minutes(3);
  expect(shown(world, 'plant-1')).toBe(1);
  expect(await world.keys('outbox/alerts/')).toEqual([]);
});

test('a bucket that refuses writes for a minute loses nothing and tells nothing twice', async () => {
  const world = await notifyWorld();
  await world.report(keyDropped('plant-1'), blocked('plant-2'), misplaced('file'));
  const isWrite = /^(?:PutObject|DeleteObject|DeleteMultipleObjects|CopyObject)$/;
  for (const after of [3, 5, 7, 9, 11, 13, 15]) {
    let count = 0;
    world.spoilBucket(({ operation }) => {
      if (isWrite.test(operation)) count += 1;
      return isWrite.test(operation) && count > after ? { status: 403, code: 'AccessDenied' } : 'ok';
    });
    await world.minutes(1).catch(() => undefined);
  }
  world.spoilBucket(undefined);
  await world.minutes(4);
  expect(world.titles()).toHaveLength(3);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('two runs at once tell everything once', async () => {
  const world = await notifyWorld();
  await world.report(keyDropped('plant-1'), pairRejected('plant-2'));
  await Promise.all([world.tell(), world.tell(), world.tell()]);
  await world.minutes(2);
  expect(world.titles()).toHaveLength(2);
  expect(world.lines.filter(({ event }) => event === 'teller-busy').length).toBeGreaterThan(0);
});

test('a run that is short of time tells what it can and leaves the rest to the next', async () => {
  const world = await notifyWorld();
  const first = world.clock.now() - 60_000;
  await world.writeAlerts(
    Array.from({ length: 3500 }, (_, n) =>
      world.recordOf(pairRejected(`p${String(n)}`, `r${String(n % 50)}`), first + n),
    ),
  );
  // Every listing takes five seconds.
  const slow = {
    watch: (moment: string, call: string) => {
      if (moment === 'before' && call.startsWith('list outbox/')) world.clock.advance(5_000);
    },
  };
  for (let run = 0; run < 8; run += 1) {
    await world.tell(slow);
    world.clock.advance(3_600_000);
  }
  expect(world.titles().length).toBeGreaterThan(1);
  const told = world.titles().map((title) => Number(/共 (\d+) 起/u.exec(title)?.[1] ?? 0));
  expect(told.reduce((sum, count) => sum + count, 0)).toBe(3500);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('damaged state is started afresh, aloud, and stops nothing', async () => {
  const world = await notifyWorld();
  await world.report(blocked('plant-1'));
  await world.minutes(1);
  for (const key of [...(await world.keys('state/notify/memory/')), ...(await world.keys('state/notify/budget/'))]) {
    await world.put(key, '{"schema":');
  }
  await world.put('state/notify/messages/1767225600000-0123456789abcdef0123456789abcdef/record.json', 'not json');
  await world.put('state/notify/messages/1767225600000-0123456789abcdef0123456789abcde0/keys-0000.json', '["x"]');
  await world.report(keyDropped('plant-2'));
  await world.minutes(2);
  expect(shown(world, 'plant-2')).toBe(1);
  expect(world.lines).toEqual(expect.arrayContaining([expect.objectContaining({ event: 'state-unreadable' })]));
  expect(world.outcomes('outbox-damaged').length).toBeGreaterThan(2);
  expect(await world.keys('state/notify/messages/')).toEqual([]);
  await world.minutes(15);
  expect(await world.keys('outbox/alerts/')).toEqual([]);
});

test('objects that are no alerts of ours are moved out of the way and told, and stop nothing', async () => {
  const world = await notifyWorld();
  const [alert = ''] = await (async () => {
    await world.report(keyDropped('plant-1'));
    return world.keys('outbox/alerts/');
  })();
  await world.put('outbox/alerts/notes.txt', 'hello');
  await world.put(
    'outbox/alerts/warning/unknown-kind.0123456789abcdef/1767225600000-0123456789abcdef0123456789abcdef.json',
    '{}',
  );
  await world.put('outbox/alerts/critical/', '');
  await world.put(alert.replace(/[0-9a-f]{32}\.json$/, '0123456789abcdef0123456789abcdef.json'), 'no json');
  await world.minutes(1);
  expect(shown(world, '【严重】')).toBe(1);
  expect(world.robot.messages()[0]?.text).toMatch(/2/);
  await world.minutes(2);
  expect((await world.keys('outbox/unwritable/')).length).toBe(3);
  // A newer version may have written it; an hour later this one should know its kind.
  expect(await world.keys('outbox/alerts/')).toEqual([expect.stringContaining('unknown-kind')]);
  world.clock.advance(3_600_000);
  await world.minutes(2);
  expect((await world.keys('outbox/unwritable/')).length).toBe(4);
  expect(await world.keys('outbox/alerts/')).toEqual([]);
});

test('an alert that OSS will not give out keeps no other from being told, and is told by its name', async () => {
  const world = await notifyWorld();
  await world.report(keyDropped('plant-1'));
  const [denied = ''] = await world.keys('outbox/alerts/');
  world.spoilBucket(({ key, operation }) =>
    operation === 'GetObject' && key === denied ? { status: 403, code: 'InvalidObjectState' } : 'ok',
  );
  await world.report(pairRejected('plant-2'));
  await world.minutes(2);
  expect(world.titles()).toEqual([expect.stringContaining('【严重】'), expect.stringContaining('plant-2')]);
  expect(await world.keys('outbox/alerts/')).toEqual([]);
});

test('the house is kept even when telling fails at the bucket', async () => {
  const world = await notifyWorld();
  await world.report(keyDropped('plant-1'));
  world.spoilBucket(({ key, operation }) =>
    operation === 'PutObject' && key?.startsWith('state/notify/messages/') === true
      ? { status: 403, code: 'AccessDenied' }
      : 'ok',
  );
  await expect(world.minutes(1)).rejects.toThrow('oss: AccessDenied');
  expect(world.facts()).toMatchObject({ openConditions: 0 });
});

test('mutes that can not be had, or are too much for the function, mute nothing and stop nothing', async () => {
  const world = await notifyWorld();
  const until = new Date(world.clock.now() + 86_400_000).toISOString();
  const mute = `pair-rejected,,Li,known,${until}\n`;
  await world.put('control/mutes/m.csv', mute);
  await world.report(pairRejected('muted'));
  await world.minutes(1);
  expect(world.titles()).toEqual([]);
  world.spoilBucket(({ key }) => (key === 'control/mutes/m.csv' ? { status: 403, code: 'AccessDenied' } : 'ok'));
  await world.report(pairRejected('denied'));
  await world.minutes(1);
  expect(world.titles()).toEqual([expect.stringContaining('denied')]);
  world.spoilBucket(undefined);
  const filler = `${'#'.repeat(200_000)}\n${mute}`;
  for (let file = 0; file < 6; file += 1) await world.put(`control/mutes/${String(file)}.csv`, filler);
  await world.report(pairRejected('too-much'));
  await world.minutes(1);
  expect(world.titles()).toHaveLength(2);
  expect(world.lines.filter(({ event }) => event === 'mutes-unreadable')).toHaveLength(2);
});

test('a clock that goes back an hour silences nobody', async () => {
  const world = await notifyWorld();
  for (let n = 0; n < 3; n += 1) await world.report(pairRejected(`before-${String(n)}`, `r${String(n)}`));
  await world.tell({ skewMs: 3_600_000 });
  expect(world.titles()).toHaveLength(3);
  await world.report(keyDropped('after'));
  await world.minutes(2);
  expect(shown(world, 'after')).toBe(1);
  await world.report(pairRejected('later', 'other'));
  await world.minutes(62); // three were told just now, so the fourth waits for the hourly digest
  expect(shown(world, 'later')).toBe(1);
});

test('quiet hours hold back everything but what is critical', async () => {
  const world = await notifyWorld();
  const local = new Date(world.clock.now() + 8 * 3_600_000);
  const at = (hours: number): string => `${String((local.getUTCHours() + hours + 24) % 24).padStart(2, '0')}:00`;
  const options = { settings: { quietHours: quiet(`${at(-1)}-${at(4)}`) } };
  await world.report(keyDropped('plant-1'), pairRejected('plant-2'));
  await world.minutes(10, options);
  expect(world.titles()).toEqual([expect.stringContaining('plant-1')]);
  world.clock.advance(4 * 3_600_000);
  await world.minutes(2, options);
  expect(world.titles()[1]).toMatch(/^【补发】.*plant-2/);
});
