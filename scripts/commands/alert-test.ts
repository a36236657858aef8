import { randomBytes } from 'node:crypto';
import { version } from '../../package.json';
import { alertKey } from '../../shared/core/alert-key.ts';
import { displayText } from '../../shared/core/display-text.ts';
import { TESTS_IN_A_PASS } from '../../shared/core/notify/message-plan.ts';
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
import type { AlertTestOptions } from './alert.ts';
import { readTellerState } from './alert-state.ts';
import { channelWords, quietNow } from './alert-waiting.ts';
import { bucketClient, outcomeLog } from './clients.ts';
import { confirm } from './confirm.ts';
import { nowOf } from './reading.ts';
import { type RobotMessage, robotMessages } from './robot-messages.ts';
import { selectTarget } from './target.ts';
import { type TestResult, watchTests } from './watch-tests.ts';

const LIMIT_MS = 3_600_000;
/** The timer comes every minute. */
const PASSES_A_MINUTE = 1;

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
      warning: `People are told of ${counted(kinds.length, 'test')}, marked as such, ${howLong(kinds.length)}.`,
      question: 'Send?',
      refused: 'nothing was sent',
    },
    options,
    io,
  );
  const store = bucketClient(target, LIMIT_MS);
  const records = testRecords(kinds, await nowOf(target, io), io);
  const shownBefore = await robotMessages(target);
  await createReporter({ store, log: outcomeLog(target), runLog: { write: () => undefined } }).report(records);
  const watched = records.map((record) => ({ about: aboutOf(record), key: keyOf(record), id: eventOf(record) }));
  const results = await watchTests(watched, { store, target, io, isQuiet: options.json === true });
  const answer = await answerOf(store, await nowOf(target, io), results, io);
  const messages = (await robotMessages(target)).slice(shownBefore.length);
  const isTold = results.every(({ result }) => result === 'taken');
  if (options.json === true) {
    const robot = Object.fromEntries(results.map(({ about, result }) => [about, result]));
    const shown = target.kind === 'local' ? { messages } : {};
    writeJsonLine(io.stdout, { command: 'alert test', kinds, told: isTold, answer, robot, ...shown });
  } else show({ results, answer, messages: options.all === true ? [] : messages }, io);
  return isTold ? EXIT.good : EXIT.failed;
}

function howLong(count: number): string {
  const minutes = Math.ceil(count / (TESTS_IN_A_PASS * PASSES_A_MINUTE));
  if (count === 1) return 'within a minute or two';
  const pace = `one message each, at most ${TESTS_IN_A_PASS} a minute so that the robot takes them beside real alerts`;
  return `${pace}: about ${counted(minutes, 'minute')} in all`;
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
  const severity = factsOf(aboutOf(record)).severity;
  const at = Date.parse(record.at) as EpochMs;
  return alertKey({ severity, causeId: causeIdOf(record), at, eventId: eventOf(record), isEnd: false });
}

function aboutOf({ reason }: OutcomeRecord): OutcomeKind {
  return (reason ?? 'test-alert') as OutcomeKind;
}

function eventOf(record: OutcomeRecord): EventId {
  return record.event_id as EventId;
}

async function answerOf(
  store: ObjectStore,
  now: EpochMs,
  results: readonly TestResult[],
  io: CommandIo,
): Promise<string> {
  const { budget } = await readTellerState(store, now);
  if (results.some(({ result }) => result === 'not-told'))
    return 'not everything was told: a mute, or a text the robot refused, which lies in outbox/unwritable/ then';
  const waiting = results.filter(({ result }) => result === 'waits').length;
  if (waiting === 0)
    return budget.sends.at(-1)?.channel === 'second' ? 'the second channel took it' : 'the robot took it';
  const why = channelWords(budget, now);
  if (why !== undefined) return why;
  if (io.stopped.aborted) return `stopped watching; ${counted(waiting, 'test')} left to the timer of notify`;
  if (quietNow(io.env, now).quiet === 'yes') return 'quiet hours: only critical tests are told now';
  return 'it waits in the outbox: does notify run, or are these quiet hours?';
}

const MARKS = { taken: '✔', waits: '…', 'not-told': '✖' } as const;

function show(
  {
    answer,
    messages,
    results,
  }: {
    readonly results: readonly TestResult[];
    readonly answer: string;
    readonly messages: readonly RobotMessage[];
  },
  io: CommandIo,
): void {
  const { bold, dim, green, red } = io.paint.stdout;
  const isTold = results.every(({ result }) => result === 'taken');
  if (results.length > 1)
    for (const { about, result } of results) io.stdout(`  ${MARKS[result]} ${about}: ${WORDS[result]}\n`);
  io.stdout(`${isTold ? green('✔') : red('✖')} ${answer}.\n`);
  for (const { text, title } of messages) {
    io.stdout(
      `\n${bold(title)}\n${text
        .split('\n')
        .map((line) => dim(`  ${line}`))
        .join('\n')}\n`,
    );
  }
  if (results.some(({ result }) => result === 'waits'))
    io.stderr(`What waits stays in the outbox and is told later, by the timer of notify: ${OWN_NAME} alert list\n`);
}

const WORDS = {
  taken: 'the robot took it',
  waits: 'waits in the outbox',
  'not-told': 'not told: muted, or its text was refused',
} as const;
