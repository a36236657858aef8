import { expect, test } from 'vitest';
import { createCallBudget } from '../../shared/adapters/call-budget.ts';
import { INSTANCE, type LapOptions, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
/** Calls in any second, of the whole deployment. */
const SHARE = 30;

async function fleet(count: number): Promise<SweepWorld> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const serials = Array.from({ length: count }, (_, index) => `4a${(index + 1).toString(16).padStart(6, '0')}`);
  world.devices(CA, serials);
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...serials.map((sn) => `${sn},${CA}`)].join('\n'));
  return world;
}

/** Every invocation on a worker of its own. */
const WORKERS: LapOptions = {
  newWorker: () => createCallBudget({ perSecond: SHARE }),
  settings: { read: 'get', callsAtOnce: 24 },
};

/** A way on which calls are held up and then arrive sixteen at once, as behind a connection that stalls. */
function stallingWay(): Pick<LapOptions, 'watch'> {
  let held: (() => void)[] = [];
  const letGo = (): void => {
    for (const go of held) go();
    held = [];
  };
  return {
    watch: async (moment, call) => {
      if (moment !== 'before' || call !== 'GetDeviceCertificate') return;
      await new Promise<void>((resolve) => {
        held.push(resolve);
        if (held.length === 1) setTimeout(letGo, 700);
        if (held.length === 16) letGo();
      });
    },
  };
}

/** The most calls that arrived within one second, wherever it begins, by the service's own record. */
function mostInASecond(world: SweepWorld): number {
  const arrivals = world.mqtt
    .calls()
    .map(({ at }) => at)
    .sort((left, right) => left - right);
  return Math.max(...arrivals.map((from, index) => arrivals.slice(index).filter((at) => at - from <= 1000).length));
}

test('a lap that goes on at once on another worker, called twice, keeps every second within the budget', async () => {
  const world = await fleet(110);
  await world.tick({ ...WORKERS, ...stallingWay(), timeoutMs: 9500, selfCalls: 'lost' });
  const [started = ''] = await world.keys('state/sweep/started/');
  const next = { sweepId: started.slice('state/sweep/started/'.length).replace('.json', ''), lap: 2 };
  await Promise.all([world.invoke(next, WORKERS), world.invoke(next, WORKERS)]);
  expect(world.outcomes('sweep-summary')).toHaveLength(1);
  expect(mostInASecond(world)).toBeLessThanOrEqual(SHARE);
});

test('a sweep that begins on another worker as soon as one is over keeps every second within the budget', async () => {
  const world = await fleet(70);
  await world.tick({ ...WORKERS, ...stallingWay() });
  const triggerTime = new Date(world.clock.now() + 60_000).toISOString();
  await world.invoke({ triggerTime, triggerName: 'by-hand', payload: '' }, WORKERS);
  expect(world.outcomes('sweep-summary')).toHaveLength(2);
  expect(mostInASecond(world)).toBeLessThanOrEqual(SHARE);
});
