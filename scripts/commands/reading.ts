import { systemClock } from '../../shared/adapters/system-clock.ts';
import { ConfigReader } from '../../shared/config-reader.ts';
import type { InstanceId } from '../../shared/core/instance.ts';
import { durationMs, type EpochMs, epochMs, minutes } from '../../shared/core/time.ts';
import type { SweepDeps } from '../../shared/pipelines/sweep/deps.ts';
import type { PatientCalls } from '../../shared/pipelines/sweep/patient-calls.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { CommandError, usageError } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { localCloudNow } from './admin-call.ts';
import { bucketClient, mqttClient } from './clients.ts';
import { commandCalls } from './command-calls.ts';
import { scratchStore } from './scratch-store.ts';
import type { Target } from './target.ts';

/** Long commands read a whole fleet; nobody waits longer than this. */
const LONG_COMMAND_MS = 6 * 3_600_000;
/** Beside the deployment's own budget of 100, this stays far below the account's limit of 500 calls a second. */
const ACCOUNT_READS_PER_SECOND = 10;
const LOCAL_READS_PER_SECOND = 100;
const CALLS_AT_ONCE = 8;

/** What the reading has cost so far. */
export interface ReadingCost {
  calls: number;
  /** Of the answers as JSON. */
  bytes: number;
}

/** The sweep's own reading, wired for a command: what it writes stays in this process. */
export interface Reading {
  readonly deps: SweepDeps;
  readonly calls: PatientCalls;
  readonly cost: ReadingCost;
  /** Calls a second the deployed sweep may make. */
  readonly sweepCallsPerSecond: number;
  readonly now: EpochMs;
}

/**
 * Opens the services for reading as a sweep reads. Settings are those the functions would read from the same variables;
 * the local cloud's are their defaults, as in `s.yaml`.
 *
 * @param options.instances - Whose watch lists and certificates are read.
 */
export async function openReading(
  target: Target,
  options: { readonly instances: readonly InstanceId[]; readonly rate?: number },
  io: CommandIo,
): Promise<Reading> {
  const now = await nowOf(target, io);
  const cost: ReadingCost = { calls: 0, bytes: 0 };
  const settings = sweepSettings(target, io.env);
  const ahead = now - io.now();
  const clock: Clock = { ...systemClock, now: () => epochMs(io.now() + ahead) };
  const perSecond = options.rate ?? (target.kind === 'local' ? LOCAL_READS_PER_SECOND : ACCOUNT_READS_PER_SECOND);
  const mqtt = mqttClient(target, {
    perSecond,
    wrap: (callApi) => async (call, signal) => {
      if (io.stopped.aborted) throw new CommandError({ code: 'stopped', message: 'stopped before the end' });
      const reply = await callApi(call, signal);
      cost.calls += 1;
      if (reply.kind === 'success') cost.bytes += Buffer.byteLength(JSON.stringify(reply.body));
      return reply;
    },
  });
  const nothing = (): Promise<void> => Promise.resolve();
  const deps: SweepDeps = {
    store: scratchStore(bucketClient(target, LONG_COMMAND_MS), () => false, clock.now),
    mqtt,
    reporter: { report: nothing, reportCovered: nothing },
    invoker: { invokeAsync: nothing },
    clock,
    runLog: { write: () => undefined },
    watchCache: {},
    settings: { ...settings.settings, instances: options.instances, callsAtOnce: CALLS_AT_ONCE, functionName: 'sweep' },
    run: { functionName: 'command', functionRequestId: '', configDigest: '', version: '' },
    runId: 'command',
    deadline: epochMs(now + LONG_COMMAND_MS),
  };
  const calls = commandCalls(target, clock, io.stopped);
  return { deps, calls, cost, sweepCallsPerSecond: settings.perSecond, now };
}

/** What time it is at the target: the local cloud's clock can be moved. */
export async function nowOf(target: Target, io: CommandIo): Promise<EpochMs> {
  return target.kind === 'local' ? localCloudNow(target) : epochMs(io.now());
}

function sweepSettings(
  target: Target,
  env: CommandIo['env'],
): {
  readonly settings: Omit<SweepDeps['settings'], 'instances' | 'callsAtOnce' | 'functionName'>;
  readonly perSecond: number;
} {
  const reader = new ConfigReader(target.kind === 'local' ? {} : env, 'sweep');
  const settings = {
    interval: minutes(reader.integer('MQTT_CERTS_SWEEP_INTERVAL_MINUTES', 1, 1440)),
    reactivate: reader.oneOf('MQTT_CERTS_REACTIVATE', ['act', 'observe']) ?? 'observe',
    reactivateAfter: durationMs(60_000 * reader.integer('MQTT_CERTS_REACTIVATE_AFTER_MINUTES', 0, 10_080)),
    firstSight: reader.oneOf('MQTT_CERTS_FIRST_SIGHT', ['act', 'ask']) ?? 'ask',
    read: reader.oneOf('MQTT_CERTS_READ', ['list', 'get']) ?? 'list',
  };
  const perSecond = reader.shareOfTheBudget();
  if (reader.problems.length === 0) return { settings, perSecond };
  throw usageError(`the settings of the sweep are wrong: ${reader.problems.join('; ')}`, 'Mend the variables.');
}
