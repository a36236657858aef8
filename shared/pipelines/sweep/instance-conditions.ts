import type { InstanceId } from '../../core/instance.ts';
import type { CaSerial } from '../../core/serial.ts';
import type { ListAnswer } from '../../core/sweep/ca-findings.ts';
import type { CaMemory, CaState } from '../../core/sweep/ca-memory.ts';
import {
  type EndReason,
  endOfCa,
  hasEnded,
  type OpenCondition,
  type StandingCondition,
} from '../../core/sweep/conditions.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import type { CaDone } from './ca-done.ts';
import { standingUnder } from './ca-findings-of.ts';
import type { SweepContext } from './context.ts';
import { type Found, standingOf } from './settle-conditions.ts';

/** Everything a sweep found about one instance. */
export interface SweptInstance {
  readonly memory: CaMemory;
  /** Of every watched CA. */
  readonly done: ReadonlyMap<CaSerial, CaDone>;
  /** Lists that this lap was refused, and told so. */
  readonly refused: readonly StandingCondition[];
}

const CONDITION_OF: Readonly<Partial<Record<CaState, 'ca-inactive' | 'ca-expired' | 'ca-missing'>>> = {
  inactive: 'ca-inactive',
  expired: 'ca-expired',
  missing: 'ca-missing',
};

/** What follows from a whole pass over an instance for its conditions: what stands, and why the others ended. */
export function foundOn({ sweep }: SweepContext, instance: InstanceId, swept: SweptInstance): Found {
  const about = { sweepId: sweep.id, instance };
  const ofCas = [...swept.memory.cas].flatMap(([ca, { state }]) => {
    const kind = CONDITION_OF[state];
    return kind === undefined ? [] : [standingOf({ kind, ...about, ca })];
  });
  const ofDevices = [...swept.done].flatMap(([ca, { devices, findings }]) =>
    standingUnder({ ...about, ca }, devices, findings),
  );
  return {
    standing: [...ofCas, ...ofDevices, ...refusedLists(about, swept), ...swept.refused],
    endOf: (condition) => endOf(condition, swept),
  };
}

/** By the reason under which its refusal is told: what became of every list the instance was asked for. */
function listAnswers({ done, memory }: SweptInstance): ReadonlyMap<string, readonly ListAnswer[]> {
  const ofDevices = [...done.values()].map(({ findings }) => findings.list);
  return new Map([
    ['cas-not-listed', [memory.list]],
    ['devices-not-listed', ofDevices],
  ]);
}

/** Lists that were refused in any lap of the sweep. */
function refusedLists(about: { readonly sweepId: SweepId; readonly instance: InstanceId }, swept: SweptInstance) {
  return [...listAnswers(swept)].flatMap(([reason, answers]) =>
    answers
      .filter(({ kind }) => kind === 'refused')
      .map(({ code }) => standingOf({ kind: 'list-refused', ...about, reason, service: { code, requestId: '' } })),
  );
}

/** Both kinds of list may be refused as one condition: it is over when neither was refused, and one of its own was read. */
function isListed(reason: string, swept: SweptInstance): boolean {
  const answers = listAnswers(swept);
  const isRefused = [...answers.values()].flat().some(({ kind }) => kind === 'refused');
  return !isRefused && (answers.get(reason) ?? []).some(({ kind }) => kind === 'read');
}

function endOf(condition: OpenCondition, swept: SweptInstance): EndReason | undefined {
  const { ca, kind, reason = '' } = condition;
  switch (kind) {
    case 'instance-blocked':
      return 'over'; // the pass came to its end
    case 'list-refused':
      return isListed(reason, swept) ? 'over' : undefined;
    case 'ca-inactive':
    case 'ca-expired':
    case 'ca-missing':
      return endOfCa(kind, ca === undefined ? undefined : swept.memory.cas.get(ca)?.state);
    case 'acts-stopped':
    case 'watch-refused':
      return undefined; // of the deployment
    case 'breaker-open':
    case 'device-expired':
    case 'device-flapping':
    case 'device-missing':
    case 'devices-left-inactive':
    case 'devices-many':
    case 'reactivation-failed': {
      const done = ca === undefined ? undefined : swept.done.get(ca);
      if (done === undefined) return 'not-watched';
      return hasEnded(condition, done.devices, done.findings) ? 'over' : undefined;
    }
  }
}
