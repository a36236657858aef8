import * as v from 'valibot';
import type { ObjectEvent } from '../core/function-event.ts';
import { etagOf, objectKey } from '../core/object-version.ts';
import { parseIso } from '../core/time.ts';

/** More than any trigger sends; the payload is at most 128 KB anyway. */
const MAX_EVENTS = 200;

const Text = v.pipe(v.string(), v.maxLength(2048));
const optionalText = v.optional(v.nullable(Text), '');

const OssEntry = v.object({
  eventTime: optionalText,
  oss: v.object({
    bucket: v.object({ name: Text }),
    object: v.object({ key: v.pipe(Text, v.minLength(1)), eTag: optionalText }),
  }),
  requestParameters: v.optional(v.nullable(v.object({ sourceIPAddress: optionalText }))),
  userIdentity: v.optional(v.nullable(v.object({ principalId: optionalText }))),
});

const NativeEvent = v.object({ events: v.pipe(v.array(OssEntry), v.minLength(1), v.maxLength(MAX_EVENTS)) });
const CloudEvent = v.object({ type: v.pipe(Text, v.startsWith('oss:')), data: OssEntry });
const CloudEvents = v.pipe(v.array(CloudEvent), v.minLength(1), v.maxLength(MAX_EVENTS));

/**
 * Reads an OSS event in any of its three shapes: the native trigger's `{events: […]}`, one CloudEvent of an
 * EventBridge trigger, or an array of them. `undefined` when it is none of these.
 *
 * @see the trigger overview of Function Compute; `eventName` comes without, the CloudEvent `type` with the prefix `oss:`.
 */
export function parseObjectEvents(json: unknown): readonly ObjectEvent[] | undefined {
  const native = v.safeParse(NativeEvent, json);
  if (native.success) return native.output.events.map(objectEvent);
  const single = v.safeParse(CloudEvent, json);
  if (single.success) return [objectEvent(single.output.data)];
  const many = v.safeParse(CloudEvents, json);
  return many.success ? many.output.map((event) => objectEvent(event.data)) : undefined;
}

function objectEvent(entry: v.InferOutput<typeof OssEntry>): ObjectEvent {
  const { key, eTag } = entry.oss.object;
  const decoded = decodedKey(key);
  const at = parseIso(entry.eventTime ?? '');
  return {
    bucket: entry.oss.bucket.name,
    key: objectKey(key),
    ...(decoded === undefined ? {} : { alternateKey: objectKey(decoded) }),
    etag: etagOf(eTag ?? ''),
    ...(at === undefined ? {} : { at }),
    claims: {
      actor: entry.userIdentity?.principalId ?? '',
      sourceIp: entry.requestParameters?.sourceIPAddress ?? '',
    },
  };
}

/** Whether keys arrive percent-encoded is not documented, so both readings are offered. */
function decodedKey(key: string): string | undefined {
  if (!key.includes('%')) return undefined;
  try {
    const decoded = decodeURIComponent(key);
    return decoded === key ? undefined : decoded;
  } catch {
    return undefined; // a lone % is just a character of the key
  }
}
