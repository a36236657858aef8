import { parseAlertKey } from '../../core/alert-key.ts';
import { mapLimited } from '../../core/limit.ts';
import { bearsOnProofs, type EndProof, endsOf, isProof } from '../../core/notify/end-proof.ts';
import { knownKind } from '../../core/notify/problem-sentence.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import type { OutcomeKind } from '../../core/outcome-table.ts';
import { parseIso } from '../../core/time.ts';
import { instanceOf } from './notify-shapes.ts';
import { readAlert } from './read-alert.ts';
import type { Teller } from './teller.ts';

/** So many alerts are read besides those that a message names: about a second, and more than a deployment has causes. */
const READS = 300;
const READS_AT_ONCE = 16;

/**
 * Reads those of some alerts whose instance has to be known: proofs that something is over, as long as there is something
 * that they could end, and conditions that such a proof can end.
 *
 * @param keys - One for each cause; the first 300 that matter are read.
 */
export async function readForProofs(teller: Teller, keys: readonly ObjectKey[]): Promise<readonly OutcomeRecord[]> {
  const names = keys.flatMap((key) => {
    const name = parseAlertKey(key);
    return name !== undefined && isToRead(teller, name.kind) ? [{ key, name }] : [];
  });
  const records = await mapLimited(names.slice(0, READS), READS_AT_ONCE, (alert) => readAlert(teller, alert));
  return records.filter((record) => record !== undefined);
}

function isToRead({ memory, pendingBegins }: Teller, kind: OutcomeKind): boolean {
  if (!isProof(kind)) return bearsOnProofs(kind);
  const kinds = endsOf(kind);
  return (
    pendingBegins.mayHaveKind(kinds) || [...memory.get().conditions.values()].some((one) => kinds.includes(one.kind))
  );
}

/** What a record proves to be over. */
export function proofsIn(record: OutcomeRecord): readonly EndProof[] {
  const kind = knownKind(record.kind);
  const instance = instanceOf(record);
  const at = parseIso(record.at);
  if (kind === undefined || !isProof(kind) || instance === undefined || at === undefined) return [];
  return [{ kinds: endsOf(kind), instance, at }];
}
