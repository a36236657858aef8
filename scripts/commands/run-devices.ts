import type { CaSerial, DeviceSerial } from '../../shared/core/serial.ts';
import { readMemory } from '../../shared/core/sweep/device-memory.ts';
import type { VetoKind } from '../../shared/core/sweep/guardrails.ts';
import { countOf, deviceAt, unionOf } from '../../shared/core/sweep/packed-serials.ts';
import { parseSweepId, type SweepId, sweepIdOf } from '../../shared/core/sweep/sweep-id.ts';
import { memoryPrefix } from '../../shared/core/sweep/sweep-layout.ts';
import { eachVetoed } from '../../shared/core/sweep/vetoed-devices.ts';
import type { CompiledCa } from '../../shared/core/sweep/watch-list.ts';
import { watchSpelling } from '../../shared/core/sweep/watch-serial.ts';
import { epochMs } from '../../shared/core/time.ts';
import { listAll } from '../../shared/pipelines/each-page.ts';
import { readCaDecision } from '../../shared/pipelines/sweep/ca-decision.ts';
import { compileWatchLists } from '../../shared/pipelines/sweep/compile-watch.ts';
import { readKnownDevices } from '../../shared/pipelines/sweep/device-memory-store.ts';
import { readRoster } from '../../shared/pipelines/sweep/roster.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { counted, renderTable } from '../terminal/table.ts';
import { bucketClient } from './clients.ts';
import type { DevicesOptions } from './devices.ts';
import { selectTarget } from './target.ts';

interface SeenDevice {
  readonly device: DeviceSerial;
  readonly ca: CaSerial;
  readonly state: string;
  /** Why an inactive one was left so; empty otherwise. */
  readonly veto: string;
  readonly sweep: string;
}

/** Later than every sweep there is, so that what the newest one remembered is read. */
const AFTER_ALL = sweepIdOf(epochMs(253_402_300_799_000));
/** Reading lists of 200 MB takes its time. */
const LIMIT_MS = 15 * 60_000;

/** Lists watched devices in one state, from what the last sweep remembered. */
export async function runDevices(options: DevicesOptions, io: CommandIo): Promise<ExitCode> {
  if (options.csv === true && options.json === true) throw usageError('--csv and --json exclude each other', 'Choose.');
  const store = bucketClient(selectTarget(options, ['oss'], io), LIMIT_MS);
  const { instance, state } = options;
  const runLog = { write: () => undefined };
  const { lists } = await compileWatchLists({ store, runLog }, { instances: [instance] });
  const found: SeenDevice[] = [];
  let watched = 0;
  for (const ca of lists.flatMap(({ cas }) => cas)) {
    const devices = await devicesOf(store, instance, ca);
    watched += devices.length;
    found.push(...devices.filter((one) => state === 'all' || one.state === state));
  }
  write(found, options, io);
  if (options.csv !== true && options.json !== true) {
    const hint = watched === 0 ? ' Nothing is watched on this instance: "mqtt-certs watch list".' : '';
    io.stderr(`${counted(found.length, 'device')} of ${counted(watched, 'watched one')}.${hint}\n`);
  }
  return EXIT.good;
}

async function devicesOf(
  store: ObjectStore,
  instance: DevicesOptions['instance'],
  list: CompiledCa,
): Promise<SeenDevice[]> {
  const { ca, star } = list;
  const roster = star === undefined ? new Uint8Array(0) : await readRoster(store, { instance, ca }, AFTER_ALL);
  const devices = roster.length === 0 ? list.devices : unionOf(list.devices, roster);
  const { memory } = await readKnownDevices(store, AFTER_ALL, { instance, ca, devices });
  const sweep = await newestSweep(store, memoryPrefix(instance, ca));
  const decision = sweep === undefined ? undefined : await readCaDecision(store, sweep, { instance, ca });
  const vetoes = new Map<DeviceSerial, VetoKind>();
  if (decision !== undefined) for (const { device, veto } of eachVetoed(decision.vetoed)) vetoes.set(device, veto);
  return Array.from({ length: countOf(devices) }, (_, at) => {
    const device = deviceAt(devices, at);
    const state = readMemory(memory[at] ?? 0).class;
    const veto = state === 'inactive' ? (vetoes.get(device) ?? '') : '';
    return { device, ca, state, veto, sweep: sweep ?? '' };
  });
}

async function newestSweep(store: ObjectStore, prefix: string): Promise<SweepId | undefined> {
  const { objects } = await listAll(store, { prefix, maxPages: 1 });
  return objects
    .map(({ key }) => parseSweepId(key.slice(prefix.length).replace(/\.since$/, '')))
    .filter((id) => id !== undefined)
    .at(-1);
}

function write(found: readonly SeenDevice[], { csv, json }: DevicesOptions, io: CommandIo): void {
  if (json === true) {
    for (const one of found) writeJsonLine(io.stdout, one);
    return;
  }
  if (csv === true) {
    // Hex serials, our own words and ids: none of these cells can start a formula or hold a separator.
    const lines = found.map(
      (one) => `${watchSpelling(one.device)},${watchSpelling(one.ca)},${one.state},${one.veto},${one.sweep}`,
    );
    io.stdout(['device_sn,ca_sn,state,veto,sweep_id', ...lines, ''].join('\n'));
    return;
  }
  if (found.length === 0) return;
  const rows = found.map((one) => [one.device, one.ca, one.state, one.veto, one.sweep]);
  io.stdout(renderTable(['device', 'CA', 'state', 'left so by', 'sweep'], rows, io.paint.stdout));
}
