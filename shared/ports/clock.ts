import type { DurationMs, EpochMs } from '../core/time.ts';

/** Time and chance, so that everything below the handlers can be replayed. */
export interface Clock {
  readonly now: () => EpochMs;
  readonly sleep: (duration: DurationMs) => Promise<void>;
  /** A number in [0, 1), for jitter; never for secrets. */
  readonly random: () => number;
}
