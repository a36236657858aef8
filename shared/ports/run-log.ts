/**
 * What a function prints about its own run: one JSON line, with only the fields named here (an allow-list is safer than
 * redaction). Outcomes do not go here; they go to the outcome log.
 */
export interface RunLine {
  /** Stable kebab-case name of what happened. */
  readonly event: string;
  readonly instance?: string;
  /** A drop id, a lease name, an invocation id. */
  readonly id?: string;
  readonly kind?: string;
  /** An error code, or the class name of an unexpected error. */
  readonly code?: string;
  readonly count?: number;
  readonly durationMs?: number;
}

/** Prints run lines; never throws. */
export interface RunLog {
  readonly write: (line: RunLine) => void;
}
