import type { InstanceId } from '../../shared/core/instance.ts';
import type { OutcomeRecord } from '../../shared/core/outcome-record.ts';
import type { EpochMs } from '../../shared/core/time.ts';
import type { MqttCertificates } from '../../shared/ports/mqtt-certificates.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** A record as a log store gives it back: every field may be missing. */
export type StoredRecord = Readonly<Partial<OutcomeRecord>>;

/** One finished call of a function, as the local cloud tells it. */
export interface FinishedCall {
  readonly function: string;
  readonly event: string;
  readonly durationMs: number;
  readonly result: 'ok' | 'error';
  readonly errorType?: string;
}

/** What the play is played with: real clients, pointed at the local cloud. */
export interface PlayWorld {
  readonly instance: InstanceId;
  /** Where a person looks when something did not happen; one sentence. */
  readonly whereToLook: string;
  /** The folder behind the bucket. */
  readonly bucketFolder: string;
  readonly mqtt: MqttCertificates;
  readonly store: ObjectStore;
  /** What the log store knows about one CA folder since a moment, oldest first. */
  readonly recordsOf: (caName: string, since: EpochMs) => Promise<readonly StoredRecord[]>;
  /** Tells about every finished call until the returned function is called. */
  readonly onFinishedCall: (listener: (call: FinishedCall) => void) => () => void;
  /** The local cloud's time, which can be ahead of the real one; certificates and log records go by it. */
  readonly clockNow: () => EpochMs;
  /** Real time in milliseconds, for limits. */
  readonly now: () => number;
  readonly stopped: AbortSignal;
}
