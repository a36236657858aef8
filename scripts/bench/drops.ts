import { bareRegistration } from './bare-registration.ts';
import { type BenchCloud, dropPair, startBenchCloud } from './bench-cloud.ts';
import { type BenchPair, makeBenchPair } from './bench-pairs.ts';
import type { BenchContext, BenchReport } from './report.ts';
import { median, quantile } from './statistics.ts';

const MEDIAN_GOAL_MS = 150;
const P99_GOAL_MS = 500;

const DROPS = 200;
/** Enough for both workers to be there and for their code to be compiled. */
const WARM_UP_DROPS = 40;
const BARE_REGISTRATIONS = 60;
const BARE_WARM_UP = 20;

/**
 * Two workers share the largest budget a deployment may have (290 calls a second): permits are due every 7 ms, about
 * what a call takes anyway, so the budget does not bind. The sweep gets nothing.
 */
export const UNBOUND = {
  maxWorkers: 2,
  environment: {
    MQTT_CERTS_CALLS_PER_SECOND: '290',
    MQTT_CERTS_REGISTER_CALLS_PER_SECOND: '145',
    MQTT_CERTS_REGISTER_WORKERS: '2',
    MQTT_CERTS_SWEEP_CALLS_PER_SECOND: '0',
  },
};

/** Milliseconds from the upload of the second half to the record in the log store. */
interface DropTimes {
  readonly fromBegin: number;
  readonly fromEnd: number;
}

/**
 * Measures how long a warm drop takes: 200 drops one after the other, both halves of each put in a row with `ali-oss`,
 * until `ca-registered` is in the log store. The goals hold from the moment the second upload begins.
 */
export async function benchDrops({ projectFolder, stopped }: BenchContext): Promise<BenchReport> {
  const bench = await startBenchCloud({ projectFolder, ...UNBOUND });
  try {
    const codes = await bench.codes(WARM_UP_DROPS + DROPS + BARE_REGISTRATIONS);
    const pairs = codes.map((code, index) => makeBenchPair(index + 1, code, Date.now()));
    const times: DropTimes[] = [];
    for (const [index, pair] of pairs.slice(0, -BARE_REGISTRATIONS).entries()) {
      stopped.throwIfAborted();
      times.push(await measureDrop(bench, `drop-${index}`, pair));
    }
    const bare = bareRegistration(bench);
    const bareTimes: number[] = [];
    for (const [index, pair] of pairs.slice(-BARE_REGISTRATIONS).entries()) bareTimes.push(await bare(pair, index));
    return reportOf(times.slice(WARM_UP_DROPS), median(bareTimes.slice(BARE_WARM_UP)));
  } finally {
    await bench.close();
  }
}

async function measureDrop(bench: BenchCloud, caName: string, pair: BenchPair): Promise<DropTimes> {
  const final = bench.final(caName);
  const [second, { at, kind }] = await Promise.all([dropPair(bench, caName, pair), final]);
  if (kind !== 'ca-registered') throw new Error(`the drop ${caName} ended as ${kind}`);
  await bench.cloud.fc.idle(); // the next drop must not share the machine with what is left of this one
  return { fromBegin: at - second.began, fromEnd: at - second.ended };
}

function reportOf(times: readonly DropTimes[], bareMs: number): BenchReport {
  const fromBegin = times.map((time) => time.fromBegin);
  const fromEnd = times.map((time) => time.fromEnd);
  const typical = median(fromBegin);
  const p99 = quantile(fromBegin, 0.99);
  const rows = [
    { label: 'from the second upload to the log record, median', value: typical, unit: 'ms', ratio: typical / bareMs },
    { label: '95th percentile', value: quantile(fromBegin, 0.95), unit: 'ms' },
    { label: '99th percentile', value: p99, unit: 'ms' },
    { label: 'from the end of that upload, median', value: median(fromEnd), unit: 'ms' },
    { label: '95th percentile', value: quantile(fromEnd, 0.95), unit: 'ms' },
    { label: '99th percentile', value: quantile(fromEnd, 0.99), unit: 'ms' },
    { label: 'bare calls: read both, register, log; median', value: bareMs, unit: 'ms', ratio: 1 },
  ];
  const goals = [
    { text: `median under ${MEDIAN_GOAL_MS} ms (${typical.toFixed(0)} ms)`, met: typical < MEDIAN_GOAL_MS },
    { text: `99th percentile under ${P99_GOAL_MS} ms (${p99.toFixed(0)} ms)`, met: p99 < P99_GOAL_MS },
  ];
  return { name: 'drops', rows, goals };
}
