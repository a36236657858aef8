import type { CauseId } from '../alert-key.ts';
import { nameOf } from '../digest.ts';
import type { ObjectVersion } from '../object-version.ts';
import type { OutcomeKind } from '../outcome-table.ts';
import type { Mute, MuteLine } from './mute-line.ts';
import type { MutePlace, NotifyOutcome } from './notify-outcome.ts';

/** One mute file as it is now. */
export interface MuteFile {
  readonly version: Pick<ObjectVersion, 'key' | 'etag'>;
  readonly lines: readonly MuteLine[];
}

/** A mute that is in force, and where it stands. */
export interface PlacedMute {
  readonly mute: Mute;
  readonly place: MutePlace;
}

/** The mutes of all files that are in force. */
export function mutesInForce(files: readonly MuteFile[]): readonly PlacedMute[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line) =>
      line.kind === 'valid' ? [{ mute: line.mute, place: placeOf(file, line.mute.line) }] : [],
    ),
  );
}

/** What mutes of a cause there may be: `certain` without looking further, or `candidates` that depend on the instance. */
export function mutesOf(
  mutes: readonly PlacedMute[],
  cause: { readonly causeId: CauseId; readonly kind: OutcomeKind },
): { readonly certain: PlacedMute | undefined; readonly candidates: readonly PlacedMute[] } {
  const naming = mutes.filter(({ mute }) => mute.what === cause.kind || mute.what === cause.causeId);
  return {
    certain: naming.find(({ mute }) => mute.instance === ''),
    candidates: naming.filter(({ mute }) => mute.instance !== ''),
  };
}

/** What is to be said of lines that mute nothing, each with a name under which it is remembered that it was said. */
export function muteComplaints(
  files: readonly MuteFile[],
): readonly { readonly name: string; readonly outcome: NotifyOutcome }[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line) => {
      const outcome = complaintOf(file, line);
      if (outcome === undefined) return [];
      return [{ name: nameOf([file.version.key, file.version.etag, outcome.mute.line, line.kind], 16), outcome }];
    }),
  );
}

function complaintOf(
  file: MuteFile,
  line: MuteLine,
): Extract<NotifyOutcome, { mute: MutePlace; kind: `mute-${string}` }> | undefined {
  if (line.kind === 'valid') return undefined;
  if (line.kind === 'invalid') return { kind: 'mute-invalid', mute: placeOf(file, line.line), reason: line.reason };
  const { owner, until } = line.mute;
  return { kind: 'mute-expired', mute: placeOf(file, line.mute.line), until, owner };
}

function placeOf({ version }: MuteFile, line: number): MutePlace {
  return { objectKey: version.key, etag: version.etag, line };
}
