import { expect, test } from 'vitest';
import { type DropWorld, dropWorld, INSTANCE, soundPair } from '../support/drop-world.ts';

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const STATE = `state/register/${INSTANCE}/line-7/`;
const NOTHING = Buffer.alloc(0);

const kinds = (world: DropWorld) => world.outcomes().map(({ kind }) => kind);
const registrations = (world: DropWorld) =>
  world.mqtt.calls().filter(({ action }) => action === 'RegisterCaCertificate').length;

async function dropPair(world: DropWorld, serial = '5f01'): Promise<Buffer> {
  const { ca, verification } = soundPair(world.code(), { serial });
  const [, event = NOTHING] = await world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
  return event;
}

/** Does something once, right before or after the first call that begins so. */
function once(when: 'before' | 'after', begins: string, act: () => Promise<void>) {
  let isDone = false;
  return async (moment: string, call: string): Promise<void> => {
    if (isDone || moment !== when || !call.startsWith(begins)) return;
    isDone = true;
    await act();
  };
}

test('while one run is at work a second returns at once, having touched nothing', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  const calls: string[] = [];
  const watch = once('before', 'RegisterCaCertificate', () =>
    world.invoke(event, { watch: (moment, call) => (moment === 'before' ? calls.push(call) : 0) }),
  );
  await world.invoke(event, { watch });
  expect(calls.filter((call) => !/^(?:list|get state)/.test(call))).toEqual([]);
  expect(registrations(world)).toBe(1);
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('a file that comes while its folder is held is seen by the holder, though its own event found it busy', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  const watch = once('before', 'RegisterCaCertificate', async () => {
    await world.invoke(
      await world.put(`${FOLDER}ca.key`, '-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----'),
    );
  });
  await world.invoke(event, { watch });
  expect(kinds(world)).toEqual(['ca-registered', 'drop-quarantined']);
  expect(await world.keys('inbox/')).toEqual([]);
});

test('a file that comes right before the lease is given back is seen too', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  const released = `put ${STATE}lease/000000000001-released`;
  const watch = once('before', released, async () => {
    await world.invoke(await world.put(`${FOLDER}late.pem`, 'no certificate'));
  });
  await world.invoke(event, { watch });
  expect(kinds(world)).toEqual(['ca-registered', 'drop-waiting']);
});

test('the lease of a run that died is taken over once its time is over, and not before', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  const watch = (moment: string, call: string): void => {
    if (call === 'RegisterCaCertificate' || (moment === 'before' && call.includes('released'))) {
      throw new Error('switched off');
    }
  };
  await world.invoke(event, { watch }).catch(() => undefined);
  world.clock.advance(160_000); // 110 s of the run and 60 s more are not over
  await world.invoke(event);
  await world.tick();
  expect(kinds(world)).toEqual([]);
  world.clock.advance(15_000);
  await world.invoke(event);
  expect(kinds(world)).toEqual(['ca-registered']);
  expect(await world.keys(`${STATE}lease/`)).toEqual([
    `${STATE}lease/000000000001`,
    `${STATE}lease/000000000002`,
    `${STATE}lease/000000000002-released`,
  ]);
});

