import { type Drained, drainOutbox, NOTIFY_CPU, NOTIFY_MEMORY_MB, NOTIFY_TIMEOUT_SECONDS } from './drain-outbox.ts';
import { eventsTold } from './events-told.ts';
import type { Outbox } from './fill-outbox.ts';
import { BUCKET_DELAY_MS } from './notify-cloud.ts';
import type { BenchContext, BenchGoal, BenchReport, BenchTable } from './report.ts';

const SIZES = [10, 1000, 10_000, 100_000] as const;

/** DingTalk's limit for a robot, which a message for each alert would have to keep to. */
const ROBOT_PER_MINUTE = 20;

const MINUTE_MS = 60_000;
const MOST_MESSAGES = 3;
/**
 * Five: a page listed twice, its keys written down and read back, its alerts deleted. Three more where one run can not do
 * it all: the next one looks again, and the hourly count of what waits is a listing too.
 */
const REQUESTS_PER_1000_ALERTS = 8;
const MAX_MEMORY_RATIO = 1.25;

/**
 * Measures the teller as it is deployed, on a worker of its own, with a bucket that answers slowly: from an outbox that
 * has filled up with alerts, or with records that the log store did not take, until nothing is left. Passes are a minute
 * apart by the moved clock.
 */
export async function benchAlerts(context: BenchContext): Promise<BenchReport> {
  const alerts = await drainAll(context, 'alerts', 0);
  const outcomes = await drainAll(context, 'outcomes', 50);
  return {
    name: 'alerts',
    rows: [],
    tables: [alertTable(alerts), outcomeTable(outcomes)],
    goals: [...alertGoals(alerts), ...outcomeGoals(outcomes)],
  };
}

async function drainAll(context: BenchContext, kind: Outbox['kind'], percent: number): Promise<readonly Drained[]> {
  const drained: Drained[] = [];
  for (const [index, count] of SIZES.entries()) {
    context.tellProgress(`${percent + index * 10} % ${count} ${kind} in the outbox`);
    drained.push(await drainOutbox(context, { kind, count }));
  }
  return drained;
}

function alertTable(all: readonly Drained[]): BenchTable {
  const title = `alerts, the bucket answering ${BUCKET_DELAY_MS} ms late`;
  return tableOf(title, all, [
    ...commonRows('requests for each alert'),
    ['messages', '', ({ messages }) => messages.length],
    ['messages in the first minute', '', inFirstMinute],
    ['events they tell, summed', '', eventsOf],
    [`a message for each, ${ROBOT_PER_MINUTE} a minute (computed)`, 'min', ({ count }) => count / ROBOT_PER_MINUTE],
  ]);
}

function outcomeTable(all: readonly Drained[]): BenchTable {
  const title = 'records for the log store, in batches of 2 and 200';
  return tableOf(title, all, [
    ...commonRows('requests for each record'),
    ['different records in the log store', '', ({ logged }) => logged],
  ]);
}

type Figure = readonly [label: string, unit: string, of: (drained: Drained) => number];

function commonRows(perEntry: string): readonly Figure[] {
  const count =
    (...names: readonly string[]) =>
    (drained: Drained): number =>
      names.reduce((sum, name) => sum + (drained.requests.get(name) ?? 0), 0);
  return [
    ['passes, a minute apart', '', ({ passes }) => passes.length],
    ['time of all passes', 's', ({ passes }) => passes.reduce((sum, { ms }) => sum + ms, 0) / 1000],
    ['time of the longest', 's', (drained) => longestMs(drained) / 1000],
    ['CPU of all passes', 's', ({ passes }) => passes.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000],
    [
      `the CPU of one pass at most, at ${NOTIFY_CPU} of a core (computed)`,
      's',
      ({ passes }) => Math.max(...passes.map(({ cpuMs }) => cpuMs)) / NOTIFY_CPU / 1000,
    ],
    ['lists', '', count('ListObjectsV2')],
    ['reads', '', count('GetObject', 'HeadObject')],
    ['writes', '', count('PutObject', 'CopyObject')],
    ['deletes', '', count('DeleteMultipleObjects', 'DeleteObject')],
    ['requests', '', requestsOf],
    [perEntry, '', (drained) => requestsOf(drained) / drained.count],
    ['highest memory of the worker', 'MB', peakOf],
  ];
}

