import type { LocalCloud } from '../../local/cloud.ts';
import { soundPair } from './drop-world.ts';

/** The first instance of `s.yaml`'s local cloud. */
export const INSTANCE = 'post-cn-local00001';

const DAY_MS = 86_400_000;

/** Registers a CA with the given serial, as its owner would have. */
export function registerCa(cloud: LocalCloud, name: string, serial: string): string {
  const { engine } = cloud.mqtt;
  const asked = engine.call({
    action: 'GetRegisterCode',
    method: 'GET',
    parameters: new Map([['MqttInstanceId', INSTANCE]]),
    by: 'test',
  });
  if (!asked.ok) throw new Error('the service gave no registration code');
  const pair = soundPair(String(asked.body['RegisterCode']), { serial });
  const parameters = new Map([
    ['MqttInstanceId', INSTANCE],
    ['CaName', name],
    ['CaContent', pair.ca],
    ['VerificationContent', pair.verification],
  ]);
  const answer = engine.call({ action: 'RegisterCaCertificate', method: 'POST', parameters, by: 'test' });
  if (!answer.ok) throw new Error(`the CA ${name} was not registered: ${answer.code}`);
  return serial;
}

/** Lets devices connect for the first time. */
export function connectDevices(
  cloud: LocalCloud,
  ca: string,
  devices: readonly { readonly serial: string; readonly name?: string; readonly validUntil?: number }[],
): void {
  const now = cloud.clock.now();
  cloud.mqtt.engine.registerDevices(
    INSTANCE,
    ca,
    devices.map((device) => ({ validFrom: now - 100 * DAY_MS, validUntil: now + 1_000 * DAY_MS, ...device })),
  );
}

/** `count` serials with a common beginning, as hex with a letter in it. */
export function serials(count: number, first = 'a'): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${first}${(at + 1).toString(16).padStart(15, '0')}`);
}
