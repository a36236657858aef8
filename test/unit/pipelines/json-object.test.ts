import * as v from 'valibot';
import { expect, test } from 'vitest';
import { objectKey } from '../../../shared/core/object-version.ts';
import { ServiceFailure } from '../../../shared/core/service-failure.ts';
import { readJsonObject } from '../../../shared/pipelines/json-object.ts';
import { objectsWorld } from '../../support/objects-world.ts';

const KEY = objectKey('state/sweep/example.json');
const Shape = v.object({ schema: v.literal(1), name: v.string() });

async function read(text: string | undefined) {
  const { objects } = await objectsWorld();
  const contentType = 'application/json';
  if (text !== undefined) await objects.put({ key: KEY, bytes: Buffer.from(text), contentType });
  return readJsonObject(objects, KEY, Shape, 64);
}

test('an object of ours is read back', async () => {
  expect(await read('{"schema":1,"name":"a"}')).toEqual({ schema: 1, name: 'a' });
});

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['cut short', '{"schema":1,"na'],
  ['of another version', '{"schema":2,"name":"a"}'],
  ['not ours', '[1,2]'],
  ['too large', `{"schema":1,"name":"${'a'.repeat(64)}"}`],
])('an object that is %s is none', async (_, text) => {
  expect(await read(text)).toBeUndefined();
});

test('a bucket that does not answer is a failure, never a missing object', async () => {
  const { ossFaults, store } = await objectsWorld();
  ossFaults.push(...Array.from({ length: 50 }, () => ({ status: 503, code: 'ServiceUnavailable' })));
  await expect(readJsonObject(store({ deadlineMs: 1000 }), KEY, Shape, 64)).rejects.toThrow(ServiceFailure);
});
