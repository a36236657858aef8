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

/** What is to be said of lines that mute nothing, and a name under which it is remembered that it was said. */
export interface MuteComplaint {
  readonly name: string;
  readonly outcome: Extract<NotifyOutcome, { readonly kind: 'mute-invalid' | 'mute-expired' }>;
}

/**
 * What is to be said of lines that mute nothing: once for each way in which lines of a file are wrong, and once more
 * whenever another line of it has ended; again when the file is changed.
 */
export function muteComplaints(files: readonly MuteFile[]): readonly MuteComplaint[] {
  return files.flatMap((file) => [...invalidLines(file), ...expiredLines(file)]);
}

function invalidLines(file: MuteFile): readonly MuteComplaint[] {
  const invalid = file.lines.filter((line) => line.kind === 'invalid');
  return [...new Set(invalid.map(({ reason }) => reason))].map((reason) => {
    const same = invalid.filter((line) => line.reason === reason);
    const mute = placeOf(file, same[0]?.line ?? 0);
    return complaint(file, { kind: 'mute-invalid', mute, reason, lines: same.length }, [reason]);
  });
}

function expiredLines(file: MuteFile): readonly MuteComplaint[] {
  const expired = file.lines.flatMap((line) => (line.kind === 'expired' ? [line.mute] : []));
  const [last] = [...expired].sort((a, b) => b.until - a.until);
  if (last === undefined) return [];
  const { owner, until } = last;
  const mute = placeOf(file, last.line);
  return [complaint(file, { kind: 'mute-expired', mute, lines: expired.length, until, owner }, [until])];
}

function complaint(
  { version }: MuteFile,
  outcome: MuteComplaint['outcome'],
  about: readonly (string | number)[],
): MuteComplaint {
  return { name: nameOf([version.key, version.etag, outcome.kind, ...about], 16), outcome };
}

function placeOf({ version }: MuteFile, line: number): MutePlace {
  return { objectKey: version.key, etag: version.etag, line };
}
