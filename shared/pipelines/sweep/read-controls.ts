import { PAUSED_KEY } from '../../core/bucket-layout.ts';
import type { InstanceId } from '../../core/instance.ts';
import type { CaSerial } from '../../core/serial.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { HOLDS, RELEASES } from '../../core/sweep/control-changes.ts';
import type { Controls } from '../../core/sweep/controls.ts';
import { holdSetOf } from '../../core/sweep/hold-set.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { type DurationMs, type EpochMs, seconds } from '../../core/time.ts';
import type { SweepDeps } from './deps.ts';
import { type HoldFile, type HoldFiles, holdFiles, UnreadableControlError } from './hold-files.ts';
import { type ReleaseFile, type ReleaseFiles, releaseFiles } from './release-files.ts';

/** What was read is believed for so long. */
const MAX_AGE: DurationMs = seconds(10);

/** What the controls of one lap are read for. */
export interface ControlsOf {
  /** A release that this sweep itself has used is still good for it. */
  readonly sweepId: SweepId;
  readonly intents: Controls['intents'];
}

/** Everything people have said, as it was found at one moment; what could not be read is named by its error. */
export interface SaidControls {
  readonly readAt: EpochMs;
  readonly paused: 'no' | 'yes' | UnreadableControlError;
  readonly holdFiles: readonly HoldFile[] | UnreadableControlError;
  readonly releases: readonly ReleaseFile[] | UnreadableControlError;
}

/** Gives the controls: as read within the last 10 seconds, or `anew`. */
export interface ControlsReader {
  /** What the guardrails of one CA look at. */
  readonly under: (ca: { readonly instance: InstanceId; readonly ca: CaSerial }, age?: 'anew') => Promise<Controls>;
  /** What was found, for whoever tells people about it. */
  readonly said: () => Promise<SaidControls>;
}

/** Reads the controls when they are asked for, and again when what was read is too old. */
export function controlsReader(deps: SweepDeps, of: ControlsOf): ControlsReader {
  const sources = { holds: holdFiles(deps.store), releases: releaseFiles(deps.store, of.sweepId) };
  let last: { readonly said: SaidControls; readonly holds: Controls['holds'] } | undefined;

  const read = async (age?: 'anew') => {
    if (last !== undefined && age === undefined && isWithin(last.said.readAt, deps.clock.now())) return last;
    const said = await readSaid(deps, sources);
    last = { said, holds: holdsOf(said, deps.settings.instances) };
    return last;
  };

  return {
    said: async () => (await read()).said,
    under: async (ca, age) => {
      const { holds, said } = await read(age);
      const { paused, readAt, releases } = said;
      const release = isUnreadable(releases)
        ? releases
        : await orUnreadable(RELEASES, () => sources.releases.under(ca, releases));
      return {
        readAt,
        intents: of.intents,
        paused: isUnreadable(paused) ? 'unreadable' : paused,
        holds,
        release: isUnreadable(release) ? 'unreadable' : release,
      };
    },
  };
}

/** A clock that was set back makes nothing fresh. */
function isWithin(readAt: number, now: number): boolean {
  return now >= readAt && now - readAt < MAX_AGE;
}

/**
 * Reads what people have said. Fails closed: anything but a readable object or a clean "there is none" is an error,
 * which the guardrails take for a no.
 */
async function readSaid(
  { clock, store }: SweepDeps,
  sources: { readonly holds: HoldFiles; readonly releases: ReleaseFiles },
): Promise<SaidControls> {
  const readAt = clock.now();
  const [paused, holds, releases] = await Promise.all([
    orUnreadable(PAUSED_KEY, async () => ((await store.head(PAUSED_KEY)) === undefined ? 'no' : 'yes')),
    orUnreadable(HOLDS, sources.holds),
    orUnreadable(RELEASES, sources.releases.list),
  ]);
  return { readAt, paused, holdFiles: holds, releases };
}

function holdsOf({ holdFiles: files, readAt }: SaidControls, instances: readonly InstanceId[]): Controls['holds'] {
  if (isUnreadable(files)) return 'unreadable';
  return holdSetOf(
    files.flatMap((file) => file.lines),
    instances,
    readAt,
  );
}

/** The value, or which control can not be read; throws whatever else went wrong. */
export async function orUnreadable<Value>(
  key: string,
  read: () => Promise<Value>,
): Promise<Value | UnreadableControlError> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnreadableControlError) return error;
    if (error instanceof ServiceFailure) return new UnreadableControlError(key);
    throw error;
  }
}

/** Whether a control could not be read. */
export function isUnreadable(value: unknown): value is UnreadableControlError {
  return value instanceof UnreadableControlError;
}
