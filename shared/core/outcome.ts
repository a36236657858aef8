import type { CauseId } from './alert-key.ts';
import { nameOf } from './digest.ts';
import { type DropOutcome, dropFields, dropIdentity } from './drop-outcome.ts';
import { maskSecrets } from './mask-secrets.ts';
import { type NotifyOutcome, notifyFields, notifyIdentity } from './notify/notify-outcome.ts';
import { NOTIFY_OUTCOME_KINDS } from './notify/notify-outcome-table.ts';
import { type EventId, type OutcomeRecord, RECORD_SCHEMA } from './outcome-record.ts';
import { factsOf, fillSentence, type OutcomeKind, withoutCommandMarks } from './outcome-table.ts';
import { safeJson } from './safe-json.ts';
import { type SweepOutcome, sweepFields, sweepIdentity } from './sweep/sweep-outcome.ts';
import { SWEEP_OUTCOME_KINDS } from './sweep/sweep-outcome-table.ts';
import { type WatchOutcome, watchFields, watchIdentity } from './sweep/watch-outcome.ts';
import { WATCH_OUTCOME_KINDS } from './sweep/watch-outcome-table.ts';
import { type EpochMs, isoOf } from './time.ts';

/** Everything that is told: of drops and the functions themselves, of sweeps, of watch lists, and of the telling. */
export type Outcome = DropOutcome | SweepOutcome | WatchOutcome | NotifyOutcome;

/** Where and by what an outcome was recorded. */
export interface RunFacts {
  readonly functionName: string;
  readonly functionRequestId: string;
  readonly configDigest: string;
  readonly version: string;
}

/** How many characters of a sentence are kept; short enough for a chat message. */
const LONG_TEXT = 400;

/**
 * The record of an outcome. `event_id` comes from what happened (kind and identity), so telling it again, by another
 * worker or after a crash, carries the same id.
 */
export function recordOf(outcome: Outcome, at: EpochMs, run: RunFacts): OutcomeRecord {
  const facts = factsOf(outcome.kind);
  const { fields, named } = fieldsAndNames(outcome);
  const spoken = { ...named, function: run.functionName };
  return withoutEmpty({
    schema: RECORD_SCHEMA,
    event_id: eventIdOf(outcome),
    kind: outcome.kind,
    severity: facts.severity,
    at: isoOf(at),
    ...withoutSecrets(fields),
    function: run.functionName,
    detail: cut(maskSecrets(fillSentence(facts.en, spoken))),
    fix: cut(maskSecrets(withoutCommandMarks(textOr(fields['fix'], fillSentence(facts.fixEn, spoken))))),
    function_request_id: run.functionRequestId,
    config_digest: run.configDigest,
    version: run.version,
  });
}

/** Fields in which people and other services choose the words; ids, codes and digests are ours or have a shape. */
const CHOSEN = ['name', 'object_key', 'actor', 'source_ip'] as const;

/** Whoever takes a key for the name of a file finds it in the bucket, and not in every log and chat. */
function withoutSecrets(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const masked: Record<string, string> = { ...fields };
  for (const field of CHOSEN) {
    const text = fields[field];
    if (text !== undefined) masked[field] = maskSecrets(text);
  }
  const inputs = fields['rule_inputs'];
  if (inputs !== undefined && maskSecrets(inputs) !== inputs) masked['rule_inputs'] = maskedJson(inputs);
  return masked;
}

/** Masked text by text: what it looks like as a whole includes quotes. */
function maskedJson(json: string): string {
  return safeJson(
    JSON.parse(json, (_, value: unknown) => (typeof value === 'string' ? maskSecrets(value) : value)) as unknown,
  );
}

function fieldsAndNames(outcome: Outcome): {
  readonly fields: Readonly<Record<string, string>>;
  readonly named: Readonly<Record<string, string | undefined>>;
} {
  if (isSweepOutcome(outcome)) return sweepFields(outcome);
  if (isWatchOutcome(outcome)) return watchFields(outcome);
  if (isNotifyOutcome(outcome)) return notifyFields(outcome);
  const fields = dropFields(outcome);
  return { fields, named: fields };
}

function isSweepOutcome(outcome: Outcome): outcome is SweepOutcome {
  return outcome.kind in SWEEP_OUTCOME_KINDS;
}

function isWatchOutcome(outcome: Outcome): outcome is WatchOutcome {
  return outcome.kind in WATCH_OUTCOME_KINDS;
}

function isNotifyOutcome(outcome: Outcome): outcome is NotifyOutcome {
  return outcome.kind in NOTIFY_OUTCOME_KINDS;
}

function textOr(text: string | undefined, otherwise: string): string {
  return text === undefined || text === '' ? otherwise : text;
}

/** The stable id of an outcome. */
export function eventIdOf(outcome: Outcome): EventId {
  return nameOf([outcome.kind, ...identityOf(outcome)], 32) as EventId;
}

function identityOf(outcome: Outcome): readonly (string | number)[] {
  if (isSweepOutcome(outcome)) return sweepIdentity(outcome);
  if (isWatchOutcome(outcome)) return watchIdentity(outcome);
  if (isNotifyOutcome(outcome)) return notifyIdentity(outcome);
  return dropIdentity(outcome);
}

/** Our own sentences are safe to show; only their length depends on what is in them. */
function cut(sentence: string): string {
  if (sentence.length <= LONG_TEXT) return sentence;
  return `${sentence.slice(0, LONG_TEXT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function withoutEmpty(record: OutcomeRecord): OutcomeRecord {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== '')) as OutcomeRecord;
}

/** The problem a record belongs to: its own, or the condition whose end it tells. */
export function causeIdOf(record: OutcomeRecord): CauseId {
  return record.resolves === undefined ? ownCauseOf(record) : (record.resolves as CauseId);
}

function ownCauseOf(record: OutcomeRecord): CauseId {
  const kind = record.kind as OutcomeKind;
  const columns = factsOf(kind).cause.map((field) => record[field] ?? '');
  return `${kind}.${nameOf(columns, 16)}`;
}
