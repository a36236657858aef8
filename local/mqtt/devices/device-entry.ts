import type { Device, DeviceStatus } from './device.ts';

/** One change of the device certificates, as the journal keeps it. */
export type DeviceEntry =
  | { readonly kind: 'registered'; readonly instance: string; readonly device: Device }
  | (Named & { readonly kind: 'status'; readonly status: DeviceStatus })
  | (Named & { readonly kind: 'deleted' })
  | { readonly kind: 'ca-deleted'; readonly instance: string; readonly ca: string }
  | { readonly kind: 'cleared' };

interface Named {
  readonly instance: string;
  readonly ca: string;
  readonly serial: string;
}

/** One line of the journal, without its line feed: a JSON array, because a million of them are written and read. */
export function formatEntry(entry: DeviceEntry): string {
  return JSON.stringify(partsOf(entry));
}

function partsOf(entry: DeviceEntry): readonly unknown[] {
  switch (entry.kind) {
    case 'registered': {
      const { caSerialHex, serialHex, name, validFrom, validUntil, status, pem } = entry.device;
      const parts = ['+', entry.instance, caSerialHex, serialHex, name, validFrom, validUntil, status];
      return pem === undefined ? parts : [...parts, pem];
    }
    case 'status':
      return ['=', entry.instance, entry.ca, entry.serial, entry.status];
    case 'deleted':
      return ['-', entry.instance, entry.ca, entry.serial];
    case 'ca-deleted':
      return ['-', entry.instance, entry.ca];
    case 'cleared':
      return ['0'];
    default:
      throw new Error(`no such change: ${String(entry satisfies never)}`);
  }
}

const HEX = /^(?:[0-9a-f]{2}){1,64}$/u;
const isText = (value: unknown): value is string => typeof value === 'string';
const isHex = (value: unknown): value is string => isText(value) && HEX.test(value);
const isStatus = (value: unknown): value is DeviceStatus => value === 'active' || value === 'inactive';
const isTime = (value: unknown): value is number => Number.isSafeInteger(value);

/** Reads a line of the journal; `undefined` when this program did not write it, or not to its end. */
export function parseEntry(line: string): DeviceEntry | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(line);
  } catch {
    return undefined; // cut off, or foreign: the caller knows which by where the line stands
  }
  if (!Array.isArray(parts)) return undefined;
  const [mark, instance, ca, serial, ...rest] = parts as readonly unknown[];
  if (mark === '0') return { kind: 'cleared' };
  if (!isText(instance) || !isHex(ca)) return undefined;
  if (mark === '-' && serial === undefined) return { kind: 'ca-deleted', instance, ca };
  if (!isHex(serial)) return undefined;
  if (mark === '-') return { kind: 'deleted', instance, ca, serial };
  if (mark === '=' && isStatus(rest[0])) return { kind: 'status', instance, ca, serial, status: rest[0] };
  return mark === '+' ? parseRegistered(instance, { ca, serial }, rest) : undefined;
}

function parseRegistered(
  instance: string,
  serials: { readonly ca: string; readonly serial: string },
  [name, validFrom, validUntil, status, pem]: readonly unknown[],
): DeviceEntry | undefined {
  if (!isText(name) || !isTime(validFrom) || !isTime(validUntil) || !isStatus(status)) return undefined;
  if (pem !== undefined && !isText(pem)) return undefined;
  const device = { caSerialHex: serials.ca, serialHex: serials.serial, name, validFrom, validUntil, status, pem };
  return { kind: 'registered', instance, device };
}
