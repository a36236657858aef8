import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startReaper } from '../../local/fc/reaper.ts';
import { startWorker } from '../../local/fc/worker.ts';
import { ACCOUNT, LOGSTORE, PROJECT, REGION, ROLE_KEY } from './bench-account.ts';

/** What one call of a function took. */
export interface MeasuredCall {
  readonly ms: number;
  /** User and system time of the worker, in milliseconds, in steps of 10. */
  readonly cpuMs: number;
  /** Most resident memory of the worker so far, from its start: the kernel's own `VmHWM`. */
  readonly peakMb: number;
  /** What it printed, refused connections included. */
  readonly output: readonly string[];
  /** Why the handler failed; `undefined` when it did not. */
  readonly failure: string | undefined;
}

/** The deployable bundle of one function on a worker of its own: a process that does nothing else. */
export interface FunctionWorker {
  readonly pid: number;
  /**
   * One call of the handler, to its end. Rejects when the worker is gone by then: closed, or over its timeout.
   *
   * @param clockOffsetMs - How far the function's clock is ahead of the real one.
   */
  readonly call: (event: Buffer, clockOffsetMs?: number) => Promise<MeasuredCall>;
  readonly close: () => Promise<void>;
}

/** A clock tick of Linux's `/proc`, for every machine that Node 20 runs on. */
const TICK_MS = 10;

/** Starts it. */
export function startFunctionWorker(options: {
  readonly projectFolder: string;
  readonly functionName: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}): FunctionWorker {
  const { environment, functionName, memoryMb, projectFolder, timeoutSeconds } = options;
  const handler = `${functionName}.handler`;
  const reaper = startReaper();
  const worker = startWorker({
    workerScript: join(projectFolder, '.build', 'fc-worker.cjs'),
    preloadScript: join(projectFolder, '.build', 'fc-preload.cjs'),
    setup: {
      kind: 'setup',
      codeFolder: join(projectFolder, 'dist'),
      handler,
      clockOffsetMs: 0,
      context: {
        ...{ functionName, handler, memoryMb, timeoutSeconds },
        ...{ region: REGION, accountId: ACCOUNT, logProject: PROJECT, logStore: LOGSTORE },
      },
    },
    environment,
    reaper,
  });
  const { pid } = worker;
  let calls = 0;
  return {
    pid,
    call: async (event, clockOffsetMs = 0) => {
      calls += 1;
      const cpuBefore = cpuOf(pid);
      const began = performance.now();
      const output: string[] = [];
      const answer = await worker.call(
        { kind: 'call', requestId: `bench-${calls}`, event, clockOffsetMs, retryCount: 0, credentials: ROLE_KEY },
        { onLine: (line) => output.push(line), onRefused: (target) => output.push(`refused ${target}`) },
      );
      const ms = performance.now() - began;
      const failure = answer.kind === 'failed' ? answer.error.errorMessage : undefined;
      if (answer.kind === 'failed' && !answer.usable) throw new Error(`${functionName} failed: ${failure ?? ''}`);
      return { ms, cpuMs: cpuOf(pid) - cpuBefore, peakMb: peakOf(pid), output, failure };
    },
    close: async () => {
      await worker.kill();
      reaper.close();
    },
  };
}

/** @see proc(5), `/proc/<pid>/stat`, fields 14 and 15. */
function cpuOf(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '');
  const [user = '0', system = '0'] = afterName.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MS;
}

/** @see proc(5), `VmHWM` of `/proc/<pid>/status`. */
function peakOf(pid: number): number {
  const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(peakKb ?? Number.NaN) / 1024;
}
