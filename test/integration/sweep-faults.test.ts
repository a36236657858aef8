import { expect, test } from 'vitest';
import type { MqttFault } from '../../local/mqtt/faults.ts';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const MINUTE = 60_000;
const hexOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `a${(index + 1).toString(16).padStart(15, '0')}`);

async function fleet(count: number): Promise<{ world: SweepWorld; serials: readonly string[] }> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const serials = hexOf(count);
  world.devices(CA, serials);
  // Nothing paces the calls of these tests.
  world.mqtt.setSettings({ callsPerSecond: 1_000_000, callsPerSecondPerSource: 1_000_000 });
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...serials.map((sn) => `${sn},${CA}`)].join('\n'));
  return { world, serials };
}

function switchOff(world: SweepWorld, ...serials: readonly (string | undefined)[]): void {
  for (const serial of serials) world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serial ?? '', 'inactive');
}

/** The newest summary of a whole sweep. */
function counts(world: SweepWorld): Readonly<Record<string, unknown>> {
  const last = world.outcomes('sweep-summary').at(-1);
  return JSON.parse(last?.['rule_inputs'] ?? '{}') as Readonly<Record<string, unknown>>;
}

const callsOf = (world: SweepWorld, action: string): number =>
  world.mqtt.calls().filter((call) => call.action === action).length;

test.each<[string, MqttFault]>([
  ['a short page', { action: 'ListDeviceCertificateByCaSn', fault: 'page-short', page: 2, times: 1 }],
  ['an empty page', { action: 'ListDeviceCertificateByCaSn', fault: 'page-empty', page: 2, times: 1 }],
  ['a page that is null', { action: 'ListDeviceCertificateByCaSn', fault: 'page-null', page: 1, times: 1 }],
  ['a page that comes twice', { action: 'ListDeviceCertificateByCaSn', fault: 'page-repeated', page: 3, times: 1 }],
  ['an HTML body', { action: 'ListDeviceCertificateByCaSn', fault: 'html-502', times: 3 }],
  ['an HTML body with status 200', { action: '*', fault: 'html-200', times: 8 }],
  ['an empty 503', { action: '*', fault: 'empty-503', times: 6 }],
  ['throttling for a minute', { action: '*', fault: 'throttle', forMs: MINUTE }],
  ['an overflow', { action: '*', fault: 'system-overflow', times: 9 }],
  ['an activation whose answer is lost', { action: 'ActiveDeviceCertificate', fault: 'reset-after', times: 1 }],
  ['an activation that never arrives', { action: 'ActiveDeviceCertificate', fault: 'reset-before', times: 1 }],
])('%s changes nothing about the end of a sweep', async (_, fault) => {
  const { serials, world } = await fleet(350);
  switchOff(world, serials[340]);
  world.mqtt.setFaults([fault]);
  await world.tick({ settings: { callsAtOnce: 4 } });
  expect(world.statusOf(CA, serials[340] ?? '')).toBe('active');
  expect(counts(world)).toMatchObject({ watched: 350, healthy: 350, unreadable: 0, reactivated: 1 });
  expect(world.told(['device-reactivated', 'device-missing', 'device-unreadable', 'acts-stopped'])).toEqual({
    [`device-reactivated ${serials[340] ?? ''}`]: 1,
  });
});

test('an activation that arrived is not sent again', async () => {
  const { serials, world } = await fleet(10);
  switchOff(world, serials[0]);
  world.mqtt.setFaults([{ action: 'ActiveDeviceCertificate', fault: 'reset-after', times: 1 }]);
  await world.tick();
  expect(callsOf(world, 'ActiveDeviceCertificate')).toBe(1);
});

test.each(['empty-list', 'null', 'last-page'] as const)(
  'a list that answers past its end with %s ends',
  async (pastTheEnd) => {
    const { world } = await fleet(120);
    world.mqtt.setSettings({ pastTheEnd, totalCounts: 'pages' });
    world.devices(CA, ['b1', 'b2']);
    await world.put(`watch/${INSTANCE}/whole.csv`, `device_sn,ca_sn\n*,${CA}`);
    await world.tick();
    expect(counts(world)).toMatchObject({ watched: 122, healthy: 122 });
    expect(callsOf(world, 'ListDeviceCertificateByCaSn')).toBeLessThan(12);
  },
);

test('pages that shift while they are read lose nobody', async () => {
  const { serials, world } = await fleet(450);
  world.mqtt.setHooks({
    beforeList: ({ ca, number }) => {
      if (ca !== undefined && number === 2) world.mqtt.engine.deleteDevice(INSTANCE, CA, serials[0] ?? '');
    },
  });
  await world.tick();
  expect(counts(world)).toMatchObject({ watched: 450, healthy: 450, missing: 0 });
  await world.tick();
  expect(counts(world)).toMatchObject({ watched: 450, healthy: 449, missing: 1 });
});

