import * as v from 'valibot';
import { safeJson } from '../../core/safe-json.ts';
import { toldKey } from '../../core/sweep/sweep-layout.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import { readJsonObject } from '../json-object.ts';
import { type CoveredOutcome, REPORT_BATCH, type SweepContext, type SweptCa, tell, tellCovered } from './context.ts';
import type { News } from './device-news.ts';
import { OutOfTimeError } from './patient-calls.ts';

/** What one batch may take: its alerts, and the records into the log store or, when that is ill, into the bucket. */
const BATCH_ALLOWANCE_MS = 15_000;
const Shape = v.object({ schema: v.literal(1), digest: v.string(), count: v.pipe(v.number(), v.safeInteger()) });

/**
 * Tells the news of one CA, batch by batch, so that a million of them need the memory of one batch. Each lap gets on by
 * a batch at least; one that has no time for the next notes how far it came, and the next lap goes on there.
 *
 * @param digest - Of the list the news are about: a mark about another list says nothing.
 * @throws OutOfTimeError.
 */
export async function tellNews(
  context: SweepContext,
  swept: SweptCa,
  digest: string,
  news: Iterable<News>,
): Promise<void> {
  const { deps, sweep } = context;
  const told = sweep.lap > 1 ? await readMark(context, swept, digest) : 0;
  let count = 0;
  let batch: News[] = [];
  for (const one of news) {
    count += 1;
    if (count <= told) continue;
    batch.push(one);
    if (batch.length < REPORT_BATCH) continue;
    const begun = deps.clock.now();
    await tellBatch(context, batch);
    batch = [];
    const now = deps.clock.now();
    // A log store that is slow now will be slow for the next one too.
    if (now + Math.max(BATCH_ALLOWANCE_MS, 2 * (now - begun)) <= deps.deadline) continue;
    await writeMark(context, swept, { digest, count });
    throw new OutOfTimeError();
  }
  await tellBatch(context, batch);
}

async function tellBatch(context: SweepContext, batch: readonly News[]): Promise<void> {
  const single: SweepOutcome[] = [];
  const covered: CoveredOutcome[] = [];
  for (const one of batch) {
    if ('under' in one) covered.push(one);
    else single.push(one);
  }
  await tell(context, single);
  await tellCovered(context, covered);
}

async function readMark({ deps, sweep }: SweepContext, { ca, instance }: SweptCa, digest: string): Promise<number> {
  const mark = await readJsonObject(deps.store, toldKey(sweep.id, instance, ca), Shape, 1024);
  // One that can not be read is none: it is told again, under the same event ids.
  return mark?.digest === digest ? mark.count : 0;
}

async function writeMark(
  { deps, sweep }: SweepContext,
  { ca, instance }: SweptCa,
  mark: { readonly digest: string; readonly count: number },
): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 1, ...mark }));
  await deps.store.put({ key: toldKey(sweep.id, instance, ca), bytes, contentType: 'application/json' });
}
