import { nameOf } from '../digest.ts';
import { type EpochMs, minutes } from '../time.ts';
import type { Budget, ChannelRole, ChannelTrouble } from './message-budget.ts';
import type { MessageId } from './notify-layout.ts';

/** What a channel that did not take a message is in trouble for. */
export type Failure = Pick<ChannelTrouble, 'reason' | 'code' | 'messageId'>;

/** A channel that gives no answer is believed to be out after this time: it may only be a short fault on the way. */
const SILENT_AFTER = minutes(5);
/** A robot that is throttled is left alone for ten minutes; one that still is after them is of no use. */
const BUSY_AFTER = minutes(15);
/** A message that was tried so often, while others passed, is at fault itself. */
const TRIES = 3;
const CODE_MAX = 80;

/** Whether the trouble is certain: not a short fault, nor that of one message. */
export function isLasting({ reason, since }: ChannelTrouble, now: EpochMs): boolean {
  switch (reason) {
    case 'refused':
      return true;
    case 'silent':
    case 'unsuitable':
      return now - since >= SILENT_AFTER;
    case 'busy':
      return now - since >= BUSY_AFTER;
  }
}

/** The trouble of a channel after it did not take a message; the same object when that says nothing new. */
export function troubleAfter(before: ChannelTrouble | undefined, failure: Failure, now: EpochMs): ChannelTrouble {
  const code = failure.code.slice(0, CODE_MAX);
  if (before === undefined) return { ...failure, since: now, code, toldOn: undefined };
  if (before.reason === 'refused') return before;
  // Somebody has to mend it, whatever was said of it before.
  if (failure.reason === 'refused') return { ...before, reason: 'refused', code, toldOn: undefined };
  // Two messages in all forms, and none that passed between them: it is the channel, and not what they say.
  const isSecond = before.reason === 'unsuitable' && before.messageId !== failure.messageId;
  return isSecond && failure.reason === 'unsuitable' ? { ...before, reason: 'refused', code } : before;
}

/** The id of the reduced form: another text is another message, or the channel might take it for one it knows. */
export function reducedIdOf(id: MessageId): MessageId {
  return nameOf([id, 'reduced'], 32);
}

/**
 * Whether a message is at fault itself: a channel did not take it again and again, took another one meanwhile, and then did
 * not take it once more. Tries in an outage alone prove nothing.
 */
export function isAtFault({ sends, tookAnother }: Budget, id: MessageId, role: ChannelRole): boolean {
  const tries = sends.filter((send) => send.id === id && send.channel === role);
  const [first, last, took] = [tries.at(0), tries.at(-1), tookAnother[role]];
  if (first === undefined || last === undefined || took === undefined || tries.length < TRIES) return false;
  return first.at < took && took < last.at;
}

/** Whether any channel took another message since this one was tried first, in whatever form. */
export function haveOthersPassed({ sends, tookAnother }: Budget, id: MessageId): boolean {
  const ids = [id, reducedIdOf(id)];
  const first = sends.find((send) => ids.includes(send.id));
  if (first === undefined) return false;
  return [tookAnother.first, tookAnother.second].some((took) => took !== undefined && took > first.at);
}

/** When a message was tried last, in whatever form; `undefined` for one that was not tried in the last hour. */
export function lastTryOf({ sends }: Budget, id: MessageId): EpochMs | undefined {
  const ids = [id, reducedIdOf(id)];
  return sends.findLast((send) => ids.includes(send.id))?.at;
}
