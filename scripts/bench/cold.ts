import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dropPair, startBenchCloud } from './bench-cloud.ts';
import { makeBenchPair } from './bench-pairs.ts';
import { UNBOUND } from './drops.ts';
import type { BenchContext, BenchReport, BenchRow } from './report.ts';
import { median } from './statistics.ts';

const GOAL_MS = 100;
const ROUNDS = 21;
const FIRST_DROPS = 5;

/**
 * Measures the cold start of every bundle in `dist/`: a new process that requires it, above one that does nothing, as
 * medians of runs that take turns. Besides, what the very first event costs: a drop on a worker that does not exist yet,
 * with everything that is loaded only when it is needed.
 */
export async function benchCold({ projectFolder, stopped }: BenchContext): Promise<BenchReport> {
  const dist = join(projectFolder, 'dist');
  const bundles = readdirSync(dist).filter((name) => name.endsWith('.js'));
  const scripts = new Map([
    ['node alone', ''],
    ...bundles.map((name) => [name, `require(${JSON.stringify(join(dist, name))})`] as const),
  ]);
  const times = timeInTurns(scripts, stopped);
  const first: number[] = [];
  for (let count = 0; count < FIRST_DROPS; count += 1) {
    stopped.throwIfAborted();
    first.push(await timeFirstDrop(projectFolder));
  }

  const bare = times.get('node alone') ?? [];
  const aboveOf = (name: string): number => median(times.get(name) ?? []) - median(bare);
  const rows: BenchRow[] = [...times].map(([label, values]) => ({ label, value: median(values), unit: 'ms' }));
  for (const name of bundles) {
    const fastest = Math.min(...(times.get(name) ?? [])) - Math.min(...bare);
    rows.push({ label: `${name} above node alone, medians`, value: aboveOf(name), unit: 'ms' });
    rows.push({ label: `${name} above node alone, fastest runs`, value: fastest, unit: 'ms' });
  }
  rows.push({ label: 'first drop on a new worker, to its log record', value: median(first), unit: 'ms' });
  const goals = bundles.map((name) => ({
    text: `${name} starts at most ${GOAL_MS} ms above bare node (${aboveOf(name).toFixed(0)} ms)`,
    met: aboveOf(name) <= GOAL_MS,
  }));
  return { name: 'cold', rows, goals };
}

/** Milliseconds of every run, by the names of the scripts. */
function timeInTurns(scripts: ReadonlyMap<string, string>, stopped: AbortSignal): ReadonlyMap<string, number[]> {
  const times = new Map([...scripts.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, script] of scripts) {
      stopped.throwIfAborted();
      const took = timeNode(script);
      if (round > 0) times.get(name)?.push(took); // the first round reads the files into the page cache
    }
  }
  return times;
}

function timeNode(script: string): number {
  const began = performance.now();
  // No environment, as a function worker has none of the developer's: NODE_EXTRA_CA_CERTS alone would cost 40 ms.
  const { status } = spawnSync(process.execPath, ['-e', script], { env: {}, stdio: 'ignore' });
  if (status !== 0) throw new Error('node did not end well; can the bundle be loaded?');
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
