import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../terminal/command-error.ts';

const KEYS_README = `These are private keys. Never copy this folder, or a file in it, into a bucket, a mail or a chat.

Whoever has ca.key.pem can make certificates for devices that your broker accepts.
Keep it offline, or in a key vault, and only where you sign device certificates.
verification.key.pem is needed once at most: when the CA is registered, it can be deleted.

The files to copy into the inbox are in ../drop.
`;

/** What a pair folder is to hold; files that are not made this time are absent. */
export interface PairFiles {
  readonly caPem?: string;
  readonly verificationPem?: string;
  readonly caKeyPem?: string;
  readonly verificationKeyPem?: string;
}

/** Absolute paths of what was written. */
export interface WrittenPair {
  readonly dropFolder: string;
  readonly keysFolder: string;
  readonly drop: readonly string[];
  readonly keys: readonly string[];
}

/** A file to write: nothing is written over, and only certificates may be in `drop`. */
interface PlannedFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/**
 * Writes `<folder>/drop/` (certificates, to copy) and `<folder>/keys/` (0700; private keys, 0600; never to copy).
 *
 * Nothing is overwritten: when any of the files is there, nothing is written at all. A CA certificate that is already
 * there with the same content is left alone, so that a verification certificate can be added to a CA made earlier.
 *
 * @throws CommandError (usage) when a file is in the way.
 */
export function writePairFolder(folder: string, files: PairFiles): WrittenPair {
  const dropFolder = join(folder, 'drop');
  const keysFolder = join(folder, 'keys');
  const drop = planned(dropFolder, 0o644, { 'ca.pem': files.caPem, 'verification.pem': files.verificationPem });
  const keys = planned(keysFolder, 0o600, {
    'ca.key.pem': files.caKeyPem,
    'verification.key.pem': files.verificationKeyPem,
  });
  const toWrite = [...drop, ...keys].filter((file) => !isAlreadyThere(file));
  mkdirSync(dropFolder, { recursive: true });
  mkdirSync(keysFolder, { recursive: true, mode: 0o700 });
  chmodSync(keysFolder, 0o700); // the folder may be older than this run
  writeNotes(keysFolder);
  writeAll(toWrite);
  return { dropFolder, keysFolder, drop: drop.map(pathOf), keys: keys.map(pathOf) };
}

function planned(folder: string, mode: number, contents: Readonly<Record<string, string | undefined>>): PlannedFile[] {
  return Object.entries(contents).flatMap(([name, content]) =>
    content === undefined ? [] : [{ path: join(folder, name), content, mode }],
  );
}

const pathOf = (file: PlannedFile): string => file.path;

function isAlreadyThere(file: PlannedFile): boolean {
  if (!existsSync(file.path)) return false;
  if (file.path.endsWith('ca.pem') && readFileSync(file.path, 'utf8') === file.content) return true;
  throw usageError(
    `${file.path} exists already and is not overwritten`,
    'Choose another --name or --out, or move the old files away.',
  );
}

// The second file keeps `git add .` from publishing the keys.
function writeNotes(keysFolder: string): void {
  for (const [name, content] of Object.entries({ 'README.txt': KEYS_README, '.gitignore': '*\n' })) {
    const path = join(keysFolder, name);
    if (!existsSync(path)) writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
  }
}

function writeAll(files: readonly PlannedFile[]): void {
  const written: string[] = [];
  try {
    for (const file of files) {
      writeFileSync(file.path, file.content, { flag: 'wx', mode: file.mode });
      written.push(file.path);
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true }); // half a pair would only be in the way next time
    throw error;
  }
}
