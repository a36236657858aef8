import { expect, test } from 'vitest';
import { createLocalClock } from '../../../local/clock.ts';
import { refusalOf, sendRaw, signingDate, startWorld, TEMPORARY } from './local-oss.ts';

const HELLO = Buffer.from('hello');

test('a wrong secret is SignatureDoesNotMatch, an unknown key InvalidAccessKeyId', async () => {
  const { clientWith } = await startWorld();
  expect(await refusalOf(clientWith({ accessKeySecret: 'wrong' }).put('a', HELLO))).toBe('403 SignatureDoesNotMatch');
  expect(await refusalOf(clientWith({ accessKeyId: 'LTAIother' }).put('a', HELLO))).toBe('403 InvalidAccessKeyId');
  expect(await refusalOf(clientWith({ accessKeySecret: 'wrong' }).head('a'))).toBe('403 SignatureDoesNotMatch');
});

test('a temporary key works with its own token only', async () => {
  const { clientWith } = await startWorld();
  const { accessKeyId, accessKeySecret, securityToken = '' } = TEMPORARY;
  const put = (options: Record<string, string>) => refusalOf(clientWith(options).put('a', HELLO));
  const refreshed = { refreshSTSTokenInterval: '1' };
  expect(await put({ ...refreshed, accessKeyId, accessKeySecret, stsToken: securityToken })).toBe('accepted');
  expect(await put({ accessKeyId, accessKeySecret, stsToken: 'another' })).toBe('403 InvalidSecurityToken');
  expect(await put({ accessKeyId, accessKeySecret })).toBe('403 InvalidAccessKeyId');
  expect(await put({ stsToken: securityToken })).toBe('403 AccessKeyIdAndSecurityTokenNotMatch');
});

test('a request may be 15 minutes off the real or the moved time, and no more', async () => {
  const realNow = Date.parse('2026-03-04T05:06:07Z');
  const world = await startWorld({ clock: createLocalClock(() => realNow) });
  world.clock.advance(30 * 86_400_000);
  const codeAt = async (at: number) =>
    (await sendRaw(world, { method: 'GET', query: { 'list-type': '2' }, headers: { 'x-oss-date': signingDate(at) } }))
      .code;
  const skew = 15 * 60_000;
  for (const now of [realNow, world.clock.now()]) {
    expect(await codeAt(now)).toBeUndefined();
    expect(await codeAt(now - skew)).toBeUndefined();
    expect(await codeAt(now + skew)).toBeUndefined();
    expect(await codeAt(now - skew - 1000)).toBe('RequestTimeTooSkewed');
    expect(await codeAt(now + skew + 1000)).toBe('RequestTimeTooSkewed');
  }
  expect(await codeAt(realNow + 15 * 86_400_000)).toBe('RequestTimeTooSkewed');
});

test('a request without a signature, or with one that can not be read, is refused', async () => {
  const world = await startWorld();
  const codeOf = async (authorization: string) =>
    (await sendRaw(world, { method: 'GET', key: 'a', authorization })).code;
  expect(await codeOf('')).toBe('InvalidArgument');
  expect(await codeOf('OSS4-HMAC-SHA256 Credential=x,Signature=y')).toBe('InvalidArgument');
  expect(await codeOf('Basic YTpi')).toBe('InvalidArgument');
  const anonymous = await fetch(`${world.oss.endpoint}/demo-bucket/a`);
  expect([anonymous.status, await anonymous.text()]).toEqual([
    403,
    expect.stringContaining('<Code>AccessDenied</Code>'),
  ]);
});

test('signature version 1 is refused with a sentence that names the way out', async () => {
  const { clientWith } = await startWorld();
  const failure = await clientWith({ authorizationV4: false })
    .put('a', HELLO)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(failure).toMatchObject({ status: 403, code: 'AccessDenied' });
  expect(String(failure)).toContain('authorizationV4: true');
});

