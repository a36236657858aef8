import { CommandError, usageError } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';

/** What a person is asked before a command changes the world. */
export interface Confirmation {
  /** What will happen, a sentence. */
  readonly warning: string;
  /** Such as `Ask for a new code?`; how to answer is added. */
  readonly question: string;
  /** What did not happen when the answer is no. */
  readonly refused: string;
}

/**
 * Asks before the world is changed, unless `--yes` was given.
 *
 * @throws CommandError when the answer is no (exit code 1), or when nobody is there to answer (2).
 */
export async function confirm(
  { question, refused, warning }: Confirmation,
  options: { readonly yes?: true },
  io: CommandIo,
): Promise<void> {
  if (options.yes === true) return;
  if (io.ask === undefined) throw usageError(warning, 'Nobody is here to confirm; add --yes if that is fine.');
  io.stderr(`${io.paint.stderr.yellow('▲')} ${warning}\n`);
  if (await isYes(io.ask, question)) return;
  throw new CommandError({ code: 'not-confirmed', message: refused });
}

/** Asks a question whose default is no. */
export async function isYes(ask: NonNullable<CommandIo['ask']>, question: string): Promise<boolean> {
  return /^\s*(?:y|yes|是)\s*$/i.test(await ask(`${question} [y/N] `));
}
