import { expect, test } from 'vitest';
import { advanceTo, type HousekeepingWorld, housekeepingWorld } from '../support/housekeeping-world.ts';
import type { CallWatch } from '../support/service-world.ts';

const HEARTBEAT = 'state/sweep/heartbeat.json';
const daily = { settings: { canary: 'daily' } } as const;

/** Everything is due at once: batches good, poisoned and damaged, a pause, a canary, a sweep that stands still. */
async function everythingDue(): Promise<HousekeepingWorld> {
  const world = await housekeepingWorld();
  advanceTo(world, 12);
  await world.put(HEARTBEAT, '{}');
  await world.put('control/paused', 'owner: ann');
  await world.run(daily);
  world.clock.advance(2 * 86_400_000);
  world.sls.holdFaults([{ fault: 'server-busy' }]);
  for (const payloadHash of ['1', '2', '3']) {
    await world.report([
      { kind: 'event-refused', reason: 'not-json', sentence: `Number ${payloadHash}.`, payloadHash },
    ]);
  }
  await world.put('outbox/outcomes/0000000000000-cut.json', '[{');
  world.sls.holdFaults([]);
  world.refuseLogsWith('Number 2.', 'PostBodyInvalid');
  await world.clearAlerts();
  return world;
}

/** Dies at the n-th moment and stays dead: nothing after it happens, as when a machine is switched off. */
function dieAt(moment: number): { readonly watch: CallWatch; readonly died: () => boolean } {
  let count = 0;
  return {
    died: () => count >= moment,
    watch: () => {
      count += 1;
      if (count >= moment) throw new Error('switched off');
    },
  };
}

/** What is there in the end, each event once. */
async function endOf(world: HousekeepingWorld) {
  const rows = new Map(world.rows().map((fields) => [fields['event_id'], fields['kind']]));
  const events = (await world.keys('outbox/alerts/')).map((key) => /([a-z-]+)\.[0-9a-f]{16}\/\d{13}-(\w+)/.exec(key));
  return {
    rows: [...rows.values()].filter((kind) => kind !== 'outbox-backlog').sort(),
    alerts: [...new Set(events.map((parts) => `${parts?.[1] ?? ''} ${parts?.[2] ?? ''}`))].sort(),
    spooled: await world.keys('outbox/outcomes/'),
    parked: (await world.keys('outbox/unwritable/')).map((key) => key.replaceAll(/[0-9a-f]{16,}/g, '#')).sort(),
  };
}

const ROWS = [
  'canary',
  'event-refused',
  'event-refused',
  'outbox-damaged',
  'outcome-unwritable',
  'pause-standing',
  'sweep-overdue',
];

test('killed at any call, the next run ends where an undisturbed one does, with the same events', async () => {
  const kindsOf = (alerts: readonly string[]): readonly string[] => alerts.map((alert) => alert.split(' ')[0] ?? '');
  const calm = await everythingDue();
  await calm.run(daily);
  const clean = await endOf(calm);
  expect(clean.rows).toEqual(ROWS);
  expect(kindsOf(clean.alerts)).toEqual(ROWS.filter((kind) => kind !== 'event-refused'));
  expect(clean.spooled).toEqual([]);
  expect(clean.parked).toEqual([
    'outbox/unwritable/#-0000000000000-cut.json-860785b9',
    'outbox/unwritable/record-#.json',
  ]);

  let moments = 0;
  for (let moment = 1; ; moment += 1) {
    const world = await everythingDue();
    const { died, watch } = dieAt(moment);
    await world.run({ ...daily, watch });
    if (!died()) break;
    moments += 1;
    await world.run(daily);
    const end = await endOf(world);
    const told = { ...end, alerts: kindsOf(end.alerts) };
    expect([moment, told]).toEqual([moment, { ...clean, alerts: kindsOf(clean.alerts) }]);
  }
  expect(moments).toBeGreaterThan(60);
}, 120_000);
