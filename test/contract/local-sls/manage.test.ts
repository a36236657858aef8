import { expect, test } from 'vitest';
import { AlicloudLog, CREDENTIALS, type LogClient, PROJECT, STORE, startWorld, type World } from './world.ts';

const SECONDS = Math.floor(Date.now() / 1000);
const FROM = new Date((SECONDS - 60) * 1000);
const TO = new Date((SECONDS + 60) * 1000);
const TOKEN = [',', ' ', ';'];
/** An index as a console makes it: a text, a number, a JSON, and no full text. */
const KEYS = {
  kind: { type: 'text', token: TOKEN, caseSensitive: true, chn: false, doc_value: true },
  note: { type: 'text', token: [], caseSensitive: false, chn: true, doc_value: true },
  ms: { type: 'long', doc_value: true },
  detail: {
    type: 'json',
    token: TOKEN,
    doc_value: true,
    index_all: false,
    max_depth: 2,
    json_keys: { sn: { type: 'text', doc_value: true }, 'at.day': { type: 'long', doc_value: true } },
  },
};

const clientOf = (world: World): LogClient =>
  new AlicloudLog({ ...CREDENTIALS, endpoint: `http://127.0.0.1:${String(world.sls.port)}/p/${PROJECT}` });

async function write(
  client: LogClient,
  store: string,
  ...contents: readonly Readonly<Record<string, string>>[]
): Promise<void> {
  const logs = contents.map((content, at) => ({ timestamp: SECONDS - 10 + at, content }));
  await client.postLogStoreLogs('', store, { logs, topic: 'drops' });
}

const found = async (client: LogClient, store: string, query: string): Promise<readonly (string | undefined)[]> =>
  (await client.getLogs('', store, FROM, TO, { query })).map((log) => log['n']);

const refusedWith = (code: string): object => ({ code });

test('nothing is searched before there is an index, and only what is written after it is found', async () => {
  const world = await startWorld();
  const client = clientOf(world);
  await client.createLogStore('', 'fresh', { ttl: 30, shardCount: 2 });
  await write(client, 'fresh', { n: 'before', kind: 'a' });
  await expect(found(client, 'fresh', '*')).rejects.toMatchObject(refusedWith('IndexConfigNotExist'));
  await expect(client.getHistograms('', 'fresh', FROM, TO)).rejects.toMatchObject(refusedWith('IndexConfigNotExist'));
  const body = Buffer.from(JSON.stringify({ from: SECONDS - 60, to: SECONDS + 60, query: '*' }));
  const headers = { 'content-type': 'application/json' };
  expect((await world.send({ path: '/logstores/fresh/logs', body, headers })).code).toBe('IndexConfigNotExist');
  await client.createIndex('', 'fresh', { keys: KEYS });
  await write(client, 'fresh', { n: 'after', kind: 'a' });
  expect(await found(client, 'fresh', '*')).toEqual(['after']);
  expect(await found(client, 'fresh', 'kind: a')).toEqual(['after']);
});

test('an update holds for later logs, and a deleted index takes what it found with it', async () => {
  const world = await startWorld();
  const client = clientOf(world);
  await client.createLogStore('', 'fresh', { ttl: 30, shardCount: 2 });
  await client.createIndex('', 'fresh', { keys: { kind: KEYS.kind } });
  await write(client, 'fresh', { n: 'one', kind: 'a', ms: '5' });
  await client.updateIndex('', 'fresh', { keys: KEYS });
  await write(client, 'fresh', { n: 'two', kind: 'a', ms: '6' });
  expect(await found(client, 'fresh', 'kind: a')).toEqual(['one', 'two']);
  expect(await found(client, 'fresh', 'ms >= 5')).toEqual(['two']);
  await client.deleteIndex('', 'fresh');
  await expect(found(client, 'fresh', '*')).rejects.toMatchObject(refusedWith('IndexConfigNotExist'));
  await client.createIndex('', 'fresh', { keys: KEYS });
  await write(client, 'fresh', { n: 'three', kind: 'a' });
  expect(await found(client, 'fresh', '*')).toEqual(['three']);
});

