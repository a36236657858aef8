import type { CertificateFacts } from '../../core/certificate-facts.ts';
import type { CodeState } from '../../core/drop-report.ts';
import type { InstanceId } from '../../core/instance.ts';
import { isThrottled, remedyOf } from '../../core/openapi-code.ts';
import { type CaSerial, serviceSpellings } from '../../core/serial.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import type { CallAnswer, CaReading } from '../../ports/mqtt-certificates.ts';
import { isWorthRepeating, pauseBeforeRetry, wordOf } from '../call-patience.ts';
import type { RegisterDeps } from './deps.ts';

/** A checked pair, ready to be registered. */
export interface RegistrationRequest {
  readonly instance: InstanceId;
  readonly caName: string;
  readonly ca: CertificateFacts;
  readonly serial: CaSerial;
  readonly verification: CertificateFacts;
  /** An earlier run of this very drop tried already: what is found at the service is our doing. */
  readonly attempted: boolean;
  /** The service said yes to it then: it is looked for, and never sent again. */
  readonly accepted: boolean;
}

/** What became of a registration. */
export type RegistrationResult =
  | { readonly kind: 'registered' | 'already-registered'; readonly reading: CaReading; readonly service: ServiceWord }
  /** Accepted, but reading it back was not possible. */
  | { readonly kind: 'unconfirmed'; readonly service: ServiceWord }
  /** This pair can never be registered. `code` says what became of its registration code. */
  | { readonly kind: 'rejected' | 'serial-taken'; readonly service: ServiceWord; readonly code: CodeState }
  /** The files are fine; account, quota, permission or instance are not. */
  | { readonly kind: 'blocked'; readonly service: ServiceWord }
  | { readonly kind: 'postponed'; readonly service: ServiceWord }
  /** Someone else took over this folder before the call: nothing was sent. */
  | { readonly kind: 'lease-lost' };

/** What goes before and after the one call that can not be undone. */
export interface RegistrationGuard {
  /** Writes down that this drop is about to be registered (create-only), once. */
  readonly noteAttempt: () => Promise<void>;
  /** Writes down that the service accepted it (create-only), before anything else is asked. */
  readonly noteAccepted: () => Promise<void>;
  /** Asked right before each call: another run may have taken over while this one waited. */
  readonly isLeaseOurs: () => Promise<boolean>;
}

type LookUp =
  | { readonly kind: 'same' | 'other'; readonly reading: CaReading; readonly requestId: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly service: ServiceWord; readonly blocked: boolean };

const MAX_ATTEMPTS = 6;

/**
 * Registers a pair exactly once: looks the CA up first, notes the attempt, calls RegisterCaCertificate, notes
 * that it was accepted, and reads back.
 *
 * A refusal is judged by its code alone. After an answer that may hide a success (lost, or "already used") the service
 * is asked what it has before anything is sent again: the registration code is good for a single use.
 */
export async function registerPair(
  deps: RegisterDeps,
  request: RegistrationRequest,
  guard: RegistrationGuard,
): Promise<RegistrationResult> {
  // One spelling is enough before a first try: should the service spell it otherwise, it answers SnNotUnique below.
  const before = await lookUp(deps, request, request.attempted ? 'every-spelling' : 'first-spelling');
  if (before.kind === 'failed') return { kind: before.blocked ? 'blocked' : 'postponed', service: before.service };
  if (before.kind === 'same') return foundSame(request.attempted, before);
  if (before.kind === 'other') {
    // What the service would answer; it is not asked, because asking may cost the code.
    const service = word('SnNotUnique', before.requestId);
    return { kind: 'serial-taken', service, code: request.attempted ? 'unknown' : 'unused' };
  }
  // A service that has not caught up with itself would answer RegisterCodeUsed, and a good pair would be rejected.
  if (request.accepted) return { kind: 'unconfirmed', service: word('', '') };
  if (!request.attempted) await guard.noteAttempt();
  return callRegister(deps, request, guard);
}

async function callRegister(
  deps: RegisterDeps,
  request: RegistrationRequest,
  guard: RegistrationGuard,
): Promise<RegistrationResult> {
  for (let attempt = 1; ; attempt += 1) {
    if (!(await guard.isLeaseOurs())) return { kind: 'lease-lost' };
    const answer = await deps.mqtt.registerCa({
      instance: request.instance,
      caName: request.caName,
      caPem: request.ca.pem,
      verificationPem: request.verification.pem,
    });
    if (answer.kind === 'answered') {
      await guard.noteAccepted();
      return readBack(deps, request, answer);
    }
    const settled = await settleRefusal(deps, request, answer);
    if (settled !== 'try-again') return settled;
    if (!(await canRetry(deps, attempt))) return { kind: 'postponed', service: wordOf(answer) };
  }
}

