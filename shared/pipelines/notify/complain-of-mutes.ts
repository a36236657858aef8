import { withMuteLines } from '../../core/notify/condition-memory.ts';
import { muteComplaints } from '../../core/notify/mutes.ts';
import type { ReadMutes } from './read-mutes.ts';
import { type Teller, tellOutcomes } from './teller.ts';

/** Complaints about mutes that one run makes. */
const COMPLAINTS_AT_ONCE = 50;

/** Says once of lines in a mute file that they mute nothing. */
export async function complainOfMutes({ deps, memory }: Teller, { files }: ReadMutes): Promise<void> {
  const before = new Set(memory.get().muteLines);
  const all = muteComplaints(files);
  const complaints = all.filter(({ name }) => !before.has(name)).slice(0, COMPLAINTS_AT_ONCE);
  if (complaints.length === 0) return;
  await tellOutcomes(
    deps,
    complaints.map(({ outcome }) => outcome),
  );
  const said = new Set([...all.filter(({ name }) => before.has(name)), ...complaints].map(({ name }) => name));
  await memory.set(withMuteLines(memory.get(), said));
}
