import { CommandError } from '../terminal/command-error.ts';

/** Something that must happen, in words for the message when it does not. */
export interface Expectation {
  /** Stable kebab-case name of the step that is missing. */
  readonly step: string;
  /** `CA plant-1 is registered` */
  readonly what: string;
  /** Where a person looks next. */
  readonly where: string;
}

/** The play could not be finished: an expected thing did not happen, or another one did. */
export function playFailure(expected: Expectation, instead: string): CommandError {
  return new CommandError({
    code: `missing-${expected.step}`,
    message: `the play expected that ${expected.what}, but ${instead}`,
    next: expected.where,
  });
}

const LONGEST_PAUSE_MS = 100;

/**
 * Looks for something until it is there.
 *
 * @param look - Resolves to `undefined` as long as there is nothing.
 * @param world.pause - Resolves when there is a reason to look again, and after the given milliseconds at the latest.
 * @throws CommandError when it is not there after `limitMs`, or when the person stops the command.
 */
export async function waitFor<Found>(
  expected: Expectation,
  look: () => Promise<Found | undefined>,
  world: {
    readonly pause: (maxMs: number) => Promise<void>;
    readonly now: () => number;
    readonly limitMs: number;
    readonly stopped: AbortSignal;
  },
): Promise<Found> {
  const deadline = world.now() + world.limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (world.stopped.aborted) throw playFailure(expected, 'it was stopped before');
    if (world.now() >= deadline)
      throw playFailure(expected, `nothing of the kind was seen within ${world.limitMs / 1_000} s`);
    await world.pause(LONGEST_PAUSE_MS);
  }
}
