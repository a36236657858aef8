import * as v from 'valibot';
import { sha256Hex } from '../core/digest.ts';
import type { LostCall, LostEvent } from '../core/lost-call.ts';
import { type EpochMs, epochMs, parseIso } from '../core/time.ts';
import { readPayload, unreadablePayload } from './event-payload.ts';
import { decodeFunctionEvent } from './function-event.ts';
import { parseLap } from './sweep-event.ts';

/** The lost payload (128 KB) as text in JSON, which may take several bytes for one, and the error beside it. */
const MAX_NOTICE_BYTES = 1024 * 1024;

const Text = v.pipe(v.string(), v.maxLength(1024));
const optionalText = v.optional(v.nullable(Text), '');

/** Everything but the request context may be missing: the documentation shows these fields once and in two spellings. */
const Notice = v.object({
  timestamp: v.optional(v.nullable(v.union([v.number(), Text]))),
  requestContext: v.object({
    requestId: optionalText,
    functionArn: optionalText,
    condition: optionalText,
    approximateInvokeCount: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)))),
  }),
  requestPayload: v.optional(v.unknown()),
  responseContext: v.optional(v.nullable(v.object({ functionError: optionalText }))),
  responsePayload: v.optional(v.unknown()),
});

type NoticeContent = v.InferOutput<typeof Notice>;

/**
 * Decodes what Function Compute delivers to a failure destination. Payloads are read as texts and as objects, the time as
 * epoch milliseconds and as ISO 8601, because the documentation has both. Never throws: what is no notice is a lost call
 * as well, of which nothing is known.
 *
 * @see Result callback (destinations), Function Compute documentation.
 */
export function decodeDestinationEvent(raw: Buffer): LostCall {
  const payload = readPayload(raw, MAX_NOTICE_BYTES);
  const notice = payload.kind === 'json' ? v.safeParse(Notice, payload.json) : undefined;
  if (notice?.success === true) return lostCallOf(notice.output, raw);
  return {
    functionName: '',
    callId: sha256Hex(raw).slice(0, 32),
    cause: 'unreadable',
    tries: undefined,
    errorType: '',
    at: undefined,
    event: payload.kind === 'unreadable' ? payload : unreadablePayload('unknown-shape', raw),
  };
}

function lostCallOf(notice: NoticeContent, raw: Buffer): LostCall {
  const { approximateInvokeCount, condition, functionArn, requestId } = notice.requestContext;
  const verdicts = [condition ?? '', notice.responseContext?.functionError ?? ''];
  return {
    functionName: functionNameIn(functionArn ?? ''),
    callId: REQUEST_ID.test(requestId ?? '') ? (requestId ?? '') : sha256Hex(raw).slice(0, 32),
    cause: verdicts.some((verdict) => EXPIRED.test(verdict)) ? 'expired' : 'failed',
    tries: approximateInvokeCount ?? undefined,
    errorType: errorTypeIn(notice.responsePayload),
    at: momentIn(notice.timestamp),
    event: eventIn(notice.requestPayload),
  };
}

const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;
/** How an aged-out call is marked is not documented; its task state is called `Expired`. */
const EXPIRED = /expired|eventage/i;

/** `acs:fc:<region>:<account>:functions/<name>`, perhaps with a qualifier, or the form of FC 2.0 that ends alike. */
function functionNameIn(arn: string): string {
  return /functions\/([A-Za-z_][A-Za-z0-9_-]{0,63})(?:$|[./:])/.exec(arn)?.[1] ?? '';
}

/** Of the error, only its class: the message may quote anything. */
function errorTypeIn(responsePayload: unknown): string {
  const type = memberOf(parsedIfText(responsePayload), 'errorType');
  return typeof type === 'string' && /^[A-Za-z][A-Za-z0-9._-]{0,79}$/.test(type) ? type : '';
}

/** Beyond it no calendar goes; a number there is no time. */
const LAST_MS = 8.64e15;

function momentIn(timestamp: number | string | null | undefined): EpochMs | undefined {
  if (typeof timestamp === 'string') return parseIso(timestamp);
  return typeof timestamp === 'number' && timestamp > 0 && timestamp < LAST_MS ? epochMs(timestamp) : undefined;
}

function eventIn(requestPayload: unknown): LostEvent {
  const text = typeof requestPayload === 'string' ? requestPayload : JSON.stringify(requestPayload ?? null);
  return parseLap(parsedIfText(requestPayload)) ?? decodeFunctionEvent(Buffer.from(text));
}

function parsedIfText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const payload = readPayload(Buffer.from(value), MAX_NOTICE_BYTES);
  return payload.kind === 'json' ? payload.json : undefined;
}

function memberOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
    ? (holder as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
