import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AdminAnswer, adminFailure } from './admin-answer.ts';
import { type Face, readBody, startFace } from './face.ts';
import type { FaultBoard } from './faults.ts';
import { FunctionServiceError } from './fc/fc.ts';
import type { Invocation } from './fc/invocations.ts';
import { isLoopbackHost, readJson } from './http-request.ts';

/** What the admin endpoint can do to a running local cloud. */
export interface AdminActions {
  readonly tick: (functionName: string) => Promise<readonly string[]>;
  readonly invocations: (limit: number) => readonly Invocation[];
  /** The lines a call wrote; empty when it is not remembered. */
  readonly output: (id: string) => readonly string[];
  readonly reset: () => Promise<void>;
  /** Moves the clock and returns the new time, milliseconds since the epoch. */
  readonly advanceClock: (ms: number) => number;
  readonly health: () => object;
  /** Calls below `/mqtt/`, by the rest of their path; `undefined` for one that is not known. */
  readonly mqtt: (name: string, body: unknown) => Promise<AdminAnswer> | undefined;
  readonly faults: Pick<FaultBoard, 'show' | 'turn'>;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_INVOCATIONS = 1000;
/** Ten years: a typo must not move certificates into the next century. */
const MAX_ADVANCE_MS = 10 * 366 * 86_400_000;

const HELP =
  'POST /tick {"function":"register-ca"}, GET /invocations?limit=100, GET /invocations/<id>, POST /reset, POST /clock {"advanceMs":60000}, GET /health, ' +
  'GET /faults, POST /faults {"robot":"down"}, ' +
  'POST /mqtt/devices {"instance","caSerial","count"}, POST /mqtt/device-status {"instance","caSerial","serial","status"}, POST /mqtt/ca-status {"instance","caSerial","status"}';

/**
 * Starts the admin endpoint on 127.0.0.1. Every call needs `Authorization: Bearer <token>` and a loopback `Host`, and no
 * answer allows a cross-origin read: a web page that is open in the same browser can do nothing here.
 */
export function startAdmin(actions: AdminActions, token: string, port = 0): Promise<Face> {
  return startFace(async (request, response) => {
    const refusal = refusalOf(request, token);
    const answer = refusal ?? (await answerTo(request, actions));
    send(response, answer);
  }, port);
}

function refusalOf(request: IncomingMessage, token: string): AdminAnswer | undefined {
  if (!isLoopbackHost(request)) {
    return adminFailure(
      403,
      'HostNotLoopback',
      'call this endpoint as http://127.0.0.1:<port>, as endpoints.json gives it',
    );
  }
  if (isSame(request.headers.authorization ?? '', `Bearer ${token}`)) return undefined;
  return adminFailure(401, 'TokenMissing', 'send the header "Authorization: Bearer <admin.token of endpoints.json>"');
}

/** Hashes first: the comparison then takes the same time for every text. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

async function answerTo(request: IncomingMessage, actions: AdminActions): Promise<AdminAnswer> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const method = request.method ?? '';
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) return adminFailure(413, 'BodyTooLarge', 'send at most 64 KiB');
  switch (`${method} ${url.pathname}`) {
    case 'GET /health':
      return { status: 200, body: actions.health() };
    case 'GET /invocations':
      return listInvocations(url, actions);
    case 'POST /tick':
      return tick(body, actions);
    case 'POST /clock':
      return moveClock(body, actions);
    case 'POST /reset':
      await actions.reset();
      return { status: 200, body: { ok: true } };
    case 'GET /faults':
      return actions.faults.show();
    case 'POST /faults':
      return actions.faults.turn(readJson(body));
    default:
      return (await mqttCall(method, url, body, actions)) ?? outputOf(method, url, actions);
  }
}

function mqttCall(method: string, url: URL, body: Buffer, actions: AdminActions): Promise<AdminAnswer> | undefined {
  const name = /^\/mqtt\/([a-z-]{1,32})$/.exec(url.pathname)?.[1];
  return method === 'POST' && name !== undefined ? actions.mqtt(name, readJson(body)) : undefined;
}

function listInvocations(url: URL, actions: AdminActions): AdminAnswer {
  const text = url.searchParams.get('limit') ?? '100';
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_INVOCATIONS)
    return adminFailure(400, 'LimitInvalid', 'limit is a number from 1 to 1000');
  return { status: 200, body: { invocations: actions.invocations(limit) } };
}

function outputOf(method: string, url: URL, actions: AdminActions): AdminAnswer {
  const id = /^\/invocations\/([0-9a-f-]{1,64})$/.exec(url.pathname)?.[1];
  if (method === 'GET' && id !== undefined) {
    const invocations = actions.invocations(MAX_INVOCATIONS).filter((invocation) => invocation.id === id);
    if (invocations.length === 0)
      return adminFailure(404, 'InvocationNotFound', 'GET /invocations lists what is remembered');
    return { status: 200, body: { invocations, output: actions.output(id) } };
  }
  return adminFailure(404, 'NoSuchCall', `this endpoint knows: ${HELP}`);
}

async function tick(body: Buffer, actions: AdminActions): Promise<AdminAnswer> {
  const name = memberOf(body, 'function');
  if (typeof name !== 'string') return adminFailure(400, 'FunctionMissing', 'send {"function":"register-ca"}');
  try {
    return { status: 202, body: { ok: true, requestIds: await actions.tick(name) } };
  } catch (error) {
    if (error instanceof FunctionServiceError) return adminFailure(404, error.code, error.message);
    throw error;
  }
}

function moveClock(body: Buffer, actions: AdminActions): AdminAnswer {
  const ms = memberOf(body, 'advanceMs');
  if (typeof ms !== 'number' || !Number.isSafeInteger(ms) || ms < 0 || ms > MAX_ADVANCE_MS) {
    return adminFailure(400, 'AdvanceInvalid', 'send {"advanceMs":n}: whole milliseconds forward, at most ten years');
  }
  return { status: 200, body: { ok: true, now: new Date(actions.advanceClock(ms)).toISOString() } };
}

function memberOf(body: Buffer, key: string): unknown {
  const value = readJson(body);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function send(response: ServerResponse, answer: AdminAnswer): void {
  response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(answer.body)}\n`);
}
