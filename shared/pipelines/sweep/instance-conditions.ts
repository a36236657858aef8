import type { InstanceId } from '../../core/instance.ts';
import type { CaSerial } from '../../core/serial.ts';
import type { CaMemory, CaState } from '../../core/sweep/ca-memory.ts';
import {
  type EndReason,
  endOfCa,
  hasEnded,
  type OpenCondition,
  type StandingCondition,
} from '../../core/sweep/conditions.ts';
import type { CaDone } from './ca-done.ts';
import { standingUnder } from './ca-findings-of.ts';
import type { SweepContext } from './context.ts';
import { type Found, standingOf } from './settle-conditions.ts';

/** Everything a sweep found about one instance. */
export interface SweptInstance {
  readonly cas: CaMemory['cas'];
  /** Of every watched CA. */
  readonly done: ReadonlyMap<CaSerial, CaDone>;
  /** Lists that were refused in this lap. */
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
  const ofCas = [...swept.cas].flatMap(([ca, { state }]) => {
    const kind = CONDITION_OF[state];
    return kind === undefined ? [] : [standingOf({ kind, ...about, ca })];
  });
  const ofDevices = [...swept.done].flatMap(([ca, { devices, findings }]) =>
    standingUnder({ ...about, ca }, devices, findings),
  );
  return {
    standing: [...ofCas, ...ofDevices, ...swept.refused],
    endOf: (condition) => endOf(condition, swept, sweep.lap),
  };
}

function endOf(condition: OpenCondition, swept: SweptInstance, lap: number): EndReason | undefined {
  const { ca, kind } = condition;
  switch (kind) {
    case 'instance-blocked':
      return 'over'; // the pass came to its end
    case 'list-refused':
      return lap === 1 ? 'over' : undefined; // what an earlier lap was refused this one did not ask for again
    case 'ca-inactive':
    case 'ca-expired':
    case 'ca-missing':
      return endOfCa(kind, ca === undefined ? undefined : swept.cas.get(ca)?.state);
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
