import { type Refusal, refuse } from './errors.ts';
import { type Parameters, readCount, readText } from './parameters.ts';
import { checkProof, type Proof } from './proof.ts';
import { checkCode, issueCode, markUsed } from './registration-codes.ts';
import { renderCa, renderPage, type WireObject } from './rendering.ts';
import { canonicalSerial, spellSerial } from './serial.ts';
import type { MqttSettings } from './settings.ts';
import type { MqttState, RegisteredCa } from './state.ts';

/** What an operation sees. The instance is known to exist and to be ours. */
export interface OperationContext {
  readonly instance: string;
  readonly parameters: Parameters;
  readonly settings: MqttSettings;
  readonly state: MqttState;
  /** Moved time, epoch milliseconds. */
  readonly now: number;
}

/** What an operation answers; `state` is there when it changed something. */
export type OperationResult = { readonly ok: true; readonly body: WireObject; readonly state?: MqttState } | Refusal;

/** One operation of the OpenAPI: the HTTP methods the gateway declares for it, and what it does. */
export interface Operation {
  readonly methods: readonly string[];
  readonly run: (context: OperationContext) => OperationResult;
}

const READ = ['GET'];
const WRITE = ['GET', 'POST'];
const PEM_MAX_CHARS = 64 * 1024;
const SERIAL_MAX_CHARS = 128; // GetCaCertificate page
const NAME_MAX_CHARS = 256; // not published; long enough for any name, short enough for a store
const PAGE_NUMBER_MAX = 1_000_000_000;
const PAGE_SIZE_MAX = 100; // ListCaCertificate page

const getRegisterCode: Operation = {
  methods: READ,
  run: ({ instance, settings, state, now }) => {
    const { code, codes } = issueCode(state.codes, { instance, now }, settings.newCode);
    return { ok: true, body: { RegisterCode: code }, state: { ...state, codes } };
  },
};

/** Rules that need the account's state; the proof itself is already checked. */
function refuseByState(context: OperationContext, proof: Proof): Refusal | undefined {
  const { instance, settings, state } = context;
  const code = checkCode(state.codes, { instance, code: proof.commonName }, settings.codeIsSingleUse);
  if (code !== undefined) return code;
  const sameSerial = state.cas.filter((ca) => canonicalSerial(ca.serialHex) === canonicalSerial(proof.ca.serialHex));
  const isTaken = settings.serialScope === 'global' ? sameSerial : sameSerial.filter((ca) => ca.instance === instance);
  if (isTaken.length > 0) return refuse('SnNotUnique');
  const held = state.cas.filter((ca) => ca.instance === instance).length;
  return held >= settings.caQuota ? refuse('CaNumExceed') : undefined;
}

const registerCaCertificate: Operation = {
  methods: WRITE,
  run: (context) => {
    const { instance, parameters, settings, state } = context;
    const name = readText(parameters, 'CaName', NAME_MAX_CHARS);
    if (!name.ok) return name;
    const caPem = readText(parameters, 'CaContent', PEM_MAX_CHARS);
    if (!caPem.ok) return caPem;
    const verificationPem = readText(parameters, 'VerificationContent', PEM_MAX_CHARS);
    if (!verificationPem.ok) return verificationPem;

    const proof = checkProof({ ca: caPem.value, verification: verificationPem.value }, context.now);
    if (!proof.ok) return proof;
    const refusal = refuseByState(context, proof);
    if (refusal !== undefined) return refusal;

    const ca: RegisteredCa = {
      instance,
      serialHex: proof.ca.serialHex,
      name: name.value,
      caPem: caPem.value,
      verificationPem: verificationPem.value,
      registrationCode: proof.commonName,
      validBegin: proof.ca.validBegin,
      validEnd: proof.ca.validEnd,
      status: 'active', // GetCaCertificate page: a CA is active once it is registered
    };
    const changed = { codes: markUsed(state.codes, proof.commonName), cas: [...state.cas, ca] };
    return { ok: true, body: { Sn: spellSerial(ca.serialHex, settings) }, state: changed };
  },
};

function findCa(context: OperationContext, serial: string): RegisteredCa | undefined {
  const { instance, settings, state } = context;
  return state.cas.find((ca) => {
    if (ca.instance !== instance) return false;
    if (settings.serialLookup === 'own-spelling') return spellSerial(ca.serialHex, settings) === serial;
    return canonicalSerial(ca.serialHex) === canonicalSerial(serial);
  });
}

const getCaCertificate: Operation = {
  methods: READ,
  run: (context) => {
    const serial = readText(context.parameters, 'Sn', SERIAL_MAX_CHARS);
    if (!serial.ok) return serial;
    const ca = findCa(context, serial.value);
    return ca === undefined ? refuse('FindCaBySnError') : { ok: true, body: { Data: renderCa(ca, context.settings) } };
  },
};

const listCaCertificate: Operation = {
  methods: READ,
  run: ({ instance, parameters, settings, state }) => {
    const number = readCount(parameters, 'PageNo', PAGE_NUMBER_MAX);
    if (!number.ok) return number;
    const size = readCount(parameters, 'PageSize', PAGE_SIZE_MAX);
    if (!size.ok) return size;
    const cas = state.cas.filter((ca) => ca.instance === instance).map((ca) => renderCa(ca, settings));
    const page = { key: 'CaCertificateVOS', number: number.value, size: size.value };
    return { ok: true, body: { Data: renderPage(cas, page, settings) } };
  },
};

/** Every operation this stand-in knows, by its action name (API version 2020-04-20). */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['GetRegisterCode', getRegisterCode],
  ['RegisterCaCertificate', registerCaCertificate],
  ['GetCaCertificate', getCaCertificate],
  ['ListCaCertificate', listCaCertificate],
]);
