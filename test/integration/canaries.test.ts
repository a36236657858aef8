import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { composeDeadLetter } from '../../functions/dead-letter/compose.ts';
import { composeNotify } from '../../functions/notify/compose.ts';
import { composeRegisterCa } from '../../functions/register-ca/compose.ts';
import { composeSweep } from '../../functions/sweep/compose.ts';
import type { ChatKind } from '../../local/chat/chat-rules.ts';
import { type LocalChats, startChats } from '../../local/chat/chats.ts';
import { durationMs } from '../../shared/core/time.ts';
import { decodeDestinationEvent } from '../../shared/events/destination-event.ts';
import { decodeFunctionEvent } from '../../shared/events/function-event.ts';
import { decodeSweepEvent } from '../../shared/events/sweep-event.ts';
import {
  CERTIFICATE_PEM,
  HIDDEN,
  HOSTILE,
  HOSTILE_MARKS,
  JUNK,
  KEY_PEM,
  pemBody,
  SECRETS,
  secretsIn,
} from '../support/canaries.ts';
import { commonNames } from '../support/certificates.ts';
import { runCommand } from '../support/cli-run.ts';
import { BUCKET, type DropWorld, dropWorldOn, INSTANCE, KEY, soundPair } from '../support/drop-world.ts';
import { type Fault, type FaultProxy, faultProxy } from '../support/fault-proxy.ts';
import { REGION, type ServiceWorld, serviceWorld } from '../support/service-world.ts';

/** Secrets that somebody takes for the name of a folder or a file. */
const NAMES: readonly string[] = ['a robot token', 'a robot secret', 'private key'];
const PROJECT = 'canary-project';
const FOREIGN = 'outbox/outcomes/2026/junk.json';
const NOTHING = Buffer.alloc(0);
const CA = '5f0000000000000001';
const DEVICES = Array.from({ length: 60 }, (_, index) => `a${(index + 1).toString(16).padStart(15, '0')}`);
const CHATS = ['dingtalk', 'webhook', 'feishu', 'wecom', 'slack'] as const satisfies readonly ChatKind[];

/** One text that reached someone: where, and what. */
type Sink = readonly [where: string, text: string];

/** The functions as they are deployed, in this process, with a spoiling hop before every service and every chat. */
interface CanaryWorld {
  readonly services: ServiceWorld;
  readonly drops: DropWorld;
  readonly chats: LocalChats;
  readonly hops: Readonly<Record<'oss' | 'mqtt' | 'log' | ChatKind, FaultProxy>>;
  /** What a function is set to, with one of the chats as its robot. */
  readonly environment: (chat: ChatKind) => Readonly<Record<string, string>>;
  ticks: number;
  readonly thrown: unknown[];
  /** Whatever was written to standard output. */
  readonly printed: string[];
  readonly commands: Sink[];
  readonly secrets: Record<string, string>;
}

