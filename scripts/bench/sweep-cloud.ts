import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalClock } from '../../local/clock.ts';
import { type LocalMqtt, startMqtt } from '../../local/mqtt/server.ts';
import { type LocalOss, startOss } from '../../local/oss/oss.ts';
import { type LocalSls, startSls } from '../../local/sls/server.ts';
import { ossClient } from '../../shared/adapters/oss-client.ts';
import { ACCOUNT, BUCKET, LOGSTORE, PROJECT, REGION, ROLE_KEY } from './bench-account.ts';
import { makeBenchPair } from './bench-pairs.ts';

/** The stand-ins a sweep works with, in this process, and one CA with devices that are all active and all watched. */
export interface SweepCloud {
  readonly mqtt: LocalMqtt;
  readonly oss: LocalOss;
  readonly instance: string;
  /** The CA's serial as the service spells it. */
  readonly ca: string;
  /** What the function under test is deployed with, besides its budget. */
  readonly environment: Readonly<Record<string, string>>;
  /** Requests to the bucket and records in the log store since the start. */
  readonly counts: () => { readonly ossRequests: number; readonly records: number };
  readonly close: () => Promise<void>;
}

const INSTANCE = 'post-cn-bench00001';
const DAY_MS = 86_400_000;
const UPLOAD_TIMEOUT_MS = 120_000;

/**
 * Starts the stand-ins, registers `devices` devices as their first connections would, and puts one watch list that names
 * all of them. Device certificates are kept in memory alone; the service makes up their PEM as it lists them.
 */
export async function startSweepCloud(devices: number): Promise<SweepCloud> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'mqtt-certs-sweep-'));
  const common = { credentials: [ROLE_KEY], clock: createLocalClock(), region: REGION };
  const counted = { ossRequests: 0, records: 0 };
  const [mqtt, oss, sls] = await Promise.all([
    startMqtt({
      ...common,
      dataFolder: join(dataFolder, 'mqtt'),
      persistDevices: false,
      instances: [INSTANCE],
      accountId: ACCOUNT,
    }),
    startOss({
      ...common,
      dataFolder: join(dataFolder, 'oss'),
      bucket: BUCKET,
      onEvent: () => undefined,
      beforeAnswer: () => {
        counted.ossRequests += 1;
        return 'ok';
      },
    }),
    startSls({
      ...common,
      dataFolder: join(dataFolder, 'sls'),
      project: PROJECT,
      logstores: [LOGSTORE],
      onLogs: (_, logs) => {
        counted.records += logs.length;
      },
    }),
  ]);
  const close = async (): Promise<void> => {
    await Promise.all([mqtt.close(), oss.close(), sls.close()]);
    rmSync(dataFolder, { recursive: true, force: true });
  };
  try {
    const ca = registerCa(mqtt);
    registerDevices(mqtt, ca, devices);
    await putWatchList(oss, ca, devices);
    return {
      mqtt,
      oss,
      instance: INSTANCE,
      ca,
      environment: environmentOf({ mqtt, oss, sls }),
      counts: () => ({ ...counted }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The serial of the device with this number: 16 octets that look random, the same every time. */
export function benchSerial(device: number): string {
  return `4${createHash('md5').update(String(device)).digest('hex').slice(1)}`; // a high bit or a zero in front would be spelled in two ways
}

function environmentOf(faces: { readonly mqtt: LocalMqtt; readonly oss: LocalOss; readonly sls: LocalSls }) {
  return {
    MQTT_CERTS_INSTANCES: INSTANCE,
    MQTT_CERTS_REGION: REGION,
    MQTT_CERTS_BUCKET: BUCKET,
    MQTT_CERTS_LOG_PROJECT: PROJECT,
    MQTT_CERTS_LOG_STORE: LOGSTORE,
    MQTT_CERTS_OSS_ENDPOINT: faces.oss.endpoint,
    MQTT_CERTS_MQTT_ENDPOINT: faces.mqtt.endpoint,
    MQTT_CERTS_LOG_ENDPOINT: faces.sls.endpoint,
    MQTT_CERTS_FC_ENDPOINT: 'http://127.0.0.1:9', // nothing there: a sweep of more than one lap is not measured here
  };
}

function registerCa({ engine }: LocalMqtt): string {
  const call = (action: string, method: 'GET' | 'POST', parameters: Readonly<Record<string, string>>) => {
    const named = new Map(Object.entries({ MqttInstanceId: INSTANCE, ...parameters }));
    const answer = engine.call({ action, method, parameters: named, by: 'bench' });
    if (!answer.ok) throw new Error(`${action} was answered ${answer.code}`);
    return answer.body;
  };
  const code = String(call('GetRegisterCode', 'GET', {})['RegisterCode']);
  const pair = makeBenchPair(1, code, Date.now());
  const registered = call('RegisterCaCertificate', 'POST', {
    CaName: 'bench',
    CaContent: pair.ca,
    VerificationContent: pair.verification,
  });
  return String(registered['Sn']);
}

function registerDevices({ engine }: LocalMqtt, ca: string, count: number): void {
  const now = Date.now();
  const times = { validFrom: now - DAY_MS, validUntil: now + 1000 * DAY_MS };
  function* devices() {
    for (let device = 0; device < count; device += 1) yield { serial: benchSerial(device), ...times };
  }
  const done = engine.registerDevices(INSTANCE, ca, devices());
  if (done.kind !== 'registered' || done.count !== count) throw new Error('the devices were not registered');
}

/** One file with a line for each device, in no order, as an export of an asset list would be. */
async function putWatchList(oss: LocalOss, ca: string, count: number): Promise<void> {
  const parts = [Buffer.from('device_sn,ca_sn,name,reactivate\n')];
  for (let from = 0; from < count; from += 10_000) {
    let text = '';
    for (let device = from; device < Math.min(count, from + 10_000); device += 1) {
      text += `${benchSerial(device)},0x${ca},meter-${device},yes\n`; // digits alone are never taken for hex
    }
    parts.push(Buffer.from(text));
  }
  const bucket = ossClient({ endpoint: oss.endpoint, region: REGION, bucket: BUCKET }, ROLE_KEY);
  await bucket.put({
    key: `watch/${INSTANCE}/meters.csv`,
    bytes: Buffer.concat(parts),
    contentType: 'text/csv',
    headers: {},
    timeoutMs: UPLOAD_TIMEOUT_MS,
  });
}
