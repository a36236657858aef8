import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedCall } from '../../local/mqtt/call-record.ts';
import type { BenchContext, BenchGoal, BenchReport, BenchRow } from './report.ts';
import { busiestSecond, median } from './statistics.ts';
import { type SweepCloud, startSweepCloud } from './sweep-cloud.ts';
import { type SweepMeasure, type SweepWorker, startSweepWorker } from './sweep-worker.ts';
import { runUserLoop } from './user-loop.ts';

const MANY = 10_000;
const MILLION = 1_000_000;
/** Devices that the user's loop really asks for; the rest would take as long again and again. */
const LOOPED = 1000;

/** The default share of the sweep. */
const DEFAULT_RATE = 70;
const RATE = 100;
/** The most that a configuration allows is 290 a second, and one of them is left to a register worker. */
const FASTEST_RATE = 289;
/** How long the use of the budget is measured, from the first page on. */
const USE_MS = 30_000;
/** After that, so long with stalls. */
const STALLED_MS = 12_000;

const LEAST_GAIN = 60;
const LEAST_USE = { [RATE]: 0.95, [FASTEST_RATE]: 0.97 } as const;
const MAX_PEAK_MB = 256;
const MAX_COST_RATIO = 1.2;
const MAX_STATE_MB = 10;
const MAX_QUIET_RECORDS = 100;
const QUIET_SWEEPS = 3;

/**
 * Measures the sweep as it is deployed, on a worker of its own: 10,000 devices against a loop that asks for each of
 * them; a million devices for memory, cost and state; and at two rates how much of the budget is used, and whether any
 * second goes over it at the service's door.
 */
export async function benchSweep(context: BenchContext): Promise<BenchReport> {
  const many = await measureMany(context);
  const million = await measureMillion(context);
  return {
    name: 'sweep',
    rows: [...loopRows(many), ...millionRows(many, million), ...paceRows(million.paces)],
    goals: [...loopGoals(many), ...millionGoals(many, million), ...million.paces.flatMap(paceGoals)],
  };
}

/** What became of 10,000 devices. */
interface Many {
  /** Of the loop over all of them, scaled up. */
  readonly loopMs: number;
  /** At the default rate: the first sweep of a new worker and of a new deployment, and one that finds nothing new. */
  readonly first: SweepMeasure;
  readonly quiet: SweepMeasure;
  /** At the fastest rate, quiet, each as the median of some. */
  readonly msPerDevice: number;
  readonly cpuMsPerDevice: number;
}

/** A sweep right after another one rests for a second first (`open-sweep.ts`); those of a timer come minutes apart. */
const APART_MS = 2500;

async function sweepOnTime(worker: SweepWorker, { stopped }: BenchContext): Promise<SweepMeasure> {
  await sleep(APART_MS, undefined, { signal: stopped });
  return worker.sweep();
}

async function measureMany(context: BenchContext): Promise<Many> {
  context.tellProgress(`0 % the loop, ${LOOPED} calls`);
  const cloud = await startSweepCloud(MANY);
  try {
    const loop = { devices: LOOPED, callsPerSecond: DEFAULT_RATE, stopped: context.stopped };
    const loopMs = ((await runUserLoop(cloud, loop)) * MANY) / LOOPED;
    context.tellProgress(`10 % sweeps of ${MANY} devices`);
    const [first, quiet] = await withWorker(context, cloud, DEFAULT_RATE, async (worker) => [
      await sweepOnTime(worker, context),
      await sweepOnTime(worker, context),
    ]);
    const fast = await withWorker(context, cloud, FASTEST_RATE, async (worker) => {
      await sweepOnTime(worker, context); // its code is not compiled yet, and the list is
      const measures: SweepMeasure[] = [];
      while (measures.length < QUIET_SWEEPS) measures.push(await sweepOnTime(worker, context));
      return measures;
    });
    return {
      loopMs,
      first,
      quiet,
      msPerDevice: median(fast.map(({ ms }) => ms)) / MANY,
      cpuMsPerDevice: median(fast.map(({ cpuMs }) => cpuMs)) / MANY,
    };
  } finally {
    await cloud.close();
  }
}

/** What became of a million devices. */
interface Million {
  readonly first: SweepMeasure;
  readonly quiet: SweepMeasure;
  /** The highest memory of any worker. */
  readonly peakMb: number;
  readonly largestStateMb: number;
  readonly paces: readonly Pace[];
}

/** How one rate was kept. */
interface Pace {
  readonly callsPerSecond: keyof typeof LEAST_USE;
  /** Share of the budget in 30 s of work without stalls. */
  readonly use: number;
  readonly busiest: number;
  readonly busiestWithStalls: number;
}

