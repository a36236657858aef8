import { randomBytes } from 'node:crypto';
import type { Act } from './act.ts';
import { playFleetAct } from './fleet-act.ts';
import { playSoundAct } from './sound-act.ts';
import type { Stage } from './stage.ts';
import type { PlayWorld } from './world.ts';
import { playWrongAct } from './wrong-act.ts';

interface Scene {
  readonly name: string;
  readonly title: string;
  readonly play: (act: Act) => Promise<void>;
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
  { name: 'fleet', title: '4  Forty devices are watched, and the timer sweeps them', play: playFleetAct },
];

/**
 * Plays the main job: two pairs that get registered and one that does not, and a fleet that is watched.
 *
 * Names and codes are new each time, so it can be played again on the same data folder.
 *
 * @param openWorld - Makes fresh clients for each scene, so that their time limits begin with it.
 * @throws CommandError naming the first expected thing that did not happen.
 */
export async function playMainJob(openWorld: () => PlayWorld, stage: Stage): Promise<void> {
  const run = randomBytes(3).toString('hex');
  for (const scene of SCENES) {
    stage.beginAct(scene);
    await scene.play({ name: scene.name, caName: `play-${scene.name}-${run}`, world: openWorld(), stage });
    stage.endAct();
  }
  stage.finish();
}
