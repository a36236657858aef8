import { type Failure, isLasting, troubleAfter } from '../../core/notify/channel-health.ts';
import { localTime } from '../../core/notify/local-time.ts';
import type { Message } from '../../core/notify/message.ts';
import { type ChannelRole, isThrottled } from '../../core/notify/message-budget.ts';
import { paragraphs } from '../../core/notify/message-words.ts';
import type { NotifyOutcome } from '../../core/notify/notify-outcome.ts';
import { localTimeOf } from '../../core/notify/quiet-hours.ts';
import type { Severity } from '../../core/outcome-table.ts';
import type { NotifyChannels } from './deps.ts';
import { type Teller, tellOutcomes } from './teller.ts';

/** The channel took a message: whatever was wrong with it is over. */
export async function noteTaken({ budget, deps }: Teller, role: ChannelRole): Promise<void> {
  const { [role]: trouble, ...others } = budget.get().troubles;
  if (trouble === undefined) return;
  if (trouble.toldOn !== undefined) {
    const { since } = trouble;
    await tellOutcomes(deps, [{ kind: 'channel-restored', channel: nameOfChannel(deps.channels, role), since }]);
  }
  const tookAnother = { ...budget.get().tookAnother, [role]: deps.clock.now() };
  await budget.set({ ...budget.get(), troubles: others, tookAnother });
}

/** The channel did not take a message. */
export async function noteTrouble({ budget, deps }: Teller, role: ChannelRole, failure: Failure): Promise<void> {
  const { troubles } = budget.get();
  const after = troubleAfter(troubles[role], failure, deps.clock.now());
  if (after !== troubles[role]) await budget.set({ ...budget.get(), troubles: { ...troubles, [role]: after } });
}

/** Reports what is certainly wrong with the channels, once a day for as long as it lasts. */
export async function tellTroubles(teller: Teller): Promise<void> {
  const { budget, deps } = teller;
  const now = deps.clock.now();
  const { day } = localTimeOf(now, deps.settings.timeZone);
  for (const role of ['first', 'second'] as const) {
    const { troubles } = budget.get();
    const trouble = troubles[role];
    if (trouble === undefined || trouble.toldOn === day || !isLasting(trouble, now)) continue;
    const { code, reason, since } = trouble;
    const channel = nameOfChannel(deps.channels, role);
    const instead = insteadOf(teller, role);
    await tellOutcomes(deps, [{ kind: 'channel-refused', channel, reason, code, since, day, instead }]);
    await budget.set({ ...budget.get(), troubles: { ...troubles, [role]: { ...trouble, toldOn: day } } });
  }
}

/** Also the name of its problem: two channels of one kind are two. */
function nameOfChannel({ first, second }: NotifyChannels, role: ChannelRole): string {
  return role === 'first' ? first.kind : `${second?.kind ?? ''}-second`;
}

type Instead = Extract<NotifyOutcome, { readonly kind: 'channel-refused' }>['instead'];

/** Where messages go while a channel takes none. */
function insteadOf({ budget, deps }: Teller, role: ChannelRole): Instead {
  if (deps.channels.second === undefined) return 'nothing';
  const other = role === 'first' ? 'second' : 'first';
  const isOut = budget.get().troubles[other] !== undefined || isThrottled(budget.get(), other, deps.clock.now());
  return isOut ? 'neither' : other;
}

/**
 * Whether a message may take the second channel: when the first one takes none for certain, or wants to be left alone for
 * longer than what is critical can wait.
 */
export function isPassedOver({ budget, deps }: Teller, severity: Severity): boolean {
  const now = deps.clock.now();
  const trouble = budget.get().troubles.first;
  if (trouble !== undefined && isLasting(trouble, now)) return true;
  return severity === 'critical' && isThrottled(budget.get(), 'first', now);
}

/** The same message with a line that says why it does not come through the first channel. */
export function throughSecond(teller: Teller, message: Message): Message {
  const why = whySecond(teller);
  const line = paragraphs(teller.deps.settings.language, {
    zh: `${why.zh}，本消息改由备用渠道发送。`,
    en: `Sent here because ${why.en}.`,
  });
  return { ...message, parts: [...line, ...message.parts] };
}

function whySecond({ budget, deps }: Teller): { readonly zh: string; readonly en: string } {
  const { kind } = deps.channels.first;
  const trouble = budget.get().troubles.first;
  const since = trouble === undefined ? '' : localTime(trouble.since, deps.settings.timeZone);
  switch (trouble?.reason) {
    case 'refused':
      return {
        zh: `渠道 ${kind} 自 ${since} 起拒收消息（${trouble.code}）`,
        en: `the channel ${kind} refuses messages since ${since} (${trouble.code})`,
      };
    case 'silent':
      return { zh: `渠道 ${kind} 自 ${since} 起没有应答`, en: `the channel ${kind} gives no answer since ${since}` };
    case 'unsuitable':
      return {
        zh: `渠道 ${kind} 不接受本消息的内容（${trouble.code}）`,
        en: `the channel ${kind} does not take its text (${trouble.code})`,
      };
    case 'busy':
    case undefined:
      return { zh: `渠道 ${kind} 正在限流`, en: `the channel ${kind} takes no more messages for a while` };
  }
}
