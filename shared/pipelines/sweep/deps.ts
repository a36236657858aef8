import type { InstanceId } from '../../core/instance.ts';
import type { RunFacts } from '../../core/outcome.ts';
import type { DurationMs, EpochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Invoker } from '../../ports/invoker.ts';
import type { MqttCertificates } from '../../ports/mqtt-certificates.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunLog } from '../../ports/run-log.ts';
import type { Reporter } from '../report.ts';
import type { WatchCache } from './compile-watch.ts';

/** What one lap of a sweep works with. */
export interface SweepDeps {
  readonly store: ObjectStore;
  readonly mqtt: MqttCertificates;
  readonly reporter: Reporter;
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly runLog: RunLog;
  /** Compiled watch lists a worker keeps between sweeps. */
  readonly watchCache: WatchCache;
  readonly settings: {
    readonly instances: readonly InstanceId[];
    /** How often the timer comes. */
    readonly interval: DurationMs;
    /** `observe`: decide and tell, but activate nothing. */
    readonly reactivate: 'act' | 'observe';
    /** How long an inactive device is announced before it is activated; 0 acts in the same sweep. */
    readonly reactivateAfter: DurationMs;
    /** `ask`: a device this deployment has never seen active is not activated. */
    readonly firstSight: 'act' | 'ask';
    /** `get`: read every device by itself, for roles that may not list. */
    readonly read: 'list' | 'get';
    /** Calls under way at once. */
    readonly callsAtOnce: number;
    /** The function's own name, for calling itself. */
    readonly functionName: string;
  };
  readonly run: RunFacts;
  /** Names this run in leases and claims; another one for every invocation. */
  readonly runId: string;
  /** When this lap must be over. */
  readonly deadline: EpochMs;
}
