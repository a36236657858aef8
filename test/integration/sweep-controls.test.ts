import { expect, test } from 'vitest';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const DAY = 86_400_000;
const hexOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `a${(index + 1).toString(16).padStart(15, '0')}`);

async function fleet(count: number): Promise<{ world: SweepWorld; serials: readonly string[] }> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const serials = hexOf(count);
  world.devices(CA, serials);
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...serials.map((sn) => `${sn},${CA}`)].join('\n'));
  return { world, serials };
}

function switchOff(world: SweepWorld, serials: readonly string[]): void {
  for (const serial of serials) world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serial, 'inactive');
}

function activeOf(world: SweepWorld, serials: readonly string[]): number {
  return serials.filter((serial) => world.statusOf(CA, serial) === 'active').length;
}

async function release(world: SweepWorld, sweepId: string): Promise<void> {
  await world.put(`control/release/${INSTANCE}/${CA}/${sweepId}`, 'owner: ann');
}

/** The sweep that stopped something last. */
function stoppedIn(world: SweepWorld, kind: string): string {
  return world.outcomes(kind).at(-1)?.['sweep_id'] ?? '';
}

test('a release lets exactly the stopped devices through, and only once', async () => {
  const { serials, world } = await fleet(100);
  const [off, later] = [serials.slice(0, 30), serials.slice(40, 45)];
  switchOff(world, off);
  await world.tick();
  expect(activeOf(world, off)).toBe(0);
  await release(world, stoppedIn(world, 'breaker-open'));
  switchOff(world, later);
  await world.tick();
  expect([activeOf(world, off), activeOf(world, later)]).toEqual([30, 0]);
  switchOff(world, off.slice(0, 3));
  await world.tick();
  expect(activeOf(world, off)).toBe(27);
  expect(world.outcomes('device-flapping').map((one) => one['device_sn'])).toEqual(off.slice(0, 3));
});

test('a release is read once in a sweep, and those of other CAs not at all; its being there is looked at all the time', async () => {
  const { serials, world } = await fleet(100);
  world.ca('other', '5f02');
  world.devices('5f02', ['b1']);
  await world.put(`watch/${INSTANCE}/other.csv`, 'device_sn,ca_sn\nb1,5f02');
  switchOff(world, serials.slice(0, 45));
  await world.tick();
  const sweepId = stoppedIn(world, 'breaker-open');
  await release(world, sweepId);
  await world.put(`control/release/${INSTANCE}/5f02/${sweepId}`, 'owner: ann');
  await world.put(`control/release/${INSTANCE}/5f03/${sweepId}`, 'owner: ann');
  const calls: string[] = [];
  await world.tick({
    watch: (moment, call) => {
      if (moment === 'before' && !call.includes('/intents/')) calls.push(call);
    },
  });
  expect(activeOf(world, serials)).toBe(100);
  const decided = `get state/sweep/sweeps/${sweepId}/decided/${INSTANCE}`;
  const gets = (ca: string): number => calls.filter((call) => call === `${decided}/${ca}`).length;
  expect([gets(CA), gets('5f02'), gets('5f03')]).toEqual([1, 1, 0]);
  const listed = calls.filter((call) => call === 'list control/release/').length;
  const looked = calls.filter((call) => call === 'head control/paused').length;
  expect([listed, looked]).toEqual([4, 4]); // once at the beginning, then before each of three batches
});

test('a release of another sweep, or one older than 24 hours, lets nobody through', async () => {
  const { serials, world } = await fleet(100);
  const off = serials.slice(0, 30);
  switchOff(world, off);
  await release(world, '20200101T000000Z');
  await world.tick();
  await release(world, stoppedIn(world, 'breaker-open'));
  world.clock.advance(DAY);
  await world.tick();
  expect(activeOf(world, off)).toBe(0);
});

test('a release that is taken back in the middle of a sweep is not used any more', async () => {
  const { serials, world } = await fleet(100);
  const off = serials.slice(0, 30);
  switchOff(world, off);
  await world.tick();
  const sweepId = stoppedIn(world, 'breaker-open');
  await release(world, sweepId);
  let batches = 0;
  await world.tick({
    watch: async (moment, call) => {
      if (moment !== 'before' || !/^put state\/sweep\/intents\/.*(?<!-result)\.json$/.test(call)) return;
      batches += 1;
      if (batches === 1) await world.remove(`control/release/${INSTANCE}/${CA}/${sweepId}`);
      world.clock.advance(11_000);
    },
  });
  expect([batches, activeOf(world, off)]).toEqual([2, 0]);
});

test('a hold that is added in the middle of a sweep holds from the next batch on', async () => {
  const { serials, world } = await fleet(4000);
  const off = serials.slice(0, 30);
  switchOff(world, off);
  const last = off.at(-1) ?? '';
  await world.tick({
    watch: async (moment, call) => {
      if (moment === 'after' && call.startsWith(`put state/sweep/sweeps/`) && call.includes('/decided/')) {
        await world.put('control/holds/new.csv', `,${last},,ann,stop,\n`);
      }
    },
  });
  expect(world.statusOf(CA, last)).toBe('inactive');
  expect(activeOf(world, off)).toBe(29);
  expect(world.told(['device-inactive'])[`device-inactive ${last} held`]).toBe(1);
});

