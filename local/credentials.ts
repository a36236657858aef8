/**
 * One access key that the local cloud accepts. Long-lived keys have no token; a function's temporary key has an id that
 * begins with `STS.` and must be sent together with its token.
 */
export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** Why a key was refused, in words that every face maps to its own service's error code. */
export type KeyLookup =
  | { readonly kind: 'found'; readonly credentials: LocalCredentials }
  | { readonly kind: 'unknown-key' }
  | { readonly kind: 'token-mismatch' };

/** Finds the key an incoming request names and checks the token that came with it. */
export function findKey(
  accepted: readonly LocalCredentials[],
  request: { readonly accessKeyId: string; readonly securityToken: string | undefined },
): KeyLookup {
  const credentials = accepted.find((candidate) => candidate.accessKeyId === request.accessKeyId);
  if (credentials === undefined) return { kind: 'unknown-key' };
  return credentials.securityToken === request.securityToken
    ? { kind: 'found', credentials }
    : { kind: 'token-mismatch' };
}
