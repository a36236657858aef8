import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BenchContext, type BenchReport, benchText } from './report.ts';

interface Bench {
  /** One line for the list of benches. */
  readonly shows: string;
  readonly run: (context: BenchContext) => Promise<BenchReport>;
}

/** Every bench; each is loaded when it runs, because the local cloud is much to load for a list of names. */
const BENCHES: Readonly<Record<string, Bench>> = {
  alerts: {
    shows: 'an outbox of up to 100,000: time, requests, messages, memory until it is empty (takes about five minutes)',
    run: async (context) => (await import('./alerts.ts')).benchAlerts(context),
  },
  checks: {
    shows: 'CPU of checking one pair, against node-forge alone and against bare node:crypto',
    run: async () => (await import('./checks.ts')).benchChecks(),
  },
  cold: {
    shows: 'cold start of every bundle above bare node, and the very first drop on a new worker',
    run: async (context) => (await import('./cold.ts')).benchCold(context),
  },
  drops: {
    shows: 'from upload to log record: 200 warm drops one after the other on the local cloud',
    run: async (context) => (await import('./drops.ts')).benchDrops(context),
  },
  storm: {
    shows: '1,000 pairs dropped at once under the default call budget (takes about two minutes)',
    run: async (context) => (await import('./storm.ts')).benchStorm(context),
  },
  sweep: {
    shows: '10,000 and 1,000,000 watched devices: calls, time, memory, pace (takes about four minutes)',
    run: async (context) => (await import('./sweep.ts')).benchSweep(context),
  },
};

/** How the results are written. */
export interface BenchOptions {
  /** One JSON object per bench instead of a table. */
  readonly json?: boolean;
  /** Aborts when the person wants no results any longer; `runBench` then rejects with the reason. */
  readonly stopped?: AbortSignal;
}

/**
 * Runs benches one after the other and prints what each measured and whether its goals are met. The bundles in `dist/`
 * and `.build/` must be up to date; the launcher (`npm run bench -- drops`) sees to it.
 *
 * @param names - Names of benches, or `all`; none lists what there is.
 * @returns The exit code: 0 all goals met (or a list asked for), 1 a goal missed, 2 no such bench.
 */
export async function runBench(names: readonly string[], options: BenchOptions = {}): Promise<number> {
  const wanted = names.includes('all') ? Object.keys(BENCHES) : names;
  const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
  if (wanted.length === 0 || unknown.length > 0) {
    if (unknown.length > 0) process.stderr.write(`There is no bench ${unknown.join(', ')}.\n`);
    process.stdout.write(listText());
    return unknown.length > 0 ? 2 : 0;
  }
  const { json = false, stopped = new AbortController().signal } = options;
  const context: BenchContext = { projectFolder: projectFolder(), stopped, tellProgress };
  let missed = 0;
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (!wanted.includes(name)) continue;
    const report = await bench.run(context);
    tellProgress('');
    process.stdout.write(`${json ? JSON.stringify(report) : benchText(report)}\n`);
    missed += report.goals.filter(({ met }) => !met).length;
  }
  return missed === 0 ? 0 : 1;
}

function listText(): string {
  const lines = Object.entries(BENCHES).map(([name, { shows }]) => `  ${name.padEnd(8)} ${shows}\n`);
  return `npm run bench -- <name> [<name> ...]\n\n${lines.join('')}  ${'all'.padEnd(8)} every one of them\n`;
}

/** On a terminal one line that is written over; in a file a line for every tenth. */
function tellProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
  else if (/^\d*0 /.test(line)) process.stderr.write(`${line}\n`);
}

/** The folder of `s.yaml`, whether this file runs where it is written or within the bundle of the command line. */
function projectFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 's.yaml'))) return folder;
    if (dirname(folder) === folder) throw new Error('this program is not inside its project: no s.yaml above it');
  }
}
