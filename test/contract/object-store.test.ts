import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { etagOf, objectKey } from '../../shared/core/object-version.ts';
import type { ServiceFailure } from '../../shared/core/service-failure.ts';
import { durationMs } from '../../shared/core/time.ts';
import { HTML_200, HTML_503 } from '../support/fault-proxy.ts';
import { OSS_KEY, objectsWorld } from '../support/objects-world.ts';
import { failureOf } from '../support/service-failure.ts';

const KEY = objectKey('inbox/post-cn-aaaa1111/plant 7/ca.pem');
const BYTES = Buffer.from('-----BEGIN CERTIFICATE-----\ncanaryPemBody\n-----END CERTIFICATE-----\n');
const ETAG = etagOf('60AFC59A71A0BD9C4A2F0A1D1F06D1B9'); // no object of these tests has it
const text = { contentType: 'text/plain' };

test('what was put is found again, byte for byte, with its version', async () => {
  const { objects } = await objectsWorld();
  await objects.put({ key: KEY, bytes: BYTES, contentType: 'application/x-pem-file' });
  const read = await objects.read({ key: KEY, maxBytes: 65_536 });
  const head = await objects.head(KEY);
  expect(read).toEqual({ kind: 'found', bytes: BYTES, version: head });
  expect(head).toMatchObject({ key: KEY, size: 68 });
  expect(head?.etag).toMatch(/^[0-9A-F]{32}$/);
  const page = await objects.list({ prefix: 'inbox/', limit: 10 });
  expect(page.objects).toEqual([head]);
});

test('an empty object is an object', async () => {
  const { objects } = await objectsWorld();
  await objects.put({ key: KEY, bytes: Buffer.alloc(0), ...text });
  expect(await objects.read({ key: KEY, maxBytes: 0 })).toMatchObject({ kind: 'found', bytes: Buffer.alloc(0) });
  expect(await objects.head(KEY)).toMatchObject({ size: 0, etag: 'D41D8CD98F00B204E9800998ECF8427E' });
});

test('what is not there is an answer, not a failure', async () => {
  const { objects, proxy } = await objectsWorld();
  expect(await objects.read({ key: KEY, maxBytes: 10 })).toEqual({ kind: 'missing' });
  expect(await objects.head(KEY)).toBeUndefined();
  expect(await objects.copy({ from: KEY, to: objectKey('elsewhere'), ifMatch: ETAG })).toBe('missing');
  await objects.delete(KEY);
  expect((await objects.list({ prefix: '', limit: 1000 })).objects).toEqual([]);
  expect(proxy.seen).toHaveLength(5);
});

test('a missing bucket is a failure and never "missing"', async () => {
  const { store } = await objectsWorld();
  const elsewhere = store({ bucket: 'other-bucket' });
  for (const work of [
    elsewhere.head(KEY),
    elsewhere.read({ key: KEY, maxBytes: 9 }),
    elsewhere.list({ prefix: '', limit: 1 }),
  ]) {
    expect((await failureOf(work)).facts).toMatchObject({ service: 'oss', code: 'NoSuchBucket', status: 404 });
  }
});

test('an object is read up to the limit and refused one byte past it', async () => {
  const { objects } = await objectsWorld();
  await objects.put({ key: KEY, bytes: Buffer.alloc(100_000, 7), ...text });
  expect(await objects.read({ key: KEY, maxBytes: 100_000 })).toMatchObject({ kind: 'found' });
  expect(await objects.read({ key: KEY, maxBytes: 99_999 })).toEqual({ kind: 'too-large', size: 100_000 });
  expect(await objects.read({ key: KEY, maxBytes: 10 })).toEqual({ kind: 'too-large', size: 100_000 });
});

test('a small object over a smaller limit is refused too', async () => {
  const { objects } = await objectsWorld();
  await objects.put({ key: KEY, bytes: Buffer.alloc(11, 7), ...text });
  expect(await objects.read({ key: KEY, maxBytes: 10 })).toEqual({ kind: 'too-large', size: 11 });
});

