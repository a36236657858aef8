import type { CauseId } from '../../core/alert-key.ts';
import { nameOf } from '../../core/digest.ts';
import type { ComposeOptions } from '../../core/notify/compose-options.ts';
import type { NotifyMemory } from '../../core/notify/condition-memory.ts';
import type { Budget } from '../../core/notify/message-budget.ts';
import type { PlacedMute } from '../../core/notify/mutes.ts';
import type { MessageId } from '../../core/notify/notify-layout.ts';
import type { NotifyOutcome } from '../../core/notify/notify-outcome.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import { recordOf } from '../../core/outcome.ts';
import type { OutcomeKind } from '../../core/outcome-table.ts';
import { type DurationMs, type EpochMs, since } from '../../core/time.ts';
import type { Lease } from '../hold-lease.ts';
import type { Attempts } from './attempts.ts';
import type { Cover } from './cover.ts';
import type { NotifyDeps } from './deps.ts';
import type { StateCell } from './state-cell.ts';

/** One run that holds the lease: what it works with and what it has found out so far. */
export interface Teller {
  readonly deps: NotifyDeps;
  readonly lease: Lease;
  readonly budget: StateCell<Budget>;
  readonly memory: StateCell<NotifyMemory>;
  readonly mutes: readonly PlacedMute[];
  /** Conditions whose beginning waits to be told: their ends wait too. */
  readonly pendingBegins: PendingCauses;
  /** What messages on their way will tell. */
  readonly cover: Cover;
  readonly attempts: Attempts;
  /** Objects nobody needs any more, deleted at the end. */
  readonly sweepings: Set<ObjectKey>;
  /** Objects that this run may still move out of the way. */
  readonly parking: Allowance;
  /** Of causes of which an alert was read because a mute might be about them: the one that is. */
  readonly mutesByReading: Map<CauseId, PlacedMute | undefined>;
  readonly nextId: () => MessageId;
}

/** So many times, and no more. */
export interface Allowance {
  /** Whether there was one more; it is used up now. */
  readonly take: () => boolean;
}

/** An allowance of `count` times. */
export function allowanceOf(count: number): Allowance {
  let left = count;
  return {
    take: () => {
      left -= 1;
      return left >= 0;
    },
  };
}

/** A set of causes that does not grow without end. */
export interface PendingCauses {
  readonly add: (cause: CauseId) => void;
  /** Also true when there were too many to remember. */
  readonly mayHave: (cause: CauseId) => boolean;
  /** Whether a cause of one of these kinds may be among them. */
  readonly mayHaveKind: (kinds: readonly OutcomeKind[]) => boolean;
}

const PENDING_KEPT = 10_000;

/** Remembers causes as long as there is room. */
export function pendingCauses(): PendingCauses {
  const causes = new Set<CauseId>();
  const kinds = new Set<string>();
  return {
    add: (cause) => {
      kinds.add(cause.slice(0, cause.indexOf('.')));
      if (causes.size < PENDING_KEPT) causes.add(cause);
    },
    mayHaveKind: (wanted) => wanted.some((kind) => kinds.has(kind)),
    mayHave: (cause) => causes.size >= PENDING_KEPT || causes.has(cause),
  };
}

/** Names messages so that no two runs make the same name. */
export function messageIds(runId: string): () => MessageId {
  let count = 0;
  return () => {
    count += 1;
    return nameOf([runId, count], 32);
  };
}

/** Somebody else has the lease now: this run must not do anything any more. */
export class TellerReplacedError extends Error {
  override readonly name = 'TellerReplacedError';

  constructor() {
    super('another run tells now');
  }
}

/** Whether so much time is left. */
export function hasTime({ deps }: Pick<Teller, 'deps'>, need: DurationMs): boolean {
  return since(deps.clock.now(), deps.deadline) >= need;
}

/** How messages of this moment are written. */
export function composeOptions({ clock, settings }: NotifyDeps): ComposeOptions {
  const { keyword, language, logProject, logStore, timeZone } = settings;
  return { now: clock.now(), keyword, language, logProject, logStore, timeZone };
}

/** Records what the teller itself found out. */
export async function tellOutcomes(
  deps: Pick<NotifyDeps, 'clock' | 'reporter' | 'run'>,
  outcomes: readonly NotifyOutcome[],
  at?: EpochMs,
): Promise<void> {
  const moment = at ?? deps.clock.now();
  await deps.reporter.report(outcomes.map((outcome) => recordOf(outcome, moment, deps.run)));
}
