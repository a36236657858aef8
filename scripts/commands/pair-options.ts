import { InvalidArgumentError } from 'commander';
import { isCaName } from '../../shared/core/drop-source.ts';
import { usageError } from '../terminal/command-error.ts';
import { commonNameProblem, parseDistinguishedName } from './distinguished-name.ts';
import { isKeyAlgorithm, KEY_ALGORITHMS, type KeyAlgorithm } from './key-algorithm.ts';

/** The options of `pair` as commander hands them over. */
export interface PairOptions {
  readonly name: string;
  readonly code?: string;
  readonly key: KeyAlgorithm;
  readonly caOnly?: true;
  readonly verificationOnly?: true;
  readonly caCert?: string;
  readonly caKey?: string;
  readonly days: number;
  readonly verificationDays: number;
  readonly subject?: string;
  readonly out: string;
  readonly local?: string;
  readonly json?: true;
}

/** What is to be made: a union, so that no half of the options can be forgotten. */
export type PairTask =
  | { readonly kind: 'ca' }
  | { readonly kind: 'pair'; readonly code: string }
  | { readonly kind: 'verification'; readonly code: string; readonly caCert: string; readonly caKey: string };

/** Decides what to make; throws a usage error that names the options which do not go together. */
export function pairTaskOf(options: PairOptions): PairTask {
  const { code, caCert, caKey } = options;
  if (options.caOnly === true && options.verificationOnly === true) {
    throw usageError('--ca-only and --verification-only exclude each other', 'Leave both out to make both halves.');
  }
  if (options.verificationOnly !== true && (caCert !== undefined || caKey !== undefined)) {
    throw usageError('--ca-cert and --ca-key belong to --verification-only', 'Add --verification-only.');
  }
  if (options.caOnly === true) {
    if (code === undefined) return { kind: 'ca' };
    throw usageError('--ca-only makes no certificate that could carry a --code', 'Leave out one of the two.');
  }
  if (code === undefined) {
    throw usageError(
      '--code is missing: the verification certificate carries the registration code',
      'Get one with "mqtt-certs code --instance <id>", or make the CA alone with --ca-only.',
    );
  }
  if (options.verificationOnly !== true) return { kind: 'pair', code };
  if (caCert === undefined || caKey === undefined) {
    throw usageError('--verification-only signs with a CA you have', 'Name it with --ca-cert <file> --ca-key <file>.');
  }
  return { kind: 'verification', code, caCert, caKey };
}

/** Reads `--name`: it becomes a folder name here and in the inbox, and the CA's name at the service. */
export function parseName(value: string): string {
  const name = value.normalize('NFC');
  if (isCaName(name)) return name;
  throw new InvalidArgumentError('A name is 1 to 64 letters, digits, ".", "_", "-" or inner blanks.');
}

/** Reads `--code`. The service states no shape, so only what no common name can hold is refused. */
export function parseCode(value: string): string {
  const problem = commonNameProblem(value);
  if (problem === undefined) return value;
  throw new InvalidArgumentError(
    'A registration code is 1 to 64 characters, with no control characters and no blanks around it.',
  );
}

/** Reads `--key`. */
export function parseKeyAlgorithm(value: string): KeyAlgorithm {
  if (isKeyAlgorithm(value)) return value;
  throw new InvalidArgumentError(`Choose one of ${Object.keys(KEY_ALGORITHMS).join(', ')}.`);
}

/** Reads a number of days, 1 to `max`. */
export function parseDays(max: number): (value: string) => number {
  return (value) => {
    const days = /^[0-9]{1,6}$/.test(value) ? Number(value) : 0;
    if (days >= 1 && days <= max) return days;
    throw new InvalidArgumentError(`Days are a whole number from 1 to ${max}.`);
  };
}

/** Reads `--subject`; the text is kept, it has been seen to be readable. */
export function parseSubject(value: string): string {
  const reading = parseDistinguishedName(value);
  if (reading.kind === 'name') return value;
  throw new InvalidArgumentError(`${reading.problem}. Write it like CN=plant 7,O=Acme,C=CN.`);
}
