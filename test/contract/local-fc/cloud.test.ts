import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type CloudOptions, type LocalCloud, startCloud } from '../../../local/cloud.ts';
import { bundledWorker, PROJECT } from './fc-world.ts';

/** Tells what it was called with, and which variables point where. */
const HANDLER = `
const fs = require('node:fs'), path = require('node:path');
exports.handler = async (event) => {
  const read = JSON.parse(event);
  fs.appendFileSync(path.join(__dirname, 'seen.txt'), (read.events ? read.events[0].oss.object.key : read.triggerName) + '\\n');
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('MQTT_CERTS_')));
};`;

interface Place {
  readonly dataFolder: string;
  readonly codeFolder: string;
  readonly start: (changes?: Partial<CloudOptions>) => Promise<LocalCloud>;
}

async function newPlace(): Promise<Place> {
  const worker = await bundledWorker();
  const root = mkdtempSync(join(tmpdir(), 'cloud-'));
  const dataFolder = join(root, 'data');
  const codeFolder = join(root, 'code');
  mkdirSync(codeFolder);
  writeFileSync(join(codeFolder, 'package.json'), '{"type":"commonjs"}');
  for (const name of ['register-ca', 'sweep', 'notify']) writeFileSync(join(codeFolder, `${name}.js`), HANDLER);
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const start = async (changes: Partial<CloudOptions> = {}): Promise<LocalCloud> => {
    const cloud = await startCloud({
      projectFolder: PROJECT,
      dataFolder,
      codeFolder,
      ...worker,
      watch: false,
      ...changes,
    });
    onTestFinished(() => cloud.close());
    return cloud;
  };
  return { dataFolder, codeFolder, start };
}

const seenIn = (place: Place): string => {
  const file = join(place.codeFolder, 'seen.txt');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

/** What an outside program uses of ali-oss; the project's own types cover only what its adapter uses. */
interface Bucket {
  readonly put: (name: string, content: Buffer) => Promise<unknown>;
  readonly get: (name: string) => Promise<{ readonly content: unknown }>;
}

const OSS = createRequire(import.meta.url)('ali-oss') as new (options: object) => Bucket;

function bucketOf({ endpoints }: LocalCloud): Bucket {
  const { endpoint, region, bucket } = endpoints.oss;
  return new OSS({ ...endpoints.credentials, endpoint, region: `oss-${region}`, bucket, authorizationV4: true });
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Calls the admin endpoint with every header in the caller's hand, `Host` included. */
function admin(cloud: LocalCloud, call: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const [method, path] = call.split(' ');
  const { token } = cloud.endpoints.admin;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port: cloud.admin.port,
        host: '127.0.0.1',
        method,
        path,
        headers: { authorization: `Bearer ${token}`, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) as unknown });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

test('an upload through the real SDK ends in the function, and only from the inbox', async () => {
  const place = await newPlace();
  const cloud = await place.start();
  const bucket = bucketOf(cloud);
  await bucket.put('inbox/post-cn-local00001/plant/ca.pem', Buffer.from('one'));
  await bucket.put('watch/post-cn-local00001/devices.csv', Buffer.from('two'));
  await cloud.fc.idle();
  expect(seenIn(place)).toBe('inbox/post-cn-local00001/plant/ca.pem\n');
});

test('a file copied into the bucket folder is an upload too', async () => {
  const place = await newPlace();
  const cloud = await place.start();
  const folder = join(cloud.endpoints.oss.folder, 'inbox', 'post-cn-local00001', 'copied');
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(PROJECT, 'LICENSE'), join(folder, 'ca.pem'));
  await cloud.oss.scan();
  cloud.clock.advance(1000);
  await cloud.oss.scan();
  await cloud.fc.idle();
  expect(seenIn(place)).toBe('inbox/post-cn-local00001/copied/ca.pem\n');
});

test('functions are pointed at the running services, with what the caller overrides', async () => {
  const place = await newPlace();
  const cloud = await place.start({
    instances: ['mqtt-cn-other00003'],
    environment: { MQTT_CERTS_CALLS_PER_SECOND: '250' },
  });
  const answer = await cloud.fc.invoke('register-ca', Buffer.from('{"triggerName":"by hand"}'));
  expect(JSON.parse(answer.kind === 'returned' ? answer.payload.toString() : '{}')).toMatchObject({
    MQTT_CERTS_INSTANCES: 'mqtt-cn-other00003',
    MQTT_CERTS_CALLS_PER_SECOND: '250',
    MQTT_CERTS_OSS_ENDPOINT: cloud.oss.endpoint,
    MQTT_CERTS_MQTT_ENDPOINT: cloud.mqtt.endpoint,
    MQTT_CERTS_LOG_ENDPOINT: cloud.sls.endpoint,
  });
  const sweep = await cloud.fc.invoke('sweep', Buffer.from('{"triggerName":"by hand"}'));
  expect(JSON.parse(sweep.kind === 'returned' ? sweep.payload.toString() : '{}')).toMatchObject({
    MQTT_CERTS_FC_ENDPOINT: cloud.fcFace.endpoint,
  });
});

