import type { RecordedCall } from '../../local/mqtt/call-record.ts';
import { type FunctionWorker, type MeasuredCall, startFunctionWorker } from './function-worker.ts';
import type { SweepCloud } from './sweep-cloud.ts';

/** What one sweep took. */
export interface SweepMeasure extends Omit<MeasuredCall, 'output' | 'failure'> {
  /** Calls to the MQTT OpenAPI, by the time they arrived. */
  readonly calls: readonly RecordedCall[];
  readonly ossRequests: number;
  readonly records: number;
}

/** The deployable bundle of the sweep on a function worker of its own. */
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
  const worker = startFunctionWorker({
    ...{ projectFolder, functionName: 'sweep', memoryMb: 512, timeoutSeconds: TIMEOUT_SECONDS },
    environment: {
      ...cloud.environment,
      MQTT_CERTS_CALLS_PER_SECOND: String(callsPerSecond + 1),
      MQTT_CERTS_SWEEP_CALLS_PER_SECOND: String(callsPerSecond),
      MQTT_CERTS_REGISTER_CALLS_PER_SECOND: '1',
      MQTT_CERTS_REGISTER_WORKERS: '1',
    },
  });
  return {
    pid: worker.pid,
    sweep: () => measureSweep(cloud, worker),
    stall: () => stallAgainAndAgain(worker.pid),
    close: worker.close,
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

async function measureSweep(cloud: SweepCloud, worker: FunctionWorker): Promise<SweepMeasure> {
  ticks += 1;
  const triggerTime = new Date(Date.now() - 15 * MINUTE_MS + ticks * 1000).toISOString();
  const event = Buffer.from(JSON.stringify({ triggerTime, triggerName: 'every-interval', payload: '' }));
  const before = cloud.counts();
  const began = performance.now();
  const { failure, output, ...measured } = await worker.call(event);
  if (failure !== undefined) throw new Error(`the sweep failed: ${failure}`);
  if (output.length > 0) throw new Error(`the sweep had something to say: ${output.slice(0, 5).join('; ')}`);
  const after = cloud.counts();
  return {
    ...measured,
    calls: cloud.mqtt.calls().filter(({ at }) => at >= began),
    ossRequests: after.ossRequests - before.ossRequests,
    records: after.records - before.records,
  };
}
