import { expect, test } from 'vitest';
import { type DropWorld, dropWorld, INSTANCE, soundPair, strangeEvent } from '../support/drop-world.ts';

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const NOTHING = Buffer.alloc(0);
const MINUTE = 60_000;

const kinds = (world: DropWorld) => world.outcomes().map(({ kind }) => kind);
const eventIds = (world: DropWorld) => new Set(world.outcomes().map(({ event_id }) => event_id));
const registrations = (world: DropWorld) =>
  world.mqtt.calls().filter(({ action }) => action === 'RegisterCaCertificate').length;

async function dropPair(world: DropWorld): Promise<readonly Buffer[]> {
  const { ca, verification } = soundPair(world.code());
  return world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
}

test('the same event twenty times at once: one registration, one outcome, one receipt', async () => {
  const world = await dropWorld();
  const [, event = NOTHING] = await dropPair(world);
  await Promise.all(Array.from({ length: 20 }, () => world.invoke(event)));
  expect(kinds(world)).toEqual(['ca-registered']);
  expect(registrations(world)).toBe(1);
  expect((await world.keys('registered/')).filter((key) => key.endsWith('receipt.json'))).toHaveLength(1);
  expect(await world.keys('outbox/alerts/')).toHaveLength(1);
  expect(await world.keys('inbox/')).toEqual([]);
});

test('both events of a pair at once, and again later, say nothing more', async () => {
  const world = await dropWorld();
  const events = await dropPair(world);
  await Promise.all(events.map((event) => world.invoke(event)));
  world.clock.advance(30 * MINUTE);
  for (const event of [...events, ...events]) await world.invoke(event);
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('the second event of a settled pair costs no lease and no call to the service', async () => {
  const world = await dropWorld();
  const [first = NOTHING, second = NOTHING] = await dropPair(world);
  await world.invoke(first);
  const calls: string[] = [];
  await world.invoke(second, { watch: (moment, call) => (moment === 'before' ? calls.push(call) : 0) });
  expect(calls.filter((call) => call.startsWith('put ') || !/^(?:list|head|get) /.test(call))).toEqual([]);
  expect(calls.length).toBeLessThan(6);
});

test('events in one payload are settled one by one, and a failing one does not stop the others', async () => {
  const world = await dropWorld();
  const [, pair = NOTHING] = await dropPair(world);
  const stray = await world.put('inbox/notes.txt', 'hello');
  const json = (event: Buffer) => JSON.parse(event.toString('utf8')) as { events: readonly unknown[] };
  const both = { events: [...json(pair).events, ...json(stray).events] };
  world.spoilBucket(({ key, operation }) =>
    key === `${FOLDER}ca.pem` && operation === 'GetObject' ? { status: 403, code: 'AccessDenied' } : 'ok',
  );
  await expect(world.invoke(Buffer.from(JSON.stringify(both)))).rejects.toMatchObject({
    facts: { service: 'oss', code: 'AccessDenied' },
  });
  expect(kinds(world)).toEqual(['drop-misplaced']);
  world.spoilBucket(undefined);
  await world.invoke(Buffer.from(JSON.stringify(both)));
  expect(kinds(world)).toEqual(['drop-misplaced', 'ca-registered']);
});

test('a file that is gone before it was handled is told once', async () => {
  const world = await dropWorld();
  const [first = NOTHING] = await dropPair(world);
  await world.bucket.delete({ key: `${FOLDER}ca.pem`, timeoutMs: 5000 });
  await world.bucket.delete({ key: `${FOLDER}verification.pem`, timeoutMs: 5000 });
  await world.invoke(first);
  await world.invoke(first);
  expect(world.outcomes()).toMatchObject([
    { kind: 'drop-vanished', instance: INSTANCE, name: 'line-7', object_key: `${FOLDER}ca.pem` },
  ]);
  expect(await world.keys('outbox/alerts/')).toHaveLength(1);
});

test('a file replaced before it was handled has not vanished: its successor is there', async () => {
  const world = await dropWorld();
  const old = await world.put(`${FOLDER}ca.pem`, 'not yet');
  const older = await world.put(`${FOLDER}ca.pem`, 'still not');
  await dropPair(world);
  await world.invoke(old);
  await world.invoke(older); // late: its successor was settled by the other event
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('an event about a key nobody ever put there is a vanished file, in a place of its own or in a folder', async () => {
  const world = await dropWorld();
  await world.invoke(strangeEvent(`${FOLDER}ca.pem`));
  await world.invoke(strangeEvent('inbox/ca.pem'));
  expect(kinds(world)).toEqual(['drop-vanished', 'drop-vanished']);
  expect(eventIds(world).size).toBe(2);
});

test.each([
  ['not JSON', Buffer.from('inbox/ca.pem'), 'not-json'],
  ['empty', Buffer.alloc(0), 'not-json'],
  ['bytes', Buffer.from([0xff, 0xfe, 0x00]), 'not-json'],
  ['of no known shape', Buffer.from('{"hello":"world"}'), 'unknown-shape'],
  ['a list of nothing', Buffer.from('{"events":[]}'), 'unknown-shape'],
  ['far too long', Buffer.alloc(300_000, ' '), 'too-large'],
])('an event that is %s is refused with an outcome, and not thrown', async (_, event, reason) => {
  const world = await dropWorld();
  await world.invoke(event);
  expect(world.outcomes()).toMatchObject([{ kind: 'event-refused', reason }]);
  expect(await world.keys('outbox/alerts/warning/')).toHaveLength(1);
});

test('the receipt says who the event claims dropped the files', async () => {
  const world = await dropWorld();
  const [, event = NOTHING] = await dropPair(world);
  await world.invoke(event);
  const receipt = (await world.keys('registered/')).find((key) => key.endsWith('receipt.json')) ?? '';
  const record = world.outcomes()[0] ?? {};
  expect(JSON.parse(await world.text(receipt))).toMatchObject({
    schema: 1,
    outcome: 'ca-registered',
    eventId: record['event_id'],
    instance: INSTANCE,
    caName: 'line-7',
    dropId: record['correlation_id'],
    caSerial: { asReceived: '5f0000000000000001', canonical: '5f0000000000000001' },
    sha256: { ca: record['cert_sha256'] },
    status: 'active',
    validFrom: '2026-01-01T00:00:00.000Z',
    validUntil: '2036-01-01T00:00:00.000Z',
    requestId: record['request_id'],
    claimedActor: record['actor'],
    claimedSourceAddress: '127.0.0.1',
    warnings: [],
  });
});

test('a pair uploaded again after it was settled is looked up and not registered twice', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const files = { 'ca.pem': ca, 'verification.pem': verification };
  const [, first = NOTHING] = await world.drop(FOLDER, files);
  await world.invoke(first);
  world.clock.advance(MINUTE);
  const [, second = NOTHING] = await world.drop(FOLDER, files);
  await world.invoke(second);
  expect(kinds(world)).toEqual(['ca-registered', 'ca-already-registered']);
  expect(registrations(world)).toBe(1);
  expect(await world.keys('registered/')).toHaveLength(6);
});

test('a pair mended after its rejection is registered from the same folder', async () => {
  const world = await dropWorld();
  const code = world.code();
  const { ca, verification } = soundPair(code);
  const wrong = soundPair(code, { type: 'rsa-2048-65537' });
  const [, first = NOTHING] = await world.drop(FOLDER, { 'ca.pem': wrong.ca, 'verification.pem': verification });
  await world.invoke(first);
  const [, second = NOTHING] = await world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
  await world.invoke(second);
  expect(kinds(world)).toEqual(['pair-rejected', 'ca-registered']);
});
