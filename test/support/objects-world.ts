import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock } from '../../local/clock.ts';
import { type OssFault, startOss } from '../../local/oss/oss.ts';
import { ossClient } from '../../shared/adapters/oss-client.ts';
import { ossObjects } from '../../shared/adapters/oss-objects.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { type FaultProxy, faultProxy } from './fault-proxy.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

export const OSS_KEY = {
  accessKeyId: 'STS.objectsworld',
  accessKeySecret: 'canarySecretOfTheObjectsWorld',
  securityToken: 'canaryTokenOfTheObjectsWorld',
};
const PLACE = { region: 'cn-hangzhou', bucket: 'certs-bucket' };

/** The real adapter and SDK on a stand-in of its own, with a spoiling hop between them. */
export interface ObjectsWorld {
  readonly objects: ObjectStore;
  readonly clock: VirtualClock;
  readonly proxy: FaultProxy;
  /** What the stand-in itself does with the next requests. */
  readonly ossFaults: OssFault[];
  /** The same bucket with other wishes. */
  readonly store: (wishes: {
    attemptMs?: number;
    deadlineMs?: number;
    secret?: string;
    bucket?: string;
  }) => ObjectStore;
}

export async function objectsWorld(): Promise<ObjectsWorld> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'objects-'));
  const ossFaults: OssFault[] = [];
  const oss = await startOss({
    ...PLACE,
    dataFolder,
    credentials: [OSS_KEY],
    clock: createLocalClock(),
    onEvent: () => undefined,
    beforeAnswer: () => ossFaults.shift() ?? 'ok',
  });
  onTestFinished(async () => {
    await oss.close();
    await rm(dataFolder, { recursive: true });
  });
  const proxy = await faultProxy(oss.endpoint);
  const clock = virtualClock();
  const store: ObjectsWorld['store'] = ({ attemptMs = 5000, deadlineMs = 60_000, secret, bucket }) =>
    ossObjects({
      client: ossClient(
        { ...PLACE, endpoint: proxy.endpoint, ...(bucket === undefined ? {} : { bucket }) },
        { ...OSS_KEY, ...(secret === undefined ? {} : { accessKeySecret: secret }) },
      ),
      clock,
      deadline: clock.in(deadlineMs),
      attemptMs,
    });
  return { objects: store({}), clock, proxy, ossFaults, store };
}
