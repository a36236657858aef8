import type { InstanceId } from '../../core/instance.ts';
import type { CaSerial } from '../../core/serial.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import { type CaMemory, type CaSighting, caStateOf, compareCas, isDailySweep } from '../../core/sweep/ca-memory.ts';
import { countInputs, sumCounts, unreadableCounts } from '../../core/sweep/counts.ts';
import { countOf } from '../../core/sweep/packed-serials.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { CompiledCa } from '../../core/sweep/watch-list.ts';
import type { CaReading } from '../../ports/mqtt-certificates.ts';
import { registeredCas } from '../registered-cas.ts';
import { type CaDone, readCaDone, writeCaDone } from './ca-done.ts';
import { readCaMemory, writeCaMemory } from './ca-memory-store.ts';
import { compileWatchLists } from './compile-watch.ts';
import { type SweepContext, type SweptCa, tell, tellAt } from './context.ts';
import { InstanceBlockedError } from './patient-calls.ts';
import { type CaFinding, type CaList, listInstanceCas, readWatchedCa } from './read-cas.ts';
import { settleCa } from './settle-ca.ts';

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
  const done: CaDone[] = [];
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
): Promise<readonly CaDone[]> {
  try {
    return await sweepReadable(context, instance, watched);
  } catch (error) {
    if (!(error instanceof InstanceBlockedError)) throw error;
    const { deps, sweep } = context;
    // What this sweep has not settled could not be checked, and counts as that.
    const done: CaDone[] = [];
    for (const { ca, devices } of watched) {
      const known = await readCaDone(deps.store, sweep.id, { instance, ca });
      done.push(known ?? { devices: unreadableCounts(countOf(devices)), reactivated: 0 });
    }
    const { byClass, watched: count } = sumCounts(done.map((one) => one.devices));
    const inputs = { watched: count, unreadable: byClass.unreadable };
    await tell(context, [{ kind: 'instance-blocked', sweepId: sweep.id, instance, service: error.service, inputs }]);
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
): Promise<readonly CaDone[]> {
  const { calls, deps, sweep } = context;
  const onListRefused = refusalTeller(context, instance);
  const memory = await readCaMemory(deps.store, instance, sweep.id);
  const list = await listInstanceCas(deps, calls, instance, (service) => onListRefused('cas', service));
  const looked: Looked[] = [];
  for (const one of watched) {
    const listed = list.cas.get(one.ca);
    looked.push({ watched: one, finding: await readWatchedCa(deps, calls, instance, one.ca, listed), listed });
  }
  await tellCas(context, instance, { memory, list, looked });
  const isDaily = isDailySweep(memory, sweep.startedAt);
  const done: CaDone[] = [];
  for (const one of looked) {
    const place = { instance, ca: one.watched.ca };
    const known = await readCaDone(deps.store, sweep.id, place);
    done.push(
      known ??
        (await settleCa(context, {
          swept: sweptOf(context, instance, one),
          list: one.watched,
          isDaily,
          onListRefused: (service) => onListRefused('devices', service),
        })),
    );
    const last = done.at(-1);
    if (known === undefined && last !== undefined) await writeCaDone(deps.store, sweep.id, place, last);
  }
  return done;
}

const LISTED = {
  cas: { what: 'CAs', what_zh: ' CA 证书' },
  devices: { what: 'devices', what_zh: '设备证书' },
} as const;

/** One warning for each instance and kind of list, however many lists are refused. */
function refusalTeller(
  context: SweepContext,
  instance: InstanceId,
): (list: keyof typeof LISTED, service: ServiceWord) => Promise<void> {
  const told = new Set<keyof typeof LISTED>();
  return async (list, service) => {
    if (told.has(list)) return;
    told.add(list);
    const { id: sweepId } = context.sweep;
    const inputs = LISTED[list];
    await tell(context, [{ kind: 'list-refused', sweepId, instance, reason: `${list}-not-listed`, service, inputs }]);
  };
}

/** Tells what changed among the CAs and remembers it. */
async function tellCas(
  context: SweepContext,
  instance: InstanceId,
  known: { readonly memory: CaMemory | undefined; readonly list: CaList; readonly looked: readonly Looked[] },
): Promise<void> {
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
