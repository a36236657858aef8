/** Calls functions of the own deployment without waiting for them. */
export interface Invoker {
  /**
   * Hands a call to the platform's queue. A call whose acceptance was not heard of is handed over again, so the function
   * may be called more than once with the same payload.
   *
   * @param payload - At most 128 KB (Function Compute, limits of asynchronous calls).
   * @throws ServiceFailure (service `fc`) when the platform did not take it.
   */
  readonly invokeAsync: (functionName: string, payload: Buffer) => Promise<void>;
}
