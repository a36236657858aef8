import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, refusalOf, sendRaw, startWorld } from './local-oss.ts';

/** Keys that a disk can not hold or that try to leave the bucket folder; all are good OSS keys. */
const HOSTILE = [
  '../outside',
  '..',
  '.',
  'a/../../outside',
  'a/./b',
  'a//b',
  'folder/',
  'a\\..\\b',
  'tab\there',
  'line\nfeed\rreturn',
  'nul\u0000byte',
  'escape\u001b[31m',
  '%2F..%2Foutside',
  'inbox/i/.ca.pem.swp',
  'inbox/i/ca.pem~',
  'emoji/😀.pem',
  'quote"<&>\'',
  ' leading and trailing ',
  'n'.repeat(1023),
  `${'ü'.repeat(100)}/${'s'.repeat(300)}`,
];

test('every name that OSS allows comes back from put, list, get, copy and delete as it went in', async () => {
  const world = await startWorld();
  for (const key of HOSTILE) {
    const put = await sendRaw(world, { method: 'PUT', key, body: Buffer.from(key) });
    expect([key, put.status]).toEqual([key, 200]);
  }
  const page = await sendRaw(world, {
    method: 'GET',
    query: { 'list-type': '2', 'encoding-type': 'url', 'max-keys': '1000' },
  });
  const listed = [...page.text.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => decodeURIComponent(match[1] ?? ''));
  expect(listed.toSorted()).toEqual(HOSTILE.toSorted());
  for (const key of HOSTILE) {
    expect((await sendRaw(world, { method: 'GET', key })).text).toBe(key);
    const source = `/demo-bucket/${encodeURIComponent(key)}`;
    const copy = await sendRaw(world, { method: 'PUT', key: 'copy', headers: { 'x-oss-copy-source': source } });
    expect(copy.status).toBe(200);
    expect((await sendRaw(world, { method: 'DELETE', key })).status).toBe(204);
    expect((await sendRaw(world, { method: 'HEAD', key })).status).toBe(404);
  }
  expect(readdirSync(join(world.dataFolder, '.objects/demo-bucket'))).toEqual([]);
});

test('no key puts a byte outside the data folder, or outside its bucket folder and .objects', async () => {
  const around = newFolder();
  const world = await startWorld({ dataFolder: join(around, 'data/oss') });
  for (const key of HOSTILE) await sendRaw(world, { method: 'PUT', key, body: Buffer.from('x') });
  expect(readdirSync(around)).toEqual(['data']);
  expect(readdirSync(join(around, 'data'))).toEqual(['oss']);
  expect(readdirSync(world.dataFolder).toSorted()).toEqual(['.meta', '.objects', '.tmp', 'demo-bucket']);
});

test('a hostile name survives in a list without encoding-type too', async () => {
  const { client } = await startWorld();
  const keys = ['a\u0001\u001b', 'b<&>"\'', 'c\n\r\t.', 'd😀'];
  for (const key of keys) await client.put(key, Buffer.from('x'));
  expect((await client.listV2({})).objects.map(({ name }) => name)).toEqual(keys);
});

test('a key may be a folder of another key, in either order', async () => {
  const { client, oss } = await startWorld();
  await client.put('a', Buffer.from('one'));
  await client.put('a/b', Buffer.from('two'));
  await client.put('c/d', Buffer.from('three'));
  await client.put('c', Buffer.from('four'));
  const contents = await Promise.all(
    ['a', 'a/b', 'c', 'c/d'].map(async (key) => (await client.get(key)).content.toString()),
  );
  expect(contents).toEqual(['one', 'two', 'four', 'three']);
  await client.delete('a');
  expect((await client.get('a/b')).content.toString()).toBe('two');
  await client.put('a/b', Buffer.from('five')); // now the disk can hold it
  expect(readFileSync(join(oss.folder, 'a/b'), 'utf8')).toBe('five');
  expect((await client.listV2({})).objects.map(({ name }) => name)).toEqual(['a/b', 'c', 'c/d']);
});

test('create-only holds for keys that only .objects can keep', async () => {
  const world = await startWorld();
  const write = { method: 'PUT', key: 'a/../b', headers: { 'x-oss-forbid-overwrite': 'true' } };
  const answers = await Promise.all(Array.from({ length: 20 }, () => sendRaw(world, write)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ code }) => code === 'FileAlreadyExists')).toHaveLength(19);
});

test('names that OSS refuses are refused', async () => {
  const world = await startWorld();
  const put = async (key: string, path?: string) =>
    (await sendRaw(world, path === undefined ? { method: 'PUT', key } : { method: 'PUT', key, path })).code;
  expect(await put('\\a')).toBe('InvalidObjectName');
  expect(await put('/a')).toBe('InvalidObjectName');
  expect(await put('n'.repeat(1024))).toBe('InvalidObjectName');
  expect(await put('ü'.repeat(512))).toBe('InvalidObjectName');
  expect(await put('a', '/%FF%FE')).toBe('InvalidObjectName');
  expect(await put('a', '/%E0%80%AF')).toBe('InvalidObjectName');
  expect(await put('a', '/%zz')).toBe('InvalidObjectName');
  expect(await refusalOf(world.client.put('ü'.repeat(511), Buffer.from('x')))).toBe('accepted');
});

test('a bucket folder that is itself a link is refused', async () => {
  const dataFolder = newFolder();
  symlinkSync(newFolder(), join(dataFolder, 'demo-bucket'));
  await expect(startWorld({ dataFolder })).rejects.toThrow('a bucket folder must be a real one');
});

test('symbolic links are neither listed, nor read, nor written through', async () => {
  const outside = newFolder();
  writeFileSync(join(outside, 'secret'), 'secret');
  const { client, oss, clock } = await startWorld();
  mkdirSync(join(oss.folder, 'inbox'));
  symlinkSync(outside, join(oss.folder, 'linked'));
  symlinkSync(join(outside, 'secret'), join(oss.folder, 'inbox/file'));
  await oss.scan();
  clock.advance(1000);
  await oss.scan();
  expect((await client.listV2({})).objects).toEqual([]);
  expect(await refusalOf(client.get('linked/secret'))).toBe('404 NoSuchKey');
  expect(await refusalOf(client.get('inbox/file'))).toBe('404 NoSuchKey');
  await client.put('linked/secret', Buffer.from('mine'));
  await client.put('linked/new', Buffer.from('mine'));
  await client.put('inbox/file', Buffer.from('mine'));
  expect((await client.get('linked/secret')).content.toString()).toBe('mine');
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
  expect(readdirSync(outside)).toEqual(['secret']);
});
