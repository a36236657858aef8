import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { checkCompleteness, checkFiles } from '../../shared/core/drop-checks.ts';
import { type DropFileContent, readDropFile } from '../../shared/core/drop-file.ts';
import { findPair } from '../../shared/core/find-pair.ts';
import { OPENSSL } from '../../shared/core/pair-check-commands.ts';
import { checkPair } from '../../shared/core/pair-checks.ts';
import { describeProblem, isBlocking, type PairProblem } from '../../shared/core/pair-problem.ts';
import { epochMs } from '../../shared/core/time.ts';

const CODE = '1f2e3d4c-0000-4b0b-9a51-0123456789abcd01';
const ROOT = mkdtempSync(join(tmpdir(), 'openssl-pairs-'));
let folder = ROOT;

beforeEach(() => {
  folder = mkdtempSync(join(ROOT, 'case-'));
});

afterAll(() => {
  rmSync(ROOT, { recursive: true, force: true });
});

/** Runs shell lines in the folder of the test; the randomness file stays there too. */
function shell(...lines: readonly string[]): void {
  const env = { PATH: process.env['PATH'] ?? '', RANDFILE: join(folder, '.rnd') };
  execFileSync('sh', ['-ec', lines.join('\n')], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function files(...names: readonly string[]): readonly DropFileContent[] {
  return names.map((name) => readDropFile({ name, bytes: readFileSync(join(folder, name)) }));
}

/** What the pipeline would find in these files now. */
function problems(...names: readonly string[]): readonly PairProblem[] {
  const contents = files(...names);
  const finding = findPair(contents);
  const context = { now: epochMs(Date.now()), handedOutCodeHashes: [] };
  const inPair = finding.kind === 'pair' ? checkPair(finding, context) : [];
  return [...checkFiles(contents, finding), ...checkCompleteness(contents, finding), ...inPair];
}

const codes = (...names: readonly string[]): readonly string[] => problems(...names).map(({ code }) => code);

const KEYS = {
  'RSA 2048': 'openssl genrsa -out "$1" 2048',
  'RSA 3072': 'openssl genrsa -out "$1" 3072',
  'P-256': 'openssl ecparam -name prime256v1 -genkey -noout -out "$1"',
  'P-384': 'openssl ecparam -name secp384r1 -genkey -noout -out "$1"',
} as const;

/** `key NAME` makes a key of the type. */
const keyFunction = (type: keyof typeof KEYS): string => `key() { ${KEYS[type]}; }`;

const CA = 'openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj "/C=CN/O=Acme/CN=Fleet CA" -out ca.pem';
const REQUEST = `openssl req -new -key verification.key -subj "/CN=${CODE}" -out verification.csr`;
const SIGN =
  'openssl x509 -req -in verification.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha512 -days 300 -out verification.pem';

test.each(Object.keys(KEYS) as readonly (keyof typeof KEYS)[])(
  'a pair made with openssl req and openssl x509 -req is sound: %s',
  (type) => {
    shell(keyFunction(type), 'key ca.key; key verification.key', CA, REQUEST, SIGN);
    expect(problems('ca.pem', 'verification.pem')).toEqual([]);
    const [ca] = files('ca.pem');
    const serial = execFileSync('openssl', [
      'x509',
      '-in',
      join(folder, 'ca.pem'),
      '-noout',
      '-serial',
      '-fingerprint',
      '-sha256',
    ]);
    const [, hex = '', fingerprint = ''] = /serial=(\w+)[^=]*=([\w:]+)/.exec(serial.toString()) ?? [];
    expect(ca?.certificates[0]).toMatchObject({
      serial: { kind: 'serial', value: hex.toLowerCase().replace(/^0+/, '') },
      fingerprint: fingerprint.replaceAll(':', '').toLowerCase(),
    });
  },
);

test('a pair in DER is as good as one in PEM', () => {
  shell(keyFunction('P-256'), 'key ca.key; key verification.key', CA, REQUEST, SIGN);
  shell('for f in ca verification; do openssl x509 -in $f.pem -outform DER -out $f.der; done');
  expect(problems('ca.der', 'verification.der')).toEqual([]);
});

test('the trap: a CA self-signed by openssl x509 -req has no extensions and is refused by name', () => {
  shell(keyFunction('RSA 2048'), 'key ca.key; key verification.key');
  shell('openssl req -new -key ca.key -subj "/CN=Fleet CA" -out ca.csr');
  shell('openssl x509 -req -in ca.csr -signkey ca.key -sha256 -days 3650 -out ca.pem', REQUEST, SIGN);
  expect(codes('ca.pem', 'verification.pem', 'ca.csr', 'verification.csr')).toEqual(['ca-basic-constraints-missing']);
});

test('the same with an extension file is sound', () => {
  write('ca.ext', 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n');
  shell(keyFunction('RSA 2048'), 'key ca.key; key verification.key');
  shell('openssl req -new -key ca.key -subj "/CN=Fleet CA" -out ca.csr');
  shell('openssl x509 -req -in ca.csr -signkey ca.key -extfile ca.ext -sha256 -days 3650 -out ca.pem', REQUEST, SIGN);
  expect(problems('ca.pem', 'verification.pem')).toEqual([]);
});

test('an extension file of a server certificate makes no CA', () => {
  write('ca.ext', 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n');
  shell(keyFunction('P-256'), 'key ca.key; key verification.key');
  shell('openssl req -new -key ca.key -subj "/CN=Fleet CA" -out ca.csr');
  shell('openssl x509 -req -in ca.csr -signkey ca.key -extfile ca.ext -days 3650 -out ca.pem', REQUEST, SIGN);
  expect(codes('ca.pem', 'verification.pem')).toEqual(['ca-flag-false', 'ca-key-usage']);
});

test.each(['P-256', 'RSA 2048'] as const)('a pair made with openssl ca is sound: %s', (type) => {
  write('ca.cnf', openSslCaConfiguration());
  shell(keyFunction(type), 'key ca.key; key verification.key', 'touch index.txt; echo f26900ba87010203 > serial');
  shell('openssl req -new -key ca.key -subj "/CN=Fleet CA" -out ca.csr');
  shell('openssl ca -batch -config ca.cnf -selfsign -keyfile ca.key -extensions v3_ca -in ca.csr -out ca.pem', REQUEST);
  shell(
    'openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -extensions leaf -in verification.csr -out verification.pem',
  );
  expect(problems('ca.pem', 'verification.pem')).toEqual([]);
  const [ca] = files('ca.pem');
  expect(ca?.certificates[0]).toMatchObject({
    serial: { value: 'f26900ba87010203' },
    serialDerHex: '00f26900ba87010203',
  });
});

test('a verification certificate under an intermediate CA is sound, and the root beside it is a warning', () => {
  write('ca.ext', 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n');
  shell(keyFunction('P-256'), 'key root.key; key ca.key; key verification.key');
  shell(CA.replaceAll('ca.key', 'root.key').replace('ca.pem', 'root.pem').replace('Fleet CA', 'Root'));
  shell('openssl req -new -key ca.key -subj "/CN=Issuing CA" -out ca.csr');
  shell(
    'openssl x509 -req -in ca.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile ca.ext -days 3000 -out ca.pem',
  );
  shell(REQUEST, SIGN, 'cat verification.pem ca.pem root.pem > fullchain.pem');
  expect(codes('ca.pem', 'verification.pem')).toEqual([]);
  expect(codes('root.pem', 'ca.pem', 'verification.pem')).toEqual(['extra-certificate']);
  expect(codes('fullchain.pem')).toEqual(['extra-certificate']);
});

test.each([
  [
    'signed by itself',
    ['openssl x509 -req -in verification.csr -signkey verification.key -days 9 -out verification.pem'],
    ['issuer-mismatch', 'signed-by-itself'],
  ],
  [
    'signed by a CA of the same name',
    [
      CA.replace('ca.key', 'other.key').replace('ca.pem', 'other.pem'),
      SIGN.replace('ca.pem', 'other.pem').replace('ca.key', 'other.key'),
    ],
    ['signed-by-namesake'],
  ],
  ['signed with SHA-1', [SIGN.replace('sha512', 'sha1')], ['signature-weak']],
  ['that ended before it began', [SIGN.replace('-days 300', '-days -1')], ['verification-expired']],
  ['without a common name', [REQUEST.replace(`CN=${CODE}`, 'O=Acme'), SIGN], ['common-name-missing']],
  ['with two common names', [REQUEST.replace(CODE, `${CODE}/CN=x`), SIGN], ['common-name-several']],
  [
    'with a blank after the code',
    [REQUEST.replace(CODE, `${CODE} `), SIGN],
    ['common-name-padded', 'common-name-not-code'],
  ],
] as const)('a verification certificate %s is refused for it', (_, lines, expected) => {
  shell(keyFunction('RSA 2048'), 'key ca.key; key other.key; key verification.key', CA, REQUEST, ...lines);
  const found = problems('ca.pem', 'verification.pem');
  expect(found.map(({ code }) => code)).toEqual(expected);
  expect(isBlocking(found)).toBe(true);
});

test.each([
  ['PKCS #8', 'openssl pkcs8 -topk8 -nocrypt -in ca.key -out leaked', 'pkcs8'],
  ['encrypted PKCS #8', 'openssl pkcs8 -topk8 -v2 aes256 -passout pass:x -in ca.key -out leaked', 'encrypted-pkcs8'],
  ['PKCS #8 in DER', 'openssl pkcs8 -topk8 -nocrypt -in ca.key -outform DER -out leaked', 'pkcs8'],
  [
    'encrypted PKCS #8 in DER',
    'openssl pkcs8 -topk8 -v2 aes256 -passout pass:x -in ca.key -outform DER -out leaked',
    'encrypted-pkcs8',
  ],
  ['PKCS #1', 'openssl rsa -traditional -in ca.key -out leaked', 'rsa'],
  ['encrypted PKCS #1', 'openssl rsa -traditional -aes128 -passout pass:x -in ca.key -out leaked', 'rsa'],
  ['PKCS #1 in DER', 'openssl rsa -traditional -in ca.key -outform DER -out leaked', 'rsa'],
  ['SEC 1 with parameters', 'openssl ecparam -name prime256v1 -genkey -out leaked', 'ec'],
  ['SEC 1 in DER', 'openssl ecparam -name prime256v1 -genkey -noout -outform DER -out leaked', 'ec'],
  ['PKCS #12', 'openssl pkcs12 -export -passout pass:x -inkey ca.key -in ca.pem -out leaked', 'pkcs12'],
  ['Ed25519', 'openssl genpkey -algorithm ed25519 -out leaked', 'pkcs8'],
  ['DSA', 'openssl dsaparam -genkey -noout -out leaked 1024', 'dsa'],
  ['a certificate with its key', 'cat ca.pem ca.key > leaked', 'pkcs8'],
] as const)('a private key written by openssl is found: %s', (_, line, kind) => {
  shell(keyFunction('RSA 2048'), 'key ca.key', CA, line);
  const [leaked] = files('leaked');
  // What OpenSSL 1.1.1 writes in a key's own format, OpenSSL 3 writes as PKCS #8.
  expect(kind === 'encrypted-pkcs8' || kind === 'pkcs12' ? [kind] : [kind, 'pkcs8', 'rsa']).toContain(
    leaked?.privateKey,
  );
  expect(codes('ca.pem', 'leaked')).toContain('private-key-present');
});

test('requests, revocation lists, bundles and public keys are no private keys', () => {
  shell(keyFunction('RSA 2048'), 'key ca.key; key verification.key', CA, REQUEST, SIGN);
  shell('openssl crl2pkcs7 -nocrl -certfile ca.pem -out ca.p7b', 'openssl rsa -in ca.key -pubout -out ca.pub');
  shell(
    'openssl rsa -in ca.key -RSAPublicKey_out -out ca1.pub',
    'openssl req -in verification.csr -outform DER -out csr.der',
  );
  const others = ['verification.csr', 'csr.der', 'ca.p7b', 'ca.pub', 'ca1.pub'];
  expect(files(...others).map((file) => file.others[0]?.what)).toEqual([
    'certificate-request',
    'certificate-request',
    'pkcs7',
    'public-key',
    'public-key',
  ]);
  expect(problems('ca.pem', 'verification.pem', ...others)).toEqual([]);
});

test('the commands the fixes show make a sound pair', () => {
  shell(OPENSSL.newPair.replace('YOUR_REGISTRATION_CODE', CODE));
  expect(problems('ca.pem', 'verification.pem')).toEqual([]);
  shell(OPENSSL.newVerification.replace('YOUR_REGISTRATION_CODE', CODE), OPENSSL.signAgain, OPENSSL.showIssuer);
  expect(problems('ca.pem', 'verification.pem')).toEqual([]);
  shell(OPENSSL.show.replace('FILE', 'ca.pem'), OPENSSL.certificateOnly.replace('FILE', 'ca.pem'));
  expect(readdirSync(folder)).toContain('certificate.pem');
});

/** A subject that any change of spelling, order or string type would change. */
const SUBJECT = '/C=CN/O=Acme (Nord)/OU=车队/CN=Fleet CA';

/** What `openssl x509` prints of a certificate of the test. */
function fieldOf(name: string, field: '-subject_hash' | '-serial' | '-pubkey'): string {
  return execFileSync('openssl', ['x509', '-in', join(folder, name), '-noout', field]).toString();
}

/** Signs `ca.csr` by `ca.key` with these extensions, as `ca.pem`, and the verification certificate under it. */
function signCa(extensions: string, ...options: readonly string[]): void {
  write('ca.ext', extensions);
  shell(keyFunction('P-256'), 'key ca.key; key verification.key');
  shell(`openssl req -new -utf8 -key ca.key -subj "${SUBJECT}" -out ca.csr`);
  shell(`openssl x509 -req -in ca.csr -signkey ca.key -extfile ca.ext -days 3650 ${options.join(' ')} -out ca.pem`);
  shell(REQUEST, SIGN);
}

const GOOD_EXTENSIONS = 'basicConstraints=critical,CA:TRUE\n';

test.each([
  ['ca-basic-constraints-missing', ''],
  ['ca-flag-false', 'basicConstraints=CA:FALSE\n'],
  ['ca-key-usage', 'basicConstraints=critical,CA:TRUE\nkeyUsage=digitalSignature\n'],
  ['basic-constraints-not-critical', 'basicConstraints=CA:TRUE\n'],
] as const)(
  'the command shown for %s, run as it stands, leaves the verification certificate good',
  (code, extensions) => {
    signCa(extensions);
    const [found] = problems('ca.pem', 'verification.pem');
    if (found === undefined) throw new Error('nothing was found');
    expect(found.code).toBe(code);
    const before = [fieldOf('ca.pem', '-subject_hash'), fieldOf('ca.pem', '-pubkey'), fieldOf('ca.pem', '-serial')];
    const verification = readFileSync(join(folder, 'verification.pem'), 'utf8');
    shell(describeProblem(found, 'zh').command);
    expect(problems('ca.pem', 'verification.pem')).toEqual([]);
    expect([fieldOf('ca.pem', '-subject_hash'), fieldOf('ca.pem', '-pubkey'), fieldOf('ca.pem', '-serial')]).toEqual(
      before,
    );
    expect(readFileSync(join(folder, 'verification.pem'), 'utf8')).toBe(verification);
    shell(
      'openssl verify -x509_strict -CAfile ca.pem ca.pem && openssl verify -partial_chain -CAfile ca.pem verification.pem',
    );
  },
);

test.each([
  ['serial-zero', ['-set_serial 0']],
  ['serial-too-long', [`-set_serial 0x01${'00'.repeat(20)}`]],
  ['ca-expired', ['-days -1']],
  ['ca-ends-soon', ['-days 30']],
  ['signature-weak', ['-sha1']],
] as const)(
  'the command shown for %s, run as it stands, makes a sound pair of the same name and key',
  (code, options) => {
    signCa(GOOD_EXTENSIONS, ...options);
    const found = problems('ca.pem', 'verification.pem').find((one) => one.code === code);
    if (found === undefined) throw new Error(`${code} was not found`);
    const before = [fieldOf('ca.pem', '-subject_hash'), fieldOf('ca.pem', '-pubkey')];
    const serial = fieldOf('ca.pem', '-serial');
    shell(describeProblem(found, 'en').command);
    expect(problems('ca.pem', 'verification.pem')).toEqual([]);
    expect([fieldOf('ca.pem', '-subject_hash'), fieldOf('ca.pem', '-pubkey')]).toEqual(before);
    expect(fieldOf('ca.pem', '-serial')).not.toBe(serial);
  },
);

function openSslCaConfiguration(): string {
  return `[ca]
default_ca = fleet
[fleet]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
default_days = 3650
policy = any
[any]
countryName = optional
organizationName = optional
commonName = supplied
[v3_ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[leaf]
basicConstraints = CA:FALSE
`;
}
