import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Reaper, startReaper } from '../../local/fc/reaper.ts';
import { startWorker, type Worker } from '../../local/fc/worker.ts';
import type { RecordedCall } from '../../local/mqtt/call-record.ts';
import { ACCOUNT, LOGSTORE, PROJECT, REGION, ROLE_KEY, type SweepCloud } from './sweep-cloud.ts';

/** What one sweep took. */
export interface SweepMeasure {
  readonly ms: number;
  /** User and system time of the worker, in milliseconds, in steps of 10. */
  readonly cpuMs: number;
  /** Most resident memory of the worker so far, from its start: the kernel's own `VmHWM`. */
  readonly peakMb: number;
  /** Calls to the MQTT OpenAPI, by the time they arrived. */
  readonly calls: readonly RecordedCall[];
  readonly ossRequests: number;
  readonly records: number;
}

/** The deployable bundle of the sweep on a function worker of its own: a process that does nothing else. */
export interface SweepWorker {
  readonly pid: number;
  /** One tick, to the end of the sweep it begins. Rejects when the worker is closed before. */
  readonly sweep: () => Promise<SweepMeasure>;
  /** Stands still for 150 ms every 1.5 s from now on, as a busy event loop would, until the function it gives is called. */
  readonly stall: () => () => void;
  readonly close: () => Promise<void>;
}

const TIMEOUT_SECONDS = 900;
const MINUTE_MS = 60_000;
/** A clock tick of Linux's `/proc`, for every machine that Node 20 runs on. */
const TICK_MS = 10;

const STALL_MS = 150;
const STALL_EVERY_MS = 1500;

/** Ticks are told apart by their second; the first one came a quarter of an hour ago, as far from the clock as is allowed. */
let ticks = 0;

/**
 * Starts it with a budget of its own.
 *
 * @param callsPerSecond - The sweep's share; one call a second more is left to a register worker that does not exist.
 */
export function startSweepWorker(
  cloud: SweepCloud,
  options: { readonly projectFolder: string; readonly callsPerSecond: number },
): SweepWorker {
  const { callsPerSecond, projectFolder } = options;
  const reaper: Reaper = startReaper();
  const worker: Worker = startWorker({
    workerScript: join(projectFolder, '.build', 'fc-worker.cjs'),
    preloadScript: join(projectFolder, '.build', 'fc-preload.cjs'),
    setup: {
      kind: 'setup',
      codeFolder: join(projectFolder, 'dist'),
      handler: 'sweep.handler',
      clockOffsetMs: 0,
      context: {
        functionName: 'sweep',
        handler: 'sweep.handler',
        memoryMb: 512,
        timeoutSeconds: TIMEOUT_SECONDS,
        region: REGION,
        accountId: ACCOUNT,
        logProject: PROJECT,
        logStore: LOGSTORE,
      },
    },
    environment: {
      ...cloud.environment,
      MQTT_CERTS_CALLS_PER_SECOND: String(callsPerSecond + 1),
      MQTT_CERTS_SWEEP_CALLS_PER_SECOND: String(callsPerSecond),
      MQTT_CERTS_REGISTER_CALLS_PER_SECOND: '1',
      MQTT_CERTS_REGISTER_WORKERS: '1',
    },
    reaper,
  });
  return {
    pid: worker.pid,
    sweep: () => measureSweep(cloud, worker),
    stall: () => stallAgainAndAgain(worker.pid),
    close: async () => {
      await worker.kill();
      reaper.close();
    },
  };
}

function stallAgainAndAgain(pid: number): () => void {
  let waking: NodeJS.Timeout | undefined;
  const stalling = setInterval(() => {
    signal(pid, 'SIGSTOP');
    waking = setTimeout(() => signal(pid, 'SIGCONT'), STALL_MS);
  }, STALL_EVERY_MS);
  return () => {
    clearInterval(stalling);
    clearTimeout(waking);
    signal(pid, 'SIGCONT');
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended
  }
}

async function measureSweep(cloud: SweepCloud, worker: Worker): Promise<SweepMeasure> {
  ticks += 1;
  const triggerTime = new Date(Date.now() - 15 * MINUTE_MS + ticks * 1000).toISOString();
  const event = Buffer.from(JSON.stringify({ triggerTime, triggerName: 'every-interval', payload: '' }));
  const before = cloud.counts();
  const cpuBefore = cpuOf(worker.pid);
  const began = performance.now();
  const output: string[] = [];
  const answer = await worker.call(
    { kind: 'call', requestId: `bench-${ticks}`, event, clockOffsetMs: 0, retryCount: 0, credentials: ROLE_KEY },
    { onLine: (line) => output.push(line), onRefused: (target) => output.push(`refused ${target}`) },
  );
  const ms = performance.now() - began;
  if (answer.kind !== 'returned') throw new Error(`the sweep failed: ${answer.error.errorMessage}`);
  if (output.length > 0) throw new Error(`the sweep had something to say: ${output.slice(0, 5).join('; ')}`);
  const after = cloud.counts();
  return {
    ms,
    cpuMs: cpuOf(worker.pid) - cpuBefore,
    peakMb: peakOf(worker.pid),
    calls: cloud.mqtt.calls().filter(({ at }) => at >= began),
    ossRequests: after.ossRequests - before.ossRequests,
    records: after.records - before.records,
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
