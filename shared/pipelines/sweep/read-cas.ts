import type { InstanceId } from '../../core/instance.ts';
import { type CaSerial, serviceSpellings } from '../../core/serial.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import { type ListAnswer, NO_LIST_ANSWER } from '../../core/sweep/ca-findings.ts';
import type { CaReading } from '../../ports/mqtt-certificates.ts';
import type { SweepDeps } from './deps.ts';
import { answeredAfter } from './list-answer.ts';
import { InstanceBlockedError, type PatientCalls } from './patient-calls.ts';

/** What is known of one CA in this sweep. */
export type CaFinding =
  | { readonly kind: 'read'; readonly reading: CaReading }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly code: string; readonly requestId: string };

/** The CAs of an instance, as far as they could be listed. */
export interface CaList {
  readonly cas: ReadonlyMap<CaSerial, CaReading>;
  /** Read to its end, every element of it: what is not in it is not there. */
  readonly isWhole: boolean;
  readonly answer: ListAnswer;
}

/** Far beyond any quota; a list that goes on longer is a list that repeats itself. */
const MAX_PAGES = 100;

/**
 * Lists the CAs of an instance: page after page until one adds nothing new, since `Total` means different things on
 * different pages of the documents and pages may shift while being read.
 */
export async function listInstanceCas(
  deps: SweepDeps,
  calls: PatientCalls,
  instance: InstanceId,
  onListRefused: (service: ServiceWord) => Promise<void>,
): Promise<CaList> {
  try {
    return await listToTheEnd(deps, calls, instance);
  } catch (error) {
    // A role that may Get and not List: the watched CAs are asked for one by one.
    if (!(error instanceof InstanceBlockedError) || error.why === 'failing') throw error;
    await onListRefused(error.service);
    return { cas: new Map(), isWhole: false, answer: { kind: 'refused', code: error.service.code } };
  }
}

async function listToTheEnd(deps: SweepDeps, calls: PatientCalls, instance: InstanceId): Promise<CaList> {
  const cas = new Map<CaSerial, CaReading>();
  let isWhole = true;
  let answered = NO_LIST_ANSWER;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await calls.read(() => deps.mqtt.listCas(instance, page));
    if (answer.kind === 'failed') return { cas, isWhole: false, answer: answered };
    answered = answeredAfter(answered);
    if (answer.kind === 'not-found') return { cas, isWhole, answer: answered };
    isWhole &&= answer.value.unreadable === 0;
    const before = cas.size;
    for (const ca of answer.value.cas) cas.set(ca.serial, ca);
    if (cas.size === before) return { cas, isWhole, answer: answered };
  }
  return { cas, isWhole: false, answer: answered };
}

/** Reads one watched CA by itself; a CA is missing only when the service knows it under no spelling. */
export async function readWatchedCa(
  deps: SweepDeps,
  calls: PatientCalls,
  instance: InstanceId,
  ca: CaSerial,
  listed: Pick<CaReading, 'serialAsReceived'> | undefined,
): Promise<CaFinding> {
  const spellings = listed === undefined ? serviceSpellings(ca) : [listed.serialAsReceived];
  for (const spelling of spellings) {
    const answer = await calls.read(() => deps.mqtt.getCa(instance, spelling));
    if (answer.kind === 'failed') return { kind: 'unreadable', ...answer.service };
    if (answer.kind !== 'answered') continue;
    const { requestId, value: reading } = answer;
    return reading.serial === ca ? { kind: 'read', reading } : { kind: 'unreadable', code: 'OtherSerial', requestId };
  }
  return { kind: 'missing' };
}
