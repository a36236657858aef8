import { type Refusal, refuse } from './errors.ts';
import { ProtobufError, type ProtobufField, readFields } from './protobuf.ts';
import type { StoredLog } from './stored-log.ts';

/** What a log group must keep to (PutLogs page and the SDK producers). */
export const LOG_GROUP_LIMITS = {
  logs: 4096,
  keyBytes: 128,
  valueBytes: 1024 * 1024,
  topicBytes: 128,
  pastSeconds: 168 * 3600,
  futureSeconds: 15 * 60,
} as const;

const RESERVED_KEYS: readonly string[] = [
  '__time__',
  '__source__',
  '__topic__',
  '__partition_time__',
  '_extract_others_',
  '__extract_others__',
];

/** A group that may be kept, or why not. The group is all or nothing: one bad log refuses every log. */
export type DecodedGroup = { readonly ok: true; readonly logs: readonly StoredLog[] } | Refusal;

/** Carries a refusal out of the nested messages. */
class RefusedGroup extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

function deny(code: Refusal['code'], detail?: string): never {
  throw new RefusedGroup(refuse(code, detail));
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return deny('InvalidEncoding'); // the decoder has only this one complaint
  }
}

const isBytes = (field: ProtobufField): field is Extract<ProtobufField, { wire: 'bytes' }> => field.wire === 'bytes';

/** `Content` and `LogTag`: 1 key, 2 value, both required. */
function readPair(message: Buffer): readonly [key: string, value: string] {
  let key: Buffer | undefined;
  let value: Buffer | undefined;
  for (const field of readFields(message)) {
    if (!isBytes(field)) continue;
    if (field.number === 1) key = field.bytes;
    if (field.number === 2) value = field.bytes;
  }
  if (key === undefined || value === undefined) return deny('PostBodyInvalid', 'a key or a value is missing');
  if (key.length === 0 || key.length > LOG_GROUP_LIMITS.keyBytes) return deny('InvalidKey');
  if (value.length > LOG_GROUP_LIMITS.valueBytes) return deny('PostBodyInvalid', 'a value is longer than 1 MB');
  const name = textOf(key);
  return RESERVED_KEYS.includes(name) ? deny('InvalidKey') : [name, textOf(value)];
}

interface DecodedLog {
  readonly time: number;
  readonly timeNs: number;
  readonly contents: readonly (readonly [string, string])[];
}

/** `Log`: 1 time in seconds (required), 2 contents, 4 the nanosecond part. */
function readLog(message: Buffer): DecodedLog {
  let time: number | undefined;
  let timeNs = 0;
  const contents: (readonly [string, string])[] = [];
  for (const field of readFields(message)) {
    if (field.number === 1 && field.wire === 'varint') time = field.value % 2 ** 32; // uint32 keeps the low bits
    if (field.number === 2 && isBytes(field)) contents.push(readPair(field.bytes));
    if (field.number === 4 && field.wire === 'fixed32') timeNs = field.value;
  }
  if (time === undefined) return deny('PostBodyInvalid', 'a log has no time');
  if (timeNs > 999_999_999) return deny('PostBodyInvalid', 'a nanosecond part is a second or more');
  return { time, timeNs, contents };
}

const isNear = (time: number, nows: readonly number[]): boolean =>
  nows.some((now) => {
    const seconds = now / 1000;
    return time >= seconds - LOG_GROUP_LIMITS.pastSeconds && time <= seconds + LOG_GROUP_LIMITS.futureSeconds;
  });

function shortText(bytes: Buffer): string {
  return bytes.length > LOG_GROUP_LIMITS.topicBytes
    ? deny('PostBodyInvalid', 'topic or source is too long')
    : textOf(bytes);
}

/** `LogGroup`: 1 logs, 3 topic, 4 source, 6 tags; fields 2 and 5 are accepted and not kept. */
function readGroup(message: Buffer, nows: readonly number[]): readonly StoredLog[] {
  const logs: DecodedLog[] = [];
  const tags: (readonly [string, string])[] = [];
  let topic = '';
  let source = '';
  for (const field of readFields(message)) {
    if (!isBytes(field)) continue;
    if (field.number === 1) logs.push(readLog(field.bytes));
    if (field.number === 3) topic = shortText(field.bytes);
    if (field.number === 4) source = shortText(field.bytes);
    if (field.number === 6) tags.push(readPair(field.bytes));
    if (logs.length > LOG_GROUP_LIMITS.logs) return deny('PostBodyInvalid', 'more than 4096 logs');
  }
  if (!logs.every((log) => isNear(log.time, nows))) return deny('InvalidTimestamp');
  const tagFields = tags.map(([key, value]) => [`__tag__:${key}`, value] as const);
  return logs.map(({ time, timeNs, contents }) => ({
    time,
    timeNs,
    topic,
    source,
    fields: Object.fromEntries([...contents, ...tagFields]),
  }));
}

/**
 * Decodes and checks the body of PutLogs.
 *
 * @param nows - Times, epoch milliseconds, any of which a log may be near: the real and the moved one.
 */
export function decodeLogGroup(body: Buffer, nows: readonly number[]): DecodedGroup {
  try {
    return { ok: true, logs: readGroup(body, nows) };
  } catch (error) {
    if (error instanceof RefusedGroup) return error.refusal;
    if (error instanceof ProtobufError) return refuse('PostBodyInvalid', error.message);
    throw error;
  }
}
