import type { InstanceId } from '../../core/instance.ts';
import type { RunFacts } from '../../core/outcome.ts';
import type { DurationMs, EpochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MqttCertificates } from '../../ports/mqtt-certificates.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunLog } from '../../ports/run-log.ts';
import type { Reporter } from '../report.ts';

/** What one invocation of the register function works with. */
export interface RegisterDeps {
  readonly store: ObjectStore;
  readonly mqtt: MqttCertificates;
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly runLog: RunLog;
  readonly settings: {
    readonly bucket: string;
    readonly instances: readonly InstanceId[];
    /** How long a missing half is waited for, counted from the newest file. */
    readonly pairDeadline: DurationMs;
    /** Check and tell, but write nothing to the service. */
    readonly observeOnly: boolean;
  };
  readonly run: RunFacts;
  /** Names this run in leases and attempts; another one for every invocation. */
  readonly runId: string;
  /** No new work is begun after this moment; everything under way is given up by then. */
  readonly deadline: EpochMs;
  /** No call to the certificate service is repeated after this moment; the deadline unless it is told otherwise. */
  readonly retryUntil?: EpochMs;
}