async function canaryWorld(): Promise<CanaryWorld> {
  const services = await serviceWorld({ bucket: BUCKET, project: PROJECT, instances: [INSTANCE], key: KEY });
  services.mqtt.setSettings({ callsPerSecond: 1_000_000, callsPerSecondPerSource: 1_000_000 });
  const folder = mkdtempSync(join(tmpdir(), 'canaries-'));
  const { chats, close } = await startChats({ dataFolder: folder, clock: services.clock, onMessage: () => undefined });
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });
  const hops = {
    oss: await faultProxy(services.oss.endpoint),
    mqtt: await faultProxy(services.mqtt.endpoint),
    log: await faultProxy(services.sls.endpoint),
    dingtalk: await faultProxy(chats.dingtalk.endpoint),
    webhook: await faultProxy(chats.webhook.endpoint),
    feishu: await faultProxy(chats.feishu.endpoint),
    wecom: await faultProxy(chats.wecom.endpoint),
    slack: await faultProxy(chats.slack.endpoint),
  };
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  onTestFinished(() => write.mockRestore());
  const secrets: Record<string, string> = { ...SECRETS };
  for (const chat of CHATS) {
    const { secret, webhook } = chats[chat];
    const { pathname, search } = new URL(webhook);
    secrets[`the address of ${chat}`] = search === '' ? (pathname.split('/').at(-1) ?? '') : search;
    if (secret !== '') secrets[`the secret of ${chat}`] = secret;
  }
  return {
    services,
    drops: await dropWorldOn(services),
    chats,
    hops,
    environment: (chat) => ({
      MQTT_CERTS_REGION: REGION,
      MQTT_CERTS_BUCKET: BUCKET,
      MQTT_CERTS_INSTANCES: INSTANCE,
      MQTT_CERTS_LOG_PROJECT: PROJECT,
      MQTT_CERTS_LOG_STORE: 'outcomes',
      MQTT_CERTS_OSS_ENDPOINT: hops.oss.endpoint,
      MQTT_CERTS_MQTT_ENDPOINT: hops.mqtt.endpoint,
      MQTT_CERTS_LOG_ENDPOINT: hops.log.endpoint,
      MQTT_CERTS_FIRST_SIGHT: 'act',
      MQTT_CERTS_REACTIVATE: 'act',
      MQTT_CERTS_REACTIVATE_AFTER_MINUTES: '0',
      MQTT_CERTS_ROBOT_KIND: chat,
      MQTT_CERTS_ROBOT_URL: chats[chat].webhook.replace(chats[chat].endpoint, hops[chat].endpoint),
      MQTT_CERTS_ROBOT_SECRET: chats[chat].secret,
    }),
    ticks: 0,
    thrown: [],
    printed,
    commands: [],
    secrets,
  };
}

/** How long each function may take in all, in seconds: what it keeps for its end, and a few for its work. */
const TIMEOUTS = { 'register-ca': 14, sweep: 100, notify: 40, 'dead-letter': 12 } as const;

const contextOf = (functionName: keyof typeof TIMEOUTS, timeout: number = TIMEOUTS[functionName]) => ({
  ...{ requestId: 'f-1', functionName, accountId: '1234567890123456', credentials: KEY },
  timeout: durationMs(timeout * 1000),
});

/** Waits for one call of a function; what it throws is kept. */
async function call(world: CanaryWorld, run: Promise<unknown>): Promise<void> {
  try {
    await run;
  } catch (error) {
    world.thrown.push(error);
  }
}

const register = (world: CanaryWorld, event: Buffer): Promise<void> =>
  call(
    world,
    composeRegisterCa(contextOf('register-ca'), world.environment('dingtalk')).then((run) =>
      run(decodeFunctionEvent(event)),
    ),
  );

/** Ticks a second apart: the functions run by the clock of this machine. */
function nextTick(world: CanaryWorld): string {
  world.ticks += 1;
  return new Date(Date.now() + world.ticks * 1000).toISOString();
}

const sweep = (world: CanaryWorld, timeout?: number): Promise<void> => {
  const event = { triggerTime: nextTick(world), triggerName: 't', payload: '' };
  const run = composeSweep(contextOf('sweep', timeout), world.environment('dingtalk'));
  return call(
    world,
    run.then((lap) => lap(decodeSweepEvent(Buffer.from(JSON.stringify(event))))),
  );
};

const tell = (world: CanaryWorld, chat: ChatKind, timeout?: number): Promise<void> =>
  call(
    world,
    composeNotify(contextOf('notify', timeout), world.environment(chat)).then((run) => run()),
  );

const loseEvent = (world: CanaryWorld, notice: object): Promise<void> =>
  call(
    world,
    composeDeadLetter(
      contextOf('dead-letter'),
      world.environment('dingtalk'),
    )(decodeDestinationEvent(Buffer.from(JSON.stringify(notice)))),
  );

/** A refusal of each service as it would write it, quoting everything that must not come out. */
const json = (status: number, body: object): Fault => ({
  status,
  headers: { 'content-type': 'application/json', 'x-log-requestid': JUNK.replaceAll(/[^\x20-\x7e]/g, '') },
  body: JSON.stringify(body),
});
const escaped = JUNK.replaceAll(/[^\x20-\x7e]/g, '.')
  .replaceAll('&', '&amp;')
  .replaceAll('<', '&lt;');
