import type { InstanceId } from '../../shared/core/instance.ts';
import type { OutcomeRecord } from '../../shared/core/outcome-record.ts';
import type { EpochMs } from '../../shared/core/time.ts';
import type { MqttCertificates } from '../../shared/ports/mqtt-certificates.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { ShownMessage } from './tell.ts';

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

/** A device that is to connect for the first time. */
export interface PlayDevice {
  readonly serial: string;
  readonly name: string;
  readonly validUntil: EpochMs;
}

/** The world outside the pipeline: devices that connect, people at the service's console, the timer of the sweep. */
export interface PlayFleet {
  /** How many of them were registered by connecting. */
  readonly connect: (ca: string, devices: readonly PlayDevice[]) => number;
  readonly switchDevice: (ca: string, serial: string, status: 'active' | 'inactive') => boolean;
  readonly switchCa: (ca: string, status: 'active' | 'inactive') => boolean;
  /** Fires the timer of the sweep once everything under way has ended; gives the request ids of the calls. */
  readonly tick: () => Promise<readonly string[]>;
  /** Moves the clock of the local cloud forward, and waits for what its timers began. */
  readonly passTime: (ms: number) => Promise<void>;
}

/** The robot's group, and the teller that writes to it. */
export interface PlayChat {
  /** What the chat shows, oldest first. */
  readonly messages: () => Promise<readonly ShownMessage[]>;
  /** Fires the timer of the teller once everything under way has ended, and waits for its run. */
  readonly tell: () => Promise<void>;
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
  /** What the log store knows that answers a query, since a moment, oldest first. */
  readonly recordsWhere: (query: string, since: EpochMs, maxRows?: number) => Promise<readonly StoredRecord[]>;
  /** What people and devices do at the service, and the timer. */
  readonly fleet: PlayFleet;
  readonly chat: PlayChat;
  /** The reader's language. */
  readonly language: 'zh' | 'en';
  /** Tells about every finished call until the returned function is called. */
  readonly onFinishedCall: (listener: (call: FinishedCall) => void) => () => void;
  /** The local cloud's time, which can be ahead of the real one; certificates and log records go by it. */
  readonly clockNow: () => EpochMs;
  /** Real time in milliseconds, for limits. */
  readonly now: () => number;
  readonly stopped: AbortSignal;
}
