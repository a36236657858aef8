import type { CauseId } from './alert-key.ts';
import { inboxPrefix } from './bucket-layout.ts';
import { nameOf } from './digest.ts';
import { type DisplayText, displayText } from './display-text.ts';
import type { DropId } from './drop-identity.ts';
import type { DropSource } from './drop-source.ts';
import { type NotifyOutcome, notifyFields, notifyIdentity } from './notify/notify-outcome.ts';
import { NOTIFY_OUTCOME_KINDS } from './notify/notify-outcome-table.ts';
import type { Etag, ObjectKey } from './object-version.ts';
import { type EventId, type OutcomeRecord, RECORD_SCHEMA } from './outcome-record.ts';
import { factsOf, fillSentence, type OutcomeKind } from './outcome-table.ts';
import type { CaSerial } from './serial.ts';
import { type SweepOutcome, sweepFields, sweepIdentity } from './sweep/sweep-outcome.ts';
import { SWEEP_OUTCOME_KINDS } from './sweep/sweep-outcome-table.ts';
import { type WatchOutcome, watchFields, watchIdentity } from './sweep/watch-outcome.ts';
import { WATCH_OUTCOME_KINDS } from './sweep/watch-outcome-table.ts';
import { type EpochMs, isoOf } from './time.ts';

/** Who put a file there, as the trigger's event claims. Nothing is decided by it. */
export interface EventClaims {
  readonly actor: string;
  readonly sourceIp: string;
}

/** The drop an outcome speaks of. */
export interface DropFacts {
  readonly source: DropSource;
  readonly dropId: DropId;
  readonly claims?: EventClaims;
}

/** The CA an outcome speaks of: canonical serial, and SHA-256 over the DER in lower-case hex. */
export interface CaIdentity {
  readonly serial: CaSerial;
  readonly fingerprint: string;
}

/** What the service said when it decided; empty texts when it did not say. */
export interface ServiceWord {
  readonly code: string;
  readonly requestId: string;
}

interface AboutCa {
  readonly drop: DropFacts;
  readonly ca: CaIdentity;
  readonly service: ServiceWord;
}

/** Everything that is told: of drops and the functions themselves, of sweeps, of watch lists, and of the telling. */
export type Outcome = DropOutcome | SweepOutcome | WatchOutcome | NotifyOutcome;

/**
 * Everything that can become of an upload, an event or a configuration: one variant per kind of the table. A `sentence` is
 * ours: foreign text in it went through `displayText` before.
 */
export type DropOutcome =
  /** `state` is what was read back, in words: status and validity. */
  | (AboutCa & { readonly kind: 'ca-registered'; readonly state: string; readonly warnings: readonly string[] })
  | (AboutCa & { readonly kind: 'ca-already-registered' | 'serial-taken' | 'registration-unconfirmed' })
  /** Told once a day while it lasts. `day` is the store's, as `2026-01-02`. */
  | (AboutCa & { readonly kind: 'registration-blocked' | 'registration-postponed'; readonly day: string })
  | {
      readonly kind: 'pair-rejected';
      readonly drop: DropFacts;
      /** Stable codes, in the order a person would mend them. */
      readonly reasons: readonly string[];
      readonly sentence: string;
      readonly fix: string;
      readonly ca?: CaIdentity;
      readonly service?: ServiceWord;
    }
  | {
      readonly kind: 'drop-waiting';
      readonly drop: DropFacts;
      readonly missing: 'ca' | 'verification' | 'both';
      readonly sentence: string;
    }
  | { readonly kind: 'drop-paused'; readonly drop: DropFacts; readonly why: 'control-paused' | 'observe-only' }
  | { readonly kind: 'drop-too-many'; readonly drop: DropFacts; readonly day: string; readonly limit: number }
  /** `fileName` is the first file that is the reason, within its folder. */
  | { readonly kind: 'drop-quarantined'; readonly drop: DropFacts; readonly reason: string; readonly fileName: string }
  | {
      readonly kind: 'drop-misplaced';
      readonly drop: DropFacts;
      readonly etag: Etag;
      readonly reason: string;
      readonly sentence: string;
    }
  | { readonly kind: 'drop-failed'; readonly drop: DropFacts; readonly errorCode: string }
  | {
      readonly kind: 'drop-vanished';
      readonly object: { readonly key: ObjectKey; readonly etag: Etag };
      readonly source: DropSource;
      readonly claims?: EventClaims;
    }
  | { readonly kind: 'event-refused'; readonly reason: string; readonly sentence: string; readonly payloadHash: string }
  /** A call that the platform gave up on, out of its queue. */
  | {
      readonly kind: 'event-lost' | 'tick-expired';
      /** Of the function that should have handled it; empty when the platform did not say. */
      readonly functionName: string;
      /** The request id of the lost call, or a hash of what is known of it. */
      readonly callId: string;
      readonly reason: string;
      readonly sentence: string;
      readonly object?: { readonly key: ObjectKey; readonly etag: Etag };
      readonly claims?: EventClaims;
      readonly sweepId?: string;
    }
  | { readonly kind: 'configuration-invalid' | 'configuration-suspicious'; readonly problems: readonly string[] }
  /** Both as `<account>/<region>/<function prefix>`. */
  | { readonly kind: 'foreign-deployment'; readonly owner: DisplayText; readonly intruder: string };

