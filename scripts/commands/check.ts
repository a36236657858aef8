import type { Command } from 'commander';
import { sha256Hex } from '../../shared/core/digest.ts';
import { epochMs } from '../../shared/core/time.ts';
import { EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { type Language, parseLanguage } from '../terminal/language.ts';
import { checkJson, checkReport } from './check-report.ts';
import { collectFiles } from './collect-files.ts';
import { judgeFiles } from './judge-files.ts';
import { parseCode } from './pair-options.ts';
import type { RunCommand } from './run-command.ts';

/** The options of `check` as commander hands them over. */
interface CheckOptions {
  readonly code?: string;
  readonly lang: Language;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  mqtt-certs check plant-7/drop
  mqtt-certs check ca.pem verification.pem --code <registration code>
  mqtt-certs check plant-7/drop --json | jq '.problems[].code'

Exit codes: 0 the pair is sound, 1 it would be rejected, 2 wrong usage.
`;

/** Adds `mqtt-certs check`. */
export function addCheckCommand(program: Command, run: RunCommand): void {
  program
    .command('check')
    .summary('check a pair offline, as the pipeline would')
    .description('Checks certificates offline, with the very checks the pipeline makes before it asks the service.')
    .argument('<files...>', 'the files of the drop, or the folder they are in')
    .option('--code <code>', 'the registration code the pair was made for', parseCode)
    .option('--lang <language>', 'zh, en or both', parseLanguage, 'en' as const)
    .option('--json', 'answer in JSON, both languages')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: CheckOptions) =>
      run(options, (io) => Promise.resolve(runCheck(files, options, io))),
    );
}

function runCheck(paths: readonly string[], options: CheckOptions, io: CommandIo): ExitCode {
  const judgement = judgeFiles(collectFiles(paths, io.cwd), {
    now: epochMs(io.now()),
    handedOutCodeHashes: options.code === undefined ? [] : [sha256Hex(options.code)],
  });
  if (options.json === true) writeJsonLine(io.stdout, checkJson(judgement));
  else io.stdout(checkReport(judgement, { paint: io.paint.stdout, language: options.lang }));
  return judgement.isBlocked ? EXIT.failed : EXIT.good;
}