test('a read that names a version gets that version or is told that it changed', async () => {
  const { objects } = await objectsWorld();
  await objects.put({ key: KEY, bytes: Buffer.from('one'), ...text });
  const first = await objects.head(KEY);
  const ifMatch = first?.etag ?? ETAG;
  expect(await objects.read({ key: KEY, maxBytes: 10, ifMatch })).toMatchObject({ kind: 'found' });
  await objects.put({ key: KEY, bytes: Buffer.from('two'), ...text });
  expect(await objects.read({ key: KEY, maxBytes: 10, ifMatch })).toEqual({ kind: 'changed' });
});

test('the parts of an object fit together, and end where it ends', async () => {
  const { objects, proxy } = await objectsWorld();
  await objects.put({ key: KEY, bytes: Buffer.from('0123456789'), ...text });
  const ifMatch = (await objects.head(KEY))?.etag ?? ETAG;
  const part = async (from: number, length: number): Promise<string> => {
    const read = await objects.readRange({ key: KEY, from, length, ifMatch });
    return read.kind === 'found' ? read.bytes.toString() : read.kind;
  };
  expect([await part(0, 4), await part(4, 4), await part(8, 4), await part(12, 4)]).toEqual(['0123', '4567', '89', '']);
  expect([await part(0, 10), await part(0, 100), await part(9, 1), await part(10, 1)]).toEqual([
    '0123456789',
    '0123456789',
    '9',
    '',
  ]);
  expect(proxy.headers[2]).toMatchObject({ range: 'bytes=0-3', 'if-match': `"${ifMatch}"` });
});

test('an empty object has no part, and a part of what is not there is missing', async () => {
  const { objects } = await objectsWorld();
  expect(await objects.readRange({ key: KEY, from: 0, length: 5, ifMatch: ETAG })).toEqual({ kind: 'missing' });
  await objects.put({ key: KEY, bytes: Buffer.alloc(0), ...text });
  const ifMatch = (await objects.head(KEY))?.etag ?? ETAG;
  expect(await objects.readRange({ key: KEY, from: 0, length: 5, ifMatch })).toEqual({
    kind: 'found',
    bytes: Buffer.alloc(0),
  });
});

test('an object that is replaced between two parts is told as changed', async () => {
  const { objects } = await objectsWorld();
  await objects.put({ key: KEY, bytes: Buffer.from('first version'), ...text });
  const ifMatch = (await objects.head(KEY))?.etag ?? ETAG;
  expect(await objects.readRange({ key: KEY, from: 0, length: 5, ifMatch })).toMatchObject({ kind: 'found' });
  await objects.put({ key: KEY, bytes: Buffer.from('other version'), ...text });
  expect(await objects.readRange({ key: KEY, from: 5, length: 5, ifMatch })).toEqual({ kind: 'changed' });
});

test('a hop that answers a range with something else shifts no bytes', async () => {
  const { objects, proxy } = await objectsWorld();
  await objects.put({ key: KEY, bytes: Buffer.from('0123456789'), ...text });
  const ifMatch = (await objects.head(KEY))?.etag ?? ETAG;
  const headers = { 'x-oss-request-id': 'R1', etag: `"${ifMatch}"` };
  proxy.plan(
    { status: 200, headers, body: '0123' }, // the range was dropped
    { status: 206, headers: { ...headers, 'content-range': 'bytes 4-7/10' }, body: '4567' },
    { status: 206, headers: { ...headers, 'content-range': 'bytes 2-4/10' }, body: '234' },
    { status: 206, headers: { ...headers, 'content-range': 'bytes 2-5/10' }, body: '234' },
    'cut-short',
  );
  expect(await objects.readRange({ key: KEY, from: 2, length: 4, ifMatch })).toEqual({
    kind: 'found',
    bytes: Buffer.from('2345'),
  });
  expect(proxy.seen).toHaveLength(2 + 6);
});

