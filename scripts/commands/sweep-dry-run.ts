import type { InstanceId } from '../../shared/core/instance.ts';
import type { OutcomeRecord } from '../../shared/core/outcome-record.ts';
import { type CaSerial, parseCaSerial } from '../../shared/core/serial.ts';
import { type SweepId, sweepIdOf } from '../../shared/core/sweep/sweep-id.ts';
import { STARTED, SWEEP_LEASE } from '../../shared/core/sweep/sweep-layout.ts';
import type { RuleInputs } from '../../shared/core/sweep/sweep-outcome.ts';
import { eachVetoed, type VetoedDevice } from '../../shared/core/sweep/vetoed-devices.ts';
import { plus, seconds } from '../../shared/core/time.ts';
import type { CoveredRecord } from '../../shared/pipelines/report.ts';
import { readCaDecision } from '../../shared/pipelines/sweep/ca-decision.ts';
import { runSweep } from '../../shared/pipelines/sweep/run.ts';
import type { MqttCertificates } from '../../shared/ports/mqtt-certificates.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { drySweepReport } from './dry-sweep-report.ts';
import { openReading, type ReadingCost } from './reading.ts';
import { scratchStore } from './scratch-store.ts';
import type { SweepOptions } from './sweep.ts';
import { selectTarget, type Target } from './target.ts';

/** What would become of one CA. */
export interface DryCa {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  /** Of the summary: watched, healthy, expiring and so on. */
  readonly counts: RuleInputs;
  readonly reactivate: readonly string[];
  readonly vetoed: readonly VetoedDevice[];
  readonly isBreakerOpen: boolean;
}

/** What a sweep would do now, and what reading for it costs. */
export interface DrySweep {
  readonly cas: readonly DryCa[];
  readonly cost: Readonly<ReadingCost>;
  /** At the pace the deployed sweep has. */
  readonly seconds: number;
  readonly callsPerSecond: number;
  /** The deployment only observes: it would do nothing of this. */
  readonly isObserving: boolean;
  /** Everything the sweep would tell, besides the summaries. */
  readonly told: readonly OutcomeRecord[];
}

/** Runs the sweep itself on a bucket that keeps nothing and a service that can only be read. */
export async function runDrySweep(options: SweepOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['mqtt', 'oss'], io);
  const dry = await drySweep(target, options, io);
  if (options.json === true) writeJsonLine(io.stdout, { command: 'sweep', dryRun: true, ...dry });
  else io.stdout(drySweepReport(dry, io.paint.stdout));
  return EXIT.good;
}

async function drySweep(target: Target, options: SweepOptions, io: CommandIo): Promise<DrySweep> {
  const instances = options.instance === undefined ? target.instances : [options.instance];
  if (instances.length === 0) {
    throw usageError('no instance is known', 'Name one with --instance, or set MQTT_CERTS_INSTANCES.');
  }
  const reading = await openReading(
    target,
    { instances, ...(options.rate === undefined ? {} : { rate: options.rate }) },
    io,
  );
  const { cost, now, sweepCallsPerSecond } = reading;
  // Another run's lease and start are hidden: this one changes nothing, so it needs no right to be the only one.
  const isHidden = (key: string) => key.startsWith(SWEEP_LEASE) || key.startsWith(STARTED);
  const store = scratchStore(reading.deps.store, isHidden, reading.deps.clock.now);
  // Later than a real sweep of this very second, whose traces would be taken for its own.
  const triggerTime = plus(now, seconds(1));
  const records: OutcomeRecord[] = [];
  const report = (batch: readonly OutcomeRecord[]): Promise<void> => {
    records.push(...batch);
    return Promise.resolve();
  };
  const reportCovered = (batch: readonly CoveredRecord[]): Promise<void> => report(batch.map(({ record }) => record));
  const settings = { ...reading.deps.settings, reactivate: 'observe' as const };
  const deps = {
    ...reading.deps,
    store,
    reporter: { report, reportCovered },
    settings,
    mqtt: onlyReading(reading.deps.mqtt),
  };
  await runSweep(deps, { kind: 'tick', triggerTime, triggerName: 'dry-run' });
  const summaries = records.filter(({ kind }) => kind === 'ca-summary');
  refuseUnfinished(records);
  const cas: DryCa[] = [];
  for (const summary of summaries) cas.push(await dryCaOf(store, sweepIdOf(triggerTime), summary));
  return {
    cas,
    cost,
    seconds: Math.ceil(cost.calls / sweepCallsPerSecond),
    callsPerSecond: sweepCallsPerSecond,
    isObserving: reading.deps.settings.reactivate === 'observe',
    told: records.filter(
      ({ kind }) => kind !== 'ca-summary' && kind !== 'sweep-summary' && kind !== 'would-reactivate',
    ),
  };
}

// A dry run that was cut short must not look like a quiet fleet.
function refuseUnfinished(records: readonly OutcomeRecord[]): void {
  if (records.some(({ kind }) => kind === 'sweep-summary')) return;
  const [why] = records.filter(({ kind }) => kind === 'sweep-skipped' || kind === 'service-silent');
  throw new CommandError({
    code: 'sweep-not-finished',
    message: `the sweep would not get to its end: ${why?.detail ?? 'it ran out of time'}`,
    next: why?.fix ?? 'Try again with one instance, or a higher --rate.',
  });
}

async function dryCaOf(
  store: Parameters<typeof readCaDecision>[0],
  id: SweepId,
  summary: OutcomeRecord,
): Promise<DryCa> {
  const instance = (summary.instance ?? '') as InstanceId; // it has been through the sweep
  const ca = parseCaSerial(summary.ca_sn ?? '');
  const decision = ca === undefined ? undefined : await readCaDecision(store, id, { instance, ca });
  if (ca === undefined || decision === undefined) throw new TypeError('a CA has a summary and no decision');
  return {
    instance,
    ca,
    counts: JSON.parse(summary.rule_inputs ?? '{}') as RuleInputs,
    reactivate: decision.survivors.map(({ device }) => device),
    vetoed: [...eachVetoed(decision.vetoed)],
    isBreakerOpen: decision.breaker.isOpen,
  };
}

function onlyReading(mqtt: MqttCertificates): MqttCertificates {
  const refuse = (): Promise<never> => Promise.reject(new TypeError('a dry run was about to change the service'));
  return { ...mqtt, registerCa: refuse, activateDevice: refuse, inactivateDevice: refuse };
}
