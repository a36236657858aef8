import { join } from 'node:path';
import { type LocalChats, startChats } from './chat/chats.ts';
import type { LocalClock } from './clock.ts';
import type { CloudCredentials } from './cloud-credentials.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { CloudSettings } from './cloud-settings.ts';
import type { LocalCredentials } from './credentials.ts';
import type { DataFolder } from './data-folder.ts';
import { type LocalMqtt, startMqtt } from './mqtt/server.ts';
import { type LocalOss, type OssObjectEvent, startOss } from './oss/oss.ts';
import { type LocalSls, startSls } from './sls/server.ts';

/** The services that the functions talk to. */
export interface CloudServices {
  readonly oss: LocalOss;
  readonly mqtt: LocalMqtt;
  readonly sls: LocalSls;
  readonly chats: LocalChats;
}

/** What a part of the local cloud lets go of at its end. */
export interface Closable {
  readonly close: () => Promise<void>;
}

/** What every part of one local cloud is made from. */
export interface CloudParts {
  readonly settings: CloudSettings;
  readonly folder: DataFolder;
  readonly keys: CloudCredentials;
  readonly clock: LocalClock;
  readonly tell: (event: CloudEvent) => void;
}

/**
 * Starts the services, each in a folder of its own.
 *
 * @param parts.keep - Told each part as soon as it runs, so that it is closed when a later one cannot start.
 * @param parts.deliver - Told every change of the bucket.
 */
export async function startServices(
  parts: CloudParts & {
    readonly watch: boolean;
    readonly logIndex: unknown;
    readonly keep: <Part extends Closable>(starting: Promise<Part>) => Promise<Part>;
    readonly deliver: (event: OssObjectEvent) => void;
  },
): Promise<CloudServices> {
  const { settings, folder, keys, clock, tell, keep } = parts;
  const credentials: readonly LocalCredentials[] = [keys.user, keys.role];
  const { region, accountId } = settings;
  const onEvent = (event: OssObjectEvent): void => {
    tell({ kind: 'object', event });
    parts.deliver(event);
  };
  const oss = await keep(
    startOss({
      dataFolder: join(folder.path, 'oss'),
      bucket: settings.bucket,
      region,
      credentials,
      clock,
      onEvent,
      watch: parts.watch,
    }),
  );
  const mqtt = await keep(
    startMqtt({
      dataFolder: join(folder.path, 'mqtt'),
      instances: settings.instances,
      region,
      accountId,
      credentials,
      clock,
    }),
  );
  const sls = await keep(
    startSls({
      dataFolder: join(folder.path, 'sls'),
      region,
      project: settings.logProject,
      logstores: [settings.logStore],
      index: parts.logIndex,
      credentials,
      clock,
      onLogs: (logstore, logs) => tell({ kind: 'logs', logstore, logs }),
    }),
  );
  const { chats } = await keep(
    startChats({
      dataFolder: join(folder.path, 'chats'),
      clock,
      onMessage: (chat, message) => tell({ kind: 'message', chat, message }),
    }),
  );
  return { oss, mqtt, sls, chats };
}

/** Empties every service; addresses, keys and the clock stay. */
export async function resetServices({ oss, mqtt, sls, chats }: CloudServices): Promise<void> {
  await Promise.all([oss.reset(), mqtt.reset(), sls.reset()]);
  for (const chat of Object.values(chats)) chat.reset();
}