test('only the first create writes', async () => {
  const { objects } = await objectsWorld();
  expect(await objects.create({ key: KEY, bytes: Buffer.from('mine'), ...text })).toBe('created');
  expect(await objects.create({ key: KEY, bytes: Buffer.from('theirs'), ...text })).toBe('exists');
  // Not even the writer itself is let in twice when the first answer was clear.
  expect(await objects.create({ key: KEY, bytes: Buffer.from('mine'), ...text })).toBe('exists');
  expect(await objects.read({ key: KEY, maxBytes: 10 })).toMatchObject({ bytes: Buffer.from('mine') });
});

test('of writers that create the same key at once exactly one wins', async () => {
  const { objects } = await objectsWorld();
  const writers = Array.from({ length: 8 }, (_, n) =>
    objects.create({ key: KEY, bytes: Buffer.from(`writer ${n}`), ...text }),
  );
  expect((await Promise.all(writers)).sort()).toEqual(['created', ...Array.from({ length: 7 }, () => 'exists')]);
});

test('a create whose answer is lost is recognised as ours', async () => {
  const { objects, proxy } = await objectsWorld();
  proxy.plan('reset-after');
  expect(await objects.create({ key: KEY, bytes: Buffer.from('mine'), ...text })).toBe('created');
  proxy.plan('reset-before');
  expect(await objects.create({ key: objectKey('not-there-yet'), bytes: Buffer.from('mine'), ...text })).toBe(
    'created',
  );
});

test('a create that found the key taken after a lost answer is not mistaken for ours', async () => {
  const { objects, proxy, store } = await objectsWorld();
  await store({}).create({ key: KEY, bytes: Buffer.from('theirs'), ...text });
  proxy.plan('reset-after');
  expect(await objects.create({ key: KEY, bytes: Buffer.from('mine'), ...text })).toBe('exists');
  await objects.put({ key: KEY, bytes: Buffer.from('longer than mine'), ...text });
  proxy.plan('reset-before');
  expect(await objects.create({ key: KEY, bytes: Buffer.from('mine'), ...text })).toBe('exists');
});

test('a copy takes the version it was told to take, and no other', async () => {
  const { objects } = await objectsWorld();
  const to = objectKey('quarantine/post-cn-aaaa1111/plant 7/0011223344556677/ca.pem');
  await objects.put({ key: KEY, bytes: BYTES, ...text });
  const version = await objects.head(KEY);
  expect(await objects.copy({ from: KEY, to, ifMatch: ETAG, encrypted: true })).toBe('changed');
  expect(await objects.head(to)).toBeUndefined();
  expect(await objects.copy({ from: KEY, to, ifMatch: version?.etag ?? ETAG, encrypted: true })).toBe('copied');
  expect(await objects.read({ key: to, maxBytes: 100 })).toMatchObject({ kind: 'found', bytes: BYTES });
});

test('encryption at rest is asked for by the header that OSS documents, and only when wanted', async () => {
  const { objects, proxy } = await objectsWorld();
  const encryption = 'x-oss-server-side-encryption';
  await objects.put({ key: KEY, bytes: BYTES, encrypted: true, ...text });
  const ifMatch = (await objects.head(KEY))?.etag ?? ETAG;
  await objects.copy({ from: KEY, to: objectKey('copied'), ifMatch, encrypted: true });
  await objects.put({ key: KEY, bytes: BYTES, ...text });
  expect(proxy.headers.map((headers) => headers[encryption])).toEqual(['AES256', undefined, 'AES256', undefined]);
});

test('a delete is done when it is done twice', async () => {
  const { objects } = await objectsWorld();
  await objects.put({ key: KEY, bytes: BYTES, ...text });
  await objects.delete(KEY);
  await objects.delete(KEY);
  expect(await objects.head(KEY)).toBeUndefined();
});

