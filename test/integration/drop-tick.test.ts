import { expect, test } from 'vitest';
import { type DropWorld, dropWorld, INSTANCE, soundPair } from '../support/drop-world.ts';

const MINUTE = 60_000;
const folder = (name: string): string => `inbox/${INSTANCE}/${name}/`;

const kinds = (world: DropWorld) => world.outcomes().map(({ kind }) => kind);
const names = (world: DropWorld) => world.outcomes().map(({ name }) => name);

async function dropPair(world: DropWorld, name: string, serial: string): Promise<void> {
  const { ca, verification } = soundPair(world.code(), { serial });
  await world.drop(folder(name), { 'ca.pem': ca, 'verification.pem': verification });
}

async function tickAfter(world: DropWorld, ms: number): Promise<void> {
  world.clock.advance(ms);
  await world.tick();
}

test('a drop whose events were lost is found, and a folder touched within two minutes is left alone', async () => {
  const world = await dropWorld();
  await dropPair(world, 'lost', '5f01');
  await tickAfter(world, MINUTE);
  expect(kinds(world)).toEqual([]);
  await world.put(`${folder('lost')}notes.txt`, 'still uploading');
  await tickAfter(world, 90_000);
  expect(kinds(world)).toEqual([]);
  await tickAfter(world, 31_000);
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('the oldest drop goes first', async () => {
  const world = await dropWorld();
  world.mqtt.setSettings({ newCode: 'keeps-earlier' });
  for (const [index, name] of ['c', 'a', 'b'].entries()) {
    await dropPair(world, name, `5f0${String(index)}`);
    world.clock.advance(5000);
  }
  await tickAfter(world, 10 * MINUTE);
  expect(names(world)).toEqual(['c', 'a', 'b']);
});

test('one bad drop does not stop the others, and is told once however often it fails', async () => {
  const world = await dropWorld();
  world.mqtt.setSettings({ newCode: 'keeps-earlier' });
  for (const [index, name] of ['a', 'b', 'c'].entries()) await dropPair(world, name, `5f0${String(index)}`);
  world.spoilBucket(({ key, operation }) =>
    key === `${folder('b')}ca.pem` && operation === 'GetObject' ? { status: 403, code: 'AccessDenied' } : 'ok',
  );
  await tickAfter(world, 10 * MINUTE);
  await tickAfter(world, 10 * MINUTE);
  await tickAfter(world, 10 * MINUTE);
  expect(world.outcomes()).toMatchObject([
    { kind: 'ca-registered', name: 'a' },
    { kind: 'drop-failed', name: 'b', reason: 'oss-AccessDenied' },
    { kind: 'ca-registered', name: 'c' },
  ]);
  expect(await world.keys('outbox/alerts/warning/')).toHaveLength(1);
  world.spoilBucket(undefined);
  await tickAfter(world, 10 * MINUTE);
  expect(kinds(world).at(-1)).toBe('ca-registered');
});

test('an outcome that can not be told fails the tick, after every other drop had its turn', async () => {
  const world = await dropWorld();
  world.mqtt.setSettings({ newCode: 'keeps-earlier' });
  for (const [index, name] of ['a', 'b', 'c'].entries()) await dropPair(world, name, `5f0${String(index)}`);
  world.spoilBucket(({ key = '' }) =>
    key.startsWith(`${folder('a')}ca.pem`) || key.startsWith(`state/register/${INSTANCE}/a/told/`)
      ? { status: 403, code: 'AccessDenied' }
      : 'ok',
  );
  world.clock.advance(10 * MINUTE);
  await expect(world.tick()).rejects.toMatchObject({ facts: { code: 'AccessDenied' } });
  expect(names(world)).toEqual(['b', 'c']);
  expect(kinds(world)).toEqual(['ca-registered', 'ca-registered']);
});

test('a drop that a defect of ours trips over is named by the class of the error, and the others go on', async () => {
  const world = await dropWorld();
  await dropPair(world, 'a', '5f01');
  await world.put(`${folder('b')}note.txt`, 'x');
  world.clock.advance(20 * MINUTE);
  const watch = (moment: string, call: string): void => {
    if (moment === 'before' && call === `get ${folder('a')}ca.pem`) throw new RangeError('canary in a message');
  };
  await world.tick({ watch });
  expect(world.outcomes()).toMatchObject([
    { kind: 'drop-failed', reason: 'RangeError' },
    { kind: 'pair-rejected', name: 'b' },
  ]);
  expect(JSON.stringify(world.outcomes())).not.toContain('canary');
});

test('no drop is begun with less than 20 seconds left; the next tick goes on where this one ended', async () => {
  const world = await dropWorld();
  for (const name of ['a', 'b', 'c', 'd']) await world.put(`${folder(name)}note.txt`, 'x');
  world.clock.advance(20 * MINUTE);
  const watch = (moment: string, call: string): void => {
    if (moment === 'before' && call.startsWith('get inbox/')) world.clock.advance(15_000);
  };
  await world.tick({ watch, timeoutMs: 45_000 });
  expect(names(world)).toEqual(['a', 'b']);
  await world.tick();
  expect(names(world)).toEqual(['a', 'b', 'c', 'd']);
});

test('drops that can only wait do not keep the others from their turn, however little time a tick has', async () => {
  const world = await dropWorld();
  world.mqtt.setSettings({ newCode: 'keeps-earlier', caQuota: 0 });
  for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
    await dropPair(world, name, `5f0${String(index)}`);
    world.clock.advance(5000);
  }
  world.clock.advance(3 * MINUTE);
  const slowly = () => {
    const looked = new Set<string>();
    return (moment: string, call: string): void => {
      if (moment !== 'before' || !/^list state.register.post[^/]*.[a-d].$/.test(call) || looked.has(call)) return;
      looked.add(call);
      world.clock.advance(15_000);
    };
  };
  const kept = async (): Promise<boolean> => (await world.keys('state/register/_inbox')).length > 0;
  await world.tick({ watch: slowly(), timeoutMs: 50_000 });
  expect([names(world), await kept()]).toEqual([['a', 'b'], true]);
  await world.tick({ watch: slowly(), timeoutMs: 50_000 });
  expect([names(world), await kept()]).toEqual([['a', 'b', 'c', 'd'], true]);
  await world.tick();
  expect([names(world), await kept()]).toEqual([['a', 'b', 'c', 'd'], false]);
});

test('a silent service costs each drop of a tick a fair share of the time, and rejections need none of it', async () => {
  const world = await dropWorld();
  world.mqtt.setSettings({ newCode: 'keeps-earlier' });
  for (const [index, name] of ['a', 'b', 'c'].entries()) await dropPair(world, name, `5f0${String(index)}`);
  await world.put(`${folder('d')}note.txt`, 'no certificate');
  world.mqtt.setFaults([{ action: '*', times: 1000, fault: 'internal-error' }]);
  await tickAfter(world, 20 * MINUTE);
  expect(names(world)).toEqual(['a', 'b', 'c', 'd']);
  expect(kinds(world)).toEqual([
    'registration-postponed',
    'registration-postponed',
    'registration-postponed',
    'pair-rejected',
  ]);
});

test('a blocked drop that is not due is passed by with two listings and without a lease', async () => {
  const world = await dropWorld();
  await dropPair(world, 'a', '5f01');
  world.mqtt.setSettings({ caQuota: 0 });
  await tickAfter(world, 3 * MINUTE);
  expect(kinds(world)).toEqual(['registration-blocked']);
  world.clock.advance(5 * MINUTE);
  const calls: string[] = [];
  await world.tick({ watch: (moment, call) => (moment === 'before' ? calls.push(call) : 0) });
  expect(calls.sort()).toEqual(['list inbox/', `list ${folder('a')}`, `list state/register/${INSTANCE}/a/`].sort());
});

test('everything that lies in the inbox in a wrong place is found by the timer too', async () => {
  const world = await dropWorld();
  await world.put('inbox/ca.pem', 'x');
  await world.put(`${folder('a')}deep/ca.pem`, 'x');
  await world.put(`inbox/post-cn-elsewhere/a/ca.pem`, 'x');
  await tickAfter(world, 3 * MINUTE);
  expect(
    world
      .outcomes()
      .map(({ reason }) => reason)
      .sort(),
  ).toEqual(['nested', 'no-folder', 'unknown-instance']);
  expect(await world.keys('inbox/')).toEqual([]);
});

test('an inbox of more than one page of a listing is gone through whole', async () => {
  const world = await dropWorld();
  const put = (key: string) =>
    world.bucket.put({ key, bytes: Buffer.alloc(0), contentType: 'text/plain', headers: {}, timeoutMs: 5000 });
  for (let start = 0; start < 1100; start += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => put(`inbox/x/${String(start + index)}/.DS_Store`)));
  }
  await dropPair(world, 'last', '5f01');
  await put('inbox/zzz.txt');
  await tickAfter(world, 3 * MINUTE);
  expect(kinds(world).sort()).toEqual(['ca-registered', 'drop-misplaced']);
});

test('two ticks at once do everything once', async () => {
  const world = await dropWorld();
  world.mqtt.setSettings({ newCode: 'keeps-earlier' });
  for (const [index, name] of ['a', 'b', 'c'].entries()) await dropPair(world, name, `5f0${String(index)}`);
  world.clock.advance(3 * MINUTE);
  await Promise.all([world.tick(), world.tick(), world.tick()]);
  expect(kinds(world)).toEqual(['ca-registered', 'ca-registered', 'ca-registered']);
  expect(world.mqtt.engine.cas()).toHaveLength(3);
});

test('an empty inbox is one listing, and nothing is written anywhere', async () => {
  const world = await dropWorld();
  const calls: string[] = [];
  await world.tick({ watch: (moment, call) => (moment === 'before' ? calls.push(call) : 0) });
  expect(calls).toEqual(['list inbox/']);
  expect(world.lines).toEqual([{ event: 'inbox-pass', count: 0 }]);
});
