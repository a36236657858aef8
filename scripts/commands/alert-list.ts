import { SEVERITIES } from '../../shared/core/alert-key.ts';
import { displayText } from '../../shared/core/display-text.ts';
import type { KnownCondition } from '../../shared/core/notify/condition-memory.ts';
import { headlineOf } from '../../shared/core/notify/headline-table.ts';
import type { Severity } from '../../shared/core/outcome-table.ts';
import { type EpochMs, isoOf } from '../../shared/core/time.ts';
import { EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { counted, renderTable } from '../terminal/table.ts';
import type { AlertOptions } from './alert.ts';
import { type AlertState, type Pile, readAlertState } from './alert-state.ts';
import { type Circumstances, channelWords, quietNow, timeOf, whyWaiting } from './alert-waiting.ts';
import { bucketClient } from './clients.ts';
import { muteJson } from './mute-objects.ts';
import { nowOf } from './reading.ts';
import { selectTarget } from './target.ts';

/** Listing a hundred thousand alerts takes a hundred requests. */
const LIMIT_MS = 180_000;

/** Shows what is open, what waits to be told and why, mutes, and what else lies in the outbox. */
export async function runAlertList(options: AlertOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['oss'], io);
  const now = await nowOf(target, io);
  const state = await readAlertState(bucketClient(target, LIMIT_MS), now);
  const { budget, memory, serverNow } = state;
  const about: Circumstances = { budget, memory, now, serverNow, ...quietNow(io.env, now) };
  if (options.json === true) writeJsonLine(io.stdout, { command: 'alert list', ...stateJson(state, about) });
  else show(state, about, io);
  return EXIT.good;
}

function show(state: AlertState, about: Circumstances, io: CommandIo): void {
  const { bold } = io.paint.stdout;
  const open = openProblems(state);
  const waits = state.waiting.top;
  const { rest } = state.waiting;
  io.stdout(`${bold(`Open problems: ${String(open.length)}`)}\n`);
  if (open.length > 0) io.stdout(renderTable(OPEN_HEADER, open.map(openRow), io.paint.stdout));
  io.stdout(`\n${bold(`Waiting to be told: ${counted(state.waiting.problems, 'problem')}`)}\n`);
  if (waits.length > 0) {
    const rows = waits.map((group) => {
      const { causeId, count, kind, lastAt, phase, severity } = group.problem;
      return [severity, phase, String(count), timeOf(lastAt), whyWaiting(group, about), causeId, headlineOf(kind).en];
    });
    io.stdout(renderTable(['severity', 'phase', 'events', 'newest', 'waits for', 'cause', ''], rows, io.paint.stdout));
  }
  if (rest.problems > 0)
    io.stdout(`… and ${counted(rest.problems, 'problem')} with ${counted(rest.events, 'event')}\n`);
  io.stdout(`\n${bold('Besides')}\n`);
  for (const line of besides(state, about)) io.stdout(`  ${line}\n`);
}

const OPEN_HEADER = ['severity', 'since', 'last seen', 'last told', 'untold', 'about', 'cause', ''];

function openRow(known: KnownCondition): readonly string[] {
  const { causeId, kind, lastSeenAt, lastToldAt, sample, severity, since, untold } = known;
  const about = [sample?.instance, sample?.ca_sn].filter((part) => part !== undefined).map((part) => displayText(part));
  const cells = [severity, timeOf(since), timeOf(lastSeenAt), timeOf(lastToldAt), String(untold)];
  return [...cells, about.length === 0 ? '-' : about.join(' / '), causeId, headlineOf(kind).en];
}

/** Most severe first, oldest first within one severity. */
function openProblems({ memory }: AlertState): readonly KnownCondition[] {
  const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);
  return [...memory.conditions.values()]
    .filter(({ overSince }) => overSince === undefined)
    .sort((a, b) => (a.severity === b.severity ? a.since - b.since : rank(a.severity) - rank(b.severity)));
}

function besides(state: AlertState, about: Circumstances): readonly string[] {
  const { mutes, notToTell, outcomes, unwritable } = state;
  const inForce = mutes.filter(({ line }) => line.kind === 'valid').length;
  const vain = mutes.length - inForce;
  return [
    `mutes: ${String(inForce)} in force${vain === 0 ? '' : `, ${String(vain)} expired or invalid`} ("mqtt-certs mute list")`,
    `alerts that will be cleared away: ${String(notToTell.known)} told before, ${String(notToTell.muted)} muted, ${String(notToTell.unreadable)} with unreadable names`,
    `records the log store has yet to take: ${pileText(outcomes, 'batch', 'batches')}`,
    `parked for people to look at (outbox/unwritable/): ${pileText(unwritable, 'object', 'objects')}`,
    `robot: ${channelWords(about.budget, about.now) ?? lastSend(state)}`,
    `second channel: ${secondWords(state)}`,
    ...(about.quiet === 'unknown'
      ? ['quiet hours: a setting of notify; set MQTT_CERTS_QUIET_HOURS here as well to see what they hold back']
      : [`quiet hours: ${about.quiet === 'yes' ? 'now, until they end only critical problems are told' : 'not now'}`]),
  ];
}

function pileText({ count, oldest }: Pile, one: string, many: string): string {
  if (count === 0) return 'none';
  return `${counted(count, one, many)}${oldest === undefined ? '' : `, the oldest from ${timeOf(oldest)}`}`;
}

function lastSend({ budget }: AlertState): string {
  const last = budget.sends.at(-1);
  return last === undefined ? 'nothing was sent in the last hour' : `last message at ${timeOf(last.at)}`;
}

// Which channels there are is a setting of the function; the bucket only shows which were used.
function secondWords({ budget }: AlertState): string {
  const last = budget.sends.findLast(({ channel }) => channel === 'second');
  return last === undefined
    ? 'not used in the last hour; whether there is one only the canary says'
    : `used at ${timeOf(last.at)}`;
}

function stateJson(state: AlertState, about: Circumstances): object {
  const { budget, mutes, notToTell, outcomes, unwritable, waiting } = state;
  const moment = (at: EpochMs | undefined): string | null => (at === undefined ? null : isoOf(at));
  return {
    open: openProblems(state).map(({ causeId, kind, lastSeenAt, lastToldAt, sample, severity, since, untold }) => ({
      ...{ causeId, kind, severity, untold },
      ...{ since: isoOf(since), lastSeenAt: isoOf(lastSeenAt), lastToldAt: isoOf(lastToldAt) },
      instance: sample?.instance ?? null,
      ca: sample?.ca_sn ?? null,
    })),
    waiting: waiting.top.map((group) => {
      const { causeId, count, firstAt, kind, lastAt, phase, severity } = group.problem;
      const moments = { firstAt: isoOf(firstAt), lastAt: isoOf(lastAt) };
      return { causeId, kind, severity, phase, count, ...moments, waitsFor: whyWaiting(group, about) };
    }),
    more: waiting.rest,
    notToTell,
    mutes: mutes.map(muteJson),
    outcomes: { count: outcomes.count, oldest: moment(outcomes.oldest) },
    unwritable: { count: unwritable.count, oldest: moment(unwritable.oldest) },
    robot: { trouble: channelWords(budget, about.now) ?? null, lastSend: moment(budget.sends.at(-1)?.at) },
    secondChannel: budget.sends.some(({ channel }) => channel === 'second') ? 'used' : 'unknown',
    quietHours: about.quiet,
  };
}
