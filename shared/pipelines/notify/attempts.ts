import type { ChannelRole } from '../../core/notify/message-budget.ts';
import type { MessageId } from '../../core/notify/notify-layout.ts';

/** What became of the tries of one run. */
export interface Attempts {
  /** The channel did not take a message. */
  readonly failed: (role: ChannelRole, id: MessageId) => void;
  /** Whether there is no use in giving the channel any other message in this run. */
  readonly isOut: (role: ChannelRole) => boolean;
  /** Whether a message had its turn in this run. */
  readonly hadTurn: (id: MessageId) => boolean;
}

/** One message may be at fault itself; a second one that fails as well says that it is the channel. */
const FAILURES_OF_A_CHANNEL = 2;

/** Nothing was tried yet. */
export function newAttempts(): Attempts {
  const failures = { first: new Set<MessageId>(), second: new Set<MessageId>() };
  return {
    failed: (role, id) => void failures[role].add(id),
    isOut: (role) => failures[role].size >= FAILURES_OF_A_CHANNEL,
    hadTurn: (id) => failures.first.has(id) || failures.second.has(id),
  };
}
