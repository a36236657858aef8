import type { ListedAlert } from '../../core/notify/alert-groups.ts';
import type { KnownCondition } from '../../core/notify/condition-memory.ts';
import { type AlertVerdict, judgeAlert } from '../../core/notify/judge-alert.ts';
import { mutesOf, type PlacedMute } from '../../core/notify/mutes.ts';
import { instanceOf } from './notify-shapes.ts';
import { readAlert } from './read-alert.ts';
import type { Teller } from './teller.ts';

/** What becomes of an alert, mutes included; `wait`: something on its way tells it, or must be told before it. */
export type Judgement =
  | { readonly kind: AlertVerdict | 'wait' }
  | { readonly kind: 'muted'; readonly mute: PlacedMute };

/** Judges the alerts of a listing, in their order. */
export type AlertJudge = (alert: ListedAlert) => Promise<Judgement>;

/** Past so many causes in a run, alerts are told rather than read to find out whether they are muted. */
const READS_FOR_MUTES = 200;

/** A judge for one listing: alerts of one cause follow each other, and share what is known of their mutes. */
export function alertJudge(teller: Teller): AlertJudge {
  let last: { readonly causeId: string; readonly mute: PlacedMute | undefined } | undefined;
  return async (alert) => {
    const { name } = alert;
    if (teller.cover.has(alert)) return { kind: 'wait' };
    if (last?.causeId !== name.causeId) last = { causeId: name.causeId, mute: await muteOf(teller, alert) };
    if (last.mute !== undefined) return { kind: 'muted', mute: last.mute };
    const verdict = judgeAlert(teller.memory.get(), name, teller.deps.clock.now());
    const isWaitingEnd = name.isEnd && verdict === 'tell' && teller.pendingBegins.mayHave(name.causeId);
    return { kind: isWaitingEnd ? 'wait' : verdict };
  };
}

async function muteOf(teller: Teller, alert: ListedAlert): Promise<PlacedMute | undefined> {
  const { mutesByReading } = teller;
  const { causeId } = alert.name;
  const { candidates, certain } = mutesOf(teller.mutes, alert.name);
  if (certain !== undefined || candidates.length === 0) return certain;
  // One decision for the whole run: what was muted in one listing must not be told from the next.
  if (mutesByReading.has(causeId) || mutesByReading.size >= READS_FOR_MUTES) return mutesByReading.get(causeId);
  const record = await readAlert(teller, alert);
  const instance = record === undefined ? undefined : instanceOf(record);
  const mute = instance === undefined ? undefined : candidates.find((one) => one.mute.instance === instance);
  mutesByReading.set(causeId, mute);
  return mute;
}

/** The mute of a condition that would be told without an alert. */
export function muteOfKnown(teller: Teller, known: KnownCondition): PlacedMute | undefined {
  const { candidates, certain } = mutesOf(teller.mutes, known);
  if (certain !== undefined || known.sample === undefined) return certain;
  const instance = instanceOf(known.sample);
  return candidates.find(({ mute }) => mute.instance === instance);
}