test('two holds written at once both hold', async () => {
  const { serials, world } = await fleet(20);
  const off = serials.slice(0, 2);
  switchOff(world, off);
  await Promise.all(
    off.map((serial, index) => world.put(`control/holds/${String(index)}.csv`, `,${serial},,ann,stop,\n`)),
  );
  await world.tick();
  expect(activeOf(world, off)).toBe(0);
});

test.each([
  [
    'names no device',
    'instance,device_sn,ca_sn,owner,reason,until\npost-cn-x,1.23E+20,,ann,stop,\n',
    'hold-names-no-device',
  ],
  ['is no text at all', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 1, 2]).toString('latin1'), 'hold-names-no-device'],
])('a hold file that %s stops every activation, aloud, and nothing else', async (_, text, reason) => {
  const { serials, world } = await fleet(20);
  switchOff(world, serials.slice(0, 1));
  await world.put('control/holds/holds.xlsx', text);
  await world.tick();
  expect(activeOf(world, serials)).toBe(19);
  expect(world.told(['acts-stopped', 'device-inactive', 'sweep-summary'])).toMatchObject({
    [`acts-stopped control/holds/holds.xlsx ${reason}`]: 1,
    [`device-inactive ${serials[0] ?? ''} controls-unreadable`]: 1,
    'sweep-summary': 1,
  });
  await world.remove('control/holds/holds.xlsx');
  await world.tick();
  expect(activeOf(world, serials)).toBe(20);
});

test('holds that the bucket will not give stop every activation, and the sweep finishes', async () => {
  const { serials, world } = await fleet(20);
  switchOff(world, serials.slice(0, 1));
  await world.put('control/holds/a.csv', ',ff,,ann,stop,\n');
  world.spoilBucket(({ key }) => (key === 'control/holds/a.csv' ? { status: 403, code: 'AccessDenied' } : 'ok'));
  await world.tick();
  expect(activeOf(world, serials)).toBe(19);
  expect(world.told(['acts-stopped', 'sweep-summary'])).toEqual({
    'acts-stopped control/holds/a.csv controls-unreadable': 1,
    'sweep-summary': 1,
  });
});

test('more holds than fit in memory stop every activation, naming the file that was too much, until there are fewer', async () => {
  const { serials, world } = await fleet(20);
  switchOff(world, serials.slice(0, 1));
  await world.put('control/holds/a.csv', ',ff,,ann,lost,\n'.repeat(150_000));
  await world.put('control/holds/b.csv', ',fe,,ann,lost,\n'.repeat(50_001));
  await world.tick();
  expect(activeOf(world, serials)).toBe(19);
  const stopped = world.outcomes('acts-stopped').map(({ object_key: key, reason }) => [key, reason]);
  expect(stopped).toMatchObject([[expect.stringMatching(/^control\/holds\/[ab]\.csv$/), 'controls-unreadable']]);
  expect(world.outcomes('device-inactive').map(({ reason }) => reason)).toEqual(['controls-unreadable']);
  await world.put('control/holds/b.csv', ',fe,,ann,lost,\n'.repeat(50_000));
  await world.tick();
  expect(activeOf(world, serials)).toBe(20);
});

test('a kill switch that can not be looked at stops every activation, aloud', async () => {
  const { serials, world } = await fleet(20);
  switchOff(world, serials.slice(0, 1));
  world.spoilBucket(({ key }) => (key === 'control/paused' ? { status: 403, code: 'AccessDenied' } : 'ok'));
  await world.tick();
  expect(activeOf(world, serials)).toBe(19);
  expect(world.told(['acts-stopped'])).toEqual({ 'acts-stopped control/paused controls-unreadable': 1 });
});

test('a note on a pause that can not be read stops nothing but what the pause itself stops', async () => {
  const { world } = await fleet(6);
  await world.put('control/release-notes.txt', 'owner: eve');
  world.spoilBucket(({ key, operation }) =>
    key === 'control/release-notes.txt' && operation === 'GetObject' ? { status: 403, code: 'AccessDenied' } : 'ok',
  );
  await world.tick();
  expect(world.told(['acts-stopped', 'control-changed'])).toEqual({
    'control-changed control/release-notes.txt added': 1,
  });
  expect(world.outcomes('control-changed')[0]?.['rule_inputs']).toContain('"owner":"not readable"');
});

