import type { CaSerial } from '../serial.ts';
import { type EpochMs, hours } from '../time.ts';
import type { ListAnswer } from './ca-findings.ts';
import { CA_STAGES, stageOf } from './expiry-stages.ts';
import type { SweepOutcome } from './sweep-outcome.ts';

/** What a sweep finds a CA to be. */
export type CaState = 'active' | 'inactive' | 'expired' | 'missing' | 'unreadable';

/** What is remembered of one CA. */
export interface RememberedCa {
  readonly state: CaState;
  /** The last announced expiry stage, in days. */
  readonly announced: number | undefined;
  readonly name: string;
}

/** What is remembered of the CAs of one instance. */
export interface CaMemory {
  readonly cas: ReadonlyMap<CaSerial, RememberedCa>;
  /** When lasting trouble was last repeated. */
  readonly dailyAt: EpochMs;
  /** Whether the list of CAs was ever read to its end: before that, nobody knows which of them are new. */
  readonly isListed: boolean;
  /** What became of asking for the list in the sweep that remembers this. */
  readonly list: ListAnswer;
}

/** What a sweep learned about one CA. */
export interface CaSighting {
  readonly ca: CaSerial;
  readonly state: CaState;
  readonly name: string;
  readonly validUntil: EpochMs | undefined;
  /** The service's code, where the CA could not be read. */
  readonly code: string;
  /** Watched devices that depend on it; 0 for a CA nobody watches. */
  readonly watched: number;
  /** In the instance's list, not only named by a watch list. */
  readonly isListed: boolean;
}

type CaNews = Pick<SweepOutcome, 'kind' | 'ca' | 'name' | 'reason' | 'inputs' | 'service'>;

/** Whether a sweep repeats lasting trouble: once every 24 hours, and the first one does. */
export function isDailySweep(repeatedAt: EpochMs | undefined, now: EpochMs): boolean {
  return repeatedAt === undefined || now - repeatedAt >= hours(24);
}

/**
 * The state of a CA by its status and validity; `now === validUntil` still counts as valid. A CA whose validity can not
 * be read, or has not begun, is not one to act under: `unreadable`.
 */
export function caStateOf(
  { status, validFrom, validUntil }: Pick<CaReading, 'status' | 'validFrom' | 'validUntil'>,
  now: EpochMs,
): CaState {
  if (typeof status !== 'string' || validUntil === undefined || validFrom === undefined) return 'unreadable';
  if (now > validUntil) return 'expired';
  return now < validFrom ? 'unreadable' : status;
}

/** What a CA's state is judged by; see the port `mqtt-certificates.ts`. */
interface CaReading {
  readonly status: 'active' | 'inactive' | { readonly unknown: string };
  readonly validFrom?: EpochMs;
  readonly validUntil?: EpochMs;
}

/**
 * Compares what is there with what was remembered: what to tell, and what to remember. The first sweep of an instance
 * takes the CAs it finds as given; a CA that we registered ourselves does not "appear".
 *
 * @param context.registeredByUs - Whether this pipeline registered the CA.
 * @param context.isListed - Whether the list was read to its end; without that nothing appears or vanishes.
 * @param context.list - What became of asking for it.
 */
export function compareCas(
  memory: CaMemory | undefined,
  sightings: readonly CaSighting[],
  context: {
    readonly now: EpochMs;
    readonly registeredByUs: (ca: CaSerial) => boolean;
    readonly isListed: boolean;
    readonly list: ListAnswer;
  },
): { readonly news: readonly CaNews[]; readonly memory: CaMemory } {
  const isDaily = isDailySweep(memory?.dailyAt, context.now);
  const news: CaNews[] = [];
  const cas = new Map<CaSerial, RememberedCa>();
  for (const sighting of sightings) {
    const before = memory?.cas.get(sighting.ca);
    const stage = sighting.state === 'active' ? stageFor(sighting, context.now) : undefined;
    news.push(...newsOf(before, sighting, stage, isDaily));
    const isStranger = memory?.isListed === true && before === undefined && sighting.isListed;
    if (isStranger && !context.registeredByUs(sighting.ca)) {
      news.push({ kind: 'ca-appeared', ca: sighting.ca, name: sighting.name });
    }
    const announced = stage === undefined ? before?.announced : Math.min(stage, before?.announced ?? stage);
    cas.set(sighting.ca, { state: sighting.state, announced, name: sighting.name });
  }
  for (const [ca, known] of memory?.cas ?? []) {
    if (cas.has(ca)) continue;
    if (!context.isListed) cas.set(ca, known);
    else if (known.state !== 'missing')
      news.push({ kind: 'ca-vanished', ca, name: known.name, inputs: { watched: 0 } });
  }
  const isListed = context.isListed || memory?.isListed === true;
  const dailyAt = isDaily ? context.now : (memory?.dailyAt ?? context.now);
  return { news, memory: { cas, isListed, dailyAt, list: context.list } };
}

function stageFor({ validUntil }: CaSighting, now: EpochMs): number | undefined {
  return validUntil === undefined ? undefined : stageOf(CA_STAGES, validUntil, now);
}

function newsOf(
  before: RememberedCa | undefined,
  sighting: CaSighting,
  stage: number | undefined,
  isDaily: boolean,
): readonly CaNews[] {
  const { ca, code, name, state, watched } = sighting;
  const isNew = before?.state !== state || isDaily;
  switch (state) {
    case 'active': {
      const isNearer = stage !== undefined && stage < (before?.announced ?? Number.POSITIVE_INFINITY);
      return isNearer
        ? [{ kind: 'ca-expiring', ca, name, reason: `stage-${String(stage)}`, inputs: { days: stage, watched } }]
        : [];
    }
    case 'inactive':
    case 'expired':
      return isNew ? [{ kind: `ca-${state}`, ca, name, inputs: { watched } }] : [];
    case 'missing': {
      const wasThere = before !== undefined && before.state !== 'missing';
      if (wasThere) return [{ kind: 'ca-vanished', ca, name, inputs: { watched } }];
      return isNew ? [{ kind: 'ca-missing', ca, name, inputs: { watched } }] : [];
    }
    case 'unreadable':
      return isNew ? [{ kind: 'ca-unreadable', ca, name, service: { code, requestId: '' }, inputs: { watched } }] : [];
  }
}
