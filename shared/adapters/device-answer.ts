import type { DeviceReading } from '../core/device-reading.ts';
import { parseDeviceSerial } from '../core/serial.ts';
import type { DevicePage } from '../ports/mqtt-certificates.ts';
import { momentOf, shortText, statusOf } from './certificate-fields.ts';
import { isWireObject, listIn } from './wire-object.ts';

/**
 * Reads a device certificate (DeviceVO), in the string and the number form of the documents. `DeviceContent`, its PEM, is
 * not looked at.
 *
 * @returns `undefined` when it names no serial. A serial that is a JSON number is none: its digits might be decimal.
 */
export function readDevice(data: unknown): DeviceReading | undefined {
  if (!isWireObject(data)) return undefined;
  const serialAsReceived = data['DeviceSn'];
  const serial = typeof serialAsReceived === 'string' ? parseDeviceSerial(serialAsReceived) : undefined;
  if (typeof serialAsReceived !== 'string' || serial === undefined) return undefined;
  const validFrom = momentOf(data['ValidBegin']);
  const validUntil = momentOf(data['ValidEnd']);
  return {
    serialAsReceived,
    serial,
    caSerialAsReceived: shortText(data['CaSn']),
    name: shortText(data['DeviceName']),
    status: statusOf(data['Status']),
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

/** Reads the `Data` of ListDeviceCertificateByCaSn; `undefined` when it is no page. */
export function readDevicePage(data: unknown): DevicePage | undefined {
  const elements = listIn(data, 'DeviceCertificateVOS');
  if (elements === undefined) return undefined;
  const devices = elements.map(readDevice).filter((device) => device !== undefined);
  return { devices, unreadable: elements.length - devices.length };
}