test('notify alone is pointed at the chats that the caller chooses, the robot by default', async () => {
  const place = await newPlace();
  const seenWith = async (
    changes: Partial<CloudOptions>,
    functionName = 'notify',
  ): Promise<readonly [LocalCloud, readonly unknown[]]> => {
    const cloud = await place.start(changes);
    const answer = await cloud.fc.invoke(functionName, Buffer.from('{"triggerName":"by hand"}'));
    await cloud.close();
    const seen = JSON.parse(answer.kind === 'returned' ? answer.payload.toString() : '{}') as Record<string, unknown>;
    const names = ['ROBOT', 'SECOND'].flatMap((which) => [`${which}_KIND`, `${which}_URL`, `${which}_SECRET`]);
    return [cloud, names.map((name) => seen[`MQTT_CERTS_${name}`] ?? '')];
  };
  const [first, seen] = await seenWith({});
  const { dingtalk } = first.endpoints;
  expect(seen).toEqual(['dingtalk', dingtalk.webhook, dingtalk.secret, '', '', '']);
  const [second, chosen] = await seenWith({ channels: { first: 'wecom', second: 'webhook' } });
  const { webhook, wecom } = second.endpoints.chats;
  expect(chosen).toEqual(['wecom', wecom.webhook, '', 'webhook', webhook.webhook, webhook.secret]);
  expect((await seenWith({}, 'register-ca'))[1]).toEqual(['', '', '', '', '', '']);
});

const chatAt = (port: number, path: string, secret: string): object => ({
  webhook: expect.stringMatching(`^http://127\\.0\\.0\\.1:${String(port)}${path.replace('?', '\\?')}$`) as unknown,
  secret: expect.stringMatching(`^${secret}$`) as unknown,
  messages: `http://127.0.0.1:${String(port)}/messages`,
});

test('endpoints.json says all there is, to its owner only, and is gone after the end', async () => {
  const place = await newPlace();
  const cloud = await place.start();
  const file = join(place.dataFolder, 'endpoints.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    oss: {
      endpoint: cloud.oss.endpoint,
      region: 'cn-hangzhou',
      bucket: 'mqtt-cert-pipeline',
      folder: cloud.oss.folder,
    },
    mqtt: {
      endpoint: `127.0.0.1:${String(cloud.mqtt.port)}`,
      protocol: 'HTTP',
      instances: ['post-cn-local00001', 'mqtt-cn-local00002'],
    },
    sls: { endpoint: cloud.sls.endpoint, project: 'mqtt-cert-pipeline', logstore: 'outcomes' },
    dingtalk: chatAt(cloud.chats.dingtalk.port, '/robot/send?access_token=[0-9a-f]{64}', 'SEC[0-9a-f]{64}'),
    chats: {
      webhook: chatAt(cloud.chats.webhook.port, '/hooks/[0-9a-f]{32}', 'whsec_[A-Za-z0-9+/]{32}'),
      feishu: chatAt(cloud.chats.feishu.port, '/open-apis/bot/v2/hook/[0-9a-f-]{36}', '[0-9a-f]{32}'),
      wecom: chatAt(cloud.chats.wecom.port, '/cgi-bin/webhook/send?key=[0-9a-f-]{36}', ''),
      slack: chatAt(cloud.chats.slack.port, '/services/T[0-9A-F]{10}/B[0-9A-F]{10}/[0-9a-f]{24}', ''),
    },
    fc: {
      endpoint: cloud.fcFace.endpoint,
      accountId: '1234567890123456',
      functions: ['register-ca', 'sweep', 'notify', 'dead-letter'],
    },
    admin: { endpoint: cloud.admin.endpoint, token: expect.stringMatching(/^[\w-]{32}$/) as unknown },
    credentials: {
      accessKeyId: expect.stringMatching(/^LTAI5tLocal[0-9a-f]{16}$/) as unknown,
      accessKeySecret: expect.stringMatching(/^[\w-]{27}$/) as unknown,
    },
  });
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  expect((statSync(place.dataFolder).mode & 0o777).toString(8)).toBe('700');
  await cloud.close();
  expect(existsSync(file)).toBe(false);
});

