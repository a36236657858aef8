import type { InstanceId } from '../../core/instance.ts';
import { eachLimited } from '../../core/limit.ts';
import type { CaSerial } from '../../core/serial.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import { caStateOf } from '../../core/sweep/ca-memory.ts';
import type { OpenConditions, StandingCondition } from '../../core/sweep/conditions.ts';
import { countInputs, sumCounts, unreadableCounts } from '../../core/sweep/counts.ts';
import { countOf } from '../../core/sweep/packed-serials.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { CompiledCa } from '../../core/sweep/watch-list.ts';
import { type CaDone, readCaDone, writeCaDone } from './ca-done.ts';
import { compileWatchLists } from './compile-watch.ts';
import { readConditions } from './conditions-store.ts';
import type { SweepContext, SweptCa } from './context.ts';
import { foundOn, type SweptInstance } from './instance-conditions.ts';
import { type LookedAtCa, lookAtCas } from './look-at-cas.ts';
import { InstanceBlockedError } from './patient-calls.ts';
import { settleCa } from './settle-ca.ts';
import { settleConditions, standingOf, tellStanding } from './settle-conditions.ts';
import { tellWatch } from './tell-watch.ts';

/**
 * Sweeps every instance, one CA after the other; one instance's trouble never stops the next.
 *
 * @returns The summary of the whole sweep, all laps together.
 * @throws OutOfTimeError, ServiceSilentError, LeaseLostError, ServiceFailure.
 */
export async function sweepInstances(context: SweepContext): Promise<SweepOutcome> {
  const { deps, sweep } = context;
  const { instances } = deps.settings;
  const compiled = await compileWatchLists(deps, { instances, cache: deps.watchCache });
  await tellWatch(context, compiled);
  await compiled.settle();
  const done: Pick<CaDone, 'devices' | 'reactivated'>[] = [];
  for (const instance of instances) {
    const list = compiled.lists.find((candidate) => candidate.instance === instance);
    done.push(...(await sweepInstance(context, instance, list?.cas ?? [])));
  }
  const reactivated = done.reduce((sum, ca) => sum + ca.reactivated, 0);
  const counts = countInputs(sumCounts(done.map((ca) => ca.devices)));
  const inputs = { ...counts, reactivated, cas: done.length, laps: sweep.lap };
  return { kind: 'sweep-summary', sweepId: sweep.id, inputs };
}

async function sweepInstance(
  context: SweepContext,
  instance: InstanceId,
  watched: readonly CompiledCa[],
): Promise<readonly Pick<CaDone, 'devices' | 'reactivated'>[]> {
  const { deps, sweep } = context;
  const known = await readConditions(deps.store, instance, sweep.id);
  const refusals = refusalTeller(context, instance, known.open);
  try {
    const swept = await sweepReadable(context, instance, watched, { open: known.open, refusals });
    await settleConditions(context, instance, known, foundOn(context, instance, swept));
    return [...swept.done.values()];
  } catch (error) {
    if (!(error instanceof InstanceBlockedError)) throw error;
    // What this sweep has not settled could not be checked, and counts as that.
    const settled = await readDone(context, instance, watched);
    const done = watched.map(
      ({ ca, devices }) => settled.get(ca) ?? { devices: unreadableCounts(countOf(devices)), reactivated: 0 },
    );
    const { byClass, watched: count } = sumCounts(done.map((one) => one.devices));
    const inputs = { watched: count, unreadable: byClass.unreadable };
    const { service } = error;
    const blocked = { kind: 'instance-blocked' as const, sweepId: sweep.id, instance, service, inputs };
    await tellStanding(context, known.open, blocked);
    // Nothing else could be looked at to its end, and so nothing has ended.
    const standing = [standingOf(blocked), ...refusals.refused()];
    await settleConditions(context, instance, known, { standing, endOf: () => undefined });
    return done;
  }
}

async function sweepReadable(
  context: SweepContext,
  instance: InstanceId,
  watched: readonly CompiledCa[],
  { open, refusals }: { readonly open: OpenConditions; readonly refusals: RefusalTeller },
): Promise<SweptInstance> {
  const { deps, sweep } = context;
  const { onListRefused } = refusals;
  const done = await readDone(context, instance, watched);
  const { looked, memory } = await lookAtCas(context, instance, {
    watched,
    isSettled: (ca) => done.has(ca),
    onListRefused: (service) => onListRefused('cas', service),
  });
  for (const one of looked) {
    const { ca } = one.watched;
    if (done.has(ca)) continue;
    const settled = await settleCa(context, {
      swept: sweptOf(context, instance, one),
      list: one.watched,
      open,
      onListRefused: (service) => onListRefused('devices', service),
    });
    await writeCaDone(deps.store, sweep.id, { instance, ca }, settled);
    done.set(ca, settled);
  }
  return { memory, done, refused: refusals.refused() };
}

/** The CAs that this sweep has settled in earlier laps, or before a crash. */
async function readDone(
  { deps, sweep }: SweepContext,
  instance: InstanceId,
  watched: readonly CompiledCa[],
): Promise<Map<CaSerial, CaDone>> {
  const done = new Map<CaSerial, CaDone>();
  await eachLimited(watched, deps.settings.callsAtOnce, async ({ ca }) => {
    const settled = await readCaDone(deps.store, sweep.id, { instance, ca });
    if (settled !== undefined) done.set(ca, settled);
  });
  return done;
}

const LISTED = {
  cas: { what: 'CAs', what_zh: ' CA 证书' },
  devices: { what: 'devices', what_zh: '设备证书' },
} as const;

interface RefusalTeller {
  readonly onListRefused: (list: keyof typeof LISTED, service: ServiceWord) => Promise<void>;
  /** What was refused so far. */
  readonly refused: () => readonly StandingCondition[];
}

/** One warning for each instance and kind of list, however many lists are refused. */
function refusalTeller(context: SweepContext, instance: InstanceId, open: OpenConditions): RefusalTeller {
  const told = new Map<keyof typeof LISTED, StandingCondition>();
  const { id: sweepId } = context.sweep;
  return {
    refused: () => [...told.values()],
    onListRefused: async (list, service) => {
      if (told.has(list)) return;
      const reason = `${list}-not-listed`;
      const outcome = { kind: 'list-refused' as const, sweepId, instance, reason, service, inputs: LISTED[list] };
      told.set(list, standingOf(outcome));
      await tellStanding(context, open, outcome);
    },
  };
}

function sweptOf({ sweep }: SweepContext, instance: InstanceId, { finding, listed, watched }: LookedAtCa): SweptCa {
  const { ca } = watched;
  switch (finding.kind) {
    case 'read': {
      const { reading } = finding;
      return { instance, ca, caSpelling: reading.serialAsReceived, caState: caStateOf(reading, sweep.startedAt) };
    }
    case 'missing':
      return { instance, ca, caSpelling: ca, caState: 'missing' };
    case 'unreadable':
      return { instance, ca, caSpelling: listed?.serialAsReceived, caState: 'unreadable' };
  }
}
