import { type BenchCloud, dropPair, startBenchCloud } from './bench-cloud.ts';
import { makeBenchPair } from './bench-pairs.ts';
import type { BenchReport } from './report.ts';
import { quantile } from './statistics.ts';

const MEDIAN_GOAL_MS = 150;
const P99_GOAL_MS = 500;

const DROPS = 200;
/** Enough for both workers to be there and for their code to be compiled. */
const WARM_UP_DROPS = 40;

/**
 * Two workers share the largest budget a deployment may have (290 calls a second): permits are due every 7 ms, about
 * what a call takes anyway, so the budget does not bind. The sweep gets nothing.
 */
const WORKERS = 2;
const ENVIRONMENT = {
  MQTT_CERTS_CALLS_PER_SECOND: '290',
  MQTT_CERTS_REGISTER_CALLS_PER_SECOND: '145',
  MQTT_CERTS_REGISTER_WORKERS: '2',
  MQTT_CERTS_SWEEP_CALLS_PER_SECOND: '0',
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
export async function benchDrops(projectFolder: string): Promise<BenchReport> {
  const bench = await startBenchCloud({ projectFolder, maxWorkers: WORKERS, environment: ENVIRONMENT });
  try {
    const times: DropTimes[] = [];
    for (let number = 1; number <= WARM_UP_DROPS + DROPS; number += 1) {
      const measured = await measureDrop(bench, number);
      if (number > WARM_UP_DROPS) times.push(measured);
    }
    return reportOf(times);
  } finally {
    await bench.close();
  }
}

async function measureDrop(bench: BenchCloud, number: number): Promise<DropTimes> {
  const caName = `drop-${number}`;
  const pair = makeBenchPair(number, bench.code(), Date.now());
  const final = bench.final(caName);
  const [second, { at, kind }] = await Promise.all([dropPair(bench, caName, pair), final]);
  if (kind !== 'ca-registered') throw new Error(`the drop ${caName} ended as ${kind}`);
  await bench.cloud.fc.idle(); // the next drop must not share the machine with what is left of this one
  return { fromBegin: at - second.began, fromEnd: at - second.ended };
}

function reportOf(times: readonly DropTimes[]): BenchReport {
  const fromBegin = times.map((time) => time.fromBegin);
  const fromEnd = times.map((time) => time.fromEnd);
  const rows = [
    ['second upload begins -> log record', fromBegin] as const,
    ['second upload ends   -> log record', fromEnd] as const,
  ].flatMap(([label, values]) =>
    [0.5, 0.95, 0.99].map((share) => ({ label: `${label}, ${nameOf(share)}`, value: quantile(values, share), unit: 'ms' })),
  );
  const median = quantile(fromBegin, 0.5);
  const p99 = quantile(fromBegin, 0.99);
  const goals = [
    { text: `median under ${MEDIAN_GOAL_MS} ms (${median.toFixed(0)} ms)`, met: median < MEDIAN_GOAL_MS },
    { text: `99th percentile under ${P99_GOAL_MS} ms (${p99.toFixed(0)} ms)`, met: p99 < P99_GOAL_MS },
  ];
  return { name: 'drops', rows, goals };
}

function nameOf(share: number): string {
  return share === 0.5 ? 'median' : `${Math.round(share * 100)}th percentile`;
}