test.each([
  ['its own memory of the control files', 'state/sweep/control-index.json'],
  ['the place where alerts go', 'outbox/alerts/'],
])('%s failing is no failure of the controls: the sweep fails as what it is', async (_, spoiled) => {
  const { serials, world } = await fleet(20);
  await world.put('control/holds/a.csv', ',ff,,ann,lost,\n');
  switchOff(world, serials.slice(0, 1));
  let failures = 0;
  world.spoilBucket(({ key = '' }) => {
    if (!key.startsWith(spoiled) || failures > 0) return 'ok';
    failures += 1;
    return { status: 403, code: 'AccessDenied' };
  });
  await expect(world.tick()).rejects.toMatchObject({ name: 'ServiceFailure', facts: { code: 'AccessDenied' } });
  await world.tick();
  await world.tick();
  expect(world.told(['acts-stopped'])).toEqual({});
  expect(activeOf(world, serials)).toBe(20);
});

test('an intent that can not be read stops every activation, aloud, until it is mended', async () => {
  const { serials, world } = await fleet(20);
  await world.tick();
  const at = String(world.clock.now()).padStart(13, '0');
  const key = `state/sweep/intents/${at}-20261121T000000Z-0123456789abcdef.json`;
  await world.put(key, '{"schema":1,');
  switchOff(world, serials.slice(0, 1));
  await world.tick();
  expect(activeOf(world, serials)).toBe(19);
  expect(world.told(['acts-stopped'])).toEqual({ [`acts-stopped ${key} intent-unreadable`]: 1 });
  await world.remove(key);
  await world.tick();
  expect(activeOf(world, serials)).toBe(20);
});

test('every change under control is told with its counts, version and owner', async () => {
  const { world } = await fleet(6);
  await world.put(
    'control/holds/a.csv',
    'instance,device_sn,ca_sn,owner,reason,until\n,ff,,ann,lost,\n,fe,,bob,lost,\n',
  );
  await world.put('control/paused', 'owner: eve, reason: maintenance');
  await world.put('control/hold/typo.csv', ',ff,,ann,lost,\n');
  await world.put('control/mutes/m.csv', 'x');
  await world.tick();
  await world.put('control/holds/a.csv', 'instance,device_sn,ca_sn,owner,reason,until\n,ff,,ann,lost,\n');
  await world.remove('control/paused');
  await world.tick();
  await world.tick();
  const said = world
    .outcomes('control-changed')
    .map(({ object_key: key, reason, rule_inputs: inputs, object_etag: etag }) => {
      const { holds, holds_before: before, owner, what } = JSON.parse(inputs ?? '{}') as Record<string, unknown>;
      return [key, reason, what, holds, before, owner, /^[0-9A-F]{32}$/.test(etag ?? '')];
    });
  expect(said).toEqual([
    ['control/holds/a.csv', 'added', 'hold', 2, 0, 'ann, bob', true],
    ['control/hold/typo.csv', 'added', 'unknown', 0, 0, 'not stated', true],
    ['control/paused', 'added', 'pause', 0, 0, 'eve', true],
    ['control/holds/a.csv', 'changed', 'hold', 1, 2, 'ann', true],
    ['control/paused', 'removed', 'pause', 0, 0, 'not stated', true],
  ]);
});

test('the owner of a hold is reminded 7 days and 1 day before its end, at its end and weekly after it; it holds on', async () => {
  const { serials, world } = await fleet(6);
  const until = new Date(world.clock.now() + 10 * DAY).toISOString();
  await world.put('control/holds/a.csv', `,${serials[0] ?? ''},,ann,lost,${until}\n`);
  switchOff(world, serials.slice(0, 1));
  for (let day = 0; day < 26; day += 1) {
    await world.tick();
    await world.tick();
    world.clock.advance(DAY - 1_200_000);
  }
  expect(world.outcomes('hold-ending').map((one) => one['reason'])).toEqual([
    'ends-within-7-days',
    'ends-within-1-day',
    'ended',
    'ended-1-weeks-ago',
    'ended-2-weeks-ago',
  ]);
  expect(activeOf(world, serials)).toBe(5);
  expect(world.outcomes('device-inactive').at(-1)?.['reason']).toBe('hold-expired');
});

test('the kill switch stops acts that were already decided', async () => {
  const { serials, world } = await fleet(20);
  switchOff(world, serials.slice(0, 2));
  await world.tick({
    watch: async (moment, call) => {
      if (moment === 'after' && call.includes('/decided/') && call.startsWith('put'))
        await world.put('control/paused', '');
    },
  });
  expect(activeOf(world, serials)).toBe(18);
  await world.remove('control/paused');
  await world.tick();
  expect(activeOf(world, serials)).toBe(20);
});

test('observing decides and tells, and touches nothing', async () => {
  const { serials, world } = await fleet(20);
  switchOff(world, serials.slice(0, 2));
  const observe = { settings: { reactivate: 'observe' as const } };
  await world.tick(observe);
  await world.tick(observe);
  expect(activeOf(world, serials)).toBe(18);
  expect(world.told(['would-reactivate', 'device-inactive'])).toEqual({
    [`would-reactivate ${serials[0] ?? ''}`]: 1,
    [`would-reactivate ${serials[1] ?? ''}`]: 1,
    [`device-inactive ${serials[0] ?? ''} observed-only`]: 1,
    [`device-inactive ${serials[1] ?? ''} observed-only`]: 1,
  });
});
