/** The few styles our output uses. Each function returns its text unchanged when colour is off. */
export interface Painter {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/**
 * Decides whether a stream gets colour: `FORCE_COLOR` (anything but empty, `0` or `false`) wins, then a non-empty
 * `NO_COLOR` (no-color.org) and `TERM=dumb` switch it off, then a terminal gets it and a pipe does not.
 */
export function isColourWanted(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  const refused = env['NO_COLOR'];
  if (refused !== undefined && refused !== '') return false;
  return isTerminal && env['TERM'] !== 'dumb';
}

/** A painter that writes SGR codes (ECMA-48 section 8.3.117), or one that leaves text alone. */
export function createPainter(isColoured: boolean): Painter {
  const style = (on: number, off: number) => (text: string) =>
    isColoured && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
  };
}
