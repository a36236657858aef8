import type { InstanceId } from '../../core/instance.ts';
import type { CaSerial, DeviceSerial } from '../../core/serial.ts';
import type { ActResult } from '../../core/sweep/act-window.ts';
import { type CaFindings, LEFT_REASONS, MANY, MANY_KINDS } from '../../core/sweep/ca-findings.ts';
import { countOfLeft, countOfMany, type StandingCondition } from '../../core/sweep/conditions.ts';
import type { DeviceCounts } from '../../core/sweep/counts.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import { countVetoes } from '../../core/sweep/vetoed-devices.ts';
import type { CaDecision } from './ca-decision.ts';
import { standingOf } from './settle-conditions.ts';

/** What was found by what was decided. */
export function decidedFindings({ isCaMissing, lasting, list, mode, survivors, vetoed }: CaDecision): CaFindings {
  return {
    isCaMissing,
    vetoes: Object.fromEntries(countVetoes(vetoed)),
    isObserving: mode === 'observe',
    observed: mode === 'observe' ? survivors.length : 0,
    failures: [],
    unsettled: mode === 'act' ? survivors.length : 0,
    lasting,
    list,
  };
}

const SETTLED: readonly ActResult['result'][] = ['reactivated', 'found-active', 'recovered', 'missing', 'failed'];

/** What was found by what was decided and then done. */
export function findingsAfter(decision: CaDecision, results: ReadonlyMap<DeviceSerial, ActResult>): CaFindings {
  const done = [...results.values()];
  const failures = done.filter(({ result }) => result === 'failed').map(({ code = '' }) => code);
  const settled = done.filter(({ result }) => SETTLED.includes(result)).length;
  const findings = decidedFindings(decision);
  return {
    ...findings,
    failures: [...new Set(failures)],
    unsettled: Math.max(0, findings.unsettled - settled),
    lasting: withReleasedInVain(decision, results),
  };
}

const NOT_SENT: readonly ActResult['result'][] = ['untouched', 'unsent'];

/**
 * A release that was to let devices through, and did not: they were only observed, or stopped at the last moment.
 * Which of them flapped and which the breaker had stopped is not known any more; all of them may still flap.
 */
function withReleasedInVain(
  { lasting, mode, survivors }: CaDecision,
  results: ReadonlyMap<DeviceSerial, ActResult>,
): CaFindings['lasting'] {
  const isInVain = (device: DeviceSerial): boolean => {
    const result = results.get(device)?.result;
    return mode === 'observe' || result === undefined || NOT_SENT.includes(result);
  };
  const inVain = survivors.filter(({ device, release }) => release !== undefined && isInVain(device)).length;
  if (inVain === 0) return lasting;
  return { ...lasting, all: { ...lasting.all, flapping: (lasting.all.flapping ?? 0) + inVain } };
}

/** The conditions of a CA's devices that stand after a sweep; those of a missing CA are told with it. */
export function standingUnder(
  about: { readonly sweepId: SweepId; readonly instance: InstanceId; readonly ca: CaSerial },
  counts: DeviceCounts,
  findings: CaFindings,
): readonly StandingCondition[] {
  if (findings.isCaMissing) return [];
  const { byClass } = counts;
  const stopped = findings.vetoes.breaker ?? 0;
  const one = (
    kind: Exclude<StandingCondition['kind'], 'watch-refused'>,
    count: number,
    more: Pick<SweepOutcome, 'reason' | 'service'> = {},
  ): StandingCondition[] => (count === 0 ? [] : [standingOf({ kind, ...about, ...more }, count)]);
  return [
    ...one('breaker-open', stopped),
    ...one('device-missing', byClass.missing),
    ...one('device-expired', byClass.expired),
    ...one('device-flapping', findings.vetoes.flapping ?? 0),
    ...LEFT_REASONS.flatMap((reason) => one('devices-left-inactive', countOfLeft(reason, findings), { reason })),
    ...MANY_KINDS.flatMap((reason) => {
      const count = countOfMany(reason, counts, findings);
      return count > MANY ? one('devices-many', count, { reason }) : [];
    }),
    // The code is part of the cause; the reason is kept to know it by.
    ...findings.failures.flatMap((code) =>
      one('reactivation-failed', 1, { reason: code, service: { code, requestId: '' } }),
    ),
  ];
}