test('a run that wakes up after another took over registers nothing', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  // Frozen right after its first look at the service, for longer than its lease; meanwhile another run does the work.
  const watch = once('after', 'GetCaCertificate', async () => {
    world.clock.advance(200_000);
    await world.invoke(event);
  });
  await world.invoke(event, { watch }).catch(() => undefined);
  expect(registrations(world)).toBe(1);
  expect(new Set(world.outcomes().map(({ event_id }) => event_id)).size).toBe(1);
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('a run that finds a higher lease right before the call sends nothing and says nothing', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  const watch = once('after', 'GetCaCertificate', async () => {
    await world.bucket.put({
      key: `${STATE}lease/000000000002`,
      bytes: Buffer.from('{"schema":1,"runId":"another","ttlMs":170000}'),
      contentType: 'application/json',
      headers: {},
      timeoutMs: 5000,
    });
  });
  await world.invoke(event, { watch });
  expect(registrations(world)).toBe(0);
  expect(kinds(world)).toEqual([]);
  // The other run is never heard of again: after its time the timer finishes.
  world.clock.advance(600_000);
  await world.tick();
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('the lease is asked again before every repeated call', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  world.hop.plan('pass', 'reset-before');
  const watch = once('after', 'RegisterCaCertificate', async () => {
    await world.bucket.put({
      key: `${STATE}lease/000000000002`,
      bytes: NOTHING,
      contentType: 'application/json',
      headers: {},
      timeoutMs: 5000,
    });
  });
  await world.invoke(event, { watch });
  expect(registrations(world)).toBe(0);
});

test('a lease nobody can read is respected for as long as any holder may ask for', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  await world.bucket.put({
    key: `${STATE}lease/000000000007`,
    bytes: Buffer.from('not json'),
    contentType: 'application/json',
    headers: {},
    timeoutMs: 5000,
  });
  world.clock.advance(19 * 60_000);
  await world.invoke(event);
  expect(kinds(world)).toEqual([]);
  world.clock.advance(2 * 60_000);
  await world.invoke(event);
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('old lease numbers are cleared away, never the newest', async () => {
  const world = await dropWorld();
  for (let count = 0; count < 8; count += 1) {
    await world.invoke(await world.put(`${FOLDER}file-${String(count)}.txt`, 'x'));
  }
  const epochs = (await world.keys(`${STATE}lease/`)).filter((key) => !key.endsWith('released'));
  expect(epochs.map((key) => Number(key.slice(-12)))).toEqual([5, 6, 7, 8]);
});

test('a state of several pages is read again under the lease: what a holder did in between is not forgotten', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  const put = (index: number) =>
    world.bucket.put({
      key: `${STATE}g-${String(index)}`, // between the drops and the leases
      bytes: NOTHING,
      contentType: 'text/plain',
      headers: {},
      timeoutMs: 5000,
    });
  for (let start = 0; start < 1050; start += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => put(start + index)));
  }
  // After the first page another run registers the CA, and fails before its decision.
  const failing = (moment: string, call: string): void => {
    if (moment === 'before' && call.endsWith('/decision.json')) throw new Error('out of memory');
  };
  const watch = once('after', `list ${STATE}`, () => world.invoke(event, { watch: failing }).catch(() => undefined));
  await world.invoke(event, { watch });
  expect(registrations(world)).toBe(1);
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('a decision somebody spoiled is told and never guessed at, and the other folders go on', async () => {
  const world = await dropWorld();
  const event = await dropPair(world);
  await world
    .invoke(event, {
      watch: (moment, call) => {
        if (moment === 'before' && call.startsWith('put registered/')) throw new Error('switched off');
      },
    })
    .catch(() => undefined);
  const decision = (await world.keys(STATE)).find((key) => key.endsWith('decision.json')) ?? '';
  const bytes = Buffer.from('{"schema":2}');
  await world.bucket.put({ key: decision, bytes, contentType: 'application/json', headers: {}, timeoutMs: 5000 });
  const other = soundPair(world.code(), { serial: '5f02' });
  await world.drop(`inbox/${INSTANCE}/line-8/`, { 'ca.pem': other.ca, 'v.pem': other.verification });
  world.clock.advance(600_000);
  await world.tick();
  await world.tick();
  expect(world.outcomes()).toMatchObject([
    { kind: 'drop-failed', reason: 'UnreadableDecisionError', name: 'line-7' },
    { kind: 'ca-registered', name: 'line-8' },
  ]);
  expect(await world.keys('inbox/')).toHaveLength(2);
  await world.bucket.delete({ key: decision, timeoutMs: 5000 });
  world.clock.advance(600_000);
  await world.tick();
  expect(kinds(world)).toEqual(['drop-failed', 'ca-registered', 'ca-registered']);
});
