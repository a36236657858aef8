import { expect, test } from 'vitest';
import { etagOf, objectKey } from '../../shared/core/object-version.ts';
import { epochMs } from '../../shared/core/time.ts';
import { tidyUp } from '../../shared/pipelines/sweep/tidy-up.ts';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const DAY = 86_400_000;

const idOf = (at: number): string =>
  new Date(at)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d{3}/, '');

/** Everything one sweep of `daysAgo` days ago left behind. */
function leftBy(world: SweepWorld, daysAgo: number): readonly string[] {
  const at = world.clock.now() - daysAgo * DAY;
  const id = idOf(at);
  const intent = `state/sweep/intents/${String(at).padStart(13, '0')}-${id}-0123456789abcdef`;
  return [
    `state/sweep/sweeps/${id}/lap/000001.json`,
    `state/sweep/sweeps/${id}/decided/${INSTANCE}/${CA}`,
    `state/sweep/sweeps/${id}/finished.json`,
    `state/sweep/started/${id}.json`,
    `state/sweep/released/${id}/${INSTANCE}/${CA}/${id}-000001.json`,
    `${intent}.json`,
    `${intent}-result.json`,
  ];
}

/** A bucket after a sweep, with what older ones left behind. */
async function used(daysAgo: readonly number[]): Promise<{ world: SweepWorld; left: readonly (readonly string[])[] }> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  world.devices(CA, ['a1']);
  await world.put(`watch/${INSTANCE}/fleet.csv`, `device_sn,ca_sn\na1,${CA}`);
  await world.tick();
  const left = daysAgo.map((days) => leftBy(world, days));
  for (const key of left.flat()) await world.put(key, intentText(key));
  return { world, left };
}

function intentText(key: string): string {
  if (key.endsWith('-result.json')) return JSON.stringify({ schema: 1, results: [{ device: 'a1', result: 'failed' }] });
  if (!key.includes('/intents/')) return '{}';
  const [, at = '', sweepId = ''] = /intents\/(\d+)-([^-]+)/.exec(key) ?? [];
  return JSON.stringify({ schema: 1, at: Number(at), sweepId, instance: INSTANCE, ca: CA, devices: ['a1'] });
}

async function stillThere(world: SweepWorld, keys: readonly string[]): Promise<readonly string[]> {
  const all = new Set(await world.keys('state/sweep/'));
  return keys.filter((key) => all.has(key));
}

const isIntent = (key: string): boolean => key.includes('/intents/');

test('what sweeps wrote down is kept for 8 days, and what they set out to do for 30', async () => {
  const { left, world } = await used([1, 7, 7.99, 8.01, 29.99, 30.01, 400]);
  await world.tick();
  const kept = await Promise.all(left.map((keys) => stillThere(world, keys)));
  expect(kept.map((keys) => [keys.filter(isIntent).length, keys.filter((key) => !isIntent(key)).length])).toEqual([
    [2, 5],
    [2, 5],
    [2, 5],
    [2, 0],
    [2, 0],
    [0, 0],
    [0, 0],
  ]);
});

