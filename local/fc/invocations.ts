/** One try of one call, as the local cloud remembers it. Never holds a payload. */
export interface Invocation {
  /** The request id; the tries of one asynchronous call share it. */
  readonly id: string;
  readonly function: string;
  /** A trigger's name, `invoke`, `destination` or `tick`. */
  readonly trigger: string;
  /** One line about the event: what happened to which object, or which tick. */
  readonly event: string;
  /** Local cloud's time, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly result: 'ok' | 'error';
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly maxMemoryMb: number;
  /** Connections beyond this machine that were refused, at most ten. */
  readonly refusedConnections: readonly string[];
}

/** Keeps the newest entries. */
export interface InvocationRing {
  readonly add: (invocation: Invocation, output: readonly string[]) => void;
  /** Newest first. */
  readonly latest: (limit: number) => readonly Invocation[];
  /** The last lines a call wrote, all its tries together; empty when it is not remembered. */
  readonly output: (id: string) => readonly string[];
  readonly clear: () => void;
}

/** A ring of the last `capacity` tries. */
export function createInvocationRing(capacity = 1000): InvocationRing {
  let entries: { readonly invocation: Invocation; readonly output: readonly string[] }[] = [];
  return {
    add: (invocation, output) => {
      entries.push({ invocation, output });
      if (entries.length > capacity) entries.shift();
    },
    latest: (limit) =>
      entries
        .slice(-Math.max(1, limit))
        .reverse()
        .map((entry) => entry.invocation),
    output: (id) => entries.filter((entry) => entry.invocation.id === id).flatMap((entry) => entry.output),
    clear: () => {
      entries = [];
    },
  };
}

const MAX_TEXT = 300;

/**
 * Text from a function or an uploader, fit for a record and a terminal: PEM bodies, long encoded runs and signatures
 * are cut out, controls and bidirectional marks become spaces, the rest is at most 300 characters.
 */
export function sanitize(text: string): string {
  return text
    .slice(0, 16_384)
    .replace(/-----BEGIN [\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)/g, '[PEM]')
    .replace(/\b(Signature|x-oss-signature|security-token|access_token|sign)=[^&\s"']+/gi, '$1=[…]')
    .replace(/[A-Za-z0-9+/_=-]{65,}/g, '[…]')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .slice(0, MAX_TEXT);
}

/** One line about an event, without its contents. Knows the shapes of OSS, timer and destination events. */
export function describeEvent(payload: Buffer): string {
  const event = parseSmallJson(payload);
  const first = memberOf(memberOf(event, 'events'), '0');
  const object = memberOf(memberOf(first, 'oss'), 'object');
  if (object !== undefined) return sanitize(`${textOf(first, 'eventName')} ${textOf(object, 'key')}`);
  if (memberOf(event, 'triggerTime') !== undefined) return sanitize(`tick ${textOf(event, 'triggerTime')}`);
  const context = memberOf(event, 'requestContext');
  if (context !== undefined) return sanitize(`${textOf(context, 'condition')} of ${textOf(context, 'requestId')}`);
  return `${String(payload.length)} bytes`;
}

function parseSmallJson(payload: Buffer): unknown {
  try {
    return payload.length > 1_048_576 ? undefined : (JSON.parse(payload.toString('utf8')) as unknown);
  } catch {
    return undefined; // not JSON: then only its length is told
  }
}

function memberOf(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function textOf(holder: unknown, key: string): string {
  const value = memberOf(holder, key);
  return typeof value === 'string' ? value : '';
}
