import { ConfigReader, type Endpoint } from './config-reader.ts';
import { type FunctionName, unknownVariables } from './config-table.ts';
import type { InstanceId } from './core/instance.ts';
import { CHANNEL_KINDS, type ChannelKind } from './core/notify/channel-kind.ts';
import type { MessageLanguage } from './core/notify/message.ts';
import type { QuietHours } from './core/notify/quiet-hours.ts';
import { type DurationMs, minutes } from './core/time.ts';

/** What every function needs. */
export interface CommonConfig {
  readonly region: string;
  readonly bucket: string;
  readonly logProject: string;
  readonly logStore: string;
  readonly endpoints: { readonly oss: Endpoint; readonly log: Endpoint };
  /** Variables with our prefix that do not exist: a typo must never mean "act", so nothing is written to the service. */
  readonly unknownVariables: readonly string[];
  /** Settings that are wrong and whose default is in force, where going on is the safe side. */
  readonly doubts: readonly string[];
  /** 16 hex digits over all values, so that a change of configuration can be seen in the log store. */
  readonly digest: string;
}

/** What a function needs that calls the MQTT OpenAPI. */
export interface CallerConfig extends CommonConfig {
  readonly instances: readonly InstanceId[];
  readonly endpoints: CommonConfig['endpoints'] & { readonly mqtt: Endpoint };
  readonly mqttParameters: 'query' | 'body';
  /** Calls per second that one worker of this function may make. */
  readonly workerCallsPerSecond: number;
}

/** The configuration of `register-ca`, checked. */
export interface RegisterConfig extends CallerConfig {
  readonly pairDeadline: DurationMs;
}

/** The configuration of `sweep`, checked. */
export interface SweepConfig extends CallerConfig {
  /** `fc` is absent when the endpoint of the account and region is meant; the account is in the call's context. */
  readonly endpoints: CallerConfig['endpoints'] & { readonly fc: Endpoint | undefined };
  readonly interval: DurationMs;
  readonly read: 'list' | 'get';
  readonly reactivate: 'act' | 'observe';
  readonly reactivateAfter: DurationMs;
  readonly firstSight: 'act' | 'ask';
}

/** A robot of a chat. */
export interface RobotConfig {
  readonly kind: ChannelKind;
  /** With its token: nothing but the request itself may show it. */
  readonly url: string;
  /** Empty when it takes messages without a signature. */
  readonly secret: string;
}

/** The configuration of `notify`, checked. */
export interface NotifyConfig extends CommonConfig {
  readonly robot: RobotConfig;
  readonly secondRobot: RobotConfig | undefined;
  /** Put into every title; may be empty. */
  readonly keyword: string;
  readonly language: MessageLanguage;
  readonly quietHours: QuietHours | undefined;
  /** An IANA name that this runtime knows. */
  readonly timeZone: string;
  readonly canary: 'off' | 'daily' | 'weekly';
  readonly sweepInterval: DurationMs;
}

/** The configuration of each function. */
export interface ConfigOf {
  readonly 'register-ca': RegisterConfig;
  readonly sweep: SweepConfig;
  readonly notify: NotifyConfig;
  readonly 'dead-letter': CommonConfig;
}

/** A configuration, or everything that is wrong with it. `bucket` and `region` are there when they could be read. */
export type ConfigReading<Config> =
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

/**
 * Reads the configuration of one function from its environment; all problems are reported together. Blank is missing.
 *
 * @param environment - Typically `process.env`; only names with {@link CONFIG_PREFIX} are looked at.
 */
export function readConfig<Name extends FunctionName>(
  environment: Readonly<Record<string, string | undefined>>,
  functionName: Name,
): ConfigReading<ConfigOf[Name]> {
  const reader = new ConfigReader(environment, functionName);
  const common = readCommon(reader, environment);
  const read: { readonly [Each in FunctionName]: () => Unchecked<ConfigOf[Each]> } = {
    'register-ca': () => readRegister(reader, common),
    sweep: () => readSweep(reader, common),
    notify: () => readNotify(reader, common),
    'dead-letter': () => common,
  };
  const config = read[functionName]();
  if (reader.problems.length > 0) {
    const { bucket, region, endpoints } = common;
    return {
      ok: false,
      problems: [...reader.problems, ...reader.doubts],
      partial: { bucket, region, ossEndpoint: endpoints.oss },
    };
  }
  return { ok: true, config: config as ConfigOf[Name] }; // nothing is missing: whatever is leaves a problem
}

/** A configuration in which what could not be read is `undefined`; each such value has left a problem behind. */
type Unchecked<Config> = {
  readonly [Key in keyof Config]: Config[Key] extends Endpoint | readonly unknown[] | string | number
    ? Config[Key] | undefined
    : Config[Key] extends object
      ? Unchecked<Config[Key]>
      : Config[Key] | undefined;
};

