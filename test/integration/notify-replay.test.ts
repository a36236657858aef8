import { expect, test } from 'vitest';
import type { Outcome } from '../../shared/core/outcome.ts';
import { housekeepingWorld } from '../support/housekeeping-world.ts';

function refused(count: number, from = 0): readonly Outcome[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'event-refused' as const,
    reason: 'not-json',
    sentence: `The event ${String(from + index)} is none.`,
    payloadHash: String(from + index),
  }));
}

const DOWN = [{ fault: 'server-busy' as const }];

test('what an hour without the log store left behind is in it afterwards: all of it, once, with the same event ids', async () => {
  const world = await housekeepingWorld();
  const reported: string[] = [];
  world.sls.holdFaults(DOWN);
  for (let drop = 0; drop < 12; drop += 1) {
    const records = await world.report(refused(3, drop * 3));
    reported.push(...records.map(({ event_id: id }) => id));
    await world.later(5);
  }
  expect(world.rows()).toEqual([]);

  world.sls.holdFaults([]);
  await world.later(1);
  expect(world.rows('event-refused').map(({ event_id: id }) => id)).toEqual(reported);
  expect(await world.keys('outbox/outcomes/')).toEqual([]);
  await world.later(1);
  expect(world.rows('event-refused').length).toBe(36);
});

test('while the log store is down a run asks it once and goes on with the rest', async () => {
  const world = await housekeepingWorld();
  world.sls.holdFaults(DOWN);
  await world.report(refused(1));
  await world.put('control/paused', 'owner: ann');
  const lines = await world.later(60 * 25);
  expect(lines).toContainEqual({ event: 'chore-failed', kind: 'replay-outcomes', code: 'sls-ServerBusy' });
  expect((await world.alerts()).map((alert) => alert.split(' ')[0])).toEqual(['event-refused', 'pause-standing']);
});

test.each(['PostBodyInvalid', 'ACodeOfTomorrow'])(
  'a record that the log store answers %s to is parked and told, and keeps none of the others back',
  async (code) => {
    const world = await housekeepingWorld();
    world.sls.holdFaults(DOWN);
    const [first, poison] = [await world.report(refused(4)), await world.report(refused(5, 4))];
    const bad = poison[2];
    if (bad === undefined) throw new Error('there are five');
    world.sls.holdFaults([]);
    world.refuseLogsWith('The event 6 is none.', code);
    await world.clearAlerts();
    await world.run();

    const written = world.rows('event-refused').map(({ event_id: id }) => id);
    const others = [...first, ...poison].map(({ event_id: id }) => id).filter((id) => id !== bad.event_id);
    expect([...new Set(written)].sort()).toEqual([...others].sort());
    const parked = `outbox/unwritable/record-${bad.event_id}.json`;
    expect(await world.keys('outbox/unwritable/')).toEqual([parked]);
    expect(JSON.parse(await world.text(parked))).toEqual(bad);
    expect(await world.keys('outbox/outcomes/')).toEqual([]);
    expect(await world.alerts()).toEqual([expect.stringMatching(/^outcome-unwritable /)]);
    expect(world.rows('outcome-unwritable')).toMatchObject([
      { severity: 'warning', api_code: code, object_key: parked, correlation_id: bad.event_id },
    ]);
  },
);

test('records at the head that a code of tomorrow refuses are parked and told, however many; the others are written', async () => {
  const world = await housekeepingWorld();
  world.sls.holdFaults(DOWN);
  const records = await world.report(refused(6));
  world.sls.holdFaults([]);
  for (const index of [0, 1, 2, 5]) world.refuseLogsWith(`The event ${String(index)} is none.`, 'ACodeOfTomorrow');
  await world.clearAlerts();
  await world.run();
  const idOf = (index: number): string => records[index]?.event_id ?? '';
  expect(world.rows('event-refused').map(({ event_id: id }) => id)).toEqual([idOf(3), idOf(4)]);
  expect(await world.keys('outbox/unwritable/')).toEqual(
    [0, 1, 2, 5].map((index) => `outbox/unwritable/record-${idOf(index)}.json`).sort(),
  );
  expect(await world.keys('outbox/outcomes/')).toEqual([]);
  expect((await world.alerts()).map((alert) => alert.split(' ')[0])).toEqual(
    Array.from({ length: 4 }, () => 'outcome-unwritable'),
  );
});

test('a single record that a code of tomorrow refuses does not wait for others to be compared with', async () => {
  const world = await housekeepingWorld();
  world.sls.holdFaults(DOWN);
  await world.report(refused(1));
  world.sls.holdFaults([]);
  world.refuseLogsWith('The event 0 is none.', 'ACodeOfTomorrow');
  await world.run();
  expect((await world.keys('outbox/unwritable/')).length).toBe(1);
  expect(await world.keys('outbox/outcomes/')).toEqual([]);
});

