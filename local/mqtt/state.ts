/** A registration code and what became of it. */
export interface RegistrationCode {
  readonly code: string;
  readonly instance: string;
  /** Moved time, epoch milliseconds. */
  readonly issuedAt: number;
  readonly status: 'open' | 'used' | 'superseded';
}

/** A registered CA. Serial is the DER content of the INTEGER in lower-case hex; how it is spelled is a setting. */
export interface RegisteredCa {
  readonly instance: string;
  readonly serialHex: string;
  readonly name: string;
  readonly caPem: string;
  readonly verificationPem: string;
  readonly registrationCode: string;
  readonly validBegin: number;
  readonly validEnd: number;
  readonly status: 'active' | 'inactive';
}

/** What outlives a restart beside the device certificates, which have a file of their own. */
export interface MqttState {
  readonly codes: readonly RegistrationCode[];
  readonly cas: readonly RegisteredCa[];
}

/** The state of an account in which nothing happened yet. */
export const EMPTY_STATE: MqttState = { codes: [], cas: [] };

type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;
const isTime = (value: unknown): value is number => Number.isSafeInteger(value);
const areStrings = (row: Row, names: readonly string[]): boolean =>
  names.every((name) => typeof row[name] === 'string');

const CODE_STATUSES: readonly unknown[] = ['open', 'used', 'superseded'];
const CA_STATUSES: readonly unknown[] = ['active', 'inactive'];
const CA_TEXTS = ['instance', 'serialHex', 'name', 'caPem', 'verificationPem', 'registrationCode'];

function isCode(value: unknown): value is RegistrationCode {
  if (!isRow(value) || !areStrings(value, ['code', 'instance'])) return false;
  return isTime(value['issuedAt']) && CODE_STATUSES.includes(value['status']);
}

function isCa(value: unknown): value is RegisteredCa {
  if (!isRow(value) || !areStrings(value, CA_TEXTS)) return false;
  return isTime(value['validBegin']) && isTime(value['validEnd']) && CA_STATUSES.includes(value['status']);
}

function isState(value: unknown): value is MqttState {
  if (!isRow(value)) return false;
  const { codes, cas } = value;
  return Array.isArray(codes) && codes.every(isCode) && Array.isArray(cas) && cas.every(isCa);
}

/** Reads a saved state; throws when the text is not one, because starting empty would look like lost registrations. */
export function parseState(text: string): MqttState {
  const value: unknown = JSON.parse(text);
  if (!isState(value)) throw new Error('the saved MQTT state is not one of this program');
  return value;
}
