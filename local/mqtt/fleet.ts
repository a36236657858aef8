import type { Change } from './changes.ts';
import { type ConnectionAnswer, decideConnection } from './connection.ts';
import { type NewDevice, readNewDevice } from './devices/device.ts';
import type { DeviceRegistry } from './devices/device-registry.ts';
import type { HistoryEntry } from './history.ts';
import type { MqttSettings } from './settings.ts';
import type { RegisteredCa } from './state.ts';

/** What became of devices that were registered together. */
export type BulkRegistration =
  | {
      readonly kind: 'registered';
      readonly count: number;
      /** Devices that were not registered, and the first hundred of them. */
      readonly refusedCount: number;
      readonly refused: readonly RefusedDevice[];
    }
  | { readonly kind: 'ca-unknown' }
  | { readonly kind: 'ca-inactive' };

/** A device that could not be registered. */
export interface RefusedDevice {
  readonly serial: string;
  readonly reason: 'unreadable' | 'serial-taken';
}

/** What devices do to the account by connecting. */
export interface Fleet {
  /**
   * Registers devices as their first connections would have, at a time when their certificates were valid: the CA must be
   * registered and active, dates are not checked, a status may say what became of a device since. Devices are taken one
   * by one, so that a million of them need not be in memory.
   */
  readonly registerDevices: (instance: string, caSerial: string, devices: Iterable<NewDevice>) => BulkRegistration;
  /** One connection now, by the broker's rules; an accepted new device is registered and active. */
  readonly connect: (instance: string, caSerial: string, device: NewDevice) => ConnectionAnswer;
}

/** What a fleet connects to. Serials come in any spelling. */
export interface FleetAccount {
  readonly devices: DeviceRegistry;
  readonly findCa: (instance: string, serial: string) => RegisteredCa | undefined;
  readonly settings: () => MqttSettings;
  readonly now: () => number;
  readonly apply: (change: Change, by: string) => void;
  readonly note: (entry: HistoryEntry) => void;
}

const BY = 'device';
const REFUSED_MAX = 100;

/** The ways devices reach an account. */
export function createFleet(account: FleetAccount): Fleet {
  const { devices } = account;
  const isTaken = (instance: string, ca: string, serialHex: string): boolean => {
    const serial = Buffer.from(serialHex, 'hex');
    if (account.settings().deviceSerialScope === 'global') return devices.holdsSerial(serial);
    return devices.find({ instance, ca, serial }) !== undefined;
  };
  return {
    registerDevices: (instance, caSerial, given) => {
      const ca = account.findCa(instance, caSerial);
      if (ca === undefined) return { kind: 'ca-unknown' };
      if (ca.status === 'inactive') return { kind: 'ca-inactive' };
      const refused: RefusedDevice[] = [];
      let refusedCount = 0;
      let count = 0;
      const refuse = (serial: string, reason: RefusedDevice['reason']): void => {
        refusedCount += 1;
        if (refused.length < REFUSED_MAX) refused.push({ serial, reason });
      };
      for (const one of given) {
        const device = readNewDevice(ca.serialHex, one);
        if (device === undefined) refuse(one.serial, 'unreadable');
        else if (isTaken(instance, ca.serialHex, device.serialHex)) refuse(one.serial, 'serial-taken');
        else if (devices.add(instance, device)) count += 1;
      }
      const entry = { instance, ca: ca.serialHex, action: 'registered', by: BY, changed: count > 0, count } as const;
      account.note({ at: account.now(), ...entry });
      return { kind: 'registered', count, refusedCount, refused };
    },
    connect: (instance, caSerial, given) => {
      const ca = account.findCa(instance, caSerial);
      const device = readNewDevice(ca?.serialHex ?? '', { ...given, status: 'active' });
      if (device === undefined) return { kind: 'refused', reason: 'unreadable' };
      const serial = Buffer.from(device.serialHex, 'hex');
      const registered = ca === undefined ? undefined : devices.find({ instance, ca: ca.serialHex, serial });
      const answer = decideConnection({
        ca,
        registered,
        presented: device,
        isSerialTaken: isTaken(instance, device.caSerialHex, device.serialHex),
        now: account.now(),
      });
      if (answer.kind === 'accepted' && answer.isNew) account.apply({ kind: 'register-device', instance, device }, BY);
      return answer;
    },
  };
}
