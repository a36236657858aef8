import { expect, test } from 'vitest';
import { scratchStore } from '../../scripts/commands/scratch-store.ts';
import { type ObjectKey, objectKey } from '../../shared/core/object-version.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { objectsWorld } from '../support/objects-world.ts';

const text = { contentType: 'text/plain' };
const put = (store: ObjectStore, key: ObjectKey, content: string) =>
  store.put({ key, bytes: Buffer.from(content), ...text });
const [A, B, C, D] = ['x/a', 'x/b', 'x/c', 'x/d'].map(objectKey) as [ObjectKey, ObjectKey, ObjectKey, ObjectKey];

/** The same story told to a store; what it answered on the way. */
async function story(store: ObjectStore): Promise<unknown[]> {
  const answers: unknown[] = [];
  await put(store, B, 'replaced');
  answers.push(await store.create({ key: C, bytes: Buffer.from('new'), ...text }));
  answers.push(await store.create({ key: C, bytes: Buffer.from('other'), ...text }));
  answers.push(await store.create({ key: C, bytes: Buffer.from('new'), ...text }));
  const version = await store.head(B);
  if (version === undefined) throw new Error('what was put is not there');
  answers.push(await store.copy({ from: B, to: D, ifMatch: version.etag }));
  await store.delete(A);
  answers.push(await store.copy({ from: A, to: D, ifMatch: version.etag }));
  for (const key of [A, B, C, D]) {
    const read = await store.read({ key, maxBytes: 100 });
    answers.push(read.kind === 'found' ? read.bytes.toString('utf8') : read.kind, (await store.head(key))?.etag);
  }
  answers.push(await store.read({ key: B, maxBytes: 3 }));
  answers.push(await store.readRange({ key: B, from: 2, length: 3, ifMatch: version.etag }));
  const page = await store.list({ prefix: 'x/', startAfter: 'x/a', limit: 100 });
  answers.push(page.objects.map(({ key }) => key));
  return answers;
}

test('a scratch store answers as the bucket would, and the bucket stays as it was', async () => {
  const worlds = { real: await objectsWorld(), under: await objectsWorld() };
  for (const { objects } of [worlds.real, worlds.under]) {
    await put(objects, A, 'first');
    await put(objects, B, 'second');
  }
  const scratch = scratchStore(
    worlds.under.objects,
    () => false,
    () => 0,
  );
  expect(await story(scratch)).toEqual(await story(worlds.real.objects));
  const left = await worlds.under.objects.list({ prefix: '', limit: 100 });
  expect(left.objects.map(({ key }) => key)).toEqual([A, B]);
  const second = await worlds.under.objects.read({ key: B, maxBytes: 100 });
  expect(second.kind === 'found' && second.bytes.toString('utf8')).toBe('second');
});

test('a listing of several pages shows what was written once, on the page where it belongs', async () => {
  const { objects } = await objectsWorld();
  for (const key of [A, C]) await put(objects, key, 'there');
  const scratch = scratchStore(
    objects,
    () => false,
    () => 0,
  );
  for (const key of [B, D]) await put(scratch, key, 'scratch');
  const keys: ObjectKey[] = [];
  let startAfter: ObjectKey | undefined;
  do {
    const page = await scratch.list({ prefix: 'x/', limit: 1, ...(startAfter === undefined ? {} : { startAfter }) });
    keys.push(...page.objects.map(({ key }) => key));
    startAfter = page.next;
  } while (startAfter !== undefined);
  expect(keys).toEqual([A, B, C, D]);
});

test('what is hidden is not there, and can be written anew', async () => {
  const { objects } = await objectsWorld();
  await put(objects, A, 'lease of another');
  const scratch = scratchStore(
    objects,
    (key) => key === A,
    () => 0,
  );
  expect(await scratch.head(A)).toBeUndefined();
  expect((await scratch.list({ prefix: 'x/', limit: 10 })).objects).toEqual([]);
  expect(await scratch.create({ key: A, bytes: Buffer.from('own'), ...text })).toBe('created');
  expect((await scratch.list({ prefix: 'x/', limit: 10 })).objects.map(({ key }) => key)).toEqual([A]);
});