async function settleRefusal(
  deps: RegisterDeps,
  request: RegistrationRequest,
  answer: Exclude<CallAnswer<string>, { kind: 'answered' }>,
): Promise<RegistrationResult | 'try-again'> {
  const service = wordOf(answer);
  const remedy = remedyOf(service.code);
  if (answer.kind === 'refused') {
    if (remedy === 'fix-input') return { kind: 'rejected', service, code: 'unknown' };
    if (remedy === 'fix-configuration' || remedy === 'not-found') return { kind: 'blocked', service };
    // A code nobody knows: a write is not repeated on the spot, and the files may be fine.
    if (remedy === 'unknown') return { kind: 'blocked', service };
    if (remedy === 'refresh-credentials') return { kind: 'postponed', service };
    if (isThrottled(service.code)) return 'try-again'; // turned away at the door: nothing can have happened
  }
  const found = await lookUp(deps, request, 'every-spelling');
  if (found.kind === 'same') return foundSame(true, found);
  const code = service.code === 'RegisterCodeUsed' ? 'used' : 'unknown';
  if (found.kind === 'other') return { kind: 'serial-taken', service, code };
  if (found.kind === 'failed') return { kind: 'postponed', service: found.service };
  if (remedy !== 'look-up') return 'try-again'; // not there: it did not happen, and the code was not used
  return { kind: service.code === 'SnNotUnique' ? 'serial-taken' : 'rejected', service, code };
}

function foundSame(ours: boolean, found: Extract<LookUp, { kind: 'same' | 'other' }>): RegistrationResult {
  return {
    kind: ours ? 'registered' : 'already-registered',
    reading: found.reading,
    service: word('', found.requestId),
  };
}

async function readBack(
  deps: RegisterDeps,
  request: RegistrationRequest,
  answer: Extract<CallAnswer<string>, { kind: 'answered' }>,
): Promise<RegistrationResult> {
  const found = await lookUp(deps, request, 'every-spelling', answer.value);
  const service = word('', answer.requestId);
  if (found.kind === 'same') return { kind: 'registered', reading: found.reading, service };
  // Accepted and not (or not equally) readable: claimed only once it was read back.
  return { kind: 'unconfirmed', service: found.kind === 'failed' ? { ...service, code: found.service.code } : service };
}

/** Asks the service what it has under this serial; reads are repeated while that can help. */
async function lookUp(
  deps: RegisterDeps,
  request: RegistrationRequest,
  thoroughness: 'first-spelling' | 'every-spelling',
  knownSpelling?: string,
): Promise<LookUp> {
  const own = serviceSpellings(request.serial);
  const spellings = knownSpelling === undefined ? own : [...new Set([knownSpelling, ...own])];
  for (const spelling of thoroughness === 'first-spelling' ? spellings.slice(0, 1) : spellings) {
    const answer = await readPatiently(deps, request.instance, spelling);
    if (answer.kind === 'answered') return compared(request, answer.value, answer.requestId);
    const service = wordOf(answer);
    const remedy = remedyOf(service.code);
    if (answer.kind === 'no-answer') return { kind: 'failed', service, blocked: false };
    if (remedy !== 'not-found')
      return { kind: 'failed', service, blocked: remedy === 'fix-configuration' || remedy === 'fix-input' };
  }
  return { kind: 'missing' };
}

function compared(request: RegistrationRequest, reading: CaReading, requestId: string): LookUp {
  // A CA whose certificate can not be read is neither ours nor someone else's: nothing is claimed about it.
  if (reading.fingerprint === undefined) {
    return { kind: 'failed', service: word('UnreadableAnswer', requestId), blocked: false };
  }
  return { kind: reading.fingerprint === request.ca.fingerprint ? 'same' : 'other', reading, requestId };
}

async function readPatiently(
  deps: RegisterDeps,
  instance: InstanceId,
  spelling: string,
): Promise<CallAnswer<CaReading>> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await deps.mqtt.getCa(instance, spelling);
    if (answer.kind === 'answered') return answer;
    if (!isWorthRepeating(answer, attempt) || !(await canRetry(deps, attempt))) return answer;
  }
}

/** Waits before the next attempt, if there is one; what has no time for it is left to the next run. */
async function canRetry({ clock, deadline, retryUntil = deadline }: RegisterDeps, attempt: number): Promise<boolean> {
  return attempt < MAX_ATTEMPTS && (await pauseBeforeRetry(clock, attempt, retryUntil));
}

function word(code: string, requestId: string): ServiceWord {
  return { code, requestId };
}
