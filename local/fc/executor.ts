import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { LocalClock } from '../clock.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { FunctionLogs } from './function-log.ts';
import { describeEvent, type Invocation, type InvocationRing, sanitize } from './invocations.ts';
import { createWorkerPool } from './pool.ts';
import type { FunctionError, WorkerSetup } from './protocol.ts';
import type { Reaper } from './reaper.ts';
import { startWorker, type Worker, type WorkerAnswer } from './worker.ts';

/** The temporary key of the functions' role; its id begins with `STS.`. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
}

/** What one try is made of. */
export interface Attempt {
  readonly requestId: string;
  readonly definition: FunctionDefinition;
  readonly cause: string;
  readonly payload: Buffer;
  /** 0 for the first try; the handler sees it as `context.retryCount`. */
  readonly retryCount: number;
}

/** Runs functions on workers and remembers every try. */
export interface Executor {
  /** `undefined` when no worker may be started now: FC's ResourceExhausted. Never rejects for what a function does. */
  readonly run: (attempt: Attempt) => Promise<WorkerAnswer | undefined>;
  readonly hasRoom: (definition: FunctionDefinition) => boolean;
  readonly running: () => number;
  /** Remembers a call that ended without being run. */
  readonly recordSkipped: (
    attempt: Attempt,
    error: Required<Pick<FunctionError, 'errorType' | 'errorMessage'>>,
  ) => void;
  readonly close: () => Promise<void>;
}

/** What an executor needs. */
export interface ExecutorOptions {
  readonly functions: readonly FunctionDefinition[];
  readonly codeFolderOf: (definition: FunctionDefinition) => string;
  readonly workerScript: string;
  readonly preloadScript: string;
  readonly accountId: string;
  readonly credentials: RoleCredentials;
  readonly clock: LocalClock;
  readonly maxWorkers: number;
  readonly idleWorkerMs: number;
  readonly logs: FunctionLogs;
  readonly ring: InvocationRing;
  readonly reaper: Reaper;
  readonly onInvocation: (invocation: Invocation) => void;
}

/** Most output lines of one try that are remembered; the log file has them all. */
const MAX_OUTPUT_LINES = 200;
const MAX_REFUSED = 10;

