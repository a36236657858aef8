import { TAG } from './asn1-tags.ts';
import type { SignatureAlgorithm, SignatureHash } from './certificate-facts.ts';
import {
  childrenOf,
  type DerElement,
  DerError,
  encodingOf,
  membersOf,
  octetsOf,
  oidText,
  parseValue,
  textOf,
} from './der.ts';

type Known = Omit<SignatureAlgorithm, 'oid'>;

const RSA_PSS = '1.2.840.113549.1.1.10';

/** Signature algorithms by OID (RFC 3279, 4055, 5758, 8410; SM2 by GM/T 0006). */
const ALGORITHMS: Readonly<Record<string, Known>> = {
  '1.2.840.113549.1.1.2': { family: 'rsa', hash: 'md2' },
  '1.2.840.113549.1.1.4': { family: 'rsa', hash: 'md5' },
  '1.2.840.113549.1.1.5': { family: 'rsa', hash: 'sha1' },
  '1.3.14.3.2.29': { family: 'rsa', hash: 'sha1' },
  '1.2.840.113549.1.1.14': { family: 'rsa', hash: 'sha224' },
  '1.2.840.113549.1.1.11': { family: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { family: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { family: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.1': { family: 'ec', hash: 'sha1' },
  '1.2.840.10045.4.3.1': { family: 'ec', hash: 'sha224' },
  '1.2.840.10045.4.3.2': { family: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { family: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { family: 'ec', hash: 'sha512' },
  '1.2.156.10197.1.501': { family: 'ec', hash: 'sm3' },
  '1.3.101.112': { family: 'ed25519', hash: 'intrinsic' },
  '1.3.101.113': { family: 'ed448', hash: 'intrinsic' },
};

/** Hash functions by OID, as RSASSA-PSS parameters name them (RFC 4055 section 2.1). */
const HASHES: Readonly<Record<string, SignatureHash>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Reads an AlgorithmIdentifier that names a signature. Throws {@link DerError} when it is none. */
export function readSignatureAlgorithm(bytes: Buffer, element: DerElement): SignatureAlgorithm {
  const [type, parameters] = childrenOf(bytes, element);
  if (element.tag !== TAG.sequence || type?.tag !== TAG.oid) throw new DerError('not-der');
  const oid = oidText(textOf(bytes, type));
  if (oid === RSA_PSS) return { oid, family: 'rsa', hash: pssHash(bytes, parameters) };
  return { oid, ...(ALGORITHMS[oid] ?? { family: 'unknown', hash: 'unknown' }) };
}

/** RFC 4055 section 3.1: `[0] hashAlgorithm`, whose default is SHA-1. */
function pssHash(bytes: Buffer, parameters: DerElement | undefined): SignatureHash {
  if (parameters?.tag !== TAG.sequence) return 'sha1';
  const fields = membersOf(parseValue(encodingOf(bytes, parameters)));
  const hashField = fields.find((field) => field.tagClass === 0x80 && field.type === 0);
  if (hashField === undefined) return 'sha1';
  const [algorithm] = membersOf(hashField);
  const [type] = membersOf(algorithm);
  return HASHES[oidText(octetsOf(type))] ?? 'unknown';
}
