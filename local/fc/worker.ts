import { type ChildProcess, spawn } from 'node:child_process';
import { createLineSplitter } from './line-splitter.ts';
import type { FunctionError, WorkerCall, WorkerReport, WorkerSetup } from './protocol.ts';
import type { Reaper } from './reaper.ts';

/** How one call ended. */
export type WorkerAnswer =
  | { readonly kind: 'returned'; readonly payload: Buffer; readonly maxMemoryMb: number }
  | { readonly kind: 'failed'; readonly error: FunctionError; readonly maxMemoryMb: number; readonly usable: boolean };

/** What someone wants to know while a call runs. */
export interface CallListener {
  readonly onLine: (line: string) => void;
  /** A connection that would have left this machine was refused. */
  readonly onRefused: (target: string) => void;
}

/** One function worker: a child process that runs one call at a time and is frozen in between. */
export interface Worker {
  readonly pid: number;
  /** Never rejects: every way a call can end is an answer. A worker that answered `usable: false` is gone. */
  readonly call: (call: WorkerCall, listener: CallListener) => Promise<WorkerAnswer>;
  readonly kill: () => Promise<void>;
}

/** What a worker is started with. */
export interface WorkerOptions {
  readonly workerScript: string;
  readonly preloadScript: string;
  readonly setup: WorkerSetup;
  /** The whole environment of the process: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly reaper: Reaper;
}

/** How long the last output of a call may take to arrive after its answer. */
const OUTPUT_GRACE_MS = 500;

interface PendingCall {
  readonly requestId: string;
  readonly listener: CallListener;
  readonly finish: (answer: WorkerAnswer) => void;
  /** Streams whose end-of-output mark has not been seen yet. */
  readonly openStreams: Set<'stdout' | 'stderr'>;
  answer?: WorkerAnswer;
}

/**
 * Starts a worker. It lives in a session of its own, so that Ctrl-C in the terminal reaches the local cloud, which ends
 * its workers in order, and not them.
 */
export function startWorker(options: WorkerOptions): Worker {
  const child = spawn(process.execPath, ['--require', options.preloadScript, options.workerScript], {
    cwd: options.setup.codeFolder,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
  });
  return new ChildWorker(child, options);
}

class ChildWorker implements Worker {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  readonly #timeoutSeconds: number;
  readonly #exited: Promise<void>;
  readonly #started: Promise<FunctionError | undefined>;
  #pending: PendingCall | undefined;
  #startedAt = performance.now();
  #maxMemoryMb = 0;
  #stopped = false;
  #gone = false;

  constructor(child: ChildProcess, options: WorkerOptions) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.#timeoutSeconds = options.setup.context.timeoutSeconds;
    this.#timeoutMs = this.#timeoutSeconds * 1000;
    if (this.pid > 0) options.reaper.watch(this.pid);
    this.#exited = new Promise((resolve) => {
      const ended = (): void => {
        if (this.#gone) return;
        this.#gone = true;
        options.reaper.forget(this.pid);
        this.#end(this.#exitError());
        resolve();
      };
      child.once('close', ended); // after the last output, unlike 'exit'
      // …but a process that the handler left behind may hold the output open for ever
      child.once('exit', () => setTimeout(ended, OUTPUT_GRACE_MS).unref());
      child.once('error', ended);
    });
    this.#started = new Promise((resolve) => {
      child.on('message', (message: WorkerReport) => {
        if (message.kind === 'ready') resolve(undefined);
        else if (message.kind === 'start-failed') resolve(message.error);
        else this.#take(message);
      });
      void this.#exited.then(() => resolve(this.#exitError()));
    });
    this.#listenTo('stdout');
    this.#listenTo('stderr');
    this.#send(options.setup);
  }

  async call(call: WorkerCall, listener: CallListener): Promise<WorkerAnswer> {
    this.#thaw();
    this.#startedAt = performance.now();
    const running = new Promise<WorkerAnswer>((finish) => {
      const openStreams = new Set(['stdout', 'stderr'] as const);
      this.#pending = { requestId: call.requestId, listener, finish, openStreams };
    });
    const timer = setTimeout(() => this.#timeOut(), this.#timeoutMs);
    const startError = await this.#started;
    if (startError !== undefined) this.#end(startError);
    else this.#send(call);
    const answer = await running;
    clearTimeout(timer);
    if (answer.kind === 'failed' && !answer.usable) await this.kill();
    else this.#freeze();
    return answer;
  }

  async kill(): Promise<void> {
    if (!this.#gone) this.#child.kill('SIGKILL'); // also ends a stopped process
    await this.#exited;
  }

  #listenTo(name: 'stdout' | 'stderr'): void {
    const stream = this.#child[name];
    const splitter = createLineSplitter(
      (line) => this.#pending?.listener.onLine(line),
      (requestId) => {
        if (this.#pending?.requestId !== requestId) return;
        this.#pending.openStreams.delete(name);
        this.#settle();
      },
    );
    stream?.on('data', splitter.push);
    stream?.on('end', splitter.flush);
  }

  #take(message: Exclude<WorkerReport, { kind: 'ready' | 'start-failed' }>): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    if (message.kind === 'refused') {
      pending.listener.onRefused(message.target);
      return;
    }
    const { maxMemoryMb } = message;
    this.#maxMemoryMb = maxMemoryMb;
    pending.answer =
      message.kind === 'returned'
        ? { kind: 'returned', payload: Buffer.from(message.payload), maxMemoryMb }
        : { kind: 'failed', error: message.error, maxMemoryMb, usable: true };
    setTimeout(() => this.#settle(pending), OUTPUT_GRACE_MS).unref();
    this.#settle();
  }

  /** Answers once the call has answered and all its output is here, or once `giveUpOn` has waited long enough. */
  #settle(giveUpOn?: PendingCall): void {
    const pending = this.#pending;
    if (pending?.answer === undefined) return;
    if (pending.openStreams.size > 0 && pending !== giveUpOn) return;
    this.#pending = undefined;
    pending.finish(pending.answer);
  }

  #end(error: FunctionError): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.finish({ kind: 'failed', error, maxMemoryMb: this.#maxMemoryMb, usable: false });
  }

  #timeOut(): void {
    this.#end({ errorMessage: `Function timed out after ${String(this.#timeoutSeconds)} seconds` });
  }

  #exitError(): FunctionError {
    const elapsed = Math.round(performance.now() - this.#startedAt);
    const usage = `duration: ${String(elapsed)}ms, maxMemoryUsage: ${this.#maxMemoryMb.toFixed(2)}MB`;
    return { errorMessage: `Process exited unexpectedly before completing request (${usage})` };
  }

  #send(message: WorkerSetup | WorkerCall): void {
    // A worker that has just died refuses the message; 'close' then ends the call.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #freeze(): void {
    if (!this.#gone) this.#stopped = this.#child.kill('SIGSTOP');
  }

  #thaw(): void {
    if (this.#stopped && !this.#gone) this.#child.kill('SIGCONT');
    this.#stopped = false;
  }
}
