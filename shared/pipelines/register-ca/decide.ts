import { archivedNames, type Destination, destinationPrefix, inboxPrefix } from '../../core/bucket-layout.ts';
import { displayText } from '../../core/display-text.ts';
import { inventoryOf } from '../../core/drop-inventory.ts';
import type { CaIdentity } from '../../core/drop-outcome.ts';
import { type CodeState, type ReasonFacts, reasonJson, reasonText } from '../../core/drop-report.ts';
import type { DropSource } from '../../core/drop-source.ts';
import type { DropVerdict } from '../../core/drop-verdict.ts';
import { etagOf } from '../../core/object-version.ts';
import type { Bilingual } from '../../core/openapi-code.ts';
import { type Outcome, recordOf } from '../../core/outcome.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import { fillSentence, OUTCOME_KINDS, type OutcomeKind } from '../../core/outcome-table.ts';
import { checkedProblem, misplacedProblem, type ReportedProblem, serviceProblem } from '../../core/reported-problem.ts';
import { safeJson } from '../../core/safe-json.ts';
import { isoOf } from '../../core/time.ts';
import type { DecidedDocument, DecidedObject, Decision } from './decision.ts';
import type { RegisterDeps } from './deps.ts';
import type { OpenDrop } from './open-drop.ts';
import type { DropFile } from './read-drop.ts';
import type { RegistrationResult } from './registration.ts';

type VerdictOf<Kind extends DropVerdict['kind']> = Extract<DropVerdict, { kind: Kind }>;

/** A drop whose second half may still come: what is there and what is missing. */
export function waitingOutcome(open: OpenDrop, verdict: VerdictOf<'wait' | 'incomplete'>): Outcome {
  const { missing, problems } = verdict;
  const codes = [...new Set(problems.map(({ code }) => code))].join(', ');
  const files = open.files.map(({ content, fileName }) => `${displayText(fileName)} (${inventoryOf(content).en})`);
  // What matters most comes first: the sentence may be cut.
  const sentence = `${LACKS[missing]} missing [${codes}].${earlierDrop(open)} There is ${files.join('; ')}.`;
  return { kind: 'drop-waiting', drop: open.facts, missing, sentence };
}

const LACKS = {
  ca: 'the CA certificate is',
  verification: 'the verification certificate is',
  both: 'both certificates are',
} as const;

/** People who drop one half late look for the other, which may have been settled alone. */
function earlierDrop(open: OpenDrop): string {
  const earlier = open.held.state.drops.find((drop) => drop.done);
  if (earlier?.decidedAt === undefined) return '';
  return ` Files of this folder were settled already, last at ${isoOf(earlier.decidedAt)} as drop ${earlier.dropId}.`;
}

/** A drop with a private key, or with something that could not be looked through. */
export function decideQuarantined(deps: RegisterDeps, open: OpenDrop, verdict: VerdictOf<'quarantine'>): Decision {
  const { problems } = verdict;
  const [first] = problems;
  return refusal(deps, open, {
    destination: 'quarantine',
    outcome: {
      kind: 'drop-quarantined',
      drop: open.facts,
      reason: worstReason(problems),
      fileName: first?.file ?? '',
    },
    problems: problems.map(checkedProblem),
    code: 'unused',
    uploadAgain: false,
  });
}

/**
 * Why a drop is quarantined. The reason names the cause under which people are told, so it is one of a few words and not
 * the list of everything in the drop, which whoever drops files could make as long as they like; `reason.txt` has that.
 */
function worstReason(problems: VerdictOf<'quarantine'>['problems']): string {
  const reasons = problems.map(({ code, found }) => (code === 'private-key-present' ? `private-key-${found}` : code));
  const [worst = ''] = reasons.sort().sort((a, b) => harmOf(a) - harmOf(b));
  return worst;
}

