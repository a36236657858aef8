/** What the service said when it decided; empty texts when it did not say. */
export interface ServiceWord {
  readonly code: string;
  readonly requestId: string;
}