test('a signature for another region or a host of another region is refused', async () => {
  const world = await startWorld();
  expect((await sendRaw(world, { method: 'GET', key: 'a', region: 'cn-beijing' })).code).toBe('InvalidArgument');
  const elsewhere = { method: 'GET', key: 'a', host: 'demo-bucket.oss-cn-beijing.aliyuncs.com' };
  expect((await sendRaw(world, elsewhere)).code).toBe('AccessDenied');
  expect((await sendRaw(world, { method: 'GET', key: 'a', host: 'example.com' })).code).toBe('AccessDenied');
});

test('the bucket is read from the Host header, or from the path of a loopback host', async () => {
  const world = await startWorld();
  await world.client.put('a/b', HELLO);
  const get = async (host: string, path: string) =>
    (await sendRaw(world, { method: 'GET', key: 'a/b', host, path })).text;
  expect(await get('demo-bucket.oss-cn-hangzhou-internal.aliyuncs.com', '/a/b')).toBe('hello');
  expect(await get('demo-bucket.cn-hangzhou.aliyuncs.com', '/a/b')).toBe('hello');
  expect(await get(`127.0.0.1:${world.oss.port}`, '/demo-bucket/a/b')).toBe('hello');
  expect(await get(`localhost:${world.oss.port}`, '/demo-bucket/a/b')).toBe('hello');
});

test('an unknown bucket is NoSuchBucket', async () => {
  const { clientWith } = await startWorld();
  const other = clientWith({ bucket: 'other-bucket' });
  expect(await refusalOf(other.put('a', HELLO))).toBe('404 NoSuchBucket');
  expect(await refusalOf(other.listV2({}))).toBe('404 NoSuchBucket');
});

test('a signed link reads and writes until it expires', async () => {
  const realNow = { at: Date.now() };
  const world = await startWorld({ clock: createLocalClock(() => realNow.at) });
  const put = await world.client.signatureUrlV4('PUT', 60, {}, 'inbox/ä b.pem');
  expect((await fetch(put, { method: 'PUT', body: HELLO })).status).toBe(200);
  const get = await world.client.signatureUrlV4('GET', 60, {}, 'inbox/ä b.pem');
  expect(await (await fetch(get)).text()).toBe('hello');
  expect((await fetch(`${get}0`)).status).toBe(403);
  expect((await fetch(get.replace('inbox', 'outbox'))).status).toBe(403);
  realNow.at += 62_000;
  const late = await fetch(get);
  expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired.')]);
  expect(await refusalOf(world.client.head('inbox/ä b.pem'))).toBe('accepted');
});

test('what is not there is refused and never taken for the plain operation', async () => {
  const world = await startWorld();
  await world.client.put('a', HELLO);
  for (const flag of ['acl', 'tagging', 'append', 'symlink', 'restore']) {
    expect((await sendRaw(world, { method: 'PUT', key: 'a', query: { [flag]: null } })).code).toBe('NotImplemented');
  }
  expect((await sendRaw(world, { method: 'PUT', key: '', query: { versioning: null } })).code).toBe('NotImplemented');
  expect((await sendRaw(world, { method: 'PATCH', key: 'a' })).code).toBe('MethodNotAllowed');
  expect((await sendRaw(world, { method: 'DELETE', key: '' })).code).toBe('MethodNotAllowed');
  expect((await world.client.get('a')).content.toString()).toBe('hello');
});

test('a refused signature is explained with the string that was signed, but without secret or token', async () => {
  const world = await startWorld();
  const headers = { 'x-oss-meta-a': '1' };
  const authorization = `OSS4-HMAC-SHA256 Credential=LTAIdemo/${signingDate(Date.now()).slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request,Signature=${'0'.repeat(64)}`;
  const { text } = await sendRaw(world, { method: 'GET', key: 'a', headers, authorization });
  expect(text).toContain('<Code>SignatureDoesNotMatch</Code>');
  expect(text).toContain('<StringToSign>OSS4-HMAC-SHA256\n'.replace('\n', '&#10;'));
  expect(text).not.toContain('demoSecret0123456789');
});
