import type { MessageLanguage } from '../../core/notify/message.ts';
import type { QuietHours } from '../../core/notify/quiet-hours.ts';
import type { RunFacts } from '../../core/outcome.ts';
import type { DurationMs, EpochMs } from '../../core/time.ts';
import type { Channel } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunLog } from '../../ports/run-log.ts';
import type { Reporter } from '../report.ts';

/** How people are told, as the configuration says. */
export interface NotifySettings {
  readonly language: MessageLanguage;
  /** Put into every title, for robots that take nothing without it; may be empty. */
  readonly keyword: string;
  /** Holds back everything but what is critical. */
  readonly quietHours: QuietHours | undefined;
  /** An IANA name that the runtime knows. */
  readonly timeZone: string;
  /** How often the sweep's timer comes. */
  readonly sweepInterval: DurationMs;
  readonly canary: 'off' | 'daily' | 'weekly';
  /** Where outcomes are, for "where to look". */
  readonly logProject: string;
  readonly logStore: string;
}

/** The channels messages go through. */
export interface NotifyChannels {
  readonly first: Channel;
  /** Used when the first one will not take anything, or has not answered for five minutes. */
  readonly second?: Channel;
}

/** What a pass leaves behind for the housekeeping after it. */
export interface PassFacts {
  /** Conditions that were told and have not ended. */
  readonly openConditions: number;
  /** Whether no other run has taken over since: asked before what can not be undone. */
  readonly isStillOurs: () => Promise<boolean>;
}

/** What one run of the teller works with. */
export interface NotifyDeps {
  readonly store: ObjectStore;
  readonly reporter: Reporter;
  readonly channels: NotifyChannels;
  readonly clock: Clock;
  readonly runLog: RunLog;
  readonly settings: NotifySettings;
  readonly run: RunFacts;
  /** Names this run in the lease; another one for every invocation. */
  readonly runId: string;
  /** When this run must be over. */
  readonly deadline: EpochMs;
  /** Called with the lease held, after everything that could be told was told. */
  readonly housekeep: (facts: PassFacts) => Promise<void>;
}