const REFUSALS = {
  oss: {
    status: 403,
    headers: { 'content-type': 'application/xml', 'x-oss-request-id': '5F0000000000000000000001' },
    body: `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${escaped}</Message><RequestId>5F0000000000000000000001</RequestId><HostId>${escaped}</HostId><StringToSign>${escaped}</StringToSign></Error>`,
  },
  mqtt: json(403, { Code: JUNK, Message: JUNK, RequestId: JUNK, HostId: JUNK, Recommend: JUNK }),
  log: json(401, { errorCode: JUNK, errorMessage: JUNK }),
  dingtalk: json(200, { errcode: 310_000, errmsg: JUNK }),
  webhook: { status: 401, body: JUNK },
  feishu: json(200, { code: 19_024, msg: JUNK, data: { why: JUNK } }),
  wecom: json(200, { errcode: 93_000, errmsg: JUNK }),
  slack: { status: 403, body: `invalid_token ${JUNK}` },
} as const satisfies Record<string, Fault>;

const times = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault);

/** The event of an upload, as if a person of that name had made it. */
function by(event: Buffer, actor: string): Buffer {
  const told = JSON.parse(event.toString('utf8')) as { events: [Record<string, unknown>] };
  const [first] = told.events;
  Object.assign(first, {
    userIdentity: { principalId: actor },
    requestParameters: { sourceIPAddress: actor },
    responseElements: { requestId: actor },
  });
  return Buffer.from(JSON.stringify(told));
}

