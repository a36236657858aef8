/**
 * Ends a `switch` over a union: adding a variant then fails to compile here. Throws when a value of another type got
 * in anyway; the message names the type, never the value, because the value may come from outside.
 */
export function assertNever(value: never): never {
  throw new Error(`a value no case handles: ${typeof value}`);
}
