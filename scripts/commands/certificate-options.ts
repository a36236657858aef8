import { InvalidArgumentError } from 'commander';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import { type CaSerial, type DeviceSerial, parseCaSerial, parseDeviceSerial } from '../../shared/core/serial.ts';
import { parseSweepId, type SweepId } from '../../shared/core/sweep/sweep-id.ts';

/** Reads `--instance`. */
export function parseInstance(value: string): InstanceId {
  const instance = parseInstanceId(value);
  if (instance !== undefined) return instance;
  throw new InvalidArgumentError('An instance id looks like post-cn-… or mqtt-cn-….');
}

/** Reads `--ca`. */
export function parseCa(value: string): CaSerial {
  return serialIn(value, parseCaSerial);
}

/** Reads `--device`. */
export function parseDevice(value: string): DeviceSerial {
  return serialIn(value, parseDeviceSerial);
}

/** Reads a sweep id, as records and alerts name it. */
export function parseSweep(value: string): SweepId {
  const id = parseSweepId(value.trim());
  if (id !== undefined) return id;
  throw new InvalidArgumentError('A sweep id looks like 20261121T050000Z; the field sweep_id of a record says it.');
}

// Hex as all our records spell it; who has a decimal number says so, because digits alone would be read as hex.
function serialIn<Serial>(value: string, parse: (hex: string) => Serial | undefined): Serial {
  const text = value.trim();
  const serial = /^dec:\d{1,49}$/i.test(text)
    ? parse(BigInt(text.slice(4)).toString(16))
    : parse(text.replace(/^0x/i, ''));
  if (serial !== undefined) return serial;
  throw new InvalidArgumentError('A serial is hex of at most 20 octets, with or without colons, or dec:<decimal>.');
}