/** A key anybody can use is worse than one under a passphrase, and that is worse than what might hold one. */
function harmOf(reason: string): number {
  if (!reason.startsWith('private-key-')) return 2;
  return reason.startsWith('private-key-encrypted') ? 1 : 0;
}

/** A file that lies where no drop can be. */
export function decideMisplaced(
  deps: RegisterDeps,
  open: OpenDrop,
  source: Extract<DropSource, { kind: 'misplaced' }>,
): Decision {
  const problem = misplacedProblem(source.reason, source.key);
  const [version] = open.listing.objects;
  return refusal(deps, open, {
    destination: 'rejected',
    outcome: {
      kind: 'drop-misplaced',
      drop: open.facts,
      etag: version?.etag ?? etagOf(''),
      reason: source.reason,
      sentence: problem.what.en,
    },
    problems: [problem],
    code: 'unused',
    uploadAgain: false,
  });
}

/** A drop that local checks refuse: the service was not asked and the registration code is still good. */
export function decideRejected(
  deps: RegisterDeps,
  open: OpenDrop,
  verdict: VerdictOf<'reject'> | VerdictOf<'wait' | 'incomplete'>,
): Decision {
  const problems = verdict.problems.map(checkedProblem);
  const ca = verdict.kind === 'reject' ? identityOf(verdict.ca.facts) : undefined;
  return refusal(deps, open, {
    destination: 'rejected',
    outcome: rejectedOutcome(open, problems, ca, undefined),
    problems,
    code: 'unused',
    uploadAgain: true,
  });
}

/** A pair that the service refused for good. */
export function decideRefused(
  deps: RegisterDeps,
  open: OpenDrop,
  verdict: VerdictOf<'register'>,
  result: Extract<RegistrationResult, { kind: 'rejected' | 'serial-taken' }>,
): Decision {
  const ca: CaIdentity = { serial: verdict.serial, fingerprint: verdict.ca.fingerprint };
  const problems = [serviceProblem(result.service.code), ...verdict.problems.map(checkedProblem)];
  const outcome: Outcome =
    result.kind === 'serial-taken'
      ? { kind: 'serial-taken', drop: open.facts, ca, service: result.service }
      : rejectedOutcome(open, problems, ca, result.service);
  return refusal(deps, open, {
    destination: 'rejected',
    outcome,
    problems,
    code: result.code,
    uploadAgain: true,
  });
}

/** A pair that is registered now, or was before. */
export function decideRegistered(
  deps: RegisterDeps,
  open: OpenDrop,
  verdict: VerdictOf<'register'>,
  result: Extract<RegistrationResult, { kind: 'registered' | 'already-registered' }>,
): Decision {
  const ca: CaIdentity = { serial: verdict.serial, fingerprint: verdict.ca.fingerprint };
  const { reading, service } = result;
  const state = {
    status: typeof reading.status === 'string' ? reading.status : displayText(reading.status.unknown),
    validFrom: reading.validFrom === undefined ? undefined : isoOf(reading.validFrom),
    validUntil: reading.validUntil === undefined ? undefined : isoOf(reading.validUntil),
  };
  const warnings = verdict.problems.map((warning) => warning.code);
  const about = { drop: open.facts, ca, service };
  const outcome: Outcome =
    result.kind === 'registered'
      ? {
          kind: 'ca-registered',
          ...about,
          state: `${state.status}, valid until ${state.validUntil ?? 'unknown'}`,
          warnings,
        }
      : { kind: 'ca-already-registered', ...about };
  const record = recordOf(outcome, deps.clock.now(), deps.run);
  const receipt = {
    schema: 1,
    outcome: record.kind,
    eventId: record.event_id,
    at: record.at,
    instance: record.instance,
    caName: open.held.source.kind === 'folder' ? open.held.source.caName : undefined,
    dropId: open.listing.dropId,
    caSerial: { asReceived: reading.serialAsReceived, canonical: verdict.serial },
    sha256: { ca: verdict.ca.fingerprint, verification: verdict.verification.fingerprint },
    ...state,
    requestId: service.requestId,
    warnings: verdict.problems.map(checkedProblem),
    files: filings(open).map(({ object }) => object),
    claimedActor: record.actor,
    claimedSourceAddress: record.source_ip,
  };
  const document = { name: 'receipt.json', contentType: 'application/json', text: `${safeJson(receipt, 2)}\n` };
  return decisionOf(open, 'registered', record, [document]);
}

