/** Remembers nonces for as long as a request that carries one could still be accepted. */
export interface NonceMemory {
  /** Notes a nonce of a key; false when it was there already. Times in real epoch milliseconds. */
  readonly use: (accessKeyId: string, nonce: string, now: number) => boolean;
  readonly clear: () => void;
}

const KEEP_MS = 31 * 60_000; // fifteen minutes before and after, and one to spare
const MAX_NONCES = 1_000_000; // 300 calls a second for 31 minutes are 558,000

/** An empty memory; the oldest nonces leave first. */
export function createNonceMemory(): NonceMemory {
  const seenAt = new Map<string, number>(); // insertion order is time order
  const forget = (now: number): void => {
    for (const [key, at] of seenAt) {
      if (now - at <= KEEP_MS && seenAt.size <= MAX_NONCES) return;
      seenAt.delete(key);
    }
  };
  return {
    use: (accessKeyId, nonce, now) => {
      forget(now);
      const key = `${accessKeyId}\n${nonce}`;
      if (seenAt.has(key)) return false;
      seenAt.set(key, now);
      return true;
    },
    clear: () => seenAt.clear(),
  };
}
