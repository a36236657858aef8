import { expect, test } from 'vitest';
import { type DropWorld, dropWorld, INSTANCE, type InvokeOptions, soundPair } from '../support/drop-world.ts';

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const NOTHING = Buffer.alloc(0);
const MINUTE = 60_000;

const kinds = (world: DropWorld) => world.outcomes().map(({ kind }) => kind);
const actions = (world: DropWorld) => world.mqtt.calls().map(({ action }) => action);

async function tickAfter(world: DropWorld, ms: number, options?: InvokeOptions): Promise<void> {
  world.clock.advance(ms);
  await world.tick(options);
}

test.each([
  ['ca', 'verification', 'the verification certificate is missing'],
  ['verification', 'ca', 'the CA certificate is missing'],
] as const)(
  'with only the %s a drop waits 15 minutes, says so once, and is then rejected',
  async (half, missing, says) => {
    const world = await dropWorld();
    const pair = soundPair(world.code());
    const event = await world.put(`${FOLDER}half.pem`, pair[half]);
    await world.invoke(event);
    await world.invoke(event);
    await tickAfter(world, 10 * MINUTE);
    expect(world.outcomes()).toMatchObject([
      { kind: 'drop-waiting', reason: `missing-${missing}`, instance: INSTANCE },
    ]);
    expect(world.outcomes()[0]?.['detail']).toContain(says);
    expect(world.outcomes()[0]?.['detail']).toContain('half.pem (1 certificate)');
    expect(await world.keys('inbox/')).toEqual([`${FOLDER}half.pem`]);
    expect(await world.keys('outbox/alerts/')).toEqual([]);

    await tickAfter(world, 6 * MINUTE);
    expect(world.outcomes()).toHaveLength(2);
    expect(world.outcomes()[1]).toMatchObject({ kind: 'pair-rejected', reason: `${missing}-missing` });
    expect(await world.keys('inbox/')).toEqual([]);
    expect(await world.keys('rejected/')).toHaveLength(3);
    expect(actions(world)).toEqual([]);
  },
);

test('the deadline counts from the newest file', async () => {
  const world = await dropWorld();
  const { ca } = soundPair(world.code());
  await world.invoke(await world.put(`${FOLDER}ca.pem`, ca));
  world.clock.advance(14 * MINUTE);
  await world.invoke(await world.put(`${FOLDER}notes.txt`, 'the other half comes soon'));
  await tickAfter(world, 14 * MINUTE);
  expect(kinds(world)).toEqual(['drop-waiting', 'drop-waiting']);
  await tickAfter(world, 2 * MINUTE);
  expect(kinds(world)).toEqual(['drop-waiting', 'drop-waiting', 'pair-rejected']);
});

test('a longer deadline of the configuration is kept', async () => {
  const world = await dropWorld();
  const { ca } = soundPair(world.code());
  const settings = { pairDeadline: 60 * MINUTE } as unknown as NonNullable<InvokeOptions['settings']>;
  await world.invoke(await world.put(`${FOLDER}ca.pem`, ca), { settings });
  await tickAfter(world, 59 * MINUTE, { settings });
  expect(kinds(world)).toEqual(['drop-waiting']);
  await tickAfter(world, 2 * MINUTE, { settings });
  expect(kinds(world)).toEqual(['drop-waiting', 'pair-rejected']);
});

test('a half that comes after the other was settled is told that it was', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  await world.invoke(await world.put(`${FOLDER}ca.pem`, ca));
  await tickAfter(world, 16 * MINUTE);
  await world.invoke(await world.put(`${FOLDER}verification.pem`, verification));
  const [, rejected, waiting] = world.outcomes();
  expect(waiting).toMatchObject({ kind: 'drop-waiting', reason: 'missing-ca' });
  expect(waiting?.['detail']).toMatch(/Files of this folder were settled already, last at 20[0-9T:.-]+Z as drop /);
  expect(waiting?.['detail']).toContain(rejected?.['correlation_id']);
});

test('a long list of files does not push what matters out of the sentence', async () => {
  const world = await dropWorld();
  const { ca } = soundPair(world.code());
  const names = Array.from({ length: 19 }, (_, index) => `${String(index)}${'😀'.repeat(90)}`);
  await world.drop(FOLDER, Object.fromEntries(names.map((name) => [name, 'x'])));
  await world.invoke(await world.put(`${FOLDER}ca.pem`, ca));
  const detail = world.outcomes()[0]?.['detail'] ?? '';
  expect(detail).toContain('the verification certificate is missing');
  expect(detail.length).toBeLessThanOrEqual(400);
  expect(Buffer.from(detail).toString()).toBe(detail); // no character was cut in half
});

test('while control/paused is there nothing is written to the service; the drop goes on once it is gone', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  await world.bucket.put({
    key: 'control/paused',
    bytes: NOTHING,
    contentType: 'text/plain',
    headers: {},
    timeoutMs: 5000,
  });
  const [, event = NOTHING] = await world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
  await world.invoke(event);
  await tickAfter(world, 20 * MINUTE);
  await tickAfter(world, 20 * MINUTE);
  expect(world.outcomes()).toMatchObject([{ kind: 'drop-paused', reason: 'control-paused' }]);
  expect(actions(world)).toEqual([]);
  expect(await world.keys('inbox/')).toHaveLength(2);
  await world.bucket.delete({ key: 'control/paused', timeoutMs: 5000 });
  await tickAfter(world, 10 * MINUTE);
  expect(kinds(world)).toEqual(['drop-paused', 'ca-registered']);
});

test('a pause stops no rejection and no quarantine: those write nothing to the service', async () => {
  const world = await dropWorld();
  const options = { settings: { observeOnly: true } };
  const wrong = {
    'ca.pem': soundPair('x', { type: 'rsa-2048-65537' }).ca,
    'v.pem': soundPair(world.code()).verification,
  };
  const [, first = NOTHING] = await world.drop(FOLDER, wrong);
  await world.invoke(first, options);
  const key = await world.put(`${FOLDER}ca.key`, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
  await world.invoke(key, options);
  expect(kinds(world)).toEqual(['pair-rejected', 'drop-quarantined']);
});

test('observing only, a sound pair is checked and left where it is', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const [, event = NOTHING] = await world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
  await world.invoke(event, { settings: { observeOnly: true } });
  expect(world.outcomes()).toMatchObject([{ kind: 'drop-paused', reason: 'observe-only' }]);
  expect(actions(world)).toEqual([]);
  await tickAfter(world, 10 * MINUTE);
  expect(kinds(world)).toEqual(['drop-paused', 'ca-registered']);
});

test('when it can not be told whether writing is paused, nothing is written and the event comes again', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const [, event = NOTHING] = await world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
  world.spoilBucket(({ key }) => (key === 'control/paused' ? { status: 403, code: 'AccessDenied' } : 'ok'));
  await expect(world.invoke(event)).rejects.toMatchObject({ facts: { code: 'AccessDenied' } });
  expect(actions(world)).toEqual([]);
  world.spoilBucket(undefined);
  await world.invoke(event);
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('a code handed out for this folder is recognised by its hash, and another one is warned about', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  await world.bucket.put({
    key: `state/register/${INSTANCE}/line-7/codes/${'ab'.repeat(32)}.json`,
    bytes: Buffer.from('{"schema":1}'),
    contentType: 'application/json',
    headers: {},
    timeoutMs: 5000,
  });
  const [, event = NOTHING] = await world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
  await world.invoke(event);
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-registered', reason: 'code-not-handed-out' }]);
});
