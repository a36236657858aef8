import { localTime } from '../../core/notify/local-time.ts';
import type { Message } from '../../core/notify/message.ts';
import type { ChannelTrouble } from '../../core/notify/message-budget.ts';
import { paragraphs } from '../../core/notify/message-words.ts';
import { localTimeOf } from '../../core/notify/quiet-hours.ts';
import type { Severity } from '../../core/outcome-table.ts';
import { minutes } from '../../core/time.ts';
import { type Teller, tellOutcomes } from './teller.ts';

/** A channel that gives no answer is passed over after this time: it may only be a short fault on the way. */
const SILENT_AFTER = minutes(5);

/** The first channel answers: whatever was wrong with it is over. */
export async function noteAnswer({ budget, deps }: Teller): Promise<void> {
  const { trouble } = budget.get();
  if (trouble === undefined) return;
  if (trouble.toldOn !== undefined) {
    const { since } = trouble;
    await tellOutcomes(deps, [{ kind: 'channel-restored', channel: deps.channels.first.kind, since }]);
  }
  await budget.set({ ...budget.get(), trouble: undefined });
}

/** The first channel refused, or gave no answer that can be understood; reported once a day while it lasts. */
export async function noteTrouble(
  teller: Teller,
  delivery: { readonly kind: 'refused' | 'unknown'; readonly code: string },
): Promise<void> {
  const { budget, deps } = teller;
  const before = budget.get().trouble;
  const now = deps.clock.now();
  const code = delivery.code.slice(0, 80);
  const isSame = before?.reason === 'refused' || delivery.kind === 'unknown';
  const trouble: ChannelTrouble =
    before !== undefined && isSame
      ? before
      : { since: now, reason: delivery.kind === 'refused' ? 'refused' : 'silent', code, toldOn: undefined };
  teller.firstIsOut = trouble.reason;
  const { day } = localTimeOf(now, deps.settings.timeZone);
  const isToTell = trouble.toldOn !== day && (trouble.reason === 'refused' || isLastingSilence(teller, trouble));
  if (isToTell) await tellTrouble(teller, trouble, day);
  const after = isToTell ? { ...trouble, toldOn: day } : trouble;
  if (after !== before) await budget.set({ ...budget.get(), trouble: after });
}

async function tellTrouble({ deps }: Teller, { code, reason, since }: ChannelTrouble, day: string): Promise<void> {
  const { first, second } = deps.channels;
  await tellOutcomes(deps, [
    { kind: 'channel-refused', channel: first.kind, reason, code, since, day, hasSecond: second !== undefined },
  ]);
}

function isLastingSilence({ deps }: Teller, { reason, since }: ChannelTrouble): boolean {
  return reason === 'silent' && deps.clock.now() - since >= SILENT_AFTER;
}

/**
 * Whether a message may take the second channel: when the first one will not take any, has been silent for five minutes,
 * or wants to be left alone for longer than what is critical can wait.
 */
export function isPassedOver(teller: Teller, severity: Severity): boolean {
  const { trouble } = teller.budget.get();
  if (teller.firstIsOut === 'throttled') return severity === 'critical';
  return trouble !== undefined && (trouble.reason === 'refused' || isLastingSilence(teller, trouble));
}

/** The same message with a line that says why it does not come through the first channel. */
export function throughSecond({ budget, deps, firstIsOut }: Teller, message: Message): Message {
  const { language, timeZone } = deps.settings;
  const { kind } = deps.channels.first;
  const { trouble } = budget.get();
  const since = trouble === undefined ? '' : localTime(trouble.since, timeZone);
  const why =
    firstIsOut === 'throttled' || trouble === undefined
      ? { zh: `渠道 ${kind} 正在限流`, en: `the channel ${kind} takes no more messages for a while` }
      : trouble.reason === 'refused'
        ? {
            zh: `渠道 ${kind} 自 ${since} 起拒收消息（${trouble.code}）`,
            en: `the channel ${kind} refuses messages since ${since} (${trouble.code})`,
          }
        : { zh: `渠道 ${kind} 自 ${since} 起没有应答`, en: `the channel ${kind} gives no answer since ${since}` };
  const line = paragraphs(language, { zh: `${why.zh}，本消息改由备用渠道发送。`, en: `Sent here because ${why.en}.` });
  return { ...message, parts: [...line, ...message.parts] };
}
