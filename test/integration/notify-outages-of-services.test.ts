import { expect, test } from 'vitest';
import { parseAlertKey } from '../../shared/core/alert-key.ts';
import { ServiceFailure } from '../../shared/core/service-failure.ts';
import { testKey } from '../support/certificates.ts';
import { BUCKET, type DropWorld, dropWorldOn, INSTANCE, KEY, soundPair } from '../support/drop-world.ts';
import { type NotifyWorld, notifyWorldOn } from '../support/notify-world.ts';
import { type OssSpoiler, type ServiceWorld, serviceWorld } from '../support/service-world.ts';
import { type SweepWorld, sweepWorldOn } from '../support/sweep-world.ts';

const MINUTE = 60_000;
const CA = '5f0000000000000001';
const DEVICES = Array.from({ length: 60 }, (_, index) => `a${(index + 1).toString(16).padStart(15, '0')}`);
const LOG_STORE_DOWN = [{ fault: 'reset-before', calls: ['write', 'read', 'manage'] }] as const;
const WRITE = /^(?:PutObject|CopyObject|DeleteObject|DeleteMultipleObjects)$/;

/** A deployment with a small fleet, all of its pipelines at work on the same services. */
interface Deployment {
  readonly services: ServiceWorld;
  readonly drops: DropWorld;
  readonly sweeps: SweepWorld;
  readonly teller: NotifyWorld;
  /** Events that the platform brings again, because their run failed. */
  readonly again: Buffer[];
  /** Which runs failed because a service did not answer; anything else that goes wrong fails the test. */
  readonly failed: string[];
}

async function deployment(): Promise<Deployment> {
  const services = await serviceWorld({ bucket: BUCKET, project: 'outage-project', instances: [INSTANCE], key: KEY });
  services.mqtt.setSettings({ callsPerSecond: 1_000_000, callsPerSecondPerSource: 1_000_000 });
  const drops = await dropWorldOn(services);
  const sweeps = sweepWorldOn(services, INSTANCE);
  const teller = await notifyWorldOn(services);
  const world = { services, drops, sweeps, teller, again: [], failed: [] };
  sweeps.ca('fleet', CA);
  sweeps.devices(CA, DEVICES);
  const rows = DEVICES.map((device) => `${device},${CA}`);
  await sweeps.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...rows].join('\n'));
  await sweep(world);
  await minutes(world, 8);
  return world;
}

/** Waits for a run, whose failure is left to the next one. */
async function attempt({ failed }: Deployment, what: string, run: Promise<void>): Promise<boolean> {
  try {
    await run;
    return true;
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    failed.push(what);
    return false;
  }
}

/** The timer of the sweep comes; what fails is left to its next tick. */
async function sweep(world: Deployment): Promise<void> {
  const triggerTime = new Date(world.services.clock.now()).toISOString();
  await attempt(world, 'sweep', world.sweeps.invoke({ triggerTime, triggerName: 'every-10-minutes', payload: '' }));
}

/** As many minutes of the teller, each with its housekeeping; what fails is left to the next minute. */
async function minutes(world: Deployment, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    world.services.clock.advance(MINUTE);
    await attempt(world, 'teller', world.teller.tell({ keepsHouse: true }));
  }
}

/** Events of drops come; those whose runs fail are brought again by the platform. */
async function bring(world: Deployment, events: readonly Buffer[]): Promise<void> {
  for (const event of events) {
    if (!(await attempt(world, 'drop', world.drops.invoke(event)))) world.again.push(event);
  }
}

const KEY_PEM = testKey('p256', 'dropped').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** What happens in the n-th five minutes. */
async function happen(world: Deployment, n: number): Promise<void> {
  const folder = `inbox/${INSTANCE}/plant-${String(n)}/`;
  const pair = (code: string) => {
    const { ca, verification } = soundPair(code, { serial: `6f${String(n).padStart(4, '0')}` });
    return { 'ca.pem': ca, 'verification.pem': verification };
  };
  if (n % 4 === 0) await bring(world, await world.drops.drop(folder, pair(world.drops.code())));
  if (n % 4 === 1) await bring(world, await world.drops.drop(folder, pair('somebody-elses-code')));
  if (n % 4 === 2) await bring(world, await world.drops.drop(folder, { 'ca.key': KEY_PEM }));
  if (n % 4 === 3) await bring(world, await world.drops.drop(`inbox/stray-${String(n)}`, { '.pem': 'no folder' }));
  // Not so many that the breaker opens.
  if (n < 8) world.services.mqtt.engine.setDeviceStatus(INSTANCE, CA, DEVICES[n] ?? '', 'inactive');
}

/** One hour: every five minutes something happens, every ten the sweep comes and the drops' timer, every minute the teller. */
async function hour(world: Deployment, at: (minute: number) => void = () => undefined): Promise<void> {
  for (let minute = 0; minute < 60; minute += 1) {
    at(minute);
    if (minute % 5 === 0) await happen(world, minute / 5);
    await bring(world, world.again.splice(0));
    if (minute % 10 === 9) {
      await sweep(world);
      await attempt(world, 'tick', world.drops.tick());
    }
    await minutes(world, 1);
  }
}

