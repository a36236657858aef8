/** What the admin endpoint answers: a status and a JSON object. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: object;
}

/** An error of the admin endpoint; the message says what to send. */
export function adminFailure(status: number, code: string, message: string): AdminAnswer {
  return { status, body: { error: { code, message } } };
}
