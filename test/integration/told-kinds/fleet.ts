import { INSTANCE } from '../../support/drop-world.ts';
import type { ToldWorld } from '../../support/told-world.ts';
import type { Reading } from './story.ts';

/** The CA of the fleet. */
export const CA = '5f0000000000000001';
/** In milliseconds. */
export const DAY = 86_400_000;
/** Of the fleet's fourteen devices. */
export const SERIALS = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'aa', 'ab', 'ac', 'ad', 'ae'];

/** A CA with devices that end in a thousand days, all of them watched and swept once. */
export async function fleet(world: ToldWorld, serials: readonly string[] = SERIALS, reactivate = ''): Promise<void> {
  world.sweeps.ca('fleet', CA);
  world.sweeps.devices(CA, serials);
  await watch(world, serials, reactivate);
  await world.sweeps.tick();
}

/** Somebody uploads the watch list of the fleet. */
export function watch(world: ToldWorld, serials: readonly string[], reactivate = ''): Promise<void> {
  const lines = serials.map((serial) => `${serial},${CA},${reactivate}`);
  return world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn,reactivate', ...lines].join('\n'));
}

/** Somebody switches devices of the fleet at the console. */
export function turn({ services }: ToldWorld, status: 'active' | 'inactive', serials: readonly string[]): void {
  for (const serial of serials) services.mqtt.engine.setDeviceStatus(INSTANCE, CA, serial, status);
}

/** Somebody deletes devices of the fleet. */
export function remove({ services }: ToldWorld, serials: readonly string[]): void {
  for (const serial of serials) services.mqtt.engine.deleteDevice(INSTANCE, CA, serial);
}

/** The message of the end of a condition that a sweep found. */
export function endOf(words: {
  readonly headline: string;
  readonly subject: string;
  readonly zh: string;
  readonly en: string;
  readonly run: string;
}): Reading {
  const { en, headline, run, subject, zh } = words;
  return {
    title: `【恢复】${headline}${subject}`,
    zh: [`已恢复：${headline}。`, zh],
    en: ['It is over: ', en],
    facts: ['结束于 Ended: <time>', '开始于 Since: <time>', '巡检编号 Sweep id: SWEEP'],
    run: [run],
  };
}
