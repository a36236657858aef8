import { ALERTS, parseAlertKey } from '../../shared/core/alert-key.ts';
import { displayText } from '../../shared/core/display-text.ts';
import type { OutcomeKind } from '../../shared/core/outcome-table.ts';
import type { ObjectPage } from '../../shared/ports/object-store.ts';
import { type Act, expectation } from './act.ts';
import type { ChatMessage } from './chat-bubble.ts';
import { playFailure } from './wait.ts';

/** A message that the robot's chat shows. */
export interface ShownMessage extends ChatMessage {
  readonly number: number;
}

/** Long enough for the quiet lane to be told, and too short for anything to be told late. */
export const QUIET_LANE_MINUTES = 6;
/** After so long no message of before counts against the next ones. */
export const FORGOTTEN_MINUTES = 31;

/** Lets time pass on the clock of the local cloud. */
export async function passMinutes(act: Act, minutes: number): Promise<void> {
  await act.world.fleet.passTime(minutes * 60_000);
  const lines = ['pass on the clock of the local cloud'];
  act.stage.show({ step: 'time-passes', mood: 'quiet', title: `${minutes} minutes`, lines, facts: { minutes } });
}

/** Fires the teller's timer, and waits for the end of its run. */
export async function runTeller({ world }: Act): Promise<void> {
  await world.chat.tell();
}

/** Lets the teller run once, and checks that the chat shows a new message with each of the texts. */
export async function tellPeople(act: Act, step: string, texts: readonly string[]): Promise<void> {
  const { chat } = act.world;
  const before = act.lastMessageBefore; // a timer of its own may have been quicker than this
  await runTeller(act);
  const shown = (await chat.messages()).filter(({ number }) => number > before);
  for (const text of texts) {
    if (shown.some((message) => `${message.title}\n${message.text}`.includes(text))) continue;
    const titles = shown.map(({ title }) => displayText(title)).join(' | ');
    throw playFailure(
      expectation(step, act, `the robot tells of ${displayText(text)}`),
      shown.length === 0 ? 'it told nothing' : `it told ${titles}`,
    );
  }
}

/** How many alerts of a kind wait to be told. */
export async function waitingAlerts({ world: { store } }: Act, kind: OutcomeKind): Promise<number> {
  const countOf = ({ objects }: ObjectPage): number =>
    objects.filter(({ key }) => parseAlertKey(key)?.kind === kind).length;
  let page = await store.list({ prefix: ALERTS, limit: 1000 });
  let count = countOf(page);
  while (page.next !== undefined) {
    page = await store.list({ prefix: ALERTS, limit: 1000, startAfter: page.next });
    count += countOf(page);
  }
  return count;
}
