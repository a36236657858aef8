import { readCertificate } from '../core/certificate.ts';
import { splitPem } from '../core/pem.ts';
import { parseCaSerial } from '../core/serial.ts';
import type { CaPage, CaReading } from '../ports/mqtt-certificates.ts';
import { momentOf, shortText, statusOf } from './certificate-fields.ts';
import { isWireObject, listIn } from './wire-object.ts';

/**
 * Reads the `Data` of GetCaCertificate (CaVO). The documents disagree about strings and numbers, about the label and
 * the line feeds of the PEM and about the spelling of serials, so every form that was ever printed is understood.
 *
 * @returns `undefined` when it names no serial: then it is no CA certificate, whatever else it is.
 */
export function readCa(data: unknown): CaReading | undefined {
  if (!isWireObject(data)) return undefined;
  const serialAsReceived = data['Sn'];
  const serial = typeof serialAsReceived === 'string' ? parseCaSerial(serialAsReceived) : undefined;
  if (typeof serialAsReceived !== 'string' || serial === undefined) return undefined;
  const fingerprint = fingerprintOf(data['CaContent']);
  const validFrom = momentOf(data['ValidBegin']);
  const validUntil = momentOf(data['ValidEnd']);
  return {
    serialAsReceived,
    serial,
    name: shortText(data['CaName']),
    status: statusOf(data['Status']),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

/** Reads the `Data` of ListCaCertificate; `undefined` when it is no page. */
export function readCaPage(data: unknown): CaPage | undefined {
  const elements = listIn(data, 'CaCertificateVOS');
  if (elements === undefined) return undefined;
  const cas = elements.map(readCa).filter((ca) => ca !== undefined);
  return { cas, unreadable: elements.length - cas.length };
}

/** Longest PEM text that is looked at; an RSA-4096 certificate is 2 KB. */
const MAX_PEM_TEXT = 64 * 1024;

/** SHA-256 of the first certificate in the text; labels such as DEVICECERTIFICATE are the service's own. */
function fingerprintOf(content: unknown): string | undefined {
  if (typeof content !== 'string' || content.length > MAX_PEM_TEXT) return undefined;
  const pem = splitPem(content);
  if (pem.kind !== 'blocks') return undefined;
  for (const block of pem.blocks) {
    if (block.kind !== 'block' || !block.label.endsWith('CERTIFICATE')) continue;
    const reading = readCertificate(block.der);
    return reading.kind === 'certificate' ? reading.facts.fingerprint : undefined;
  }
  return undefined;
}