test('a second start on the folder finds keys, objects and time as they were', async () => {
  const place = await newPlace();
  const first = await place.start();
  await bucketOf(first).put('watch/list.csv', Buffer.from('kept'));
  first.clock.advance(3_600_000);
  await first.close();
  const second = await place.start();
  expect(second.endpoints.credentials).toEqual(first.endpoints.credentials);
  expect(second.clock.offsetMs()).toBe(3_600_000);
  const { content } = await bucketOf(second).get('watch/list.csv');
  expect(String(content)).toBe('kept');
  await second.close();
  const emptied = await place.start({ reset: true });
  expect(emptied.endpoints.credentials).not.toEqual(first.endpoints.credentials);
  expect(emptied.clock.offsetMs()).toBe(0);
  await expect(bucketOf(emptied).get('watch/list.csv')).rejects.toMatchObject({ code: 'NoSuchKey' });
});

test('a start beside a running one is refused, and leaves the running one alone', async () => {
  const place = await newPlace();
  const cloud = await place.start();
  await expect(place.start()).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
  await expect(place.start({ reset: true })).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
  expect(existsSync(join(place.dataFolder, 'endpoints.json'))).toBe(true);
  expect((await admin(cloud, 'GET /health')).status).toBe(200);
});

test('the admin endpoint ticks, lists, moves the clock and resets', async () => {
  const place = await newPlace();
  const cloud = await place.start();
  expect(await admin(cloud, 'POST /tick', { function: 'register-ca' })).toMatchObject({
    status: 202,
    body: { ok: true },
  });
  await cloud.fc.idle();
  const listed = await admin(cloud, 'GET /invocations?limit=5');
  expect(listed.body).toMatchObject({
    invocations: [{ function: 'register-ca', trigger: 'every-10-minutes', attempt: 1, result: 'ok' }],
  });
  const before = cloud.clock.now();
  expect((await admin(cloud, 'POST /clock', { advanceMs: 600_000 })).status).toBe(200);
  expect(cloud.clock.now() - before).toBeGreaterThanOrEqual(600_000);
  await cloud.fc.idle();
  const ticked = cloud.fc.invocations().map((invocation) => invocation.function);
  expect(ticked.sort()).toEqual(['notify', 'register-ca', 'register-ca', 'sweep']); // both timers came due
  await bucketOf(cloud).put('watch/list.csv', Buffer.from('x'));
  expect((await admin(cloud, 'POST /reset')).status).toBe(200);
  expect(cloud.fc.invocations()).toEqual([]);
  expect(readdirSync(cloud.endpoints.oss.folder)).toEqual([]);
});

test('the admin endpoint answers only to the token, on a loopback name, and to no other origin', async () => {
  const cloud = await (await newPlace()).start();
  const refusals = await Promise.all([
    admin(cloud, 'GET /health', undefined, { authorization: '' }),
    admin(cloud, 'GET /health', undefined, { authorization: 'Bearer wrong' }),
    admin(cloud, 'GET /health', undefined, { host: 'evil.example' }),
    admin(cloud, 'GET /health', undefined, { host: '127.0.0.1.evil.example' }),
  ]);
  expect(refusals.map((answer) => answer.status)).toEqual([401, 401, 403, 403]);
  const allowed = await admin(cloud, 'GET /health', undefined, { origin: 'http://127.0.0.1:1' });
  expect(Object.keys(allowed.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test.each([
  ['POST /tick', { function: 'nobody' }, 404, 'FunctionNotFound'],
  ['POST /tick', undefined, 400, 'FunctionMissing'],
  ['POST /clock', { advanceMs: -1 }, 400, 'AdvanceInvalid'],
  ['GET /invocations?limit=0', undefined, 400, 'LimitInvalid'],
  ['GET /invocations/1-0', undefined, 404, 'InvocationNotFound'],
  ['DELETE /everything', undefined, 404, 'NoSuchCall'],
])('%s %j is refused and says what to do', async (call, body, status, code) => {
  const cloud = await (await newPlace()).start();
  const answer = await admin(cloud, call, body);
  expect(answer).toMatchObject({
    status,
    body: { error: { code, message: expect.stringMatching(/.{10}/) as unknown } },
  });
});
