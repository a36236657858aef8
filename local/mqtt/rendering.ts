import type { Device } from './devices/device.ts';
import { makeUpContent } from './devices/device-content.ts';
import { spellSerial } from './serial.ts';
import type { MqttSettings } from './settings.ts';
import type { RegisteredCa } from './state.ts';

/** A JSON object as it goes out on the wire. */
export type WireObject = Readonly<Record<string, unknown>>;

type WireType = MqttSettings['statusAs'];

const asSet = (value: number, as: WireType, printed: 'string' | 'number'): string | number =>
  (as === 'as-printed' ? printed : as) === 'number' ? value : String(value);

/** A PEM in the newline form the service is set to use; the pages' examples join lines by a literal `\n`. */
export function renderPem(pem: string, setting: MqttSettings['pemNewlines']): string {
  return setting === 'literal' ? pem.replaceAll(/\r?\n/gu, '\\n') : pem;
}

/** A CA as GetCaCertificate and ListCaCertificate show it (`Status` "1" is active; times are Unix milliseconds). */
export function renderCa(ca: RegisteredCa, settings: MqttSettings): WireObject {
  return {
    Sn: spellSerial(ca.serialHex, settings),
    CaName: ca.name,
    CaContent: renderPem(ca.caPem, settings.pemNewlines),
    VerificationContent: renderPem(ca.verificationPem, settings.pemNewlines),
    RegistrationCode: ca.registrationCode,
    ValidBegin: asSet(ca.validBegin, settings.validityAs, 'string'),
    ValidEnd: asSet(ca.validEnd, settings.validityAs, 'string'),
    Status: asSet(ca.status === 'active' ? 1 : 0, settings.statusAs, 'string'),
  };
}

/** The content under the label that is set. A million devices have theirs made up, so a label is not replaced in it. */
function contentOf(device: Device, issuer: Buffer, label: MqttSettings['devicePemLabel']): string {
  if (device.pem === undefined) return makeUpContent(device, issuer, label);
  return device.pem.replaceAll(/^(-----(?:BEGIN|END) )CERTIFICATE-----/gmu, `$1${label}-----`);
}

/**
 * A device as GetDeviceCertificate and the lists show it, in the order of the page's example.
 *
 * @param where - `printed`: the JSON type that the example of this operation has; `issuer`: subject of the CA as DER.
 */
export function renderDevice(
  device: Device,
  where: { readonly printed: 'string' | 'number'; readonly issuer: Buffer },
  settings: MqttSettings,
): WireObject {
  const pem = contentOf(device, where.issuer, settings.devicePemLabel);
  return {
    ValidBegin: asSet(device.validFrom, settings.validityAs, where.printed),
    ValidEnd: asSet(device.validUntil, settings.validityAs, where.printed),
    DeviceSn: spellSerial(device.serialHex, settings),
    DeviceName: device.name,
    DeviceContent: renderPem(pem, settings.pemNewlines),
    CaSn: spellSerial(device.caSerialHex, settings),
    Status: asSet(device.status === 'active' ? 1 : 0, settings.statusAs, where.printed),
  };
}
