import type { Device, DeviceStatus } from './device.ts';
import { createDeviceColumns } from './device-columns.ts';
import { createRowOrder, type ListOrder, type RowOrder } from './row-order.ts';
import { hashSerial, significantBytes } from './serial-bytes.ts';
import { createSerialIndex } from './serial-index.ts';

/** Which devices of an instance: all of them, or those of one CA. CAs are named by their encoded serial. */
export interface ListSlice {
  readonly ca: string | undefined;
  readonly order: ListOrder;
  readonly from: number;
  readonly length: number;
}

/** The devices of one instance, made for a million of them. */
export interface DeviceTable {
  /** Adds the newest device. Its serial must not be taken under its CA; that is the caller's to ask. */
  readonly add: (device: Device) => void;
  readonly find: (ca: string, serial: Buffer) => Device | undefined;
  /** Whether any CA of the instance has a device of this serial. */
  readonly holdsSerial: (serial: Buffer) => boolean;
  /** Switches a device; false when it was so already or is not there. */
  readonly setStatus: (ca: string, serial: Buffer, status: DeviceStatus) => boolean;
  readonly remove: (ca: string, serial: Buffer) => boolean;
  /** Removes every device of a CA and returns how many there were. */
  readonly removeCa: (ca: string) => number;
  readonly count: (ca?: string) => number;
  readonly list: (slice: ListSlice) => Device[];
  /** All devices, oldest first; nothing may change meanwhile. */
  readonly all: () => Iterable<Device>;
  /** The CAs that have devices. */
  readonly cas: () => readonly string[];
}

const FEW_REMOVED = 1024;

/** A table without devices. */
export function createDeviceTable(): DeviceTable {
  const caNumbers = new Map<string, number>();
  const caSerials: string[] = [];
  let columns = createDeviceColumns();
  let live = createLive();

  function createLive(): { index: ReturnType<typeof createSerialIndex>; all: RowOrder; byCa: RowOrder[] } {
    const index = createSerialIndex((row) => hashSerial(columns.serialAt(row)));
    return { index, all: createRowOrder(columns.compare), byCa: caSerials.map(() => createRowOrder(columns.compare)) };
  }
  const numberOf = (ca: string): number => {
    const known = caNumbers.get(ca);
    if (known !== undefined) return known;
    caNumbers.set(ca, caSerials.push(ca) - 1);
    live.byCa.push(createRowOrder(columns.compare));
    return caSerials.length - 1;
  };
  const orderOf = (ca: string | undefined): RowOrder | undefined =>
    ca === undefined ? live.all : live.byCa[caNumbers.get(ca) ?? -1];
  const caOf = (row: number): string => caSerials[columns.caAt(row) ?? -1] ?? '';
  const read = (row: number): Device => columns.read(row, caOf(row));
  const isSerial = (row: number, serial: Buffer): boolean =>
    significantBytes(columns.serialAt(row)).equals(significantBytes(serial));
  const rowOf = (ca: string, serial: Buffer): number | undefined => {
    const number = caNumbers.get(ca);
    if (number === undefined) return undefined;
    return live.index.find(hashSerial(serial), (row) => columns.caAt(row) === number && isSerial(row, serial));
  };
  const insert = (device: Device, serial: Buffer): void => {
    const ca = numberOf(device.caSerialHex);
    const row = columns.push(device, serial, ca);
    live.index.add(hashSerial(serial), row);
    live.all.add(row);
    live.byCa[ca]?.add(row);
  };
  const forget = (row: number): void => {
    live.index.remove(hashSerial(columns.serialAt(row)), row);
    columns.remove(row);
  };
  /** Removed rows keep their place until they are the most; then the table is written anew without them. */
  const tidy = (): void => {
    const removed = columns.rows() - live.all.count();
    if (removed < FEW_REMOVED || removed * 2 < columns.rows()) return;
    const old = columns;
    const rows = live.all.read('registration', 0, live.all.count());
    columns = createDeviceColumns();
    live = createLive();
    for (const row of rows) {
      insert(old.read(row, caSerials[old.caAt(row) ?? -1] ?? ''), old.serialAt(row));
    }
  };
  return {
    add: (device) => insert(device, Buffer.from(device.serialHex, 'hex')),
    find: (ca, serial) => {
      const row = rowOf(ca, serial);
      return row === undefined ? undefined : read(row);
    },
    holdsSerial: (serial) => live.index.find(hashSerial(serial), (row) => isSerial(row, serial)) !== undefined,
    setStatus: (ca, serial, status) => {
      const row = rowOf(ca, serial);
      if (row === undefined || read(row).status === status) return false;
      columns.setStatus(row, status);
      return true;
    },
    remove: (ca, serial) => {
      const row = rowOf(ca, serial);
      if (row === undefined) return false;
      live.all.remove(row);
      orderOf(ca)?.remove(row);
      forget(row);
      tidy();
      return true;
    },
    removeCa: (ca) => {
      const order = orderOf(ca);
      const number = caNumbers.get(ca);
      if (order === undefined || number === undefined) return 0;
      const rows = order.read('registration', 0, order.count());
      live.all.removeWhere((row) => columns.caAt(row) === number);
      order.removeWhere(() => true);
      for (const row of rows) forget(row);
      tidy();
      return rows.length;
    },
    count: (ca) => orderOf(ca)?.count() ?? 0,
    list: ({ ca, order, from, length }) => (orderOf(ca)?.read(order, from, length) ?? []).map(read),
    all: function* all() {
      const count = live.all.count();
      const CHUNK = 1000;
      for (let from = 0; from < count; from += CHUNK) {
        for (const row of live.all.read('registration', from, CHUNK)) yield read(row);
      }
    },
    cas: () => caSerials.filter((ca) => (orderOf(ca)?.count() ?? 0) > 0),
  };
}