test('many objects are deleted in one request, and being told twice does no harm', async () => {
  const { objects, proxy } = await objectsWorld();
  const keys = Array.from({ length: 1000 }, (_, n) => objectKey(`outbox/${'k'.repeat(200)}/${String(n)}`));
  for (const key of [...keys.slice(0, 20), objectKey('outbox/other')])
    await objects.put({ key, bytes: BYTES, ...text });
  proxy.plan('reset-after', HTML_503);
  await objects.deleteMany(keys);
  expect(proxy.seen.slice(21)).toEqual(Array(3).fill(expect.stringMatching(/^POST \S*\/\?delete/)));
  expect((await objects.list({ prefix: '', limit: 10 })).objects.map(({ key }) => key)).toEqual(['outbox/other']);
  await objects.deleteMany(keys.slice(0, 1));
  await objects.deleteMany([]);
  expect(proxy.seen).toHaveLength(26);
});

test('more than a thousand objects are refused before any request', async () => {
  const { objects, proxy } = await objectsWorld();
  const keys = Array.from({ length: 1001 }, (_, n) => objectKey(`k${String(n)}`));
  await expect(objects.deleteMany(keys)).rejects.toBeInstanceOf(RangeError);
  expect((await failureOf(objects.deleteMany([objectKey('a'), objectKey('/a')]))).facts.code).toBe('KeyNotAddressable');
  expect(proxy.seen).toEqual([]);
});

test('a listing goes on after the last key of its page, in byte order', async () => {
  const { objects } = await objectsWorld();
  const names = ['p/a', 'p/a/b', 'p/a b', 'p/Z', 'p/é', 'p/中', 'p/😀', 'q/outside'];
  for (const name of names) await objects.put({ key: objectKey(name), bytes: Buffer.from(name), ...text });
  const seen: string[] = [];
  let startAfter: string | undefined;
  do {
    const page = await objects.list({ prefix: 'p/', limit: 2, ...(startAfter === undefined ? {} : { startAfter }) });
    expect(page.objects.length).toBeLessThanOrEqual(2);
    seen.push(...page.objects.map((object) => object.key));
    startAfter = page.next;
  } while (startAfter !== undefined);
  expect(seen).toEqual(['p/Z', 'p/a', 'p/a b', 'p/a/b', 'p/é', 'p/中', 'p/😀']);
});

test('a page of exactly the last keys has no next', async () => {
  const { objects } = await objectsWorld();
  for (const name of ['a', 'b']) await objects.put({ key: objectKey(name), bytes: Buffer.from(name), ...text });
  expect(await objects.list({ prefix: '', limit: 2 })).not.toHaveProperty('next');
  expect(await objects.list({ prefix: '', limit: 1 })).toMatchObject({ next: 'a' });
});

test("a listing tells the store's own time", async () => {
  const { objects } = await objectsWorld();
  const before = Math.floor(Date.now() / 1000) * 1000;
  const { serverNow } = await objects.list({ prefix: '', limit: 1 });
  expect(serverNow).toBeGreaterThanOrEqual(before);
  expect(serverNow).toBeLessThanOrEqual(Date.now());
});

const ODD_KEYS = {
  'an encoded slash': 'inbox/a%2Fb',
  'dots that a URL parser would resolve': 'inbox/a/../b',
  'encoded dots': 'inbox/a/%2e%2e/b',
  'a dot segment': 'inbox/./b',
  'empty segments': 'inbox//a///b',
  'a backslash': 'inbox\\a\\b',
  'a query and a fragment': 'inbox/a?versionId=1&acl#fragment',
  'signs of XML': 'inbox/<a>&amp;"\'',
  'signs of URLs': "inbox/!'()*~+ %;:@$,=[]",
  'leading and trailing blanks': 'inbox/ a ',
  'control characters': 'inbox/\u0001\u0007\t\n\r\u001b[31m\u007f',
  'emoji and Chinese': 'inbox/设备-😀/证书 (1).pem',
  'hidden marks': 'inbox/\u202egnp.\u200b\ufeff',
  'both forms of é': 'inbox/é-e\u0301',
  'a folder marker': 'inbox/folder/',
  '1,023 bytes': `inbox/${'x'.repeat(1017)}`,
  '1,023 bytes of emoji': `inbox/x${'😀'.repeat(254)}`,
};