function identityOf(facts: VerdictOf<'reject'>['ca']['facts']): CaIdentity | undefined {
  return facts.serial.kind === 'serial' ? { serial: facts.serial.value, fingerprint: facts.fingerprint } : undefined;
}

function rejectedOutcome(
  open: OpenDrop,
  problems: readonly ReportedProblem[],
  ca: CaIdentity | undefined,
  service: { readonly code: string; readonly requestId: string } | undefined,
): Outcome {
  const blocking = problems.filter((problem) => problem.blocks);
  return {
    kind: 'pair-rejected',
    drop: open.facts,
    // Once each: five damaged files are one kind of problem.
    reasons: [...new Set(blocking.map((problem) => problem.code))],
    sentence: [...new Set(blocking.map((problem) => problem.what.en))].join(' '),
    fix: blocking[0]?.fix.en ?? OUTCOME_KINDS['pair-rejected'].fixEn,
    ...(ca === undefined ? {} : { ca }),
    ...(service === undefined ? {} : { service }),
  };
}

interface Refusal {
  readonly destination: Destination;
  readonly outcome: Outcome;
  readonly problems: readonly ReportedProblem[];
  readonly code: CodeState;
  readonly uploadAgain: boolean;
}

/** Everything that is not a registration: the files go away, with a reason in two languages. */
function refusal(deps: RegisterDeps, open: OpenDrop, refused: Refusal): Decision {
  const { source } = open.held;
  const record = recordOf(refused.outcome, deps.clock.now(), deps.run);
  const facts: ReasonFacts = {
    kind: record.kind,
    title: titleOf(record),
    at: record.at,
    instance: record.instance,
    caName: source.kind === 'folder' ? displayText(source.caName) : undefined,
    dropId: open.listing.dropId,
    problems: refused.problems,
    code: refused.code,
    files: filings(open).map(({ content, object }) => ({
      ...object,
      shown: displayText(object.key, 200),
      holds: inventoryOf(content),
    })),
    folder: destinationPrefix(refused.destination, source, open.listing.dropId),
    nextFolder: refused.uploadAgain ? inboxPrefix(source) : undefined,
  };
  return decisionOf(open, refused.destination, record, [
    { name: 'reason.txt', contentType: 'text/plain; charset=utf-8', text: reasonText(facts) },
    { name: 'reason.json', contentType: 'application/json', text: reasonJson(facts) },
  ]);
}

function titleOf(record: OutcomeRecord): Bilingual {
  const facts = OUTCOME_KINDS[record.kind as OutcomeKind];
  return { zh: fillSentence(facts.zh, record), en: record.detail ?? '' };
}

/** Every file with the name it gets at the destination. */
function filings(open: OpenDrop): readonly { readonly content: DropFile['content']; readonly object: DecidedObject }[] {
  const names = archivedNames(open.files.map(({ fileName }) => fileName));
  return open.files.map(({ content, version: { etag, key } }, index) => {
    const sha256 = 'tooLargeBytes' in content ? {} : { sha256: content.sha256 };
    return { content, object: { key, etag, archivedName: names[index] ?? '', ...sha256 } };
  });
}

function decisionOf(
  open: OpenDrop,
  destination: Destination,
  outcome: OutcomeRecord,
  documents: readonly DecidedDocument[],
): Decision {
  const objects = filings(open).map(({ object }) => object);
  return { dropId: open.listing.dropId, destination, objects, documents, outcome };
}
