import type { OUTCOME_KINDS, OutcomeKind } from '../../../shared/core/outcome-table.ts';
import type { TellOptions } from '../../support/notify-world.ts';
import type { ToldWorld } from '../../support/told-world.ts';

type Facts = typeof OUTCOME_KINDS;

/** A kind of outcome that people are told of. */
export type ToldKind = { [Kind in OutcomeKind]: Facts[Kind]['told'] extends true ? Kind : never }[OutcomeKind];

/**
 * What people read in the group. In every text `<time>` stands for a moment, `SWEEP` for the id of a sweep, `<id>` for
 * another id that differs from run to run.
 */
export interface Reading {
  /** The whole title. */
  readonly title: string;
  /** Words that the Chinese text must have, in this order. */
  readonly zh: readonly string[];
  /** The same in English, which follows the Chinese. */
  readonly en: readonly string[];
  /** Lines of the lists of facts: whom it is about, and where more is to be found. */
  readonly facts: readonly string[];
  /** Every command there is to copy, the last one for the log store. */
  readonly run: readonly string[];
}

/** Something that happens, and what is told of it. */
export interface Happening {
  readonly cause: (world: ToldWorld) => Promise<unknown>;
  readonly reads: Reading;
  /** The titles of what else is told because of it. */
  readonly besides?: readonly string[];
  /** It is shown by the second robot. */
  readonly bySecond?: boolean;
}

/** From the cause to what the robot shows. */
export interface Story extends Happening {
  /** What must be so, in plain words: the name of the test. */
  readonly law: string;
  /** What was so before; whatever it brings is told before the story begins. */
  readonly before?: (world: ToldWorld) => Promise<unknown>;
  /** How the teller is set up. */
  readonly teller?: TellOptions;
  /** The cause is removed, or nothing is heard of it any more. */
  readonly end?: Happening;
}

/** A condition has an end too. */
type StoryOf<Kind extends ToldKind> = Facts[Kind]['lifetime'] extends 'condition'
  ? Story & { readonly end: Happening }
  : Story;

/** A story for every told kind: one that is missing does not compile. */
export type Stories = { readonly [Kind in ToldKind]: StoryOf<Kind> };
