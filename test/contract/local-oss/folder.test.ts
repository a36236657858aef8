import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLocalClock } from '../../../local/clock.ts';
import { newFolder, refusalOf, startWorld, type World } from './local-oss.ts';

/** Copies a file as `cp` does: the folders are there, the bytes arrive in the final place. */
function copyIn(world: World, key: string, content: string): string {
  const path = join(world.oss.folder, key);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Two looks with the settle time between them. */
async function settle(world: World): Promise<void> {
  await world.oss.scan();
  world.clock.advance(200);
  await world.oss.scan();
}

function frozen(): ReturnType<typeof createLocalClock> {
  const start = Date.now();
  return createLocalClock(() => start);
}

test('a copied file becomes an object with an event, once it has been unchanged for 200 ms', async () => {
  const world = await startWorld({ clock: frozen() });
  copyIn(world, 'inbox/i/ca/ca.pem', 'hello');
  await world.oss.scan();
  world.clock.advance(199);
  await world.oss.scan();
  expect([await refusalOf(world.client.head('inbox/i/ca/ca.pem')), world.events]).toEqual(['404 NoSuchKey', []]);
  world.clock.advance(1);
  await world.oss.scan();
  expect((await world.client.get('inbox/i/ca/ca.pem')).content.toString()).toBe('hello');
  expect(world.events).toMatchObject([
    {
      eventName: 'ObjectCreated:PutObject',
      bucket: 'demo-bucket',
      key: 'inbox/i/ca/ca.pem',
      etag: '5D41402ABC4B2A76B9719D911017C592',
      size: 5,
      at: world.clock.now(),
      sourceIp: '127.0.0.1',
      principalId: 'local-copy',
    },
  ]);
  await settle(world);
  expect(world.events).toHaveLength(1);
});

test('a file that is still growing is not an object', async () => {
  const world = await startWorld({ clock: frozen() });
  const path = copyIn(world, 'slow.pem', 'a');
  for (const more of ['b', 'c', 'd']) {
    await world.oss.scan();
    world.clock.advance(200);
    appendFileSync(path, more);
  }
  await world.oss.scan();
  expect(world.events).toEqual([]);
  await settle(world);
  expect((await world.client.get('slow.pem')).content.toString()).toBe('abcd');
});

test('the files of editors never become objects, the files of file managers do', async () => {
  const world = await startWorld({ clock: frozen() });
  const editors = ['.ca.pem.swp', 'ca.pem~', '.#ca.pem', '#ca.pem#', '4913', '.~lock.ca.pem#', '.goutputstream-X1'];
  for (const name of [...editors, '.DS_Store', 'Thumbs.db', '._ca.pem', 'ca.tmp'])
    copyIn(world, `inbox/i/ca/${name}`, 'x');
  await settle(world);
  const names = (await world.client.listV2({})).objects.map(({ name }) => name.slice('inbox/i/ca/'.length));
  expect(names).toEqual(['.DS_Store', '._ca.pem', 'Thumbs.db', 'ca.tmp']);
});

test('a file removed by hand is no object any more', async () => {
  const world = await startWorld({ clock: frozen() });
  await world.client.put('a/b', Buffer.from('hello'));
  rmSync(join(world.oss.folder, 'a'), { recursive: true });
  await world.oss.scan();
  expect((await world.client.listV2({})).objects).toEqual([]);
  expect(world.events.map(({ eventName }) => eventName)).toEqual([
    'ObjectCreated:PutObject',
    'ObjectRemoved:DeleteObject',
  ]);
});

test('a folder that is moved is removed there and new here', async () => {
  const world = await startWorld({ clock: frozen() });
  await world.client.put('old/a', Buffer.from('hello'));
  renameSync(join(world.oss.folder, 'old'), join(world.oss.folder, 'new'));
  await settle(world);
  expect((await world.client.listV2({})).objects.map(({ name }) => name)).toEqual(['new/a']);
});

test('a file changed by hand is never served under the old ETag, and counts again when it has settled', async () => {
  const world = await startWorld({ clock: frozen() });
  await world.client.put('a', Buffer.from('hello'));
  writeFileSync(join(world.oss.folder, 'a'), 'other');
  expect(await refusalOf(world.client.get('a'))).toBe('404 NoSuchKey');
  await settle(world);
  expect((await world.client.get('a')).content.toString()).toBe('other');
  expect(world.events).toHaveLength(2);
});

test('deleting an object does not take along a file that someone has just put in its place', async () => {
  const world = await startWorld({ clock: frozen() });
  await world.client.put('a', Buffer.from('hello'));
  writeFileSync(join(world.oss.folder, 'a'), 'a newer drop');
  await world.client.delete('a');
  await settle(world);
  expect((await world.client.get('a')).content.toString()).toBe('a newer drop');
});

test('create-only loses against a file that someone copied and that has not settled', async () => {
  const world = await startWorld({ clock: frozen() });
  copyIn(world, 'a/b', 'by hand');
  const put = world.client.put('a/b', Buffer.from('hello'), { headers: { 'x-oss-forbid-overwrite': 'true' } });
  expect(await refusalOf(put)).toBe('409 FileAlreadyExists');
  await settle(world);
  expect((await world.client.get('a/b')).content.toString()).toBe('by hand');
});

test('folders that a person made stay, folders made for an object go with it', async () => {
  const world = await startWorld({ clock: frozen() });
  copyIn(world, 'mine/ca/a', 'x');
  await settle(world);
  await world.client.put('theirs/ca/a', Buffer.from('x'));
  await world.client.delete('mine/ca/a');
  await world.client.delete('theirs/ca/a');
  expect(readdirSync(world.oss.folder, { recursive: true }).map(String).toSorted()).toEqual(['mine', 'mine/ca']);
});

test('a restart keeps ETag, Last-Modified, type and metadata', async () => {
  const dataFolder = join(newFolder(), 'oss');
  const first = await startWorld({ dataFolder });
  first.clock.advance(7 * 86_400_000);
  await first.client.put('a', Buffer.from('hello'), { headers: { 'x-oss-meta-run': 'r-1' } });
  await first.client.put('b\\c', Buffer.from('hashed'));
  await first.client.multipartUpload('big', Buffer.alloc(150 * 1024, 'x'), { partSize: 100 * 1024 });
  await first.client.put('gone', Buffer.from('hello'));
  await first.client.delete('gone');
  const describe = async (world: World) => {
    const heads = await Promise.all(['a', 'b\\c', 'big'].map((key) => world.client.head(key)));
    return heads.map(({ meta, res: { headers } }) => [
      headers['etag'],
      headers['last-modified'],
      headers['x-oss-object-type'],
      meta,
    ]);
  };
  const before = await describe(first);
  await first.oss.close();
  const second = await startWorld({ dataFolder });
  expect(await describe(second)).toEqual(before);
  expect((await second.client.listV2({})).objects.map(({ name }) => name)).toEqual(['a', 'b\\c', 'big']);
  await settle(second);
  expect(second.events).toEqual([]);
});

test('a file copied while nothing ran becomes an object after the start', async () => {
  const dataFolder = join(newFolder(), 'oss');
  const first = await startWorld({ dataFolder, clock: frozen() });
  await first.oss.close();
  copyIn(first, 'inbox/i/ca/ca.pem', 'hello');
  const second = await startWorld({ dataFolder, clock: frozen() });
  expect(second.events).toEqual([]);
  second.clock.advance(200);
  await second.oss.scan();
  expect(second.events.map(({ key }) => key)).toEqual(['inbox/i/ca/ca.pem']);
});

test('a lost or damaged journal loses no object', async () => {
  const dataFolder = join(newFolder(), 'oss');
  const first = await startWorld({ dataFolder });
  await first.client.put('a', Buffer.from('hello'));
  await first.client.put('b\\c', Buffer.from('hashed'));
  await first.oss.close();
  writeFileSync(join(dataFolder, '.meta/demo-bucket.jsonl'), '{"stored":{"key":"a"}}\nnot json\n[]\n{"stored":');
  const second = await startWorld({ dataFolder, clock: frozen() });
  await settle(second);
  expect((await second.client.get('a')).content.toString()).toBe('hello');
  expect((await second.client.get('b\\c')).content.toString()).toBe('hashed');
});

test('a reset empties the bucket and leaves it usable', async () => {
  const world = await startWorld();
  await world.client.put('a/b', Buffer.from('hello'));
  await world.client.put('c\\d', Buffer.from('hello'));
  await world.oss.reset();
  expect((await world.client.listV2({})).objects).toEqual([]);
  expect(readdirSync(world.oss.folder)).toEqual([]);
  await world.client.put('a/b', Buffer.from('again'));
  expect((await world.client.get('a/b')).content.toString()).toBe('again');
});

test('with watch on, a copied file is told without anyone asking', async () => {
  let told: (key: string) => void = () => undefined;
  const key = new Promise<string>((resolve) => {
    told = resolve;
  });
  const world = await startWorld({ watch: true, onEvent: (event) => told(event.key) });
  copyIn(world, 'inbox/i/ca/ca.pem', 'hello');
  expect(await key).toBe('inbox/i/ca/ca.pem');
});
