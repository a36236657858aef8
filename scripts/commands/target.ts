import { dirname, resolve } from 'node:path';
import type { AccessKey } from '../../shared/adapters/access-key.ts';
import { unknownVariables } from '../../shared/config-table.ts';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import { CommandError, EXIT } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { terminalText } from '../terminal/terminal-text.ts';
import { type Endpoints, endpointsFileIn, findEndpointsFile, readEndpoints } from './endpoints.ts';

/** The services a command talks to, as its name for what it needs. */
export type Service = 'mqtt' | 'oss' | 'log';

/** Where one run of a command sends its calls. */
export interface Target {
  readonly kind: 'local' | 'account';
  readonly region: string;
  readonly credentials: AccessKey;
  /** Each a URL of protocol and host. */
  readonly endpoints: Readonly<Record<Service, string>>;
  readonly bucket: string;
  readonly logProject: string;
  readonly logStore: string;
  /** Instances known by name; empty when the account's were not listed. */
  readonly instances: readonly InstanceId[];
  /** The folder behind the bucket; only the local cloud has one. */
  readonly bucketFolder?: string;
  /** Ticks and the moved clock of the local cloud. */
  readonly admin?: { readonly endpoint: string; readonly token: string };
  /** Where the local cloud's robot shows what it took. */
  readonly robotMessages?: string;
}

/**
 * Chooses the local cloud or the real account, and says on stderr which one it is.
 *
 * The local cloud is taken when `.local/endpoints.json` is in `--local <folder>`, in the working folder or in one above.
 * Otherwise the account is described by the same variables the functions read, with public endpoints; all problems are
 * reported together, only for the services a command needs, and a mistyped variable of ours is one of them.
 */
export function selectTarget(options: { readonly local?: string }, needs: readonly Service[], io: CommandIo): Target {
  const file =
    options.local === undefined ? findEndpointsFile(io.cwd) : endpointsFileIn(resolve(io.cwd, options.local));
  const target = file === undefined ? accountTarget(io.env, needs) : localTarget(readEndpoints(file));
  const place = file === undefined ? `the account, region ${target.region}` : `the local cloud in ${dirname(file)}`;
  io.stderr(`${io.paint.stderr.dim(`using ${place}`)}\n`);
  return target;
}

/** The local cloud as a target. */
export function localTarget(endpoints: Endpoints): Target {
  return {
    kind: 'local',
    region: endpoints.oss.region,
    credentials: endpoints.credentials,
    endpoints: {
      mqtt: `${endpoints.mqtt.protocol.toLowerCase()}://${endpoints.mqtt.endpoint}`,
      oss: endpoints.oss.endpoint,
      log: endpoints.sls.endpoint,
    },
    bucket: endpoints.oss.bucket,
    logProject: endpoints.sls.project,
    logStore: endpoints.sls.logstore,
    instances: endpoints.mqtt.instances.map(parseInstanceId).filter((instance) => instance !== undefined),
    bucketFolder: endpoints.oss.folder,
    ...(endpoints.admin === undefined ? {} : { admin: endpoints.admin }),
    ...(endpoints.dingtalk === undefined ? {} : { robotMessages: endpoints.dingtalk.messages }),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

const NEEDED_VARIABLES: Readonly<Record<Service, readonly string[]>> = {
  mqtt: ['MQTT_CERTS_REGION'],
  oss: ['MQTT_CERTS_REGION', 'MQTT_CERTS_BUCKET'],
  log: ['MQTT_CERTS_REGION', 'MQTT_CERTS_LOG_PROJECT', 'MQTT_CERTS_LOG_STORE'],
};

function accountTarget(env: Environment, needs: readonly Service[]): Target {
  const value = (name: string, fallback = '') => {
    const text = env[name]?.trim() ?? '';
    return text === '' ? fallback : text;
  };
  const needed = new Set([
    ...needs.flatMap((service) => NEEDED_VARIABLES[service]),
    'ALIBABA_CLOUD_ACCESS_KEY_ID',
    'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  ]);
  const region = value('MQTT_CERTS_REGION');
  const endpoints = {
    mqtt: value('MQTT_CERTS_MQTT_ENDPOINT', `https://onsmqtt.${region}.aliyuncs.com`),
    oss: value('MQTT_CERTS_OSS_ENDPOINT', `https://oss-${region}.aliyuncs.com`),
    log: value('MQTT_CERTS_LOG_ENDPOINT', `https://${region}.log.aliyuncs.com`),
  };
  refuseProblems([
    ...[...needed].filter((name) => value(name) === '').map((name) => `${name} is not set`),
    ...unknownVariables(env).map((name) => `${terminalText(name, 80)} is no variable of ours`),
    ...needs
      .filter((service) => !isServiceUrl(endpoints[service]))
      .map((service) => `the endpoint of ${service} is no https URL of a host only`),
  ]);
  const securityToken = value('ALIBABA_CLOUD_SECURITY_TOKEN');
  return {
    kind: 'account',
    region,
    credentials: {
      accessKeyId: value('ALIBABA_CLOUD_ACCESS_KEY_ID'),
      accessKeySecret: value('ALIBABA_CLOUD_ACCESS_KEY_SECRET'),
      ...(securityToken === '' ? {} : { securityToken }),
    },
    endpoints,
    bucket: value('MQTT_CERTS_BUCKET'),
    logProject: value('MQTT_CERTS_LOG_PROJECT'),
    logStore: value('MQTT_CERTS_LOG_STORE'),
    instances: value('MQTT_CERTS_INSTANCES')
      .split(',')
      .map((name) => parseInstanceId(name.trim()))
      .filter((instance) => instance !== undefined),
  };
}

function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new CommandError({
    code: 'no-target',
    message: `no local cloud is running here, and the account is not fully described: ${problems.join('; ')}`,
    next: 'Start the local cloud with "npm start" (or name its folder with --local), or set the variables.',
    exitCode: EXIT.usage,
  });
}

// Plain http carries the signed request in the clear; it is for this machine only.
function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const isBare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return isBare && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback));
}
