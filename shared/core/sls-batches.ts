import { type OutcomeRecord, RECORD_FIELDS } from './outcome-record.ts';
import { encodedLogBytes, type SlsLog } from './sls-log-group.ts';
import { type EpochMs, minutes, parseIso, plus } from './time.ts';

/** Cut points of the vendor's Go producer; the service takes 10 MB. */
const MAX_BATCH_BYTES = 512 * 1024;
const MAX_BATCH_LOGS = 4096;

/** Longest value, in bytes of UTF-8. The service recommends less than 1 MB; analysis reads 16 KB. */
const MAX_VALUE_BYTES = 64 * 1024;

/**
 * PutLogs takes logs from 7 days (168 hours) back to 15 minutes ahead and refuses the whole group for one outside. The
 * hour and the minute to spare are for the time a request is on its way and for clocks that differ.
 */
const OLDEST = minutes(-(168 - 1) * 60);
const NEWEST = minutes(14);

/** Turns records into groups of logs that fit one PutLogs each, in the order given. */
export function batchesOf(records: readonly OutcomeRecord[], now: EpochMs): SlsLog[][] {
  const batches: SlsLog[][] = [];
  let bytes = Number.POSITIVE_INFINITY; // the first log opens the first batch
  for (const record of records) {
    const log = logOf(record, now);
    const size = encodedLogBytes(log);
    const current = batches.at(-1);
    if (current === undefined || bytes + size > MAX_BATCH_BYTES || current.length >= MAX_BATCH_LOGS) {
      batches.push([log]);
      bytes = size;
    } else {
      current.push(log);
      bytes += size;
    }
  }
  return batches;
}

/**
 * One record as a log. Its log time is when it happened, moved into the window the service accepts; the field `at` keeps
 * the true moment. Empty fields are left out.
 */
export function logOf(record: OutcomeRecord, now: EpochMs): SlsLog {
  const happened = parseIso(record.at) ?? now;
  const time = Math.trunc(Math.min(Math.max(happened, plus(now, OLDEST)), plus(now, NEWEST)));
  const fields = RECORD_FIELDS.flatMap((name): [string, string][] => {
    const value = record[name];
    return value === undefined || value === '' ? [] : [[name, cut(value)]];
  });
  return { seconds: Math.floor(time / 1000), nanoseconds: (time % 1000) * 1_000_000, fields };
}

/** At most `MAX_VALUE_BYTES` bytes, never half a character. */
function cut(value: string): string {
  // Nearly every value: short whatever it is written with, and without surrogates, of which a lone one has no UTF-8 form.
  if (value.length * 3 <= MAX_VALUE_BYTES && !/[\uD800-\uDFFF]/.test(value)) return value;
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length <= MAX_VALUE_BYTES) return bytes.toString('utf8'); // a lone surrogate has become U+FFFD
  let end = MAX_VALUE_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
