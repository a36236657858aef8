import { failureFacts, ServiceFailure } from '../core/service-failure.ts';
import { isPassingSlsFailure } from '../core/sls-codes.ts';
import type { EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import { type RepeatPolicy, repeat } from './repeat.ts';
import { slsJson } from './sls-json.ts';
import type { SlsSend } from './sls-send.ts';
import { isWireObject } from './wire-object.ts';

/** The index of one log store. */
export interface SlsIndex {
  /** As the service describes it; `undefined` when there is none. */
  readonly get: () => Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Creates it; `exists` when somebody was quicker. */
  readonly create: (definition: unknown) => Promise<'created' | 'exists'>;
  /** Replaces it. What was written before stays searchable as it was. */
  readonly update: (definition: unknown) => Promise<void>;
}

/**
 * Binds the index calls (GetIndex, CreateIndex, UpdateIndex). Each may be made twice without harm, so all are repeated.
 *
 * @throws {ServiceFailure} From every call.
 */
export function slsIndex(options: {
  readonly send: SlsSend;
  readonly logstore: string;
  readonly clock: Clock;
  readonly deadline: EpochMs;
}): SlsIndex {
  const policy: RepeatPolicy = {
    service: 'sls',
    clock: options.clock,
    deadline: options.deadline,
    attemptMs: 5000,
    maxAttempts: 3,
    backoff: { baseMs: 200, capMs: 2000 },
    isWorthRepeating: isPassingSlsFailure,
  };
  const call = (method: 'GET' | 'POST' | 'PUT', definition?: unknown) =>
    repeat(policy, (timeoutMs) =>
      options.send({
        method,
        path: `/logstores/${options.logstore}/index`,
        query: {},
        ...(definition === undefined ? {} : { body: Buffer.from(JSON.stringify(definition)) }),
        isJson: true,
        timeoutMs,
      }),
    );
  return {
    get: async () => {
      const answer = await orElse('IndexConfigNotExist', undefined, () => call('GET'));
      if (answer === undefined) return undefined;
      const index = slsJson(answer);
      if (isWireObject(index)) return index;
      throw new ServiceFailure(failureFacts('sls', { code: 'UnreadableAnswer', status: 200 }));
    },
    create: (definition) =>
      orElse('IndexAlreadyExist', 'exists' as const, async () => {
        await call('POST', definition);
        return 'created' as const;
      }),
    update: async (definition) => {
      await call('PUT', definition);
    },
  };
}

async function orElse<Value, Other>(code: string, other: Other, attempt: () => Promise<Value>): Promise<Value | Other> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof ServiceFailure && error.facts.code === code) return other;
    throw error;
  }
}
