import type { Severity } from '../outcome-table.ts';
import { type DurationMs, durationMs, type EpochMs, hours, minutes, seconds } from '../time.ts';

/** Which of the two channels. */
export type ChannelRole = 'first' | 'second';

/** What is known of each channel. */
export type PerChannel<Value> = Readonly<Partial<Record<ChannelRole, Value>>>;

/** One message given to a channel: written down before it is sent. */
export interface Send {
  readonly at: EpochMs;
  /** Of the message; a message that is tried again takes another place in the minute, but counts once as a message. */
  readonly id: string;
  readonly severity: Severity;
  readonly channel: ChannelRole;
  /** A test that a person asked for: no news that anybody has to follow. */
  readonly isTest?: true;
}

/** A channel that said "too many messages". */
export interface Throttle {
  readonly since: EpochMs;
  readonly retryAfter: DurationMs;
}

/** What is wrong with a channel: it took no message since. */
export interface ChannelTrouble {
  readonly since: EpochMs;
  /**
   * `refused`: it takes nothing until a person mends something; `silent`: no answer that can be understood; `busy`: it
   * wants to be left alone; `unsuitable`: it took a message in no form, which may be the message's fault.
   */
  readonly reason: 'refused' | 'silent' | 'busy' | 'unsuitable';
  readonly code: string;
  /** The message that showed it first. */
  readonly messageId: string;
  /** The day it was reported last, as `2026-01-31`. */
  readonly toldOn: string | undefined;
}

/** What was sent when. It outlives a run, so that a restart is no fresh start for the robot. */
export interface Budget {
  /** Of the last hour, oldest first. */
  readonly sends: readonly Send[];
  readonly throttled: PerChannel<Throttle>;
  /** Since when more is to be told than people could follow. */
  readonly crowdedSince: EpochMs | undefined;
  readonly troubles: PerChannel<ChannelTrouble>;
  /** When a channel that had not taken one message took another: the first may be at fault itself. */
  readonly tookAnother: PerChannel<EpochMs>;
}

/** Nothing was sent yet. */
export const NO_SENDS: Budget = { sends: [], throttled: {}, crowdedSince: undefined, troubles: {}, tookAnother: {} };

/** DingTalk mutes a robot for ten minutes at the 21st message in a minute; two are left for people's own tests. */
const PER_MINUTE = 18;
/** The others are only for what is critical. */
const PER_MINUTE_OTHERS = 12;
/**
 * The robot counts when messages arrive, we when they are written down: with the time a message can be under way added,
 * no minute of the robot's holds more than one of ours.
 */
const WINDOW = seconds(75);
const MESSAGES_OF_OTHERS = 3;
const SPAN_OF_OTHERS = minutes(10);
const KEPT = hours(1);
/** A digest of each severity once an hour while it is crowded. */
const DIGEST_EVERY = hours(1);
/** 18 a minute for an hour, on two channels. */
const MAX_SENDS = 2160;

/** The longest a message may be under way, so that the window above holds. */
export const SEND_TIMEOUT_MS = 8000;

/** Whether the channel may be given one more message now. A critical test takes nothing of the share of what is critical. */
export function maySend(budget: Budget, send: Pick<Send, 'channel' | 'severity' | 'isTest'>, now: EpochMs): boolean {
  if (isThrottled(budget, send.channel, now)) return false;
  const recent = budget.sends.filter(({ at, channel }) => channel === send.channel && now - at < WINDOW);
  if (recent.length >= PER_MINUTE) return false;
  return isUrgent(send) || recent.filter((one) => !isUrgent(one)).length < PER_MINUTE_OTHERS;
}

function isUrgent({ isTest, severity }: Pick<Send, 'severity' | 'isTest'>): boolean {
  return severity === 'critical' && isTest === undefined;
}

/** Takes a place for a message; to be written down before it is sent. */
export function withSend(budget: Budget, send: Send): Budget {
  const kept = budget.sends.filter(({ at }) => send.at - at < KEPT);
  return { ...budget, sends: [...kept, send].slice(-MAX_SENDS) };
}

/** Whether the channel asked to be left alone, and that time is not over. */
export function isThrottled({ throttled }: Budget, channel: ChannelRole, now: EpochMs): boolean {
  const throttle = throttled[channel];
  return throttle !== undefined && now - throttle.since < throttle.retryAfter;
}

/** How many messages that are not critical may go out now, while it is not crowded. */
export function freeMessages(budget: Budget, now: EpochMs): number {
  const recent = budget.sends.filter(
    ({ at, isTest, severity }) => severity !== 'critical' && isTest === undefined && now - at < SPAN_OF_OTHERS,
  );
  return Math.max(0, MESSAGES_OF_OTHERS - new Set(recent.map(({ id }) => id)).size);
}

/** While it is crowded: whether it is time for the hourly digest of a severity. */
export function isDigestDue(budget: Budget, severity: Severity, now: EpochMs): boolean {
  return !budget.sends.some(
    (send) => send.severity === severity && send.isTest === undefined && now - send.at < DIGEST_EVERY,
  );
}

/** Whether the rush is over: nothing waits, and nothing but critical was told for ten minutes. */
export function isCalm(budget: Budget, now: EpochMs): boolean {
  return freeMessages(budget, now) === MESSAGES_OF_OTHERS;
}

/**
 * The same budget for a clock that went back: what seems to come from the future happened at the latest now. Without
 * this, a clock that was wrong for a moment would silence the teller until that moment comes. The same object when
 * nothing seems to.
 */
export function budgetAt(budget: Budget, now: EpochMs): Budget {
  if (!momentsOf(budget).some((at) => at > now)) return budget;
  const past = (at: EpochMs): EpochMs => (at > now ? now : at);
  const pastSince = <Value extends { readonly since: EpochMs }>(one: Value): Value => ({
    ...one,
    since: past(one.since),
  });
  const { crowdedSince, sends, throttled, tookAnother, troubles } = budget;
  return {
    sends: sends.map((send) => ({ ...send, at: past(send.at) })),
    throttled: eachChannel(throttled, pastSince),
    crowdedSince: crowdedSince && past(crowdedSince),
    troubles: eachChannel(troubles, pastSince),
    tookAnother: eachChannel(tookAnother, past),
  };
}

/** The same of each channel, changed; what is not known of one stays so. */
function eachChannel<Value>({ first, second }: PerChannel<Value>, change: (value: Value) => Value): PerChannel<Value> {
  return {
    ...(first === undefined ? {} : { first: change(first) }),
    ...(second === undefined ? {} : { second: change(second) }),
  };
}

function momentsOf({ crowdedSince, sends, throttled, tookAnother, troubles }: Budget): readonly EpochMs[] {
  const others = [
    ...[crowdedSince, throttled.first?.since, throttled.second?.since],
    ...[troubles.first?.since, troubles.second?.since, tookAnother.first, tookAnother.second],
  ];
  return [...sends.map(({ at }) => at), ...others.filter((at) => at !== undefined)];
}

/** The longest pause a channel may ask for that is believed. */
const MAX_RETRY_AFTER = hours(1);

/** The channel asked to be left alone. */
export function withThrottle(budget: Budget, channel: ChannelRole, since: EpochMs, retryAfterMs: number): Budget {
  const retryAfter = durationMs(Math.max(0, Math.min(retryAfterMs, MAX_RETRY_AFTER)));
  return { ...budget, throttled: { ...budget.throttled, [channel]: { since, retryAfter } } };
}
