import { PAUSED_KEY } from '../bucket-layout.ts';
import { displayText } from '../display-text.ts';
import type { Etag, ObjectKey, ObjectVersion } from '../object-version.ts';
import type { SweepId } from './sweep-id.ts';
import type { RuleInputs, SweepOutcome } from './sweep-outcome.ts';

/** Where people say what is not to be touched. */
export const CONTROL = 'control/';
export const HOLDS = `${CONTROL}holds/`;
export const RELEASES = `${CONTROL}release/`;
const MUTES = `${CONTROL}mutes/`; // the teller's, and its to speak of

/** What a control file is, by its place alone; `unknown` has no effect, which whoever put it there should hear. */
export type ControlKind = 'hold' | 'pause' | 'release' | 'unknown';

/** One control file as it is now. */
export interface SeenControl {
  readonly kind: ControlKind;
  readonly version: Pick<ObjectVersion, 'key' | 'etag'>;
  readonly holds: number;
  /** Hold lines that name no readable device. */
  readonly nameless: number;
  /** As stated in the file; safe to show. */
  readonly owner: string;
}

/** What is remembered of one control file. */
export interface KnownControl {
  readonly key: ObjectKey;
  readonly etag: Etag;
  readonly holds: number;
}

const SILENT_FILE = /^(?:|\.DS_Store|\._.*|~\$.*|Thumbs\.db|desktop\.ini)$/i;

/**
 * What an object under `control/` is; `undefined` for what says nothing to the sweep: folder markers, what computers
 * leave behind, mutes. Whatever lies under `control/holds/` is a hold file, however it is named: one that is not
 * readable must stop more than it was meant to, and never less.
 */
export function controlKindOf(key: string): ControlKind | undefined {
  const fileName = key.slice(key.lastIndexOf('/') + 1);
  if (SILENT_FILE.test(fileName) || key.startsWith(MUTES)) return undefined;
  if (key === PAUSED_KEY) return 'pause';
  if (key.startsWith(HOLDS)) return 'hold';
  return key.startsWith(RELEASES) ? 'release' : 'unknown';
}

/** One outcome for every control file that was added, changed or removed since it was looked at last. */
export function controlChanges(
  known: readonly KnownControl[],
  seen: readonly SeenControl[],
  sweepId: SweepId,
): readonly SweepOutcome[] {
  const before = new Map(known.map((file) => [file.key, file]));
  const now = new Set(seen.map(({ version }) => version.key));
  const outcomes = seen.flatMap(({ version, ...said }): SweepOutcome[] => {
    const earlier = before.get(version.key);
    if (earlier?.etag === version.etag) return [];
    const inputs = inputsOf(said, earlier);
    return [changeOf(sweepId, version, earlier === undefined ? 'added' : 'changed', inputs)];
  });
  const removed = known.filter(({ key }) => !now.has(key));
  return [
    ...outcomes,
    ...removed.map((file) => {
      const said = { kind: controlKindOf(file.key) ?? 'unknown', holds: 0, nameless: 0, owner: '' };
      return changeOf(sweepId, file, 'removed', inputsOf(said, file));
    }),
  ];
}

function changeOf(
  sweepId: SweepId,
  { etag, key }: Pick<ObjectVersion, 'key' | 'etag'>,
  reason: 'added' | 'changed' | 'removed',
  inputs: RuleInputs,
): SweepOutcome {
  return { kind: 'control-changed', sweepId, objectKey: key, objectEtag: etag, reason, inputs };
}

function inputsOf(
  { holds, kind, nameless, owner }: Omit<SeenControl, 'version'>,
  before: KnownControl | undefined,
): RuleInputs {
  return { what: kind, holds, holds_before: before?.holds ?? 0, nameless, owner: owner === '' ? 'not stated' : owner };
}

/** Whoever a pause or a release names as its owner (`owner: …`); safe to show, empty when it names nobody. */
export function statedOwner(text: string): string {
  const [, owner = ''] = /(?:^|[\n,;])\s*owner\s*[:=]\s*([^\n,;]*)/i.exec(text) ?? [];
  return displayText(owner.trim());
}
