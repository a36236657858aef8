import type { InstanceId } from '../../core/instance.ts';
import type { CaSerial } from '../../core/serial.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import { type CaMemory, type CaSighting, caStateOf, compareCas, isDailySweep } from '../../core/sweep/ca-memory.ts';
import type { OpenConditions, StandingCondition } from '../../core/sweep/conditions.ts';
import { countInputs, sumCounts, unreadableCounts } from '../../core/sweep/counts.ts';
import { countOf } from '../../core/sweep/packed-serials.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { CompiledCa } from '../../core/sweep/watch-list.ts';
import type { CaReading } from '../../ports/mqtt-certificates.ts';
import { registeredCas } from '../registered-cas.ts';
import { type CaDone, readCaDone, writeCaDone } from './ca-done.ts';
import { readCaMemory, writeCaMemory } from './ca-memory-store.ts';
import { compileWatchLists } from './compile-watch.ts';
import { readConditions } from './conditions-store.ts';
import { type SweepContext, type SweptCa, tell, tellAt } from './context.ts';
import { foundOn, type SweptInstance } from './instance-conditions.ts';
import { InstanceBlockedError } from './patient-calls.ts';
import { type CaFinding, type CaList, listInstanceCas, readWatchedCa } from './read-cas.ts';
import { settleCa } from './settle-ca.ts';
import { settleConditions, standingOf, tellStanding } from './settle-conditions.ts';

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
  await tellAt(deps, sweep.startedAt, compiled.outcomes);
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
    const done: Pick<CaDone, 'devices' | 'reactivated'>[] = [];
    for (const { ca, devices } of watched) {
      const settled = await readCaDone(deps.store, sweep.id, { instance, ca });
      done.push(settled ?? { devices: unreadableCounts(countOf(devices)), reactivated: 0 });
    }
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

interface Looked {
  readonly watched: CompiledCa;
  readonly finding: CaFinding;
  readonly listed: CaReading | undefined;
}

async function sweepReadable(
  context: SweepContext,
  instance: InstanceId,
  watched: readonly CompiledCa[],
  { open, refusals }: { readonly open: OpenConditions; readonly refusals: RefusalTeller },
): Promise<SweptInstance> {
  const { calls, deps, sweep } = context;
  const { onListRefused } = refusals;
  const memory = await readCaMemory(deps.store, instance, sweep.id);
  const list = await listInstanceCas(deps, calls, instance, (service) => onListRefused('cas', service));
  const looked: Looked[] = [];
  for (const one of watched) {
    const listed = list.cas.get(one.ca);
    looked.push({ watched: one, finding: await readWatchedCa(deps, calls, instance, one.ca, listed), listed });
  }
  const { cas } = await tellCas(context, instance, { memory, list, looked });
  const isDaily = isDailySweep(memory, sweep.startedAt);
  const done = new Map<CaSerial, CaDone>();
  for (const one of looked) {
    const place = { instance, ca: one.watched.ca };
    const known = await readCaDone(deps.store, sweep.id, place);
    const settled =
      known ??
      (await settleCa(context, {
        swept: sweptOf(context, instance, one),
        list: one.watched,
        isDaily,
        open,
        onListRefused: (service) => onListRefused('devices', service),
      }));
    done.set(one.watched.ca, settled);
    if (known === undefined) await writeCaDone(deps.store, sweep.id, place, settled);
  }
  return { cas, done, refused: refusals.refused() };
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

/** Tells what changed among the CAs and remembers it. */
async function tellCas(
  context: SweepContext,
  instance: InstanceId,
  known: { readonly memory: CaMemory | undefined; readonly list: CaList; readonly looked: readonly Looked[] },
): Promise<CaMemory> {
  const { deps, sweep } = context;
  const now = sweep.startedAt;
  const sightings = new Map<CaSerial, CaSighting>();
  for (const ca of known.list.cas.values()) {
    const { name, serial, validUntil } = ca;
    const state = caStateOf(ca, now);
    sightings.set(serial, { ca: serial, state, name, validUntil, code: '', watched: 0, isListed: true });
  }
  for (const one of known.looked) sightings.set(one.watched.ca, sightingOf(one, now));
  const ours = await registeredCas(deps.store, instance);
  const compared = compareCas(known.memory, [...sightings.values()], {
    now,
    registeredByUs: (ca) => ours.has(ca),
    isListed: known.list.isWhole,
  });
  await tell(
    context,
    compared.news.map((news) => ({ ...news, sweepId: sweep.id, instance })),
  );
  await writeCaMemory(deps.store, instance, sweep.id, compared.memory);
  return compared.memory;
}

function sightingOf({ finding, listed, watched }: Looked, now: SweepContext['sweep']['startedAt']): CaSighting {
  const about = { ca: watched.ca, watched: countOf(watched.devices), isListed: listed !== undefined };
  switch (finding.kind) {
    case 'read': {
      const { name, validUntil } = finding.reading;
      return { ...about, state: caStateOf(finding.reading, now), name, validUntil, code: '' };
    }
    case 'missing':
      return { ...about, state: 'missing', name: '', validUntil: undefined, code: '' };
    case 'unreadable':
      return { ...about, state: 'unreadable', name: '', validUntil: undefined, code: finding.code };
  }
}

function sweptOf({ sweep }: SweepContext, instance: InstanceId, { finding, listed, watched }: Looked): SweptCa {
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