test('no secret comes out anywhere, and no hostile name as anything but text, whatever goes wrong', async () => {
  const world = await canaryWorld();
  const { chats, drops, hops, services } = world;
  const name = commonNames(HOSTILE);
  const files = (serial: string): Record<string, string> => {
    const { ca, verification } = soundPair(drops.code(), {
      serial,
      ca: { subject: name, issuer: name },
      verification: { issuer: name },
    });
    world.secrets[`the CA ${serial}`] = pemBody(ca);
    world.secrets[`the verification ${serial}`] = pemBody(verification);
    return { 'ca.pem': ca, 'verification.pem': verification };
  };
  const drop = async (folder: string, content: Readonly<Record<string, string>>): Promise<void> => {
    const events = await drops.drop(folder, content);
    await register(world, by(events.at(-1) ?? NOTHING, JUNK));
  };

  await drop(`inbox/${INSTANCE}/good/`, files('5f02'));
  hops.mqtt.plan('pass', REFUSALS.mqtt);
  await drop(`inbox/${INSTANCE}/refused/`, files('5f03'));
  hops.mqtt.plan();
  await drop(`inbox/${INSTANCE}/leaked/`, { ...files('5f04'), 'ca.key': KEY_PEM });
  await drop(`inbox/${INSTANCE}/strange/`, { 'ca.pem': CERTIFICATE_PEM, [`${HOSTILE.replaceAll('/', '')}.pem`]: JUNK });
  for (const secret of NAMES) {
    await drop(`inbox/${INSTANCE}/${(SECRETS[secret] ?? '').replaceAll('/', '').slice(0, 100)}/`, files('5f05'));
    await drop(`inbox/`, { [(SECRETS[secret] ?? '').replaceAll('/', '').slice(0, 100)]: JUNK });
  }
  hops.oss.plan(...times(3, 'pass'), ...times(300, REFUSALS.oss));
  await drop(`inbox/${INSTANCE}/bucket-down/`, files('5f06'));
  hops.oss.plan();
  hops.log.plan(...times(3, REFUSALS.log));
  await drop(`inbox/${INSTANCE}/log-down/`, files('5f07'));
  await register(world, Buffer.from(JSON.stringify({ events: [{ eventName: JUNK, junk: JUNK }] })));
  await register(world, Buffer.from(JUNK));
  await loseEvent(world, {
    requestContext: { requestId: JUNK, functionArn: JUNK, condition: JUNK, approximateInvokeCount: 3 },
    requestPayload: JUNK,
    responseContext: { statusCode: 200, functionError: JUNK },
    responsePayload: JSON.stringify({ errorType: JUNK, errorMessage: JUNK, stackTrace: [JUNK] }),
  });

  services.register(soundPair(services.code(INSTANCE), { serial: CA }), { instance: INSTANCE, caName: 'fleet' });
  const [validFrom, validUntil] = [services.clock.now() - 86_400_000, services.clock.now() + 86_400_000_000];
  services.mqtt.engine.registerDevices(
    INSTANCE,
    CA,
    DEVICES.map((serial) => ({ serial, validFrom, validUntil })),
  );
  const put = (key: string, text: string): Promise<void> =>
    services.bucket.put({ key, bytes: Buffer.from(text), contentType: 'text/csv', headers: {}, timeoutMs: 5000 });
  const csv = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  const switchOff = (devices: readonly string[]): void => {
    for (const device of devices) services.mqtt.engine.setDeviceStatus(INSTANCE, CA, device, 'inactive');
  };
  const rows = DEVICES.map((device) => `${device},${CA}`);
  await put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...rows].join('\n'));
  await put('control/mutes/m.csv', `drop-vanished,,${csv(JUNK)},${csv(JUNK)},${soon}\n${csv(JUNK)},,,,\n`);
  await sweep(world);
  switchOff(DEVICES.slice(0, 2));
  await sweep(world);
  switchOff(DEVICES.slice(2, 4));
  hops.mqtt.plan('pass', 'pass', 'pass', ...times(6, REFUSALS.mqtt));
  await sweep(world);
  hops.mqtt.plan();
  await put(`watch/${INSTANCE}/junk.csv`, `device_sn,ca_sn\n${csv(JUNK)},${csv(JUNK)}`);
  await put('control/holds/good.csv', `${INSTANCE},${CA},${DEVICES[0] ?? ''},${csv(JUNK)},${csv(JUNK)},${soon}\n`);
  await put('control/holds/junk.csv', `${csv(JUNK)},${csv(JUNK)},,\n`);
  await put(`control/release/${INSTANCE}/${CA}/x`, JUNK);
  await put('control/paused', `owner: ${JUNK}\nreason: ${JUNK}`);
  await sweep(world);
  hops.oss.plan(...times(6, 'pass'), ...times(300, REFUSALS.oss));
  await sweep(world, 64);
  hops.oss.plan();

  await put('outbox/alerts/warning/junk.txt', JUNK);
  await put(FOREIGN, JUNK);
  const alertKeys = await services.keys('outbox/alerts/');
  const saved = await Promise.all(alertKeys.map(async (key) => [key, await drops.text(key)] as const));
  for (const chat of CHATS) {
    for (const [key, text] of saved) await put(key, text);
    hops[chat].plan(REFUSALS[chat], 'reset-after');
    for (const plan of [[], [REFUSALS.log], [], []]) {
      hops.log.plan(...plan);
      services.clock.advance(400_000);
      await tell(world, chat);
    }
    hops[chat].plan();
    for (const key of await services.keys('state/notify/')) await services.bucket.delete({ key, timeoutMs: 5000 });
  }
  hops.oss.plan(...times(2, 'pass'), ...times(300, REFUSALS.oss));
  await tell(world, 'dingtalk', 10);
  hops.oss.plan();

  const cwd = mkdtempSync(join(tmpdir(), 'canaries-cli-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const env = {
    ...world.environment('dingtalk'),
    ALIBABA_CLOUD_ACCESS_KEY_ID: KEY.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: KEY.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: KEY.securityToken,
  };
  const commands = [
    ['alert', 'list'],
    ['alert', 'list', '--json'],
    ['mute', 'list'],
    ['mute', 'list', '--json'],
    ['log', 'query', '--since', '3h'],
    ['log', 'query', '--since', '3h', '--json'],
    ['log', 'tail', '--since', '3h'],
    ['log', 'tail', '--since', '3h', '--json'],
    ['hold', 'list'],
  ];
  for (const args of commands) {
    const stopped = AbortSignal.timeout(args[1] === 'tail' ? 1500 : 20_000);
    const run = await runCommand(cwd, args, { env, stopped, now: () => services.clock.now() });
    world.commands.push([args.join(' '), `${run.stdout}\n${run.stderr}`]);
  }
  hops.log.plan(...times(4, REFUSALS.log));
  hops.oss.plan(...times(100, REFUSALS.oss));
  for (const args of [
    ['log', 'query'],
    ['alert', 'list'],
    ['mute', 'list'],
  ]) {
    const run = await runCommand(cwd, args, { env, now: () => services.clock.now() });
    world.commands.push([`failing ${args.join(' ')}`, `${run.stdout}\n${run.stderr}`]);
  }
  hops.log.plan();
  hops.oss.plan();

  const all = await sinks(world);
  expect(services.outcomes().map(({ kind }) => kind)).toEqual(expect.arrayContaining(KINDS));
  expect(world.thrown.map((error) => (error instanceof Error ? error.name : ''))).toEqual(
    expect.arrayContaining(['RegistrationPostponedError', 'ServiceFailure']),
  );
  expect(world.thrown.length).toBeGreaterThan(3);
  for (const chat of CHATS) expect(chats[chat].messages().length, chat).toBeGreaterThan(4);
  for (const [command, text] of world.commands) expect(text.length, command).toBeGreaterThan(60);
  expect(all.length).toBeGreaterThan(500);
  const found = all.flatMap(([where, text]) => {
    const given = [...secretsShownIn(world, where, text), ...markup(where, text)];
    return given.length === 0 ? [] : [`${where}: ${given.join(', ')}`];
  });
  expect([...new Set(found)]).toEqual([]);
}, 120_000);

