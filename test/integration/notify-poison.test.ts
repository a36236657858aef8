import { expect, test } from 'vitest';
import type { Channel, Delivery } from '../../shared/ports/channel.ts';
import { blocked, keyDropped, pairRejected } from '../support/alert-samples.ts';
import { type NotifyWorld, notifyWorld } from '../support/notify-world.ts';

/** What a channel was given, and what it said. */
interface Heard {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly said: Delivery['kind'];
}

/** A channel of a kind that says what it is told to; no robot can be made to refuse one message of many. */
function channel(kind: Channel['kind'], say: (message: { readonly id: string; readonly title: string }) => Delivery) {
  const heard: Heard[] = [];
  return {
    heard,
    /** Titles of what people read. */
    read: () => heard.filter(({ said }) => said === 'delivered').map(({ title }) => title),
    channel: {
      kind,
      send: ({ id, message }) => {
        const delivery = say({ id, title: message.title });
        heard.push({ id, title: message.title, text: JSON.stringify(message.parts), said: delivery.kind });
        return Promise.resolve(delivery);
      },
    } satisfies Channel,
  };
}

const TAKEN: Delivery = { kind: 'delivered' };
const UNSUITABLE: Delivery = { kind: 'content-refused', code: 'http-400' };

const waiting = (world: NotifyWorld): Promise<readonly string[]> => world.keys('outbox/alerts/');
const inOutcomes = (world: NotifyWorld, kind: string, part: string): number =>
  world.outcomes(kind).filter((fields) => JSON.stringify(fields).includes(part)).length;

test('a channel that finds fault with everything is out of order: the second one tells everything', async () => {
  const world = await notifyWorld();
  const [first, second] = [channel('webhook', () => UNSUITABLE), channel('dingtalk', () => TAKEN)];
  const channels = { first: first.channel, second: second.channel };
  await world.report(keyDropped('plant-1'), pairRejected('plant-2'), blocked('plant-3'));
  await world.minutes(10, { channels });
  expect(second.read()).toHaveLength(4);
  for (const told of ['plant-1', 'plant-2', 'plant-3', 'webhook']) {
    expect(second.heard.filter(({ text, title }) => `${title} ${text}`.includes(told)).length).toBeGreaterThan(0);
  }
  expect(second.heard[0]?.text).toMatch(/渠道 webhook 不接受/);
  expect(await world.keys('outbox/')).toEqual([]);
  expect(inOutcomes(world, 'channel-refused', 'http-400')).toBe(1);
});

test('a channel that finds fault with everything loses nothing while there is no other', async () => {
  const world = await notifyWorld();
  let isWell = false;
  const first = channel('webhook', () => (isWell ? TAKEN : UNSUITABLE));
  const channels = { first: first.channel };
  await world.report(keyDropped('plant-1'), pairRejected('plant-2'));
  await world.minutes(30, { channels });
  expect(await world.keys('outbox/unwritable/')).toEqual([]);
  expect(inOutcomes(world, 'channel-refused', 'wait in the outbox')).toBe(1);
  isWell = true;
  await world.minutes(15, { channels });
  expect(first.read().filter((title) => title.includes('plant'))).toHaveLength(2);
  expect(await world.keys('outbox/')).toEqual([]);
});

test('a message that no channel takes in any form while others pass is parked, as loudly as it was', async () => {
  const world = await notifyWorld();
  const poison = new Set<string>();
  const first = channel('dingtalk', ({ id, title }) => {
    if (title.includes('plant-1') || (poison.size === 1 && title.includes('drop-quarantined'))) poison.add(id);
    return poison.has(id) ? { kind: 'content-refused', code: '430104' } : TAKEN;
  });
  const channels = { first: first.channel };
  await world.report(keyDropped('plant-1'));
  await world.minutes(2, { channels });
  // Nothing else passed yet: it may be the channel.
  expect(await world.keys('outbox/unwritable/')).toEqual([]);
  expect(await waiting(world)).toHaveLength(1);
  await world.report(pairRejected('plant-2'));
  await world.minutes(4, { channels });
  expect(await world.keys('outbox/unwritable/')).toHaveLength(1);
  expect(first.read()).toEqual([expect.stringContaining('plant-2'), expect.stringMatching(/^【严重】/)]);
  expect(world.outcomes('critical-untold')).toEqual([expect.objectContaining({ severity: 'critical' })]);
  expect(await waiting(world)).toEqual([]);
});

