import { expect, test } from 'vitest';
import type { MqttSettings } from '../../local/mqtt/settings.ts';
import { codeFactsOf } from '../../shared/core/openapi-code.ts';
import {
  type DropWorld,
  dropWorld,
  INSTANCE,
  type InvokeOptions,
  OTHER_INSTANCE,
  refusedWith,
  soundPair,
} from '../support/drop-world.ts';
import type { PemPair } from '../support/service-world.ts';

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const TEN_MINUTES = 600_000;
const HOUR = 3_600_000;

/** Drops a pair and runs the function on the second event; what it threw, if anything. */
async function dropPair(world: DropWorld, pair: PemPair, options?: InvokeOptions): Promise<unknown> {
  const [, event] = await world.drop(FOLDER, { 'ca.pem': pair.ca, 'verification.pem': pair.verification });
  return world.invoke(event ?? Buffer.alloc(0), options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const kinds = (world: DropWorld) => world.outcomes().map(({ kind }) => kind);
const codes = (world: DropWorld) => world.outcomes().map(({ api_code }) => api_code);
const actions = (world: DropWorld) => world.mqtt.calls().map(({ action }) => action);
const inbox = async (world: DropWorld) => (await world.keys('inbox/')).map((key) => key.slice(FOLDER.length));
const attempts = (world: DropWorld) => actions(world).filter((action) => action === 'RegisterCaCertificate').length;

/** Lets the given time pass and the timer come. */
async function tickAfter(world: DropWorld, ms: number, options?: InvokeOptions): Promise<void> {
  world.clock.advance(ms);
  await world.tick(options);
}

async function reasonOf(world: DropWorld, name: 'reason.txt' | 'reason.json'): Promise<string> {
  const key = (await world.keys('rejected/')).find((one) => one.endsWith(name));
  return key === undefined ? '' : world.text(key);
}

const STATUS_SETS = ['before', 'after', 'mixed'] as const;

test.each(STATUS_SETS)(
  'a pair is looked up, registered once and read back, whatever the statuses (%s)',
  async (set) => {
    const world = await dropWorld();
    world.mqtt.setSettings({ httpStatuses: set });
    await dropPair(world, soundPair(world.code()));
    expect(actions(world)).toEqual(['GetCaCertificate', 'RegisterCaCertificate', 'GetCaCertificate']);
    expect(kinds(world)).toEqual(['ca-registered']);
    expect(await inbox(world)).toEqual([]);
  },
);

const SPELLINGS: readonly Partial<MqttSettings>[] = [
  { serialZeros: 'stripped' },
  { serialLetters: 'upper' },
  { serialLookup: 'any-spelling' },
  { statusAs: 'number', validityAs: 'number' },
  { pemNewlines: 'literal' },
];

test.each(SPELLINGS)('a registration is read back however the service spells its answers (%o)', async (settings) => {
  const world = await dropWorld();
  world.mqtt.setSettings(settings);
  await dropPair(world, soundPair(world.code(), { serial: '00f0000000000000ab' }));
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-registered', ca_sn: 'f0000000000000ab' }]);
});

test('a CA that is registered already is not registered again, and its code is not spent', async () => {
  const world = await dropWorld();
  const byHand = soundPair(world.code());
  world.registerByHand(byHand);
  const { verification } = soundPair(world.code());
  await dropPair(world, { ca: byHand.ca, verification });
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-already-registered', ca_sn: '5f0000000000000001' }]);
  expect(attempts(world)).toBe(0);
  expect(world.mqtt.engine.codes().map(({ status }) => status)).toEqual(['used', 'open']);
  expect(await world.keys('registered/')).toHaveLength(3);
  expect(await world.keys('outbox/alerts/')).toEqual([]); // nothing new, so nobody is told
});

test("another certificate under the CA's serial is told from the look-up alone, and the code stays good", async () => {
  const world = await dropWorld();
  world.registerByHand(soundPair(world.code(), { type: 'rsa-2048-65537' }));
  await dropPair(world, soundPair(world.code()));
  expect(world.outcomes()).toMatchObject([{ kind: 'serial-taken', api_code: 'SnNotUnique' }]);
  expect(attempts(world)).toBe(0);
  expect(await reasonOf(world, 'reason.txt')).toContain('unless it was used elsewhere, it is good for the next upload');
});

test.each(STATUS_SETS)('a serial taken on another instance can not be looked up and is rejected (%s)', async (set) => {
  const world = await dropWorld();
  world.mqtt.setSettings({ httpStatuses: set });
  world.registerByHand(soundPair(world.code(OTHER_INSTANCE)), OTHER_INSTANCE);
  await dropPair(world, soundPair(world.code()));
  expect(world.outcomes()).toMatchObject([{ kind: 'serial-taken', api_code: 'SnNotUnique' }]);
  expect(await inbox(world)).toEqual([]);
});

test('RegisterCodeUsed with our CA registered meanwhile counts as ours: the attempt was noted', async () => {
  const world = await dropWorld();
  const pair = soundPair(world.code());
  let isDone = false;
  const watch = (moment: string, call: string): void => {
    if (moment !== 'before' || call !== 'RegisterCaCertificate' || isDone) return;
    isDone = true;
    world.registerByHand(pair);
  };
  await dropPair(world, pair, { watch });
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-registered' }]);
});

test.each(STATUS_SETS)('a code that another CA has used is told, and that it is spent (%s)', async (set) => {
  const world = await dropWorld();
  world.mqtt.setSettings({ httpStatuses: set });
  const code = world.code();
  world.registerByHand(soundPair(code, { serial: '5f00000000000000aa' }));
  await dropPair(world, soundPair(code));
  expect(world.outcomes()).toMatchObject([
    { kind: 'pair-rejected', reason: 'RegisterCodeUsed', api_code: 'RegisterCodeUsed' },
  ]);
  expect(await reasonOf(world, 'reason.txt')).toContain('The registration code is spent');
  expect(attempts(world)).toBe(1);
});

test.each(STATUS_SETS)('a code the service never gave is rejected with its code explained (%s)', async (set) => {
  const world = await dropWorld();
  world.mqtt.setSettings({ httpStatuses: set });
  world.code();
  await dropPair(world, soundPair('00000000-0000-4000-8000-00000000000000aa'));
  expect(world.outcomes()).toMatchObject([{ kind: 'pair-rejected', reason: 'RegisterCodeError' }]);
  const reason = await reasonOf(world, 'reason.txt');
  expect(reason).toContain(codeFactsOf('RegisterCodeError')?.meaning.zh);
  expect(reason).toContain(codeFactsOf('RegisterCodeError')?.whatToDo.en);
  expect(await inbox(world)).toEqual([]);
});

test.each(['CertificateContentError', 'ParameterFieldCheckFailed', 'InvalidCaName'])(
  '%s can not be mended by repeating: rejected after one call',
  async (code) => {
    const world = await dropWorld();
    const pair = soundPair(world.code());
    world.hop.plan('pass', refusedWith(code, 500));
    await dropPair(world, pair);
    expect(world.outcomes()).toMatchObject([{ kind: 'pair-rejected', reason: code, api_code: code }]);
    expect(world.hop.seen).toHaveLength(2);
    expect(await inbox(world)).toEqual([]);
  },
);

test('the lost answer of a registration that happened is recognised, and nothing is sent twice', async () => {
  const world = await dropWorld();
  world.hop.plan('pass', 'reset-after');
  await dropPair(world, soundPair(world.code()));
  expect(kinds(world)).toEqual(['ca-registered']);
  expect(attempts(world)).toBe(1);
});

test.each(['html-502', 'empty-503', 'html-200', 'internal-error', 'system-overflow', 'throttle'] as const)(
  'after %s the service is asked what it has, and then once more to register',
  async (fault) => {
    const world = await dropWorld();
    world.mqtt.setFaults([{ action: 'RegisterCaCertificate', times: 2, fault }]);
    await dropPair(world, soundPair(world.code()));
    expect(kinds(world)).toEqual(['ca-registered']);
    expect(attempts(world)).toBe(3);
    expect(world.mqtt.engine.cas()).toHaveLength(1);
  },
);

test('a connection cut before the call arrived is told from one cut after it, and the pair registered once', async () => {
  const world = await dropWorld();
  world.hop.plan('pass', 'reset-before', 'pass', 'pass', 'reset-before', 'pass', 'pass', 'reset-after');
  await dropPair(world, soundPair(world.code()));
  expect(kinds(world)).toEqual(['ca-registered']);
  expect(world.mqtt.engine.cas()).toHaveLength(1);
  expect(attempts(world)).toBe(1);
});

test('an answer that never comes is given up, looked up and repeated', async () => {
  const world = await dropWorld();
  world.hop.plan('pass', 'silence');
  await dropPair(world, soundPair(world.code()), { callTimeoutMs: 150 });
  expect(kinds(world)).toEqual(['ca-registered']);
});

test('a success that can not be read back is claimed by nobody until the timer has read it', async () => {
  const world = await dropWorld();
  const refused = refusedWith('InternalError', 500);
  world.hop.plan('pass', 'pass', ...Array.from({ length: 24 }, () => refused));
  await dropPair(world, soundPair(world.code()));
  expect(world.outcomes()).toMatchObject([{ kind: 'registration-unconfirmed', api_code: 'InternalError' }]);
  expect(await inbox(world)).toEqual(['ca.pem', 'verification.pem']);
  expect(await world.keys('outbox/alerts/')).toEqual([]);

  world.hop.plan();
  await tickAfter(world, TEN_MINUTES);
  expect(kinds(world)).toEqual(['registration-unconfirmed', 'ca-registered']);
  expect(attempts(world)).toBe(1);
  expect(await inbox(world)).toEqual([]);
});

test('a registration that was accepted is never sent again, however long the service does not show the CA', async () => {
  const world = await dropWorld();
  const missing = Array.from({ length: 8 }, () => refusedWith('FindCaBySnError', 500));
  world.hop.plan('pass', 'pass', ...missing);
  await dropPair(world, soundPair(world.code()));
  for (let count = 0; count < 3; count += 1) {
    world.hop.plan(...missing);
    await tickAfter(world, TEN_MINUTES);
  }
  expect(kinds(world)).toEqual(['registration-unconfirmed']);
  expect(attempts(world)).toBe(1);
  expect(await inbox(world)).toEqual(['ca.pem', 'verification.pem']);

  world.hop.plan();
  await tickAfter(world, TEN_MINUTES);
  expect(kinds(world)).toEqual(['registration-unconfirmed', 'ca-registered']);
  expect(attempts(world)).toBe(1);
  expect(await inbox(world)).toEqual([]);
});

const BLOCKED: readonly (readonly [string, Partial<MqttSettings>])[] = [
  ['CaNumExceed', { caQuota: 0 }],
  ['PermissionCheckFailed', { deniedActions: ['RegisterCaCertificate'] }],
  ['PermissionCheckFailed', { deniedActions: ['GetCaCertificate', 'RegisterCaCertificate'] }],
  ['MqttOwnerCheckError', { foreignInstances: [INSTANCE] }],
];
const UNBLOCKED = { caQuota: 100, deniedActions: [], foreignInstances: [] };

test.each(BLOCKED.flatMap(([code, settings]) => STATUS_SETS.map((set) => [code, set, settings] as const)))(
  '%s (statuses %s) leaves the files, tells once and goes on by itself',
  async (code, set, settings) => {
    const world = await dropWorld();
    const pair = soundPair(world.code());
    world.mqtt.setSettings({ httpStatuses: set, ...settings });
    expect(await dropPair(world, pair)).toBeUndefined();
    expect(world.outcomes()).toMatchObject([{ kind: 'registration-blocked', api_code: code }]);
    expect(await inbox(world)).toEqual(['ca.pem', 'verification.pem']);

    await tickAfter(world, TEN_MINUTES); // the second try, refused alike, is not told again
    expect(kinds(world)).toEqual(['registration-blocked']);
    world.mqtt.setSettings(UNBLOCKED);
    await tickAfter(world, HOUR);
    expect(kinds(world)).toEqual(['registration-blocked', 'ca-registered']);
    expect(await inbox(world)).toEqual([]);
  },
);

test('a blocked drop is tried at 10 minutes, 1 hour, 6 hours and then daily, and left in peace between', async () => {
  const world = await dropWorld();
  const pair = soundPair(world.code());
  world.mqtt.setSettings({ caQuota: 0 });
  await dropPair(world, pair);
  const tried: number[] = [];
  let minute = 0;
  for (let step = 10; minute < 3 * 24 * 60; minute += step) {
    if (minute >= 500) step = 60;
    const before = attempts(world);
    await tickAfter(world, step * 60_000 + 1000);
    if (attempts(world) > before) tried.push(minute + step);
  }
  // In minutes; the last two are the first hourly looks after 24 hours.
  expect(tried).toEqual([10, 70, 430, 1880, 3320]);
  // Told again on each day it was tried, so that whoever was told knows that it lasts.
  expect(kinds(world)).toEqual(Array(3).fill('registration-blocked'));
});

test('blocked drops of one instance are one problem, however many', async () => {
  const world = await dropWorld();
  world.mqtt.setSettings({ caQuota: 0, newCode: 'keeps-earlier' });
  for (const name of ['a', 'b', 'c', 'd']) {
    const { ca, verification } = soundPair(world.code(), { serial: `5f000000000000${name}${name}`.padEnd(18, '0') });
    const events = await world.drop(`inbox/${INSTANCE}/${name}/`, { 'ca.pem': ca, 'v.pem': verification });
    await world.invoke(events[1] ?? Buffer.alloc(0));
  }
  const alerts = await world.keys('outbox/alerts/');
  expect(alerts).toHaveLength(4);
  expect(new Set(alerts.map((key) => key.split('/')[3])).size).toBe(1);
});

test.each(['SomethingNobodyHeardOf', 'Quota.Surprise'])(
  'a code nobody knows (%s) is told as it came and never repeated on the spot',
  async (code) => {
    const world = await dropWorld();
    world.hop.plan('pass', refusedWith(code, 500));
    await dropPair(world, soundPair(world.code()));
    expect(world.outcomes()).toMatchObject([{ kind: 'registration-blocked', api_code: code }]);
    expect(world.hop.seen).toHaveLength(2);
    await tickAfter(world, TEN_MINUTES);
    expect(kinds(world)).toEqual(['registration-blocked', 'ca-registered']);
  },
);

test.each(['throttle', 'internal-error', 'system-overflow', 'ca-count-unreadable', 'html-502'] as const)(
  'with %s all the time the drop is postponed, told once, thrown so that the event comes again, and done at last',
  async (fault) => {
    const world = await dropWorld();
    world.mqtt.setFaults([{ action: '*', times: 1000, fault }]);
    const started = world.clock.now();
    const error = await dropPair(world, soundPair(world.code()));
    expect(error).toMatchObject({ name: 'RegistrationPostponedError' });
    expect(world.clock.now() - started).toBeLessThan(110_000);
    expect(kinds(world)).toEqual(['registration-postponed']);
    await tickAfter(world, TEN_MINUTES);
    await tickAfter(world, TEN_MINUTES);
    expect(kinds(world)).toEqual(['registration-postponed']); // and no drop-failed beside it
    expect(await inbox(world)).toEqual(['ca.pem', 'verification.pem']);
    world.mqtt.setFaults([]);
    await tickAfter(world, TEN_MINUTES);
    expect(kinds(world)).toEqual(['registration-postponed', 'ca-registered']);
    expect(world.mqtt.engine.codes().filter(({ status }) => status === 'used')).toHaveLength(1);
  },
);

test('a service that answers nothing is given up in time', async () => {
  const world = await dropWorld();
  world.hop.plan(...Array.from({ length: 100 }, () => 'silence' as const));
  const error = await dropPair(world, soundPair(world.code()), { callTimeoutMs: 60 });
  expect(error).toMatchObject({ name: 'RegistrationPostponedError' });
  expect(codes(world)).toEqual(['Timeout']);
});

test('one more try is not begun when it could not end before the deadline', async () => {
  const world = await dropWorld();
  world.mqtt.setFaults([{ action: 'GetCaCertificate', times: 1000, fault: 'internal-error' }]);
  await dropPair(world, soundPair(world.code()), { timeoutMs: 9000 });
  expect(actions(world)).toEqual(['GetCaCertificate', 'GetCaCertificate']);
});

test('a key that is no longer good postpones the drop and does not blame the files', async () => {
  const world = await dropWorld();
  world.hop.plan('pass', refusedWith('InvalidSecurityToken.Expired'));
  expect(await dropPair(world, soundPair(world.code()))).toMatchObject({ name: 'RegistrationPostponedError' });
  expect(world.outcomes()).toMatchObject([
    { kind: 'registration-postponed', api_code: 'InvalidSecurityToken.Expired' },
  ]);
});

test('a serial whose certificate can not be read is neither ours nor taken', async () => {
  const world = await dropWorld();
  const body = { RequestId: 'A1', Data: { Sn: '5f0000000000000001', CaName: 'x', CaContent: 'no pem', Status: '1' } };
  const unreadable = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  world.hop.plan(...Array.from({ length: 12 }, () => unreadable));
  expect(await dropPair(world, soundPair(world.code()))).toMatchObject({ name: 'RegistrationPostponedError' });
  expect(codes(world)).toEqual(['UnreadableAnswer']);
  expect(attempts(world)).toBe(0);
});

test('a status nobody knows is reported as unknown, and the CA as registered', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const data = { Sn: '5f0000000000000001', CaName: 'x', CaContent: ca, Status: '*7*' };
  const body = JSON.stringify({ RequestId: 'A1', Data: data });
  world.hop.plan({ status: 200, headers: { 'content-type': 'application/json' }, body });
  await dropPair(world, { ca, verification });
  expect(kinds(world)).toEqual(['ca-already-registered']);
  const key = (await world.keys('registered/')).find((one) => one.endsWith('receipt.json')) ?? '';
  expect(JSON.parse(await world.text(key))).toMatchObject({ status: '＊7＊' });
});
