/** A request that a service answers with an error of its table. `detail` is shown to the caller: never a secret. */
export interface RefusalOf<Code extends string> {
  readonly ok: false;
  readonly code: Code;
  readonly detail?: string;
}

/** Builds a refusal. */
export function refusalOf<Code extends string>(code: Code, detail?: string): RefusalOf<Code> {
  return detail === undefined ? { ok: false, code } : { ok: false, code, detail };
}
