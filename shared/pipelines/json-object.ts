import * as v from 'valibot';
import type { ObjectKey } from '../core/object-version.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * Reads one of our own JSON objects. What is missing, larger than `maxBytes`, cut short or not ours is `undefined`: no
 * store of state may stumble over bytes that somebody else wrote.
 *
 * @throws ServiceFailure when the bucket does not answer.
 */
export async function readJsonObject<Schema extends v.GenericSchema>(
  store: ObjectStore,
  key: ObjectKey,
  schema: Schema,
  maxBytes: number,
): Promise<v.InferOutput<Schema> | undefined> {
  const read = await store.read({ key, maxBytes });
  return read.kind === 'found' ? parseJsonObject(read.bytes, schema) : undefined;
}

/** The value that JSON bytes hold; `undefined` when they are cut short or do not fit the schema. */
export function parseJsonObject<Schema extends v.GenericSchema>(
  bytes: Buffer,
  schema: Schema,
): v.InferOutput<Schema> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, json);
  return parsed.success ? parsed.output : undefined;
}
