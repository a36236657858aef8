import type { ListOrder } from './devices/row-order.ts';

/**
 * What the real service leaves open or answers differently on different pages. Every field has a default; tests turn
 * them one at a time, so that a client is seen to hold whatever the live service turns out to do.
 */
export interface MqttSettings {
  /**
   * HTTP status of an error: as before the announced change, as after it, or the mixture that the per-operation pages
   * print today (page "change of HTTP status codes").
   */
  readonly httpStatuses: 'before' | 'after' | 'mixed';
  /**
   * JSON type of `Status`: the declared string, a number, or what the examples of the pages print, which is a number in
   * GetDeviceCertificate and a string everywhere else.
   */
  readonly statusAs: 'string' | 'number' | 'as-printed';
  /** JSON type of `ValidBegin` and `ValidEnd`. */
  readonly validityAs: 'string' | 'number' | 'as-printed';
  /** Spelling of `Sn`: the DER bytes with their sign byte, or without leading zeros; and the case of the letters. */
  readonly serialZeros: 'as-encoded' | 'stripped';
  readonly serialLetters: 'lower' | 'upper';
  /** Whether a look-up finds a CA only by the service's own spelling, or by any spelling of the number. */
  readonly serialLookup: 'own-spelling' | 'any-spelling';
  /** Line ends of a returned PEM: line feeds, or the two characters `\n` as the pages' examples show. */
  readonly pemNewlines: 'lf' | 'literal';
  /** Label of `DeviceContent`; the pages show one that no parser knows. */
  readonly devicePemLabel: 'DEVICECERTIFICATE' | 'CERTIFICATE';
  /**
   * What `Total` of a list counts; it is described as pages for ListCaCertificate and ListDeviceCertificate and as
   * results for ListDeviceCertificateByCaSn.
   */
  readonly totalCounts: 'pages' | 'results' | 'as-described';
  /** What a page past the end shows: nothing, spelled in two ways, or the last page once more. */
  readonly pastTheEnd: 'empty-list' | 'null' | 'last-page';
  /** What lists of device certificates are sorted by; not stated. `serial` is the order of its text. */
  readonly listOrder: ListOrder;
  /** What a device operation answers for a CA that is not there; its pages list `FindDeviceBySnError` alone. */
  readonly unknownCaOfDevice: 'FindDeviceBySnError' | 'FindCaBySnError';
  /** What ListDeviceCertificateByCaSn answers for a CA that is not there: the code above, or a page without elements. */
  readonly listOfUnknownCa: 'refused' | 'empty';
  /** What GetRegisterCode does while an earlier code of the instance is still unused. */
  readonly newCode: 'invalidates-earlier' | 'keeps-earlier' | 'repeats-until-used';
  /** Whether a code that registered a CA is refused afterwards (`RegisterCodeUsed`). */
  readonly codeIsSingleUse: boolean;
  /** Where a CA serial must be unique; the page says "globally". */
  readonly serialScope: 'global' | 'instance';
  /** Where a device serial must be unique; the pages say "globally". */
  readonly deviceSerialScope: 'global' | 'ca';
  /** Most CAs of one instance; the real number is not published. */
  readonly caQuota: number;
  /** Whether parameters in a form body count like parameters in the query. */
  readonly formBodyAccepted: boolean;
  /** Whether a POST to an operation declared GET-only is refused (`UnsupportedHTTPMethod`). */
  readonly postToReadsRefused: boolean;
  /** Calls in any sliding second for the account; more are answered `Throttling.User` (page "QPS limits"). */
  readonly callsPerSecond: number;
  /** Calls in any sliding second from one source address; one more blocks the address. */
  readonly callsPerSecondPerSource: number;
  /** How long a blocked address stays blocked, real milliseconds; not published. */
  readonly blockMs: number;
  /** What a blocked caller sees: nothing at all, or a connection that is cut. */
  readonly blockedSees: 'silence' | 'reset';
  /** Instances that exist and belong to someone else (`MqttOwnerCheckError`). */
  readonly foreignInstances: readonly string[];
  /** Operations that RAM refuses (`PermissionCheckFailed` with its `AccessDeniedDetail`). */
  readonly deniedActions: readonly string[];
  /** Access keys that exist and are switched off (`InvalidAccessKeyId.Inactive`). */
  readonly inactiveKeys: readonly string[];
  /** Temporary access keys whose token has run out (`InvalidSecurityToken.Expired`). */
  readonly expiredKeys: readonly string[];
}

/** The stricter reading wherever the documents are silent, so that a client which passes here asks little of the service. */
export const DEFAULT_MQTT_SETTINGS: MqttSettings = {
  httpStatuses: 'mixed',
  statusAs: 'as-printed',
  validityAs: 'as-printed',
  serialZeros: 'as-encoded',
  serialLetters: 'lower',
  serialLookup: 'own-spelling',
  pemNewlines: 'lf',
  devicePemLabel: 'DEVICECERTIFICATE',
  totalCounts: 'as-described',
  pastTheEnd: 'empty-list',
  listOrder: 'registration',
  unknownCaOfDevice: 'FindDeviceBySnError',
  listOfUnknownCa: 'refused',
  newCode: 'invalidates-earlier',
  codeIsSingleUse: true,
  serialScope: 'global',
  deviceSerialScope: 'global',
  caQuota: 100,
  formBodyAccepted: true,
  postToReadsRefused: true,
  callsPerSecond: 500,
  callsPerSecondPerSource: 300,
  blockMs: 60_000,
  blockedSees: 'silence',
  foreignInstances: [],
  deniedActions: [],
  inactiveKeys: [],
  expiredKeys: [],
};
