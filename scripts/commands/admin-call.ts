import { type EpochMs, parseIso } from '../../shared/core/time.ts';
import { CommandError } from '../terminal/command-error.ts';
import { serviceRefusal } from './service-refusal.ts';
import type { Target } from './target.ts';

/** A call to the admin endpoint of the local cloud. */
export interface AdminCall {
  readonly method: 'GET' | 'POST';
  readonly path: '/health' | '/tick';
  readonly body?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 5_000;
const MAX_ANSWER_CHARACTERS = 64 * 1024;

/**
 * Calls the local cloud's admin endpoint.
 *
 * @throws CommandError when nobody answers, or when the answer is a refusal.
 */
export async function callAdmin(target: Target, { body, method, path }: AdminCall): Promise<unknown> {
  const { admin } = target;
  if (admin === undefined) {
    throw new CommandError({
      code: 'no-admin',
      message: 'the endpoints file names no admin endpoint',
      next: 'Start the local cloud again with "npm start"; it writes the file when it is ready.',
    });
  }
  const answer = await fetch(new URL(path, admin.endpoint), {
    method,
    redirect: 'error', // the token goes to this machine only
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => undefined);
  if (answer === undefined) throw serviceRefusal('the admin endpoint', { code: 'NoConnection', requestId: '' }, target);
  const read = parseJson((await answer.text()).slice(0, MAX_ANSWER_CHARACTERS));
  if (answer.ok) return read;
  throw new CommandError({
    code: 'admin-refused',
    message: `the local cloud refused ${path} with status ${answer.status}`,
    next: 'Does s.yaml name the function? "npm start" shows the functions it found.',
  });
}

/** The local cloud's time, which can be ahead of the real one; the certificates and sweeps there go by it. */
export async function localCloudNow(target: Target): Promise<EpochMs> {
  const health = await callAdmin(target, { method: 'GET', path: '/health' });
  const text = typeof health === 'object' && health !== null && 'now' in health ? health.now : undefined;
  const now = typeof text === 'string' ? parseIso(text) : undefined;
  if (now !== undefined) return now;
  throw new CommandError({ code: 'admin-unreadable', message: 'the local cloud does not say what time it is' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // whoever asked says what is missing
  }
}
