import type { InstanceId } from '../../core/instance.ts';
import { eachLimited } from '../../core/limit.ts';
import type { CaSerial } from '../../core/serial.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import { type CaMemory, type CaSighting, caStateOf, compareCas } from '../../core/sweep/ca-memory.ts';
import { countOf } from '../../core/sweep/packed-serials.ts';
import type { CompiledCa } from '../../core/sweep/watch-list.ts';
import type { CaReading } from '../../ports/mqtt-certificates.ts';
import { registeredCas } from '../registered-cas.ts';
import { readCaMemories, writeCaMemory } from './ca-memory-store.ts';
import { type SweepContext, tell } from './context.ts';
import { type CaFinding, type CaList, listInstanceCas, readWatchedCa } from './read-cas.ts';

/** A watched CA as this lap finds it. */
export interface LookedAtCa {
  readonly watched: CompiledCa;
  readonly finding: CaFinding;
  readonly listed: CaReading | undefined;
}

/** The watched CAs of an instance, and how to read them. */
export interface CasToLookAt {
  readonly watched: readonly CompiledCa[];
  /** Whether an earlier lap of this sweep has settled the CA: it is not read again. */
  readonly isSettled: (ca: CaSerial) => boolean;
  /** Hears that the role may not list, with the service's code; only in the first lap. */
  readonly onListRefused: (service: ServiceWord) => Promise<void>;
}

/**
 * Looks at the CAs of an instance. The first lap tells what changed among all of them and remembers it; a later one reads
 * only those that are still to be settled, and leaves what it finds new about them to the next sweep to tell: so every
 * sweep tells the same, in however many laps.
 *
 * @returns The CAs that were looked at, in the order of the watch list, and what is remembered of all of them.
 * @throws OutOfTimeError, ServiceSilentError and InstanceBlockedError of the patient calls.
 */
export async function lookAtCas(
  context: SweepContext,
  instance: InstanceId,
  { isSettled, onListRefused, watched }: CasToLookAt,
): Promise<{ readonly looked: readonly LookedAtCa[]; readonly memory: CaMemory }> {
  const { calls, deps, sweep } = context;
  const { before, own } = await readCaMemories(deps.store, instance, sweep.id);
  const toRead = own === undefined ? watched : watched.filter(({ ca }) => !isSettled(ca));
  if (own !== undefined && toRead.length === 0) return { looked: [], memory: own };
  const hear = own === undefined ? onListRefused : (): Promise<void> => Promise.resolve();
  const list = await listInstanceCas(deps, calls, instance, hear);
  const looked = await readAll(context, instance, toRead, list);
  return { looked, memory: own ?? (await tellCas(context, instance, { memory: before, list, looked })) };
}

async function readAll(
  { calls, deps }: SweepContext,
  instance: InstanceId,
  watched: readonly CompiledCa[],
  list: CaList,
): Promise<readonly LookedAtCa[]> {
  const findings = new Map<CaSerial, CaFinding>();
  await eachLimited(watched, deps.settings.callsAtOnce, async ({ ca }) => {
    findings.set(ca, await readWatchedCa(deps, calls, instance, ca, list.cas.get(ca)));
  });
  return watched.flatMap((one) => {
    const finding = findings.get(one.ca);
    return finding === undefined ? [] : [{ watched: one, finding, listed: list.cas.get(one.ca) }];
  });
}

/** Tells what changed among the CAs and remembers it. */
async function tellCas(
  context: SweepContext,
  instance: InstanceId,
  known: { readonly memory: CaMemory | undefined; readonly list: CaList; readonly looked: readonly LookedAtCa[] },
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
    list: known.list.answer,
  });
  await tell(
    context,
    compared.news.map((news) => ({ ...news, sweepId: sweep.id, instance })),
  );
  await writeCaMemory(deps.store, instance, sweep.id, compared.memory);
  return compared.memory;
}

function sightingOf({ finding, listed, watched }: LookedAtCa, now: SweepContext['sweep']['startedAt']): CaSighting {
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
