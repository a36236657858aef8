import type { CauseId } from '../alert-key.ts';
import { nameOf } from '../digest.ts';
import { displayText } from '../display-text.ts';
import type { InstanceId } from '../instance.ts';
import { safeJson } from '../safe-json.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import type { SweepId } from './sweep-id.ts';
import { SWEEP_OUTCOME_KINDS, type SweepOutcomeKind } from './sweep-outcome-table.ts';

/** What a decision was made from; small, and without foreign text that was not made safe. */
export type RuleInputs = Readonly<Record<string, string | number | boolean>>;

/** One thing a sweep found or did. What it is about is as fine as the kind: a device, a CA, a file, or the sweep. */
export interface SweepOutcome {
  readonly kind: SweepOutcomeKind;
  readonly sweepId: SweepId;
  readonly instance?: InstanceId;
  readonly ca?: CaSerial;
  readonly device?: DeviceSerial;
  /** What the service or the watch list calls it; raw. */
  readonly name?: string;
  /** Stable code: a veto, a stage, why something was skipped. */
  readonly reason?: string;
  readonly service?: { readonly code: string; readonly requestId: string };
  readonly objectKey?: string;
  readonly objectEtag?: string;
  /** Of the object, from 1. */
  readonly line?: number;
  readonly inputs?: RuleInputs;
  /** The condition that it ends. */
  readonly resolves?: CauseId;
}

/** What makes two tellings the same event: the kind, and what it is about within one sweep. */
export function sweepIdentity(outcome: SweepOutcome): readonly string[] {
  const { ca, device, instance, line, objectEtag, objectKey, reason, resolves, sweepId } = outcome;
  if (resolves !== undefined) return [sweepId, resolves];
  const object = [objectKey ?? '', objectEtag ?? '', line === undefined ? '' : String(line)];
  return [sweepId, instance ?? '', ca ?? '', device ?? '', ...object, reason ?? ''];
}

/** The problem that an outcome belongs to, without making its record. */
export function causeOfSweep(outcome: SweepOutcome): CauseId {
  if (outcome.resolves !== undefined) return outcome.resolves;
  const fields: Readonly<Record<string, string>> = { ...sweepFields(outcome).fields, kind: outcome.kind };
  const columns = SWEEP_OUTCOME_KINDS[outcome.kind].cause.map((field) => fields[field] ?? '');
  return `${outcome.kind}.${nameOf(columns, 16)}`;
}

/** The fields of the record, and the values that the sentences of the table name. */
export function sweepFields(outcome: SweepOutcome): {
  readonly fields: Readonly<Record<string, string>>;
  readonly named: Readonly<Record<string, string>>;
} {
  const { inputs: decidedFrom = {}, line, service } = outcome;
  const inputs: RuleInputs = line === undefined ? decidedFrom : { ...decidedFrom, line };
  const fields = {
    instance: outcome.instance ?? '',
    ca_sn: outcome.ca ?? '',
    device_sn: outcome.device ?? '',
    name: outcome.name === undefined ? '' : displayText(outcome.name),
    correlation_id: outcome.sweepId,
    sweep_id: outcome.sweepId,
    reason: outcome.reason ?? '',
    api_code: service?.code ?? '',
    request_id: service?.requestId ?? '',
    object_key: outcome.objectKey === undefined ? '' : displayText(outcome.objectKey, 200),
    resolves: outcome.resolves ?? '',
    object_etag: outcome.objectEtag === undefined ? '' : displayText(outcome.objectEtag),
    rule_inputs: Object.keys(inputs).length === 0 ? '' : safeJson(inputs),
  };
  const spoken = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
  return { fields, named: { ...spoken, ...fields } };
}
