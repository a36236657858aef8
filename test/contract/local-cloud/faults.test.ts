import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type LocalCloud, startCloud } from '../../../local/cloud.ts';
import type { CloudEvent } from '../../../local/cloud-event.ts';

interface Place {
  readonly cloud: LocalCloud;
  readonly events: readonly CloudEvent[];
  readonly admin: (call: string, body?: unknown) => Promise<readonly [status: number, body: unknown]>;
}

/** A local cloud whose functions are never called. */
async function startPlace(): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'faults-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const projectFolder = dirname(dirname(dirname(import.meta.dirname)));
  const events: CloudEvent[] = [];
  const onEvent = (event: CloudEvent): void => void events.push(event);
  const cloud = await startCloud({ projectFolder, dataFolder: join(root, 'data'), watch: false, onEvent });
  onTestFinished(() => cloud.close());
  const { endpoint, token } = cloud.endpoints.admin;
  return {
    cloud,
    events,
    admin: async (call, body) => {
      const [method = '', path = ''] = call.split(' ');
      const headers = { authorization: `Bearer ${token}` };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${endpoint}${path}`, { method, headers, ...sent });
      return [response.status, await response.json()];
    },
  };
}

/** What an outside program uses of ali-oss. */
interface Bucket {
  readonly put: (name: string, content: Buffer) => Promise<unknown>;
  readonly get: (name: string) => Promise<{ readonly content: unknown }>;
  readonly delete: (name: string) => Promise<unknown>;
  readonly deleteMulti: (names: readonly string[]) => Promise<unknown>;
}
const OSS = createRequire(import.meta.url)('ali-oss') as new (options: object) => Bucket;

function bucketOf({ endpoints }: LocalCloud): Bucket {
  const { endpoint, region, bucket } = endpoints.oss;
  return new OSS({ ...endpoints.credentials, endpoint, region: `oss-${region}`, bucket, authorizationV4: true });
}

/** An unsigned text to the robot: it answers what is wrong with it, unless a fault comes first. */
const askRobot = async ({ endpoints }: LocalCloud): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(endpoints.dingtalk.webhook, { method: 'POST', headers, body: '{}' })).text();
};

const ALL_OK = {
  robot: 'ok',
  webhook: 'ok',
  feishu: 'ok',
  wecom: 'ok',
  slack: 'ok',
  sls: 'ok',
  mqtt: 'ok',
  oss: 'ok',
};

test('the switchboard shows every switch and its positions', async () => {
  const { admin } = await startPlace();
  const chats = [
    'ok',
    'down',
    'hang',
    'html',
    'html-200',
    'throttled',
    'anti-flood',
    'refused',
    'content-refused',
    'busy',
    'answer-lost',
  ];
  expect(await admin('GET /faults')).toEqual([
    200,
    {
      faults: ALL_OK,
      known: {
        robot: chats,
        webhook: chats,
        feishu: chats,
        wecom: chats,
        slack: chats,
        sls: ['ok', 'down', 'busy', 'quota', 'answer-lost', 'hang'],
        mqtt: ['ok', 'down', 'busy', 'throttled', 'answer-lost', 'hang'],
        oss: ['ok', 'down', 'refuse-writes', { 'refuse-writes': ['outbox/'] }],
      },
    },
  ]);
});

test('switches are turned one by one, and a body that names no position turns none', async () => {
  const { admin, cloud } = await startPlace();
  expect(await admin('POST /faults', { robot: 'throttled' })).toEqual([
    200,
    { ok: true, faults: { ...ALL_OK, robot: 'throttled' } },
  ]);
  expect(await askRobot(cloud)).toBe('{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}');
  expect((await admin('POST /faults', { robot: 'html' }))[0]).toBe(200);
  expect(await askRobot(cloud)).toContain('<title>502</title>');
  for (const wrong of [{ robot: 'asleep' }, { robots: 'down' }, { robot: 'ok', oss: { 'refuse-writes': [] } }, 7]) {
    expect((await admin('POST /faults', wrong))[0]).toBe(400);
  }
  expect(await askRobot(cloud)).toContain('<title>502</title>');
  expect((await admin('POST /faults', { robot: 'ok' }))[0]).toBe(200);
  expect(await askRobot(cloud)).toContain('invalid timestamp');
});

test('OSS refuses writes below some prefixes, deletes among them, and reads on', async () => {
  const { admin, cloud } = await startPlace();
  const bucket = bucketOf(cloud);
  await bucket.put('outbox/alerts/one', Buffer.from('1'));
  await bucket.put('state/one', Buffer.from('1'));
  await admin('POST /faults', { oss: { 'refuse-writes': ['outbox/alerts/', 'inbox/'] } });
  const refused = { status: 503, code: 'ServiceUnavailable' };
  await expect(bucket.put('outbox/alerts/two', Buffer.from('2'))).rejects.toMatchObject(refused);
  await expect(bucket.delete('outbox/alerts/one')).rejects.toMatchObject(refused);
  await expect(bucket.deleteMulti(['state/one', 'outbox/alerts/one'])).rejects.toMatchObject(refused);
  expect(String((await bucket.get('state/one')).content)).toBe('1');
  await bucket.put('outbox/outcomes/one', Buffer.from('3'));
  await admin('POST /faults', { oss: 'refuse-writes' });
  await expect(bucket.put('state/two', Buffer.from('2'))).rejects.toMatchObject(refused);
  expect(String((await bucket.get('outbox/alerts/one')).content)).toBe('1');
  await admin('POST /faults', { oss: 'down' });
  await expect(bucket.get('outbox/alerts/one')).rejects.toMatchObject(refused);
  await admin('POST /faults', { oss: 'ok' });
  await bucket.deleteMulti(['state/one', 'outbox/alerts/one']);
  await expect(bucket.get('state/one')).rejects.toMatchObject({ status: 404 });
});

/** What an outside program uses of the log service's client. */
interface LogClient {
  readonly getLogs: (project: string, store: string, from: Date, to: Date) => Promise<unknown>;
  readonly postLogStoreLogs: (project: string, store: string, group: object) => Promise<unknown>;
}
const AlicloudLog = createRequire(import.meta.url)('@alicloud/log') as new (options: object) => LogClient;

test('the log service is cut off, busy or over its quota, for reads as for writes', async () => {
  const { admin, cloud } = await startPlace();
  const { credentials, sls } = cloud.endpoints;
  const client = new AlicloudLog({
    ...credentials,
    endpoint: `${sls.endpoint.slice('http://'.length)}/p/${sls.project}`,
  });
  const read = (): Promise<unknown> => client.getLogs('', sls.logstore, new Date(0), new Date());
  const logs = [{ timestamp: Math.floor(cloud.clock.now() / 1000), content: { kind: 'a' } }];
  const write = (): Promise<unknown> => client.postLogStoreLogs('', sls.logstore, { logs });
  const seen: unknown[] = [];
  for (const position of ['down', 'busy', 'quota', 'answer-lost', 'ok']) {
    await admin('POST /faults', { sls: position });
    const answers = await Promise.allSettled([write(), read()]);
    const codes = answers.map((answer) =>
      answer.status === 'fulfilled' ? 'ok' : (answer.reason as { readonly code: unknown }).code,
    );
    seen.push([position, ...codes]);
  }
  expect(seen).toEqual([
    ['down', 'ECONNRESET', 'ECONNRESET'],
    ['busy', 'ServerBusy', 'ServerBusy'],
    ['quota', 'WriteQuotaExceed', 'ReadQuotaExceed'],
    ['answer-lost', 'ECONNRESET', 'ok'],
    ['ok', 'ok', 'ok'],
  ]);
  expect(cloud.sls.logs(sls.logstore)).toHaveLength(2); // with the one whose answer was lost
});

test('a reset switches everything back and empties what the chats show', async () => {
  const { admin, cloud, events } = await startPlace();
  const { slack } = cloud.chats;
  await fetch(slack.webhook, { method: 'POST', body: '{"text":"failed"}' });
  expect(events).toMatchObject([{ kind: 'message', chat: 'slack', message: { number: 1, text: 'failed' } }]);
  await admin('POST /faults', { robot: 'down', oss: 'down', sls: 'busy', slack: 'down' });
  expect(await admin('POST /reset')).toEqual([200, { ok: true }]);
  expect((await admin('GET /faults'))[1]).toMatchObject({ faults: ALL_OK });
  expect(slack.messages()).toEqual([]);
  expect(await askRobot(cloud)).toContain('invalid timestamp');
  await bucketOf(cloud).put('state/one', Buffer.from('1'));
});
