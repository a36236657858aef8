import { blockedKey, dropStateKey, PAUSED_KEY } from '../../core/bucket-layout.ts';
import type { DropFacts } from '../../core/drop-outcome.ts';
import { isResting, progressOf } from '../../core/drop-state.ts';
import { type DropVerdict, judgeDrop } from '../../core/drop-verdict.ts';
import type { Outcome } from '../../core/outcome.ts';
import { safeJson } from '../../core/safe-json.ts';
import { isoOf } from '../../core/time.ts';
import { type BytesInHand, carryOut } from './carry-out.ts';
import {
  decideMisplaced,
  decideQuarantined,
  decideRefused,
  decideRegistered,
  decideRejected,
  waitingOutcome,
} from './decide.ts';
import { type Decision, decisionBytes, readStandingDecision } from './decision.ts';
import type { RegisterDeps } from './deps.ts';
import type { HeldSource, OpenDrop } from './open-drop.ts';
import { type DropListing, MAX_FILES, readDrop } from './read-drop.ts';
import { type RegistrationResult, registerPair } from './registration.ts';
import { tellOnce } from './tell-once.ts';

/** A drop that has to be tried again soon; thrown so that the platform brings the event once more. */
export class RegistrationPostponedError extends Error {
  override readonly name = 'RegistrationPostponedError';
}

/** Reads one listed drop, judges it, and does what the verdict says. */
export async function settleDrop(deps: RegisterDeps, held: HeldSource, listing: DropListing): Promise<void> {
  const { claims, source } = held;
  const facts: DropFacts = { source, dropId: listing.dropId, ...(claims === undefined ? {} : { claims }) };
  if (listing.objects.length > MAX_FILES) {
    const outcome: Outcome = { kind: 'drop-too-many', drop: facts, day: dayOf(listing), limit: MAX_FILES };
    return tellOnce(deps, source, outcome, held.state.told);
  }
  const files = await readDrop(deps, source, listing);
  if (files === undefined) return; // replaced while it was read: the caller lists again and finds another drop
  const open: OpenDrop = { held, listing, facts, files };
  const verdict = judgeDrop(files, {
    now: listing.serverNow,
    newest: listing.newest,
    pairDeadline: deps.settings.pairDeadline,
    handedOutCodeHashes: held.state.codeHashes,
  });
  if (source.kind === 'misplaced' && verdict.kind !== 'quarantine') {
    return settle(deps, open, decideMisplaced(deps, open, source));
  }
  return actOn(deps, open, verdict);
}

async function actOn(deps: RegisterDeps, open: OpenDrop, verdict: DropVerdict): Promise<void> {
  switch (verdict.kind) {
    case 'quarantine':
      return settle(deps, open, decideQuarantined(deps, open, verdict));
    case 'wait':
      return tellOnce(deps, open.held.source, waitingOutcome(open, verdict), open.held.state.told);
    case 'incomplete':
    case 'reject':
      return settle(deps, open, decideRejected(deps, open, verdict));
    case 'register':
      return register(deps, open, verdict);
  }
}

type RegisterVerdict = Extract<DropVerdict, { kind: 'register' }>;

async function register(deps: RegisterDeps, open: OpenDrop, verdict: RegisterVerdict): Promise<void> {
  const { source, state, lease } = open.held;
  if (source.kind !== 'folder') return;
  const progress = progressOf(state, open.listing.dropId);
  if (isResting(progress, open.listing.serverNow)) return;
  const why = await whyPaused(deps);
  if (why !== undefined) return tellOnce(deps, source, { kind: 'drop-paused', drop: open.facts, why }, state.told);
  const result = await registerPair(
    deps,
    {
      instance: source.instance,
      caName: source.caName,
      ca: verdict.ca,
      serial: verdict.serial,
      verification: verdict.verification,
      attempted: progress.attempted,
      accepted: progress.accepted,
    },
    {
      isLeaseOurs: () => lease.isStillOurs(),
      noteAttempt: () => note(deps, open, 'attempt'),
      noteAccepted: () => note(deps, open, 'accepted'),
    },
  );
  await concludeRegistration(deps, open, verdict, result);
}

async function note(deps: RegisterDeps, open: OpenDrop, what: 'attempt' | 'accepted'): Promise<void> {
  const key = dropStateKey(open.held.source, open.listing.dropId, what);
  const bytes = Buffer.from(safeJson({ schema: 1, runId: deps.runId }));
  await deps.store.create({ key, bytes, contentType: 'application/json' });
}

async function concludeRegistration(
  deps: RegisterDeps,
  open: OpenDrop,
  verdict: RegisterVerdict,
  result: RegistrationResult,
): Promise<void> {
  if (result.kind === 'lease-lost') return;
  const { source, state } = open.held;
  const day = dayOf(open.listing);
  const about = {
    drop: open.facts,
    ca: { serial: verdict.serial, fingerprint: verdict.ca.fingerprint },
    service: result.service,
  };
  switch (result.kind) {
    case 'registered':
    case 'already-registered':
      return settle(deps, open, decideRegistered(deps, open, verdict, result));
    case 'rejected':
    case 'serial-taken':
      return settle(deps, open, decideRefused(deps, open, verdict, result));
    case 'unconfirmed':
      return tellOnce(deps, source, { kind: 'registration-unconfirmed', ...about }, state.told);
    case 'blocked':
      await tellOnce(deps, source, { kind: 'registration-blocked', ...about, day }, state.told);
      return noteBlocked(deps, open);
    case 'postponed':
      await tellOnce(deps, source, { kind: 'registration-postponed', ...about, day }, state.told);
      throw new RegistrationPostponedError(`the service answered ${result.service.code}; the drop stays in the inbox`);
  }
}

/** What lasts is told once a day. */
function dayOf({ serverNow }: DropListing): string {
  return isoOf(serverNow).slice(0, 10);
}

/** `control/paused` stops every write to the service. When that can not be told this throws, and nothing is written. */
async function whyPaused(deps: RegisterDeps): Promise<'control-paused' | 'observe-only' | undefined> {
  if (deps.settings.observeOnly) return 'observe-only';
  return (await deps.store.head(PAUSED_KEY)) === undefined ? undefined : 'control-paused';
}

async function noteBlocked(deps: RegisterDeps, open: OpenDrop): Promise<void> {
  const { source, state } = open.held;
  const count = (progressOf(state, open.listing.dropId).blocked?.count ?? 0) + 1;
  await deps.store.put({
    key: blockedKey(source, open.listing.dropId, count),
    bytes: Buffer.from('{"schema":1}'),
    contentType: 'application/json',
  });
}

/** Writes the decision down and carries it out. If a twin decided first, its decision is the one that holds. */
async function settle(deps: RegisterDeps, open: OpenDrop, decision: Decision): Promise<void> {
  const { source } = open.held;
  const { dropId } = decision;
  const key = dropStateKey(source, dropId, 'decision');
  const bytes = decisionBytes(decision);
  const created = await deps.store.create({ key, bytes, contentType: 'application/json' });
  const standing = created === 'created' ? decision : await readStandingDecision(deps.store, source, dropId);
  await carryOut(deps, open.held, standing, bytesInHand(open));
}

function bytesInHand(open: OpenDrop): BytesInHand {
  const inHand = new Map<string, Buffer>();
  for (const { bytes, content } of open.files) {
    if (bytes !== undefined && !('tooLargeBytes' in content)) inHand.set(content.sha256, bytes);
  }
  return inHand;
}