test.each(Object.entries(ODD_KEYS))('a key with %s means itself in every operation', async (_, name) => {
  const { objects } = await objectsWorld();
  const key = objectKey(name);
  const copied = objectKey('copied');
  await objects.put({ key, bytes: Buffer.from(name), ...text });
  const page = await objects.list({ prefix: '', limit: 1000 });
  expect(page.objects.map((object) => object.key)).toEqual([name]);
  expect(await objects.head(key)).toEqual(page.objects[0]);
  expect(await objects.read({ key, maxBytes: 2000 })).toMatchObject({ kind: 'found', bytes: Buffer.from(name) });
  expect(await objects.copy({ from: key, to: copied, ifMatch: page.objects[0]?.etag ?? ETAG })).toBe('copied');
  expect(await objects.create({ key, bytes: Buffer.from('x'), ...text })).toBe('exists');
  expect((await objects.list({ prefix: name, limit: 1000 })).objects).toHaveLength(1);
  expect((await objects.list({ prefix: 'inbox', startAfter: name, limit: 1000 })).objects).toEqual([]);
  await objects.delete(key);
  expect((await objects.list({ prefix: '', limit: 1000 })).objects.map((object) => object.key)).toEqual(['copied']);
  await objects.put({ key, bytes: BYTES, ...text });
  await objects.deleteMany([copied, key]);
  expect((await objects.list({ prefix: '', limit: 1000 })).objects).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['a slash in front, which the SDK would strip', '/inbox/a'],
  ['a backslash in front', '\\inbox'],
  ['1,024 bytes', 'x'.repeat(1024)],
  ['half a surrogate pair', 'inbox/\ud83d'],
])('a key of %s is refused before any request', async (_, name) => {
  const { objects, proxy } = await objectsWorld();
  await objects.put({ key: objectKey('inbox/a'), bytes: BYTES, ...text });
  const key = objectKey(name);
  const other = objectKey('other');
  for (const work of [
    objects.head(key),
    objects.read({ key, maxBytes: 1 }),
    objects.put({ key, bytes: BYTES, ...text }),
    objects.delete(key),
    objects.copy({ from: key, to: other, ifMatch: ETAG }),
    objects.copy({ from: other, to: key, ifMatch: ETAG }),
  ]) {
    expect((await failureOf(work)).facts.code).toBe('KeyNotAddressable');
  }
  expect(proxy.seen).toHaveLength(1);
});

const BUSY = { status: 503, code: 'ServiceUnavailable' };

test('what passes is repeated until it works', async () => {
  const { objects, proxy, ossFaults, clock } = await objectsWorld();
  ossFaults.push(BUSY, { status: 503, code: 'UploadTrafficRateLimitExceeded' }, { status: 500, code: 'InternalError' });
  await objects.put({ key: KEY, bytes: BYTES, ...text });
  expect(clock.waits).toEqual([50, 100, 200]);
  proxy.plan('reset-before', HTML_503, HTML_200, 'cut-short', 'reset-after');
  expect(await objects.read({ key: KEY, maxBytes: 1000 })).toMatchObject({ kind: 'found', bytes: BYTES });
  proxy.plan({ status: 502, body: '' }, HTML_200, { status: 404, body: '' });
  expect(await objects.head(KEY)).toMatchObject({ size: 68 });
  proxy.plan('cut-short', HTML_200, { status: 200, body: '' });
  expect((await objects.list({ prefix: '', limit: 5 })).objects).toHaveLength(1);
  expect(proxy.seen).toHaveLength(4 + 6 + 4 + 4);
});

