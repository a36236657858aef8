import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { refusalOf, sendRaw, startWorld } from './local-oss.ts';

const PEM = Buffer.from('hello');
const ETAG = '"5D41402ABC4B2A76B9719D911017C592"'; // MD5 of "hello", upper-case hex, quoted

test('what is put is got back with its ETag, times, type and metadata', async () => {
  const { client } = await startWorld();
  const put = await client.put('inbox/i/ca/ca 1.pem', PEM, {
    headers: { 'x-oss-meta-run': 'r-1', 'x-oss-server-side-encryption': 'AES256', 'Cache-Control': 'no-store' },
  });
  expect(put.res.headers).toMatchObject({ etag: ETAG, 'x-oss-server-side-encryption': 'AES256' });
  expect(put.res.headers['x-oss-request-id']).toMatch(/^[0-9A-F]{24}$/);
  expect(put.res.headers['x-oss-server-time']).toMatch(/^\d+$/);
  const got = await client.get('inbox/i/ca/ca 1.pem');
  expect(got.content.toString()).toBe('hello');
  expect(got.res.headers).toMatchObject({
    etag: ETAG,
    'content-type': 'application/x-x509-ca-cert',
    'content-length': '5',
    'cache-control': 'no-store',
    'x-oss-meta-run': 'r-1',
    'x-oss-object-type': 'Normal',
    'x-oss-server-side-encryption': 'AES256',
  });
  expect(got.res.headers['last-modified']).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  const head = await client.head('inbox/i/ca/ca 1.pem');
  expect([head.status, head.meta, head.res.headers['content-length']]).toEqual([200, { run: 'r-1' }, '5']);
  const meta = await client.getObjectMeta('inbox/i/ca/ca 1.pem');
  expect([meta.res.headers['etag'], meta.res.headers['content-type']]).toEqual([ETAG, undefined]);
});

test('an object is a plain file that only its owner can read', async () => {
  const { client, oss } = await startWorld();
  await client.put('inbox/i/ca.pem', PEM);
  const path = join(oss.folder, 'inbox/i/ca.pem');
  expect(readFileSync(path, 'utf8')).toBe('hello');
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  expect((statSync(join(oss.folder, 'inbox/i')).mode & 0o777).toString(8)).toBe('700');
});

test('of 50 create-only writes at once exactly one wins, and its bytes stay', async () => {
  const { client, events } = await startWorld();
  const writes = Array.from({ length: 50 }, (_, run) =>
    refusalOf(client.put('state/lease', Buffer.from(`run-${run}`), { headers: { 'x-oss-forbid-overwrite': 'true' } })),
  );
  const outcomes = await Promise.all(writes);
  expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === '409 FileAlreadyExists')).toHaveLength(49);
  const winner = outcomes.indexOf('accepted');
  expect((await client.get('state/lease')).content.toString()).toBe(`run-${winner}`);
  expect(events).toHaveLength(1);
});

test('x-oss-forbid-overwrite is true or false and nothing else', async () => {
  const { client } = await startWorld();
  const put = (value: string) => refusalOf(client.put('a', PEM, { headers: { 'x-oss-forbid-overwrite': value } }));
  expect(await put('True')).toBe('400 InvalidArgument');
  expect(await put('false')).toBe('accepted');
  expect(await put('false')).toBe('accepted');
});

test('a PUT with a condition is refused, because OSS has no compare-and-swap', async () => {
  const { client } = await startWorld();
  expect(await refusalOf(client.put('a', PEM, { headers: { 'If-Match': ETAG } }))).toBe('400 NotImplemented');
  expect(await refusalOf(client.put('a', PEM, { headers: { 'If-None-Match': '*' } }))).toBe('400 NotImplemented');
});

