import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JsonNameParams } from '@peculiar/x509';
import type { Command } from 'commander';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { commonNameOnly, parseDistinguishedName } from './distinguished-name.ts';
import { bucketFoldersNear, type Endpoints, endpointsFileIn, findEndpointsFile, readEndpoints } from './endpoints.ts';
import { KEY_ALGORITHMS } from './key-algorithm.ts';
import { type WrittenPair, writePairFolder } from './pair-folder.ts';
import { isKeyOfCertificate, makeCa, makeVerification, readSigningKey, type SigningCa } from './pair-material.ts';
import {
  type PairOptions,
  type PairTask,
  pairTaskOf,
  parseCode,
  parseDays,
  parseKeyAlgorithm,
  parseName,
  parseSubject,
} from './pair-options.ts';
import { pairJson, pairReport } from './pair-report.ts';
import { bucketAround, realPathOf } from './private-place.ts';
import type { RunCommand } from './run-command.ts';

const CA_DAYS = 3_650;
// 300 days is what the service's own walk-through uses for the verification certificate.
const VERIFICATION_DAYS = 300;
const MAX_INPUT_BYTES = 64 * 1024;

const EXAMPLES = `
Examples:
  mqtt-certs pair --name plant-7 --code "$(mqtt-certs code --instance mqtt-cn-example)"
  mqtt-certs pair --name plant-7 --ca-only --key ec-p384 --subject "CN=Plant 7 Device CA,O=Acme,C=CN"
  mqtt-certs pair --name plant-7 --verification-only --code <code> \\
    --ca-cert plant-7/drop/ca.pem --ca-key plant-7/keys/ca.key.pem
`;

