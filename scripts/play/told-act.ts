import type { Act } from './act.ts';
import { passMinutes, QUIET_LANE_MINUTES, tellPeople } from './tell.ts';

/**
 * Plays how people hear of it: what went well was kept back for a while to be told together, the rejection was not. The
 * chat beside the timeline is what the local robot shows.
 *
 * @param caNames - Of the CAs that must be named in the chat.
 */
export async function playToldAct(act: Act, caNames: readonly string[]): Promise<void> {
  await passMinutes(act, QUIET_LANE_MINUTES);
  await tellPeople(act, 'people-told', caNames);
}
