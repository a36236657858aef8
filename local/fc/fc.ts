import { join } from 'node:path';
import type { LocalClock } from '../clock.ts';
import { destinationPayload, errorBody } from './destination.ts';
import { type Attempt, createExecutor, type RoleCredentials } from './executor.ts';
import { type FunctionDefinition, parseFunctionArn } from './function-definition.ts';
import { openFunctionLogs } from './function-log.ts';
import { createInvocationRing, type Invocation } from './invocations.ts';
import { firedTriggers, type ObjectEvent, ossEventPayload } from './object-event.ts';
import { createAsyncQueue, type TryResult } from './queue.ts';
import { openQueueStore, type QueuedCall } from './queue-store.ts';
import { startReaper } from './reaper.ts';
import { newRequestId } from './request-id.ts';
import { startTimers, timerEventPayload, timerTriggers } from './timers.ts';
import type { WorkerAnswer } from './worker.ts';

/** A refusal of the function service, with its code. */
export class FunctionServiceError extends Error {
  override readonly name = 'FunctionServiceError';
  readonly code: 'FunctionNotFound' | 'TriggerNotFound' | 'ResourceExhausted' | 'EntityTooLarge';

  constructor(code: FunctionServiceError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** What the stand-in of Function Compute is started with. */
export interface FcOptions {
  readonly dataFolder: string;
  readonly functions: readonly FunctionDefinition[];
  /** Where the bundle of a function lies. */
  readonly codeFolderOf: (definition: FunctionDefinition) => string;
  /** The bundled `worker-main.ts` and `preload.ts`. */
  readonly workerScript: string;
  readonly preloadScript: string;
  readonly accountId: string;
  readonly credentials: RoleCredentials;
  readonly clock: LocalClock;
  /** Most workers at once over all functions; default 8. A function's `reservedConcurrency` holds besides. */
  readonly maxWorkers?: number | undefined;
  /** How long a frozen worker is kept; default 5 minutes. */
  readonly idleWorkerMs?: number | undefined;
  /** Wait before a try, by the number of failed ones; default 1 s, 2 s, 4 s … 60 s. */
  readonly retryDelayMs?: ((failures: number) => number) | undefined;
  readonly onInvocation?: ((invocation: Invocation) => void) | undefined;
  /** Told in one sentence when the stand-in itself has trouble. */
  readonly onProblem?: ((sentence: string) => void) | undefined;
}

/** The stand-in of Function Compute. */
export interface Fc {
  readonly functions: readonly string[];
  /** Fires the OSS triggers an event matches; resolves when their calls are on disk, to the request ids. */
  readonly deliver: (event: ObjectEvent) => Promise<readonly string[]>;
  /** Fires the timer triggers of a function now, as if they were due. */
  readonly tick: (functionName: string) => Promise<readonly string[]>;
  readonly invokeAsync: (functionName: string, payload: Buffer) => Promise<string>;
  /** Calls a function and waits. A failed function is an answer; too many calls at once reject with ResourceExhausted. */
  readonly invoke: (functionName: string, payload: Buffer, requestId?: string) => Promise<WorkerAnswer>;
  /** Newest first. */
  readonly invocations: (limit?: number) => readonly Invocation[];
  /** What a remembered call wrote to its console. */
  readonly output: (id: string) => readonly string[];
  /** To be called after the clock was moved. */
  readonly wake: () => void;
  /** Resolves when nothing is queued and nothing runs. */
  readonly idle: () => Promise<void>;
  /** Forgets every queued call and every remembered one. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

/** FC's limit for the payload of an asynchronous call. */
const ASYNC_PAYLOAD_MAX_BYTES = 128 * 1024;

/** Starts the stand-in of Function Compute; calls that a former process left in the queue start at once. */
export function startFc(options: FcOptions): Fc {
  return new LocalFc(options);
}

class LocalFc implements Fc {
  readonly functions: readonly string[];
  readonly #options: FcOptions;
  readonly #clock: LocalClock;
  readonly #ring = createInvocationRing();
  readonly #reaper = startReaper();
  readonly #executor;
  readonly #queue;
  readonly #timers;
  /** Calls that are being accepted, or run synchronously: not in the queue, and yet not idle. */
  #busy = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(options: FcOptions) {
    const problem = options.onProblem ?? (() => undefined);
    this.#options = options;
    this.#clock = options.clock;
    this.functions = options.functions.map((definition) => definition.functionName);
    this.#executor = createExecutor({
      ...options,
      maxWorkers: options.maxWorkers ?? 8,
      idleWorkerMs: options.idleWorkerMs ?? 300_000,
      logs: openFunctionLogs(join(options.dataFolder, 'logs')),
      ring: this.#ring,
      reaper: this.#reaper,
      onInvocation: options.onInvocation ?? (() => undefined),
    });
    this.#queue = createAsyncQueue({
      store: openQueueStore(join(options.dataFolder, 'queue'), (file) =>
        problem(`${file} in the queue is not readable`),
      ),
      clock: options.clock,
      hasRoom: (name) => {
        const definition = this.#find(name);
        return definition === undefined || this.#executor.hasRoom(definition);
      },
      run: (call) => this.#try(call),
      onChange: () => this.#noticeIdle(),
      onError: (error) =>
        problem(`the queue could not be written: ${error instanceof Error ? error.message : 'unknown'}`),
    });
    this.#timers = startTimers(options.functions, options.clock, (functionName, trigger, dueMs) => {
      void this.#enqueue(functionName, trigger.triggerName, timerEventPayload(trigger, dueMs));
    });
    this.#queue.wake();
  }

  async deliver(event: ObjectEvent): Promise<readonly string[]> {
    const { accountId } = this.#options;
    const accepted = this.#options.functions.flatMap((definition) =>
      firedTriggers(definition, event).map((trigger) => {
        const payload = ossEventPayload(trigger, event, { region: definition.region, accountId });
        return this.#enqueue(definition.functionName, trigger.triggerName, payload);
      }),
    );
    return Promise.all(accepted);
  }

  async tick(functionName: string): Promise<readonly string[]> {
    const triggers = timerTriggers(this.#require(functionName));
    if (triggers.length === 0) {
      throw new FunctionServiceError('TriggerNotFound', `${functionName} has no timer trigger`);
    }
    const now = this.#clock.now();
    return Promise.all(
      triggers.map((trigger) => this.#enqueue(functionName, trigger.triggerName, timerEventPayload(trigger, now))),
    );
  }

  async invokeAsync(functionName: string, payload: Buffer): Promise<string> {
    this.#require(functionName);
    if (payload.length > ASYNC_PAYLOAD_MAX_BYTES) {
      throw new FunctionServiceError('EntityTooLarge', 'the payload of an asynchronous call is at most 128 KB');
    }
    return this.#enqueue(functionName, 'invoke', payload);
  }

  async invoke(
    functionName: string,
    payload: Buffer,
    requestId = newRequestId(this.#clock.now()),
  ): Promise<WorkerAnswer> {
    const definition = this.#require(functionName);
    const answer = await this.#whileBusy(() =>
      this.#executor.run({ requestId, definition, cause: 'invoke', payload, retryCount: 0 }),
    );
    this.#queue.wake(); // a worker became free
    if (answer !== undefined) return answer;
    throw new FunctionServiceError('ResourceExhausted', `${functionName} already runs as often as it may`);
  }

  invocations(limit = 100): readonly Invocation[] {
    return this.#ring.latest(limit);
  }

  output(id: string): readonly string[] {
    return this.#ring.output(id);
  }

  wake(): void {
    this.#timers.wake();
    this.#queue.wake();
  }

  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  reset(): void {
    this.#queue.clear();
    this.#ring.clear();
  }

  async close(): Promise<void> {
    this.#timers.close();
    this.#queue.close();
    await this.#executor.close();
    this.#reaper.close();
  }

  #find(functionName: string): FunctionDefinition | undefined {
    return this.#options.functions.find((definition) => definition.functionName === functionName);
  }

  #require(functionName: string): FunctionDefinition {
    const definition = this.#find(functionName);
    if (definition !== undefined) return definition;
    const known = this.functions.join(', ');
    throw new FunctionServiceError('FunctionNotFound', `there is no function ${functionName}; s.yaml has: ${known}`);
  }

  async #enqueue(functionName: string, cause: string, payload: Buffer): Promise<string> {
    const now = this.#clock.now();
    const requestId = newRequestId(now);
    const call = { requestId, functionName, cause, payload, enqueuedAt: now, notBefore: now, failures: 0 };
    await this.#whileBusy(() => this.#queue.add(call));
    return requestId;
  }

  /** One try of a queued call: retried while FC would retry it, then on to its destination. */
  async #try(call: QueuedCall): Promise<TryResult> {
    const definition = this.#find(call.functionName);
    if (definition === undefined) return { kind: 'done' }; // s.yaml no longer has it, as after `s remove`
    const { maxAsyncRetryAttempts, maxAsyncEventAgeInSeconds } = definition.asyncInvokeConfig;
    const attempt: Attempt = { ...call, definition, retryCount: call.failures };
    if (this.#clock.now() - call.enqueuedAt > maxAsyncEventAgeInSeconds * 1000) {
      const errorMessage = `not run within ${String(maxAsyncEventAgeInSeconds)} seconds`;
      this.#executor.recordSkipped(attempt, { errorType: 'Expired', errorMessage });
      await this.#forward(attempt, 'Expired', undefined);
      return { kind: 'done' };
    }
    const answer = await this.#executor.run(attempt);
    if (answer === undefined) return { kind: 'waiting' };
    if (answer.kind === 'failed' && call.failures < maxAsyncRetryAttempts) {
      return { kind: 'retry', delayMs: (this.#options.retryDelayMs ?? defaultRetryDelayMs)(call.failures + 1) };
    }
    if (answer.kind === 'failed') await this.#forward(attempt, 'UnhandledInvocationError', errorBody(answer.error));
    else await this.#forward(attempt, 'Success', answer.payload.toString('utf8'));
    return { kind: 'done' };
  }

  async #forward(
    attempt: Attempt,
    condition: 'Success' | 'UnhandledInvocationError' | 'Expired',
    responsePayload: string | undefined,
  ): Promise<void> {
    const { definition, requestId } = attempt;
    const { onSuccess, onFailure } = definition.asyncInvokeConfig.destinationConfig ?? {};
    const arn = (condition === 'Success' ? onSuccess : onFailure)?.destination;
    const target = arn === undefined ? undefined : parseFunctionArn(arn);
    if (target === undefined) return;
    const payload = destinationPayload({
      requestId,
      functionArn: `acs:fc:${definition.region}:${this.#options.accountId}:functions/${definition.functionName}`,
      condition,
      tries: attempt.retryCount + (condition === 'Expired' ? 0 : 1),
      requestPayload: attempt.payload,
      responsePayload,
      atMs: this.#clock.now(),
    });
    await this.#enqueue(target.functionName, 'destination', payload);
  }

  async #whileBusy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      this.#noticeIdle();
    }
  }

  #isIdle(): boolean {
    return this.#busy === 0 && this.#queue.size() === 0;
  }

  #noticeIdle(): void {
    if (!this.#isIdle()) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** Doubling from one second to one minute; FC does not document its own spacing for handler errors. */
function defaultRetryDelayMs(failures: number): number {
  return Math.min(1000 * 2 ** (failures - 1), 60_000);
}
