import { nameOf } from './core/digest.ts';
import { type InstanceId, parseInstanceId } from './core/instance.ts';
import { type DurationMs, minutes } from './core/time.ts';

/** The functions of this deployment, by the names they have in `s.yaml` without their prefix. */
export type FunctionName = 'register-ca';

/** Every environment variable of ours begins so; anything else with this prefix is a typo. */
export const CONFIG_PREFIX = 'MQTT_CERTS_';

/** One environment variable: who reads it, what it means, and what stands when it is blank. */
interface Variable {
  readonly readBy: readonly FunctionName[];
  /** `undefined`: it must be set. */
  readonly fallback: string | undefined;
  readonly meaning: string;
}

/** Every variable there is. `docs/operations.md` is written from this table. */
export const CONFIG_VARIABLES = {
  MQTT_CERTS_INSTANCES: {
    readBy: ['register-ca'],
    fallback: undefined,
    meaning: 'Instance ids this deployment serves, separated by commas (1 to 50).',
  },
  MQTT_CERTS_REGION: {
    readBy: ['register-ca'],
    fallback: undefined,
    meaning: 'Region of instances, bucket and log project, for example cn-hangzhou.',
  },
  MQTT_CERTS_BUCKET: {
    readBy: ['register-ca'],
    fallback: undefined,
    meaning: 'The bucket people drop files into. It must never have had versioning switched on.',
  },
  MQTT_CERTS_LOG_PROJECT: { readBy: ['register-ca'], fallback: undefined, meaning: 'Log Service project of outcomes.' },
  MQTT_CERTS_LOG_STORE: { readBy: ['register-ca'], fallback: undefined, meaning: 'Logstore of outcomes.' },
  MQTT_CERTS_OSS_ENDPOINT: {
    readBy: ['register-ca'],
    fallback: '',
    meaning: 'URL of OSS; blank: the internal endpoint of the region.',
  },
  MQTT_CERTS_MQTT_ENDPOINT: {
    readBy: ['register-ca'],
    fallback: '',
    meaning: 'URL of the MQTT OpenAPI; blank: https://onsmqtt.<region>.aliyuncs.com.',
  },
  MQTT_CERTS_LOG_ENDPOINT: {
    readBy: ['register-ca'],
    fallback: '',
    meaning: 'URL of Log Service; blank: the intranet endpoint of the region.',
  },
  MQTT_CERTS_MQTT_PARAMETERS: {
    readBy: ['register-ca'],
    fallback: 'query',
    meaning: 'Where call parameters travel: query (as the vendor SDKs send them) or body.',
  },
  MQTT_CERTS_CALLS_PER_SECOND: {
    readBy: ['register-ca'],
    fallback: '100',
    meaning: 'Calls per second to the MQTT OpenAPI, all functions together (1 to 290).',
  },
  MQTT_CERTS_REGISTER_CALLS_PER_SECOND: {
    readBy: ['register-ca'],
    fallback: '3',
    meaning: 'Share of one register worker (1 to 290).',
  },
  MQTT_CERTS_REGISTER_WORKERS: {
    readBy: ['register-ca'],
    fallback: '10',
    meaning: 'Reserved concurrency of register-ca in s.yaml (1 to 100).',
  },
  MQTT_CERTS_SWEEP_CALLS_PER_SECOND: {
    readBy: ['register-ca'],
    fallback: '70',
    meaning: 'Share of the sweep (0 to 290).',
  },
  MQTT_CERTS_PAIR_DEADLINE_MINUTES: {
    readBy: ['register-ca'],
    fallback: '15',
    meaning: 'How long after the newest file a missing half is waited for (1 to 1440 minutes).',
  },
} as const satisfies Record<string, Variable>;

type VariableName = keyof typeof CONFIG_VARIABLES;

/** How a service is reached. */
export interface Endpoint {
  readonly protocol: 'http' | 'https';
  /** Host name, with the port if any. */
  readonly host: string;
}