test('a device that vanishes between its page and the last look is told as missing, and not activated', async () => {
  const { serials, world } = await fleet(10);
  switchOff(world, serials[0]);
  await world.tick({
    watch: (moment, call) => {
      if (moment === 'after' && call.startsWith('put state/sweep/intents/')) {
        world.mqtt.engine.deleteDevice(INSTANCE, CA, serials[0] ?? '');
      }
    },
  });
  expect(world.told(['device-missing', 'device-reactivated'])).toEqual({ [`device-missing ${serials[0] ?? ''}`]: 1 });
  expect(counts(world)).toMatchObject({ watched: 10, healthy: 9, missing: 1, inactive: 0 });
});

test('a CA that vanishes in the middle of a sweep takes its devices along, and the sweep finishes', async () => {
  const { serials, world } = await fleet(150);
  await world.tick();
  switchOff(world, serials[0]);
  world.mqtt.setHooks({
    beforeList: ({ ca }) => {
      if (ca !== undefined) world.mqtt.engine.deleteCa(INSTANCE, CA);
    },
  });
  await world.tick();
  expect(counts(world)).toMatchObject({ watched: 150, healthy: 0, missing: 150 });
  world.mqtt.setHooks({});
  const before = callsOf(world, 'GetDeviceCertificate');
  await world.tick();
  expect(callsOf(world, 'GetDeviceCertificate')).toBe(before);
  expect(world.told(['ca-vanished'])).toEqual({ [`ca-vanished ${CA}`]: 1 });
  expect(Object.keys(world.told(['device-missing']))).toHaveLength(150);
});

test('a role that may not list asks for every device by Get, with one warning', async () => {
  const { serials, world } = await fleet(40);
  world.mqtt.setSettings({ deniedActions: ['ListDeviceCertificateByCaSn', 'ListCaCertificate'] });
  switchOff(world, serials[0]);
  await world.tick();
  expect(counts(world)).toMatchObject({ watched: 40, healthy: 40, reactivated: 1 });
  expect(world.outcomes('list-refused').map((one) => [one['reason'], one['api_code'], one['instance']])).toEqual([
    ['cas-not-listed', 'PermissionCheckFailed', INSTANCE],
    ['devices-not-listed', 'PermissionCheckFailed', INSTANCE],
  ]);
});

test('reading by Get alone lists no devices', async () => {
  const { serials, world } = await fleet(40);
  switchOff(world, serials[0]);
  await world.tick({ settings: { read: 'get' } });
  expect(counts(world)).toMatchObject({ watched: 40, healthy: 40, reactivated: 1 });
  expect(callsOf(world, 'ListDeviceCertificateByCaSn')).toBe(0);
});

test('an instance that is refused by code is one outcome, counts as not checked, and the next instance goes on', async () => {
  const { serials, world } = await fleet(10);
  const other = 'post-cn-sweep00002';
  await world.put(`watch/${other}/fleet.csv`, `device_sn,ca_sn\nff,${CA}\nfe,${CA}`);
  switchOff(world, serials[0]);
  const settings = { instances: [other, INSTANCE] as never };
  await world.tick({ settings });
  expect(world.outcomes('instance-blocked').map((one) => [one['instance'], one['api_code']])).toEqual([
    [other, 'MqttInstanceNotFound'],
  ]);
  expect(counts(world)).toMatchObject({ watched: 12, healthy: 10, unreadable: 2, reactivated: 1 });
});

test('twenty calls without an answer stop the sweep; the ticks wait 5, 15 and 60 minutes, and then it goes on', async () => {
  const { serials, world } = await fleet(10);
  switchOff(world, serials[0]);
  world.mqtt.setFaults([{ action: '*', fault: 'reset-before', times: 10_000 }]);
  const waits: string[] = [];
  for (let tick = 0; tick < 16; tick += 1) {
    const before = world.mqtt.calls().length;
    await world.tick();
    waits.push(world.mqtt.calls().length > before ? 'asked' : 'rested');
  }
  expect(waits.slice(0, 4)).toEqual(['asked', 'asked', 'rested', 'asked']);
  expect(waits.filter((wait) => wait === 'asked')).toHaveLength(5);
  expect(world.outcomes('service-silent')).toHaveLength(1);
  world.mqtt.setFaults([]);
  for (let tick = 0; tick < 7; tick += 1) await world.tick();
  expect(world.statusOf(CA, serials[0] ?? '')).toBe('active');
  expect(counts(world)).toMatchObject({ watched: 10, healthy: 10 });
});

