import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock } from '../../local/clock.ts';
import { type LocalMqtt, startMqtt } from '../../local/mqtt/server.ts';
import type { MqttSettings } from '../../local/mqtt/settings.ts';
import type { CallBudget } from '../../shared/adapters/call-budget.ts';
import { openapiCallApi } from '../../shared/adapters/openapi-call.ts';
import { openapiCertificates } from '../../shared/adapters/openapi-certificates.ts';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import type { MqttCertificates } from '../../shared/ports/mqtt-certificates.ts';
import { makeCa, makeVerification } from '../contract/local-mqtt/make-pair.ts';
import { type FaultProxy, faultProxy } from './fault-proxy.ts';

export const INSTANCE = instance('post-cn-aaaa1111');
export const MQTT_KEY = {
  accessKeyId: 'STS.certificatesworld',
  accessKeySecret: 'canarySecretOfTheCertificatesWorld',
  securityToken: 'canaryTokenOfTheCertificatesWorld',
};

export function instance(id: string): InstanceId {
  const parsed = parseInstanceId(id);
  if (parsed === undefined) throw new Error(`no instance id: ${id}`);
  return parsed;
}

/** The real adapter and SDK on a stand-in of its own, with a spoiling hop between them. */
export interface CertificatesWorld {
  readonly mqtt: LocalMqtt;
  readonly proxy: FaultProxy;
  readonly certificates: MqttCertificates;
  /** How often a permit was asked for and given back, and how often the budget was told to slow down. */
  readonly budget: CallBudget & { permits: number; answers: number; cuts: number };
  readonly adapter: (wishes: AdapterWishes) => MqttCertificates;
  /** A pair whose verification certificate carries the instance's current code. */
  readonly newPair: (serial?: string) => Promise<{ readonly caPem: string; readonly verificationPem: string }>;
}

interface AdapterWishes {
  readonly parameters?: 'query' | 'body';
  readonly timeoutMs?: number;
  readonly secret?: string;
}

export async function certificatesWorld(settings: Partial<MqttSettings> = {}): Promise<CertificatesWorld> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'certificates-'));
  const mqtt = await startMqtt({
    dataFolder,
    instances: [INSTANCE],
    region: 'cn-hangzhou',
    accountId: '1234567890123456',
    credentials: [MQTT_KEY],
    clock: createLocalClock(),
    settings,
  });
  onTestFinished(async () => {
    await mqtt.close();
    await rm(dataFolder, { recursive: true, force: true });
  });
  const proxy = await faultProxy(mqtt.endpoint);
  const budget = countingBudget();
  const adapter: CertificatesWorld['adapter'] = ({ parameters = 'query', timeoutMs = 5000, secret }) =>
    openapiCertificates({
      callApi: openapiCallApi({
        endpoint: `127.0.0.1:${String(proxy.port)}`,
        protocol: 'http',
        credentials: { ...MQTT_KEY, ...(secret === undefined ? {} : { accessKeySecret: secret }) },
        timeoutMs,
      }),
      budget,
      parameters,
      timeoutMs,
    });
  const certificates = adapter({});
  const newPair: CertificatesWorld['newPair'] = async (serial) => {
    const code = await certificates.getRegistrationCode(INSTANCE);
    if (code.kind !== 'answered') throw new Error(`no code: ${code.code}`);
    const ca = await makeCa(serial === undefined ? {} : { serial });
    return { caPem: ca.pem, verificationPem: await makeVerification(ca, code.value) };
  };
  return { mqtt, proxy, certificates, budget, adapter, newPair };
}

function countingBudget(): CertificatesWorld['budget'] {
  const budget = {
    permits: 0,
    answers: 0,
    cuts: 0,
    acquire: () => {
      budget.permits += 1;
      return Promise.resolve();
    },
    answered: () => {
      budget.answers += 1;
    },
    throttled: () => {
      budget.cuts += 1;
    },
  };
  return budget;
}