test('nothing else is deleted: what people wrote, what is remembered of devices and CAs, and what others keep', async () => {
  const { world } = await used([]);
  const id = idOf(world.clock.now() - 400 * DAY);
  const others = [
    'control/holds/ann.csv',
    `control/release/${INSTANCE}/${CA}/${id}`,
    `watch/${INSTANCE}/old-${id}.csv`,
    `registered/${INSTANCE}/fleet/${id}/receipt.json`,
    `rejected/${INSTANCE}/fleet/${id}/reason.json`,
    `state/register/folders/${id}.json`,
    `state/notify/${id}.json`,
    `reports/${INSTANCE}/${id}.json`,
    `state/sweep/roster/${INSTANCE}/ff/${id}-000`,
    `state/sweep/memory/${INSTANCE}/ff/${id}`,
    `state/sweep/cas/post-cn-gone00001/${id}.json`,
  ];
  for (const key of others) await world.put(key, ',ff,,ann,lost,');
  const before = await world.keys('');
  await world.tick();
  const after = new Set(await world.keys(''));
  const gone = before.filter((key) => !after.has(key));
  // Replaced by this sweep's own: the lease and the memories are named after the sweep that wrote them.
  expect(gone.filter((key) => !/^state\/sweep\/(?:lease|memory|cas|watch)\//.test(key))).toEqual([]);
  expect(others.filter((key) => !after.has(key))).toEqual([]);
});

test('wherever tidying up is cut off, the sweep is complete, and the next one tidies up the rest', async () => {
  for (let moment = 1; ; moment += 1) {
    const { left, world } = await used([9, 31]);
    let isFinished = false;
    let count = 0;
    const death = world.tick({
      watch: (when, call) => {
        if (when === 'after' && call.startsWith('put ') && call.endsWith('/finished.json')) isFinished = true;
        else if (isFinished) count += 1;
        if (count >= moment) throw new Error('switched off');
      },
    });
    const isOver = await death.then(
      () => true,
      () => false,
    );
    expect(world.outcomes('sweep-summary')).toHaveLength(2);
    await world.tick();
    await world.tick();
    const kept = await stillThere(world, left.flat());
    expect(kept).toEqual(left[0]?.filter(isIntent));
    const skipped = world.outcomes('sweep-skipped').map((one) => one['reason']);
    expect(skipped.filter((reason) => reason === 'resumes-an-earlier-one')).toEqual([]);
    if (isOver) {
      expect(moment).toBeGreaterThan(12); // four folders are listed and emptied
      return;
    }
  }
});

test('a bucket that lets nothing be deleted fails no sweep', async () => {
  const { left, world } = await used([9]);
  world.spoilBucket(({ operation }) =>
    operation === 'DeleteMultipleObjects' ? { status: 403, code: 'AccessDenied' } : 'ok',
  );
  await world.tick();
  expect(world.outcomes('sweep-summary')).toHaveLength(2);
  expect(await stillThere(world, left.flat())).toEqual(left.flat());
});

test('a clock that runs ahead of the bucket deletes nothing that is not old there', async () => {
  const { left, world } = await used([1]);
  const ahead = 60 * DAY;
  const triggerTime = new Date(world.clock.now() + ahead).toISOString();
  await world.invoke({ triggerTime, triggerName: 't', payload: '' }, { skewMs: ahead });
  expect(world.outcomes('sweep-summary')).toHaveLength(2);
  expect(await stillThere(world, left.flat())).toEqual(left.flat());
});

test('a backlog is deleted a thousand objects at a time', async () => {
  const { world } = await used([]);
  const old = idOf(world.clock.now() - 100 * DAY);
  for (let start = 0; start < 1100; start += 100) {
    const keys = Array.from({ length: 100 }, (_, index) => `state/sweep/started/${old}-${String(start + index)}.json`);
    await Promise.all(keys.map((key) => world.put(key, '{}')));
  }
  const deletions: string[] = [];
  await world.tick({
    watch: (moment, call) => {
      if (moment === 'before' && /^delete \d+ keys$/.test(call)) deletions.push(call);
    },
  });
  expect(deletions).toEqual(['delete 1000 keys', 'delete 100 keys']);
  expect((await world.keys('state/sweep/started/')).filter((key) => key.includes(old))).toEqual([]);
});

test('of a backlog without end each sweep deletes ten thousand in each folder', async () => {
  const now = epochMs(Date.UTC(2026, 5, 1));
  const deleted: Record<string, number> = {};
  await tidyUp(
    {
      clock: { now: () => now, sleep: () => Promise.resolve(), random: () => 0 },
      deadline: epochMs(now + DAY),
      runLog: { write: () => undefined },
      store: {
        list: ({ limit, prefix }) => {
          const name = prefix.endsWith('/intents/') ? '0000000000001' : '20200101T000000Z';
          const keys = Array.from({ length: limit }, (_, index) => `${prefix}${name}-${String(index)}`);
          const version = { etag: etagOf('a'.repeat(32)), size: 2, lastModified: now };
          return Promise.resolve({ objects: keys.map((key) => ({ key: objectKey(key), ...version })), serverNow: now });
        },
        deleteMany: (keys) => {
          const folder = keys[0]?.split('/')[2] ?? '';
          deleted[folder] = (deleted[folder] ?? 0) + keys.length;
          return Promise.resolve();
        },
      },
    },
    now,
  );
  expect(deleted).toEqual({ sweeps: 10_000, started: 10_000, released: 10_000, intents: 10_000 });
});

test('a lap that is nearly over leaves the tidying up to the next sweep', async () => {
  const { left, world } = await used([9]);
  const late = { skewed: false };
  await world.tick({
    timeoutMs: 60_000,
    watch: (moment, call) => {
      if (late.skewed || moment !== 'after' || !call.endsWith('/finished.json') || !call.startsWith('put ')) return;
      late.skewed = true;
      world.clock.advance(50_000);
    },
  });
  expect(await stillThere(world, left.flat())).toEqual(left.flat());
  await world.tick();
  expect(await stillThere(world, left.flat())).toEqual(left[0]?.filter(isIntent));
});
