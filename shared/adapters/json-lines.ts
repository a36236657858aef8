import type { RunLine, RunLog } from '../ports/run-log.ts';

/** The fields a line may have, in printing order. A record, so that a new field of the port must be decided on here. */
const ALLOWED: Readonly<Record<keyof RunLine, true>> = {
  event: true,
  instance: true,
  id: true,
  kind: true,
  code: true,
  count: true,
  durationMs: true,
};

/** Longer text is cut: a value is a name or a code, never a message. */
const MAX_TEXT = 200;

/**
 * Prints run lines as one JSON object a line: the moment, then the allowed fields. Anything else an object may carry at
 * run time (an error, a body) is not printed, whatever its type says.
 *
 * @param print - Gets one line without its line end; standard output unless told otherwise. What it throws is dropped: a
 *   full disk or a closed pipe must not end the work that is being talked about.
 */
export function jsonLines(
  now: () => string = () => new Date().toISOString(),
  print: (line: string) => void = (line) => {
    process.stdout.write(`${line}\n`);
  },
): RunLog {
  return {
    write: (line) => {
      try {
        print(JSON.stringify({ at: now(), ...allowed(line) }));
      } catch {
        // Printing is a courtesy; the outcome log is the record.
      }
    },
  };
}

function allowed(line: RunLine): Record<string, string | number> {
  const kept: Record<string, string | number> = {};
  const given: Readonly<Record<string, unknown>> = { ...line };
  for (const field of Object.keys(ALLOWED)) {
    const value = given[field];
    if (typeof value === 'string') kept[field] = value.slice(0, MAX_TEXT);
    else if (typeof value === 'number' && Number.isFinite(value)) kept[field] = value;
  }
  return kept;
}
