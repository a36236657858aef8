/** A JSON object of a service, its values still unknown. */
export type WireObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object with named fields. */
export function isWireObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