/** Where and by what an outcome was recorded. */
export interface RunFacts {
  readonly functionName: string;
  readonly functionRequestId: string;
  readonly configDigest: string;
  readonly version: string;
}

type Fields = Partial<Record<Exclude<keyof OutcomeRecord, 'schema' | 'event_id' | 'kind' | 'severity' | 'at'>, string>>;

/** How many characters of a key or sentence are kept; long enough for a path, short enough for a chat message. */
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
    ...fields,
    function: run.functionName,
    detail: cut(fillSentence(facts.en, spoken)),
    fix: cut(textOr(fields.fix, fillSentence(facts.fixEn, spoken))),
    function_request_id: run.functionRequestId,
    config_digest: run.configDigest,
    version: run.version,
  });
}

function fieldsAndNames(outcome: Outcome): {
  readonly fields: Fields;
  readonly named: Readonly<Record<string, string | undefined>>;
} {
  if (isSweepOutcome(outcome)) return sweepFields(outcome);
  if (isWatchOutcome(outcome)) return watchFields(outcome);
  if (isNotifyOutcome(outcome)) return notifyFields(outcome);
  const fields = fieldsOf(outcome);
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
  switch (outcome.kind) {
    case 'drop-too-many': // one a day per folder, however many files keep coming
      return [...sourceIdentity(outcome.drop.source), outcome.day];
    case 'drop-vanished':
      return [outcome.object.key, outcome.object.etag];
    case 'event-refused':
      return [outcome.reason, outcome.payloadHash];
    case 'event-lost':
    case 'tick-expired':
      return [outcome.functionName, outcome.callId];
    case 'configuration-invalid':
    case 'configuration-suspicious':
      return outcome.problems;
    case 'foreign-deployment':
      return [outcome.owner, outcome.intruder];
    case 'registration-blocked':
    case 'registration-postponed':
      return [outcome.drop.dropId, outcome.service.code, outcome.day];
    case 'ca-registered':
    case 'ca-already-registered':
    case 'serial-taken':
    case 'registration-unconfirmed':
    case 'pair-rejected':
    case 'drop-waiting':
    case 'drop-paused':
    case 'drop-quarantined':
      return [...sourceIdentity(outcome.drop.source), outcome.drop.dropId];
    case 'drop-misplaced': // the same content put there again is the same mistake
      return [...sourceIdentity(outcome.drop.source), outcome.etag];
    case 'drop-failed':
      return [...sourceIdentity(outcome.drop.source), outcome.drop.dropId, outcome.errorCode];
  }
}

function sourceIdentity(source: DropSource): readonly string[] {
  return source.kind === 'folder' ? [source.instance, source.caName] : [source.key];
}

