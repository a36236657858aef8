import type { InstanceId } from '../../core/instance.ts';
import type { CaSerial } from '../../core/serial.ts';
import { type CaMemory, type CaSighting, caStateOf, compareCas, isDailySweep } from '../../core/sweep/ca-memory.ts';
import { countInputs, sumCounts } from '../../core/sweep/counts.ts';
import { countOf } from '../../core/sweep/packed-serials.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { CompiledCa, CompiledWatchList } from '../../core/sweep/watch-list.ts';
import { registeredCas } from '../registered-cas.ts';
import { type CaDone, readCaDone, writeCaDone } from './ca-done.ts';
import { readCaMemory, writeCaMemory } from './ca-memory-store.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { compileWatchLists } from './compile-watch.ts';
import { type SweepContext, type SweptCa, tell, tellAt } from './context.ts';
import { InstanceBlockedError, OutOfTimeError } from './patient-calls.ts';
import { type CaFinding, listInstanceCas, readWatchedCa } from './read-cas.ts';
import { newProgress, type ReadProgress } from './read-progress.ts';
import { settleCa } from './settle-ca.ts';

/**
 * Sweeps every instance, one CA after the other; one instance's trouble never stops the next.
 *
 * @returns The summary of the whole sweep, all laps together.
 * @throws OutOfTimeError, ServiceSilentError, LeaseLostError, ServiceFailure.
 */
export async function sweepInstances(context: SweepContext): Promise<SweepOutcome> {
  const { deps } = context;
  const { instances } = deps.settings;
  const compiled = await compileWatchLists(deps, { instances, cache: deps.watchCache });
  await tellAt(deps, context.sweep.startedAt, compiled.outcomes);
  await compiled.settle();
  const done: CaDone[] = [];
  for (const instance of instances) {
    const list = compiled.lists.find((candidate) => candidate.instance === instance);
    done.push(...(await sweepInstance(context, instance, list)));
  }
  const reactivated = done.reduce((sum, ca) => sum + ca.reactivated, 0);
  const counts = sumCounts(done.map((ca) => ca.devices));
  return {
    kind: 'sweep-summary',
    sweepId: context.sweep.id,
    inputs: { ...countInputs(counts), reactivated, cas: done.length, laps: context.sweep.lap },
  };
}

async function sweepInstance(
  context: SweepContext,
  instance: InstanceId,
  list: CompiledWatchList | undefined,
): Promise<readonly CaDone[]> {
  try {
    return await sweepReadable(context, instance, list?.cas ?? []);
  } catch (error) {
    if (!(error instanceof InstanceBlockedError)) throw error;
    const { service } = error;
    await tell(context, [{ kind: 'instance-blocked', sweepId: context.sweep.id, instance, service }]);
    return [];
  }
}

interface Looked {
  readonly watched: CompiledCa;
  readonly finding: CaFinding;
  readonly listed: boolean;
}

async function sweepReadable(
  context: SweepContext,
  instance: InstanceId,
  watched: readonly CompiledCa[],
): Promise<readonly CaDone[]> {
  const { calls, deps, sweep } = context;
  const memory = await readCaMemory(deps.store, instance, sweep.id);
  const listed = await listInstanceCas(deps, calls, instance);
  const looked: Looked[] = [];
  for (const one of watched) {
    const reading = listed?.get(one.ca);
    const finding = await readWatchedCa(deps, calls, instance, one.ca, reading);
    looked.push({ watched: one, finding, listed: reading !== undefined });
  }
  if (listed !== undefined) await tellCas(context, instance, memory, listed.values(), looked);
  const isDaily = isDailySweep(memory, sweep.startedAt);
  const done: CaDone[] = [];
  for (const one of looked) done.push(await settleWatched(context, instance, one, isDaily));
  return done;
}

/** Tells what changed among the CAs and remembers it; without a whole list nothing is compared. */
async function tellCas(
  context: SweepContext,
  instance: InstanceId,
  memory: CaMemory | undefined,
  listed: Iterable<{ readonly serial: CaSerial } & Parameters<typeof caStateOf>[0] & { readonly name: string }>,
  looked: readonly Looked[],
): Promise<void> {
  const { deps, sweep } = context;
  const now = sweep.startedAt;
  const sightings = new Map<CaSerial, CaSighting>();
  for (const ca of listed) {
    const { name, serial, validUntil } = ca;
    const state = caStateOf(ca, now);
    sightings.set(serial, { ca: serial, state, name, validUntil, code: '', watched: 0, isListed: true });
  }
  for (const one of looked) sightings.set(one.watched.ca, sightingOf(one, now));
  const ours = await registeredCas(deps.store, instance);
  const compared = compareCas(memory, [...sightings.values()], { now, registeredByUs: (ca) => ours.has(ca) });
  await tell(
    context,
    compared.news.map((news) => ({ ...news, sweepId: sweep.id, instance })),
  );
  await writeCaMemory(deps.store, instance, sweep.id, compared.memory);
}

function sightingOf({ finding, listed, watched }: Looked, now: SweepContext['sweep']['startedAt']): CaSighting {
  const about = { ca: watched.ca, watched: countOf(watched.devices), isListed: listed };
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

async function settleWatched(
  context: SweepContext,
  instance: InstanceId,
  one: Looked,
  isDaily: boolean,
): Promise<CaDone> {
  const { deps, sweep, window } = context;
  const { watched } = one;
  const known = await readCaDone(deps.store, sweep.id, { instance, ca: watched.ca });
  if (known !== undefined) return known;
  const swept = sweptOf(context, instance, one);
  const checkpoint = await readCheckpoint(deps.store, sweep.id, swept, countOf(watched.devices));
  const reading: { progress?: ReadProgress } = {};
  try {
    const done = await settleCa(context, {
      swept,
      devices: watched.devices,
      reactivate: watched.reactivate,
      isDaily,
      ...window.ofSweep(sweep.id, instance, watched.ca),
      progressOf: ({ memory }) => {
        reading.progress = checkpoint ?? newProgress(memory);
        return reading.progress;
      },
    });
    await writeCaDone(deps.store, sweep.id, swept, done);
    return done;
  } catch (error) {
    if (error instanceof OutOfTimeError && reading.progress !== undefined) {
      const at = { epoch: sweep.lease.epoch, sequence: 1 };
      await writeCheckpoint(deps.store, sweep.id, at, swept, reading.progress);
    }
    throw error;
  }
}

function sweptOf({ sweep }: SweepContext, instance: InstanceId, { finding, watched }: Looked): SweptCa {
  const { ca } = watched;
  if (finding.kind !== 'read') return { instance, ca, caSpelling: ca, caState: finding.kind };
  const caState = caStateOf(finding.reading, sweep.startedAt);
  return { instance, ca, caSpelling: finding.reading.serialAsReceived, caState };
}
