import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

/** What an outside program may know: the file the local cloud writes, and the vendor's own clients. */
interface Endpoints {
  readonly oss: { readonly endpoint: string; readonly region: string; readonly bucket: string };
  readonly mqtt: { readonly endpoint: string; readonly protocol: string; readonly instances: readonly string[] };
  readonly admin: { readonly endpoint: string; readonly token: string };
  readonly credentials: { readonly accessKeyId: string; readonly accessKeySecret: string };
}

interface OssLike {
  put(key: string, bytes: Buffer): Promise<unknown>;
  get(key: string): Promise<{ content: Buffer }>;
  listV2(query: object): Promise<{ objects?: readonly { name: string }[] }>;
}

type CallApi = (action: string, query: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, unknown>>>;

/** Starts the product as a user would and gives what it wrote down for others. */
async function startProduct(): Promise<Endpoints> {
  const folder = mkdtempSync(join(tmpdir(), 'outside-'));
  const child = spawn(process.execPath, ['scripts/run.mjs', 'start', '--no-demo', '--json', '--data', folder], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const ready = once(createInterface(child.stdout), 'line').then(() => true);
  const isReady = await Promise.race([ready, ended.then(() => false)]);
  if (!isReady) throw new Error('the local cloud ended before it was ready');
  return JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8')) as Endpoints;
}

function bucketOf({ credentials, oss }: Endpoints): OssLike {
  const OSS = require('ali-oss') as new (options: object) => OssLike;
  return new OSS({ ...credentials, ...oss, region: `oss-${oss.region.replace(/^oss-/, '')}`, authorizationV4: true });
}

function apiOf({ credentials, mqtt }: Endpoints): CallApi {
  const { default: Client } = require('@alicloud/openapi-client') as {
    default: new (
      config: object,
    ) => { callApi(...args: object[]): Promise<{ body: Readonly<Record<string, unknown>> }> };
  };
  const client = new Client({ ...credentials, endpoint: mqtt.endpoint, protocol: mqtt.protocol });
  const params = {
    version: '2020-04-20',
    protocol: mqtt.protocol,
    pathname: '/',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  };
  return async (action, query) => {
    const method = /^(?:Get|List)/.test(action) ? 'GET' : 'POST';
    return (await client.callApi({ ...params, action, method }, { query }, { readTimeout: 5000, connectTimeout: 5000 }))
      .body;
  };
}

/** A CA and a verification certificate by the openssl command alone. */
function opensslPair(
  code: string,
  keyOption: readonly string[],
): { readonly ca: Buffer; readonly verification: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n',
  );
  const fresh = (name: string) => ['-newkey', ...keyOption, '-nodes', '-keyout', `${name}.key`];
  openssl(
    'req',
    '-x509',
    '-new',
    '-config',
    'ca.cnf',
    ...fresh('ca'),
    '-sha256',
    '-days',
    '999',
    '-subj',
    '/CN=Outside CA',
    '-out',
    'ca.pem',
  );
  openssl('req', '-new', ...fresh('v'), '-subj', `/CN=${code}`, '-out', 'v.csr');
  openssl(
    'x509',
    '-req',
    '-in',
    'v.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-sha256',
    '-days',
    '30',
    '-out',
    'v.pem',
  );
  return { ca: readFileSync(join(folder, 'ca.pem')), verification: readFileSync(join(folder, 'v.pem')) };
}

/** Looks until a key with this ending is there; what is waited for happens in other processes. */
async function found(bucket: OssLike, prefix: string, ending: string): Promise<string> {
  for (let looks = 0; looks < 300; looks += 1) {
    const { objects } = await bucket.listV2({ prefix, 'max-keys': 100 });
    const object = objects?.find(({ name }) => name.endsWith(ending));
    if (object !== undefined) return (await bucket.get(object.name)).content.toString('utf8');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing below ${prefix} ends in ${ending}`);
}

/** Looks until nothing is below a prefix any more. */
async function emptied(bucket: OssLike, prefix: string): Promise<void> {
  for (let looks = 0; looks < 300; looks += 1) {
    const { objects } = await bucket.listV2({ prefix, 'max-keys': 100 });
    if ((objects ?? []).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${prefix} is not empty`);
}

test.each([
  ['RSA', ['rsa:2048']],
  ['EC', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
])(
  'an outside program drops an %s pair made by OpenSSL with nothing but the vendor clients, and reads the receipt',
  async (name, key) => {
    const endpoints = await startProduct();
    const [bucket, call] = [bucketOf(endpoints), apiOf(endpoints)];
    const instance = endpoints.mqtt.instances[0] ?? '';
    const { RegisterCode } = await call('GetRegisterCode', { MqttInstanceId: instance });
    const { ca, verification } = opensslPair(String(RegisterCode), key);
    await bucket.put(`inbox/${instance}/outside-${name}/one.crt`, verification);
    await bucket.put(`inbox/${instance}/outside-${name}/two.crt`, ca);
    const receipt = JSON.parse(await found(bucket, `registered/${instance}/outside-${name}/`, 'receipt.json')) as {
      caSerial: { asReceived: string };
    };
    const { Data } = (await call('GetCaCertificate', {
      MqttInstanceId: instance,
      Sn: receipt.caSerial.asReceived,
    })) as {
      Data: { CaName: string; Status: string };
    };
    expect(Data).toMatchObject({ CaName: `outside-${name}`, Status: expect.stringMatching(/^1$/) as string });
  },
);

test('a pair whose verification certificate another CA signed is rejected with the code that says so', async () => {
  const endpoints = await startProduct();
  const [bucket, call] = [bucketOf(endpoints), apiOf(endpoints)];
  const instance = endpoints.mqtt.instances[0] ?? '';
  const { RegisterCode } = await call('GetRegisterCode', { MqttInstanceId: instance });
  const key = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const [one, other] = [opensslPair(String(RegisterCode), key), opensslPair(String(RegisterCode), key)];
  await bucket.put(`inbox/${instance}/outside-wrong/ca.pem`, one.ca);
  await bucket.put(`inbox/${instance}/outside-wrong/verification.pem`, other.verification);
  const reason = JSON.parse(await found(bucket, `rejected/${instance}/outside-wrong/`, 'reason.json')) as {
    problems: readonly { code: string }[];
  };
  expect(reason.problems.map(({ code }) => code)).toEqual(['signed-by-namesake']);
  await emptied(bucket, `inbox/${instance}/outside-wrong/`); // files leave the inbox last
});

test('an outside program sees: watched and switched off is active after a tick, on hold never, 30 % off is not touched', async () => {
  const endpoints = await startProduct();
  const [bucket, call] = [bucketOf(endpoints), apiOf(endpoints)];
  const instance = endpoints.mqtt.instances[0] ?? '';
  const ca = await registerCa(endpoints, instance, 'fleet');
  const admin = (path: string, body: object): Promise<unknown> => adminCall(endpoints, path, body);
  const { serials } = (await admin('/mqtt/devices', { instance, caSerial: ca, count: 40 })) as { serials: string[] };
  const [off = '', held = ''] = serials;
  const lines = serials.map((serial) => `0x${serial},0x${ca}`);
  await bucket.put(`watch/${instance}/fleet.csv`, Buffer.from(['device_sn,ca_sn', ...lines].join('\n')));
  await bucket.put('control/holds/one.csv', Buffer.from(`instance,device_sn,owner\n${instance},0x${held},ann\n`));
  const statusOf = async (serial: string): Promise<string> => {
    const { Data } = await call('GetDeviceCertificate', { MqttInstanceId: instance, CaSn: ca, DeviceSn: serial });
    return String((Data as { Status: unknown }).Status);
  };
  const switchOff = (serial: string) =>
    call('InactivateDeviceCertificate', { MqttInstanceId: instance, CaSn: ca, DeviceSn: serial });
  for (const serial of [off, held]) await switchOff(serial);
  await sweepOnce(admin, bucket);
  expect([await statusOf(off), await statusOf(held)]).toEqual(['1', '0']);

  for (const serial of serials.slice(10, 22)) await switchOff(serial);
  await sweepOnce(admin, bucket);
  expect(await Promise.all(serials.slice(10, 22).map(statusOf))).toEqual(Array.from({ length: 12 }, () => '0'));
}, 60_000);

async function registerCa(endpoints: Endpoints, instance: string, name: string): Promise<string> {
  const call = apiOf(endpoints);
  const { RegisterCode } = await call('GetRegisterCode', { MqttInstanceId: instance });
  const pair = opensslPair(String(RegisterCode), ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']);
  const { Sn } = await call('RegisterCaCertificate', {
    MqttInstanceId: instance,
    CaName: name,
    CaContent: pair.ca.toString('utf8'),
    VerificationContent: pair.verification.toString('utf8'),
  });
  return String(Sn);
}

async function adminCall({ admin }: Endpoints, path: string, body: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' };
  const answer = await fetch(admin.endpoint + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${String(answer.status)}`);
  return answer.json();
}

/** Moves the clock by one interval, ticks, and looks until one more sweep is finished. */
async function sweepOnce(admin: (path: string, body: object) => Promise<unknown>, bucket: OssLike): Promise<void> {
  const finished = async (): Promise<number> => {
    const { objects } = await bucket.listV2({ prefix: 'state/sweep/sweeps/', 'max-keys': 1000 });
    return (objects ?? []).filter(({ name }) => name.endsWith('/finished.json')).length;
  };
  const before = await finished();
  await admin('/clock', { advanceMs: 600_000 });
  for (let looks = 0; looks < 200; looks += 1) {
    if ((await finished()) > before) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no sweep finished');
}