test('a log store that refuses everything is at fault itself: nothing is parked, and everything waits', async () => {
  const world = await housekeepingWorld();
  world.sls.holdFaults(DOWN);
  await world.report(refused(6));
  world.sls.holdFaults([]);
  world.refuseLogsWith('', 'Unauthorized');
  expect(await world.run()).toContainEqual({
    event: 'chore-failed',
    kind: 'replay-outcomes',
    code: 'sls-Unauthorized',
  });
  expect(await world.keys('outbox/unwritable/')).toEqual([]);
  expect((await world.keys('outbox/outcomes/')).length).toBe(2); // the count of the backlog joined it
});

test('a record that says that another could not be written is parked in silence', async () => {
  const world = await housekeepingWorld();
  world.sls.holdFaults(DOWN);
  await world.report(refused(2));
  world.sls.holdFaults([]);
  world.refuseLogsWith('The event 0 is none.', 'PostBodyInvalid');
  world.refuseLogsWith('outcome-unwritable', 'PostBodyInvalid');
  await world.clearAlerts();
  for (let minute = 0; minute < 5; minute += 1) await world.later(1);
  expect((await world.keys('outbox/unwritable/')).length).toBe(2);
  expect((await world.alerts()).length).toBe(1);
  expect(await world.keys('outbox/outcomes/')).toEqual([]);
});

test('a damaged batch is moved aside and told; what is whole of it, and every other batch, is written', async () => {
  const world = await housekeepingWorld();
  world.sls.holdFaults(DOWN);
  const records = await world.report(refused(3));
  const [key = ''] = await world.keys('outbox/outcomes/');
  const [first, second, third] = JSON.parse(await world.text(key)) as object[];
  world.sls.holdFaults([]);
  await world.put(key, JSON.stringify([first, { ...second, severity: 'terrible' }, third]));
  await world.put('outbox/outcomes/0000000000000-cut.json', JSON.stringify(records).slice(0, 100));
  await world.put('outbox/outcomes/notes.txt', 'hello');
  await world.put('outbox/outcomes/', '');
  await world.clearAlerts();
  await world.run();

  expect(world.rows('event-refused').map(({ detail }) => detail)).toEqual([
    expect.stringContaining('The event 0'),
    expect.stringContaining('The event 2'),
  ]);
  expect(await world.keys('outbox/outcomes/')).toEqual(['outbox/outcomes/']);
  const parked = await world.keys('outbox/unwritable/');
  expect(parked.map((name) => name.replaceAll(/[0-9a-f]{8,}/g, '#'))).toEqual(
    expect.arrayContaining([expect.stringContaining('notes.txt-#'), expect.stringContaining('-cut.json-#')]),
  );
  expect(parked.length).toBe(3);
  const told = world.rows('outbox-damaged');
  expect(told.map(({ reason }) => reason)).toEqual(['unreadable-body', 'unreadable-body', 'unreadable-body']);
  expect(told.map(({ object_key: where }) => where).sort()).toEqual([...parked].sort());
  expect((await world.alerts()).length).toBe(3);
});

test('what a person mended and put back is written like any other', async () => {
  const world = await housekeepingWorld();
  const [record] = await world.report(refused(1));
  await world.put('outbox/outcomes/mended.json', JSON.stringify({ ...record, event_id: 'a'.repeat(32) }));
  await world.run();
  expect(world.rows('event-refused').map(({ event_id: id }) => id)).toEqual([record?.event_id, 'a'.repeat(32)]);
  expect(await world.keys('outbox/outcomes/')).toEqual([]);
});

test('three hundred small batches cost one read each, and a handful of requests more', async () => {
  const world = await housekeepingWorld();
  const [record] = await world.report(refused(1));
  for (let index = 0; index < 300; index += 1) {
    const id = String(index).padStart(32, '0');
    await world.put(
      `outbox/outcomes/${String(index).padStart(13, '0')}-x.json`,
      JSON.stringify([{ ...record, event_id: id }]),
    );
  }
  const calls = new Map<string, number>();
  await world.run({
    watch: (moment, call) => {
      if (moment === 'after') return;
      const name = call.startsWith('get outbox/outcomes/') ? 'get a batch' : call;
      calls.set(name, (calls.get(name) ?? 0) + 1);
    },
  });
  expect(world.rows('event-refused').length).toBe(301);
  expect(Object.fromEntries(calls)).toMatchObject({
    'list outbox/outcomes/': 2,
    'get a batch': 300,
    'sls POST': 3,
    'delete 200 keys': 1,
    'delete 100 keys': 1,
  });
});
