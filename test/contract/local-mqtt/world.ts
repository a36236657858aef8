import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock, type LocalClock } from '../../../local/clock.ts';
import type { NewDevice } from '../../../local/mqtt/devices/device.ts';
import { type LocalMqtt, type MqttOptions, startMqtt } from '../../../local/mqtt/server.ts';
import { makeCa, makeVerification, type TestCa } from './make-pair.ts';

export const INSTANCE = 'post-cn-aaaa1111';
export const OTHER_INSTANCE = 'post-cn-bbbb2222';
export const CREDENTIALS = { accessKeyId: 'LTAIexampleexample01', accessKeySecret: 'secretsecretsecretsecretsecre0' };
export const STS = {
  accessKeyId: 'STS.example01',
  accessKeySecret: 'temporarysecret',
  securityToken: 'CAISexampletoken==',
};

type Query = Readonly<Record<string, string>>;
interface CallParams {
  readonly action: string;
  readonly version: string;
  readonly protocol: string;
  readonly pathname: string;
  readonly method: string;
  readonly authType: string;
  readonly style: string;
  readonly reqBodyType: string;
  readonly bodyType: string;
}
interface OpenApiClient {
  callApi(params: CallParams, request: object, runtime: object): Promise<{ statusCode: number; body: WireBody }>;
}
export type WireBody = Readonly<Record<string, unknown>>;

const { default: OpenApi } = createRequire(import.meta.url)('@alicloud/openapi-client') as {
  default: new (config: object) => OpenApiClient;
};

const isRead = (action: string): boolean => /^(?:Get|List)/.test(action);

export interface Call {
  readonly key?: object;
  readonly method?: string;
  readonly as?: 'query' | 'body';
  readonly version?: string;
  readonly readTimeoutMs?: number;
}

export interface World {
  readonly mqtt: LocalMqtt;
  readonly clock: LocalClock;
  readonly folder: string;
  /** The real SDK's answer; rejects as the SDK does. */
  readonly call: (action: string, parameters: Query, how?: Call) => Promise<WireBody>;
  /** The code the SDK's error carries, with its status; `OK 200` when there was no error. */
  readonly codeOf: (action: string, parameters: Query, how?: Call) => Promise<string>;
  readonly newCode: (instance?: string) => Promise<string>;
  readonly register: (
    pems: { ca: string; verification: string },
    how?: Call & { instance?: string },
  ) => Promise<string>;
  readonly registerNew: (ca?: TestCa, instance?: string) => Promise<string>;
  /** Registers a CA of this serial and returns it with its key. */
  readonly newCa: (serial: string, instance?: string) => Promise<TestCa>;
  /** Registers devices under a CA as their first connections would. */
  readonly addDevices: (caSerial: string, ...devices: readonly (string | Partial<NewDevice>)[]) => void;
}

/** 2026-01-01 and 2036-01-01. */
export const VALIDITY = { validFrom: 1_767_225_600_000, validUntil: 2_082_758_400_000 };

function paramsOf(action: string, how: Call): CallParams {
  return {
    action,
    version: how.version ?? '2020-04-20',
    protocol: 'http',
    pathname: '/',
    method: how.method ?? (isRead(action) ? 'GET' : 'POST'),
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  };
}

/** A stand-in of its own for one test, and the untouched SDK beside it. */
export async function startWorld(wishes: Partial<MqttOptions> = {}): Promise<World> {
  const folder = wishes.dataFolder ?? (await mkdtemp(join(tmpdir(), 'local-mqtt-')));
  const clock = wishes.clock ?? createLocalClock();
  const mqtt = await startMqtt({
    dataFolder: folder,
    instances: [INSTANCE, OTHER_INSTANCE],
    region: 'cn-hangzhou',
    accountId: '1234567890123456',
    credentials: [CREDENTIALS, STS],
    clock,
    ...wishes,
  });
  onTestFinished(async () => {
    await mqtt.close();
    await rm(folder, { recursive: true, force: true });
  });

  const call: World['call'] = async (action, parameters, how = {}) => {
    const client = new OpenApi({
      ...(how.key ?? CREDENTIALS),
      endpoint: `127.0.0.1:${String(mqtt.port)}`,
      protocol: 'http',
    });
    const timeoutMs = how.readTimeoutMs ?? 20_000;
    const runtime = { readTimeout: timeoutMs, connectTimeout: timeoutMs };
    const request = how.as === 'body' ? { body: parameters } : { query: parameters };
    return (await client.callApi(paramsOf(action, how), request, runtime)).body;
  };
  const codeOf: World['codeOf'] = async (action, parameters, how) => {
    try {
      await call(action, parameters, how);
      return 'OK 200';
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const { code, statusCode } = error as { code?: string; statusCode?: number };
      return `${code ?? error.name} ${String(statusCode ?? '')}`.trim();
    }
  };
  const newCode: World['newCode'] = async (instance = INSTANCE) =>
    String((await call('GetRegisterCode', { MqttInstanceId: instance }))['RegisterCode']);
  const register: World['register'] = (pems, how = {}) => {
    const parameters = { CaName: 'works', CaContent: pems.ca, VerificationContent: pems.verification };
    return codeOf('RegisterCaCertificate', { MqttInstanceId: how.instance ?? INSTANCE, ...parameters }, how);
  };
  const registerNew: World['registerNew'] = async (ca, instance = INSTANCE) => {
    const holder = ca ?? (await makeCa());
    const verification = await makeVerification(holder, await newCode(instance));
    return register({ ca: holder.pem, verification }, { instance });
  };
  const newCa: World['newCa'] = async (serial, instance) => {
    const ca = await makeCa({ serial, subject: `CN=CA ${serial}, O=Example` });
    const answer = await registerNew(ca, instance);
    if (answer !== 'OK 200') throw new Error(`the CA was not registered: ${answer}`);
    return ca;
  };
  const addDevices: World['addDevices'] = (caSerial, ...devices) => {
    const asked = devices.map((device) => (typeof device === 'string' ? { serial: device } : device));
    const full = asked.map((device) => ({ serial: '', ...VALIDITY, ...device }));
    const done = mqtt.engine.registerDevices(INSTANCE, caSerial, full);
    if (done.kind !== 'registered' || done.refusedCount > 0) throw new Error(`not registered: ${JSON.stringify(done)}`);
  };
  return { mqtt, clock, folder, call, codeOf, newCode, register, registerNew, newCa, addDevices };
}
