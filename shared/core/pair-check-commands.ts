/**
 * The OpenSSL lines the fixes show. They work from OpenSSL 1.1.1 on and in LibreSSL; the files are named as in the
 * documentation: `ca.key`, `ca.pem`, `verification.key`, `verification.csr`, `verification.pem`.
 */

/** A new CA key on P-256. */
const CA_KEY = 'openssl ecparam -name prime256v1 -genkey -noout -out ca.key';

/**
 * A CA certificate from `ca.key`. The extensions come from a configuration of its own: `-addext` on top of a system
 * configuration that has them too writes them twice in OpenSSL 1.1.1, and such a certificate is invalid.
 */
const CA_CERTIFICATE =
  "printf '[req]\\ndistinguished_name=dn\\nx509_extensions=ca\\n[dn]\\n[ca]\\nbasicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign,cRLSign\\n' > ca.cnf && openssl req -x509 -new -config ca.cnf -key ca.key -sha256 -days 3650 -subj '/CN=Your CA' -out ca.pem";

/** A verification key and request that name the registration code. */
const VERIFICATION_REQUEST =
  "openssl req -new -newkey rsa:2048 -nodes -keyout verification.key -subj '/CN=YOUR_REGISTRATION_CODE' -out verification.csr";

/** Signs the request with the CA's key. */
const VERIFICATION_CERTIFICATE =
  'openssl x509 -req -in verification.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 300 -out verification.pem';

/** Commands by what they make or show. */
export const OPENSSL = {
  newCa: CA_CERTIFICATE,
  newCaWithKey: `${CA_KEY} && ${CA_CERTIFICATE}`,
  newVerification: `${VERIFICATION_REQUEST} && ${VERIFICATION_CERTIFICATE}`,
  signAgain: VERIFICATION_CERTIFICATE,
  certificateOnly: 'openssl x509 -in FILE -out certificate.pem',
  show: 'openssl x509 -in FILE -noout -subject -issuer -serial -dates -ext basicConstraints,keyUsage',
  showIssuer: 'openssl x509 -in verification.pem -noout -issuer && openssl x509 -in ca.pem -noout -subject',
} as const;
