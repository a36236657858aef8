import { assertNever } from '../../core/assert-never.ts';
import { nameOf } from '../../core/digest.ts';
import { composeDigest } from '../../core/notify/compose-digest.ts';
import { composeProblem } from '../../core/notify/compose-message.ts';
import type { Message } from '../../core/notify/message.ts';
import {
  type ChannelRole,
  isThrottled,
  maySend,
  SEND_TIMEOUT_MS,
  withSend,
  withThrottle,
} from '../../core/notify/message-budget.ts';
import { reducedMessage } from '../../core/notify/reduced-message.ts';
import { seconds } from '../../core/time.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import { isPassedOver, noteAnswer, noteTrouble, throughSecond } from './channel-trouble.ts';
import type { OpenMessage } from './collect.ts';
import { type MessageRecord, type Sent, writeSent } from './message-record.ts';
import { parkMessage } from './park-message.ts';
import { settle } from './settle.ts';
import { composeOptions, hasTime, type Teller, TellerReplacedError } from './teller.ts';

/** One message, its answer, and writing down what became of it. */
const TIME_FOR_ONE = seconds(12);

/**
 * Sends a message and brings it to its end. It stays as it is when there is no time, no place in the minute, or no channel
 * that takes it now: the next run finds it and sends it under the same id.
 */
export async function deliver(teller: Teller, open: OpenMessage): Promise<'told' | 'stays'> {
  const by = await sendSomehow(teller, open);
  if (by === undefined) return 'stays';
  const sent: Sent = { at: teller.deps.clock.now(), by };
  await writeSent(teller.deps.store, open.folder, sent);
  await settle(teller, { ...open, at: sent.at });
  return 'told';
}

async function sendSomehow(teller: Teller, { record }: OpenMessage): Promise<Sent['by'] | undefined> {
  const { first, second } = teller.deps.channels;
  if (teller.firstIsOut === undefined) {
    const by = await sendThrough(teller, record, { role: 'first', channel: first });
    if (by !== undefined) return by;
  }
  if (second === undefined || !isPassedOver(teller, record.severity)) return undefined;
  return sendThrough(teller, record, { role: 'second', channel: second });
}

interface Way {
  readonly role: ChannelRole;
  readonly channel: Channel;
}

async function sendThrough(teller: Teller, record: MessageRecord, way: Way): Promise<Sent['by'] | undefined> {
  const whole = await sendOnce(teller, record, way, { id: record.id, message: wordsOf(teller, record, way.role) });
  if (whole !== 'content-refused') return whole === 'delivered' ? way.role : undefined;
  // Another text is another message: under the same id the channel might take it for one it has refused.
  const message = reducedMessage(record.problems, record.rest, composeOptions(teller.deps));
  const reduced = await sendOnce(teller, record, way, { id: nameOf([record.id, 'reduced'], 32), message });
  if (reduced !== 'content-refused') return reduced === 'delivered' ? way.role : undefined;
  await parkMessage(teller, record, message);
  return 'nobody';
}

/** The text, made now: it says how late it is, and why it comes another way. */
function wordsOf(teller: Teller, record: MessageRecord, role: ChannelRole): Message {
  const options = composeOptions(teller.deps);
  const [first] = record.problems;
  const message =
    record.form === 'single' && first !== undefined
      ? composeProblem(first, options)
      : composeDigest(record.severity, record.problems, record.rest, options);
  return role === 'first' ? message : throughSecond(teller, message);
}

/** One request, for which a place was written down before. */
async function sendOnce(
  teller: Teller,
  { severity }: MessageRecord,
  { channel, role }: Way,
  what: { readonly id: string; readonly message: Message },
): Promise<'delivered' | 'content-refused' | undefined> {
  const { budget, deps, lease } = teller;
  const now = deps.clock.now();
  if (role === 'first' && isThrottled(budget.get(), role, now)) teller.firstIsOut = 'throttled';
  if (!hasTime(teller, TIME_FOR_ONE) || !maySend(budget.get(), { channel: role, severity }, now)) return undefined;
  if (!(await lease.isStillOurs())) throw new TellerReplacedError();
  await budget.set(withSend(budget.get(), { at: now, id: what.id, severity, channel: role }));
  const delivery = await channel.send({ ...what, timeoutMs: SEND_TIMEOUT_MS });
  return readDelivery(teller, role, delivery);
}

async function readDelivery(
  teller: Teller,
  role: ChannelRole,
  delivery: Delivery,
): Promise<'delivered' | 'content-refused' | undefined> {
  const { budget, deps } = teller;
  if (delivery.kind !== 'delivered')
    deps.runLog.write({ event: 'not-delivered', kind: delivery.kind, code: delivery.code });
  switch (delivery.kind) {
    case 'delivered':
    case 'content-refused':
      if (role === 'first') await noteAnswer(teller);
      return delivery.kind;
    case 'throttled':
      await budget.set(withThrottle(budget.get(), role, deps.clock.now(), delivery.retryAfterMs));
      if (role === 'first') teller.firstIsOut = 'throttled';
      return undefined;
    case 'refused':
    case 'unknown':
      if (role === 'first') await noteTrouble(teller, delivery);
      return undefined;
    default:
      return assertNever(delivery);
  }
}