/** Builds the executor. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { clock } = options;
  const definitions = new Map(options.functions.map((definition) => [definition.functionName, definition]));
  const pool = createWorkerPool({
    maxWorkers: options.maxWorkers,
    idleMs: options.idleWorkerMs,
    start: (functionName) => {
      const definition = definitions.get(functionName);
      if (definition === undefined) throw new Error(`no function ${functionName}`);
      return startWorkerOf(definition, options);
    },
  });
  const limitOf = (definition: FunctionDefinition): number => definition.concurrencyConfig.reservedConcurrency;

  const runOn = async (worker: Worker, attempt: Attempt): Promise<WorkerAnswer> => {
    const { requestId, definition } = attempt;
    const output: string[] = [];
    const refused = new Set<string>();
    const startedAt = clock.now();
    const began = performance.now();
    const log = (line: string): void => options.logs.write(definition.functionName, [line]);
    log(`FC Invoke Start RequestId: ${requestId}`);
    const answer = await worker.call(
      {
        kind: 'call',
        requestId,
        event: attempt.payload,
        clockOffsetMs: clock.offsetMs(),
        retryCount: attempt.retryCount,
        credentials: options.credentials,
      },
      {
        onLine: (line) => {
          log(line);
          if (output.push(line) > MAX_OUTPUT_LINES) output.shift();
        },
        onRefused: (target) => {
          if (refused.size < MAX_REFUSED) refused.add(sanitize(target));
          log(`connection refused by the local cloud: ${sanitize(target)}`);
        },
      },
    );
    if (answer.kind === 'failed') log(sanitize(answer.error.stackTrace?.join('\n') ?? answer.error.errorMessage));
    log(`FC Invoke End RequestId: ${requestId}`);
    const durationMs = Math.round(performance.now() - began);
    const refusedConnections = [...refused];
    record(
      { ...describeAttempt(attempt), startedAt, durationMs, refusedConnections, ...describeAnswer(answer) },
      output,
    );
    return answer;
  };

  const record = (invocation: Invocation, output: readonly string[]): void => {
    options.ring.add(invocation, output);
    options.onInvocation(invocation);
  };

  return {
    hasRoom: (definition) => pool.hasRoom(definition.functionName, limitOf(definition)),
    running: pool.running,
    run: async (attempt) => {
      const { definition } = attempt;
      const worker = await pool.take(definition.functionName, limitOf(definition));
      if (worker === undefined) return undefined;
      const answer = await runOn(worker, attempt);
      pool.giveBack(definition.functionName, worker, answer.kind === 'returned' || answer.usable);
      return answer;
    },
    recordSkipped: (attempt, error) => {
      const skipped = { startedAt: clock.now(), durationMs: 0, maxMemoryMb: 0, refusedConnections: [] };
      record({ ...describeAttempt(attempt), ...skipped, result: 'error', ...error }, []);
    },
    close: pool.close,
  };
}

function describeAttempt(attempt: Attempt): Pick<Invocation, 'id' | 'function' | 'trigger' | 'event' | 'attempt'> {
  return {
    id: attempt.requestId,
    function: attempt.definition.functionName,
    trigger: attempt.cause,
    event: describeEvent(attempt.payload),
    attempt: attempt.retryCount + 1,
  };
}

type AnswerPart = Pick<Invocation, 'result' | 'errorType' | 'errorMessage' | 'maxMemoryMb'>;

function describeAnswer(answer: WorkerAnswer): AnswerPart {
  const { maxMemoryMb } = answer;
  if (answer.kind === 'returned') return { result: 'ok', maxMemoryMb };
  const { errorType = 'UnhandledInvocationError', errorMessage } = answer.error;
  return { result: 'error', errorType: sanitize(errorType), errorMessage: sanitize(errorMessage), maxMemoryMb };
}

function startWorkerOf(definition: FunctionDefinition, options: ExecutorOptions): Worker {
  const codeFolder = resolve(options.codeFolderOf(definition));
  const initializer = definition.instanceLifecycleConfig?.initializer;
  const setup: WorkerSetup = {
    kind: 'setup',
    codeFolder,
    handler: definition.handler,
    initializer: initializer && { handler: initializer.handler, timeoutSeconds: initializer.timeout },
    clockOffsetMs: options.clock.offsetMs(),
    context: {
      functionName: definition.functionName,
      handler: definition.handler,
      memoryMb: definition.memorySize,
      timeoutSeconds: definition.timeout,
      region: definition.region,
      accountId: options.accountId,
      logProject: definition.logConfig.project,
      logStore: definition.logConfig.logstore,
    },
  };
  const environment = workerEnvironment(definition, codeFolder, options);
  const { workerScript, preloadScript, reaper } = options;
  return startWorker({ workerScript, preloadScript, setup, environment, reaper });
}

/**
 * The whole environment of a worker: what FC sets and what `s.yaml` asks for.
 *
 * @see Environment variables, Function Compute documentation (nodejs20 runs on Debian 10: `FC_VER_ID`).
 */
function workerEnvironment(
  definition: FunctionDefinition,
  codeFolder: string,
  options: ExecutorOptions,
): Readonly<Record<string, string>> {
  return {
    TZ: 'UTC', // not a variable of FC but the zone of its machines; a laptop elsewhere must not show through
    ...definition.environmentVariables,
    FC_FUNC_CODE_PATH: codeFolder,
    ALIBABA_CLOUD_ACCESS_KEY_ID: options.credentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: options.credentials.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: options.credentials.securityToken,
    FC_ACCOUNT_ID: options.accountId,
    FC_REGION: definition.region,
    FC_FUNCTION_NAME: definition.functionName,
    FC_FUNCTION_HANDLER: definition.handler,
    FC_FUNCTION_MEMORY_SIZE: String(definition.memorySize),
    FC_INSTANCE_ID: `c-${randomBytes(12).toString('hex')}`,
    FC_VER_ID: 'LATEST',
  };
}
