import { withMuteLines } from '../../core/notify/condition-memory.ts';
import { muteComplaints } from '../../core/notify/mutes.ts';
import type { ReadMutes } from './read-mutes.ts';
import { type Teller, tellOutcomes } from './teller.ts';

/** Complaints about mutes that one run makes. */
const COMPLAINTS_AT_ONCE = 50;

/** Says once of each line of a mute file that it mutes nothing. */
export async function complainOfMutes({ deps, memory }: Teller, { files }: ReadMutes): Promise<void> {
  const said = new Set(memory.get().muteLines);
  const complaints = muteComplaints(files)
    .filter(({ name }) => !said.has(name))
    .slice(0, COMPLAINTS_AT_ONCE);
  if (complaints.length === 0) return;
  await tellOutcomes(
    deps,
    complaints.map(({ outcome }) => outcome),
  );
  const names = complaints.map(({ name }) => name);
  await memory.set(withMuteLines(memory.get(), names));
}
