import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INBOX } from '../../shared/core/drop-source.ts';
import type { EpochMs } from '../../shared/core/time.ts';
import { type Act, type DropFiles, expectation } from './act.ts';
import { lookUntil } from './look.ts';
import { FORGOTTEN_MINUTES, passMinutes, runTeller, type ShownMessage, waitingAlerts } from './tell.ts';
import { playFailure } from './wait.ts';
import { makeWrongPair } from './wrong-act.ts';

const DROPS = 500;
const MOST_MESSAGES = 3;
/** What a message says of pairs that were rejected. */
const TOLD_AS = 'CA 未注册';
/** 500 drops take some seconds; a busy laptop gets its time. */
const STORM_LIMIT_MS = 90_000;

/**
 * Plays a bad day: a script drops the same wrong pair into 500 folders. Every drop ends as an outcome in the log store,
 * and people get a handful of messages that count all of them.
 */
export async function playStormAct(act: Act): Promise<void> {
  const { stage, world } = act;
  await passMinutes(act, FORGOTTEN_MINUTES);
  await runTeller(act); // what waited for its turn is told first
  await passMinutes(act, FORGOTTEN_MINUTES);
  const before = await world.chat.messages();
  const since = world.clockNow();
  const pair = await makeWrongPair(act, 'code-of-nobody');
  await dropAll(act, pair);
  stage.show({
    step: 'storm',
    mood: 'bad',
    title: 'storm',
    lines: [`a script drops the same wrong pair into ${DROPS} folders`],
    facts: { drops: DROPS },
  });
  await awaitRejections(act, since);
  await runTeller(act);
  const later = (await world.chat.messages()).filter(({ number }) => number > (before.at(-1)?.number ?? 0));
  const shown = later.filter(({ text }) => text.includes(TOLD_AS)); // timers of other functions may have news of their own
  const told = shown.reduce((sum, message) => sum + eventsOf(message), 0);
  const waiting = await waitingAlerts(act, 'pair-rejected');
  const goal = expectation('storm-told', act, `at most ${MOST_MESSAGES} messages tell of all ${DROPS} drops`);
  if (shown.length > MOST_MESSAGES) throw playFailure(goal, `there were ${shown.length} messages`);
  if (told < DROPS || waiting > 0) throw playFailure(goal, `they tell of ${told}, and ${waiting} alerts wait`);
  stage.show({
    step: 'storm-told',
    mood: 'good',
    title: 'all told',
    lines: [`${DROPS} records in the log store · ${shown.length} in the chat, counting all of them · none waits`],
    facts: { messages: shown.length, recorded: DROPS, waiting },
  });
}

/** One file with both certificates, so that each folder is complete the moment it is there. */
async function dropAll({ caName, world }: Act, pair: DropFiles): Promise<void> {
  const text = Object.values(pair).join('');
  for (let number = 1; number <= DROPS; number += 1) {
    const folder = join(world.bucketFolder, INBOX, world.instance, `${caName}-${number}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'pair.pem'), text);
  }
}

async function awaitRejections(act: Act, since: EpochMs): Promise<void> {
  const goal = expectation('storm-recorded', act, `the log store has a record of each of the ${DROPS} drops`);
  await lookUntil(
    act,
    goal,
    async () => {
      const records = await act.world.recordsWhere('kind: "pair-rejected"', since, 2 * DROPS);
      const names = new Set(records.flatMap(({ name = '' }) => (name.startsWith(act.caName) ? [name] : [])));
      return names.size === DROPS ? names : undefined;
    },
    STORM_LIMIT_MS,
  );
}

/** How many events a message says it tells of; it says nothing of a single one. */
function eventsOf({ text }: ShownMessage): number {
  return Number(/(?:Events|事件数)[*]*[:：][*\s]*(\d+)/.exec(text)?.[1] ?? 1);
}
