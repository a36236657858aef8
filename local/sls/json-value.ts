/** The text at a path (`a.b.c`) in a JSON text; `undefined` for anything that is no text, number or truth value. */
export function jsonValue(text: string | undefined, path: string): string | undefined {
  let value = parsed(text);
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined; // a value that is no JSON has no fields
  }
}
