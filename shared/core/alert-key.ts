import { type ObjectKey, objectKey } from './object-version.ts';
import type { EventId } from './outcome-record.ts';
import { OUTCOME_KINDS, type OutcomeKind, type Severity } from './outcome-table.ts';
import { type EpochMs, epochMs } from './time.ts';

/** Everything about an alert that its name says, so that a listing alone groups and counts. */
export interface AlertName {
  readonly severity: Severity;
  readonly causeId: CauseId;
  /** Of the cause: for the end of a condition, the kind of the condition. */
  readonly kind: OutcomeKind;
  /** When it happened. */
  readonly at: EpochMs;
  readonly eventId: EventId;
  /** It says that the condition is over. */
  readonly isEnd: boolean;
}

/** `<kind>.<16 hex digits over its cause columns>`: alerts of one cause are one problem. */
export type CauseId = `${OutcomeKind}.${string}`;

/** Where alerts wait to be told. */
export const ALERTS = 'outbox/alerts/';

/** The severities, most severe first. */
export const SEVERITIES = ['critical', 'warning', 'notice', 'info'] as const satisfies readonly Severity[];

const NAME =
  /^outbox\/alerts\/(?<severity>[a-z]+)\/(?<cause>(?<kind>[a-z-]+)\.[0-9a-f]{16})\/(?<at>\d{13})-(?<event>[0-9a-f]{32})(?<end>-end)?\.json$/;

/** `outbox/alerts/<severity>/<causeId>/<at>-<eventId>[-end].json` */
export function alertKey(alert: Omit<AlertName, 'kind'>): ObjectKey {
  const { at, causeId, eventId, isEnd, severity } = alert;
  const name = `${String(at).padStart(13, '0')}-${eventId}${isEnd ? '-end' : ''}.json`;
  return objectKey(`${ALERTS}${severity}/${causeId}/${name}`);
}

/** Reads an alert's name; `undefined` when it is none of ours, or of a kind this version does not know. */
export function parseAlertKey(key: string): AlertName | undefined {
  const parts = NAME.exec(key)?.groups;
  if (parts === undefined) return undefined;
  const severity = SEVERITIES.find((one) => one === parts['severity']);
  const kind = parts['kind'];
  if (severity === undefined || kind === undefined || !isKind(kind)) return undefined;
  return {
    severity,
    kind,
    causeId: parts['cause'] as CauseId,
    at: epochMs(Number(parts['at'])),
    eventId: parts['event'] as EventId,
    isEnd: parts['end'] !== undefined,
  };
}

/**
 * Whether a name that {@link parseAlertKey} does not understand is formed like one: a newer version, whose functions are
 * deployed at this moment, may have written it.
 */
export function isFormedLikeAlert(key: string): boolean {
  return NAME.test(key);
}

function isKind(name: string): name is OutcomeKind {
  return Object.hasOwn(OUTCOME_KINDS, name);
}
