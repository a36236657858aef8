import { type Refusal, refuse } from './errors.ts';
import { type Operation, type OperationContext, READ, readCa, WRITE } from './operation.ts';
import { readPage, renderPage } from './paging.ts';
import { readText } from './parameters.ts';
import { checkProof, type Proof } from './proof.ts';
import { checkCode, issueCode, markUsed } from './registration-codes.ts';
import { renderCa } from './rendering.ts';
import { canonicalSerial, spellSerial } from './serial.ts';
import type { RegisteredCa } from './state.ts';

const PEM_MAX_CHARS = 64 * 1024;
const NAME_MAX_CHARS = 256; // not published; long enough for any name, short enough for a store

/** Hands out a registration code. */
export const getRegisterCode: Operation = {
  methods: READ,
  run: ({ instance, settings, state, now }) => {
    const { code, codes } = issueCode(state.codes, { instance, now }, settings.newCode);
    return { ok: true, body: { RegisterCode: code }, codes };
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

/** Registers a CA whose key signed a code of the instance. */
export const registerCaCertificate: Operation = {
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
    return {
      ok: true,
      body: { Sn: spellSerial(ca.serialHex, settings) },
      codes: markUsed(state.codes, proof.commonName),
      change: { kind: 'register-ca', ca },
    };
  },
};

/** Shows one CA. */
export const getCaCertificate: Operation = {
  methods: READ,
  run: (context) => {
    const ca = readCa(context, 'Sn');
    return ca.ok ? { ok: true, body: { Data: renderCa(ca.value, context.settings) } } : ca;
  },
};

/** Shows the CAs of an instance, oldest first, a page at a time. */
export const listCaCertificate: Operation = {
  methods: READ,
  run: ({ instance, parameters, settings, state, pageFault }) => {
    const page = readPage(parameters);
    if (!page.ok) return page;
    const cas = state.cas.filter((ca) => ca.instance === instance);
    const listing = {
      key: 'CaCertificateVOS',
      totalIs: 'pages',
      count: cas.length,
      read: (from: number, length: number) => cas.slice(from, from + length).map((ca) => renderCa(ca, settings)),
    } as const;
    return { ok: true, body: { Data: renderPage(listing, page.value, settings, pageFault) } };
  },
};

/** Switches a CA; a CA that is so already is answered alike (no page lists a code for it). */
const switchCa = (status: RegisteredCa['status']): Operation => ({
  methods: WRITE,
  run: (context) => {
    const ca = readCa(context, 'Sn');
    if (!ca.ok) return ca;
    const body = { Sn: spellSerial(ca.value.serialHex, context.settings) };
    return { ok: true, body, change: { kind: 'set-ca', ca: ca.value, status } };
  },
});

/** Lets unregistered devices of a CA in. */
export const activeCaCertificate = switchCa('active');
/** Keeps unregistered devices of a CA out; registered ones stay as they are. */
export const inactivateCaCertificate = switchCa('inactive');

/** Deletes a CA together with the registrations of all its devices. */
export const deleteCaCertificate: Operation = {
  methods: WRITE,
  run: (context) => {
    const ca = readCa(context, 'Sn');
    if (!ca.ok) return ca;
    const body = { Sn: spellSerial(ca.value.serialHex, context.settings) };
    return { ok: true, body, change: { kind: 'delete-ca', ca: ca.value } };
  },
};