test('a body that does not match its Content-MD5 leaves no object and no file', async () => {
  const { client, dataFolder } = await startWorld();
  const put = client.put('a', PEM, { headers: { 'Content-MD5': 'XUFAKrxLKna5cZ2REBfFkg==' } });
  await put; // the digest of "hello"
  const wrong = client.put('b', PEM, { headers: { 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' } });
  expect(await refusalOf(wrong)).toBe('400 InvalidDigest');
  expect(await refusalOf(client.put('b', PEM, { headers: { 'Content-MD5': 'AAAA' } }))).toBe('400 InvalidDigest');
  expect(await refusalOf(client.head('b'))).toBe('404 NoSuchKey');
  expect(readdirSync(join(dataFolder, '.tmp/demo-bucket'))).toEqual([]);
});

test('reads obey If-Match, If-None-Match and dates', async () => {
  const { client } = await startWorld();
  await client.put('a', PEM);
  const get = (headers: Record<string, string>) => client.get('a', { headers });
  const head = (headers: Record<string, string>) => client.head('a', { headers });
  const other = '"00000000000000000000000000000000"';
  expect((await get({ 'If-Match': ETAG })).res.status).toBe(200);
  expect(await refusalOf(get({ 'If-Match': other }))).toBe('412 PreconditionFailed');
  expect(await refusalOf(head({ 'If-Match': other }))).toBe('412 PreconditionFailed');
  expect((await get({ 'If-None-Match': ETAG })).res.status).toBe(304);
  expect((await head({ 'If-None-Match': ETAG })).status).toBe(304);
  expect((await get({ 'If-None-Match': other })).res.status).toBe(200);
  expect((await get({ 'If-Modified-Since': 'Fri, 31 Dec 2100 00:00:00 GMT' })).res.status).toBe(304);
  const long = 'Sat, 01 Jan 2000 00:00:00 GMT';
  expect(await refusalOf(get({ 'If-Unmodified-Since': long }))).toBe('412 PreconditionFailed');
  expect(await refusalOf(client.get('missing'))).toBe('404 NoSuchKey');
});

test('a valid range gets its bytes, an invalid one the whole object', async () => {
  const { client } = await startWorld();
  await client.put('a', Buffer.from('0123456789'));
  const get = async (range: string) => {
    const { res, content } = await client.get('a', { headers: { Range: range } });
    return `${res.status} ${content.toString()} ${res.headers['content-range'] ?? '-'}`;
  };
  expect(await get('bytes=2-4')).toBe('206 234 bytes 2-4/10');
  expect(await get('bytes=7-')).toBe('206 789 bytes 7-9/10');
  expect(await get('bytes=-3')).toBe('206 789 bytes 7-9/10');
  expect(await get('bytes=0-9')).toBe('206 0123456789 bytes 0-9/10');
  expect(await get('bytes=0-10')).toBe('200 0123456789 -');
  expect(await get('bytes=4-2')).toBe('200 0123456789 -');
  expect(await get('bytes=0-1,4-5')).toBe('200 0123456789 -');
  expect(await get('lines=1-2')).toBe('200 0123456789 -');
});

test('a delete answers 204 whether or not there was an object', async () => {
  const { client, oss } = await startWorld();
  await client.put('a/b/c', PEM);
  expect((await client.delete('a/b/c')).res.status).toBe(204);
  expect((await client.delete('a/b/c')).res.status).toBe(204);
  expect(await refusalOf(client.get('a/b/c'))).toBe('404 NoSuchKey');
  expect(readdirSync(oss.folder)).toEqual([]); // the folders were made for the object
});

test('many keys are deleted in one call, quietly or not', async () => {
  const { client, events } = await startWorld();
  const keys = ['x/1', 'x/<&">\'', 'x/😀', 'x/missing'];
  for (const key of keys.slice(0, 3)) await client.put(key, PEM);
  const { deleted } = await client.deleteMulti(keys);
  expect(deleted.map(({ Key }) => Key)).toEqual(keys);
  expect((await client.listV2({ prefix: 'x/' })).objects).toEqual([]);
  await client.put('x/2', PEM);
  expect((await client.deleteMulti(['x/2'], { quiet: true })).deleted).toEqual([]);
  expect(events.filter((event) => event.eventName === 'ObjectRemoved:DeleteObjects')).toHaveLength(4);
  const many = Array.from({ length: 1001 }, (_, at) => `k${at}`);
  expect(await refusalOf(client.deleteMulti(many))).toBe('400 MalformedXML');
});

test('a copy keeps or replaces metadata and obeys its conditions', async () => {
  const { client, events } = await startWorld();
  await client.put('from/ä b+c', PEM, { headers: { 'x-oss-meta-a': '1' } });
  const copied = await client.copy('to', 'from/ä b+c');
  expect(copied.data.etag).toBe(ETAG);
  expect(copied.data.lastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  expect((await client.head('to')).meta).toEqual({ a: '1' });
  await client.copy('to', 'to', { meta: { b: '2' } });
  expect((await client.head('to')).meta).toEqual({ b: '2' });
  const when = (etag: string) => client.copy('to2', 'to', { headers: { 'If-Match': etag } });
  expect(await refusalOf(when('"00000000000000000000000000000000"'))).toBe('412 PreconditionFailed');
  expect(await refusalOf(when(ETAG))).toBe('accepted');
  const createOnly = { headers: { 'x-oss-forbid-overwrite': 'true', 'x-oss-server-side-encryption': 'AES256' } };
  expect(await refusalOf(client.copy('to2', 'to', createOnly))).toBe('409 FileAlreadyExists');
  expect(await refusalOf(client.copy('to3', 'to', createOnly))).toBe('accepted');
  expect((await client.head('to3')).res.headers['x-oss-server-side-encryption']).toBe('AES256');
  expect(await refusalOf(client.copy('to4', 'missing'))).toBe('404 NoSuchKey');
  expect(events.at(-1)).toMatchObject({ eventName: 'ObjectCreated:CopyObject', key: 'to3' });
});

test('a large object goes up in parts and down in one stream', async () => {
  const { client, events, dataFolder } = await startWorld();
  const content = Buffer.alloc(350 * 1024, 'abcdefg');
  const { etag } = await client.multipartUpload('big', content, { partSize: 100 * 1024 });
  expect(etag).toBe('"E27B5D43A28F6E77D95B93EE86758219-4"');
  const got = await client.get('big');
  expect(got.content.equals(content)).toBe(true);
  expect(got.res.headers['x-oss-object-type']).toBe('Multipart');
  expect(events.map(({ eventName, size }) => [eventName, size])).toEqual([
    ['ObjectCreated:CompleteMultipartUpload', 358_400],
  ]);
  expect(readdirSync(join(dataFolder, '.tmp/demo-bucket'))).toEqual([]);
});

test('an aborted or unknown upload can not be completed', async () => {
  const { client } = await startWorld();
  const { uploadId } = await client.initMultipartUpload('big');
  const parts = [{ number: 1, etag: ETAG }];
  expect(await refusalOf(client.completeMultipartUpload('big', uploadId, parts))).toBe('400 InvalidPart');
  expect(await refusalOf(client.completeMultipartUpload('other', uploadId, parts))).toBe('404 NoSuchUpload');
  await client.abortMultipartUpload('big', uploadId);
  expect(await refusalOf(client.completeMultipartUpload('big', uploadId, parts))).toBe('404 NoSuchUpload');
});

test('a streamed body without a length is taken in whole', async () => {
  const { client } = await startWorld();
  const block = Buffer.alloc(64 * 1024, 'x');
  await client.putStream('streamed', Readable.from([block, block, block]));
  expect((await client.get('streamed')).content).toHaveLength(196_608);
});

test('the bucket tells what it is, and that it was never versioned', async () => {
  const { client } = await startWorld();
  const { bucket } = await client.getBucketInfo('demo-bucket');
  expect([bucket.Name, bucket.Location]).toEqual(['demo-bucket', 'oss-cn-hangzhou']);
  expect((await client.getBucketVersioning('demo-bucket')).versionStatus).toBeUndefined();
});

test('every write tells its event once, with the ETag unquoted', async () => {
  const { client, events, clock } = await startWorld();
  clock.advance(86_400_000);
  const before = clock.now();
  await client.put('inbox/i/ca/ca.pem', PEM);
  const [event] = events;
  expect(event).toMatchObject({
    eventName: 'ObjectCreated:PutObject',
    bucket: 'demo-bucket',
    key: 'inbox/i/ca/ca.pem',
    etag: '5D41402ABC4B2A76B9719D911017C592',
    size: 5,
    sourceIp: '127.0.0.1',
  });
  expect(event?.at).toBeGreaterThanOrEqual(before);
  expect(event?.requestId).toMatch(/^[0-9A-F]{24}$/);
  expect(event?.principalId).toMatch(/^\d{18}$/);
});

test('Date and Last-Modified are told from the same moved clock', async () => {
  const { client, clock } = await startWorld();
  clock.advance(3 * 86_400_000);
  await client.put('a', PEM);
  const { headers } = (await client.head('a')).res;
  const age = Date.parse(headers['date'] ?? '') - Date.parse(headers['last-modified'] ?? '');
  expect(age).toBeGreaterThanOrEqual(0);
  expect(age).toBeLessThan(60_000);
  expect(Date.parse(headers['date'] ?? '')).toBeGreaterThan(Date.now() + 2 * 86_400_000);
});

test('a body that is declared too large is refused before it is sent', async () => {
  const world = await startWorld();
  const { code } = await sendRaw(world, { method: 'PUT', key: 'a', declaredLength: 100 * 1024 * 1024 + 1 });
  expect(code).toBe('EntityTooLarge');
});

test('an upload that breaks off leaves neither an object nor a file', async () => {
  const cut = new AbortController();
  const world = await startWorld({
    beforeAnswer: () => {
      setImmediate(() => cut.abort()); // the body is being waited for by then
      return 'ok';
    },
  });
  const upload = sendRaw(world, { method: 'PUT', key: 'a', body: PEM, declaredLength: 500_000, signal: cut.signal });
  await expect(upload).rejects.toThrow();
  await world.oss.close();
  expect(readdirSync(world.oss.folder)).toEqual([]);
  expect(readdirSync(join(world.dataFolder, '.tmp'))).toEqual([]);
});

test('a fault refuses before the effect, or loses the answer after it', async () => {
  let next: 'ok' | 'lose-answer' | { status: number; code: string } = 'ok';
  const { client } = await startWorld({ beforeAnswer: () => next });
  next = { status: 503, code: 'ServiceUnavailable' };
  expect(await refusalOf(client.put('a', PEM))).toBe('503 ServiceUnavailable');
  next = 'lose-answer';
  expect(await refusalOf(client.put('b', PEM))).toMatch(/^-1 /);
  next = 'ok';
  expect((await client.listV2({})).objects.map(({ name }) => name)).toEqual(['b']);
});