async function measureMillion(context: BenchContext): Promise<Million> {
  context.tellProgress('20 % registering a million devices');
  const cloud = await startSweepCloud(MILLION);
  try {
    context.tellProgress('30 % the first sweep of a million');
    const [first, quiet] = await withWorker(context, cloud, FASTEST_RATE, async (worker) => {
      const firstSweep = await sweepOnTime(worker, context);
      context.tellProgress('50 % a quiet sweep of a million');
      return [firstSweep, await sweepOnTime(worker, context)];
    });
    context.tellProgress('60 % one with stalls, on a worker that has no list yet');
    const stalled = await withWorker(context, cloud, FASTEST_RATE, async (worker) => {
      const end = worker.stall();
      return sweepOnTime(worker, context).finally(end);
    });
    const fastest: Pace = {
      callsPerSecond: FASTEST_RATE,
      use: useOf(quiet.calls, FASTEST_RATE),
      busiest: Math.max(...[first, quiet].map(({ calls }) => busiestOf(calls))),
      busiestWithStalls: busiestOf(stalled.calls),
    };
    const largestStateMb = largestStateObject(join(cloud.oss.folder, 'state')) / 1024 / 1024;
    context.tellProgress(`80 % ${RATE} calls a second`);
    const slow = await withWorker(context, cloud, RATE, (worker) => measurePace(context, cloud, worker));
    return {
      first,
      quiet,
      peakMb: Math.max(quiet.peakMb, stalled.peakMb),
      largestStateMb,
      paces: [fastest, slow],
    };
  } finally {
    await cloud.close();
  }
}

/** Begins a sweep and leaves it in the middle: 30 s as it is, and some more with stalls. */
async function measurePace({ stopped }: BenchContext, cloud: SweepCloud, worker: SweepWorker): Promise<Pace> {
  const before = performance.now();
  const calls = (): readonly RecordedCall[] => cloud.mqtt.calls().filter(({ at }) => at >= before);
  const ended = worker.sweep().then(
    () => new Error('the sweep was over before its pace was measured'),
    (error: unknown) => error,
  );
  const failed = (): Promise<never> => ended.then((error) => Promise.reject(error as Error));
  while (pagesOf(calls()).length === 0) await Promise.race([sleep(100, undefined, { signal: stopped }), failed()]);
  await Promise.race([sleep(USE_MS + 1000, undefined, { signal: stopped }), failed()]);
  const calm = calls();
  const end = worker.stall();
  await Promise.race([sleep(STALLED_MS, undefined, { signal: stopped }), failed()]).finally(end);
  return {
    callsPerSecond: RATE,
    use: useOf(calm, RATE),
    busiest: busiestOf(calm),
    busiestWithStalls: busiestOf(calls()),
  };
}

async function withWorker<Value>(
  { projectFolder, stopped }: BenchContext,
  cloud: SweepCloud,
  callsPerSecond: number,
  use: (worker: SweepWorker) => Promise<Value>,
): Promise<Value> {
  stopped.throwIfAborted();
  const worker = startSweepWorker(cloud, { projectFolder, callsPerSecond });
  const close = (): void => void worker.close(); // a sweep under way then rejects
  stopped.addEventListener('abort', close, { once: true });
  try {
    return await use(worker);
  } finally {
    stopped.removeEventListener('abort', close);
    await worker.close();
  }
}

function pagesOf(calls: readonly RecordedCall[]): readonly RecordedCall[] {
  return calls.filter(({ action }) => action === 'ListDeviceCertificateByCaSn');
}

/** The share of the budget that was used in the 30 s from the first page on. */
function useOf(calls: readonly RecordedCall[], callsPerSecond: number): number {
  const times = pagesOf(calls).map(({ at }) => at);
  const from = Math.min(...times);
  if (Math.max(...times) - from < USE_MS) throw new Error('the work was over before 30 s had passed');
  return times.filter((at) => at < from + USE_MS).length / ((callsPerSecond * USE_MS) / 1000);
}

function busiestOf(calls: readonly RecordedCall[]): number {
  return busiestSecond(calls.map(({ at }) => at));
}

/** Octets; the copies of people's own lists, which are kept beside the state, do not count. */
function largestStateObject(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.includes('watch-good'),
  );
  const sizes = files.map((name) => statSync(join(folder, name))).map((found) => (found.isFile() ? found.size : 0));
  return Math.max(0, ...sizes);
}

function loopRows({ first, loopMs, quiet }: Many): readonly BenchRow[] {
  const scaled = `${LOOPED} of its calls measured, times ${MANY / LOOPED}`;
  return [
    { label: `10,000 devices at 70/s: the loop (${scaled})`, value: loopMs / 1000, unit: 's' },
    { label: 'first sweep, new worker', value: first.ms / 1000, unit: 's', ratio: first.ms / loopMs },
    { label: 'quiet sweep', value: quiet.ms / 1000, unit: 's', ratio: quiet.ms / loopMs },
    { label: 'calls of the first sweep', value: first.calls.length, unit: 'calls', ratio: first.calls.length / MANY },
    { label: 'calls of a quiet sweep', value: quiet.calls.length, unit: 'calls', ratio: quiet.calls.length / MANY },
    { label: 'requests to the bucket, quiet sweep', value: quiet.ossRequests, unit: 'requests' },
  ];
}

