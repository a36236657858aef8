import type { Outcome } from '../../shared/core/outcome.ts';
import { DROP_SAMPLES } from './drop-samples.ts';
import { NOTIFY_SAMPLES } from './notify-samples.ts';
import { SWEEP_SAMPLES } from './sweep-samples.ts';
import { WATCH_SAMPLES } from './watch-samples.ts';

/** At least one outcome of every kind; the first one is what a test alert shows. */
export type OutcomeSamples<Kinds extends { readonly kind: string } = Outcome> = {
  readonly [Kind in Kinds['kind']]: readonly [SampleOf<Kinds, Kind>, ...SampleOf<Kinds, Kind>[]];
};

// A variant may stand for several kinds, so the kind is narrowed rather than the variant extracted by it.
type SampleOf<Kinds, Kind> = Kinds extends { readonly kind: infer Own }
  ? Kind extends Own
    ? Kinds & { readonly kind: Kind }
    : never
  : never;

/** Realistic outcomes of every kind: a new kind does not compile without one. */
export const OUTCOME_SAMPLES: OutcomeSamples = {
  ...DROP_SAMPLES,
  ...SWEEP_SAMPLES,
  ...WATCH_SAMPLES,
  ...NOTIFY_SAMPLES,
};