/** What must have happened among other things, so that nothing is left out by mistake. */
const KINDS = [
  ...['ca-registered', 'registration-postponed', 'drop-misplaced', 'drop-quarantined', 'event-lost', 'event-refused'],
  ...['watch-changed', 'watch-refused', 'control-changed', 'acts-stopped', 'device-inactive', 'device-reactivated'],
  ...['channel-refused', 'channel-restored', 'mute-invalid', 'outbox-backlog', 'outbox-damaged', 'sweep-summary'],
];

/** Texts for the one whose files they are about, and the state of the pipelines, keep names as they are. */
function secretsShownIn({ secrets }: CanaryWorld, where: string, text: string): readonly string[] {
  const named = /^(?:state|registered|rejected|quarantine)\//.test(where) ? NAMES : [];
  return secretsIn(text, secrets).filter((secret) => !named.includes(secret));
}

/** Raw names are kept for machines: in JSON, where what a terminal would obey is escaped. */
function markup(where: string, text: string): readonly string[] {
  const marks = /(?:decision|receipt|reason)\.json$/.test(where) ? [] : HOSTILE_MARKS.filter((m) => text.includes(m));
  const isBinary = where.startsWith('state/sweep/memory/');
  return !isBinary && HIDDEN.test(text) ? [...marks, 'hidden characters'] : marks;
}

async function sinks(world: CanaryWorld): Promise<readonly Sink[]> {
  const { chats, commands, drops, printed, services, thrown } = world;
  const keys = (await allKeys(services)).filter((key) => !isArchived(key));
  const objects = await Promise.all(keys.map(async (key): Promise<Sink> => [key, await drops.text(key)]));
  return [
    ...objects,
    ...services
      .outcomes()
      .flatMap((fields) =>
        Object.entries(fields).map(([field, text]): Sink => [`log store ${fields['kind'] ?? ''} ${field}`, text]),
      ),
    ...printed.map((line): Sink => ['standard output', line]),
    ...commands,
    ...thrown.flatMap((error): readonly Sink[] => [
      ['thrown', inspect(error, { depth: 10, showHidden: true })],
      ['thrown, as JSON', JSON.stringify(error)],
      ['thrown, as text', error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)],
    ]),
    ...CHATS.flatMap((chat) =>
      chats[chat].messages().flatMap((message): readonly Sink[] => [
        [`${chat} title`, message.title],
        [`${chat} text`, message.text],
        [`${chat} body`, JSON.stringify(message.body)],
      ]),
    ),
  ];
}

async function allKeys({ keys }: ServiceWorld): Promise<readonly string[]> {
  const found = await Promise.all(
    ['control/', 'outbox/', 'state/', 'registered/', 'rejected/', 'quarantine/'].map(keys),
  );
  return found.flat().filter((key) => !key.startsWith('control/'));
}

function isArchived(key: string): boolean {
  // What lies in the outbox and is none of ours is kept as it was, for people to look at.
  if (key.startsWith('outbox/unwritable/') || key === FOREIGN) return true;
  return (
    /^(?:registered|rejected|quarantine)\//.test(key) && !/\/(?:receipt\.json|reason\.json|reason\.txt)$/.test(key)
  );
}
