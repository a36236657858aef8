import { inboxPrefix } from './bucket-layout.ts';
import { type DisplayText, displayText } from './display-text.ts';
import type { DropId } from './drop-identity.ts';
import type { DropSource } from './drop-source.ts';
import type { Etag, ObjectKey } from './object-version.ts';
import type { RecordField } from './outcome-record.ts';
import type { CaSerial } from './serial.ts';
import type { ServiceWord } from './service-word.ts';

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

interface AboutCa {
  readonly drop: DropFacts;
  readonly ca: CaIdentity;
  readonly service: ServiceWord;
}

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
  | {
      readonly kind: 'configuration-invalid' | 'configuration-suspicious' | 'configuration-defaulted';
      readonly problems: readonly string[];
    }
  /** Both as `<account>/<region>/<function prefix>`. */
  | { readonly kind: 'foreign-deployment'; readonly owner: DisplayText; readonly intruder: string };

type Fields = Partial<Record<RecordField, string>>;

/** How many characters of a key are kept; long enough for any path a person would make. */
const KEY_SHOWN = 400;

/** What makes two tellings the same event, besides the kind. */
export function dropIdentity(outcome: DropOutcome): readonly (string | number)[] {
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
    case 'configuration-defaulted':
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

/** The fields of the record; the sentences of the table name nothing else. */
export function dropFields(outcome: DropOutcome): Fields {
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
        ...aboutDrop(outcome.drop),
        ...(outcome.ca === undefined ? {} : { ca_sn: outcome.ca.serial, cert_sha256: outcome.ca.fingerprint }),
        ...(outcome.service === undefined ? {} : serviceFields(outcome.service)),
        reason: outcome.reasons.join(','),
        detail: outcome.sentence,
        fix: outcome.fix,
      };
    case 'drop-waiting':
      return { ...aboutDrop(outcome.drop), reason: `missing-${outcome.missing}`, detail: outcome.sentence };
    case 'drop-paused':
      return { ...aboutDrop(outcome.drop), reason: outcome.why };
    case 'drop-too-many':
      return {
        ...aboutDrop(outcome.drop),
        reason: 'too-many-files',
        detail: `At most ${String(outcome.limit)} files are read from one folder.`,
      };
    case 'drop-quarantined':
      return { ...aboutDrop(outcome.drop), reason: outcome.reason, object_key: shownKey(outcome) };
    case 'drop-misplaced':
      return {
        ...aboutDrop(outcome.drop),
        object_etag: outcome.etag,
        reason: outcome.reason,
        detail: outcome.sentence,
      };
    case 'drop-failed':
      return {
        ...aboutDrop(outcome.drop),
        reason: outcome.errorCode,
        object_key: shown(inboxPrefix(outcome.drop.source)),
      };
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
    case 'configuration-defaulted':
      return { detail: outcome.problems.join('; ') };
    case 'foreign-deployment':
      return { detail: `It belongs to ${outcome.owner}; this one is ${displayText(outcome.intruder)}.` };
  }
}

function caFields(outcome: AboutCa): Fields {
  return {
    ...aboutDrop(outcome.drop),
    ca_sn: outcome.ca.serial,
    cert_sha256: outcome.ca.fingerprint,
    ...serviceFields(outcome.service),
  };
}

function serviceFields(word: ServiceWord): Fields {
  return { api_code: word.code, request_id: word.requestId };
}

function aboutDrop(drop: DropFacts): Fields {
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
  return displayText(text, KEY_SHOWN);
}
