import type { CauseId } from '../../core/alert-key.ts';
import type { DeviceSerial } from '../../core/serial.ts';
import { MANY } from '../../core/sweep/ca-findings.ts';
import type { OpenConditions } from '../../core/sweep/conditions.ts';
import { type DeviceNews, newsAfter, readMemory } from '../../core/sweep/device-memory.ts';
import { type InactiveMemory, wasFlapping } from '../../core/sweep/inactive-memory.ts';
import { countOf, deviceAt, indexOfDevice } from '../../core/sweep/packed-serials.ts';
import { causeOfSweep, type SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import { SWEEP_OUTCOME_KINDS } from '../../core/sweep/sweep-outcome-table.ts';
import { eachVetoed, type VetoedDevice, type VetoedDevices } from '../../core/sweep/vetoed-devices.ts';
import type { CaDecision } from './ca-decision.ts';
import { conditionNews, manyOutcome, tallyOf } from './condition-news.ts';
import type { CoveredOutcome, SweepContext, SweptCa } from './context.ts';

/** Everything the devices of one CA are told about from. */
export interface NewsSource {
  readonly swept: SweptCa;
  /** Packed, sorted. */
  readonly devices: Uint8Array;
  /** Memory before this sweep, in the order of `devices`. */
  readonly before: Uint8Array;
  readonly inactive: InactiveMemory;
  readonly decision: CaDecision;
  /** What stood open before this sweep. */
  readonly open: OpenConditions;
}

/** One thing to tell, or to write down because another alert speaks for it. */
export type News = SweepOutcome | CoveredOutcome;

/**
 * What is told about the devices of a CA: what they have in common, then each change and each stage, and once a day
 * whatever lasts. Of each kind the first {@link MANY} in the order of the list are told one by one; one alert speaks for
 * the others. Devices that a missing CA took along are told with it. Always the same for the same decision.
 */
export function* deviceNews({ sweep }: SweepContext, source: NewsSource): Generator<News> {
  const { decision, swept } = source;
  const about = { sweepId: sweep.id, instance: swept.instance, ca: swept.ca };
  const tally = tallyOf(eachDevice(about, source));
  yield* conditionNews(about, source, tally, sweep.startedAt);
  const told = new Map<string, number>();
  const many = new Map<string, CauseId>();
  const withCa = causeOfSweep({ kind: 'ca-missing', ...about });
  for (const outcome of eachDevice(about, source)) {
    const { kind } = outcome;
    if (!SWEEP_OUTCOME_KINDS[kind].told) {
      yield outcome;
      continue;
    }
    const count = (told.get(kind) ?? 0) + 1;
    told.set(kind, count);
    if (decision.isCaMissing) yield { outcome, under: withCa };
    else if (count <= MANY) yield outcome;
    else {
      const under = many.get(kind) ?? causeOfSweep(manyOutcome(about, kind));
      many.set(kind, under);
      yield { outcome, under };
    }
  }
}

type About = Pick<SweepOutcome, 'sweepId' | 'instance' | 'ca'>;

function* eachDevice(about: About, source: NewsSource): Generator<SweepOutcome> {
  const { before: memory, decision, devices } = source;
  const vetoOf = vetoesInOrder(decision.vetoed);
  for (let index = 0; index < countOf(devices); index += 1) {
    const before = readMemory(memory[index] ?? 0);
    const after = readMemory(decision.next[index] ?? 0);
    const device = after.class === 'inactive' ? deviceAt(devices, index) : undefined;
    const vetoed = device === undefined ? undefined : vetoOf(device);
    const news = newsAfter(before, after, decision.isDaily);
    if (news === 'none') continue;
    yield {
      ...about,
      device: device ?? deviceAt(devices, index),
      ...newsOf(news, index, { decision, stage: after.announced, vetoed }),
    };
  }
  const isNew = (device: DeviceSerial): boolean => decision.isDaily || !wasInactive(source, device);
  for (const { device, inputs } of eachVetoed(decision.vetoed, ['flapping'])) {
    // One that was left for another reason until now, a hold that somebody removed, is news as well.
    if (isNew(device) || !wasFlapping(source.inactive, device))
      yield { kind: 'device-flapping', ...about, device, inputs };
  }
  if (decision.mode === 'act') return;
  for (const { device } of decision.survivors) if (isNew(device)) yield { kind: 'would-reactivate', ...about, device };
}
/** Both are in the order of the list, so one walk through the vetoes serves a walk through the devices. */
function vetoesInOrder(vetoed: VetoedDevices): (device: DeviceSerial) => VetoedDevice | undefined {
  const vetoes = eachVetoed(vetoed);
  let ahead = vetoes.next();
  return (device) => {
    if (ahead.done === true || ahead.value.device !== device) return undefined;
    const { value } = ahead;
    ahead = vetoes.next();
    return value;
  };
}

function newsOf(
  news: Exclude<DeviceNews, 'none'>,
  index: number,
  of: {
    readonly decision: CaDecision;
    readonly stage: number | undefined;
    readonly vetoed: VetoedDevice | undefined;
  },
): Pick<SweepOutcome, 'kind' | 'reason' | 'inputs' | 'service'> {
  switch (news) {
    case 'device-inactive': {
      const planned = of.decision.mode === 'act' ? 'to-be-activated' : 'observed-only';
      return of.vetoed === undefined
        ? { kind: news, reason: planned }
        : { kind: news, reason: of.vetoed.veto, inputs: of.vetoed.inputs };
    }
    case 'device-expiring':
      return { kind: news, reason: `stage-${String(of.stage)}`, inputs: { days: of.stage ?? 0 } };
    case 'device-unreadable': {
      const code = of.decision.failures.get(index) ?? '';
      return { kind: news, reason: 'not-read', service: { code, requestId: '' } };
    }
    case 'device-expired':
    case 'device-missing':
    case 'device-recovered':
      return { kind: news };
  }
}

function wasInactive({ before, devices }: NewsSource, device: DeviceSerial): boolean {
  const index = indexOfDevice(devices, device);
  return index >= 0 && readMemory(before[index] ?? 0).class === 'inactive';
}
