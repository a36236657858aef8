import type { LocalClock } from '../clock.ts';
import type { QueuedCall, QueueStore } from './queue-store.ts';

/** Node's timers overflow past this; a longer wait is cut and looked at again. */
const MAX_TIMER_MS = 2_147_483_647;

/** What became of one try. */
export type TryResult =
  | { readonly kind: 'done' }
  /** Could not start: stays in the queue without counting a try (FC's 429, concurrency limit exceeded). */
  | { readonly kind: 'waiting' }
  /** Failed, and is to be tried again after `delayMs`. */
  | { readonly kind: 'retry'; readonly delayMs: number };

/** FC's asynchronous queue: at least once, no promise of order beyond "older first". */
export interface AsyncQueue {
  /** Resolves once the call is on disk: from then on it survives the end of the process. */
  readonly add: (call: QueuedCall) => Promise<void>;
  /** Looks at what is due: call it when the clock was moved or when a worker became free. */
  readonly wake: () => void;
  readonly size: () => number;
  readonly clear: () => void;
  readonly close: () => void;
}

/**
 * Starts the queue with what a former process left.
 *
 * @param hasRoom - Whether a call of this function can start now; a call that cannot waits without counting a try.
 * @param run - Runs one try. The call stays in the queue until it says `done`.
 * @param onChange - Told whenever the queue may have become empty.
 */
export function createAsyncQueue(options: {
  readonly store: QueueStore;
  readonly clock: LocalClock;
  readonly hasRoom: (functionName: string) => boolean;
  readonly run: (call: QueuedCall) => Promise<TryResult>;
  readonly onChange: () => void;
  /** Told when the queue's own files could not be written; the call goes on in memory. */
  readonly onError: (error: unknown) => void;
}): AsyncQueue {
  const { store, clock } = options;
  const waiting = new Map<string, QueuedCall>(store.load().map((call) => [call.requestId, call]));
  const underWay = new Map<string, QueuedCall>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let generation = 0;

  const settle = async (call: QueuedCall, result: TryResult): Promise<void> => {
    if (result.kind === 'done') {
      await store.remove(call);
      return;
    }
    if (result.kind === 'waiting') {
      waiting.set(call.requestId, call);
      return;
    }
    const next = { ...call, failures: call.failures + 1, notBefore: clock.now() + result.delayMs };
    waiting.set(next.requestId, next);
    await store.save(next);
  };

  const start = async (call: QueuedCall): Promise<void> => {
    const startedIn = generation;
    waiting.delete(call.requestId);
    underWay.set(call.requestId, call);
    const result = await options.run(call);
    underWay.delete(call.requestId);
    try {
      // Ended or emptied meanwhile: what is on disk decides.
      if (!closed && startedIn === generation) await settle(call, result);
    } finally {
      wake();
      options.onChange();
    }
  };

  const wake = (): void => {
    if (closed) return;
    clearTimeout(timer);
    const now = clock.now();
    let nextDue = Number.POSITIVE_INFINITY;
    const full = new Set<string>(); // asked once per function: a thousand calls may be waiting for the same one
    for (const call of waiting.values()) {
      if (call.notBefore > now) nextDue = Math.min(nextDue, call.notBefore);
      else if (full.has(call.functionName)) continue;
      else if (options.hasRoom(call.functionName)) start(call).catch(options.onError);
      else full.add(call.functionName);
    }
    // A call that is due but has no room is started by the call that makes room, not by a timer.
    if (nextDue < Number.POSITIVE_INFINITY) timer = setTimeout(wake, Math.min(nextDue - now, MAX_TIMER_MS));
  };

  return {
    add: async (call) => {
      await store.save(call);
      if (closed) return;
      waiting.set(call.requestId, call);
      wake();
    },
    wake,
    size: () => waiting.size + underWay.size,
    clear: () => {
      generation += 1;
      waiting.clear();
      store.clear();
      options.onChange();
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
