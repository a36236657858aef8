/** Exit codes of every command. */
export const EXIT = {
  /** Done, and the answer is good. */
  good: 0,
  /** The answer is no (a blocked pair), or the work failed. */
  failed: 1,
  /** The command line itself was wrong; nothing was done. */
  usage: 2,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * What ends a command early: a sentence for a person, what to do next, and the exit code. Never built from an SDK's or
 * a service's message.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  /** Stable kebab-case name for machines (`--json`). */
  readonly code: string;
  /** What to do next, one sentence or command; empty when there is nothing to advise. */
  readonly next: string;

  constructor(
    said: { readonly code: string; readonly message: string; readonly next?: string; readonly exitCode?: ExitCode },
    options?: ErrorOptions,
  ) {
    super(said.message, options);
    this.code = said.code;
    this.next = said.next ?? '';
    this.exitCode = said.exitCode ?? EXIT.failed;
  }
}

/** A {@link CommandError} for a command line that cannot be carried out as written. */
export function usageError(message: string, next: string): CommandError {
  return new CommandError({ code: 'usage', message, next, exitCode: EXIT.usage });
}
