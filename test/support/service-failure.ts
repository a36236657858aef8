import { inspect } from 'node:util';
import { ServiceFailure } from '../../shared/core/service-failure.ts';

/** The failure that some work is expected to end in; anything else fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<ServiceFailure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ServiceFailure) return error;
  throw new Error(`no ServiceFailure but ${inspect(error)}`);
}
