import { randomBytes } from 'node:crypto';
import { version } from '../../package.json';
import { alertKey } from '../../shared/core/alert-key.ts';
import { displayText } from '../../shared/core/display-text.ts';
import { UNWRITABLE } from '../../shared/core/notify/notify-layout.ts';
import type { NotifyOutcome } from '../../shared/core/notify/notify-outcome.ts';
import type { ObjectKey } from '../../shared/core/object-version.ts';
import { causeIdOf, recordOf } from '../../shared/core/outcome.ts';
import type { EventId, OutcomeRecord } from '../../shared/core/outcome-record.ts';
import { factsOf, OUTCOME_KINDS, type OutcomeKind } from '../../shared/core/outcome-table.ts';
import type { EpochMs } from '../../shared/core/time.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { OUTCOME_SAMPLES } from '../alert-samples/outcome-samples.ts';
import { EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { OWN_NAME } from '../terminal/own-name.ts';
import { counted } from '../terminal/table.ts';
import { callAdmin } from './admin-call.ts';
import type { AlertTestOptions } from './alert.ts';
import { pileOf, readTellerState } from './alert-state.ts';
import { channelWords, quietNow } from './alert-waiting.ts';
import { bucketClient, outcomeLog } from './clients.ts';
import { confirm } from './confirm.ts';
import { nowOf } from './reading.ts';
import { type RobotMessage, robotMessages } from './robot-messages.ts';
import { selectTarget, type Target } from './target.ts';

/** The timer comes every minute, and a run takes a few seconds. */
const WAIT_MS = { account: 150_000, local: 60_000 } as const;
const LOOK_EVERY_MS = { account: 3_000, local: 300 } as const;
const LIMIT_MS = 240_000;

/** Sends tests the whole way: outbox, log store, notify, robot. */
export async function runAlertTest(
  kind: OutcomeKind | undefined,
  options: AlertTestOptions,
  io: CommandIo,
): Promise<ExitCode> {
  if (kind !== undefined && options.all === true)
    throw usageError('a kind and --all exclude each other', 'Leave one of them out.');
  const kinds = options.all === true ? toldKinds() : [kind ?? 'test-alert'];
  const target = selectTarget(options, ['oss', 'log'], io);
  await confirm(
    {
      warning: `People are told of ${counted(kinds.length, 'test')}, marked as such.`,
      question: 'Send?',
      refused: 'nothing was sent',
    },
    options,
    io,
  );
  const store = bucketClient(target, LIMIT_MS);
  const records = testRecords(kinds, await nowOf(target, io), io);
  const parked = await pileOf(store, UNWRITABLE);
  const shownBefore = await robotMessages(target);
  await createReporter({ store, log: outcomeLog(target), runLog: { write: () => undefined } }).report(records);
  if (target.kind === 'local') await callAdmin(target, { method: 'POST', path: '/tick', body: { function: 'notify' } });
  else if (options.json !== true) io.stderr('The timer of notify comes within a minute …\n');
  const left = await waitUntilTold(store, records.map(keyOf), { target, io });
  const isParked = (await pileOf(store, UNWRITABLE)).count > parked.count;
  const isTold = left === 0 && !isParked;
  const answer = await answerOf(store, await nowOf(target, io), { left, isParked }, io);
  const messages = (await robotMessages(target)).slice(shownBefore.length);
  if (options.json === true) {
    writeJsonLine(io.stdout, {
      command: 'alert test',
      kinds,
      told: isTold,
      answer,
      ...(target.kind === 'local' ? { messages } : {}),
    });
  } else show({ isTold, answer, messages }, io);
  return isTold ? EXIT.good : EXIT.failed;
}

function toldKinds(): readonly OutcomeKind[] {
  const kinds = Object.keys(OUTCOME_KINDS) as readonly OutcomeKind[];
  return kinds.filter((kind) => factsOf(kind).told && kind !== 'test-alert');
}

function testRecords(kinds: readonly OutcomeKind[], at: EpochMs, { env }: CommandIo): readonly OutcomeRecord[] {
  const testId = randomBytes(8).toString('hex');
  const run = { functionName: 'mqtt-certs', functionRequestId: testId, configDigest: '', version };
  const actor = displayText(env['USER'] ?? env['LOGNAME'] ?? 'the command line', 40);
  return kinds.map((about) => {
    const test: NotifyOutcome = { kind: 'test-alert', testId, about, actor };
    const sample = about === 'test-alert' ? {} : { sample: recordOf(OUTCOME_SAMPLES[about][0], at, run) };
    // It goes the way of the kind it tests: a critical one at once, whatever the hour.
    return { ...recordOf({ ...test, ...sample }, at, run), severity: factsOf(about).severity };
  });
}

function keyOf(record: OutcomeRecord): ObjectKey {
  const severity = factsOf((record.reason ?? 'test-alert') as OutcomeKind).severity;
  const at = Date.parse(record.at) as EpochMs;
  return alertKey({ severity, causeId: causeIdOf(record), at, eventId: record.event_id as EventId, isEnd: false });
}

/** Until every test is out of the outbox, which it leaves only once a channel took it; how many are left. */
async function waitUntilTold(
  store: ObjectStore,
  keys: readonly ObjectKey[],
  { io, target }: { readonly io: CommandIo; readonly target: Target },
): Promise<number> {
  const until = Date.now() + WAIT_MS[target.kind];
  let left = keys;
  for (;;) {
    const there = await Promise.all(left.map(async (key) => ((await store.head(key)) === undefined ? [] : [key])));
    left = there.flat();
    if (left.length === 0 || io.stopped.aborted || Date.now() >= until) return left.length;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS[target.kind]));
  }
}

async function answerOf(
  store: ObjectStore,
  now: EpochMs,
  { isParked, left }: { readonly left: number; readonly isParked: boolean },
  io: CommandIo,
): Promise<string> {
  if (isParked) return 'something was parked in outbox/unwritable/ meanwhile: the robot may have refused the text';
  const { budget } = await readTellerState(store, now);
  const by = budget.sends.at(-1)?.channel;
  if (left === 0) return by === 'second' ? 'the second channel took it' : 'the robot took it';
  const why = channelWords(budget, now);
  if (why !== undefined) return why;
  if (quietNow(io.env, now).quiet === 'yes') return 'quiet hours: only critical tests are told now';
  if (budget.crowdedSince !== undefined) return 'so much is told that the rest comes in hourly digests';
  return 'it waits in the outbox: does notify run, or are these quiet hours?';
}

function show(
  {
    answer,
    isTold,
    messages,
  }: { readonly isTold: boolean; readonly answer: string; readonly messages: readonly RobotMessage[] },
  io: CommandIo,
): void {
  const { bold, dim, green, red } = io.paint.stdout;
  io.stdout(`${isTold ? green('✔') : red('✖')} ${answer}.\n`);
  for (const { text, title } of messages) {
    io.stdout(
      `\n${bold(title)}\n${text
        .split('\n')
        .map((line) => dim(`  ${line}`))
        .join('\n')}\n`,
    );
  }
  if (!isTold) io.stderr(`It stays in the outbox and is told later: ${OWN_NAME} alert list\n`);
}
