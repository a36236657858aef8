import { batchesOf } from '../core/sls-batches.ts';
import { isPassingSlsFailure } from '../core/sls-codes.ts';
import { encodeLogGroup } from '../core/sls-log-group.ts';
import type { EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutcomeLog } from '../ports/outcome-log.ts';
import { type RepeatPolicy, repeat } from './repeat.ts';
import type { SlsSend } from './sls-send.ts';

/** What the outcome log works with. */
export interface SlsLogOptions {
  readonly send: SlsSend;
  readonly logstore: string;
  readonly clock: Clock;
  /** When the invocation's work must be over. */
  readonly deadline: EpochMs;
  /** Shown as `__source__`: the function that writes. At most 128 bytes. */
  readonly source: string;
  /** Longest one request may take; 5 s unless told otherwise. */
  readonly attemptMs?: number;
}

/**
 * Outcomes in a log store of SLS. Batches go one after the other, each at most three times; the first batch that is not
 * taken ends the append with its failure. The service knows no idempotency: a batch whose answer was lost may be there
 * twice, and readers tell records apart by `event_id`.
 */
export function slsLog(options: SlsLogOptions): OutcomeLog {
  const { send, clock, source } = options;
  const policy: RepeatPolicy = {
    service: 'sls',
    clock,
    deadline: options.deadline,
    attemptMs: options.attemptMs ?? 5000,
    maxAttempts: 3,
    backoff: { baseMs: 200, capMs: 2000 },
    isWorthRepeating: isPassingSlsFailure,
  };
  return {
    append: async (records) => {
      for (const logs of batchesOf(records, clock.now())) {
        const body = encodeLogGroup({ logs, topic: 'outcome', source });
        await repeat(policy, (timeoutMs) =>
          send({ method: 'POST', path: `/logstores/${options.logstore}/shards/lb`, query: {}, body, timeoutMs }),
        );
      }
    },
  };
}
