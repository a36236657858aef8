import { expect, test } from 'vitest';
import { type DropWorld, dropWorld, INSTANCE, soundPair } from '../support/drop-world.ts';

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const NOTHING = Buffer.alloc(0);
const DOWN = [{ fault: 'internal-server-error', times: 1000 }] as const;

const kinds = (world: DropWorld) => world.outcomes().map(({ kind }) => kind);

async function dropPair(world: DropWorld, folder = FOLDER, serial = '5f01'): Promise<Buffer> {
  const { ca, verification } = soundPair(world.code(), { serial });
  const [, event = NOTHING] = await world.drop(folder, { 'ca.pem': ca, 'verification.pem': verification });
  return event;
}

/** The records that were spooled because the log store did not take them, in the order of their keys. */
async function spooled(world: DropWorld): Promise<readonly Readonly<Record<string, string>>[]> {
  const texts = await Promise.all((await world.keys('outbox/outcomes/')).map(world.text));
  return texts.flatMap((text) => JSON.parse(text) as Readonly<Record<string, string>>[]);
}

test.each(['internal-server-error', 'server-busy', 'write-quota-exceed', 'html-502', 'reset-before'] as const)(
  'with a log store that answers %s the outcome is spooled and the drop is done',
  async (fault) => {
    const world = await dropWorld();
    world.sls.setFaults([{ fault, times: 1000 }]);
    await world.invoke(await dropPair(world));
    expect(world.outcomes()).toEqual([]);
    expect(await spooled(world)).toMatchObject([{ kind: 'ca-registered', ca_sn: '5f01', schema: '1' }]);
    expect(await world.keys('inbox/')).toEqual([]);
    expect(await world.keys('outbox/alerts/')).toHaveLength(1);
    expect(world.lines).toContainEqual(expect.objectContaining({ event: 'log-store-failed', count: 1 }));
  },
);

test('a log store that fails once or twice is asked again, and nothing is spooled', async () => {
  const world = await dropWorld();
  world.sls.setFaults([{ fault: 'server-busy', times: 2 }]);
  await world.invoke(await dropPair(world));
  expect(kinds(world)).toEqual(['ca-registered']);
  expect(await world.keys('outbox/outcomes/')).toEqual([]);
});

test('after one failed batch the rest of the invocation goes straight to the bucket', async () => {
  const world = await dropWorld();
  for (const name of ['a', 'b', 'c']) await dropPair(world, `inbox/${INSTANCE}/${name}/`, `5f0${name}`);
  world.clock.advance(180_000);
  world.sls.setFaults(DOWN);
  const calls: string[] = [];
  await world.tick({ watch: (moment, call) => (moment === 'before' && call.startsWith('sls') ? calls.push(call) : 0) });
  expect(calls).toHaveLength(3); // the three attempts of the first batch
  expect((await spooled(world)).map(({ ca_sn }) => ca_sn).sort()).toEqual(['5f0a', '5f0b', '5f0c']);
  expect(await world.keys('inbox/')).toEqual([]);
});

test('a spooled record carries the id it has in the log store, so that a replay tells nothing twice', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  world.sls.setFaults([{ fault: 'reset-after', times: 3 }]); // taken, and never heard so
  await world.invoke(event);
  const [record] = await spooled(world);
  expect(new Set(world.outcomes().map(({ event_id }) => event_id))).toEqual(new Set([record?.['event_id']]));
});

test('with both sinks down the run fails with its files in place, and the next one finishes', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  world.sls.setFaults(DOWN);
  world.spoilBucket(({ key, operation }) =>
    operation === 'PutObject' && key?.startsWith('outbox/') === true
      ? { status: 503, code: 'ServiceUnavailable' }
      : 'ok',
  );
  await expect(world.invoke(event)).rejects.toMatchObject({ facts: { service: 'oss', code: 'ServiceUnavailable' } });
  expect(world.outcomes()).toEqual([]);
  expect(await world.keys('inbox/')).toHaveLength(2);
  world.sls.setFaults([]);
  world.spoilBucket(undefined);
  await world.invoke(event);
  expect(kinds(world)).toEqual(['ca-registered']);
  expect(await world.keys('inbox/')).toEqual([]);
  expect(world.mqtt.engine.cas()).toHaveLength(1);
});

test('a tick with both sinks down fails, and the next one finishes', async () => {
  const world = await dropWorld();
  await world.put(`${FOLDER}ca.pem`, 'no certificate');
  world.clock.advance(16 * 60_000);
  world.sls.setFaults(DOWN);
  world.spoilBucket(({ key }) => (key?.startsWith('outbox/') === true ? { status: 403, code: 'AccessDenied' } : 'ok'));
  await expect(world.tick()).rejects.toMatchObject({ facts: { service: 'oss', code: 'AccessDenied' } });
  world.sls.setFaults([]);
  world.spoilBucket(undefined);
  await world.tick();
  expect(kinds(world)).toEqual(['pair-rejected']);
});

test('an alert is in the outbox before anything is in the log store', async () => {
  const world = await dropWorld();
  const calls: string[] = [];
  const watch = (moment: string, call: string): void => {
    if (moment === 'after' && /^(?:sls|put outbox)/.test(call)) calls.push(call.split('/')[0] ?? '');
  };
  await world.invoke(await dropPair(world), { watch });
  expect(calls).toEqual(['put outbox', 'sls POST']);
});

test.each([
  { status: 503, code: 'ServiceUnavailable' },
  { status: 500, code: 'InternalError' },
  { status: 503, code: 'DownloadTrafficRateLimitExceeded' },
])('a bucket that refuses every third request for a while ($code) changes nothing', async (fault) => {
  const world = await dropWorld();
  const event = await dropPair(world);
  let count = 0;
  world.spoilBucket(() => {
    count += 1;
    return count % 3 === 0 && count < 60 ? fault : 'ok';
  });
  await world.invoke(event);
  expect(count).toBeGreaterThan(20);
  expect(kinds(world)).toEqual(['ca-registered']);
  expect(world.mqtt.engine.cas()).toHaveLength(1);
});

test('answers of the bucket that are lost after the act change nothing', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  let count = 0;
  world.spoilBucket(() => {
    count += 1;
    return count % 2 === 0 ? 'lose-answer' : 'ok';
  });
  await world.invoke(event);
  world.spoilBucket(undefined);
  expect(kinds(world)).toEqual(['ca-registered']);
  expect(world.mqtt.engine.codes().filter(({ status }) => status === 'used')).toHaveLength(1);
  expect(await world.keys('inbox/')).toEqual([]);
});

test('a bucket that takes no writes is waited for until the deadline; then the drop is still in the inbox', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  world.spoilBucket(({ operation }) =>
    operation === 'PutObject' ? { status: 503, code: 'ServiceUnavailable' } : 'ok',
  );
  const started = world.clock.now();
  await expect(world.invoke(event, { timeoutMs: 30_000 })).rejects.toMatchObject({ facts: { service: 'oss' } });
  expect(world.clock.now() - started).toBeLessThan(31_000);
  expect(world.mqtt.calls()).toEqual([]); // nothing is registered that could not be written down
  world.spoilBucket(undefined);
  world.clock.advance(600_000);
  await world.tick();
  expect(kinds(world)).toEqual(['ca-registered']);
});