/** The configuration of a function, checked. */
export interface Config {
  readonly instances: readonly InstanceId[];
  readonly region: string;
  readonly bucket: string;
  readonly logProject: string;
  readonly logStore: string;
  readonly endpoints: { readonly oss: Endpoint; readonly mqtt: Endpoint; readonly log: Endpoint };
  readonly mqttParameters: 'query' | 'body';
  /** Calls per second that one worker of this function may make. */
  readonly workerCallsPerSecond: number;
  readonly pairDeadline: DurationMs;
  /** Variables with our prefix that do not exist: a typo must never mean "act", so nothing is written to the service. */
  readonly unknownVariables: readonly string[];
  /** 16 hex digits over all values, so that a change of configuration can be seen in the log store. */
  readonly digest: string;
}

/** A configuration, or everything that is wrong with it. `bucket` and `region` are there when they could be read. */
export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[]; readonly partial: PartialConfig };

/** What is needed to leave a message in the bucket even when the rest is wrong. */
export interface PartialConfig {
  readonly bucket: string | undefined;
  readonly region: string | undefined;
  readonly ossEndpoint: Endpoint | undefined;
}

const REGION = /^[a-z]{2}-[a-z0-9-]{2,40}$/;
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const LOG_NAME = /^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/;
const MAX_INSTANCES = 50;
/** The service blocks an address at 300 calls a second; a little stays for people at the console. */
const MAX_CALLS_PER_SECOND = 290;

/**
 * Reads the configuration of one function from its environment; all problems are reported together. Blank is missing.
 *
 * @param environment - Typically `process.env`; only names with {@link CONFIG_PREFIX} are looked at.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  functionName: FunctionName,
): ConfigReading {
  const reader = new Reader(environment, functionName);
  const region = reader.matching('MQTT_CERTS_REGION', REGION);
  const bucket = reader.matching('MQTT_CERTS_BUCKET', BUCKET);
  const oss = reader.endpoint('MQTT_CERTS_OSS_ENDPOINT', `oss-${region ?? ''}-internal.aliyuncs.com`);
  const config = {
    instances: reader.instances(),
    region,
    bucket,
    logProject: reader.matching('MQTT_CERTS_LOG_PROJECT', LOG_NAME),
    logStore: reader.matching('MQTT_CERTS_LOG_STORE', LOG_NAME),
    endpoints: {
      oss,
      mqtt: reader.endpoint('MQTT_CERTS_MQTT_ENDPOINT', `onsmqtt.${region ?? ''}.aliyuncs.com`),
      log: reader.endpoint('MQTT_CERTS_LOG_ENDPOINT', `${region ?? ''}-intranet.log.aliyuncs.com`),
    },
    mqttParameters: reader.oneOf('MQTT_CERTS_MQTT_PARAMETERS', ['query', 'body']),
    workerCallsPerSecond: reader.sharesOfTheBudget(),
    pairDeadline: minutes(reader.integer('MQTT_CERTS_PAIR_DEADLINE_MINUTES', 1, 1440)),
    unknownVariables: unknownVariables(environment),
    digest: reader.digest(),
  };
  if (reader.problems.length > 0) {
    return { ok: false, problems: reader.problems, partial: { bucket, region, ossEndpoint: oss } };
  }
  return { ok: true, config: config as Config };
}

/** Names with our prefix that no function knows. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(CONFIG_PREFIX) && !(name in CONFIG_VARIABLES))
    .sort();
}

/** Reads values by the table and collects what is wrong with them. */
class Reader {
  readonly problems: string[] = [];
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #functionName: FunctionName;

  constructor(environment: Readonly<Record<string, string | undefined>>, functionName: FunctionName) {
    this.#environment = environment;
    this.#functionName = functionName;
  }

