import { assertNever } from '../../core/assert-never.ts';
import { haveOthersPassed, isAtFault, reducedIdOf } from '../../core/notify/channel-health.ts';
import type { Message } from '../../core/notify/message.ts';
import {
  type ChannelRole,
  maySend,
  SEND_TIMEOUT_MS,
  withSend,
  withThrottle,
} from '../../core/notify/message-budget.ts';
import { isTestOf } from '../../core/notify/message-plan.ts';
import { seconds } from '../../core/time.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import { isPassedOver, noteTaken, noteTrouble, tellTroubles, throughSecond } from './channel-trouble.ts';
import type { OpenMessage } from './collect.ts';
import { type MessageRecord, type Sent, writeSent } from './message-record.ts';
import { type MessageTexts, textsOf } from './message-texts.ts';
import { parkMessage } from './park-message.ts';
import { settle } from './settle.ts';
import { hasTime, type Teller, TellerReplacedError } from './teller.ts';

/** One message, its answer, and writing down what became of it. */
const TIME_FOR_ONE = seconds(12);

/**
 * What became of a message. `failed`: no channel took it, which may be its own fault; `waits`: there is no time, no place
 * in the minute, or no channel that takes any message now.
 */
export type Delivered = 'told' | 'failed' | 'waits';

/**
 * Sends a message and brings it to its end. Otherwise it stays as it is: the next run finds it and sends it under the same
 * id.
 */
export async function deliver(teller: Teller, open: OpenMessage): Promise<Delivered> {
  const { record } = open;
  const result = await sendSomehow(teller, record);
  await tellTroubles(teller);
  if (result === 'failed' || result === 'waits') return result;
  const sent: Sent = { at: teller.deps.clock.now(), by: result };
  await writeSent(teller.deps.store, open.folder, sent);
  await settle(teller, { ...open, at: sent.at });
  return 'told';
}

/** What one channel made of a message; `unsuitable`: it takes it in no form. */
type Answer = 'delivered' | 'unsuitable' | 'failed' | 'waits';

async function sendSomehow(teller: Teller, record: MessageRecord): Promise<Sent['by'] | 'failed' | 'waits'> {
  const { budget, deps } = teller;
  const { first, second } = deps.channels;
  const texts = textsOf(teller, record);
  if (texts === undefined) return parkedFor(teller, record, undefined);
  const answer = await sendThrough(teller, { record, texts, role: 'first', channel: first });
  if (answer === 'delivered') return 'first';
  const isOfSecond =
    answer === 'unsuitable' || isAtFault(budget.get(), record.id, 'first') || isPassedOver(teller, record.severity);
  const other =
    second === undefined || !isOfSecond
      ? undefined
      : await sendThrough(teller, { record, texts, role: 'second', channel: second });
  if (other === 'delivered') return 'second';
  const isUnsuitable = answer === 'unsuitable' && (second === undefined || other === 'unsuitable');
  // A channel that finds fault with everything is out of order: only while others pass is it the message's own fault.
  if (isUnsuitable && haveOthersPassed(budget.get(), record.id)) return parkedFor(teller, record, texts.reduced);
  return answer === 'waits' && (other === undefined || other === 'waits') ? 'waits' : 'failed';
}

async function parkedFor(teller: Teller, record: MessageRecord, reduced: Message | undefined): Promise<'nobody'> {
  await parkMessage(teller, record, reduced);
  return 'nobody';
}

interface Way {
  readonly record: MessageRecord;
  readonly texts: MessageTexts;
  readonly role: ChannelRole;
  readonly channel: Channel;
}

/** The whole text, and the reduced one when that is refused, or was tried in vain while others passed. */
async function sendThrough(teller: Teller, way: Way): Promise<Answer> {
  const { attempts, budget } = teller;
  const { record, role, texts } = way;
  if (attempts.isOut(role)) return 'waits';
  const reducedId = reducedIdOf(record.id);
  if (!isAtFault(budget.get(), record.id, role)) {
    const message = role === 'first' ? texts.whole : throughSecond(teller, texts.whole);
    const answer = await sendOnce(teller, way, { id: record.id, message });
    if (answer !== 'unsuitable') return answer;
  } else if (isAtFault(budget.get(), reducedId, role)) return 'unsuitable';
  return sendOnce(teller, way, { id: reducedId, message: texts.reduced });
}

/** One request, for which a place was written down before. */
async function sendOnce(
  teller: Teller,
  way: Way,
  what: { readonly id: string; readonly message: Message },
): Promise<Answer> {
  const { budget, deps, lease } = teller;
  const { channel, role } = way;
  const now = deps.clock.now();
  const send = { at: now, id: what.id, severity: way.record.severity, channel: role, ...testMark(way.record) };
  if (!hasTime(teller, TIME_FOR_ONE) || !maySend(budget.get(), send, now)) return 'waits';
  if (!(await lease.isStillOurs())) throw new TellerReplacedError();
  await budget.set(withSend(budget.get(), send));
  const delivery = await channel.send({ ...what, timeoutMs: SEND_TIMEOUT_MS });
  if (delivery.kind !== 'delivered')
    deps.runLog.write({ event: 'not-delivered', kind: delivery.kind, code: delivery.code });
  return readDelivery(teller, way, { delivery, isReduced: what.id !== way.record.id });
}

function testMark({ problems }: MessageRecord): { readonly isTest?: true } {
  return isTestOf(problems) ? { isTest: true } : {};
}

async function readDelivery(
  teller: Teller,
  { record, role }: Way,
  { delivery, isReduced }: { readonly delivery: Delivery; readonly isReduced: boolean },
): Promise<Answer> {
  const { attempts, budget, deps } = teller;
  const failed = async (reason: 'refused' | 'silent' | 'unsuitable', code: string): Promise<void> => {
    attempts.failed(role, record.id);
    await noteTrouble(teller, role, { reason, code, messageId: record.id });
  };
  switch (delivery.kind) {
    case 'delivered':
      await noteTaken(teller, role);
      return 'delivered';
    case 'content-refused':
      // Of the whole text that says nothing yet: the reduced one goes the same way at once.
      if (isReduced) await failed('unsuitable', delivery.code);
      return 'unsuitable';
    case 'throttled':
      await budget.set(withThrottle(budget.get(), role, deps.clock.now(), delivery.retryAfterMs));
      await noteTrouble(teller, role, { reason: 'busy', code: delivery.code, messageId: record.id });
      return 'waits';
    case 'refused':
      await failed('refused', delivery.code);
      return 'failed';
    case 'unknown':
      await failed('silent', delivery.code);
      return 'failed';
    default:
      return assertNever(delivery);
  }
}
