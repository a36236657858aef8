import { expect, test } from 'vitest';
import { advanceTo, housekeepingWorld } from '../support/housekeeping-world.ts';

const DAY = 1440;
const HEARTBEAT = 'state/sweep/heartbeat.json';

const daily = { settings: { canary: 'daily' } } as const;
const weekly = { settings: { canary: 'weekly' } } as const;

test('with nothing to do a run makes these four requests, and none to the log store', async () => {
  const world = await housekeepingWorld();
  await world.put(HEARTBEAT, '{}');
  await world.run();
  const calls: string[] = [];
  await world.run({ watch: (moment, call) => moment === 'before' && calls.push(call) });
  expect(calls).toEqual([
    'get state/notify/housekeeping.json',
    'list state/sweep/heartbeat.json',
    'list control/paused',
    'list outbox/outcomes/',
  ]);
});

test('a sweep that wrote nothing for two intervals is reported, every day again, and when it gets on', async () => {
  const world = await housekeepingWorld();
  await world.put(HEARTBEAT, '{}');
  const began = world.clock.now();
  const after = (minutes: number): string => new Date(began + minutes * 60_000).toISOString().slice(0, 16);
  await world.later(20);
  expect(await world.alerts()).toEqual([]);
  await world.later(2);
  await world.later(1);
  await world.later(5);
  expect(await world.alerts()).toEqual([`sweep-overdue ${after(21)}`]);
  expect(world.rows('sweep-overdue')).toMatchObject([{ severity: 'critical', reason: 'no-progress' }]);
  expect(JSON.parse(world.rows('sweep-overdue')[0]?.['rule_inputs'] ?? '')).toMatchObject({ interval_minutes: 10 });

  await world.later(DAY);
  expect(await world.alerts()).toEqual([`sweep-overdue ${after(21)}`, `sweep-overdue ${after(21 + DAY)}`]);
  world.clock.advance(600_000);
  await world.put(HEARTBEAT, '{}');
  await world.run();
  await world.later(1);
  expect(await world.alerts()).toEqual(
    [
      `sweep-overdue-end ${after(28 + DAY + 10)}`,
      `sweep-overdue ${after(21)}`,
      `sweep-overdue ${after(21 + DAY)}`,
    ].sort(),
  );
  const [resumed] = world.rows('sweep-resumed');
  expect(resumed?.['resolves']).toMatch(/^sweep-overdue\.[0-9a-f]{16}$/);
});

