import { expect, test } from 'vitest';
import { isLeaseAlive, leaseKey, outdatedEpochs, readLeaseListing, releasedKey } from '../../../shared/core/lease.ts';
import { etagOf, type ObjectVersion, objectKey } from '../../../shared/core/object-version.ts';
import { durationMs, epochMs } from '../../../shared/core/time.ts';

const PREFIX = 'state/register/i/c/lease/';
const at = (key: string, lastModified: number): ObjectVersion => ({
  key: objectKey(key),
  etag: etagOf('"ab"'),
  size: 1,
  lastModified: epochMs(lastModified),
});

test('an epoch is twelve digits, so that byte order is number order', () => {
  expect(leaseKey(PREFIX, 7)).toBe('state/register/i/c/lease/000000000007');
  expect(releasedKey(PREFIX, 7)).toBe('state/register/i/c/lease/000000000007-released');
});

test('the highest epoch holds, and is free once its holder released it', () => {
  const held = [at(`${PREFIX}000000000008`, 5000), at(`${PREFIX}000000000009`, 9000), at(`${PREFIX}x`, 1)];
  expect(readLeaseListing(PREFIX, held)).toEqual({ highest: 9, writtenAt: 9000, released: false, epochs: [8, 9] });
  const released = [...held, at(`${PREFIX}000000000009-released`, 9500)];
  expect(readLeaseListing(PREFIX, released).released).toBe(true);
});

test('the release of an older epoch frees nothing', () => {
  const listing = readLeaseListing(PREFIX, [at(`${PREFIX}000000000002-released`, 1), at(`${PREFIX}000000000003`, 2)]);
  expect(listing).toMatchObject({ highest: 3, released: false });
});

test('nobody ever held an empty lease', () => {
  expect(readLeaseListing(PREFIX, [])).toEqual({ highest: 0, released: false, epochs: [] });
});

test("a lease ends exactly when its time by the store's clock is over", () => {
  const lease = { writtenAt: epochMs(1000), ttl: durationMs(60_000) };
  expect(isLeaseAlive({ ...lease, serverNow: epochMs(60_999) })).toBe(true);
  expect(isLeaseAlive({ ...lease, serverNow: epochMs(61_000) })).toBe(false);
});

test('only epochs far below the own one are deleted, never the highest', () => {
  const listing = readLeaseListing(
    PREFIX,
    [1, 2, 3, 4, 5].map((epoch) => at(leaseKey(PREFIX, epoch), 1)),
  );
  expect(outdatedEpochs(listing, 6)).toEqual([1, 2]);
});
