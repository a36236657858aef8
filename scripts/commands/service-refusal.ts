import { displayText } from '../../shared/core/display-text.ts';
import { codeFactsOf } from '../../shared/core/openapi-code.ts';
import { CommandError } from '../terminal/command-error.ts';
import type { Target } from './target.ts';

/** What a service said instead of answering. */
export interface RefusalWord {
  readonly code: string;
  /** Empty when there is none. */
  readonly requestId: string;
}

const UNKNOWN_CODE = 'Look the code up in the error list of the ApsaraMQ for MQTT OpenAPI.';
/** Codes of ours for a call that reached nobody. */
const NOBODY: readonly string[] = ['NoConnection', 'Timeout'];

/**
 * The end of a command whose call was refused or not answered: told by its code, with what to do.
 *
 * @param what - Such as `the service gave no registration code`.
 */
export function serviceRefusal(what: string, word: RefusalWord, target: Pick<Target, 'kind'>): CommandError {
  const request = word.requestId === '' ? '' : ` (request ${displayText(word.requestId)})`;
  if (target.kind === 'local' && NOBODY.includes(word.code)) {
    return new CommandError({
      code: 'local-cloud-gone',
      message: `${what}: ${word.code}. The local cloud does not answer.`,
      next: 'Is "npm start" still running? Start it again, or name another one with --local <folder>.',
    });
  }
  const facts = codeFactsOf(word.code);
  return new CommandError({
    code: 'service-refused',
    message: `${what}: ${displayText(word.code)}${request}. ${facts?.meaning.en ?? ''}`.trim(),
    next: facts?.whatToDo.en ?? UNKNOWN_CODE,
  });
}
