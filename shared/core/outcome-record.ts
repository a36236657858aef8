import type { Brand } from './brand.ts';

/** The version of the record below; readers of the log store and of the outbox check it. */
export const RECORD_SCHEMA = '1';

/** Identifies what happened, not the attempt to tell it: a replay carries the same id. 32 hex digits. */
export type EventId = Brand<string, 'EventId'>;

/** Every field of an outcome record, in the order of the log store's columns. */
export const RECORD_FIELDS = [
  'schema', // RECORD_SCHEMA
  'event_id', // EventId
  'kind', // a key of the table of outcome kinds
  'severity', // info, notice, warning, critical
  'at', // ISO 8601, UTC, milliseconds: when it happened
  'instance', // MqttInstanceId
  'ca_sn', // canonical CA serial
  'device_sn', // canonical device serial
  'name', // what a person calls it: CA folder, device name
  'correlation_id', // drop id: everything about one drop shares it
  'request_id', // of the service call that decided
  'api_code', // the service's error code
  'reason', // stable code of ours, or several joined by a comma
  'detail', // one English sentence for people
  'fix', // what to do next, English
  'rule_inputs', // JSON: what a decision was made from
  'object_key', // in our bucket
  'object_etag',
  'cert_sha256', // SHA-256 over the DER bytes, lower-case hex
  'actor', // as the event claims
  'source_ip', // as the event claims
  'sweep_id',
  'resolves', // cause id of the condition that this outcome ends
  'function',
  'function_request_id',
  'config_digest', // 16 hex digits over the configuration in force
  'version', // of this software
] as const;

/** The name of one field of an outcome record. */
export type RecordField = (typeof RECORD_FIELDS)[number];

type RequiredField = 'schema' | 'event_id' | 'kind' | 'severity' | 'at';

/**
 * One outcome as the log store keeps it: text only, empty fields left out, nothing in it that a person could not be
 * shown (foreign text went through `displayText`).
 */
export type OutcomeRecord = Readonly<
  Record<RequiredField, string> & Partial<Record<Exclude<RecordField, RequiredField>, string>>
>;
