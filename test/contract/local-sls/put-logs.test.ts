import { createRequire } from 'node:module';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { StoredLog } from '../../../local/sls/stored-log.ts';
import { CREDENTIALS, encodeGroup, md5Hex, PROJECT, STORE, STS, startWorld } from './world.ts';

const SECONDS = Math.floor(Date.now() / 1000);
const HOUR_MS = 3_600_000;
const group = (kind = 'ca-registered', time = SECONDS): Buffer =>
  encodeGroup({ Logs: [{ Time: time, TimeNs: 7, Contents: [{ Key: 'kind', Value: kind }] }], Topic: 't', Source: 's' });
const RAW = group('x'.repeat(5000));

interface Lz4 {
  makeBuffer(size: number): Uint8Array;
  compressBound(size: number): number;
  compressBlock(source: Uint8Array, target: Uint8Array, from: number, size: number, table: Uint32Array): number;
}

function lz4Block(raw: Buffer): Buffer {
  const lz4 = createRequire(import.meta.url)('lz4js') as Lz4;
  const target = lz4.makeBuffer(lz4.compressBound(raw.length));
  return Buffer.from(target.subarray(0, lz4.compressBlock(raw, target, 0, raw.length, new Uint32Array(65_536))));
}

test('a group arrives plain, deflated or as an LZ4 block, and the listener hears of each', async () => {
  const heard: (readonly [string, readonly StoredLog[]])[] = [];
  const world = await startWorld({ onLogs: (store, logs) => heard.push([store, logs]) });
  const rawSize = { 'x-log-bodyrawsize': String(RAW.length) };
  expect((await world.send({ body: RAW, headers: { 'content-md5': md5Hex(RAW) } })).code).toBe('ok');
  const deflated = await world.send({
    body: deflateSync(RAW),
    headers: { ...rawSize, 'x-log-compresstype': 'deflate' },
  });
  const packed = await world.send({ body: lz4Block(RAW), headers: { ...rawSize, 'x-log-compresstype': 'lz4' } });
  expect([deflated.code, packed.code, packed.text]).toEqual(['ok', 'ok', '']);
  expect(packed.headers['x-log-requestid']).toMatch(/^[0-9A-F]{24}$/);
  const log = { time: SECONDS, timeNs: 7, topic: 't', source: 's', fields: { kind: 'x'.repeat(5000) } };
  expect(world.sls.logs(STORE)).toEqual([log, log, log]);
  expect(heard).toEqual([1, 2, 3].map(() => [STORE, [log]]));
});

test('each broken header or body has its code and its status', async () => {
  const world = await startWorld();
  const put = async (headers: Readonly<Record<string, string>>, body = RAW): Promise<string> => {
    const answer = await world.send({ body, headers });
    return `${answer.code} ${String(answer.status)}`;
  };
  expect(await put({ 'content-type': '' })).toBe('MissingContentType 400');
  expect(await put({ 'content-type': 'application/json' })).toBe('InvalidContentType 415');
  expect(await put({ 'x-log-bodyrawsize': '' })).toBe('MissingBodyRawSize 400');
  expect(await put({ 'x-log-bodyrawsize': 'many' })).toBe('InvalidBodyRawSize 400');
  expect(await put({ 'x-log-bodyrawsize': '1' })).toBe('InvalidBodyRawSize 400');
  expect(await put({ 'x-log-compresstype': 'zip' })).toBe('InvalidCompressType 400');
  expect(await put({ 'x-log-compresstype': 'lz4' })).toBe('PostBodyUncompressError 400');
  expect(await put({ 'x-log-compresstype': 'deflate' })).toBe('PostBodyUncompressError 400');
  expect(await put({ 'content-md5': md5Hex(Buffer.from('other')) })).toBe('PostBodyInvalid 400');
  expect(await put({ 'x-log-apiversion': '' })).toBe('MissingAPIVersion 400');
  expect(await put({ 'x-log-apiversion': '0.1.0' })).toBe('InvalidAPIVersion 400');
  expect(await put({}, Buffer.from('no protobuf'))).toBe('PostBodyInvalid 400');
  expect(await put({}, Buffer.alloc(10 * 1024 * 1024 + 1))).toBe('PostBodyTooLarge 413');
  expect(await put({}, Buffer.alloc(32 * 1024 * 1024))).toBe('PostBodyTooLarge 413');
  expect(await put({ 'x-log-bodyrawsize': '10485761', 'x-log-compresstype': 'lz4' })).toBe('PostBodyTooLarge 413');
  expect(world.sls.logs(STORE)).toEqual([]);
});

