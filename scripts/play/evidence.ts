import * as v from 'valibot';
import { CONFIG_VARIABLES } from '../../shared/config-table.ts';
import { type Destination, destinationPrefix } from '../../shared/core/bucket-layout.ts';
import { parseDropId } from '../../shared/core/drop-identity.ts';
import { INBOX } from '../../shared/core/drop-source.ts';
import { objectKey } from '../../shared/core/object-version.ts';
import { OUTCOME_KINDS, type OutcomeKind } from '../../shared/core/outcome-table.ts';
import type { EpochMs } from '../../shared/core/time.ts';
import { formatElapsed } from '../terminal/duration.ts';
import { terminalText } from '../terminal/terminal-text.ts';
import { type Act, expectation } from './act.ts';
import { lookUntil } from './look.ts';
import { playFailure } from './wait.ts';
import type { FinishedCall, StoredRecord } from './world.ts';

const MAX_DOCUMENT_BYTES = 256 * 1024;

const ReceiptSchema = v.object({
  caSerial: v.object({ canonical: v.string() }),
  sha256: v.object({ ca: v.string(), verification: v.string() }),
});

/** The parts of a receipt that the play compares. */
export type Receipt = v.InferOutput<typeof ReceiptSchema>;

/** One of our documents, as read from the bucket. */
export interface BucketDocument {
  readonly key: string;
  readonly text: string;
}

/**
 * Waits for the final outcome of the act's drop in the log store, showing every finished call of a function and every
 * outcome on the way.
 *
 * @param since - A moment before the drop, by the local cloud's clock.
 * @throws CommandError when it takes too long, or when the story ends otherwise than `expected`.
 */
export async function awaitOutcome(act: Act, expected: OutcomeKind, since: EpochMs): Promise<StoredRecord> {
  const shown = new Set<string>();
  const goal = expectation(expected, act, `the drop ${act.caName} ends as ${expected}`);
  const record = await watchingCalls(act, () =>
    lookUntil(act, goal, async () => {
      for (const candidate of await act.world.recordsOf(act.caName, since)) {
        showOnce(act, candidate, shown);
        if (endsTheWait(candidate)) return candidate;
      }
      return undefined;
    }),
  );
  if (record.kind === expected) return record;
  throw playFailure(goal, `it ended as ${terminalText(record.kind ?? '?')}: ${terminalText(record.detail ?? '')}`);
}

/** Waits until the drop's folder in the inbox is empty: the files have been moved to where they belong. */
export async function awaitEmptyInbox(act: Act): Promise<void> {
  const prefix = `${INBOX}${act.world.instance}/${act.caName}/`;
  const goal = expectation('inbox-cleared', act, `${prefix} is empty in the end`);
  await lookUntil(act, goal, async () => {
    const page = await act.world.store.list({ prefix, limit: 10 });
    return page.objects.some((object) => !object.key.endsWith('/')) ? undefined : page;
  });
}

/** Reads a document that the pipeline wrote beside the archived files, through the OSS interface. */
export async function readDocument(
  act: Act,
  record: StoredRecord,
  document: { readonly destination: Destination; readonly name: string },
): Promise<BucketDocument> {
  const dropId = parseDropId(record.correlation_id ?? '');
  if (dropId === undefined) {
    throw playFailure(
      expectation('record-readable', act, 'the log record names its drop'),
      'it has no readable correlation_id',
    );
  }
  const source = { kind: 'folder', instance: act.world.instance, caName: act.caName } as const;
  const key = `${destinationPrefix(document.destination, source, dropId)}${document.name}`;
  const goal = expectation(`${document.name.replace('.', '-')}-written`, act, `${key} can be read`);
  const bytes = await lookUntil(act, goal, async () => {
    const read = await act.world.store.read({ key: objectKey(key), maxBytes: MAX_DOCUMENT_BYTES });
    return read.kind === 'found' ? read.bytes : undefined;
  });
  return { key, text: bytes.toString('utf8') };
}

/** Reads `receipt.json`; throws a play failure when it does not hold what a receipt holds. */
export function readReceipt(act: Act, document: BucketDocument): Receipt {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ReceiptSchema), document.text);
  if (parsed.success) return parsed.output;
  throw playFailure(
    expectation('receipt', act, `${document.key} is a receipt`),
    'it does not hold what a receipt holds',
  );
}

async function watchingCalls<Result>(act: Act, work: () => Promise<Result>): Promise<Result> {
  const unsubscribe = act.world.onFinishedCall((call) =>
    act.stage.show({
      step: 'function-ran',
      mood: call.result === 'ok' ? 'quiet' : 'bad',
      title: terminalText(call.function, 18),
      lines: [callLine(call)],
      facts: { function: call.function, event: call.event, durationMs: call.durationMs, result: call.result },
    }),
  );
  try {
    return await work();
  } finally {
    unsubscribe();
  }
}

/** A run that takes so long has waited for the call budget, unless the machine is very busy. */
const PACED_MS = 500;
const PACED = ` · each call to the service waits for its share of the budget, ${CONFIG_VARIABLES.MQTT_CERTS_REGISTER_CALLS_PER_SECOND.fallback} a second for a worker`;

function callLine(call: FinishedCall): string {
  const how = call.result === 'ok' ? 'ran' : `FAILED (${terminalText(call.errorType ?? 'unknown', 60)}) after`;
  const paced = call.durationMs >= PACED_MS && call.function.endsWith('register-ca') ? PACED : '';
  return `${how} ${formatElapsed(call.durationMs)} for ${terminalText(call.event, 100)}${paced}`;
}

function showOnce(act: Act, record: StoredRecord, shown: Set<string>): void {
  const id = record.event_id ?? '';
  if (shown.has(id)) return;
  shown.add(id);
  const mood =
    record.severity === 'warning' || record.severity === 'critical' ? 'bad' : isFinal(record) ? 'good' : 'quiet';
  act.stage.show({
    step: record.kind ?? 'unknown',
    mood,
    title: terminalText(record.kind ?? 'unknown', 24),
    lines: [terminalText(record.detail ?? ''), `log record ${terminalText(id, 32)}, read back from the log store`],
    facts: {
      eventId: id,
      detail: record.detail ?? '',
      ...(record.ca_sn === undefined ? {} : { caSerial: record.ca_sn }),
      ...(record.reason === undefined ? {} : { reasons: record.reason.split(',') }),
    },
  });
}

// These are not the end of a drop, but nothing more happens until a person does something.
const NEEDS_A_PERSON: readonly (string | undefined)[] = ['drop-paused', 'drop-too-many', 'registration-blocked'];

function endsTheWait(record: StoredRecord): boolean {
  return isFinal(record) || NEEDS_A_PERSON.includes(record.kind);
}

function isFinal(record: StoredRecord): boolean {
  const kind = record.kind ?? '';
  return Object.hasOwn(OUTCOME_KINDS, kind) && OUTCOME_KINDS[kind as OutcomeKind].final;
}
