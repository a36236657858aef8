import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { dropPair, startBenchCloud } from './bench-cloud.ts';
import { makeBenchPair } from './bench-pairs.ts';
import { UNBOUND } from './drops.ts';
import type { BenchContext, BenchReport } from './report.ts';
import { median } from './statistics.ts';

const GOAL_MS = 100;
const ROUNDS = 21;
const FIRST_DROPS = 5;

/**
 * Measures the cold start of `dist/register-ca.js`: a new process that requires the bundle, above one that does nothing,
 * as medians of runs that take turns. Besides, what the very first event costs: a drop on a worker that does not exist
 * yet, with everything that is loaded only when it is needed.
 */
export async function benchCold({ projectFolder, stopped }: BenchContext): Promise<BenchReport> {
  const bundle = join(projectFolder, 'dist', 'register-ca.js');
  const bare: number[] = [];
  const bundled: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    stopped.throwIfAborted();
    const times = { bare: timeNode(''), bundled: timeNode(`require(${JSON.stringify(bundle)})`) };
    if (round === 0) continue; // reads the files into the page cache
    bare.push(times.bare);
    bundled.push(times.bundled);
  }
  const first: number[] = [];
  for (let count = 0; count < FIRST_DROPS; count += 1) {
    stopped.throwIfAborted();
    first.push(await timeFirstDrop(projectFolder));
  }

  const above = median(bundled) - median(bare);
  const fastestAbove = Math.min(...bundled) - Math.min(...bare);
  const rows = [
    { label: 'node alone', value: median(bare), unit: 'ms' },
    { label: 'node with the bundle', value: median(bundled), unit: 'ms', ratio: median(bundled) / median(bare) },
    { label: 'the bundle above node alone, medians', value: above, unit: 'ms' },
    { label: 'the bundle above node alone, fastest runs', value: fastestAbove, unit: 'ms' },
    { label: 'first drop on a new worker, to its log record', value: median(first), unit: 'ms' },
  ];
  const goals = [
    { text: `the bundle starts at most ${GOAL_MS} ms above bare node (${above.toFixed(0)} ms)`, met: above <= GOAL_MS },
  ];
  return { name: 'cold', rows, goals };
}

function timeNode(script: string): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, ['-e', script], { env: {}, stdio: 'ignore' });
  if (status !== 0) throw new Error('node did not end well; is the bundle there? (npm run bundle)');
  return performance.now() - began;
}

/** From the first upload, which is what starts the worker. */
async function timeFirstDrop(projectFolder: string): Promise<number> {
  const bench = await startBenchCloud({ projectFolder, ...UNBOUND, maxWorkers: 1 });
  try {
    const [code = ''] = await bench.codes(1);
    const pair = makeBenchPair(1, code, Date.now());
    const final = bench.final('first');
    const began = performance.now();
    const [, { at, kind }] = await Promise.all([dropPair(bench, 'first', pair), final]);
    if (kind !== 'ca-registered') throw new Error(`the first drop ended as ${kind}`);
    await bench.cloud.fc.idle();
    return at - began;
  } finally {
    await bench.close();
  }
}