/** The hour after it: timers go on until everything is told. */
async function afterwards(world: Deployment): Promise<void> {
  for (let minute = 0; minute < 90; minute += 1) {
    await bring(world, world.again.splice(0));
    if (minute % 10 === 9) {
      await sweep(world);
      await attempt(world, 'tick', world.drops.tick());
    }
    await minutes(world, 1);
  }
}

/** What happened to whom; how often somebody looked, and what the telling says about itself, is not compared. */
function happenings({ services }: Deployment): readonly string[] {
  const outcomes = services
    .outcomes()
    .filter(({ kind = '' }) => !/^(?:channel-|log-store-|outbox-|ca-summary|sweep-)/.test(kind));
  return outcomes
    .map(({ ca_sn: ca, device_sn: device, kind, name, object_key: key, reason }) =>
      [kind, name, key, ca, device, reason].filter((part) => part !== undefined).join(' '),
    )
    .sort();
}

/** How many events the group was told of. */
function eventsTold({ teller }: Deployment): number {
  const counts = teller.titles().map((title) => /共 (\d+) 起|×(\d+)/u.exec(title));
  return counts.reduce((sum, found) => sum + Number(found?.[1] ?? found?.[2] ?? 1), 0);
}

/** Every event for which an alert was ever written, whether or not it is gone by now. */
function eventsAlerted({ services }: Deployment): ReadonlySet<string> {
  return new Set(services.written.flatMap(({ key }) => parseAlertKey(key)?.eventId ?? []));
}

/** Whatever went wrong: everything is in the log store once, was told once, and nothing is left lying about. */
async function expectWhole(world: Deployment): Promise<void> {
  const rows = world.services.outcomes().map(({ event_id: id }) => id);
  expect(new Set(rows).size).toBe(rows.length);
  expect(happenings(world)).toEqual(await calmHour());
  const alerted = eventsAlerted(world);
  expect([...alerted].filter((id) => !rows.includes(id))).toEqual([]);
  expect(eventsTold(world)).toBe(alerted.size);
  expect(await world.teller.keys('outbox/')).toEqual([]);
  expect(await world.teller.keys('state/notify/messages/')).toEqual([]);
  expect(world.teller.facts()?.openConditions).toBe(0);
}

let calm: Promise<readonly string[]> | undefined;

/** What an hour without any outage brings into the log store. */
function calmHour(): Promise<readonly string[]> {
  calm ??= (async () => {
    const world = await deployment();
    await hour(world);
    await afterwards(world);
    expect(eventsTold(world)).toBe(eventsAlerted(world).size);
    return happenings(world);
  })();
  return calm;
}

/** Requests that write are refused; what a person puts into the inbox is there, or nothing would have happened. */
const REFUSING_WRITES: OssSpoiler = ({ key = '', operation }) =>
  WRITE.test(operation) && !(operation === 'PutObject' && key.startsWith('inbox/'))
    ? { status: 403, code: 'AccessDenied' }
    : 'ok';

test('a log store that is down for an hour keeps nobody from being told at once, and lacks nothing afterwards', async () => {
  const world = await deployment();
  const before = world.services.outcomes().length;
  world.services.sls.holdFaults(LOG_STORE_DOWN);
  await hour(world);
  expect(world.services.outcomes()).toHaveLength(before);
  expect((await world.teller.keys('outbox/outcomes/')).length).toBeGreaterThan(12);
  expect(world.teller.titles().filter((title) => title.includes('补发'))).toEqual([]);
  // News of the log store comes on top, and makes it crowded: the last of what is not critical comes in a digest.
  expect(world.teller.titles().length).toBeGreaterThan(10);
  expect(world.failed).toEqual([]);
  world.services.sls.holdFaults([]);
  await afterwards(world);
  await expectWhole(world);
}, 60_000);

test('with log store and robot down for an hour, and a bucket that refuses writes now and then, all is told late and once', async () => {
  const world = await deployment();
  const { services, teller } = world;
  const before = services.outcomes().length;
  services.sls.holdFaults(LOG_STORE_DOWN);
  teller.robot.holdFault('down');
  // In the minute of a drop, in that of a sweep and the drops' timer, and in one of the teller's alone.
  await hour(world, (minute) => services.spoilBucket([10, 39, 52].includes(minute) ? REFUSING_WRITES : undefined));
  expect(services.outcomes()).toHaveLength(before);
  expect(teller.titles()).toEqual([]);
  expect([...new Set(world.failed)].sort()).toEqual(['drop', 'sweep', 'teller']);
  services.sls.holdFaults([]);
  teller.robot.holdFault(undefined);
  await afterwards(world);
  await expectWhole(world);
  expect(teller.titles().filter((title) => !title.startsWith('【补发】'))).toEqual([]);
  // Both outages were noticed, and their ends too.
  const kinds = services.outcomes().map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind?.startsWith('channel-') === true).sort()).toEqual([
    'channel-refused',
    'channel-restored',
  ]);
  expect(kinds.filter((kind) => kind?.startsWith('log-store-') === true).sort()).toEqual([
    'log-store-refused',
    'log-store-restored',
  ]);
  expect(kinds).toContain('outbox-backlog');
}, 60_000);
