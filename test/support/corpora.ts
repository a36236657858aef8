import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One file of a certificate corpus. */
export interface CorpusFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Where Debian's packages put them. */
const CORPORA = {
  'ca-certificates': '/usr/share/ca-certificates/mozilla',
  'python3-cryptography-vectors': '/usr/lib/python3/dist-packages/cryptography_vectors/x509',
} as const;

/** Endings of files that hold certificates; the vectors also hold texts about them and key files. */
const CERTIFICATE_FILE = /\.(?:pem|der|crt|cer)$/i;

/**
 * Whether a test on a corpus is to run: where it is installed, and always in the gate, which installs it and must fail
 * when that went wrong. On a machine that is not Debian such a test is skipped in sight.
 */
export function isCorpusExpected(packageName: keyof typeof CORPORA): boolean {
  return existsSync(CORPORA[packageName]) || process.env['CI'] !== undefined;
}

/**
 * Every certificate file of an installed Debian package, in the order of their paths.
 *
 * @throws Error that names the package when it is not installed: a corpus that is silently absent tests nothing.
 */
export function corpus(packageName: keyof typeof CORPORA): readonly CorpusFile[] {
  const folder = CORPORA[packageName];
  if (!existsSync(folder)) {
    throw new Error(
      `the test corpus is missing: install it with "apt-get install -y ${packageName}" (looked in ${folder})`,
    );
  }
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    CERTIFICATE_FILE.test(path),
  );
  return paths.sort().map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}