test('a query finds by what the index covers and by nothing else', async () => {
  const world = await startWorld({ index: { keys: KEYS } });
  const client = clientOf(world);
  const detail = JSON.stringify({ sn: '0c41', at: { day: 7 }, other: 'x' });
  await write(
    client,
    STORE,
    { n: '1', kind: 'Pair-rejected', note: '设备证书已停用', ms: '12', detail, hidden: 'word' },
    { n: '2', kind: 'other', ms: '7' },
  );
  const cases: readonly (readonly [query: string, found: readonly string[]])[] = [
    ['*', ['1', '2']],
    ['kind: Pair-rejected', ['1']],
    ['kind: pair-rejected', []], // the index minds the case
    ['note: 证书', ['1']], // Chinese words need no delimiters
    ['ms: 12', ['1']],
    ['ms > 7', ['1']],
    ['ms in [7 12)', ['2']],
    ['detail.sn: 0c41', ['1']],
    ['detail.at.day = 7', ['1']],
    ['detail.other: x', []], // not one of its json_keys
    ['hidden: word', []], // not indexed
    ['word', []], // nor by full text, which this index has not
    ['hidden: *', []],
    ['other', ['2']], // without full text, words are looked for in indexed texts
    ['__topic__: drops', ['1', '2']],
    ['not kind: other', ['1']],
  ];
  for (const [query, expected] of cases) expect([query, await found(client, STORE, query)]).toEqual([query, expected]);
});

test('full text finds in every field that it covers', async () => {
  const line = { token: TOKEN, caseSensitive: false, chn: false };
  const world = await startWorld({ index: { line: { ...line, exclude_keys: ['hidden'] } } });
  const client = clientOf(world);
  await write(client, STORE, { n: '1', kind: 'a WORD', ms: '3' }, { n: '2', hidden: 'word' });
  expect(await found(client, STORE, 'word')).toEqual(['1']);
  expect(await found(client, STORE, 'kind: word')).toEqual([]);
  expect(await found(client, STORE, 'ms > 1')).toEqual([]); // searched for as words: no field is a number
});

test('an index is created once, shown as it was given, and refused when it is none', async () => {
  const world = await startWorld();
  const client = clientOf(world);
  await client.createLogStore('', 'fresh', { ttl: 30, shardCount: 2 });
  await expect(client.getIndexConfig('', 'fresh')).rejects.toMatchObject(refusedWith('IndexConfigNotExist'));
  await expect(client.updateIndex('', 'fresh', { keys: KEYS })).rejects.toMatchObject(
    refusedWith('IndexConfigNotExist'),
  );
  await expect(client.deleteIndex('', 'fresh')).rejects.toMatchObject(refusedWith('IndexConfigNotExist'));
  for (const index of [
    {},
    { keys: {} },
    { keys: { kind: { type: 'word' } } },
    { keys: { kind: { type: 'text' } } },
    { line: { token: ['ab'] } },
    { line: { token: TOKEN, include_keys: ['a'], exclude_keys: ['b'] } },
    { keys: KEYS, max_text_len: 1 },
    { keys: Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`k${String(at)}`, { type: 'long' }])) },
  ]) {
    await expect(client.createIndex('', 'fresh', index)).rejects.toMatchObject(refusedWith('IndexInfoInvalid'));
  }
  await client.createIndex('', 'fresh', { keys: KEYS, max_text_len: 2048, log_reduce: false });
  await expect(client.createIndex('', 'fresh', { keys: KEYS })).rejects.toMatchObject(refusedWith('IndexAlreadyExist'));
  expect(await client.getIndexConfig('', 'fresh')).toMatchObject({ keys: KEYS, max_text_len: 2048, ttl: 30 });
});

test('logstores are made, changed, listed and deleted', async () => {
  const world = await startWorld();
  const client = clientOf(world);
  await client.createLogStore('', 'fresh', { ttl: 30, shardCount: 2 });
  await expect(client.createLogStore('', 'fresh', { ttl: 30, shardCount: 2 })).rejects.toMatchObject(
    refusedWith('LogStoreAlreadyExist'),
  );
  for (const [name, data] of [
    ['No', { ttl: 30, shardCount: 2 }],
    ['fine', { ttl: 0, shardCount: 2 }],
    ['fine', { shardCount: 2 }],
  ] as const) {
    await expect(client.createLogStore('', name, data)).rejects.toMatchObject(refusedWith('LogstoreInfoInvalid'));
  }
  await client.updateLogStore('', 'fresh', { ttl: 90, shardCount: 2 });
  expect(await client.getLogStore('', 'fresh')).toMatchObject({ logstoreName: 'fresh', ttl: 90, shardCount: 2 });
  await expect(client.updateLogStore('', 'fresh', { ttl: 90, shardCount: 3 })).rejects.toMatchObject(
    refusedWith('LogstoreInfoInvalid'),
  );
  expect(await client.listLogStore('', { offset: 1, size: 1 })).toEqual({
    count: 1,
    total: 3,
    logstores: ['audit_log'],
  });
  await client.deleteLogStore('', 'fresh');
  await expect(client.getLogStore('', 'fresh')).rejects.toMatchObject(refusedWith('LogStoreNotExist'));
  await expect(client.updateLogStore('', 'fresh', { ttl: 1 })).rejects.toMatchObject(refusedWith('LogStoreNotExist'));
});

