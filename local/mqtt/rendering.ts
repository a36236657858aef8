import { spellSerial } from './serial.ts';
import type { MqttSettings } from './settings.ts';
import type { RegisteredCa } from './state.ts';

/** A JSON object as it goes out on the wire. */
export type WireObject = Readonly<Record<string, unknown>>;

const asSet = (value: number, as: 'string' | 'number'): string | number => (as === 'number' ? value : String(value));

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
    ValidBegin: asSet(ca.validBegin, settings.validityAs),
    ValidEnd: asSet(ca.validEnd, settings.validityAs),
    Status: asSet(ca.status === 'active' ? 1 : 0, settings.statusAs),
  };
}

/** One page of a list; `key` is the field that holds the elements (`CaCertificateVOS`). */
export function renderPage(
  elements: readonly WireObject[],
  page: { readonly key: string; readonly number: number; readonly size: number },
  settings: MqttSettings,
): WireObject {
  const from = (page.number - 1) * page.size;
  const shown = elements.slice(from, from + page.size);
  const pages = Math.ceil(elements.length / page.size);
  return {
    Total: settings.totalCounts === 'pages' ? pages : elements.length,
    PageNo: page.number,
    PageSize: page.size,
    [page.key]: shown.length === 0 && settings.pastTheEnd === 'null' ? null : shown,
  };
}
