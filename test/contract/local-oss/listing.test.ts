import { expect, test } from 'vitest';
import { refusalOf, sendRaw, startWorld, type World } from './local-oss.ts';

async function fill(world: World, keys: readonly string[]): Promise<void> {
  for (const key of keys) await world.client.put(key, Buffer.from(key));
}

/** All names of all pages, each page with fresh options: ali-oss keeps the first token in a reused object. */
async function allV2(world: World, query: Record<string, string | number>): Promise<string[]> {
  const names: string[] = [];
  let token: string | null = null;
  do {
    const page = await world.client.listV2(
      { ...query, ...(token === null ? {} : { 'continuation-token': token }) },
      {},
    );
    names.push([...page.objects.map(({ name }) => name), ...(page.prefixes ?? [])].join(' '));
    expect(page.keyCount).toBe(page.objects.length + (page.prefixes?.length ?? 0));
    expect(page.isTruncated).toBe(page.nextContinuationToken !== null);
    token = page.nextContinuationToken;
  } while (token !== null);
  return names;
}

test('keys come in the order of their UTF-8 bytes', async () => {
  const world = await startWorld();
  await fill(world, ['b', 'a/', 'a-', 'a', 'Z', '\uffee', '😀', 'é', 'a0']);
  const { objects } = await world.client.listV2({});
  // U+FFEE is EF.. and the emoji F0.. in UTF-8; in UTF-16 it is the other way round.
  expect(objects.map(({ name }) => name)).toEqual(['Z', 'a', 'a-', 'a/', 'a0', 'b', 'é', '\uffee', '😀']);
});

test('pages with a delimiter hold every key and every group exactly once', async () => {
  const world = await startWorld();
  await fill(world, ['p/1', 'p/a/1', 'p/a/2', 'p/b/1', 'p/b/c/1', 'p/z', 'q/1']);
  expect(await allV2(world, { prefix: 'p/', delimiter: '/', 'max-keys': 1 })).toEqual(['p/1', 'p/a/', 'p/b/', 'p/z']);
  expect(await allV2(world, { prefix: 'p/', delimiter: '/', 'max-keys': 2 })).toEqual(['p/1 p/a/', 'p/z p/b/']);
  expect(await allV2(world, { prefix: 'p/', 'max-keys': 4 })).toEqual(['p/1 p/a/1 p/a/2 p/b/1', 'p/b/c/1 p/z']);
  expect(await allV2(world, { delimiter: '/', 'max-keys': 10 })).toEqual(['p/ q/']);
});

test('the first version pages by marker and tells an owner', async () => {
  const { client, ...world } = await startWorld();
  await fill({ client, ...world }, ['a/1', 'a/2', 'b', 'c']);
  const first = await client.list({ delimiter: '/', 'max-keys': 2 });
  expect([first.prefixes, first.objects.map(({ name }) => name), first.nextMarker]).toEqual([['a/'], ['b'], 'b']);
  expect(first.objects[0]?.owner?.id).toMatch(/^\d+$/);
  const second = await client.list({ delimiter: '/', 'max-keys': 2, marker: 'b' });
  expect([second.prefixes, second.objects.map(({ name }) => name), second.nextMarker]).toEqual([null, ['c'], null]);
  const afterGroup = await client.list({ delimiter: '/', 'max-keys': 5, marker: 'a/' });
  expect([afterGroup.prefixes, afterGroup.objects.map(({ name }) => name)]).toEqual([null, ['b', 'c']]);
});

test('start-after is exclusive and the token wins over it', async () => {
  const world = await startWorld();
  await fill(world, ['a', 'b', 'c', 'd']);
  const names = async (query: Record<string, string | number>) =>
    (await world.client.listV2(query, {})).objects.map(({ name }) => name);
  expect(await names({ 'start-after': 'b' })).toEqual(['c', 'd']);
  expect(await names({ 'start-after': 'bb' })).toEqual(['c', 'd']);
  expect(await allV2(world, { 'start-after': 'a', 'max-keys': 2 })).toEqual(['b c', 'd']);
});

test('a page has 100 names unless asked otherwise, and never more than 1,000', async () => {
  const world = await startWorld();
  await fill(
    world,
    Array.from({ length: 101 }, (_, at) => `k${String(at).padStart(3, '0')}`),
  );
  expect((await world.client.listV2({}, {})).keyCount).toBe(100);
  expect((await world.client.listV2({ 'max-keys': 1000 }, {})).keyCount).toBe(101);
  for (const wrong of ['0', '1001', '-1', 'ten', '1e2']) {
    expect(await refusalOf(world.client.listV2({ 'max-keys': wrong }, {}))).toBe('400 InvalidArgument');
  }
  expect(await refusalOf(world.client.listV2({ 'continuation-token': 'a2V5' }, {}))).toBe('400 InvalidArgument');
});

test('list documents carry quoted ETags, whole seconds and the elements that were asked for', async () => {
  const world = await startWorld();
  await fill(world, ['a b', 'c']);
  const { objects } = await world.client.listV2({ prefix: 'a' }, {});
  expect(objects[0]).toMatchObject({ name: 'a b', etag: '"0CC9CD4DD26C5137B675A0D819CB9AB0"', size: 3, owner: null });
  expect(objects[0]?.lastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  const query = { 'list-type': '2', 'encoding-type': 'url', 'fetch-owner': 'true', 'max-keys': '1' };
  const { text } = await sendRaw(world, { method: 'GET', query });
  expect(text).toContain('<EncodingType>url</EncodingType>');
  expect(text).toContain('<Key>a%20b</Key>');
  expect(text).toContain('<IsTruncated>true</IsTruncated>');
  expect(text).toContain('<KeyCount>1</KeyCount>');
  expect(text).toContain('<Owner><ID>');
});