test('the project is there, and is created only once', async () => {
  const world = await startWorld();
  expect(await clientOf(world).getProject('')).toMatchObject({ projectName: PROJECT, status: 'Normal' });
  const headers = { 'content-type': 'application/json' };
  const create = (projectName: string) =>
    world.send({ path: '/', body: Buffer.from(JSON.stringify({ projectName, description: '' })), headers });
  expect((await create(PROJECT)).code).toBe('ProjectAlreadyExist');
  expect((await create('another-project')).code).toBe('ParameterInvalid');
});

test('management is signed like everything else', async () => {
  const world = await startWorld();
  const forged = {
    path: '/logstores/events/index',
    method: 'DELETE',
    key: { ...CREDENTIALS, accessKeySecret: 'wrong' },
  };
  expect((await world.send(forged)).code).toBe('SignatureNotMatch');
  expect((await world.send({ path: '/logstores', body: Buffer.from('{'), method: 'POST' })).code).toBe(
    'LogstoreInfoInvalid',
  );
});

test('a histogram counts what a search finds, at either path', async () => {
  const world = await startWorld();
  const client = clientOf(world);
  await write(client, STORE, { kind: 'a' }, { kind: 'b' }, { kind: 'a' }); // at 10, 9 and 8 seconds before now
  const parts = await client.getHistograms('', STORE, new Date((SECONDS - 11) * 1000), new Date((SECONDS - 8) * 1000), {
    query: 'kind: a',
  });
  expect(parts).toEqual([
    { from: SECONDS - 11, to: SECONDS - 10, count: 0, progress: 'Complete' },
    { from: SECONDS - 10, to: SECONDS - 9, count: 1, progress: 'Complete' },
    { from: SECONDS - 9, to: SECONDS - 8, count: 0, progress: 'Complete' },
  ]);
  const query = `type=histogram&from=${String(SECONDS - 60)}&to=${String(SECONDS + 60)}&query=*`;
  const other = await world.send({ method: 'GET', path: `/logstores/${STORE}/index`, query });
  const counts = (JSON.parse(other.text) as readonly { readonly count: number }[]).map(({ count }) => count);
  expect([counts.length, counts.reduce((sum, count) => sum + count, 0)]).toEqual([60, 3]);
  expect(
    (await world.send({ method: 'GET', path: `/logstores/${STORE}`, query: 'type=histogram&from=5&to=5' })).code,
  ).toBe('InvalidTimeRange');
});

test('logstores and indexes outlive a restart, and the index a caller gives replaces the one of an earlier start', async () => {
  const first = await startWorld();
  const client = clientOf(first);
  await write(client, STORE, { n: '1', kind: 'a', free: 'x' });
  await client.createLogStore('', 'fresh', { ttl: 30, shardCount: 2 });
  await client.createIndex('', 'fresh', { keys: KEYS });
  await write(client, 'fresh', { n: '7', kind: 'a' });
  await first.sls.close();
  const second = await startWorld({ dataFolder: first.folder, index: { keys: KEYS } });
  const later = clientOf(second);
  await write(later, STORE, { n: '2', kind: 'a', free: 'x' });
  expect(await found(later, STORE, 'kind: a')).toEqual(['1', '2']);
  expect(await found(later, STORE, 'free: x')).toEqual(['1']);
  expect(await found(later, 'fresh', 'kind: a')).toEqual(['7']);
  await second.sls.reset();
  expect(await later.listLogStore('', {})).toMatchObject({ logstores: ['events', 'audit_log'] });
  await write(later, STORE, { n: '3', kind: 'a', free: 'x' });
  expect([await found(later, STORE, 'kind: a'), await found(later, STORE, 'free: x')]).toEqual([['3'], []]);
});

test('an index that the service would refuse is refused at the start', async () => {
  await expect(startWorld({ index: { keys: {} } })).rejects.toThrow(
    'the index of the logstores can not be used: line or keys is needed',
  );
});

test('held faults hit reads, writes and management until they are taken away', async () => {
  const world = await startWorld();
  const client = clientOf(world);
  await write(client, STORE, { n: '1' });
  world.sls.holdFaults([{ fault: 'server-busy', calls: ['read', 'manage'] }, { fault: 'write-quota-exceed' }]);
  for (let tries = 0; tries < 3; tries += 1) {
    await expect(write(client, STORE, { n: '2' })).rejects.toMatchObject(refusedWith('WriteQuotaExceed'));
    await expect(found(client, STORE, '*')).rejects.toMatchObject(refusedWith('ServerBusy'));
    await expect(client.getIndexConfig('', STORE)).rejects.toMatchObject(refusedWith('ServerBusy'));
  }
  world.sls.holdFaults([]);
  expect(await found(client, STORE, '*')).toEqual(['1']);
});
