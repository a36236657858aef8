/** The keys `pair` can make; both families are accepted by the service (its page "Manage CA certificates"). */
export const KEY_ALGORITHMS = {
  'rsa-2048': { label: 'RSA 2048', generate: rsa(2048), sign: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } },
  'rsa-4096': { label: 'RSA 4096', generate: rsa(4096), sign: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } },
  'ec-p256': { label: 'EC P-256', generate: ec('P-256'), sign: { name: 'ECDSA', hash: 'SHA-256' } },
  'ec-p384': { label: 'EC P-384', generate: ec('P-384'), sign: { name: 'ECDSA', hash: 'SHA-256' } },
} as const satisfies Record<string, KeyRecipe>;

/** The name of one of {@link KEY_ALGORITHMS}, as typed after `--key`. */
export type KeyAlgorithm = keyof typeof KEY_ALGORITHMS;

/** How WebCrypto makes a key and signs with it. */
export interface KeyRecipe {
  readonly label: string;
  readonly generate: RsaRecipe | EcRecipe;
  readonly sign: { readonly name: string; readonly hash: string };
}

interface RsaRecipe {
  readonly name: 'RSASSA-PKCS1-v1_5';
  readonly modulusLength: number;
  readonly publicExponent: Uint8Array;
  readonly hash: 'SHA-256';
}

interface EcRecipe {
  readonly name: 'ECDSA';
  readonly namedCurve: 'P-256' | 'P-384';
}

function rsa(modulusLength: number): RsaRecipe {
  return { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
}

function ec(namedCurve: 'P-256' | 'P-384'): EcRecipe {
  return { name: 'ECDSA', namedCurve };
}

/** Narrows what was typed after `--key`. */
export function isKeyAlgorithm(text: string): text is KeyAlgorithm {
  return Object.hasOwn(KEY_ALGORITHMS, text);
}
