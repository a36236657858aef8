import { ALERTS, parseAlertKey } from '../../core/alert-key.ts';
import {
  type AlertGroup,
  type AlertTally,
  type ListedAlert,
  type Tally,
  tallyOf,
} from '../../core/notify/alert-groups.ts';
import type { ConditionEffect, Effects } from '../../core/notify/condition-memory.ts';
import type { EndProof } from '../../core/notify/end-proof.ts';
import { isTestKind, type PlannedMessage } from '../../core/notify/message-plan.ts';
import { messageFolder } from '../../core/notify/notify-layout.ts';
import type { Problem } from '../../core/notify/problem.ts';
import { type ObjectKey, objectKey } from '../../core/object-version.ts';
import { causeIdOf } from '../../core/outcome.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import { seconds } from '../../core/time.ts';
import { alertPages, readPage } from './alert-pages.ts';
import { alertJudge } from './judge.ts';
import { KEYS_IN_PART, type MessageRecord, writeKeys, writeRecord } from './message-record.ts';
import { readAlert } from './read-alert.ts';
import { proofsIn, readForProofs } from './read-proofs.ts';
import { rememberedProblems, type Survey } from './survey.ts';
import { hasTime, type Teller } from './teller.ts';

/** A message that is written down and can be sent. */
export interface OpenMessage {
  readonly folder: string;
  readonly record: MessageRecord;
}

/** A digest names so many problems. */
const NAMED_IN_DIGEST = 10;
/** With less time than this left, no more alerts are taken into a message: what it has is sent, the others wait. */
const TIME_TO_SEND = seconds(18);

/**
 * Makes a planned message: writes down the keys of all alerts it covers, reads a few of them, and then writes down the
 * message itself, which makes it real. The alerts are listed again, so those that came meanwhile are in it as well.
 *
 * @returns `undefined` when nothing is left to tell.
 */
export async function collect(teller: Teller, planned: PlannedMessage, from: Survey): Promise<OpenMessage | undefined> {
  const { deps } = teller;
  const id = teller.nextId();
  const createdAt = deps.clock.now();
  const folder = messageFolder(createdAt, id);
  const isSingle = planned.kind === 'single';
  const groups = isSingle ? 1 : NAMED_IN_DIGEST;
  const tally = tallyOf({ memory: teller.memory.get(), now: createdAt, groups, isDue: () => true });
  const { alerts, parts } = await gather(teller, { planned, from, folder, tally });
  const told = withRemembered(teller, planned, tally);
  if (told.problems === 0) return undefined;
  const { effects, problems } = await withSamples(teller, told, isSingle);
  const form = isSingle || told.problems === 1 ? 'single' : 'digest';
  const record: MessageRecord = {
    ...{
      id,
      createdAt,
      severity: planned.severity,
      form,
      problems,
      rest: told.rest,
      parts,
      alerts,
      effects,
      muted: [],
    },
  };
  await writeRecord(deps.store, folder, record);
  return { folder, record };
}

interface Gathering {
  readonly planned: PlannedMessage;
  readonly from: Survey;
  readonly folder: string;
  readonly tally: AlertTally;
}

/** Adds up the alerts of a message and writes their keys down, while the next page is on its way. */
async function gather(
  teller: Teller,
  { folder, from, planned, tally }: Gathering,
): Promise<{ readonly parts: number; readonly alerts: number }> {
  if (planned.kind === 'single' && planned.source === 'memory') return { parts: 0, alerts: 0 };
  const { store } = teller.deps;
  const judge = alertJudge(teller);
  const sums = { parts: 0, alerts: 0 };
  let keys: ObjectKey[] = [];
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    if (keys.length === 0) return;
    writing = writeKeys(store, folder, sums.parts, keys);
    // Awaited before the next one; a failure in between must not go unheard.
    writing.catch(() => undefined);
    sums.parts += 1;
    keys = [];
  };
  for await (const page of alertPages(store, prefixOf(planned), from.onlyPage)) {
    for (const alert of readPage(page).alerts) {
      if (!belongsTo(planned, alert) || (await judge(alert)).kind !== 'tell') continue;
      tally.add(alert);
      keys.push(alert.key);
      sums.alerts += 1;
      if (keys.length >= KEYS_IN_PART) await flush();
    }
    if (!hasTime(teller, TIME_TO_SEND)) break;
  }
  await flush();
  await writing;
  return sums;
}

function prefixOf(planned: PlannedMessage): string {
  const severity = `${ALERTS}${planned.severity}/`;
  return planned.kind === 'single' ? `${severity}${planned.causeId}/` : severity;
}

function belongsTo(planned: PlannedMessage, { name }: ListedAlert): boolean {
  return planned.kind === 'digest' ? !isTestKind(name.kind) : (planned.phase === 'ended') === name.isEnd;
}

function withRemembered(teller: Teller, planned: PlannedMessage, tally: AlertTally): Tally {
  const remembered = rememberedProblems(teller, planned.severity);
  const isWanted = (causeId: string): boolean =>
    planned.kind === 'digest' || (planned.source === 'memory' && planned.causeId === causeId);
  for (const known of remembered) if (isWanted(known.causeId)) tally.addRemembered(known);
  return tally.finish();
}

/** Reads a few records of each problem that is named, and of the others what must be known of them. */
async function withSamples(
  teller: Teller,
  { effects, top, toRead }: Tally,
  isSingle: boolean,
): Promise<{ readonly problems: readonly Problem[]; readonly effects: Effects }> {
  const problems: Problem[] = [];
  const proofs: EndProof[] = [];
  const found = new Map<string, OutcomeRecord>();
  for (const group of top) {
    const read = await readSamples(teller, isSingle ? group.sampleKeys : group.sampleKeys.slice(0, 1));
    proofs.push(...read.flatMap(proofsIn));
    const [newest] = read;
    if (newest !== undefined && group.problem.phase !== 'ended') found.set(group.problem.causeId, newest);
    problems.push({ ...group.problem, samples: [...read, ...rememberedSample(teller, group)] });
  }
  for (const record of await readForProofs(teller, toRead)) {
    proofs.push(...proofsIn(record));
    found.set(causeIdOf(record), record);
  }
  const conditions = effects.conditions.map(
    (effect): ConditionEffect => ({ ...effect, sample: found.get(effect.causeId) }),
  );
  return { problems, effects: { ...effects, conditions, proofs } };
}

async function readSamples(teller: Teller, keys: readonly ObjectKey[]): Promise<readonly OutcomeRecord[]> {
  const records: OutcomeRecord[] = [];
  for (const key of keys) {
    const name = parseAlertKey(key);
    const record = name === undefined ? undefined : await readAlert(teller, { key: objectKey(key), name });
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** What is over, or only repeated, is explained by what was told when it began. */
function rememberedSample(teller: Teller, { problem, sampleKeys }: AlertGroup): readonly OutcomeRecord[] {
  if (problem.phase !== 'ended' && sampleKeys.length > 0) return [];
  const sample = teller.memory.get().conditions.get(problem.causeId)?.sample;
  return sample === undefined ? [] : [sample];
}