test('a service that goes silent in the middle of a reading is read on from there', async () => {
  const { world } = await fleet(300);
  const settings = { callsAtOnce: 24, read: 'get' } as const;
  let calls = 0;
  await world.tick({
    settings,
    watch: (moment, call) => {
      if (moment === 'before' && call === 'GetDeviceCertificate') calls += 1;
      if (calls === 200) world.mqtt.setFaults([{ action: '*', fault: 'reset-before', times: 10_000 }]);
    },
  });
  expect(world.outcomes('service-silent')).toHaveLength(1);
  world.mqtt.setFaults([]);
  const before = callsOf(world, 'GetDeviceCertificate');
  await world.tick({ settings });
  expect(counts(world)).toMatchObject({ watched: 300, healthy: 300, unreadable: 0 });
  expect(callsOf(world, 'GetDeviceCertificate') - before).toBeLessThan(130);
});

test('a service that goes silent in the middle of acting leaves nothing open', async () => {
  const { serials, world } = await fleet(10);
  switchOff(world, serials[0]);
  await world.tick({
    watch: (moment, call) => {
      if (moment === 'before' && call === 'ActiveDeviceCertificate') {
        world.mqtt.setFaults([{ action: '*', fault: 'reset-after', times: 25 }]);
      }
    },
  });
  for (let tick = 0; tick < 3; tick += 1) await world.tick();
  const [off = ''] = serials;
  expect(world.told(['device-reactivated', 'reactivation-failed', 'device-recovered', 'device-unreadable'])).toEqual({
    [`device-unreadable ${off} not-read-back`]: 1,
    [`device-reactivated ${off}`]: 1,
    [`device-recovered ${off}`]: 1,
  });
  const intents = await world.keys('state/sweep/intents/');
  expect(intents.filter((key) => key.endsWith('-result.json'))).toHaveLength(intents.length / 2);
});

test('a list that is replaced between two laps is read anew, and nobody who left it is activated', async () => {
  const { serials, world } = await fleet(30);
  await world.tick();
  switchOff(world, serials[0], serials[1]);
  let isReplaced = false;
  await world.tick({
    timeoutMs: 45_000,
    callMs: 4000,
    settings: { callsAtOnce: 1, read: 'get' },
    watch: async (moment, call) => {
      if (isReplaced || moment !== 'before' || call !== 'invoke') return;
      isReplaced = true;
      const lines = serials.slice(1).map((serial) => `${serial},${CA}`);
      await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...lines, `ff,${CA}`].join('\n'));
    },
  });
  await world.tick();
  expect([0, 1].map((index) => world.statusOf(CA, serials[index] ?? ''))).toEqual(['inactive', 'active']);
  expect(counts(world)).toMatchObject({ watched: 30, healthy: 29, not_registered: 1 });
});

test('a forged tick, one in the past, one that comes twice, and one by a wrong clock begin no sweep and are told', async () => {
  const { world } = await fleet(6);
  const before = world.clock.now();
  await world.tick(); // at least ten minutes later, and later still on a slow machine
  const at = (ms: number): object => ({
    triggerTime: new Date(before + ms).toISOString(),
    triggerName: 't',
    payload: '',
  });
  await world.invoke(at(9 * MINUTE));
  await world.invoke(at(70 * MINUTE));
  await world.invoke(at(-50 * MINUTE));
  await world.tick({ skewMs: -24 * 60 * MINUTE });
  expect(world.outcomes('sweep-skipped').map((one) => one['reason'])).toEqual(['not-newer']);
  expect(world.outcomes('tick-ignored')).toHaveLength(3);
  expect(world.outcomes('sweep-summary')).toHaveLength(1);
});

test('a clock that ran ahead for a while leaves nothing behind that stops the sweeps of today', async () => {
  const { serials, world } = await fleet(6);
  const ahead = 5 * 24 * 60 * MINUTE;
  const triggerTime = new Date(world.clock.now() + ahead).toISOString();
  await world.invoke({ triggerTime, triggerName: 't', payload: '' }, { skewMs: ahead });
  switchOff(world, serials[0]);
  await world.tick();
  await world.tick();
  expect(world.statusOf(CA, serials[0] ?? '')).toBe('active');
  expect(world.outcomes('sweep-summary')).toHaveLength(3);
});

test('a self-call that fails is told, and the next tick takes the sweep up', async () => {
  const { serials, world } = await fleet(30);
  await world.invoke({ sweepId: '20261121T000000Z', lap: 2 });
  await world.tick({ timeoutMs: 40_000, callMs: 4000, settings: { callsAtOnce: 1, read: 'get' }, selfCalls: 'lost' });
  expect(world.outcomes('sweep-summary')).toHaveLength(0);
  switchOff(world, serials[29]);
  await world.tick();
  await world.tick();
  expect(world.statusOf(CA, serials[29] ?? '')).toBe('active');
  expect(world.outcomes('sweep-skipped').map((one) => one['reason'])).toEqual(['resumes-an-earlier-one']);
});

test('a quiet sweep of many devices writes few records', async () => {
  const { world } = await fleet(2500);
  await world.tick();
  const before = world.outcomes().length;
  await world.tick();
  expect(world.outcomes().length - before).toBe(2);
});
