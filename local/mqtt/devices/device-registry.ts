import type { Device, DeviceStatus } from './device.ts';
import type { DeviceEntry } from './device-entry.ts';
import { createDeviceTable, type DeviceTable, type ListSlice } from './device-table.ts';

/** Names one device. The serial is its bytes, in any number of leading zeros. */
export interface DeviceKey {
  readonly instance: string;
  /** Encoded serial of the CA. */
  readonly ca: string;
  readonly serial: Buffer;
}

/** The device certificates of an account, by instance. Every change is told, in order, before the next one. */
export interface DeviceRegistry {
  /** Adds the newest device; false, and nothing done, when its CA has a device of this serial already. */
  readonly add: (instance: string, device: Device) => boolean;
  readonly find: (key: DeviceKey) => Device | undefined;
  /** Whether any instance has a device of this serial. */
  readonly holdsSerial: (serial: Buffer) => boolean;
  readonly setStatus: (key: DeviceKey, status: DeviceStatus) => boolean;
  readonly remove: (key: DeviceKey) => boolean;
  readonly removeCa: (instance: string, ca: string) => number;
  readonly count: (instance: string, ca?: string) => number;
  readonly list: (instance: string, slice: ListSlice) => readonly Device[];
  /** Every device of an instance, oldest first; nothing may change meanwhile. */
  readonly all: (instance: string) => Iterable<Device>;
  /** Instances and CAs that have devices. */
  readonly cas: () => readonly { readonly instance: string; readonly ca: string }[];
  readonly clear: () => void;
}

/** A registry without devices. */
export function createDeviceRegistry(tell: (entry: DeviceEntry) => void = () => undefined): DeviceRegistry {
  const tables = new Map<string, DeviceTable>();
  const tableOf = (instance: string): DeviceTable => {
    const table = tables.get(instance) ?? createDeviceTable();
    tables.set(instance, table);
    return table;
  };
  const named = ({ instance, ca, serial }: DeviceKey): { instance: string; ca: string; serial: string } => ({
    instance,
    ca,
    serial: serial.toString('hex'),
  });
  return {
    add: (instance, device) => {
      const table = tableOf(instance);
      if (table.find(device.caSerialHex, Buffer.from(device.serialHex, 'hex')) !== undefined) return false;
      table.add(device);
      tell({ kind: 'registered', instance, device });
      return true;
    },
    find: ({ instance, ca, serial }) => tables.get(instance)?.find(ca, serial),
    holdsSerial: (serial) => {
      for (const table of tables.values()) if (table.holdsSerial(serial)) return true; // asked a million times in a row
      return false;
    },
    setStatus: (key, status) => {
      const isChanged = tables.get(key.instance)?.setStatus(key.ca, key.serial, status) ?? false;
      if (isChanged) tell({ kind: 'status', ...named(key), status });
      return isChanged;
    },
    remove: (key) => {
      const isRemoved = tables.get(key.instance)?.remove(key.ca, key.serial) ?? false;
      if (isRemoved) tell({ kind: 'deleted', ...named(key) });
      return isRemoved;
    },
    removeCa: (instance, ca) => {
      const removed = tables.get(instance)?.removeCa(ca) ?? 0;
      if (removed > 0) tell({ kind: 'ca-deleted', instance, ca });
      return removed;
    },
    count: (instance, ca) => tables.get(instance)?.count(ca) ?? 0,
    list: (instance, slice) => tables.get(instance)?.list(slice) ?? [],
    all: (instance) => tables.get(instance)?.all() ?? [],
    cas: () => [...tables].flatMap(([instance, table]) => table.cas().map((ca) => ({ instance, ca }))),
    clear: () => {
      tables.clear();
      tell({ kind: 'cleared' });
    },
  };
}
