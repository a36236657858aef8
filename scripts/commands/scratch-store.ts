import { createHash } from 'node:crypto';
import { etagOf, type ObjectKey, type ObjectVersion } from '../../shared/core/object-version.ts';
import { epochMs } from '../../shared/core/time.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

interface Scratch {
  readonly version: ObjectVersion;
  readonly bytes: Buffer;
}

/**
 * A bucket as a dry run sees it: what is there is read from the real one, what is written stays in this process and is
 * read back from there. Nothing is ever written to the real one.
 *
 * @param isHidden - Keys that are there and are to look as if they were not, such as another run's lease.
 */
export function scratchStore(store: ObjectStore, isHidden: (key: string) => boolean, now: () => number): ObjectStore {
  const written = new Map<ObjectKey, Scratch | 'deleted'>();
  const ownOf = (key: ObjectKey): Scratch | 'deleted' | undefined =>
    written.get(key) ?? (isHidden(key) ? 'deleted' : undefined);

  const write = (key: ObjectKey, bytes: Buffer): void => {
    const etag = etagOf(createHash('md5').update(bytes).digest('hex'));
    written.set(key, { bytes, version: { key, etag, size: bytes.length, lastModified: epochMs(now()) } });
  };

  const head: ObjectStore['head'] = (key) => {
    const own = ownOf(key);
    if (own === undefined) return store.head(key);
    return Promise.resolve(own === 'deleted' ? undefined : own.version);
  };

  const read: ObjectStore['read'] = (request) => {
    const own = ownOf(request.key);
    if (own === undefined) return store.read(request);
    if (own === 'deleted') return Promise.resolve({ kind: 'missing' });
    if (own.bytes.length > request.maxBytes) return Promise.resolve({ kind: 'too-large', size: own.bytes.length });
    const isOther = request.ifMatch !== undefined && request.ifMatch !== own.version.etag;
    return Promise.resolve(isOther ? { kind: 'changed' } : { kind: 'found', bytes: own.bytes, version: own.version });
  };

  return {
    head,
    read,
    readRange: (request) => {
      const own = ownOf(request.key);
      if (own === undefined) return store.readRange(request);
      if (own === 'deleted') return Promise.resolve({ kind: 'missing' });
      const { from, ifMatch, length } = request;
      if (ifMatch !== own.version.etag) return Promise.resolve({ kind: 'changed' });
      return Promise.resolve({ kind: 'found', bytes: own.bytes.subarray(from, from + length) });
    },
    list: async (query) => {
      const page = await store.list(query);
      const reachesTo = page.next;
      const own = [...written.values()].flatMap((one) => (one === 'deleted' ? [] : [one.version]));
      const added = own.filter(({ key }) => isOnPage(key, query, reachesTo));
      const real = page.objects.filter(({ key }) => ownOf(key) === undefined);
      return {
        ...page,
        objects: [...real, ...added].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
      };
    },
    put: ({ bytes, key }) => {
      write(key, bytes);
      return Promise.resolve();
    },
    create: async ({ bytes, key }) => {
      if ((await head(key)) !== undefined) return 'exists';
      write(key, bytes);
      return 'created';
    },
    copy: async ({ from, ifMatch, to }) => {
      const version = await head(from);
      if (version === undefined) return 'missing';
      if (version.etag !== ifMatch) return 'changed';
      const source = await read({ key: from, maxBytes: Math.max(1, version.size), ifMatch });
      if (source.kind === 'missing') return 'missing';
      if (source.kind !== 'found') return 'changed';
      write(to, source.bytes);
      return 'copied';
    },
    delete: (key) => {
      written.set(key, 'deleted');
      return Promise.resolve();
    },
    deleteMany: (keys) => {
      for (const key of keys) written.set(key, 'deleted');
      return Promise.resolve();
    },
  };
}

// What was written lies on the page of the real listing in whose span its key falls; the last page has no end.
function isOnPage(
  key: ObjectKey,
  { prefix, startAfter }: { readonly prefix: string; readonly startAfter?: string },
  reachesTo: ObjectKey | undefined,
): boolean {
  const bytes = Buffer.from(key);
  const isBehind = startAfter === undefined || Buffer.compare(bytes, Buffer.from(startAfter)) > 0;
  const isBefore = reachesTo === undefined || Buffer.compare(bytes, Buffer.from(reachesTo)) <= 0;
  return key.startsWith(prefix) && isBehind && isBefore;
}
