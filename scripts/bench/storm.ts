import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud } from '../../local/cloud.ts';
import type { RecordedCall } from '../../local/mqtt/call-record.ts';
import { mapLimited } from '../../shared/core/limit.ts';
import { type BenchCloud, dropPair, startBenchCloud } from './bench-cloud.ts';
import { type BenchPair, makeBenchPair } from './bench-pairs.ts';
import type { BenchContext, BenchGoal, BenchReport } from './report.ts';
import { busiestSecond } from './statistics.ts';
import { type MemoryWatch, watchWorkerMemory } from './worker-memory.ts';

const PAIRS = 1000;
/** The default shares of `s.yaml`: 10 register workers with 3 calls a second each, within 100 of the account. */
const WORKERS = 10;
const REGISTER_CALLS_PER_SECOND = 30;
/** What one registration can not do without: look up, register, read back. */
const CALLS_PER_PAIR = 3;

const MAX_OVERTIME = 0.15;
const MAX_WORKER_MB = 256;

const UPLOADS_AT_ONCE = 16;
/** So long without any drop ending means that none will: a function may take 120 s at most. */
const GIVE_UP_AFTER_MS = 180_000;

/**
 * Measures 1,000 pairs dropped at once under the default call budget: whether each is registered exactly once, whether
 * any sliding second went over the budget, how much memory a worker took, and how close the whole run came to the time
 * the budget alone would take. The clock runs from the first upload to the last record in the log store.
 */
export async function benchStorm(context: BenchContext): Promise<BenchReport> {
  const bench = await startBenchCloud({ projectFolder: context.projectFolder, maxWorkers: WORKERS });
  try {
    const codes = await bench.codes(PAIRS);
    const pairs = codes.map((code, index) => makeBenchPair(index + 1, code, Date.now()));
    const memory = watchWorkerMemory();
    const began = performance.now();
    const uploading = uploadAll(bench, pairs, context.stopped);
    await Promise.all([uploading, untilAllEnded(bench, memory, context)]);
    const wholeMs = Math.max(...[...bench.ended.values()].map(({ at }) => at)) - began;
    const uploadMs = (await uploading) - began;
    await bench.cloud.fc.idle();
    memory.look();
    return reportOf({ bench, memory, wholeMs, uploadMs });
  } finally {
    await bench.close();
  }
}

/** Resolves to the moment when the last file was there. */
async function uploadAll(bench: BenchCloud, pairs: readonly BenchPair[], stopped: AbortSignal): Promise<number> {
  await mapLimited(pairs, UPLOADS_AT_ONCE, (pair, index) => {
    stopped.throwIfAborted();
    return dropPair(bench, `storm-${index}`, pair);
  });
  return performance.now();
}

async function untilAllEnded(
  { cloud, ended }: BenchCloud,
  memory: MemoryWatch,
  { stopped, tellProgress }: BenchContext,
): Promise<void> {
  let moved = { count: 0, at: performance.now() };
  for (let second = 1; ended.size < PAIRS; second += 1) {
    await sleep(1000, undefined, { signal: stopped });
    memory.look();
    const calls = callsOfWorkers(cloud).length;
    tellProgress(`${second} s: ${ended.size} of ${PAIRS} ended, ${calls} calls, ${memory.peakMb().toFixed(0)} MB`);
    if (ended.size > moved.count) moved = { count: ended.size, at: performance.now() };
    if (performance.now() - moved.at > GIVE_UP_AFTER_MS) throw new Error('no drop has ended for three minutes');
  }
}

interface Measured {
  readonly bench: BenchCloud;
  readonly memory: MemoryWatch;
  readonly wholeMs: number;
  readonly uploadMs: number;
}

function reportOf({ bench, memory, wholeMs, uploadMs }: Measured): BenchReport {
  const { cloud, ended, instance } = bench;
  const calls = callsOfWorkers(cloud);
  const registered = [...ended.values()].filter(({ kind }) => kind === 'ca-registered').length;
  const names = new Set(cloud.mqtt.engine.cas(instance).map(({ name }) => name)).size;
  const registrations = calls.filter(({ action }) => action === 'RegisterCaCertificate').length;
  const busiest = busiestSecond(calls.map(({ at }) => at));
  const budgetMs = (1000 * PAIRS * CALLS_PER_PAIR) / REGISTER_CALLS_PER_SECOND;
  const overtime = wholeMs / budgetMs - 1;
  const peakMb = memory.peakMb();
  const rows = [
    { label: 'whole run', value: wholeMs / 1000, unit: 's', ratio: wholeMs / budgetMs },
    { label: 'what the budget alone would take', value: budgetMs / 1000, unit: 's' },
    { label: 'until the last upload was there', value: uploadMs / 1000, unit: 's' },
    { label: 'calls to the service', value: calls.length, unit: 'calls' },
    { label: 'calls in the busiest sliding second', value: busiest, unit: 'calls' },
    { label: 'highest memory of a worker', value: peakMb, unit: 'MB' },
  ];
  const goals = [
    goal(`all ${PAIRS} pairs end registered (${registered})`, registered === PAIRS),
    goal(
      `exactly one registration each (${registrations} calls, ${names} CAs)`,
      registrations === PAIRS && names === PAIRS,
    ),
    goal(
      `no sliding second over the ${REGISTER_CALLS_PER_SECOND} calls of the workers (${busiest})`,
      busiest <= REGISTER_CALLS_PER_SECOND,
    ),
    goal(`workers under ${MAX_WORKER_MB} MB (${peakMb.toFixed(0)} MB)`, peakMb > 0 && peakMb < MAX_WORKER_MB),
    goal(`whole run within 15 % of the budget alone (${(overtime * 100).toFixed(1)} % over)`, overtime <= MAX_OVERTIME),
  ];
  return { name: 'storm', rows, goals };
}

/** The bench itself asked for the registration codes, before the clock ran. */
function callsOfWorkers(cloud: LocalCloud): readonly RecordedCall[] {
  return cloud.mqtt.calls().filter(({ action }) => action !== 'GetRegisterCode');
}

function goal(text: string, met: boolean): BenchGoal {
  return { text, met };
}
