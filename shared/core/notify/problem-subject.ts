import type { OutcomeRecord } from '../outcome-record.ts';
import type { EpochMs } from '../time.ts';
import { localTime } from './local-time.ts';
import type { MessageLanguage, MessagePart } from './message.ts';
import { inBoth, LABELS } from './message-words.ts';
import { plainLine } from './plain-line.ts';
import type { Problem } from './problem.ts';

type Label = keyof typeof LABELS;

/** A list of facts with those of them that are known, in the readers' language. */
export function factsPart(
  language: MessageLanguage,
  facts: readonly (readonly [Label, string | undefined])[],
): readonly MessagePart[] {
  const known = facts.flatMap(([label, value]) =>
    value === undefined || value === ''
      ? []
      : [{ label: inBoth(language, LABELS[label]), value: plainLine(value, 240) }],
  );
  return known.length === 0 ? [] : [{ kind: 'facts', facts: known }];
}

/** Who and what a record is about: instance, CA, device, file, and the ids under which more is to be found. */
export function subjectFacts(record: OutcomeRecord): readonly (readonly [Label, string | undefined])[] {
  const { correlation_id: correlation, sweep_id: sweep } = record;
  return [
    ['instance', record.instance],
    ['ca', record.ca_sn],
    ['device', record.device_sn],
    ['name', record.name],
    ['object', record.object_key],
    ['code', record.api_code],
    ['request', record.request_id],
    correlation === sweep ? ['sweep', sweep] : [correlationLabel(correlation ?? ''), correlation],
    ['uploader', [record.actor, record.source_ip].filter((one) => one !== undefined).join(', ')],
  ];
}

/** A drop's id has 16 hex digits. */
function correlationLabel(correlation: string): Label {
  return /^[0-9a-f]{16}$/.test(correlation) ? 'drop' : 'correlation';
}

/** When it happened: one moment, or from the first to the last. */
export function timeOf(problem: Problem, timeZone: string): string {
  const first = localTime(problem.firstAt, timeZone);
  const last = localTime(problem.lastAt, timeZone);
  return first === last ? last : `${first} – ${last}`;
}

/** Since when, where that says more than the time of the events. */
export function sinceOf({ firstAt, phase, since }: Problem, timeZone: string): string | undefined {
  const isTold = phase === 'standing' || phase === 'ended' || since < firstAt;
  return isTold && isBeforeNow(since) ? localTime(since, timeZone) : undefined;
}

/** 0 stands for a time that was not kept. */
function isBeforeNow(since: EpochMs): boolean {
  return since > 0;
}

/** A record in one short line: what tells it from others of its cause. */
export function subjectLine(record: OutcomeRecord): string {
  const { ca_sn: ca, device_sn: device, instance, name, object_key: key } = record;
  const parts = device !== undefined ? [device, name] : [key ?? name, ca];
  const about = parts.filter((part) => part !== undefined && part !== '').join(' / ');
  return plainLine([instance, about].filter((part) => part !== undefined && part !== '').join(' · '), 120);
}
