import type { Intent } from '../../core/sweep/act-window.ts';
import { type Done, doneWith, foundActive } from './act-on-device.ts';
import { writeResults } from './acts.ts';
import { type SweepContext, type SweptCa, tell } from './context.ts';
import { findDevice } from './read-devices.ts';

/**
 * Closes intents of sweeps that nobody will take up any more: what is active now is told, with what is known of our
 * call; of the rest nobody knows, so the flap latch counts them. One that can not be read stays open.
 */
export async function closeStrays(context: SweepContext, swept: SweptCa): Promise<void> {
  const { ca, instance } = swept;
  for (const { intent, results: known = [] } of context.window.strays(context.sweep.id)) {
    if (intent.instance !== instance || intent.ca !== ca) continue;
    const closed: Done[] = [];
    for (const device of intent.devices) {
      const result = known.find((one) => one.device === device)?.result;
      const isKnown = result !== undefined && result !== 'unconfirmed';
      const one = isKnown
        ? doneWith(device, result, undefined)
        : await closeOne(context, swept, intent, device, result);
      if (one === undefined) break;
      closed.push(one);
    }
    if (closed.length < intent.devices.length) continue;
    await tell(
      context,
      closed.flatMap(({ outcome }) => outcome ?? []),
    );
    const results = closed.map(({ result }) => result);
    await writeResults(context.deps.store, intent, results);
    context.window.note({ intent, results });
  }
}

/** `undefined` for one that can not be read now. */
async function closeOne(
  context: SweepContext,
  swept: SweptCa,
  { ca, instance, sweepId }: Intent,
  device: Intent['devices'][number],
  known: 'unconfirmed' | undefined,
): Promise<Done | undefined> {
  const found = await findDevice(context.deps, context.calls, swept, device);
  if (found.kind === 'failed') return undefined;
  const isActive = found.kind === 'read' && found.reading.status === 'active';
  if (!isActive) return doneWith(device, found.kind === 'not-found' ? 'missing' : 'unknown', undefined);
  const sent = known === 'unconfirmed' ? 'not-answered' : 'unknown';
  return foundActive({ sweepId, instance, ca, device }, found.reading, sent);
}
