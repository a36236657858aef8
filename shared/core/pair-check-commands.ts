/**
 * The OpenSSL lines the fixes show. They work from OpenSSL 1.1.1 on and in LibreSSL; the files are named as in the
 * documentation: `ca.key`, `ca.pem`, `verification.key`, `verification.csr`, `verification.pem`.
 */

/** What makes a certificate a CA (RFC 5280 sections 4.2.1.2, 4.2.1.3 and 4.2.1.9). */
const CA_EXTENSIONS =
  'basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign,cRLSign\\nsubjectKeyIdentifier=hash\\n';

/** A new CA key on P-256. */
const CA_KEY = 'openssl ecparam -name prime256v1 -genkey -noout -out ca.key';

/**
 * A CA certificate from `ca.key`. The extensions come from a configuration of its own: `-addext` on top of a system
 * configuration that has them too writes them twice in OpenSSL 1.1.1, and such a certificate is invalid.
 */
const CA_CERTIFICATE = [
  `printf '[req]\\ndistinguished_name=dn\\nx509_extensions=ca\\n[dn]\\n[ca]\\n${CA_EXTENSIONS}' > ca.cnf`,
  "openssl req -x509 -new -config ca.cnf -key ca.key -sha256 -days 3650 -subj '/CN=Your CA' -out ca.pem",
];

/** The extensions of a CA as a file for `openssl x509 -extfile`. */
const CA_EXTENSION_FILE = `printf '${CA_EXTENSIONS}' > ca.ext`;

/**
 * The CA certificate once more with other extensions and dates. Subject, key and serial stay as they are, octet for
 * octet, so everything that was signed under it stays good: also what names its serial (authorityKeyIdentifier).
 */
const CA_CERTIFICATE_MENDED = [
  CA_EXTENSION_FILE,
  'openssl x509 -in ca.pem -signkey ca.key -clrext -extfile ca.ext -sha256 -days 3650 -out ca-new.pem',
  'mv ca-new.pem ca.pem',
];

/**
 * The same under a new serial, for a serial that cannot be used or may be registered already. By way of a request,
 * because `-set_serial` does nothing to a certificate that is made from a certificate in OpenSSL 1.1.1.
 */
const CA_CERTIFICATE_RENEWED = [
  CA_EXTENSION_FILE,
  'openssl x509 -x509toreq -in ca.pem -signkey ca.key -out ca.csr',
  'openssl x509 -req -in ca.csr -signkey ca.key -extfile ca.ext -sha256 -days 3650 -out ca.pem',
];

/** A verification key and request that name the registration code. */
const VERIFICATION_REQUEST =
  "openssl req -new -newkey rsa:2048 -nodes -keyout verification.key -subj '/CN=YOUR_REGISTRATION_CODE' -out verification.csr";

/** Signs the request with the CA's key. */
const VERIFICATION_CERTIFICATE =
  'openssl x509 -req -in verification.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 300 -out verification.pem';

/** Commands by what they make or show. */
export const OPENSSL = {
  /** A new CA key, its certificate, and the verification certificate under it. */
  newPair: inOrder(CA_KEY, ...CA_CERTIFICATE, VERIFICATION_REQUEST, VERIFICATION_CERTIFICATE),
  /** The CA certificate with the extensions of a CA and new dates; the verification certificate stays good. */
  mendCa: inOrder(...CA_CERTIFICATE_MENDED),
  /** The CA certificate with a new serial and new dates, and the verification certificate signed again. */
  renewCa: inOrder(...CA_CERTIFICATE_RENEWED, VERIFICATION_CERTIFICATE),
  newVerification: inOrder(VERIFICATION_REQUEST, VERIFICATION_CERTIFICATE),
  signAgain: VERIFICATION_CERTIFICATE,
  certificateOnly: 'openssl x509 -in FILE -out certificate.pem',
  show: 'openssl x509 -in FILE -noout -subject -issuer -serial -dates -ext basicConstraints,keyUsage',
  showIssuer: 'openssl x509 -in verification.pem -noout -issuer',
} as const;

function inOrder(...lines: readonly string[]): string {
  return lines.join(' && ');
}