test('a proxy that answers 404 for everything does not make objects vanish', async () => {
  const { store, proxy } = await objectsWorld();
  const objects = store({ deadlineMs: 300 });
  const page = { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>not found</html>' };
  proxy.plan(page, page, page, page, page, page, page, page);
  expect((await failureOf(objects.read({ key: KEY, maxBytes: 9 }))).facts.code).toBe('UnreadableAnswer');
});

test('silence ends with the time limit of the attempt', async () => {
  const { store, proxy } = await objectsWorld();
  proxy.plan('silence');
  await store({ attemptMs: 150 }).put({ key: KEY, bytes: BYTES, ...text });
  expect(proxy.seen).toHaveLength(2);
});

test('the deadline ends the repeating, with the last failure', async () => {
  const { store, ossFaults, clock } = await objectsWorld();
  const objects = store({ deadlineMs: 1000 });
  ossFaults.push(...Array.from({ length: 50 }, () => BUSY));
  const failure = await failureOf(objects.head(KEY));
  expect(failure.facts).toMatchObject({ service: 'oss', code: 'ServiceUnavailable', status: 503 });
  expect(clock.waits).toEqual([50, 100, 200, 400]);
  await clock.sleep(durationMs(1000));
  expect((await failureOf(objects.head(KEY))).facts).toEqual({
    service: 'oss',
    code: 'Timeout',
    status: 0,
    requestId: '',
  });
});

test('what does not pass is not repeated', async () => {
  const { store, proxy } = await objectsWorld();
  const objects = store({ secret: 'anotherSecret' });
  const failure = await failureOf(objects.put({ key: KEY, bytes: BYTES, ...text }));
  expect(failure.facts).toMatchObject({ service: 'oss', code: 'SignatureDoesNotMatch', status: 403 });
  expect(failure.facts.requestId).toMatch(/^[0-9A-F]{24}$/);
  expect((await failureOf(objects.head(KEY))).facts.code).toBe('SignatureDoesNotMatch');
  expect(proxy.seen).toHaveLength(2);
});

test('no failure carries the secret, the token, the bytes or the address', async () => {
  const { store, proxy, ossFaults } = await objectsWorld();
  const failures: ServiceFailure[] = [];
  for (const fault of ['reset-before', 'silence', 'cut-short', HTML_503, HTML_200] as const) {
    proxy.plan(...Array.from({ length: 20 }, () => fault));
    const objects = store({ deadlineMs: 4000, ...(fault === 'silence' ? { attemptMs: 60 } : {}) });
    const work =
      fault === 'cut-short' ? objects.list({ prefix: '', limit: 1 }) : objects.put({ key: KEY, bytes: BYTES, ...text });
    failures.push(await failureOf(work));
  }
  proxy.plan();
  ossFaults.push(...Array.from({ length: 20 }, () => BUSY));
  failures.push(await failureOf(store({ deadlineMs: 4000 }).put({ key: KEY, bytes: BYTES, ...text })));
  ossFaults.length = 0;
  failures.push(await failureOf(store({ secret: 'wrong' }).head(KEY)));
  expect(failures.map((failure) => failure.facts.code)).toEqual([
    'NoConnection',
    'Timeout',
    'NoConnection',
    'UnreadableAnswer',
    'UnreadableAnswer',
    'ServiceUnavailable',
    'SignatureDoesNotMatch',
  ]);
  for (const failure of failures) {
    const told = `${inspect(failure, { depth: 20, showHidden: true })} ${JSON.stringify(failure)} ${failure.stack ?? ''}`;
    for (const canary of [OSS_KEY.accessKeySecret, OSS_KEY.securityToken, 'canaryPemBody', '127.0.0.1', 'plant']) {
      expect(told).not.toContain(canary);
    }
    expect(failure).not.toHaveProperty('cause');
  }
});