function readCommon(
  reader: ConfigReader,
  environment: Readonly<Record<string, string | undefined>>,
): Unchecked<CommonConfig> {
  const region = reader.matching('MQTT_CERTS_REGION', REGION);
  return {
    region,
    bucket: reader.matching('MQTT_CERTS_BUCKET', BUCKET),
    logProject: reader.matching('MQTT_CERTS_LOG_PROJECT', LOG_NAME),
    logStore: reader.matching('MQTT_CERTS_LOG_STORE', LOG_NAME),
    endpoints: {
      oss: reader.endpoint('MQTT_CERTS_OSS_ENDPOINT', `oss-${region ?? ''}-internal.aliyuncs.com`),
      log: reader.endpoint('MQTT_CERTS_LOG_ENDPOINT', `${region ?? ''}-intranet.log.aliyuncs.com`),
    },
    unknownVariables: unknownVariables(environment),
    doubts: reader.doubts,
    digest: reader.digest(),
  };
}

function readCaller(reader: ConfigReader, common: Unchecked<CommonConfig>): Unchecked<CallerConfig> {
  const mqtt = reader.endpoint('MQTT_CERTS_MQTT_ENDPOINT', `onsmqtt.${common.region ?? ''}.aliyuncs.com`);
  return {
    ...common,
    instances: reader.instances(),
    endpoints: { ...common.endpoints, mqtt },
    mqttParameters: reader.oneOf('MQTT_CERTS_MQTT_PARAMETERS', ['query', 'body']),
    workerCallsPerSecond: reader.shareOfTheBudget(),
  };
}

function readRegister(reader: ConfigReader, common: Unchecked<CommonConfig>): Unchecked<RegisterConfig> {
  return {
    ...readCaller(reader, common),
    pairDeadline: minutes(reader.integer('MQTT_CERTS_PAIR_DEADLINE_MINUTES', 1, 1440)),
  };
}

function readSweep(reader: ConfigReader, common: Unchecked<CommonConfig>): Unchecked<SweepConfig> {
  const caller = readCaller(reader, common);
  return {
    ...caller,
    endpoints: { ...caller.endpoints, fc: reader.endpoint('MQTT_CERTS_FC_ENDPOINT', undefined) },
    interval: minutes(reader.integer('MQTT_CERTS_SWEEP_INTERVAL_MINUTES', 1, 1440)),
    read: reader.oneOf('MQTT_CERTS_READ', ['list', 'get']),
    reactivate: reader.oneOf('MQTT_CERTS_REACTIVATE', ['act', 'observe']),
    reactivateAfter: minutes(reader.integer('MQTT_CERTS_REACTIVATE_AFTER_MINUTES', 0, 10_080)),
    firstSight: reader.oneOf('MQTT_CERTS_FIRST_SIGHT', ['act', 'ask']),
  };
}

/** Longest keyword that leaves a title its room. */
const KEYWORD_MAX = 20;

/** Whatever is wrong with how people are told, they are told: only the robot itself must be there. */
function readNotify(reader: ConfigReader, common: Unchecked<CommonConfig>): Unchecked<NotifyConfig> {
  const kind = reader.oneOf('MQTT_CERTS_ROBOT_KIND', CHANNEL_KINDS);
  return {
    ...common,
    robot: {
      kind,
      url: reader.address('MQTT_CERTS_ROBOT_URL'),
      secret: reader.secret('MQTT_CERTS_ROBOT_SECRET', kind),
    },
    secondRobot: reader.orElse(undefined, () => readSecondRobot(reader)),
    keyword: reader.orElse('', () => reader.words('MQTT_CERTS_ROBOT_KEYWORD', KEYWORD_MAX)),
    language: reader.orElse('both', () => reader.oneOf('MQTT_CERTS_LANGUAGE', ['zh', 'en', 'both'])),
    quietHours: reader.orElse(undefined, () => reader.quietHours('MQTT_CERTS_QUIET_HOURS')),
    timeZone: reader.orElse('Asia/Shanghai', () => reader.timeZone('MQTT_CERTS_TIME_ZONE')),
    canary: reader.orElse('daily', () => reader.oneOf('MQTT_CERTS_CANARY', ['off', 'daily', 'weekly'])),
    sweepInterval: reader.orElse(minutes(10), () =>
      minutes(reader.integer('MQTT_CERTS_SWEEP_INTERVAL_MINUTES', 1, 1440)),
    ),
  };
}

function readSecondRobot(reader: ConfigReader): RobotConfig | undefined {
  const needed = ['MQTT_CERTS_SECOND_KIND', 'MQTT_CERTS_SECOND_URL'] as const;
  const problems = reader.problems.length;
  if (!reader.isAnySet(needed, ['MQTT_CERTS_SECOND_SECRET']) || reader.problems.length > problems) return undefined;
  const kind = reader.oneOf('MQTT_CERTS_SECOND_KIND', CHANNEL_KINDS);
  const url = reader.address('MQTT_CERTS_SECOND_URL');
  const secret = reader.secret('MQTT_CERTS_SECOND_SECRET', kind);
  return kind === undefined || url === undefined || secret === undefined ? undefined : { kind, url, secret };
}
