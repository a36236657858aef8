import { CommandError, EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { OWN_NAME } from '../terminal/own-name.ts';
import { callAdmin } from './admin-call.ts';
import { confirm } from './confirm.ts';
import type { SweepOptions } from './sweep.ts';
import { selectTarget } from './target.ts';

/** Fires the timer of the sweep, on the local cloud. */
export async function runTick(options: SweepOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['oss'], io);
  if (target.kind === 'account') {
    throw new CommandError({
      code: 'timer-does-it',
      message: 'on the account the timer of the function sweeps by itself; nobody should sweep beside it',
      next: `See what it would do with "${OWN_NAME} sweep --dry-run", and what it did with "${OWN_NAME} log tail".`,
      exitCode: EXIT.usage,
    });
  }
  await confirm(
    {
      warning: 'The sweep activates inactive watched devices of the local cloud, within its guardrails.',
      question: 'Sweep now?',
      refused: 'nothing was swept',
    },
    options,
    io,
  );
  await callAdmin(target, { method: 'POST', path: '/tick', body: { function: 'sweep' } });
  if (options.json === true) writeJsonLine(io.stdout, { command: 'sweep', ticked: true });
  else {
    const done = `${io.paint.stdout.green('✔')} the timer was fired.`;
    io.stdout(`${done} What came of it: ${OWN_NAME} log tail --since 5m --query "kind: sweep-summary"\n`);
  }
  return EXIT.good;
}