  digest(): string {
    return nameOf(
      (Object.keys(CONFIG_VARIABLES) as VariableName[]).sort().map((name) => `${name}=${this.#raw(name)}`),
      16,
    );
  }

  matching(name: VariableName, shape: RegExp): string | undefined {
    const text = this.#text(name);
    if (text === undefined || shape.test(text)) return text;
    this.#problem(name, `is no such name (${CONFIG_VARIABLES[name].meaning})`);
    return undefined;
  }

  oneOf<Choice extends string>(name: VariableName, choices: readonly Choice[]): Choice | undefined {
    const text = this.#text(name);
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) this.#problem(name, `must be one of ${choices.join(', ')}`);
    return choice;
  }

  integer(name: VariableName, least: number, most: number): number {
    const text = this.#text(name) ?? '';
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.#problem(name, `must be a whole number from ${String(least)} to ${String(most)}`);
    return least;
  }

  instances(): readonly InstanceId[] | undefined {
    const text = this.#text('MQTT_CERTS_INSTANCES');
    if (text === undefined) return undefined;
    const names = text.split(',').map((name) => name.trim());
    const instances = names.map(parseInstanceId).filter((instance) => instance !== undefined);
    if (instances.length < names.length) {
      this.#problem('MQTT_CERTS_INSTANCES', 'holds something that is no instance id');
      return undefined;
    }
    if (instances.length > MAX_INSTANCES) {
      this.#problem('MQTT_CERTS_INSTANCES', `names more than ${String(MAX_INSTANCES)}`);
      return undefined;
    }
    return [...new Set(instances)];
  }

  endpoint(name: VariableName, host: string): Endpoint | undefined {
    const text = this.#text(name) ?? '';
    if (text === '') return { protocol: 'https', host };
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const plain =
      url !== undefined && url.username === '' && url.pathname === '/' && url.search === '' && url.hash === '';
    if (!plain) {
      this.#problem(name, 'must be a URL of protocol and host only');
      return undefined;
    }
    if (url.protocol === 'https:') return { protocol: 'https', host: url.host };
    if (url.protocol === 'http:' && isLoopback(url.hostname)) return { protocol: 'http', host: url.host };
    this.#problem(name, 'must be https (http is for this machine only)');
    return undefined;
  }

  /** The budget is divided, not shared: 10 workers of 3 calls and a sweep of 70 fill a budget of 100. */
  sharesOfTheBudget(): number {
    const total = this.integer('MQTT_CERTS_CALLS_PER_SECOND', 1, MAX_CALLS_PER_SECOND);
    const perWorker = this.integer('MQTT_CERTS_REGISTER_CALLS_PER_SECOND', 1, MAX_CALLS_PER_SECOND);
    const workers = this.integer('MQTT_CERTS_REGISTER_WORKERS', 1, 100);
    const sweep = this.integer('MQTT_CERTS_SWEEP_CALLS_PER_SECOND', 0, MAX_CALLS_PER_SECOND);
    const sum = perWorker * workers + sweep;
    if (sum > total) {
      this.#problem(
        'MQTT_CERTS_CALLS_PER_SECOND',
        `is ${String(total)}, but the shares add up to ${String(sum)} (${String(workers)} register workers × ${String(perWorker)} + ${String(sweep)} for the sweep)`,
      );
    }
    return perWorker;
  }

  #raw(name: VariableName): string {
    return this.#environment[name]?.trim() ?? '';
  }

  #text(name: VariableName): string | undefined {
    const { readBy, fallback }: Variable = CONFIG_VARIABLES[name];
    if (!readBy.includes(this.#functionName)) throw new Error(`${this.#functionName} does not read ${name}`);
    const text = this.#raw(name);
    if (text !== '') return text;
    if (fallback === undefined) this.#problem(name, `is missing (${CONFIG_VARIABLES[name].meaning})`);
    return fallback;
  }

  #problem(name: VariableName, what: string): void {
    this.problems.push(`${name} ${what}`);
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}
