import type { DeviceSerial } from '../../core/serial.ts';
import { LEFT_REASONS, type LeftReason, MANY, MANY_KINDS } from '../../core/sweep/ca-findings.ts';
import { leftInputs, manyInputs } from '../../core/sweep/condition-words.ts';
import { countOfLeft, countOfMany, isDue } from '../../core/sweep/conditions.ts';
import { countClasses } from '../../core/sweep/counts.ts';
import { causeOfSweep, type RuleInputs, type SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { SweepOutcomeKind } from '../../core/sweep/sweep-outcome-table.ts';
import { eachVetoed } from '../../core/sweep/vetoed-devices.ts';
import { type EpochMs, epochMs, isoOf, parseIso } from '../../core/time.ts';
import { decidedFindings } from './ca-findings-of.ts';
import type { News, NewsSource } from './device-news.ts';

const EXAMPLES = 5;

/** How much of each kind there is to tell, and the first devices of it. */
export type Tally = ReadonlyMap<SweepOutcomeKind, { count: number; readonly first: DeviceSerial[] }>;

/** Counts what is about to be told, so that what is too much is told as a number. */
export function tallyOf(outcomes: Iterable<SweepOutcome>): Tally {
  const tally = new Map<SweepOutcomeKind, { count: number; readonly first: DeviceSerial[] }>();
  for (const { device, kind } of outcomes) {
    const known = tally.get(kind) ?? { count: 0, first: [] };
    known.count += 1;
    if (device !== undefined && known.first.length < EXAMPLES) known.first.push(device);
    tally.set(kind, known);
  }
  return tally;
}

type About = Pick<SweepOutcome, 'sweepId' | 'instance' | 'ca'>;

/** What the devices of a CA have in common: the breaker, those that are left inactive, and what is too many to name. */
export function* conditionNews(about: About, source: NewsSource, tally: Tally, now: EpochMs): Generator<News> {
  const { decision, open } = source;
  if (decision.isCaMissing) return;
  const findings = decidedFindings(decision);
  const standing = (outcome: SweepOutcome, count: number): News => {
    const causeId = causeOfSweep(outcome);
    return isDue(open, { causeId, count }, now) ? outcome : { outcome, under: causeId };
  };
  if (decision.breaker.isOpen) {
    yield standing(breakerOutcome(about, source), findings.vetoes.breaker ?? 0);
  }
  for (const reason of LEFT_REASONS) {
    const count = countOfLeft(reason, findings);
    if (count > 0) yield standing(leftOutcome(about, source, reason, count), count);
  }
  const counts = countClasses(decision.next);
  for (const kind of MANY_KINDS) {
    const count = countOfMany(kind, counts, findings);
    const news = tally.get(kind) ?? { count: 0, first: [] };
    const isNew = count > MANY && isDue(open, { causeId: causeOfSweep(manyOutcome(about, kind)), count }, now);
    // Whatever speaks for devices that are not told one by one is told itself.
    if (isNew || news.count > MANY) yield manyOutcome(about, kind, inputsOfMany(count, news));
  }
  const expiring = tally.get('device-expiring');
  if (expiring === undefined || expiring.count <= MANY) return;
  yield manyOutcome(about, 'device-expiring', inputsOfMany(counts.byClass.expiring, expiring));
}

function inputsOfMany(
  count: number,
  news: { readonly count: number; readonly first: readonly DeviceSerial[] },
): RuleInputs {
  return { count, news: news.count, examples: news.first.length === 0 ? '…' : news.first.join(', ') };
}

/** The alert that speaks for devices of a kind that are too many to be told one by one. */
export function manyOutcome(about: About, kind: SweepOutcomeKind, inputs: RuleInputs = {}): SweepOutcome {
  if (kind === 'device-expiring') {
    return { kind: 'devices-expiring-many', ...about, reason: kind, inputs: { ...manyInputs(kind), ...inputs } };
  }
  const many = MANY_KINDS.find((one) => one === kind);
  if (many === undefined) throw new TypeError(`${kind} is not counted`);
  return { kind: 'devices-many', ...about, reason: many, inputs: { ...manyInputs(many), ...inputs } };
}

/** What was weighed, in words that a sentence can name. */
function breakerOutcome(about: About, { decision }: NewsSource): SweepOutcome {
  const { inputs: weighed } = decision.breaker;
  const first: DeviceSerial[] = [];
  for (const { device } of eachVetoed(decision.vetoed, ['breaker'])) {
    if (first.push(device) === EXAMPLES) break;
  }
  const inputs = {
    ...weighed,
    acted: weighed['actedUnderCa'] ?? 0,
    acted_on_instance: weighed['actedOnInstance'] ?? 0,
    instance_limit: weighed['instanceLimit'] ?? 0,
    examples: first.join(', '),
  };
  return { kind: 'breaker-open', ...about, inputs };
}

function leftOutcome(about: About, { decision }: NewsSource, reason: LeftReason, count: number): SweepOutcome {
  const first: DeviceSerial[] = [];
  let actsAt = Number.POSITIVE_INFINITY;
  const left = reason === 'observed-only' ? decision.survivors : eachVetoed(decision.vetoed, [reason]);
  for (const one of left) {
    if (first.length < EXAMPLES) first.push(one.device);
    if (reason === 'waiting' && 'inputs' in one) actsAt = Math.min(actsAt, endOfWait(one.inputs));
    else if (first.length === EXAMPLES) break;
  }
  const { ca = '', instance = '' } = about;
  const acts_at = Number.isFinite(actsAt) ? isoOf(epochMs(actsAt)) : '';
  const words = leftInputs(reason, { instance, ca_sn: ca, acts_at });
  const inputs = { ...words, count, first: first[0] ?? '', examples: first.join(', ') };
  return { kind: 'devices-left-inactive', ...about, reason, inputs };
}

/** As the guardrail wrote it down. */
function endOfWait({ since, waitMs }: RuleInputs): number {
  const begun = typeof since === 'string' ? parseIso(since) : undefined;
  return begun === undefined || typeof waitMs !== 'number' ? Number.POSITIVE_INFINITY : begun + waitMs;
}
