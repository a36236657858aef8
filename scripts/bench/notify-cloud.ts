import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalClock, type LocalClock } from '../../local/clock.ts';
import { type LocalRobot, startRobot } from '../../local/dingtalk/robot.ts';
import { startOss } from '../../local/oss/oss.ts';
import { startSls } from '../../local/sls/server.ts';
import { BUCKET, LOGSTORE, PROJECT, REGION, ROLE_KEY } from './bench-account.ts';
import { fillOutbox, type Outbox } from './fill-outbox.ts';
import { startSlowLine } from './slow-line.ts';

/** The stand-ins that the teller works with, in this process, and an outbox that has filled up. */
export interface NotifyCloud {
  readonly clock: LocalClock;
  readonly robot: LocalRobot;
  /** What the function under test is deployed with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Requests to the bucket since the start, by operation. */
  readonly requests: () => ReadonlyMap<string, number>;
  /** How many different events are in the log store. */
  readonly logged: () => number;
  /** How many objects lie below a folder of the bucket. */
  readonly objectsIn: (folder: string) => number;
  readonly close: () => Promise<void>;
}

/** Every request to the bucket is answered so much later: what OSS takes within a region, and slow for that. */
export const BUCKET_DELAY_MS = 50;

/** Starts it with a bucket that holds nothing but the outbox. */
export async function startNotifyCloud(outbox: Outbox): Promise<NotifyCloud> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'mqtt-certs-alerts-'));
  const remove = (): void => rmSync(dataFolder, { recursive: true, force: true });
  try {
    const clock = createLocalClock();
    await fillOutbox(join(dataFolder, 'oss'), outbox, clock);
    return await startFaces(dataFolder, clock, remove);
  } catch (error) {
    remove();
    throw error;
  }
}

async function startFaces(dataFolder: string, clock: LocalClock, remove: () => void): Promise<NotifyCloud> {
  const common = { credentials: [ROLE_KEY], clock, region: REGION };
  const requests = new Map<string, number>();
  const events = new Set<string>();
  const [oss, sls, robot] = await Promise.all([
    startOss({
      ...{ ...common, dataFolder: join(dataFolder, 'oss'), bucket: BUCKET, onEvent: () => undefined },
      beforeAnswer: ({ operation }) => {
        requests.set(operation, (requests.get(operation) ?? 0) + 1);
        return 'ok';
      },
    }),
    startSls({
      ...{ ...common, dataFolder: join(dataFolder, 'sls'), project: PROJECT, logstores: [LOGSTORE] },
      onLogs: (_, logs) => {
        for (const { fields } of logs) events.add(fields['event_id'] ?? '');
      },
    }),
    startRobot({ folder: join(dataFolder, 'robot'), clock }),
  ]);
  const line = await startSlowLine(oss.endpoint, BUCKET_DELAY_MS);
  return {
    ...{ clock, robot, requests: () => new Map(requests), logged: () => events.size },
    environment: {
      MQTT_CERTS_REGION: REGION,
      MQTT_CERTS_BUCKET: BUCKET,
      MQTT_CERTS_LOG_PROJECT: PROJECT,
      MQTT_CERTS_LOG_STORE: LOGSTORE,
      MQTT_CERTS_OSS_ENDPOINT: line.endpoint,
      MQTT_CERTS_LOG_ENDPOINT: sls.endpoint,
      MQTT_CERTS_ROBOT_URL: robot.webhook,
      MQTT_CERTS_ROBOT_SECRET: robot.secret,
      MQTT_CERTS_CANARY: 'off',
      MQTT_CERTS_SWEEP_INTERVAL_MINUTES: '1440', // no sweep runs here, and that is not to be told
    },
    objectsIn: (folder) => filesIn(join(oss.folder, folder)),
    close: async () => {
      await line.close();
      await Promise.all([oss.close(), sls.close(), robot.close()]);
      remove();
    },
  };
}

function filesIn(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  } catch {
    return 0; // nothing ever was there
  }
}
