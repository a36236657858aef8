import { createHmac, randomBytes } from 'node:crypto';
import { isNear, type LocalClock } from '../clock.ts';
import { type HttpReply, jsonReply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { isSameText } from '../same-text.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { ChatCall, ChatRefusal, ChatRules, Reading } from './chat-rules.ts';

const BODY_MAX_BYTES = 64 * 1024;
const WINDOW_MS = 5 * 60_000;
const SECRET_BEGINS = 'whsec_';

/**
 * One signature of a message by the Standard Webhooks specification.
 *
 * @param secret - `whsec_` and the key in base64.
 * @returns `v1,` and the signature in base64.
 */
export function signStandardWebhook(
  message: { readonly id: string; readonly timestamp: string; readonly body: Buffer },
  secret: string,
): string {
  const key = Buffer.from(secret.slice(SECRET_BEGINS.length), 'base64');
  const hmac = createHmac('sha256', key).update(`${message.id}.${message.timestamp}.`).update(message.body);
  return `v1,${hmac.digest('base64')}`;
}

/** An address that cannot be guessed, and a key of 24 bytes. */
export const makeWebhookKeys = (): ChatKeys => ({
  token: randomBytes(16).toString('hex'),
  secret: `${SECRET_BEGINS}${randomBytes(24).toString('base64')}`,
});

/** A receiver of signed JSON: `POST /hooks/<token>`, verified as standardwebhooks.com says; any status 2xx is a success. */
export function webhookRules(keys: ChatKeys, clock: LocalClock): ChatRules {
  const address = `/hooks/${keys.token}`;
  return {
    kind: 'webhook',
    keys,
    address,
    limits: () => [{ count: 120, windowMs: 60_000, muteMs: 0 }],
    rememberKeysMs: () => 24 * 3_600_000,
    read: (call) => read(call, { address, keys, clock }),
    delivered: jsonReply(202, { accepted: true }),
    tooLong: failure(413, 'body too large'),
    refuse,
  };
}

const failure = (status: number, error: string, headers: Readonly<Record<string, string>> = {}): HttpReply =>
  jsonReply(status, { error }, headers);
const refused = (reply: HttpReply): Reading => ({ kind: 'refused', reply });

function read(
  call: ChatCall,
  receiver: { readonly address: string; readonly keys: ChatKeys; readonly clock: LocalClock },
): Reading {
  if (!isSameText(call.path, receiver.address)) return refused(failure(404, 'no such hook'));
  if (call.method !== 'POST') return refused(failure(405, 'POST is needed'));
  const [type = ''] = (call.headers.get('content-type') ?? '').toLowerCase().split(';');
  if (!/^application\/(?:[a-z.-]+\+)?json$/u.test(type.trim())) return refused(failure(415, 'JSON is needed'));
  if (call.body.length > BODY_MAX_BYTES) return refused(failure(413, 'body too large'));
  const id = call.headers.get('webhook-id') ?? '';
  const refusal = checkSignature(call, id, receiver);
  if (refusal !== undefined) return refused(refusal);
  const body = readJson(call.body);
  if (typeof body !== 'object' || body === null) return refused(failure(400, 'the body is no JSON object'));
  return { kind: 'message', key: id, ...wordsOf(body), body };
}

function checkSignature(
  { headers, body }: ChatCall,
  id: string,
  { keys, clock }: { readonly keys: ChatKeys; readonly clock: LocalClock },
): HttpReply | undefined {
  const timestamp = headers.get('webhook-timestamp') ?? '';
  const signatures = headers.get('webhook-signature') ?? '';
  if (id === '' || timestamp === '' || signatures === '') return failure(400, 'a webhook- header is missing');
  if (id.length > 256 || id.includes('.') || !/^\d{10}$/u.test(timestamp))
    return failure(400, 'a webhook- header is not valid');
  if (!isNear(clock, Number(timestamp) * 1000, WINDOW_MS))
    return failure(401, 'the timestamp is more than 5 minutes away');
  const expected = signStandardWebhook({ id, timestamp, body }, keys.secret);
  const isSigned = signatures.split(' ').some((signature) => isSameText(signature, expected));
  return isSigned ? undefined : failure(401, 'no signature matches');
}

/** Whatever the sender calls its title and its text; the body itself is kept besides. */
function wordsOf(body: object): { readonly title: string; readonly text: string } {
  const { title, text } = body as { readonly title?: unknown; readonly text?: unknown };
  return {
    title: typeof title === 'string' ? title : '',
    text: typeof text === 'string' ? text : JSON.stringify(body, null, 2),
  };
}

function refuse(reason: ChatRefusal, retryAfterMs: number): HttpReply {
  switch (reason) {
    case 'throttled':
    case 'anti-flood':
      return failure(429, 'too many requests', { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) });
    case 'refused':
      return failure(410, 'gone');
    case 'content-refused':
      return failure(422, 'not acceptable');
    case 'busy':
      return failure(503, 'busy');
    default:
      throw new Error(`no such refusal: ${String(reason satisfies never)}`);
  }
}