test('any sign of a long sweep is progress: that it began, a lap, a checkpoint, a settled CA', async () => {
  const world = await housekeepingWorld();
  const id = `${new Date(world.clock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const signs = [
    `state/sweep/started/${id}.json`,
    `state/sweep/sweeps/${id}/lap/000001.json`,
    `state/sweep/sweeps/${id}/checkpoint/000000000001-000001`,
    `state/sweep/sweeps/${id}/settled/post-cn-house00001/5f01.json`,
  ];
  await world.put(HEARTBEAT, '{}');
  for (const sign of signs) {
    world.clock.advance(18 * 60_000);
    await world.put(sign, '{}');
    await world.run();
  }
  expect(await world.alerts()).toEqual([]);
  await world.later(22);
  expect((await world.alerts()).length).toBe(1);
});

test('a sweep that never ran is overdue from the first look on', async () => {
  const world = await housekeepingWorld();
  await world.run();
  await world.later(20);
  expect(await world.alerts()).toEqual([]);
  await world.later(2);
  expect(world.rows('sweep-overdue')).toMatchObject([{ reason: 'never-ran' }]);
});

test('an interval of an hour is given two of them', async () => {
  const world = await housekeepingWorld();
  const hourly = { settings: { sweepInterval: 3_600_000 as never } };
  await world.put(HEARTBEAT, '{}');
  await world.later(120, hourly);
  expect(await world.alerts()).toEqual([]);
  await world.later(2, hourly);
  expect((await world.alerts()).length).toBe(1);
});

test('a sweep that rests because the service is silent has said so itself, and has two intervals to come back', async () => {
  const world = await housekeepingWorld();
  await world.put(HEARTBEAT, '{}');
  const until = world.clock.now() + 60 * 60_000;
  await world.put('state/sweep/silence.json', JSON.stringify({ schema: 1, times: 3, until }));
  // The tick that ends the rest comes up to an interval after it; those before it write nothing down.
  for (const minutes of [59, 2, 10, 9]) await world.later(minutes);
  expect(await world.alerts()).toEqual([]);
  await world.later(2);
  const dueAt = new Date(until + 21 * 60_000).toISOString().slice(0, 16);
  expect(await world.alerts()).toEqual([`sweep-overdue ${dueAt}`]);
  await world.later(DAY);
  expect((await world.alerts()).length).toBe(2);
});

test('a rest that a wrong clock made endless keeps nobody from hearing of the sweep', async () => {
  const world = await housekeepingWorld();
  await world.put(HEARTBEAT, '{}');
  const until = world.clock.now() + 100 * DAY * 60_000;
  await world.put('state/sweep/silence.json', JSON.stringify({ schema: 1, times: 1, until }));
  await world.later(140);
  expect(await world.alerts()).toEqual([]);
  await world.later(2);
  expect((await world.alerts()).length).toBe(1);
});

test('a pause is told every day it lasts, with its owner, and when it is lifted', async () => {
  const world = await housekeepingWorld();
  await world.put('control/paused', 'owner: ann\nreason: maintenance');
  const tick = async (minutes: number): Promise<void> => {
    world.clock.advance(minutes * 60_000);
    await world.put(HEARTBEAT, '{}');
    await world.run();
  };
  await tick(DAY - 1);
  expect(await world.alerts()).toEqual([]);
  await tick(2);
  await tick(1);
  await world.put('control/paused', 'owner: bob'); // written again: the pause goes on
  await tick(DAY);
  expect(
    world.rows('pause-standing').map(({ rule_inputs: inputs = '' }) => JSON.parse(inputs) as unknown),
  ).toMatchObject([
    { days: 1, owner: 'ann' },
    { days: 2, owner: 'bob' },
  ]);
  await world.remove('control/paused');
  await tick(1);
  await tick(1);
  const kinds = (await world.alerts()).map((alert) => alert.split(' ')[0]).sort();
  expect(kinds).toEqual(['pause-standing', 'pause-standing', 'pause-standing-end']);
  expect(world.rows('pause-lifted').length).toBe(1);
});

test('a pause of an hour is no news of the teller', async () => {
  const world = await housekeepingWorld();
  await world.put(HEARTBEAT, '{}');
  await world.put('control/paused', '');
  await world.run();
  await world.remove('control/paused');
  await world.run();
  expect(await world.alerts()).toEqual([]);
});

test('the canary comes once a day, at nine or when the first run comes after it, and says what it found', async () => {
  const world = await housekeepingWorld();
  advanceTo(world, 12);
  await world.put(HEARTBEAT, '{}');
  await world.run(daily);
  expect(world.rows('canary')).toEqual([]); // the day of the first run has none
  advanceTo(world, 8, 59);
  await world.put(HEARTBEAT, '{}');
  await world.run(daily);
  expect(world.rows('canary')).toEqual([]);
  advanceTo(world, 9, 7);
  await world.run({ ...daily, openConditions: 3, hasSecondChannel: true });
  await world.later(1, daily);
  await world.later(600, daily);
  const [canary, ...more] = world.rows('canary');
  expect(more).toEqual([]);
  expect(canary?.['at']).toMatch(/T01:00:00\.000Z$/); // nine in Shanghai
  expect(JSON.parse(canary?.['rule_inputs'] ?? '')).toMatchObject({
    log: 'took this record',
    log_zh: '已写入本条记录',
    open: 3,
    waiting: 0,
    second: 'configured',
    last_sweep: expect.stringMatching(/^20/) as string,
  });
  expect((await world.alerts()).filter((alert) => alert.startsWith('canary')).length).toBe(1);
});

test('a day without a run has no canary, and the next day has one, not two', async () => {
  const world = await housekeepingWorld();
  advanceTo(world, 8);
  await world.run(daily);
  world.clock.advance(2 * DAY * 60_000);
  await world.run(daily);
  advanceTo(world, 9);
  await world.run(daily);
  expect(world.rows('canary').length).toBe(1);
});

test('a weekly canary comes on Mondays, none comes when it is off', async () => {
  const world = await housekeepingWorld();
  const dates = (): readonly (string | undefined)[] => world.rows('canary').map(({ at }) => at);
  advanceTo(world, 8, 0, 1);
  await world.run(weekly);
  for (let day = 0; day < 9; day += 1) {
    advanceTo(world, 9);
    await world.run(weekly);
  }
  expect(dates().map((at) => new Date(at ?? '').getUTCDay())).toEqual([1, 1]);
  advanceTo(world, 9, 0, 1);
  await world.run();
  expect(dates().length).toBe(2);
});

test('a canary says that the log store did not take it, and waits for it like everything else', async () => {
  const world = await housekeepingWorld();
  advanceTo(world, 8);
  await world.run(daily);
  advanceTo(world, 9);
  world.sls.holdFaults([{ fault: 'write-quota-exceed' }]);
  await world.run(daily);
  const key = (await world.keys('outbox/alerts/')).find((name) => name.includes('/canary.')) ?? '';
  const told = JSON.parse(await world.text(key)) as Readonly<Record<string, string>>;
  expect(told['api_code']).toBe('WriteQuotaExceed');
  expect(JSON.parse(told['rule_inputs'] ?? '')).toMatchObject({ log: 'did not take this record (WriteQuotaExceed)' });
  world.sls.holdFaults([]);
  await world.later(1, daily);
  expect(world.rows('canary').map(({ event_id: id }) => id)).toEqual([told['event_id']]);
});

test('a log store that takes nothing for half an hour is reported, every day again, and when it takes records again', async () => {
  const world = await housekeepingWorld();
  const began = world.clock.now();
  const after = (minutes: number): string => new Date(began + minutes * 60_000).toISOString().slice(0, 16);
  const told = async (): Promise<readonly string[]> =>
    (await world.alerts()).filter((alert) => alert.startsWith('log-store-'));
  const tick = async (minutes: number): Promise<void> => {
    world.clock.advance(minutes * 60_000);
    await world.put(HEARTBEAT, '{}');
    await world.run();
  };
  world.sls.holdFaults([{ fault: 'server-busy' }]);
  await world.report([{ kind: 'event-refused', reason: 'not-json', sentence: 'None.', payloadHash: '1' }]);
  for (const minutes of [0, 29]) await tick(minutes);
  expect(await told()).toEqual([]);
  for (const minutes of [1, 1, 60]) await tick(minutes);
  expect(await told()).toEqual([`log-store-refused ${after(30)}`]);
  await tick(DAY);
  expect(await told()).toEqual([`log-store-refused ${after(30)}`, `log-store-refused ${after(30 + DAY)}`]);
  world.sls.holdFaults([]);
  for (const minutes of [1, 1]) await tick(minutes);
  expect(world.rows('log-store-refused')).toMatchObject([
    { severity: 'warning', reason: 'silent', api_code: 'ServerBusy' },
    { severity: 'warning', reason: 'silent', api_code: 'ServerBusy' },
  ]);
  expect((await told()).filter((alert) => alert.includes('-end'))).toEqual([
    `log-store-refused-end ${after(92 + DAY)}`,
  ]);
  expect(world.rows('log-store-restored')).toMatchObject([
    { resolves: expect.stringMatching(/^log-store-refused\.[0-9a-f]{16}$/) as string },
  ]);
});

test('a log store that refuses everything is said to refuse; one that was well again in between is not', async () => {
  const world = await housekeepingWorld();
  const later = async (minutes: number): Promise<void> => {
    world.clock.advance(minutes * 60_000);
    await world.put(HEARTBEAT, '{}');
    await world.run();
  };
  world.sls.holdFaults([{ fault: 'server-busy' }]);
  await world.report([{ kind: 'event-refused', reason: 'not-json', sentence: 'None.', payloadHash: '1' }]);
  await later(20);
  world.sls.holdFaults([]);
  await later(5);
  world.refuseLogsWith('', 'Unauthorized');
  await world.report([{ kind: 'event-refused', reason: 'not-json', sentence: 'None.', payloadHash: '2' }]);
  for (const minutes of [1, 29]) await later(minutes);
  expect((await world.alerts()).filter((alert) => alert.startsWith('log-store-'))).toEqual([]);
  await later(1);
  const key = (await world.keys('outbox/alerts/')).find((name) => name.includes('/log-store-refused.')) ?? '';
  expect(JSON.parse(await world.text(key))).toMatchObject({ reason: 'refused', api_code: 'Unauthorized' });
});

test('what lies in the outbox is counted once an hour, when anything does', async () => {
  const world = await housekeepingWorld();
  await world.put(HEARTBEAT, '{}');
  await world.run();
  expect(world.rows('outbox-backlog')).toEqual([]);
  await world.report([{ kind: 'event-refused', reason: 'not-json', sentence: 'None.', payloadHash: '1' }]);
  await world.put('outbox/unwritable/x', 'x');
  for (const minutes of [60, 1, 1]) {
    world.clock.advance(minutes * 60_000);
    await world.put(HEARTBEAT, '{}');
    await world.run();
  }
  const [counted] = world.rows('outbox-backlog').map(({ rule_inputs: inputs = '' }) => JSON.parse(inputs) as unknown);
  expect(counted).toMatchObject({ alerts: 1, outcomes: 0, unwritable: 1, is_more: false });
});

test.each([
  ['list outbox/outcomes/', 'replay-outcomes'],
  ['list state/sweep/heartbeat.json', 'watch-sweep'],
  ['list control/paused', 'watch-pause'],
  ['list outbox/unwritable/', 'count-backlog'],
  ['sls POST', 'send-canary'],
])('when %s fails, %s is left to the next run and everything else is done', async (failing, chore) => {
  const world = await housekeepingWorld();
  await world.put(HEARTBEAT, '{}');
  await world.put('control/paused', '');
  advanceTo(world, 12);
  await world.put(HEARTBEAT, '{}');
  await world.run(daily);
  world.clock.advance(DAY * 60_000);
  advanceTo(world, 9);
  const watch = (moment: string, call: string): void => {
    if (moment === 'before' && call === failing) throw new TypeError('switched off');
  };
  const lines = await world.run({ ...daily, watch });
  expect(lines).toContainEqual({ event: 'chore-failed', kind: chore, code: 'TypeError' });
  await world.run(daily);
  const kinds = (await world.alerts()).map((alert) => alert.split(' ')[0]).sort();
  expect(kinds).toEqual(['canary', 'pause-standing', 'sweep-overdue']);
  expect(world.rows('outbox-backlog').length).toBeGreaterThan(0);
});

test('a run that lost its lease remembers nothing', async () => {
  const world = await housekeepingWorld();
  await world.run({ isStillOurs: () => Promise.resolve(false) });
  expect(await world.keys('state/notify/')).toEqual([]);
});

test('without time nothing is begun', async () => {
  const world = await housekeepingWorld();
  const calls: string[] = [];
  await world.run({ timeoutMs: 4000, watch: (moment, call) => moment === 'before' && calls.push(call) });
  expect(calls).toEqual(['get state/notify/housekeeping.json']);
});

test('what waits for the log store may fill a whole run: the sweep is watched and the canary sent before', async () => {
  const world = await housekeepingWorld();
  advanceTo(world, 8);
  await world.put(HEARTBEAT, '{}');
  await world.run(daily);
  advanceTo(world, 9);
  for (let batch = 0; batch < 20; batch += 1) await world.put(`outbox/outcomes/${String(batch)}.json`, '[{');
  const watch = (moment: string, call: string): void => {
    if (moment === 'before' && call.startsWith('copy ')) world.clock.advance(5_000);
  };
  await world.run({ ...daily, watch });
  expect((await world.keys('outbox/outcomes/')).length).toBeGreaterThan(5);
  const kinds = new Set((await world.alerts()).map((alert) => alert.split(' ')[0]));
  expect([...kinds].sort()).toEqual(['canary', 'outbox-damaged', 'sweep-overdue']);
  expect(world.rows('outbox-backlog').length).toBe(1);
});

test('when what is remembered can not be read, what waits for the log store is written all the same', async () => {
  const world = await housekeepingWorld();
  world.sls.holdFaults([{ fault: 'server-busy' }]);
  await world.report([{ kind: 'event-refused', reason: 'not-json', sentence: 'None.', payloadHash: '1' }]);
  world.sls.holdFaults([]);
  const watch = (moment: string, call: string): void => {
    if (moment === 'before' && call === 'get state/notify/housekeeping.json') throw new TypeError('switched off');
  };
  const lines = await world.run({ watch });
  expect(lines).toContainEqual({ event: 'chore-failed', kind: 'read-memory', code: 'TypeError' });
  expect(world.rows('event-refused').length).toBe(1);
  expect(await world.keys('state/notify/')).toEqual([]);
});