function fieldsOf(outcome: DropOutcome): Fields {
  switch (outcome.kind) {
    case 'ca-registered':
      return { ...caFields(outcome), detail: outcome.state, reason: outcome.warnings.join(',') };
    case 'ca-already-registered':
    case 'serial-taken':
    case 'registration-unconfirmed':
    case 'registration-blocked':
    case 'registration-postponed':
      return caFields(outcome);
    case 'pair-rejected':
      return {
        ...dropFields(outcome.drop),
        ...(outcome.ca === undefined ? {} : { ca_sn: outcome.ca.serial, cert_sha256: outcome.ca.fingerprint }),
        ...(outcome.service === undefined ? {} : serviceFields(outcome.service)),
        reason: outcome.reasons.join(','),
        detail: outcome.sentence,
        fix: outcome.fix,
      };
    case 'drop-waiting':
      return { ...dropFields(outcome.drop), reason: `missing-${outcome.missing}`, detail: outcome.sentence };
    case 'drop-paused':
      return { ...dropFields(outcome.drop), reason: outcome.why };
    case 'drop-too-many':
      return {
        ...dropFields(outcome.drop),
        reason: 'too-many-files',
        detail: `At most ${String(outcome.limit)} files are read from one folder.`,
      };
    case 'drop-quarantined':
      return { ...dropFields(outcome.drop), reason: outcome.reason, object_key: shownKey(outcome) };
    case 'drop-misplaced':
      return {
        ...dropFields(outcome.drop),
        object_etag: outcome.etag,
        reason: outcome.reason,
        detail: outcome.sentence,
      };
    case 'drop-failed':
      return { ...dropFields(outcome.drop), reason: outcome.errorCode };
    case 'drop-vanished':
      return {
        ...sourceFields(outcome.source),
        ...claimFields(outcome.claims),
        ...objectFields(outcome.object),
      };
    case 'event-refused':
      return { reason: outcome.reason, detail: outcome.sentence };
    case 'event-lost':
    case 'tick-expired':
      return {
        name: displayText(outcome.functionName),
        request_id: outcome.callId,
        reason: outcome.reason,
        detail: outcome.sentence,
        ...(outcome.object === undefined ? {} : objectFields(outcome.object)),
        ...claimFields(outcome.claims),
        ...(outcome.sweepId === undefined ? {} : { sweep_id: outcome.sweepId }),
      };
    case 'configuration-invalid':
    case 'configuration-suspicious':
      return { detail: outcome.problems.join('; ') };
    case 'foreign-deployment':
      return { detail: `It belongs to ${outcome.owner}; this one is ${displayText(outcome.intruder)}.` };
  }
}

function caFields(outcome: AboutCa): Fields {
  return {
    ...dropFields(outcome.drop),
    ca_sn: outcome.ca.serial,
    cert_sha256: outcome.ca.fingerprint,
    ...serviceFields(outcome.service),
  };
}

function serviceFields(word: ServiceWord): Fields {
  return { api_code: word.code, request_id: word.requestId };
}

function dropFields(drop: DropFacts): Fields {
  return { ...sourceFields(drop.source), correlation_id: drop.dropId, ...claimFields(drop.claims) };
}

function sourceFields(source: DropSource): Fields {
  if (source.kind === 'folder') return { instance: source.instance, name: displayText(source.caName) };
  return { object_key: shown(source.key) };
}

function objectFields(object: { readonly key: ObjectKey; readonly etag: Etag }): Fields {
  return { object_key: shown(object.key), object_etag: displayText(object.etag) };
}

function claimFields(claims: EventClaims | undefined): Fields {
  if (claims === undefined) return {};
  return { actor: displayText(claims.actor), source_ip: displayText(claims.sourceIp) };
}

/** `inbox/<instance>/<caName>/<file>`; the file name is safe already. */
function shownKey({ drop, fileName }: { readonly drop: DropFacts; readonly fileName: string }): string {
  return shown(drop.source.kind === 'folder' ? inboxPrefix(drop.source) + fileName : fileName);
}

function shown(text: string): DisplayText {
  return displayText(text, LONG_TEXT);
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