test.each<Delivery>([
  { kind: 'unknown', code: '400999' },
  { kind: 'refused', code: '40035' },
])('one message that is answered $kind every time keeps nothing back, and is told reduced', async (answer) => {
  const world = await notifyWorld();
  let poison: string | undefined;
  const first = channel('dingtalk', ({ id }) => {
    poison ??= id;
    return id === poison ? answer : TAKEN;
  });
  const channels = { first: first.channel };
  await world.report(keyDropped('plant-1'));
  await world.minutes(1, { channels });
  await world.report(keyDropped('plant-2', 'unreadable-file'), pairRejected('plant-3'));
  await world.minutes(1, { channels });
  expect(first.read().filter((title) => /plant-[23]/.test(title))).toHaveLength(2);
  await world.minutes(4, { channels });
  expect(first.read().filter((title) => title.includes('drop-quarantined'))).toHaveLength(1);
  expect(await waiting(world)).toEqual([]);
  expect(await world.keys('state/notify/messages/')).toEqual([]);
});

test('what waits with a message that fails is told by it alone', async () => {
  const world = await notifyWorld();
  const first = channel('dingtalk', ({ title }) =>
    title.includes('CaNumExceed') || title.includes('plant-1') ? { kind: 'unknown', code: '400999' } : TAKEN,
  );
  const channels = { first: first.channel };
  await world.report(keyDropped('plant-1'));
  await world.minutes(1, { channels });
  await world.report(keyDropped('plant-2'));
  await world.minutes(6, { channels });
  const counts = first.heard.filter(({ said }) => said === 'delivered').map(({ title }) => /×(\d+)/.exec(title)?.[1]);
  expect(counts).toEqual([undefined, undefined]);
  expect(await waiting(world)).toEqual([]);
});

test('a message whose text can not be made is told reduced, and one that can not even be reduced is parked', async () => {
  const world = await notifyWorld();
  const record = (id: string, problem: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({
      ...{ schema: 1, id, createdAt: world.clock.now(), severity: 'critical', form: 'single', parts: 0, alerts: 0 },
      rest: { problems: 0, events: 0, ended: 0 },
      effects: { told: [], critical: [], conditions: [], proofs: [] },
      muted: [],
      problems: [
        {
          ...{ causeId: 'drop-quarantined.0123456789abcdef', kind: 'drop-quarantined', severity: 'critical', count: 2 },
          ...{ firstAt: world.clock.now(), lastAt: world.clock.now(), phase: 'new', since: 0, samples: [], ...problem },
        },
      ],
    });
  const folder = (id: string): string => `state/notify/messages/${String(world.clock.now())}-${id}/record.json`;
  const [one, other] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];
  await world.put(folder(one), record(one, { firstAt: 1e300 }));
  await world.put(folder(other), record(other, { lastAt: 1e300 }));
  await world.report(pairRejected('plant-2'));
  await world.minutes(3);
  expect(world.titles()).toEqual(
    expect.arrayContaining([
      expect.stringContaining('drop-quarantined'),
      expect.stringContaining('plant-2'),
      expect.stringMatching(/^【严重】/),
    ]),
  );
  expect(await world.keys('outbox/unwritable/')).toEqual([`outbox/unwritable/${other}.json`]);
  expect(await world.keys('state/notify/messages/')).toEqual([]);
});

test('a channel that is busy for more than a quarter of an hour is passed over for everything', async () => {
  const world = await notifyWorld();
  const first = channel('webhook', () => ({ kind: 'throttled', code: 'http-503', retryAfterMs: 60_000 }));
  const second = channel('slack', () => TAKEN);
  const channels = { first: first.channel, second: second.channel };
  await world.report(pairRejected('plant-1'));
  await world.minutes(14, { channels });
  expect(second.read()).toEqual([]);
  await world.minutes(5, { channels });
  expect(second.read()).toEqual([expect.stringContaining('plant-1'), expect.stringContaining('webhook')]);
  expect(inOutcomes(world, 'channel-refused', 'busy')).toBe(1);
});

test('what is wrong with the second channel is said too, and each says where messages go', async () => {
  const world = await notifyWorld();
  let isWell = false;
  const first = channel('dingtalk', () => ({ kind: 'refused', code: '300005' }));
  const second = channel('slack', () => (isWell ? TAKEN : { kind: 'refused', code: 'no_team' }));
  const channels = { first: first.channel, second: second.channel };
  await world.report(keyDropped('plant-1'));
  await world.minutes(10, { channels });
  expect(inOutcomes(world, 'channel-refused', 'The other channel takes none either')).toBe(2);
  expect(world.outcomes('channel-refused').map((fields) => fields['name'])).toEqual(['dingtalk', 'slack-second']);
  isWell = true;
  await world.minutes(10, { channels });
  expect(world.outcomes('channel-restored').map((fields) => fields['name'])).toEqual(['slack-second']);
  expect(second.read().filter((title) => title.includes('plant-1'))).toHaveLength(1);
});
