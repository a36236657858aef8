import { Agent } from 'node:http';
import { expect, test } from 'vitest';
import {
  AlicloudLog,
  CREDENTIALS,
  HOST,
  type LogClient,
  PROJECT,
  STORE,
  STS,
  startWorld,
  type World,
} from './world.ts';

const SECONDS = Math.floor(Date.now() / 1000);
const LOGS = [
  { timestamp: SECONDS - 10, timestampNsPart: 5_000_000, content: { kind: 'ca-registered', note: '厂 CA "A"' } },
  { timestamp: SECONDS - 5, content: { kind: 'pair-rejected', ms: '12' } },
];
const GROUP = { logs: LOGS, topic: 'drops', source: 'fc', tags: [{ env: 'dev' }] };

/** The client that thinks it talks to the path `/p/<project>` of an endpoint. */
function prefixed(world: World, key: object = CREDENTIALS): LogClient {
  return new AlicloudLog({ ...key, endpoint: `http://127.0.0.1:${String(world.sls.port)}/p/${PROJECT}` });
}

const search = (client: LogClient, data: object = {}): Promise<readonly Readonly<Record<string, string>>[]> =>
  client.getLogs('', STORE, new Date((SECONDS - 60) * 1000), new Date((SECONDS + 60) * 1000), data);

test('what the vendor’s client writes through the path prefix it reads back', async () => {
  const world = await startWorld();
  const client = prefixed(world);
  await client.postLogStoreLogs('', STORE, GROUP);
  expect(await search(client, { query: 'kind: ca-registered and "厂"', line: 10 })).toEqual([
    {
      kind: 'ca-registered',
      note: '厂 CA "A"',
      '__tag__:env': 'dev',
      __time__: String(SECONDS - 10),
      __time_ns_part__: '5000000',
      __topic__: 'drops',
      __source__: 'fc',
    },
  ]);
  expect((await search(client, { reverse: 'true' })).map((log) => log['kind'])).toEqual([
    'pair-rejected',
    'ca-registered',
  ]);
  expect(await search(client, { topic: 'other' })).toEqual([]);
});

test('a client that keeps the real host name and a client with a token are served too', async () => {
  const world = await startWorld();
  const client = new AlicloudLog({ ...STS, region: 'cn-hangzhou' });
  const beforeRequest = (options: { readonly headers: object }): object => ({
    ...options,
    host: '127.0.0.1',
    port: world.sls.port,
    headers: { ...options.headers, host: HOST },
  });
  const options = { beforeRequest, agent: new Agent() };
  await client.postLogStoreLogs(PROJECT, STORE, GROUP, options);
  expect(world.sls.logs(STORE).map((log) => log.fields['kind'])).toEqual(['ca-registered', 'pair-rejected']);
  expect(await client.getLogStore(PROJECT, STORE, options)).toMatchObject({ logstoreName: 'events' });
  expect(await client.listLogStore(PROJECT, {}, options)).toEqual({
    count: 2,
    total: 2,
    logstores: ['events', 'audit_log'],
  });
});

test.each([
  ['a wrong secret', { ...CREDENTIALS, accessKeySecret: 'wrong' }, 'SignatureNotMatch'],
  ['an unknown key', { ...CREDENTIALS, accessKeyId: 'LTAInobody' }, 'InvalidAccessKeyId'],
  ['a wrong token', { ...STS, securityToken: 'other' }, 'Unauthorized'],
])('%s is refused by its code', async (_name, key, code) => {
  const world = await startWorld();
  await expect(prefixed(world, key).postLogStoreLogs('', STORE, GROUP)).rejects.toMatchObject({
    code,
    requestid: expect.stringMatching(/^[0-9A-F]{24}$/) as string,
  });
  expect(world.sls.logs(STORE)).toEqual([]);
});

test('a log outside the window and a logstore that is not there are refused by their codes', async () => {
  const world = await startWorld();
  const client = prefixed(world);
  const old = { logs: [{ timestamp: SECONDS - 169 * 3600, content: { a: 'b' } }] };
  await expect(client.postLogStoreLogs('', STORE, old)).rejects.toMatchObject({ code: 'InvalidTimestamp' });
  await expect(client.postLogStoreLogs('', 'nowhere', GROUP)).rejects.toMatchObject({ code: 'LogStoreNotExist' });
  await expect(search(client, { query: '(' })).rejects.toMatchObject({ code: 'InvalidQueryString' });
});
