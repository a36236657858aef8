/** A JSON object of a service, its values still unknown. */
export type WireObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object with named fields. */
export function isWireObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The list a page of the MQTT OpenAPI holds under a name. A page past the end may come with an empty list, with `null` or
 * without the field; all three are a page without elements. Anything else in its place is no page.
 */
export function listIn(data: unknown, name: string): readonly unknown[] | undefined {
  if (!isWireObject(data)) return undefined;
  const list = data[name] ?? [];
  return Array.isArray(list) ? list : undefined;
}
