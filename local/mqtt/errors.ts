import { type RefusalOf, refusalOf } from '../refusal.ts';
import type { MqttSettings } from './settings.ts';

interface Statuses {
  readonly before: number;
  readonly after: number;
}

const both = (status: number): Statuses => ({ before: status, after: status });

/**
 * Every code this stand-in answers: its HTTP status before and after the announced change (page "change of HTTP status
 * codes"; gateway codes from the common error pages, where the two are equal) and a sentence of our own.
 */
export const MQTT_ERRORS = {
  InternalError: { before: 500, after: 417, message: 'The service failed inside; try again.' },
  SystemOverFlow: { before: 500, after: 403, message: 'The service is throttling calls.' },
  GetCaNumError: { before: 500, after: 401, message: 'The number of CA certificates could not be read; try again.' },
  RegisterCodeError: { before: 500, after: 400, message: 'The registration code is not the expected one.' },
  RegisterCodeUsed: { before: 500, after: 401, message: 'The registration code has been used.' },
  CaNumExceed: { before: 500, after: 401, message: 'The instance holds as many CA certificates as it may.' },
  CertificateContentError: { before: 500, after: 401, message: 'The content of a certificate is not acceptable.' },
  SnNotUnique: { before: 500, after: 401, message: 'The serial number of the certificate is not gloabal unique' },
  MqttInstanceNotFound: { before: 500, after: 400, message: 'The instance does not exist.' },
  FindCaBySnError: { before: 500, after: 400, message: 'No CA certificate has this serial number.' },
  FindDeviceBySnError: { before: 500, after: 400, message: 'No device certificate has this serial number.' },
  MqttOwnerCheckError: { before: 500, after: 403, message: 'The instance belongs to another account.' },
  ParameterFieldCheckFailed: { before: 500, after: 400, message: 'A parameter is missing or not valid.' },
  PermissionCheckFailed: { ...both(403), message: 'The caller is not authorised for this operation.' },
  'Throttling.User': { ...both(400), message: 'Request was denied due to user flow control.' },
  SignatureNonceUsed: { ...both(400), message: 'Specified signature nonce was used already.' },
  SignatureDoesNotMatch: { ...both(400), message: 'Specified signature does not match our calculation.' },
  IncompleteSignature: { ...both(400), message: 'The request signature does not conform to the standard.' },
  UnsupportedSignature: { ...both(400), message: 'This stand-in verifies ACS3-HMAC-SHA256 only.' },
  'InvalidTimeStamp.Format': { ...both(400), message: 'x-acs-date is not of the form yyyy-MM-ddTHH:mm:ssZ.' },
  'InvalidTimeStamp.Expired': { ...both(400), message: 'x-acs-date lies more than 15 minutes from the service.' },
  'InvalidAccessKeyId.NotFound': { ...both(404), message: 'Specified access key is not found.' },
  'InvalidAccessKeyId.Inactive': { ...both(400), message: 'Specified access key is disabled.' },
  MissingSecurityToken: { ...both(400), message: 'SecurityToken is mandatory for this access key.' },
  'InvalidSecurityToken.Expired': { ...both(400), message: 'Specified SecurityToken is expired.' },
  'InvalidSecurityToken.Malformed': { ...both(400), message: 'Specified SecurityToken is malformed.' },
  'InvalidSecurityToken.MismatchWithAccessKey': { ...both(400), message: 'SecurityToken and AccessKeyId differ.' },
  'InvalidApi.NotFound': { ...both(404), message: 'Specified api is not found, check action and version.' },
  UnsupportedHTTPMethod: { ...both(403), message: 'This http method is not supported by this operation.' },
  RequestEntityTooLarge: { ...both(413), message: 'The request body is too long.' },
} as const satisfies Record<string, Statuses & { readonly message: string }>;

/** A code of the table. */
export type MqttErrorCode = keyof typeof MQTT_ERRORS;

/** What an operation answers when it refuses. `detail` is appended to the message and never holds a certificate. */
export type Refusal = RefusalOf<MqttErrorCode>;

/** Builds a refusal. */
export const refuse = (code: MqttErrorCode, detail?: string): Refusal => refusalOf(code, detail);

// The newer per-operation pages (2025-12) print these beside the older ones: the same code at different statuses.
const MIXED: Partial<Record<MqttErrorCode, Partial<Record<string, number>>>> = {
  ParameterFieldCheckFailed: {
    RegisterCaCertificate: 400,
    ActiveCaCertificate: 400,
    DeleteCaCertificate: 400,
    GetDeviceCertificate: 400,
    ListDeviceCertificateByCaSn: 400,
    ActiveDeviceCertificate: 400,
    InactivateDeviceCertificate: 400,
    DeleteDeviceCertificate: 400,
  },
  MqttOwnerCheckError: { GetCaCertificate: 400, GetRegisterCode: 400, ActiveDeviceCertificate: 403 },
};

/** The HTTP status of a code under the chosen set of statuses. */
export function statusOf(code: MqttErrorCode, setting: MqttSettings['httpStatuses'], action: string): number {
  const row = MQTT_ERRORS[code];
  switch (setting) {
    case 'before':
      return row.before;
    case 'after':
      return row.after;
    case 'mixed':
      return MIXED[code]?.[action] ?? row.before;
    default:
      throw new Error(`no such set of statuses: ${String(setting satisfies never)}`);
  }
}
