import { alertKey, type CauseId } from '../core/alert-key.ts';
import { spooledOutcomesKey } from '../core/bucket-layout.ts';
import { nameOf } from '../core/digest.ts';
import { mapLimited } from '../core/limit.ts';
import { causeIdOf } from '../core/outcome.ts';
import type { EventId, OutcomeRecord } from '../core/outcome-record.ts';
import { factsOf, type OutcomeKind, type Severity } from '../core/outcome-table.ts';
import { safeJson } from '../core/safe-json.ts';
import { ServiceFailure } from '../core/service-failure.ts';
import { epochMs, parseIso } from '../core/time.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { OutcomeLog } from '../ports/outcome-log.ts';
import type { RunLog } from '../ports/run-log.ts';

/** A sweep reports hundreds at a time; the bucket's connections are shared with everything else of the run. */
const WRITES_AT_ONCE = 8;

/** Tells outcomes: alerts first, then the log store, then, when that fails, the bucket. */
export interface Reporter {
  /**
   * Records outcomes. When it returns, each record is in the log store or spooled in `outbox/outcomes/`, and each told
   * one has its alert in `outbox/alerts/`. Harmless twice: event ids and alert names are derived from what happened.
   *
   * @throws ServiceFailure when both sinks fail, so that the platform brings the event again.
   */
  readonly report: (records: readonly OutcomeRecord[]) => Promise<void>;
  /**
   * Records outcomes that would be told, and whose problem somebody hears of by another alert: they only go into the
   * log. Like `report` otherwise.
   *
   * @throws TypeError for a cause that is never told: then nobody would hear of it.
   */
  readonly reportCovered: (covered: readonly CoveredRecord[]) => Promise<void>;
}

/** A record, and the problem under whose alert it is told with others. */
export interface CoveredRecord {
  readonly record: OutcomeRecord;
  readonly under: CauseId;
}

/** All it does with the bucket is write. */
type Sink = Pick<ObjectStore, 'create' | 'put'>;

/**
 * A reporter for one invocation: after the log store failed once, the rest goes straight to the bucket, so that an
 * outage of the log store does not cost every drop its time.
 */
export function createReporter(deps: {
  readonly store: Sink;
  readonly log: OutcomeLog;
  readonly runLog: RunLog;
}): Reporter {
  let logStoreFailed = false;

  async function append(records: readonly OutcomeRecord[]): Promise<boolean> {
    if (logStoreFailed) return false;
    try {
      await deps.log.append(records);
      return true;
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      logStoreFailed = true;
      deps.runLog.write({ event: 'log-store-failed', code: error.facts.code, count: records.length });
      return false;
    }
  }

  async function log(records: readonly OutcomeRecord[]): Promise<void> {
    if (records.length > 0 && !(await append(records))) await spool(deps.store, records);
  }

  return {
    report: async (records) => {
      await mapLimited(records.filter(isTold), WRITES_AT_ONCE, (record) => writeAlert(deps.store, record));
      await log(records);
    },
    reportCovered: async (covered) => {
      for (const { under } of covered) refuseUntold(under);
      await log(covered.map(({ record }) => record));
    },
  };
}

/** A cause id begins with the kind of the outcome that is told. */
function refuseUntold(under: CauseId): void {
  const kind = under.slice(0, under.indexOf('.')) as OutcomeKind;
  if (!factsOf(kind).told) throw new TypeError(`nobody is told of ${kind}`);
}

function isTold(record: OutcomeRecord): boolean {
  return factsOf(record.kind as OutcomeKind).told;
}

async function writeAlert(store: Sink, record: OutcomeRecord): Promise<void> {
  const key = alertKey({
    severity: record.severity as Severity,
    causeId: causeIdOf(record),
    at: momentOf(record),
    eventId: record.event_id as EventId,
    isEnd: record.resolves !== undefined,
  });
  // Create-only: an alert that is already there was written by a twin, and may be in the teller's hands by now.
  await store.create({ key, bytes: Buffer.from(safeJson(record)), contentType: 'application/json' });
}

async function spool(store: Sink, records: readonly OutcomeRecord[]): Promise<void> {
  const [first] = records;
  if (first === undefined) return;
  const batchId = nameOf(
    records.map((record) => record.event_id),
    16,
  );
  await store.put({
    key: spooledOutcomesKey(momentOf(first), batchId),
    bytes: Buffer.from(safeJson(records)),
    contentType: 'application/json',
  });
}

function momentOf(record: OutcomeRecord): ReturnType<typeof epochMs> {
  return parseIso(record.at) ?? epochMs(0);
}
