import { InvalidArgumentError } from 'commander';
import { usageError } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';

/** One thing a command must know: how a person is asked for it, how its option is named, and how it is read. */
export interface AskedWord {
  readonly question: string;
  /** As the usage names it: `--owner`, `<what>`. */
  readonly option: string;
  /** Throws commander's `InvalidArgumentError` for what it does not take. */
  readonly parse: (text: string) => string;
}

/**
 * What the command line left out is asked for, one after the other; where nobody can answer, all that is missing is said
 * at once.
 *
 * @param needed - What cannot be done without, a sentence such as `a hold needs an owner and a reason`.
 */
export async function completedWords<Name extends string>(
  given: Readonly<Partial<Record<Name, string>>>,
  words: Readonly<Record<Name, AskedWord>>,
  needed: string,
  io: CommandIo,
): Promise<Readonly<Record<Name, string>>> {
  const missing = (Object.keys(words) as Name[]).filter((name) => given[name] === undefined);
  const { ask } = io;
  if (ask === undefined && missing.length > 0) {
    const options = missing.map((name) => words[name].option).join(', ');
    throw usageError(`${needed}: ${options} missing`, 'Add them.');
  }
  const answers: Partial<Record<Name, string>> = {};
  for (const name of missing) answers[name] = readAnswer((await ask?.(words[name].question)) ?? '', words[name].parse);
  return { ...given, ...answers } as Readonly<Record<Name, string>>;
}

// What an option may be an answer may be; commander's own error would end the program as a defect here.
function readAnswer(text: string, parse: (text: string) => string): string {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw usageError('that is no answer', error.message);
    throw error;
  }
}