test('a small body cannot grow past the size it promised', async () => {
  const world = await startWorld();
  const bomb = Buffer.alloc(10 * 1024 * 1024);
  const headers = (type: string): Record<string, string> => ({
    'x-log-bodyrawsize': '1000',
    'x-log-compresstype': type,
  });
  expect((await world.send({ body: deflateSync(bomb), headers: headers('deflate') })).code).toBe(
    'PostBodyUncompressError',
  );
  expect((await world.send({ body: lz4Block(bomb), headers: headers('lz4') })).code).toBe('PostBodyUncompressError');
});

test('the newer signature is bound to key, region, day, body, headers and time', async () => {
  const world = await startWorld();
  const code = async (request: Parameters<typeof world.send>[0]): Promise<string> =>
    (await world.send({ body: RAW, ...request })).code;
  expect(await code({ key: STS })).toBe('ok');
  expect(await code({ key: { ...STS, securityToken: 'other' } })).toBe('Unauthorized');
  expect(await code({ key: { ...CREDENTIALS, accessKeyId: 'nobody' } })).toBe('InvalidAccessKeyId');
  expect(await code({ key: { ...CREDENTIALS, accessKeySecret: 'wrong' } })).toBe('SignatureNotMatch');
  expect(await code({ region: 'cn-beijing' })).toBe('SignatureNotMatch');
  expect(await code({ headers: { 'x-log-content-sha256': '0'.repeat(64) } })).toBe('SignatureNotMatch');
  expect(await code({ unsigned: { 'x-log-extra': '1' } })).toBe('SignatureNotMatch');
  expect(await code({ unsigned: { authorization: 'Bearer x' } })).toBe('MissAccessKeyId');
  expect(await code({ headers: { 'x-log-date': '' } })).toBe('MissingDate');
  expect(await code({ headers: { 'x-log-date': 'yesterday' } })).toBe('InvalidDateFormat');
  expect(await code({ at: Date.now() - 16 * 60_000 })).toBe('RequestTimeExpired');
  world.clock.advance(HOUR_MS);
  expect(await code({ at: Date.now() + HOUR_MS })).toBe('ok');
  expect(await code({ at: Date.now() })).toBe('ok');
});

test('the project comes from Host or from the path prefix, and another one does not exist', async () => {
  const world = await startWorld();
  const loopback = `127.0.0.1:${String(world.sls.port)}`;
  expect((await world.send({ body: RAW, host: loopback, prefix: `/p/${PROJECT}` })).code).toBe('ok');
  expect((await world.send({ body: RAW, host: `${PROJECT}.localhost` })).code).toBe('ok');
  expect((await world.send({ body: RAW, host: loopback })).code).toBe('ProjectNotExist');
  expect((await world.send({ body: RAW, host: 'other.cn-hangzhou.log.aliyuncs.com' })).status).toBe(404);
  expect((await world.send({ body: RAW, path: '/logstores/none/shards/lb' })).code).toBe('LogStoreNotExist');
  expect((await world.send({ body: RAW, path: '/elsewhere' })).code).toBe('ParameterInvalid');
});

test('moved time widens the window of log times, it does not shift it', async () => {
  const world = await startWorld();
  world.clock.advance(200 * HOUR_MS);
  const later = SECONDS + 200 * 3600;
  expect((await world.send({ body: group('moved', later) })).code).toBe('ok');
  expect((await world.send({ body: group('real', SECONDS) })).code).toBe('ok');
  expect((await world.send({ body: group('neither', SECONDS - 169 * 3600) })).code).toBe('InvalidTimestamp');
});