function tableOf(title: string, all: readonly Drained[], figures: readonly Figure[]): BenchTable {
  return {
    title,
    columns: all.map(({ count }) => count.toLocaleString('en-US')),
    rows: figures.map(([label, unit, of]) => ({ label, unit, values: all.map(of) })),
  };
}

function alertGoals(all: readonly Drained[]): readonly BenchGoal[] {
  const most = largest(all);
  const some = sized(all, 10_000);
  const perThousand = ((requestsOf(most) - requestsOf(some)) / (most.count - some.count)) * 1000;
  const firstMinute = Math.max(...all.map(inFirstMinute));
  return [
    ...commonGoals(all, 'alert'),
    goal(
      `every alert is counted in exactly one message (${all.map(eventsOf).join(', ')})`,
      all.every((drained) => eventsOf(drained) === drained.count),
    ),
    goal(
      `at most ${MOST_MESSAGES} messages in the first minute (${firstMinute})`,
      firstMinute > 0 && firstMinute <= MOST_MESSAGES,
    ),
    goal(
      `past the first 10,000, at most ${REQUESTS_PER_1000_ALERTS} requests for 1,000 alerts (${perThousand.toFixed(1)})`,
      perThousand <= REQUESTS_PER_1000_ALERTS,
    ),
  ];
}

function outcomeGoals(all: readonly Drained[]): readonly BenchGoal[] {
  return [
    ...commonGoals(all, 'record'),
    goal(
      `every record is in the log store (${all.map(({ logged }) => logged).join(', ')})`,
      all.every(({ count, logged }) => logged >= count),
    ),
  ];
}

function commonGoals(all: readonly Drained[], entry: string): readonly BenchGoal[] {
  const most = largest(all);
  const [few, many] = [sized(all, 1000), most].map((drained) => requestsOf(drained) / drained.count);
  const growth = peakOf(most) / peakOf(sized(all, 1000));
  const longest = Math.max(...all.map(longestMs));
  const failures = all.flatMap(({ passes }) => passes.flatMap(({ failure }) => failure ?? []));
  const left = all.reduce((sum, drained) => sum + drained.left, 0);
  return [
    goal(`nothing of ${entry}s is left in the outbox (${left})`, left === 0),
    goal(
      `each of 100,000 ${entry}s takes no more requests than each of 1,000 (${many?.toFixed(4)}, ${few?.toFixed(4)})`,
      many !== undefined && few !== undefined && many <= few,
    ),
    goal(
      `100,000 ${entry}s take at most ${MAX_MEMORY_RATIO} times the memory of 1,000 (× ${growth.toFixed(2)})`,
      growth <= MAX_MEMORY_RATIO,
    ),
    goal(
      `with ${entry}s the worker stays under ${NOTIFY_MEMORY_MB} MB (${peakOf(most).toFixed(0)} MB)`,
      all.every((drained) => peakOf(drained) < NOTIFY_MEMORY_MB),
    ),
    goal(
      `no pass over ${entry}s fails (${failures.length === 0 ? 'none' : failures.join('; ')})`,
      failures.length === 0,
    ),
    goal(
      `no pass over ${entry}s comes near its timeout of ${NOTIFY_TIMEOUT_SECONDS} s (${(longest / 1000).toFixed(1)} s)`,
      longest < (NOTIFY_TIMEOUT_SECONDS - 3) * 1000,
    ),
  ];
}

function requestsOf({ requests }: Drained): number {
  return [...requests.values()].reduce((sum, count) => sum + count, 0);
}

function inFirstMinute({ messages }: Drained): number {
  return messages.filter(({ at }) => at < MINUTE_MS).length;
}

function eventsOf({ messages }: Drained): number {
  return messages.reduce((sum, { title }) => sum + eventsTold(title), 0);
}

function longestMs({ passes }: Drained): number {
  return Math.max(...passes.map(({ ms }) => ms));
}

function peakOf({ passes }: Drained): number {
  return Math.max(...passes.map(({ peakMb }) => peakMb));
}

function largest(all: readonly Drained[]): Drained {
  return sized(all, 100_000);
}

function sized(all: readonly Drained[], size: (typeof SIZES)[number]): Drained {
  const found = all.find(({ count }) => count === size);
  if (found === undefined) throw new Error(`nothing was measured with ${size}`);
  return found;
}

function goal(text: string, met: boolean): BenchGoal {
  return { text, met };
}