/** Adds `mqtt-certs pair`. */
export function addPairCommand(program: Command, run: RunCommand): void {
  program
    .command('pair')
    .summary('make a CA and the verification certificate for a registration code')
    .description(
      'Makes <out>/<name>/drop/ (certificates: copy them into the inbox) and <out>/<name>/keys/ (private keys: never copy them).\n' +
        'Nothing is overwritten, and no key is written under a bucket folder.',
    )
    .requiredOption('--name <name>', 'name of the CA: its folder in the inbox and its name at the service', parseName)
    .option('--code <code>', 'registration code; it becomes the common name of the verification certificate', parseCode)
    .option(
      '--key <algorithm>',
      `one of ${Object.keys(KEY_ALGORITHMS).join(', ')}`,
      parseKeyAlgorithm,
      'ec-p256' as const,
    )
    .option('--ca-only', 'make only the CA')
    .option('--verification-only', 'make only the verification certificate, signed by a CA you have')
    .option('--ca-cert <file>', 'with --verification-only: the CA certificate (PEM)')
    .option('--ca-key <file>', 'with --verification-only: its private key (PEM, not encrypted)')
    .option('--days <days>', 'how long the CA is valid', parseDays(36_500), CA_DAYS)
    .option(
      '--verification-days <days>',
      'how long the verification certificate is valid',
      parseDays(3_650),
      VERIFICATION_DAYS,
    )
    .option('--subject <name>', 'subject of the CA, such as CN=plant 7,O=Acme (default: CN=<name>)', parseSubject)
    .option('--out <folder>', 'where to make the folder', '.')
    .option('--local <folder>', 'folder in which the local cloud was started')
    .option('--json', 'answer in JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: PairOptions) => run(options, (io) => runPair(options, io)));
}

async function runPair(options: PairOptions, io: CommandIo): Promise<ExitCode> {
  const task = pairTaskOf(options);
  const folder = join(resolve(io.cwd, options.out), options.name);
  const local = localCloudNear(options.local, io.cwd);
  refuseBucket(folder, local);
  const written = await makeFiles(task, folder, options, io);
  if (options.json === true) writeJsonLine(io.stdout, pairJson(options, written));
  else io.stdout(pairReport(options, written, { io, local }));
  return EXIT.good;
}

function localCloudNear(folder: string | undefined, cwd: string): Endpoints | undefined {
  const file = folder === undefined ? findEndpointsFile(cwd) : endpointsFileIn(resolve(cwd, folder));
  return file === undefined ? undefined : readEndpoints(file);
}

function refuseBucket(folder: string, local: Endpoints | undefined): void {
  const known = [...bucketFoldersNear(realPathOf(folder)), ...(local === undefined ? [] : [local.oss.folder])];
  const bucket = bucketAround(folder, known);
  if (bucket === undefined) return;
  throw usageError(
    `${folder} lies in a bucket folder (${bucket}), and private keys must never get near a bucket`,
    'Choose a place outside it with --out, and copy only what is in drop/ afterwards.',
  );
}

async function makeFiles(task: PairTask, folder: string, options: PairOptions, io: CommandIo): Promise<WrittenPair> {
  const common = { key: options.key, now: io.now() };
  if (task.kind === 'verification') {
    const ca = readCa(task, io.cwd);
    const verification = await makeVerification({
      ...common,
      ca,
      registrationCode: task.code,
      days: options.verificationDays,
    });
    return writePairFolder(folder, {
      caPem: ca.certificatePem,
      verificationPem: verification.certificatePem,
      verificationKeyPem: verification.privateKeyPem,
    });
  }
  const ca = await makeCa({ ...common, subject: subjectOf(options), days: options.days });
  const caFiles = { caPem: ca.certificatePem, caKeyPem: ca.privateKeyPem };
  if (task.kind === 'ca') return writePairFolder(folder, caFiles);
  const signer = { certificatePem: ca.certificatePem, privateKey: signingKeyOf(ca.privateKeyPem, 'the new key') };
  const verification = await makeVerification({
    ...common,
    ca: signer,
    registrationCode: task.code,
    days: Math.min(options.verificationDays, options.days),
  });
  return writePairFolder(folder, {
    ...caFiles,
    verificationPem: verification.certificatePem,
    verificationKeyPem: verification.privateKeyPem,
  });
}

function subjectOf(options: PairOptions): JsonNameParams {
  const reading = parseDistinguishedName(options.subject ?? '');
  return reading.kind === 'name' ? reading.name : commonNameOnly(options.name);
}

function readCa(task: { readonly caCert: string; readonly caKey: string }, cwd: string): SigningCa {
  const certificatePem = readSmallFile(resolve(cwd, task.caCert));
  const privateKey = signingKeyOf(readSmallFile(resolve(cwd, task.caKey)), task.caKey);
  if (!isReadableCertificate(certificatePem)) {
    throw new CommandError({
      code: 'ca-unreadable',
      message: `${task.caCert} holds no readable certificate in PEM form`,
      next: `Look at it with "openssl x509 -in ${task.caCert} -noout -text"; DER becomes PEM with "-inform DER -out ca.pem".`,
    });
  }
  if (isKeyOfCertificate(certificatePem, privateKey)) return { certificatePem, privateKey };
  throw new CommandError({
    code: 'key-mismatch',
    message: `${task.caKey} is not the private key of ${task.caCert}; what it signs would not verify`,
    next: 'Name the key the CA was made with.',
  });
}

function signingKeyOf(pem: string, label: string): SigningCa['privateKey'] {
  const key = readSigningKey(pem);
  if (key !== undefined) return key;
  throw new CommandError({
    code: 'key-unreadable',
    message: `${label} is no RSA or EC (P-256, P-384, P-521) private key that can be read without a passphrase`,
    next: `An encrypted key is opened with "openssl pkey -in ${label} -out <new file>"; delete the new file afterwards.`,
  });
}

function isReadableCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false; // the parser's words would not help a person; the caller names the command that does
  }
}

function readSmallFile(path: string): string {
  if (statSync(path).size <= MAX_INPUT_BYTES) return readFileSync(path, 'utf8');
  throw new CommandError({
    code: 'file-too-large',
    message: `${path} is larger than 64 KiB and is no single certificate or key`,
  });
}
