import { toldKey } from '../../core/bucket-layout.ts';
import type { DropSource } from '../../core/drop-source.ts';
import { eventIdOf, type Outcome, recordOf } from '../../core/outcome.ts';
import type { EventId } from '../../core/outcome-record.ts';
import type { RegisterDeps } from './deps.ts';

/**
 * Tells an outcome unless this very one was told before. For outcomes that change nothing in the inbox: the timer and
 * repeated events come by again and again and must not repeat them. Marked after telling, so that a crash between the
 * two tells twice (with the same event id) and never not at all.
 *
 * @param told - What the folder's state says was told already; without it the marker itself is looked for.
 */
export async function tellOnce(
  deps: RegisterDeps,
  source: DropSource,
  outcome: Outcome,
  told?: ReadonlySet<EventId>,
): Promise<void> {
  const eventId = eventIdOf(outcome);
  const marker = toldKey(source, eventId);
  const isTold = told === undefined ? (await deps.store.head(marker)) !== undefined : told.has(eventId);
  if (isTold) return;
  await deps.reporter.report([recordOf(outcome, deps.clock.now(), deps.run)]);
  await deps.store.put({ key: marker, bytes: Buffer.from('{"schema":1}'), contentType: 'application/json' });
}