test('planned faults come in order; only a reset after keeping leaves the logs', async () => {
  const world = await startWorld();
  world.sls.setFaults([
    { fault: 'internal-server-error', times: 2 },
    { fault: 'server-busy', times: 1 },
    { fault: 'write-quota-exceed', times: 1 },
    { fault: 'html-502', times: 1 },
    { fault: 'reset-before', times: 1 },
  ]);
  const seen: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    const answer = await world.send({ body: RAW });
    seen.push(`${answer.code} ${String(answer.status)}`);
  }
  expect(seen).toEqual([
    'InternalServerError 500',
    'InternalServerError 500',
    'ServerBusy 503',
    'WriteQuotaExceed 403',
    'not JSON 502',
  ]);
  await expect(world.send({ body: RAW })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(world.sls.logs(STORE)).toEqual([]);
  world.sls.setFaults([{ fault: 'reset-after', times: 1 }]);
  await expect(world.send({ body: RAW })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(world.sls.logs(STORE)).toHaveLength(1);
  expect((await world.send({ body: RAW })).code).toBe('ok');
});

test('a silent service answers nothing until it is closed', async () => {
  const world = await startWorld();
  world.sls.setFaults([{ fault: 'silence', times: 1 }]);
  const outcomes = [1, 2].map(() =>
    world.send({ body: RAW }).then(
      (answer) => answer.code,
      (error: unknown) => String(error),
    ),
  );
  expect(await Promise.race(outcomes)).toBe('ok');
  expect(world.sls.logs(STORE)).toHaveLength(1);
  await world.sls.close();
  expect((await Promise.all(outcomes)).sort().at(0)).toMatch(/socket hang up|ECONNRESET/);
});

test('both forms of the search find the same logs, one with headers, one with meta', async () => {
  const world = await startWorld();
  for (const kind of ['ca-registered', 'pair-rejected']) await world.send({ body: group(kind) });
  const range = `from=${String(SECONDS - 1)}&to=${String(SECONDS + 1)}`;
  const get = { method: 'GET', path: `/logstores/${STORE}`, headers: { 'content-type': '', 'x-log-bodyrawsize': '0' } };
  const first = await world.send({ ...get, query: `type=log&${range}&query=kind%3A%20pair-rejected&line=5` });
  const expected = {
    kind: 'pair-rejected',
    __time__: String(SECONDS),
    __time_ns_part__: '7',
    __topic__: 't',
    __source__: 's',
  };
  expect(JSON.parse(first.text)).toEqual([expected]);
  expect([first.headers['x-log-progress'], first.headers['x-log-count']]).toEqual(['Complete', '1']);

  const body = Buffer.from(JSON.stringify({ from: SECONDS, to: SECONDS + 1, query: 'pair-rejected', reverse: false }));
  const json = { 'content-type': 'application/json' };
  const second = await world.send({ path: `/logstores/${STORE}/logs`, body, headers: json });
  expect(JSON.parse(second.text)).toMatchObject({ meta: { progress: 'Complete', count: 1 }, data: [expected] });
  const broken = await world.send({ path: `/logstores/${STORE}/logs`, body: Buffer.from('['), headers: json });
  expect(broken.code).toBe('ParameterInvalid');
  expect((await world.send({ ...get, query: 'type=log&from=5&to=5' })).code).toBe('InvalidTimeRange');
  expect((await world.send({ ...get, query: 'type=shiver&from=5&to=6' })).code).toBe('ParameterInvalid');
});

test('a restart keeps the logs, a reset forgets them, and a name that is no logstore is refused', async () => {
  const first = await startWorld();
  await first.send({ body: group('kept') });
  await first.sls.close();
  const second = await startWorld({ dataFolder: first.folder });
  expect(second.sls.logs(STORE).map((log) => log.fields)).toEqual([{ kind: 'kept' }]);
  await second.sls.reset();
  expect(second.sls.logs(STORE)).toEqual([]);
  expect(() => second.sls.logs('nowhere')).toThrow(RangeError);
  await expect(startWorld({ logstores: ['../escape'] })).rejects.toThrow(RangeError);
});
