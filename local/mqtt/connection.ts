import { readCertificate } from './certificate.ts';
import type { Device } from './devices/device.ts';
import { isInDate, signs } from './proof.ts';
import { canonicalSerial } from './serial.ts';
import type { RegisteredCa } from './state.ts';

/** Why the broker lets a device certificate not in. */
export type ConnectionRefusal =
  | 'unreadable'
  | 'device-inactive'
  | 'ca-unknown'
  | 'ca-inactive'
  | 'not-valid-now'
  | 'not-issued-by-ca'
  | 'serial-taken';

/** What becomes of a connection; `isNew` says that it registers the device. */
export type ConnectionAnswer =
  | { readonly kind: 'accepted'; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly reason: ConnectionRefusal };

/** What the broker knows when a device certificate is presented. */
export interface Presented {
  /** The issuing CA, when it is registered. */
  readonly ca: RegisteredCa | undefined;
  /** The registration of this very device, when there is one. */
  readonly registered: Device | undefined;
  readonly presented: Device;
  /** Whether another registration holds the serial. */
  readonly isSerialTaken: boolean;
  /** Moved time, epoch milliseconds. */
  readonly now: number;
}

const refused = (reason: ConnectionRefusal): ConnectionAnswer => ({ kind: 'refused', reason });

/**
 * Decides a connection in the order of the page "certificate-based authentication on clients": a registered device is
 * judged by its own status, an unregistered one by its CA's; then the certificate is verified with the CA. The CA's
 * status says nothing about devices that are registered already.
 */
export function decideConnection(facts: Presented): ConnectionAnswer {
  const { ca, registered, presented, now } = facts;
  if (registered?.status === 'inactive') return refused('device-inactive');
  if (ca === undefined) return refused('ca-unknown');
  if (registered === undefined && ca.status === 'inactive') return refused('ca-inactive');
  const problem = verify(presented, ca, now);
  if (problem !== undefined) return refused(problem);
  if (registered !== undefined) return { kind: 'accepted', isNew: false };
  return facts.isSerialTaken ? refused('serial-taken') : { kind: 'accepted', isNew: true };
}

/** Dates for every device; signature and serial for one that brings its certificate. */
function verify(device: Device, ca: RegisteredCa, now: number): ConnectionRefusal | undefined {
  const areDatesGood = isInDate({ validBegin: device.validFrom, validEnd: device.validUntil }, now);
  if (!isInDate(ca, now) || !areDatesGood) return 'not-valid-now';
  if (device.pem === undefined) return undefined;
  const certificate = readCertificate(device.pem);
  const issuer = readCertificate(ca.caPem);
  if (certificate === undefined || issuer === undefined) return 'unreadable';
  if (!isInDate(certificate, now)) return 'not-valid-now';
  const isSame = canonicalSerial(certificate.serialHex) === canonicalSerial(device.serialHex);
  const isIssued = certificate.issuer.equals(issuer.subject) && signs(issuer.publicKey, certificate);
  return isSame && isIssued ? undefined : 'not-issued-by-ca';
}
