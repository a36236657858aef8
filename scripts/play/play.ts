import { randomBytes } from 'node:crypto';
import type { Act } from './act.ts';
import { playFleetAct } from './fleet-act.ts';
import { playSoundAct } from './sound-act.ts';
import type { Stage } from './stage.ts';
import { playStormAct } from './storm-act.ts';
import { FORGOTTEN_MINUTES } from './tell.ts';
import { playToldAct } from './told-act.ts';
import type { PlayWorld } from './world.ts';
import { playWrongAct } from './wrong-act.ts';

interface Scene {
  readonly name: string;
  readonly title: string;
  /** `caNameOf` is how the CA of another scene of this play is named. */
  readonly play: (act: Act, caNameOf: (scene: string) => string) => Promise<void>;
}

const SCENES: readonly Scene[] = [
  {
    name: 'rsa',
    title: '1  An RSA pair, copied into the bucket folder',
    play: (act) => playSoundAct(act, { key: 'rsa-2048', method: 'copy' }),
  },
  {
    name: 'ec',
    title: '2  An EC pair, uploaded with the OSS SDK',
    play: (act) => playSoundAct(act, { key: 'ec-p256', method: 'upload' }),
  },
  { name: 'wrong', title: '3  A wrong pair, and how you are told', play: playWrongAct },
  {
    name: 'told',
    title: '4  What people are told',
    play: (act, caNameOf) => playToldAct(act, ['rsa', 'ec', 'wrong'].map(caNameOf)),
  },
  { name: 'fleet', title: '5  Forty devices are watched, and the timer sweeps them', play: playFleetAct },
  { name: 'storm', title: '6  Five hundred bad drops, and a handful of messages', play: playStormAct },
];

/**
 * Plays the main job: two pairs that get registered and one that does not, a fleet that is watched, and how people hear
 * of it all.
 *
 * Names and codes are new each time, so it can be played again on the same data folder.
 *
 * @param openWorld - Makes fresh clients for each scene, so that their time limits begin with it.
 * @throws CommandError naming the first expected thing that did not happen.
 */
export async function playMainJob(openWorld: () => PlayWorld, stage: Stage): Promise<void> {
  const run = randomBytes(3).toString('hex');
  const caNameOf = (scene: string): string => `play-${scene}-${run}`;
  await forgetEarlierMessages(openWorld());
  for (const scene of SCENES) {
    stage.beginAct(scene);
    const world = openWorld();
    const lastMessageBefore = (await world.chat.messages()).at(-1)?.number ?? 0;
    await scene.play({ name: scene.name, caName: caNameOf(scene.name), world, stage, lastMessageBefore }, caNameOf);
    stage.endAct();
  }
  stage.finish();
}

/** When it was played before, its messages would still count against those of this time. */
async function forgetEarlierMessages({ chat, fleet }: PlayWorld): Promise<void> {
  if ((await chat.messages()).length > 0) await fleet.passTime(FORGOTTEN_MINUTES * 60_000);
}
