import { type Device, type DeviceStatus, defaultName } from './device.ts';
import { createPackedColumn } from './packed-column.ts';

/** What is kept of devices, column by column: about 45 bytes each beside name and PEM, and no object per device. */
export interface DeviceColumns {
  readonly rows: () => number;
  /** Adds a row and returns its number. */
  readonly push: (device: Device, serial: Buffer, ca: number) => number;
  readonly serialAt: (row: number) => Buffer;
  /** The CA's number; `undefined` for a row that was removed. */
  readonly caAt: (row: number) => number | undefined;
  readonly read: (row: number, caSerialHex: string) => Device;
  readonly setStatus: (row: number, status: DeviceStatus) => void;
  readonly remove: (row: number) => void;
  /** By serial, then by age: tells any two rows apart. */
  readonly compare: (row: number, other: number) => number;
}

const FIRST_ROWS = 64;
const REMOVED = 0; // CAs are kept as their number plus one
const EMPTY = Buffer.alloc(0);

/** Columns without rows. */
export function createDeviceColumns(): DeviceColumns {
  const serials = createPackedColumn();
  const names = createPackedColumn(); // empty: the name that follows from the serial
  const pems = createPackedColumn(); // empty: none was handed over
  let times = new Float64Array(FIRST_ROWS * 2);
  let active = new Uint8Array(FIRST_ROWS);
  let cas = new Uint32Array(FIRST_ROWS);
  let rows = 0;

  const grow = (): void => {
    const length = active.length * 2;
    const [oldTimes, oldActive, oldCas] = [times, active, cas];
    times = new Float64Array(length * 2);
    active = new Uint8Array(length);
    cas = new Uint32Array(length);
    times.set(oldTimes);
    active.set(oldActive);
    cas.set(oldCas);
  };
  return {
    rows: () => rows,
    push: (device, serial, ca) => {
      if (rows === active.length) grow();
      serials.push(serial);
      names.push(device.name === defaultName(device.serialHex) ? EMPTY : Buffer.from(device.name, 'utf8'));
      pems.push(device.pem === undefined ? EMPTY : Buffer.from(device.pem, 'utf8'));
      times[rows * 2] = device.validFrom;
      times[rows * 2 + 1] = device.validUntil;
      active[rows] = device.status === 'active' ? 1 : 0;
      cas[rows] = ca + 1;
      rows += 1;
      return rows - 1;
    },
    serialAt: serials.at,
    caAt: (row) => {
      const ca = cas[row] ?? REMOVED;
      return ca === REMOVED ? undefined : ca - 1;
    },
    read: (row, caSerialHex) => {
      const serialHex = serials.at(row).toString('hex');
      const name = names.at(row).toString('utf8');
      const pem = pems.at(row).toString('utf8');
      return {
        caSerialHex,
        serialHex,
        name: name === '' ? defaultName(serialHex) : name,
        validFrom: times[row * 2] ?? 0,
        validUntil: times[row * 2 + 1] ?? 0,
        status: active[row] === 1 ? 'active' : 'inactive',
        pem: pem === '' ? undefined : pem,
      };
    },
    setStatus: (row, status) => {
      active[row] = status === 'active' ? 1 : 0;
    },
    remove: (row) => {
      cas[row] = REMOVED;
    },
    compare: (row, other) => {
      const bySerial = serials.compare(row, other);
      return bySerial === 0 ? row - other : bySerial;
    },
  };
}