function millionRows(many: Many, { first, largestStateMb, peakMb, quiet }: Million): readonly BenchRow[] {
  return [
    { label: '1,000,000 devices at 289/s: first sweep, new worker', value: first.ms / 1000, unit: 's' },
    { label: 'CPU of it', value: first.cpuMs / 1000, unit: 's' },
    { label: 'quiet sweep', value: quiet.ms / 1000, unit: 's' },
    { label: 'CPU of it', value: quiet.cpuMs / 1000, unit: 's' },
    { label: 'time for each device', ...micros(quiet.ms / MILLION, many.msPerDevice) },
    { label: 'CPU for each device', ...micros(quiet.cpuMs / MILLION, many.cpuMsPerDevice) },
    { label: 'calls', value: quiet.calls.length, unit: 'calls' },
    { label: 'requests to the bucket, first sweep', value: first.ossRequests, unit: 'requests' },
    { label: 'requests to the bucket, quiet sweep', value: quiet.ossRequests, unit: 'requests' },
    { label: 'log records, first sweep', value: first.records, unit: 'records' },
    { label: 'log records, quiet sweep', value: quiet.records, unit: 'records' },
    { label: 'highest memory of a worker, list compiled', value: peakMb, unit: 'MB' },
    { label: 'largest object of state', value: largestStateMb, unit: 'MB' },
  ];
}

/** Beside the same with 10,000 devices. */
function micros(ms: number, reference: number): Pick<BenchRow, 'value' | 'unit' | 'ratio'> {
  return { value: ms * 1000, unit: 'µs', ratio: ms / reference };
}

function paceRows(paces: readonly Pace[]): readonly BenchRow[] {
  return paces.flatMap(({ busiest, busiestWithStalls, callsPerSecond, use }) => [
    { label: `${callsPerSecond}/s: budget used in 30 s`, value: use * 100, unit: '%' },
    { label: 'busiest sliding second', value: busiest, unit: 'calls' },
    { label: 'busiest sliding second with stalls of 150 ms', value: busiestWithStalls, unit: 'calls' },
  ]);
}

function loopGoals({ first, loopMs, quiet }: Many): readonly BenchGoal[] {
  const calls = MANY / Math.max(first.calls.length, quiet.calls.length);
  const time = loopMs / Math.max(first.ms, quiet.ms);
  return [
    goal(
      `10,000 devices with at most 1/${LEAST_GAIN} of the loop's calls (1/${calls.toFixed(0)})`,
      calls >= LEAST_GAIN,
    ),
    goal(`10,000 devices in at most 1/${LEAST_GAIN} of the loop's time (1/${time.toFixed(0)})`, time >= LEAST_GAIN),
  ];
}

function millionGoals(many: Many, { largestStateMb, peakMb, quiet }: Million): readonly BenchGoal[] {
  const time = quiet.ms / MILLION / many.msPerDevice;
  const cpu = quiet.cpuMs / MILLION / many.cpuMsPerDevice;
  const calls = quiet.calls.length / MILLION / (many.quiet.calls.length / MANY);
  const costs = `time × ${time.toFixed(2)}, CPU × ${cpu.toFixed(2)}, calls × ${calls.toFixed(2)}`;
  const isCheap = Math.max(time, cpu, calls) <= MAX_COST_RATIO;
  return [
    goal(`a million devices under ${MAX_PEAK_MB} MB (${peakMb.toFixed(0)} MB)`, peakMb < MAX_PEAK_MB),
    goal(`each of a million costs at most 20 % more than each of 10,000 (${costs})`, isCheap),
    goal(`objects of state under ${MAX_STATE_MB} MB (${largestStateMb.toFixed(1)} MB)`, largestStateMb < MAX_STATE_MB),
    goal(
      `a quiet sweep of a million writes under ${MAX_QUIET_RECORDS} records (${quiet.records})`,
      quiet.records < MAX_QUIET_RECORDS,
    ),
  ];
}

function paceGoals({ busiest, busiestWithStalls, callsPerSecond, use }: Pace): readonly BenchGoal[] {
  const most = Math.max(busiest, busiestWithStalls);
  const least = LEAST_USE[callsPerSecond];
  return [
    goal(
      `at ${callsPerSecond}/s at least ${least * 100} % of the budget is used (${(use * 100).toFixed(1)} %)`,
      use >= least,
    ),
    goal(`at ${callsPerSecond}/s no sliding second is over it, stalls included (${most})`, most <= callsPerSecond),
  ];
}

function goal(text: string, met: boolean): BenchGoal {
  return { text, met };
}
