import type { Command } from 'commander';
import { codeHashKey } from '../../shared/core/bucket-layout.ts';
import { sha256Hex } from '../../shared/core/digest.ts';
import type { InstanceId } from '../../shared/core/instance.ts';
import { safeJson } from '../../shared/core/safe-json.ts';
import { epochMs, isoOf } from '../../shared/core/time.ts';
import type { CallAnswer } from '../../shared/ports/mqtt-certificates.ts';
import { EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { parseInstance } from './certificate-options.ts';
import { confirm } from './confirm.ts';
import { parseName } from './pair-options.ts';
import type { RunCommand } from './run-command.ts';
import { serviceRefusal } from './service-refusal.ts';
import { selectTarget, type Target } from './target.ts';

/** The options of `code` as commander hands them over. */
interface CodeOptions {
  readonly instance: InstanceId;
  /** Folder name in the inbox. */
  readonly for?: string;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

const EXAMPLES = `
Asking may invalidate a code that was handed out earlier and not used yet; the service does not say.

Examples:
  mqtt-certs code --instance mqtt-cn-example
  mqtt-certs code --instance mqtt-cn-example --for plant-7 --yes
`;

/** Adds `mqtt-certs code`. */
export function addCodeCommand(program: Command, run: RunCommand): void {
  program
    .command('code')
    .summary('ask the service for a registration code')
    .description(
      'Asks the service for a registration code (GetRegisterCode) and prints it on stdout, and nothing else there.\n' +
        'With --for, the bucket remembers its SHA-256, so that a drop made for another code is told apart.',
    )
    .requiredOption('--instance <id>', 'the ApsaraMQ for MQTT instance', parseInstance)
    .option('--for <caName>', 'the folder in the inbox the code is meant for', parseName)
    .option('--yes', 'ask the service without asking you first')
    .option('--local <folder>', 'folder in which the local cloud was started')
    .option('--json', 'answer in JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: CodeOptions) => run(options, (io) => runCode(options, io)));
}

async function runCode(options: CodeOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, options.for === undefined ? ['mqtt'] : ['mqtt', 'oss'], io);
  await confirm(
    {
      warning: `Asking for a code may invalidate one that was handed out for ${options.instance} before and not used yet.`,
      question: 'Ask for a new code?',
      refused: 'no code was asked for',
    },
    options,
    io,
  );
  const { mqttClient } = await import('./clients.ts'); // lazily: the SDKs take longer to load than most commands run
  const code = codeIn(await mqttClient(target).getRegistrationCode(options.instance), target);
  // The code is printed first: it may have replaced an earlier one, so losing it to a bucket failure would be worse.
  if (options.json === true) writeJsonLine(io.stdout, { command: 'code', instance: options.instance, code });
  else io.stdout(`${code}\n`);
  if (options.for !== undefined) await rememberHash(target, { ...options, for: options.for }, { code, io });
  return EXIT.good;
}

// A code travels into a command line and a certificate: one that could not be a common name is no code.
function codeIn(answer: CallAnswer<string>, target: Target): string {
  if (answer.kind === 'answered' && /^[\x21-\x7e]{1,64}$/.test(answer.value)) return answer.value;
  const code = answer.kind === 'answered' ? 'UnreadableAnswer' : answer.code;
  const requestId = answer.kind === 'no-answer' ? '' : answer.requestId;
  throw serviceRefusal('the service gave no registration code', { code, requestId }, target);
}

async function rememberHash(
  target: Target,
  folder: { readonly instance: InstanceId; readonly for: string },
  made: { readonly code: string; readonly io: CommandIo },
): Promise<void> {
  const key = codeHashKey({ instance: folder.instance, caName: folder.for }, sha256Hex(made.code));
  const bytes = Buffer.from(safeJson({ schema: 1, at: isoOf(epochMs(made.io.now())) }));
  const { bucketClient } = await import('./clients.ts');
  await bucketClient(target).create({ key, bytes, contentType: 'application/json' });
  made.io.stderr(`${made.io.paint.stderr.dim(`remembered its hash for inbox/${folder.instance}/${folder.for}/`)}\n`);
}
