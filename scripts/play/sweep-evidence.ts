import { parseSweepId } from '../../shared/core/sweep/sweep-id.ts';
import { terminalText } from '../terminal/terminal-text.ts';
import { type Act, expectation } from './act.ts';
import type { DemoDevice } from './demo-fleet.ts';
import { lookUntil } from './look.ts';
import { playFailure } from './wait.ts';
import type { StoredRecord } from './world.ts';

/** What the log store has about one sweep. */
export interface PlayedSweep {
  readonly id: string;
  readonly records: readonly StoredRecord[];
}

const MAX_TICKS = 5;
/** Longer than the lease of any lap: its timeout and a minute. */
const LEASE_OVER_MS = 17 * 60_000;

/**
 * Fires the timer and waits for the summary of the sweep it began. A tick that came while the timer's own sweep was
 * running is skipped by design; then the next one counts.
 */
export async function playSweep(act: Act, step: string): Promise<PlayedSweep> {
  const goal = expectation(step, act, 'the timer begins a sweep, and its summary is in the log store');
  for (let tick = 1; tick <= MAX_TICKS; tick += 1) {
    const since = act.world.clockNow();
    const requestIds = await act.world.fleet.tick();
    const end = await lookUntil(act, goal, async () => {
      const queries = requestIds.map((id) => `function_request_id: "${id}"`);
      const told = await act.world.recordsWhere(queries.join(' or '), since);
      return told.find(({ kind }) => kind === 'sweep-summary' || kind === 'sweep-skipped' || kind === 'service-silent');
    });
    const id = parseSweepId(end.sweep_id ?? '');
    if (end.kind === 'sweep-summary' && id !== undefined) {
      const records = await act.world.recordsWhere(`sweep_id: "${id}"`, since);
      return { id, records: records.filter((record) => record.sweep_id === id) };
    }
    // A sweep that was cut off when the local cloud last stopped keeps its lease until its time is over.
    if (tick > 1) await act.world.fleet.passTime(LEASE_OVER_MS);
  }
  throw playFailure(goal, `${MAX_TICKS} ticks were skipped`);
}

/** The record of a kind about one device or CA; fails the play when the sweep told something else. */
export function expectRecord(
  act: Act,
  sweep: PlayedSweep,
  wanted: { readonly kind: string; readonly reason?: string; readonly device?: DemoDevice; readonly ca?: string },
): StoredRecord {
  const about = sweep.records.filter((record) =>
    wanted.device === undefined ? record.ca_sn === wanted.ca : record.device_sn === wanted.device.serial,
  );
  const found = about.find(
    ({ kind, reason }) => kind === wanted.kind && (wanted.reason === undefined || reason === wanted.reason),
  );
  if (found !== undefined) return found;
  const what = wanted.reason === undefined ? wanted.kind : `${wanted.kind} (${wanted.reason})`;
  const whom = wanted.device?.name ?? wanted.ca ?? '';
  const told = about.map(({ kind, reason }) => terminalText(`${kind ?? '?'} ${reason ?? ''}`.trim(), 60)).join(', ');
  throw playFailure(
    expectation(wanted.reason ?? wanted.kind, act, `the sweep tells ${what} about ${whom}`),
    `it told ${told === '' ? 'nothing' : told}`,
  );
}

/** Asks the service what a device is now; fails the play when it is not as it must be. */
export async function expectStatus(act: Act, device: DemoDevice, status: 'active' | 'inactive'): Promise<void> {
  const { instance, mqtt } = act.world;
  const goal = expectation(`${device.name}-${status}`, act, `the service reads ${device.name} back ${status}`);
  const answer = await mqtt.getDevice({ instance, caSpelling: device.ca, deviceSpelling: device.serial });
  if (answer.kind !== 'answered') throw playFailure(goal, `it said ${answer.code}`);
  if (answer.value.status !== status) throw playFailure(goal, 'it is not');
}

/** The counts of some CAs together, as their summaries say; they must add up to the number of watched devices. */
export function sumOfCas(act: Act, sweep: PlayedSweep, cas: readonly string[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const ca of cas) {
    const { rule_inputs: inputs = '{}' } = expectRecord(act, sweep, { kind: 'ca-summary', ca });
    for (const [name, value] of Object.entries(JSON.parse(inputs) as Record<string, unknown>)) {
      sums.set(name, (sums.get(name) ?? 0) + (typeof value === 'number' ? value : 0));
    }
  }
  const watched = sums.get('watched') ?? 0;
  const states = [...sums].filter(([name]) => name !== 'watched' && name !== 'reactivated');
  const total = states.reduce((sum, [, count]) => sum + count, 0);
  if (total === watched) return sums;
  throw playFailure(
    expectation('summary', act, 'the counts add up to the watched devices'),
    `${total} is not ${watched}`,
  );
}
