import { displayText } from '../display-text.ts';
import type { InstanceId } from '../instance.ts';
import { safeJson } from '../safe-json.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import type { SweepId } from './sweep-id.ts';
import type { SweepOutcomeKind } from './sweep-outcome-table.ts';

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
}

/** What makes two tellings the same event: the kind, and what it is about within one sweep. */
export function sweepIdentity(outcome: SweepOutcome): readonly string[] {
  const { ca, device, instance, line, objectEtag, objectKey, reason, sweepId } = outcome;
  const object = [objectKey ?? '', objectEtag ?? '', line === undefined ? '' : String(line)];
  return [sweepId, instance ?? '', ca ?? '', device ?? '', ...object, reason ?? ''];
}

/** The fields of the record, and the values that the sentences of the table name. */
export function sweepFields(outcome: SweepOutcome): {
  readonly fields: Readonly<Record<string, string>>;
  readonly named: Readonly<Record<string, string>>;
} {
  const { inputs = {}, service } = outcome;
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
    object_etag: outcome.objectEtag === undefined ? '' : displayText(outcome.objectEtag),
    rule_inputs: Object.keys(inputs).length === 0 ? '' : safeJson(inputs),
  };
  const said = outcome.line === undefined ? inputs : { ...inputs, line: outcome.line };
  const spoken = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, String(value)]));
  return { fields, named: { ...spoken, ...fields } };
}
