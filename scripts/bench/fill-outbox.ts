import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalClock } from '../../local/clock.ts';
import { ObjectStore as LocalBucket } from '../../local/oss/object-store.ts';
import { etagOf } from '../../local/oss/receive-body.ts';
import { type Outcome, type RunFacts, recordOf } from '../../shared/core/outcome.ts';
import { ServiceFailure } from '../../shared/core/service-failure.ts';
import { type EpochMs, epochMs } from '../../shared/core/time.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { OutcomeLog } from '../../shared/ports/outcome-log.ts';
import { BUCKET } from './bench-account.ts';
import { floodOutcome, untoldBatches } from './outbox-outcomes.ts';

/** What waits in an outbox: so many alerts, or so many records for the log store. */
export type Outbox =
  | { readonly kind: 'alerts'; readonly count: number }
  | { readonly kind: 'outcomes'; readonly count: number };

/** Everything happened within this time: not so long ago that a message would be late. */
const SPAN_MS = 4 * 60_000;
const RUN: RunFacts = {
  ...{ functionName: 'register-ca', functionRequestId: 'B7A4F2C1-0000-5000-8000-0123456789AB' },
  ...{ configDigest: '5f0c1de2a3b4c5d6', version: '1.0.0' },
};

const TAKES_ALL: OutcomeLog = { append: () => Promise.resolve() };
const IS_DOWN: OutcomeLog = {
  append: () => Promise.reject(new ServiceFailure({ service: 'sls', code: 'ServerBusy', status: 503, requestId: '' })),
};
const QUIET = { write: () => undefined };

/**
 * Fills the outbox as the functions of a deployment would: through the reporter, whose writes go straight to the disk of
 * the stand-in, which must not be running.
 */
export async function fillOutbox(dataFolder: string, { count, kind }: Outbox, clock: LocalClock): Promise<void> {
  const bucket = new LocalBucket(dataFolder, BUCKET);
  const store = writerTo(bucket, clock);
  const began = clock.now() - SPAN_MS;
  if (kind === 'alerts') {
    const reporter = createReporter({ store, log: TAKES_ALL, runLog: QUIET });
    const at = (number: number): EpochMs => epochMs(Math.floor(began + (number * SPAN_MS) / count));
    for (let number = 0; number < count; number += 1) {
      await reporter.report([recordOf(floodOutcome(number, at(number)), at(number), RUN)]);
    }
  } else {
    let batches = 0;
    for (const batch of untoldBatches(count, epochMs(began))) {
      const at = epochMs(began + batches);
      const records = batch.map((outcome: Outcome) => recordOf(outcome, at, RUN));
      await createReporter({ store, log: IS_DOWN, runLog: QUIET }).report(records);
      batches += 1;
    }
  }
  bucket.close();
}

function writerTo(bucket: LocalBucket, clock: LocalClock): Pick<ObjectStore, 'create' | 'put'> {
  let files = 0;
  const write = (key: string, bytes: Buffer, contentType: string, onlyIfFree: boolean): boolean => {
    files += 1;
    const path = join(bucket.temporaryPath, String(files));
    writeFileSync(path, bytes, { mode: 0o600 });
    const facts = { etag: etagOf(createHash('md5').update(bytes).digest()), size: bytes.length, contentType };
    const draft = { key, ...facts, lastModified: clock.now(), type: 'Normal', headers: {} } as const;
    return bucket.commit(path, draft, onlyIfFree) !== undefined;
  };
  return {
    create: ({ bytes, contentType, key }) =>
      Promise.resolve(write(key, bytes, contentType, true) ? 'created' : 'exists'),
    put: ({ bytes, contentType, key }) => {
      write(key, bytes, contentType, false);
      return Promise.resolve();
    },
  };
}
